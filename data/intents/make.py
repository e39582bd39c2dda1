"""Writes the intents data set: what people say to a house that listens, made from Home Assistant's sentence templates.

You need this script only to rebuild the data or to change the recipe; the file it makes is shipped beside it::

    pip download --no-deps home-assistant-intents==2026.10.27
    python make.py --source home_assistant_intents-2026.10.27-py3-none-any.whl

It needs Python alone; the package is read, not installed.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import io
import itertools
import json
import random
import re
import zipfile
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

COLUMNS = ("split", "class", "template", "text")
TRAIN, TEST = 16, 10  # utterances of each class
TEST_SHARE = 1 / 3  # of a class's templates
TRIES = 4000  # draws, before a class counts as too poor
SEED = 0

AREAS = ("kitchen", "living room", "bedroom", "bathroom", "hallway", "office", "garage", "dining room", "nursery")
FLOORS = ("first floor", "second floor", "ground floor", "top floor")
LAMPS = ("desk", "reading", "ceiling", "corner", "wall")  # each a light
LIGHTS = ("desk lamp", "ceiling lamp", "bedside lamp", "floor lamp", "chandelier", "night light", "lava lamp")
DEVICES = (*LIGHTS, "tv", "radio", "heater", "ceiling fan", "air purifier", "humidifier")
PLAYERS = ("tv", "radio", "speaker", "stereo", "soundbar")
FANS = ("ceiling fan", "desk fan", "tower fan", "floor fan")
HEATERS = ("thermostat", "heater", "radiator", "air conditioner")
COVERS = ("window", "door", "skylight", "balcony door", "back door", "blind")
COOL_OR_WARM = ("fridge", "sauna", "oven", "greenhouse", "pool", "fish tank")
PEOPLE = ("anna", "ben", "grandma", "leo", "mum", "dad", "sara", "tom")
MUSIC = (
    "jazz",
    "some blues",
    "the beatles",
    "abba",
    "classical music",
    "my workout mix",
    "bohemian rhapsody",
    "mozart",
)
TITLES = ("song yesterday", "album thriller", "album abbey road", "playlist morning run", "podcast daily news")
KINDS = ("my jazz playlist", "the new abba album", "the daily news podcast", "a mozart album", "my road trip playlist")
TIMERS = ("pasta", "egg", "laundry", "pizza", "tea", "homework", "bread", "workout")


class Intent(NamedTuple):
    """Which of the package's templates make up a class, and what its ``{name}`` stands for."""

    source: str
    names: tuple[str, ...] = ()
    slots: str = ""  # a pattern that the template's slot combination has
    domains: tuple[str, ...] = ()  # one of which the template is about; any if empty


ODD_TIMES = ".*hours_(minutes_)?seconds|hours_start_(minutes|seconds)|minutes_start_seconds"  # two hours off a minute

INTENTS = {
    "turn on": Intent("HassTurnOn", DEVICES, domains=("light", "fan")),
    "turn off": Intent("HassTurnOff", DEVICES, domains=("light", "fan")),
    "check lights": Intent("HassGetState", LIGHTS, domains=("light",), slots="state"),
    "check doors": Intent("HassGetState", COVERS, domains=("cover",), slots="state"),
    "find a person": Intent("HassGetState", PEOPLE, domains=("person",)),
    "set brightness": Intent("HassLightSet", LIGHTS, slots="brightness"),
    "set color": Intent("HassLightSet", LIGHTS, slots="color"),
    "set temperature": Intent("HassClimateSetTemperature", HEATERS),
    "ask temperature": Intent("HassClimateGetTemperature", COOL_OR_WARM),
    "set fan speed": Intent("HassFanSetSpeed", FANS),
    "set volume": Intent("HassSetVolume", PLAYERS),
    "change volume": Intent("HassSetVolumeRelative", PLAYERS),
    "play music": Intent("HassMediaSearchAndPlay", PLAYERS),
    "next track": Intent("HassMediaNext", PLAYERS),
    "previous track": Intent("HassMediaPrevious", PLAYERS),
    "start timer": Intent("HassStartTimer", slots=f"^(?!command|{ODD_TIMES})"),
    "cancel timer": Intent("HassCancel(All)?Timers?"),
    "extend timer": Intent("HassIncreaseTimer", slots=f"^(?!{ODD_TIMES})"),
    "shorten timer": Intent("HassDecreaseTimer", slots=f"^(?!{ODD_TIMES})"),
    "check timer": Intent("HassTimerStatus"),
}

