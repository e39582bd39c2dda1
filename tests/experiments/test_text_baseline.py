import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

import tlkit as tl
from tests.small_networks import save_model
from tlkit.analysis.neighbours import NeighbourIndex
from tlkit.methods.tfidf import WordCounts
from tlkit.models import transformer


@pytest.fixture(scope="module")
def intents():
    return tl.task("intents")


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reader")
    save_model(folder, "bert")
    return transformer.encoder("small", folder, longest=16, taught="nothing much")


def test_the_baseline_is_scikit_learns_on_the_shots_that_transfer_draws(intents):
    shots = intents.shots(4, seed=3)
    library = make_pipeline(TfidfVectorizer(sublinear_tf=True), LogisticRegression(C=10, max_iter=1000))
    library.fit(shots.items, shots.labels)
    ours = tl.text_baseline.count_words(intents, shots=4, seed=3)
    assert ours.accuracy == pytest.approx(library.score(intents.test.items, intents.test.labels), abs=1e-9)
    assert (ours.strategy, ours.labels) == ("tf_idf", 80)
    assert ours.trainable_params == 20 * (len(ours.model.vectorizer.vocabulary_) + 1)


def test_the_same_question_has_the_same_answer_and_key(intents):
    once, again = (tl.text_baseline.count_words(intents, shots=2, seed=1) for _ in range(2))
    assert (once.key, once.accuracy) == (again.key, again.accuracy)
    others = {
        tl.text_baseline.count_words(intents, shots=2, seed=2).key,
        tl.text_baseline.count_words(intents, shots=2, seed=1, most=20).key,
    }
    assert len(others | {once.key}) == 3


def test_few_words_are_chosen_among_the_labelled_texts(intents):
    few = tl.text_baseline.count_words(intents, shots=4, most=20)
    words = few.model.vectorizer.get_feature_names_out()
    seen = " ".join(intents.shots(4).items).lower()
    assert few.strategy == "tf_idf:20"
    assert len(words) == 20
    assert all(word in seen for word in words)


def test_of_all_words_the_telling_one_is_kept():
    texts = [
        f"{word} and {more}"
        for word, more in zip(["lovely", "awful"] * 4, ["one", "two", "three", "four"] * 2, strict=True)
    ]
    examples = tl.Examples(np.array(texts, dtype=object), np.arange(8) % 2)
    task = tl.Task("words", "text", ("good", "bad"), examples, examples)
    (kept,) = tl.text_baseline.count_words(task, shots=4, most=1).model.vectorizer.vocabulary
    assert kept in ("lovely", "awful")


def test_a_baseline_stands_beside_a_comparison(intents):
    from tests.experiments.test_results import result

    baseline = tl.text_baseline.words_baseline(intents, shots=[1, 2], seeds=3)
    assert len(baseline) == 6
    assert all(run.model is None for run in baseline)
    both = baseline + tl.Results(result("head", 2, seed, 0.9, target="intents") for seed in range(3))
    assert (both.accuracy("head", shots=2) - both.accuracy("tf_idf", shots=2)).mean > 0
    assert "from" not in both.accuracy("tf_idf", shots=1).what
    picture = both.picture("Intents")
    assert "frozen (head) 90% at 2" in picture.words


@pytest.mark.parametrize("name", ["spam", "intents"])
def test_telling_words_speak_for_their_class(name):
    target = tl.task(name)
    model = tl.text_baseline.count_words(target, shots=16).model
    assert isinstance(model, WordCounts)
    telling = model.telling(5)
    assert len(telling) == len(target.classes)
    for number, words in enumerate(telling):
        assert len(words) == 5
        assert model.probabilities(tl.neighbours.texts([" ".join(words)]))[0].argmax() == number


def test_pictures_have_no_words():
    with pytest.raises(tl.TlkitError, match="only texts have words"):
        tl.text_baseline.count_words(tl.task("products"))
    with pytest.raises(tl.TlkitError, match="has no tokens"):
        tl.neighbours.tokens(tl.backbone("small-cnn"), "hello")


def test_tokens_are_what_the_network_is_given(reader):
    pieces = tl.neighbours.tokens(reader, "abc")
    assert pieces == ["a", "b", "c"]
    assert (
        reader.prepare.tokenizer.convert_tokens_to_ids(pieces)
        == reader.prepare(tl.neighbours.texts(["abc"])).values[0].tolist()
    )


def test_the_nearest_text_is_the_text_itself(intents, reader):
    for shelf in (NeighbourIndex(intents), NeighbourIndex(intents, reader)):
        near = shelf.near(intents.test.items[7], 3)
        assert near[0].text == intents.test.items[7]
        assert near[0].label == intents.classes[intents.test.labels[7]]
        assert near[0].cosine == pytest.approx(1, abs=1e-4)
        assert near[0].cosine >= near[1].cosine >= near[2].cosine


def test_cosines_are_those_of_scikit_learn(intents, reader):
    from sklearn.metrics.pairwise import cosine_similarity

    expected = cosine_similarity(
        reader.features(tl.neighbours.texts(["turn it on"])), reader.features(intents.test.items)
    )[0]
    near = NeighbourIndex(intents, reader).near("turn it on", 4)
    assert [each.row for each in near] == np.argsort(-expected, kind="stable")[:4].tolist()
    assert near[0].cosine == pytest.approx(expected.max(), abs=1e-4)


def test_nothing_is_near_where_no_word_is_known(intents):
    assert NeighbourIndex(intents).near("xyzzy") == []


def test_counted_words_are_compared_as_any_strategy(intents, reader):
    results = tl.compare(reader, intents, strategies=["tf_idf", "tf_idf:20", "head"], shots=[2], seeds="0-1")
    alone = tl.text_baseline.words_baseline(intents, shots=[2], seeds="0-1")
    few = tl.text_baseline.words_baseline(intents, shots=[2], seeds="0-1", most=20)
    assert results.accuracy("tf_idf", shots=2).values == alone.accuracy("tf_idf", shots=2).values
    assert results.accuracy("tf_idf:20", shots=2).values == few.accuracy("tf_idf:20", shots=2).values
    assert results.strategies == ["tf_idf", "tf_idf:20", "head"]
