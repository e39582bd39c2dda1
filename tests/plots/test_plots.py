import io

import numpy as np
import pytest
from matplotlib.axes import Axes
from PIL import Image

import tlkit as tl
from tests.experiments.test_results import result
from tlkit.estimate import Estimate
from tlkit.plots import estimates, heatmap, picture, spread, style


@pytest.fixture
def results():
    names = [*list(style.STYLES)[:13], "other"]  # so many that no accuracy is above 1
    return tl.Results(
        result(name.replace("partial", "partial:2"), k, seed, min(0.99, 0.07 * i + 0.01 * k + 0.01 * seed))
        for i, name in enumerate(names)
        for k in (1, 5, 20)
        for seed in range(3)
    )


def test_the_plot_draws_a_line_and_a_band_for_each_strategy(results):
    ax = results.plot()
    assert isinstance(ax, Axes)
    assert len(ax.lines) == len(ax.collections) == len(results.strategies)
    assert np.allclose(ax.lines[2].get_ydata(), [0.16, 0.2, 0.35])


def test_it_draws_where_it_is_asked_and_what_it_is_asked(results):
    _, ax = picture.figure()
    assert results.plot(ax=ax, strategies=["head"]) is ax
    assert len(ax.lines) == 1


def test_strategies_can_be_told_apart_without_colour():
    looks = [(marker, str(dash)) for _, marker, dash in style.STYLES.values()]
    assert len(set(looks)) == len(looks)


def test_the_legend_has_the_order_of_the_curves_where_they_begin(results):
    names = [text.get_text() for text in results.plot().get_legend().get_texts()]
    assert names == [style.label(name) for name in reversed(results.strategies)]


def test_a_picture_has_its_numbers_in_words(results):
    picture = results.picture("A title", strategies=["head"])
    assert (
        repr(picture) == "A title. Named right, mean of 3 seeds, by shots: frozen (head) 16% at 1, 20% at 5, 35% at 20."
    )
    assert "16% at 1" in picture._repr_html_()
    assert 'alt="Plot: A title' in picture._repr_html_()


def test_a_picture_says_over_how_many_seeds_its_means_are_taken():
    few, many = (Estimate(dict.fromkeys(range(n), 0.5), "x") for n in (2, 3))
    assert style.seeds_of([many, many]) == "3 seeds"
    assert style.seeds_of([many, few]) == "2 to 3 seeds"


def test_curves_that_rest_on_more_seeds_here_than_there_say_so(results):
    fewer = tl.Results(run for run in results if run.shots > 1 or run.seed == results.seeds[0])
    assert "mean of 1 to 3 seeds" in fewer.picture(strategies=["head"]).words


def test_drawing_leaves_no_window_and_no_setting_behind(results):
    import matplotlib
    import matplotlib.pyplot

    before = dict(matplotlib.rcParams)
    results.picture()
    assert matplotlib.pyplot.get_fignums() == []
    assert dict(matplotlib.rcParams) == before


def test_strategies_of_one_kind_can_be_told_apart():
    names = ["head", "head@6", "head@2", "random_head", "random_head@6", "partial:1", "partial:2"]
    looks = style.styles(names)
    assert len({look[1:] for look in looks.values()}) == len(names)
    assert looks["head"] == style.style("head")
    assert looks["head"][0] == looks["head@6"][0] != looks["random_head"][0]
    assert style.label("head@6") == "frozen (head), first 6 stages"


def test_accuracy_against_weights_that_learn():
    from tests.experiments.test_results import result

    runs = [result(name, 5, seed, 0.5 + seed / 10) for name in ("head", "lora:8") for seed in range(3)]
    picture = tl.Results(runs).plot_parameter_cost("A budget", shots=5)
    assert picture.words.startswith("A budget. Named right, mean of 3 seeds")
    assert "lora:8 60.0% with" in picture.words
    assert [text.get_text() for text in picture.figure.axes[0].texts] == ["head", "lora:8"]


def test_two_questions_about_the_same_images_stand_below_them():
    even, seven = tl.task("pairs/even"), tl.task("pairs/seven")
    picture = tl.plots.show_questions(even, seven, count=3)
    assert len(picture.figure.axes) == 3
    labels = zip(even.test.labels[:3], seven.test.labels, strict=False)
    said = [f"{even.classes[a]} and {seven.classes[b]}" for a, b in labels]
    assert picture.words.endswith(f"{'; '.join(said)}.")