SLOTS = {
    "area": AREAS,
    "floor": FLOORS,
    "brightness": ("10", "20", "30", "40", "50", "60", "75", "80", "90", "100"),
    "brightness_level": ("maximum", "minimum", "highest", "lowest"),
    "color": ("red", "green", "blue", "purple", "orange", "pink", "yellow", "turquoise"),
    "cover_classes": ("blinds", "curtains", "doors", "shutters", "windows"),
    "cover_states": ("open", "closed", "shut"),
    "fan_speed": ("20", "25", "30", "40", "50", "60", "75", "80", "100"),
    "on_off_states": ("on", "off"),
    "search_query": MUSIC,
    "temperature": ("17", "18", "19", "20", "21", "22", "23", "66", "68", "70", "72"),
    "hours": ("1", "2"),
    "minutes": ("2", "3", "5", "8", "10", "12", "15"),
    "seconds": ("10", "15", "20", "30"),
    "start_hours": ("3", "4", "5", "6"),
    "start_minutes": ("20", "25", "30", "40", "45", "50"),
    "start_seconds": ("40", "45", "60", "90"),
    "timer_half": ("half",),
    "timer_name": TIMERS,
    "title": TITLES,
    "kind": KINDS,
    "lamp": LAMPS,
    "volume": ("10", "20", "25", "30", "40", "50", "60", "80"),
    "volume_step": ("up", "down"),
    "volume_step_up": ("5", "10", "15", "20"),
    "volume_step_down": ("5", "10", "15", "20"),
    "zone": ("home", "work", "school", "the gym"),
}

RULES = {  # the package's rules without the ways to speak that few people would choose
    "all": "all [of] the",
    "are_all": "are all [of] the",
    "are_any": "are any [of the]",
    "everywhere": "(everywhere|in the whole house|in all rooms)",
    "here": "in (here|this room)",
    "home": "house",
    "how_is": "what's",
    "how_many": "how many [of the]",
    "in": "in",
    "is": "is",
    "light": "lights",
    "numeric_value_set": "(set|change|turn)",
    "set": "(set|change|turn)",
    "temp": "temperature",
    "the": "(the|the|the|the|my)",
    "timer_cancel": "(cancel|stop)",
    "timer_remove": "(remove|take)",
    "timer_set": "(start|set)",
    "track": "(song|track)",
    "turn": "(turn|switch)",
    "what_is": "(what's|what is|tell me)",
    "where_is": "(where's|where is)",
    "which": "(which|what)",
}

SAID = (  # what a person would say in full, leave out or put otherwise: applied to each template in turn
    (r"\[to\] (on|off)$", r"\1"),
    (r"\[(<set>|<numeric_value_set>|<turn>|<in>|<track>|to|by|of|in|on|is|how much|speed)\]", r"\1"),
    (r"\[\(?(the|my|<the>|<all>|the\|my|my\|the)( ?)\)?\]", r"(\1)\2"),
    (r"\[a\|an\|the\|my\]|\[a\]", "a"),
    (r"\[and\]", "and"),
    (r"\[on\|for\]", "on"),
    (r"\[track\|item\]|\(track\|item\)|\[\(song\|track\)( ?)\]", r"(song|track)\1"),
    (r"\[((to )?the \(previous\|last\) (<track>|\(song\|track\)))\]", r"\1"),
    (r"(\((<all>)\) )?\((<the>)\) \{(area|floor)\} (\(<the>\) )?(?=<light>)", r"[\2] \3 {\4} "),
    (r"\(<the>\) \{area\} \(<the>\) \{name\}", "<the> {area} {name}"),
    (r"(\(<all>\) |\[\(<all>\|<the>\)\] |\(<the>\) )fan", "<the> fan"),
    (r"\(<all>\) \(<the>\)(.*)fan", r"<the>\1fan"),
    (r"fan\[s\]", "fan"),
    (r"of (\(the\) )?fan|\[of \(the\)\] fan", "of the fan"),
    (r"^<set> fan", "<set> the fan"),
    (r"\(in\|on\) \(<the>\) \{area", "in (<the>) {area"),
    (r"\(in\|on\) \(<the>\) \{floor", "on (<the>) {floor"),
    (r"\{on_off_states:state\} <in> \(<the>\) \{floor\}", "{on_off_states:state} (upstairs|downstairs)"),
    (r"^(\[turn\] )?\{volume_step\}", "(turn {volume_step}|increase|decrease)"),
    (r"\[this\]", "this"),
    (r"\[volume\]", "volume"),
    (r"^(<numeric_value_set>|turn) volume", r"\1 the volume"),
    (r"\} \[current\] <temp>", "} <temp>"),
    (r"skip \[(\(to .*? \))\]", r"skip \1"),
    (r"\(people\|persons\)", "people"),
    (r"timer\[s\]", "timer"),
    (r"\[\(<all>\|<the>\)\] <light>", "(<all>|<the>) <light>"),
    (r"\{floor\} \[floor\]", "{floor}"),
    (r"<light> \{floor\}", "<light> (upstairs|downstairs)"),
    (r"<in> \(<the>\) \{zone", "at {zone"),
    (r"\{name\} <light>", "{lamp} light"),
    (r"every <light>", "every light"),
    (r"<light> <is>", "<light> are"),
    (r"<(which|how_many)>(.*) <is>", r"<\1>\2 are"),
    (r"(\(the\) )?\{media_class\} \{search_query\}", "(the) {title}"),
    (r"\{search_query\} \{media_class\}", "{kind}"),
    (r"\[\(\[ \]%\)\| percent\]|\[%\| percent\]", "(%| percent)"),
    (r"\[\(\[ \]°\)\|\( degree\[s\]\)\]", "[ degrees]"),
)

