"""The text tasks are what their cards say: balanced, honestly split and masked; and make.py cleans as it says."""

import hashlib
import importlib.util
import random
import re
import subprocess
import sys
from email.message import EmailMessage

import numpy as np
import pytest

from tlkit.datasets import texts
from tlkit.errors import TlkitError
from tlkit.runtime import paths

FOLDERS = ("reviews", "intents", "spam", "declaration")
FILES = [(folder, file.name) for folder in FOLDERS for file in sorted((paths.DATA / folder).glob("*.csv.gz"))]
COUNTS = {  # examples of each class: to learn from, to be tested on
    "reviews/movie": (700, 250),
    "reviews/amazon": (700, 250),
    "reviews/tweets": (700, 250),
    "reviews/editorials": (700, 250),
    "intents": (16, 10),
    "spam": (400, 250),
    "declaration/romance": (42, 28),
    "declaration/unrelated": (40, 29),
}
APART = {  # the tag that no two parts share
    "reviews/amazon": "document",
    "reviews/editorials": "document",
    "intents": "template",
    "declaration/romance": "article",
    "declaration/unrelated": "article",
}


@pytest.fixture(scope="module", params=COUNTS)
def task(request):
    return texts.load(request.param)


def maker(folder: str):
    spec = importlib.util.spec_from_file_location(f"make_{folder}", paths.DATA / folder / "make.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def reviews():
    return maker("reviews")


@pytest.fixture(scope="module")
def intents():
    return maker("intents")


@pytest.fixture(scope="module")
def spam():
    return maker("spam")


@pytest.fixture(scope="module")
def languages():
    return maker("declaration")


def normalised(items) -> set[str]:
    return {" ".join(re.findall(r"\w+", text.lower())) for text in items}


def test_every_name_has_a_task_and_every_task_a_name():
    assert set(texts.names()) == set(COUNTS)


def test_counts_are_those_of_the_card_and_the_same_for_every_class(task):
    for part, count in zip((task.train, task.test), COUNTS[task.name], strict=True):
        assert np.bincount(part.labels).tolist() == [count] * len(task.classes)


def test_items_are_texts_and_a_language_model_can_be_asked(task):
    for part in (task.train, task.test):
        assert part.items.dtype == object
        assert part.labels.dtype == np.int64
        assert all(isinstance(text, str) and text == text.strip() != "" for text in part.items)
    assert task.modality == "text"
    assert task.question.endswith("?")
    assert len(set(task.label_words)) == len(task.label_words) == len(task.classes)
    assert all(re.fullmatch("[a-z]+", word) for word in task.label_words)


def test_no_text_is_in_both_parts_nor_twice_in_one(task):
    train, test = normalised(task.train.items), normalised(task.test.items)
    assert not train & test
    assert (len(train), len(test)) == (len(task.train), len(task.test))


@pytest.mark.parametrize(("name", "tag"), APART.items())
def test_what_belongs_together_is_in_one_part(name, tag):
    task = texts.load(name)
    assert not set(task.train.tags[tag]) & set(task.test.tags[tag])


def test_loading_again_gives_the_same(task):
    assert texts.load(task.name).digest == task.digest


def test_no_two_reviews_are_alike_wherever_they_come_from(reviews):
    tasks = [texts.load(f"reviews/{domain}") for domain in texts.REVIEWED]
    rows = [{"text": text} for task in tasks for part in (task.train, task.test) for text in part.items]
    assert len(reviews.unlike(rows)) == len(rows) == 7600


@pytest.mark.parametrize("domain", texts.REVIEWED)
def test_the_sign_of_the_valence_is_the_class(domain):
    task = texts.load(f"reviews/{domain}")
    for part in (task.train, task.test):
        valence = part.tags["valence"]
        assert valence.dtype == np.float32
        assert np.abs(valence).min() > 0.5
        assert np.array_equal(part.labels == 1, valence > 0)
    assert ("document" in task.test.tags) == (domain in ("amazon", "editorials"))


def test_reviews_hold_no_broken_characters():
    for domain in texts.REVIEWED:
        task = texts.load(f"reviews/{domain}")
        for text in (*task.train.items, *task.test.items):
            assert not re.search(r"&(amp|lt|gt|quot);|Ã.|â€|\ufffd", text)


def test_every_intent_has_templates_to_learn_from_and_others_to_be_tested_on():
    task = texts.load("intents")
    for label in range(20):
        assert len(set(task.train.tags["template"][task.train.labels == label])) >= 2
        assert len(set(task.test.tags["template"][task.test.labels == label])) >= 2


def test_utterances_are_words_without_traces_of_a_template():
    task = texts.load("intents")
    for text in (*task.train.items, *task.test.items):
        assert re.fullmatch(r"[a-zI0-9'% ]+", text)
        assert not re.search(r"\b(the the|a a|in in|to to|1 (hour|minute|second)s|[2-9] (hour|minute|second)$)\b", text)


def test_masks_hold_in_spam():
    task = texts.load("spam")
    for text in (*task.train.items, *task.test.items):
        assert not re.search(r"\S@\S+\.\w", text)
        assert not re.search(r"(?i)https?:|ftp:|\bwww\.|\b[\w-]+\.(com|net|org|ie|uk|de)\b", text)
        assert not re.search(r"(?<![\w$])\d{3}[ .-]\d{3}[ .-]\d{4}\b", text)
        assert not re.search(r"(?i)\[ilug\]|listinfo|groups sponsor|wrote:$|^re:|zzzz", text)


def test_spam_is_of_one_line_and_fit_for_a_classroom(spam):
    task = texts.load("spam")
    for text in (*task.train.items, *task.test.items):
        assert spam.SHORTEST <= len(text) <= spam.LENGTH
        assert "\n" not in text
        assert not re.search(spam.UNFIT, text)


def test_no_two_mails_are_alike(spam):
    task = texts.load("spam")
    mails = [*task.train.items, *task.test.items]
    assert len(set(spam.families(mails, [set()] * len(mails)))) == len(mails)


def test_wanted_mail_is_easy_and_hard_in_both_parts_alike():
    task = texts.load("spam")
    for part, hard in ((task.train, 44), (task.test, 22)):
        assert (part.tags["group"] == "hard ham").sum() == hard
        assert np.array_equal(part.tags["group"] == "spam", part.labels == 1)


@pytest.mark.parametrize("part", texts.LANGUAGES)
def test_sentences_come_from_the_articles_of_their_language(part):
    task = texts.load(f"declaration/{part}")
    articles = {language: texts.declaration(language) for language in task.classes}
    for examples in (task.train, task.test):
        tags = zip(examples.tags["language"], examples.tags["article"], strict=True)
        for text, label, (language, article) in zip(examples.items, examples.labels, tags, strict=True):
            assert task.classes[label] == language
            assert text in articles[language][article - 1].replace("\n", " ")
            assert 40 <= len(text) <= 200


def test_a_declaration_has_thirty_articles_by_name_or_code():
    galician = texts.declaration("Galician")
    assert galician == texts.declaration("glg")
    assert len(galician) == 30
    assert galician[0].startswith("Tódolos seres humanos nacen libres")
    assert texts.declaration("English")[3].startswith("No one shall be held in slavery")


def test_every_language_has_thirty_articles(languages):
    assert len(languages.LANGUAGES) == 41
    for code, (name, _) in languages.LANGUAGES.items():
        articles = texts.declaration(code)
        assert articles == texts.declaration(name)
        assert len(articles) == 30
        assert all(len(article) > 20 and not re.search(r"[<>]|\ufffd", article) for article in articles)


def test_an_unknown_language_names_the_nearest():
    with pytest.raises(TlkitError, match=r"no language 'Galicain'. Did you mean 'Galician'\?"):
        texts.declaration("Galicain")


@pytest.mark.parametrize(("folder", "file"), FILES)
def test_checksums_match(folder, file):
    sums = dict(line.split()[::-1] for line in (paths.DATA / folder / "SHA256SUMS").read_text().splitlines())
    assert sums[file] == hashlib.sha256((paths.DATA / folder / file).read_bytes()).hexdigest()
    assert set(sums) == {name for other, name in FILES if other == folder}


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("reviews/movie", "reviews/reviews.csv.gz"),
        ("intents", "intents/intents.csv.gz"),
        ("spam", "spam/spam.csv.gz"),
        ("declaration/romance", "declaration/sentences.csv.gz"),
    ],
)
def test_a_damaged_file_is_named_with_its_remedy(name, file, tmp_path, monkeypatch):
    copy = tmp_path / file
    copy.parent.mkdir()
    sums = paths.DATA / copy.parent.name / "SHA256SUMS"
    (copy.parent / "SHA256SUMS").write_bytes(sums.read_bytes())
    damaged = bytearray((paths.DATA / file).read_bytes())
    damaged[len(damaged) // 2] ^= 1
    copy.write_bytes(damaged)
    monkeypatch.setattr(paths, "DATA", tmp_path)
    with pytest.raises(TlkitError, match=rf"{copy.name} is damaged: .*git checkout data/{file}"):
        texts.load(name)


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_script_needs_python_alone(folder):
    code = "import runpy, sys; sys.modules['numpy'] = None; runpy.run_path(sys.argv[1], run_name='made')"
    subprocess.run([sys.executable, "-c", code, str(paths.DATA / folder / "make.py")], check=True)


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_same_rows_give_the_same_bytes(folder, tmp_path):
    make, rows = maker(folder), [{"split": "test", "text": 'ä, "b"\nc'}]
    for name in ("one", "two"):
        make.save_rows(tmp_path / name, *([] if folder == "declaration" else [("split", "text")]), rows)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_broken_ampersands_are_mended_and_nothing_else(reviews):
    assert reviews.repair("Bendel's &amp;amp; Macy's &lt;3 naïve  -  ok") == "Bendel's & Macy's <3 naïve  -  ok"


def test_reviews_that_nearly_repeat_another_are_dropped(reviews):
    said = ["RT @anonymous What a great little film it is!", "what a great little film it is", "a dull film", "Dull."]
    assert [row["text"] for row in reviews.unlike([{"text": text} for text in said])] == [said[0], *said[2:]]


def test_a_row_of_the_original_gets_its_document_and_class(reviews):
    row = reviews.row_of("amazon", "12_4", "-1.25", "it broke .")
    assert (row["document"], row["class"], row["valence"]) == ("12", "negative", "-1.2500")
    assert reviews.row_of("tweets", "12", "0.9", "yay")["document"] == ""


def test_choices_of_a_template_are_all_drawn(intents):
    draw, fills = random.Random(0), {"area": ("hall",)}
    said = {" ".join(intents.say("(a|b) [big] {area};c", fills, draw).split()) for _ in range(200)}
    assert said == {"a hall c", "b hall c", "a big hall c", "b big hall c", "c a hall", "c b hall", "c a big hall",
                    "c b big hall"}  # fmt: skip


@pytest.mark.parametrize(
    ("said", "tidied"),
    [
        ("set a 8 minutes timer", "set an 8 minute timer"),
        ("add 1 hours and  5 minute to my timer", "add 1 hour and 5 minutes to my timer"),
        ("timer for 2 and a half hour", "timer for 2 and a half hours"),
        ("timer for half an hours", "timer for half an hour"),
        ("where is the anna", "where is anna"),
        ("lights off in the top floor", "lights off on the top floor"),
        ("switch the lights out", "turn the lights out"),
    ],
)
def test_an_utterance_is_tidied_as_people_speak(intents, said, tidied):
    assert intents.tidy(said) == tidied


def test_templates_that_differ_only_in_what_fills_them_are_one(intents):
    hours = "add {timer_hours:hours}( |-)hour[s] to [the|my] {area} timer"
    other = hours.replace("hour", "minute").replace("{area}", "{timer_name:name}")
    assert intents.core(hours) == intents.core(other) == "add {time} to the {place} timer"
    assert intents.core("increase [the|my] {area} timer by {timer_hours:hours}( |-)hour[s]") != intents.core(hours)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("write to jo.b@mail.example.com, now", "write to [mail], now"),
        ("see http://a.b/c?d=e or www.example.org/x", "see [url] or [url]"),
        ("example.com and 10.0.0.1/x are sites", "[url] and [url] are sites"),
        ("call 1-800-555-0199 or (555) 555 0199", "call [phone] or [phone]"),
        ("in 2002 for $10,000 and 3.14", "in 2002 for $10,000 and 3.14"),
        ("Dear zzzz-ilug,", "Dear [name]-ilug,"),
        ("[mail], [mail] ; [mail]", "[mail]"),
    ],
)
def test_addresses_links_and_numbers_are_masked(spam, text, masked):
    assert spam.masked(text) == masked