def test_where_a_network_looks_is_dark_below_the_picture():
    pictures = {name: np.full((8, 8, 3), shade, np.uint8) for name, shade in (("bird", 20), ("fruit", 200))}
    drops = [np.eye(4), np.zeros((4, 4))]
    shown = tl.plots.show_where(pictures, drops, "Two pictures.")
    assert [ax.get_title() for ax in shown.figure.axes if ax.get_title()] == ["bird", "fruit"]
    below = [ax.images[0] for ax in shown.figure.axes if not ax.get_title()]
    assert [image.get_clim() for image in below] == [(0, 1), (0, 1)]
    assert repr(shown) == "Two pictures."


def test_spread_side_by_side():
    wordings = Estimate({0: 0.5, 1: 0.9}, "asked", "wordings")
    picture = spread.plot_spread({"plain": wordings, "again": wordings}, "Luck", chance=0.5)
    assert "plain 70% (50% to 90% over 2 wordings)" in picture.words
    assert [text.get_text() for text in picture.figure.axes[0].get_yticklabels()] == ["again", "plain"]


def test_a_heat_map_frames_what_it_is_to_frame():
    figure = heatmap.plot_heatmap(np.array([[0.1, 0.9]]), ["a"], ["b", "c"], ("down", "across"), framed=[(0, 1)])
    (ax,) = figure.axes
    assert [text.get_fontweight() for text in ax.texts] == ["normal", "bold"]
    assert [text.get_color() for text in ax.texts] == ["white", "black"]  # dark on bright, bright on dark
    (frame,) = ax.patches
    assert frame.contains_point(ax.transData.transform((1, 0)))


def test_estimates_stand_side_by_side_with_their_numbers():
    one, two = Estimate({0: 0.1, 1: 0.3}, "a"), Estimate({0: 0.5, 1: 0.5}, "b")
    shown = estimates.plot_estimates({"first": {"x": one, "y": two}, "second": {"x": two, "y": one}}, "Both")
    assert "first: x 0.20 (-1.07 to 1.47), y 0.50 (0.50 to 0.50)" in shown.words
    left, right = shown.figure.axes
    assert [text.get_text() for text in left.get_yticklabels()] == ["x", "y"]
    assert left.get_ylim()[0] > left.get_ylim()[1]  # the first on top
    assert [text.get_text().strip() for text in right.texts] == ["0.50", "0.20"]
    three = estimates.plot_estimates({name: {"x": one, "y": two} for name in ("a", "b", "c")}, "In two rows").figure
    assert [ax.get_visible() for ax in three.axes] == [True, True, True, False]
    assert three.get_figwidth() == shown.figure.get_figwidth()


def test_an_uneven_test_has_a_line_for_its_largest_class():
    from tests.experiments.test_results import uneven

    results = tl.Results(uneven(shots=k, seed=seed, shipping=k) for k in (1, 2) for seed in range(2))
    ax = results.plot()
    assert np.allclose(ax.lines[-1].get_ydata(), 0.95)
    assert "always 'billing'" in [text.get_text() for text in ax.get_legend().get_texts()]
    words = repr(results.picture())
    assert "Always 'billing' is 95% right." in words
    assert "With each class counting alike: frozen (head) 60% at 1, 70% at 2." in words
    assert "Always 'billing' is 95% right." in repr(results.plot_parameter_cost(shots=1))


def test_depths_of_several_targets_stand_in_panels(results):
    curves = {"5 labels": [results.accuracy(name, shots=5) for name in ("head", "full")]}
    panels = {"near": curves, "far": curves}
    picture = tl.plots.plot_depths(panels, ("0", "9"), "How deep?", across="stages that learn")
    told = ". Test examples named right, by stages that learn: 5 labels 20% at 0, 34% at 9."
    assert repr(picture) == f"How deep?. near{told} far{told}"
    assert [ax.get_title(loc="left") for ax in picture.figure.axes] == ["near", "far", ""]
    assert len(picture.figure.axes[0].lines) == 1


def test_classes_stand_in_rows_and_the_words_name_them():
    task = tl.task("photographs")
    picture = tl.plots.show_classes(task, count=3)
    assert all(name in repr(picture) for name in task.classes)
    assert len(picture.figure.axes) == 3 * len(task.classes)
    assert all(len(ax.images) == 1 for ax in picture.figure.axes)
    with pytest.raises(tl.TlkitError, match="only pictures can be seen"):
        tl.plots.show_classes("spam")


def test_packed_pixels_are_the_pixels():
    pixels = np.random.default_rng(0).integers(256, size=(7, 5, 4), dtype=np.uint8)
    packed = picture.encode(pixels)
    assert np.array_equal(Image.open(io.BytesIO(packed)), pixels)