GAPS = (  # what may be filled with one and the same: a stretch of time, a place or a thing
    (r"\{timer_half:\w+\} an? \w+\[s\]|\{timer_(hours|minutes|seconds):\w+\}\( \|-\)\w+\[s\]", "{time}"),
    (r"\{timer_\w+:\w+\} and a \{timer_half:\w+\} \w+\[s\]", "{time}"),
    (r"\{time\}( and \{time\})+", "{time}"),
    (r"(\(<all>\) )?(\((the|<the>|<all>\|<the>|the\|my|my\|the)\)|<the>)", "the"),
    (r"\{(area|floor|name|timer_name:name)\}|\{lamp\} light|\(upstairs\|downstairs\)", "{place}"),
    (r"\{place\} (?=<light>|fan|\{place\}|\{cover)", ""),
    (r"\{(\w+):\w+\}", r"{\1}"),
    (r"\[?<here>\]?", ""),
    (r"\{volume_step_(up|down)\}", "{percent}"),
    (r"\{volume_step\}|\(up\|down\)|\bdown\b", "up"),
)

UNSAID = {  # templates that a machine should understand, but that few people would choose
    "the {place}",
    "light (it|) up",
    "(the {place};volume up)",
    "(the {place};volume up) by {percent}(%| percent)",
    "the {place} (play|replay) the (previous|last) (song|track)",
    "<turn> (off|out) the <home> <light> <everywhere>",
}


def load(source: Path) -> dict:
    """The package's English intents."""
    with zipfile.ZipFile(source) as wheel:
        return json.loads(wheel.read("home_assistant_intents/data/en.json"))["intents"]


def templates(intents: dict, wanted: Intent) -> list[str]:
    """The sentence templates of a class, in the package's order."""
    found = []
    for name, intent in intents.items():
        if re.fullmatch(wanted.source, name):
            found += [sentence for block in intent["data"] if fits(block, wanted) for sentence in block["sentences"]]
    return found


def fits(block: dict, wanted: Intent) -> bool:
    """Whether a block of templates has the slots and is about the things that are asked for."""
    domains = [block.get("slots", {}).get("domain"), *block.get("requires_context", {}).get("domain", ())]
    about = not wanted.domains or any(domain in domains for domain in wanted.domains)
    return about and bool(re.search(wanted.slots, block["metadata"]["slot_combination"]))


def core(template: str) -> str:
    """What makes two templates one: the same fixed words around the same gaps, whatever else may be said."""
    template = spoken(template)
    for pattern, gap in GAPS:
        template = re.sub(pattern, gap, template)
    while "[" in template:
        template = re.sub(r"\[[^\[\]]*\]", "", template)
    return " ".join(template.split())


def spoken(template: str) -> str:
    """The template as :data:`SAID` would have it."""
    for pattern, said in SAID:
        template = re.sub(pattern, said, template)
    return template


def say(template: str, fills: dict[str, tuple[str, ...]], draw: random.Random) -> str:
    """One utterance: every choice that the template leaves is drawn."""
    return resolve(re.findall(r"[\[\]()|;]|<\w+>|\{\w+[^}]*\}|[^\[\]()|;<{]+", spoken(template)), fills, draw)


def resolve(tokens: list[str], fills: dict[str, tuple[str, ...]], draw: random.Random) -> str:
    """The words up to a closing bracket, taken off ``tokens``: one of ``a|b``, both of ``a;b`` in any order."""
    options, together = [""], False
    while tokens and (token := tokens.pop(0)) not in "])":
        if token in "|;":
            options.append("")
            together = token == ";"
        else:
            options[-1] += said(token, tokens, fills, draw)
    return " ".join(draw.sample(options, len(options))) if together else draw.choice(options)


