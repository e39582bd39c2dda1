import ast
import textwrap

import pytest

import tlkit as tl
from tlkit.datasets import lookup
from tlkit.datasets.texts import declaration


def test_functions_are_drawn_without_the_sentence_that_is_asked():
    asked = lookup.functions(50, seed=1)
    assert asked.answers.tolist() == list(range(50))
    for says, code in zip(asked.questions, asked.texts, strict=True):
        ast.parse("def f(self):\n" + textwrap.indent(textwrap.dedent(code), "    "))
        assert says not in " ".join(code.split())
    assert set(asked.questions) != set(lookup.functions(50, seed=2).questions)
    with pytest.raises(tl.TlkitError, match="no number of functions"):
        lookup.functions(10_000, seed=0)


def test_half_of_the_questions_have_their_article_in_the_text():
    asked, articles = lookup.articles(seed=4), declaration("English")
    assert len(asked.questions) == len(articles) == 30
    assert (asked.answers >= 0).sum() == len(asked.texts) == 15
    for number, answer in enumerate(asked.answers):
        assert (articles[number] in asked.texts) == (answer >= 0)
        assert answer < 0 or asked.texts[answer] == articles[number]
