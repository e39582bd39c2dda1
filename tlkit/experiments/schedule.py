"""Which runs are made where and when: each seed's source once, heads here, trainings on the executor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait

from tlkit.datasets.task import Task
from tlkit.events import Teller
from tlkit.experiments.question import Question
from tlkit.experiments.result import Result
from tlkit.experiments.runner import Runner
from tlkit.experiments.source import Source
from tlkit.runtime.workers import hand_over, plain_deaths

HEARTBEAT = 0.1  # seconds between two looks at whether to stop, while others work


def run_all(questions: list[Question], executor: Executor | None, tell: Teller) -> Iterator[Result]:
    """The results as they come; each seed's source is schooled once, before the first run that needs it."""
    if not questions:
        return
    source, target = questions[0].source, questions[0].target
    groups = _by_seed(questions) if source.by_seed else [questions]
    if executor is not None:
        yield from _run_beside(source, target, groups, executor, tell)
        return
    for group in groups:
        runner = Runner(source.reseed(group[0].seed, tell), target, planned=group, on_event=tell)
        yield from map(runner.run, group)


def _run_beside(
    source: Source, target: Task, groups: list[list[Question]], executor: Executor, tell: Teller
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
                frozen = [question for question in group if question.strategy.body_is_frozen]
                trained = [question for question in group if not question.strategy.body_is_frozen]
                with plain_deaths():
                    pending |= _submit((came, target), trained, executor)
                yield from map(Runner(came, target, planned=frozen, on_event=tell).run, frozen)
    finally:
        for future in pending:
            future.cancel()


def _by_seed(questions: Iterable[Question]) -> list[list[Question]]:
    groups: dict[int, list[Question]] = {}
    for question in questions:
        groups.setdefault(question.seed, []).append(question)
    return list(groups.values())


def _schooling(teacher: object, source: Source, seed: int, executor: Executor) -> Future:
    """The source of that seed, as it comes; a source of which there is only one is there at once."""
    if source.by_seed:
        return executor.submit(type(source).reseed, teacher, seed)
    there: Future = Future()
    there.set_result(source)
    return there


def _submit(at: tuple[Source, Task], questions: list[Question], executor: Executor) -> dict[Future, None]:
    """The runs under way, from one source to one target."""
    if not questions:
        return {}
    sent = hand_over(executor, at)
    return {executor.submit(_run, sent, question.apart()): None for question in questions}


def _run(sent: tuple[Source, Task], asked: tuple) -> Result:
    """One run in another process."""
    return Runner(*sent).run(Question(*sent, *asked))
