import pytest

from tlkit.events import Progress
from tlkit.experiments.question import questions
from tlkit.experiments.runner import Runner
from tlkit.experiments.source import Source
from tlkit.methods import feature_cache
from tlkit.methods.strategy import as_strategy


@pytest.mark.parametrize(("strategy", "seeds_together"), [("head", 3), ("random_head", 1)])
def test_a_body_goes_through_the_rows_that_will_be_asked_of_it_and_no_others(
    source, high_bars, strategy, seeds_together
):
    """A random body is another with each seed, the first of which is 0; the source's own serves them all."""
    feature_cache.forget()
    events, one = [], Source(source.model, source.name, source.classes)
    asked = questions(one, high_bars, [as_strategy(strategy)], [2], range(3))
    Runner(one, high_bars, planned=asked, on_event=events.append).run(asked[0])
    rows = {row for question in asked[:seeds_together] for row in question.rows}
    assert [event.total for event in events if isinstance(event, Progress) and event.done == event.total] == [
        len(rows), len(high_bars.test),
    ]  # fmt: skip
