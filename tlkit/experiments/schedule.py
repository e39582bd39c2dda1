"""Which runs are made where and when: each seed's source once, heads here, trainings on the executor."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait

from tlkit.datasets.task import Task
from tlkit.events import Teller
from tlkit.experiments.question import Run
from tlkit.experiments.result import Result
from tlkit.experiments.runner import Setting
from tlkit.experiments.source import Source
from tlkit.runtime.workers import hand_over, plain_deaths

HEARTBEAT = 0.1  # seconds between two looks at whether to stop, while others work


def run_all(
    source: Source,
    target: Task,
    runs: list[Run],
    steps: int,
    key: Callable[[Run], str],
    executor: Executor | None,
    tell: Teller,
) -> Iterator[Result]:
    """The results as they come; each seed's source is schooled once, before the first run that needs it."""
    groups = _by_seed(runs) if source.by_seed else [runs] * bool(runs)
    if executor is not None:
        yield from _run_beside(source, target, groups, steps, key, executor, tell)
        return
    for group in groups:
        setting = Setting(source.reseed(group[0].seed, tell), target, steps, planned=group, key=key, on_event=tell)
        yield from map(setting.run, group)


def _run_beside(
    source: Source,
    target: Task,
    groups: list[list[Run]],
    steps: int,
    key: Callable[[Run], str],
    executor: Executor,
    tell: Teller,
) -> Iterator[Result]:
    """The same with an executor. Heads on frozen bodies are fitted here, where what the bodies say is remembered."""
    teacher = hand_over(executor, source) if source.by_seed else source
    pending = {_schooling(teacher, source, group[0].seed, executor): group for group in groups}
    try:
        while pending:
            done, _ = wait(pending, timeout=HEARTBEAT, return_when=FIRST_COMPLETED)
            tell.check()
            for future in done:
                group = pending.pop(future)
                with plain_deaths():
                    came = future.result()
                if group is None:
                    yield came
                    continue
                with plain_deaths():
                    pending |= _submit((came, target), [r for r in group if not r.strategy.still], steps, executor)
                still = [run for run in group if run.strategy.still]
                setting = Setting(came, target, steps, planned=still, key=key, on_event=tell)
                yield from map(setting.run, still)
    finally:
        for future in pending:
            future.cancel()


def _by_seed(runs: Iterable[Run]) -> list[list[Run]]:
    groups: dict[int, list[Run]] = {}
    for run in runs:
        groups.setdefault(run.seed, []).append(run)
    return list(groups.values())


def _schooling(teacher: object, source: Source, seed: int, executor: Executor) -> Future:
    """The source of that seed, as it comes; a source of which there is only one is there at once."""
    if source.by_seed:
        return executor.submit(type(source).reseed, teacher, seed)
    there: Future = Future()
    there.set_result(source)
    return there


def _submit(at: tuple[Source, Task], runs: list[Run], steps: int, executor: Executor) -> dict[Future, None]:
    """The runs under way, from one source to one target."""
    if not runs:
        return {}
    sent = hand_over(executor, at)
    return {executor.submit(_run, sent, run, steps): None for run in runs}


def _run(sent: tuple[Source, Task], run: Run, steps: int) -> Result:
    """One run in another process."""
    return Setting(*sent, steps).run(run)