def said(token: str, tokens: list[str], fills: dict[str, tuple[str, ...]], draw: random.Random) -> str:
    """What a token of a template becomes; a bracket takes what it holds off ``tokens``."""
    if token in "[(":
        inner = resolve(tokens, fills, draw)
        return inner if token == "(" or draw.random() < 0.5 else ""
    if token.startswith("<"):
        return say(RULES[token[1:-1]], fills, draw)
    return draw.choice(filled(token, fills)) if token.startswith("{") else token


def filled(slot: str, fills: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """What may stand for ``{slot:role}``: for a stretch of time its role decides, or else the slot."""
    name, _, role = slot[1:-1].partition(":")
    return fills[role if re.fullmatch("timer_(hours|minutes|seconds)", name) else name]


def tidy(text: str) -> str:
    """The words in a row, with numbers, articles and prepositions as they go together."""
    text = " ".join(text.split())
    text = re.sub(r"\b(the|my|all) (the|my)\b", lambda both: both[0] if both[1] == "all" else both[1], text)
    text = re.sub(rf"\b(the|my) (?=({'|'.join(PEOPLE)})\b)", "", text)
    text = re.sub(r"\bin ((?:the |my )?\w+ floor)\b", r"on \1", text)
    text = re.sub(r"\bswitch( .*)? out\b", r"turn\1 out", text)
    text = re.sub(r"(\d+)[ -](hour|minute|second)s?", in_number, text)
    text = re.sub(r"(hour|minute|second)s(?= timer| and \d+ \w+ timer)", r"\1", text)
    text = re.sub(r"(\d+ and a half (hour|minute))s?", r"\1s", text)
    text = re.sub(r"\b(half an? (hour|minute))s", r"\1", text)
    return re.sub(r"\ba (?=8 |11 |18 |[aeiou])", "an ", text)


def in_number(found: re.Match) -> str:
    """``1 hour``, but ``2 hours``."""
    return f"{found[1]} {found[2]}{'' if found[1] == '1' else 's'}"


def polite(text: str, draw: random.Random) -> str:
    """One command in four with a please or a could you."""
    if draw.random() > 0.25 or not re.match(
        "turn|switch|set|change|play|start|cancel|stop|add|take|remove|skip|go", text
    ):
        return text
    return draw.choice(("please {}", "{} please", "can you {}", "could you {}")).format(text)


def utterances(
    by_core: dict[str, list[str]], fills: dict[str, tuple[str, ...]], count: int, draw: random.Random, taken: set[str]
) -> dict[str, str]:
    """``count`` utterances that are not ``taken``, with the core of each, about as many of every core."""
    said = {}
    for _, chosen in zip(range(TRIES), itertools.cycle(by_core), strict=False):
        text = polite(tidy(say(draw.choice(by_core[chosen]), fills, draw)), draw)
        if text not in taken:
            said.setdefault(text, chosen)
        if len(said) == count:
            return said
    raise ValueError(f"only {len(said)} of {count} utterances after {TRIES} draws from {sorted(by_core)}")


def class_rows(intents: dict, name: str) -> list[dict[str, str]]:
    """The rows of one class; no template is in both parts, nor is any utterance that two templates have in common."""
    draw, wanted, by_core = random.Random(f"{SEED} {name}"), INTENTS[name], defaultdict(list)
    for template in templates(intents, wanted):
        by_core[core(template)].append(template)
    cores = sorted(set(by_core) - UNSAID)
    draw.shuffle(cores)
    tested = cores[: max(2, round(len(cores) * TEST_SHARE))]
    print(f"{name}: {len(cores)} templates, {len(tested)} of them for the test")
    rows = []
    for part, some, count in (("train", cores[len(tested) :], TRAIN), ("test", tested, TEST)):
        taken = {row["text"] for row in rows}
        said = utterances({c: by_core[c] for c in some}, SLOTS | {"name": wanted.names}, count, draw, taken)
        rows += [{"split": part, "class": name, "template": chosen, "text": text} for text, chosen in said.items()]
    return rows


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
    """Write and save."""
    parser = argparse.ArgumentParser(description="Write the intents data set.")
    parser.add_argument("--source", type=Path, default=Path("home_assistant_intents-2026.10.27-py3-none-any.whl"))
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="where to; beside this script if unset")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    intents = load(options.source)
    rows = [row for name in INTENTS for row in class_rows(intents, name)]
    if len({row["text"] for row in rows}) < len(rows):
        raise ValueError("an utterance is in two classes")
    save_rows(options.out / "intents.csv.gz", COLUMNS, rows)
    save_checksums(options.out)


if __name__ == "__main__":
    main()