def test_a_reply_keeps_only_what_its_writer_wrote(spam):
    body = "On Mon, Oct 7 2002 at 09:30, Kim wrote:\n> old\n\nNew thought.\n-- \nKim\nlist footer\n"
    assert spam.untold(body).split() == ["New", "thought."]


def test_a_page_is_shown_without_its_markup(spam):
    assert spam.shown("<style>x{}</style><!-- no --><p>Buy<br>now &amp; here</p>").split() == [
        "Buy",
        "now",
        "&",
        "here",
    ]


def test_names_in_the_addresses_are_masked_and_ordinary_words_are_not(spam):
    mail = EmailMessage()
    mail["From"], mail["To"] = "Ann Best <a@b.example>", "rsharp2@c.example"
    parts = spam.parts_of(mail, common={"best"})
    assert spam.without_names("Hi rsharp2, best offer, Best, Ann Best, Ann", {"Ann Best"}, parts) == (
        "Hi [name], best offer, Best, [name], [name]"
    )


def test_subjects_lose_what_lists_and_replies_add(spam):
    mail = EmailMessage()
    mail["Subject"] = "Re: [ILUG] Re: rpm dependencies"
    assert spam.subject(mail) == "rpm dependencies"


def test_mails_of_one_thread_or_of_one_text_are_one_family(spam):
    long = "you can earn ten thousand dollars a month from home today and never work again"
    found = spam.families([long, f"{long} xk7", "hello there", "fine, thanks"], [set(), set(), {"s"}, {"s"}])
    assert found[0] == found[1] != found[2] == found[3]


def test_the_text_of_a_mail_is_found_in_plain_text_or_in_a_page(spam):
    mail = EmailMessage()
    mail.set_content("plain words")
    mail.add_alternative("<p>page</p>", subtype="html")
    assert spam.body(mail).strip() == "plain words"
    assert spam.body(spam.message(b"Content-Type: text/html\n\n<p>only a page</p>")).strip() == "only a page"


def test_sentences_are_of_the_right_length_and_lose_nothing_that_fits(languages):
    one, two = "a" * 60 + ".", "b" * 150 + ", " + "c" * 100 + "."
    assert languages.sentences(f"{one} Short. {two}") == [one, "b" * 150 + ",", "c" * 100 + "."]


def test_articles_lose_their_markup_and_numbers(languages):
    article = '<article data-number="{}"><h2>Art</h2><ol><li><p>(1) One\n <i>and</i> all</p></li></ol></article>'
    page = "".join(article.format(number) for number in range(1, 31))
    assert languages.articles(page) == [["One and all"]] * 30
    with pytest.raises(ValueError, match="30 articles"):
        languages.articles(page[: len(page) // 2])
