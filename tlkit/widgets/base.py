"""What the labs share: controls that answer the arrow keys, a picture with its words, training in the background."""

from __future__ import annotations

import base64
import html
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import anywidget
import ipywidgets as W
import traitlets

from tlkit.arguments import listed, numbers
from tlkit.datasets.catalogue import as_task
from tlkit.datasets.task import Task, check_shots
from tlkit.errors import TlkitError, shown
from tlkit.events import Listener, Progress, Step, Stopped
from tlkit.experiments.source import as_source
from tlkit.methods.classifier import check_modality
from tlkit.methods.method import Strategy
from tlkit.widgets.ahead import Ahead, Piece, quiet
from tlkit.widgets.box import WordyBox

if TYPE_CHECKING:
    from tlkit.widgets.screen import Screen

PACE = 10  # steps between two words about a training: reading needs no more, and the browser is not flooded


def buttons(label: str, options: Sequence, value: object = None) -> W.ToggleButtons:
    """A choice by buttons, the first at first unless ``value`` says otherwise."""
    style = {"description_width": "initial", "button_width": "auto"}
    chosen = {} if value is None else {"value": value}
    return W.ToggleButtons(options=options, description=label, style=style, **chosen)


def slider(label: str, options: Sequence, value: object) -> W.SelectionSlider:
    """A slider over ``options``, each a value or a (text, value) pair."""
    style, layout = {"description_width": "11em"}, {"width": "38em", "max_width": "100%"}
    return W.SelectionSlider(options=options, value=value, description=label, style=style, layout=layout)


def shots_slider(label: str, shots: Sequence[int], first: int) -> W.SelectionSlider:
    """A slider over numbers of labelled examples, which begins at ``first`` where that is one of them."""
    return slider(label, list(shots), first if first in shots else shots[0])


def refill(control: W.SelectionSlider | W.ToggleButtons, options: Sequence, value: object, observer: Callable) -> None:
    """Give a control other options and a value without a word to its observer."""
    control.unobserve(observer, "value")
    control.options = options
    control.value = value
    control.observe(observer, "value")


def values_of(control: W.SelectionSlider | W.ToggleButtons) -> list:
    """What a control can be set to, without the texts that may stand for it."""
    return [option[1] if isinstance(option, tuple) else option for option in control.options]


def given_tasks(tasks: str | Task | Sequence[str | Task], example: str) -> list[Task]:
    """The tasks of a lab, shipped ones by name or one's own as they are; one is enough."""
    return [as_task(each) for each in listed(tasks, "tasks", f"[{example!r}]", single=(str, Task))]


def texts_given(tasks: str | Task | Sequence[str | Task]) -> list[Task]:
    """The tasks of a lab that shows texts."""
    given = given_tasks(tasks, "reviews/tweets")
    for each in given:
        if each.modality != "text":
            raise TlkitError(f"{each.name} has {each.modality}s, and this lab shows texts: give a task of texts.")
    return given


def given_shots(shots: int | Sequence[int]) -> list[int]:
    """The numbers of labelled examples that a lab's slider has."""
    return numbers(shots, "shots", check_shots, "[1, 5, 20]")


def given_strategies(strategies: str | Strategy | Sequence[str | Strategy]) -> list[Strategy | str]:
    """The strategies that a lab's buttons have."""
    return listed(strategies, "strategies", "['head', 'full']", single=(str, Strategy))


def given_pairs(named: object, what: str, example: str) -> Mapping:
    """What a lab's buttons are named after: a mapping with something in it."""
    if not isinstance(named, Mapping) or not named:
        raise TlkitError(f"{what}={shown(named)} names nothing to choose from: give a dict, such as {example}.")
    return named


def given_story(story: object, example: str, *, parts: int = 2) -> tuple:
    """A source and a task that fit each other, and what else belongs to them."""
    if not isinstance(story, (tuple, list)) or len(story) != parts:
        raise TlkitError(f"The story {shown(story)} has not {parts} parts, as in {example}.")
    source, target = as_source(story[0]), as_task(story[1])
    check_modality(source.backbone, target)
    return source, target, *story[2:]


def count(n: int, thing: str) -> str:
    """``1 note``, ``5 notes``."""
    return f"{n} {thing}{'s' * (n != 1)}"


class Keys(anywidget.AnyWidget):
    """Unseen in a lab: its sliders keep their arrow keys, which Notebook 7 takes for its own shortcuts."""

    _esm = Path(__file__).parent / "keys.js"


class Lab(WordyBox):
    """A picture and its words, both in traits, and at most one training in the background, which can be stopped.

    A lab puts its controls, ``picture``, ``words`` and ``stop`` into ``children``, observes the controls, and answers
    with :meth:`show`. What must train goes to :meth:`start`. A page that has no kernel moves ``controls`` through their
    positions, and tells of what is ``beyond`` them.
    """

    beyond = ""

    def __init__(self):
        self.picture, self.words = W.HTML(), W.HTML()
        self.stop = W.Button(description="Stop", icon="stop", disabled=True, tooltip="Stop the training")
        self.stop.on_click(lambda _: self.halt())
        self._training: threading.Thread | None = None
        self._halt, self._lock, self._ahead = threading.Event(), threading.RLock(), Ahead()
        self._keys = Keys(layout={"display": "none"})
        super().__init__()
        self.add_class("tlkit-lab")

    @traitlets.validate("children")
    def _with_keys(self, proposal: dict) -> tuple:
        return (*(each for each in proposal["value"] if each is not self._keys), self._keys)

    @property
    def controls(self) -> list[W.Widget]:
        """What a reader moves, from top to bottom."""
        return [each for each in self.children if isinstance(each, (W.SelectionSlider, W.ToggleButtons))]

    def ask(self, _change: dict | None = None) -> None:
        """Answer what the controls ask."""
        raise NotImplementedError

    @property
    def must_train(self) -> bool:
        """Whether the answer to what the controls ask takes a training."""
        return False

    def recall(self) -> object | None:
        """What saved runs answer to what the controls ask, without a training; nothing, where there are none."""
        return None

    def show(self, png: bytes, words: str) -> None:
        """Show a picture, and say the same in words."""
        data = base64.b64encode(png).decode()
        with self._lock:
            self.picture.value = (
                f'<img alt="{html.escape(words)}" src="data:image/png;base64,{data}" style="max-width:100%">'
            )
            self.tell(words)

    def present(self, screen: Screen, shown: object) -> None:
        """Show what a screen draws of something, and what it says of itself."""
        self.show(screen.show(shown), shown.words())

    def tell(self, text: str) -> None:
        """Say something below the picture; a screen reader speaks it."""
        self.words.value = f'<div role="status" style="max-width:60em;line-height:1.4">{html.escape(text)}</div>'

    def start(self, work: Callable[[], None], stopped: Callable[[], str]) -> None:
        """Do ``work`` in the background, after what went on there was stopped; ``stopped`` says what Stop has left."""
        self.halt()
        self._halt.clear()
        self.launch(work, stopped)

    def work_ahead(self, pieces: Iterable[Piece]) -> None:
        """Make these while nobody asks for anything, instead of those before."""
        self._ahead.start(pieces)

    def launch(self, work: Callable[[], None], stopped: Callable[[], str]) -> None:
        """Do ``work`` in a thread of its own."""
        self._training = threading.Thread(target=self._do, args=(work, stopped), daemon=True)
        self._training.start()

    def follow(self, what: str) -> Listener:
        """A listener that says now and then how far ``what`` is, and ends it once Stop was pressed."""

        def listen(event: object) -> None:
            if self._halt.is_set():
                raise Stopped
            if isinstance(event, Step) and event.step % PACE == 0:
                self.tell(f"{what}: step {event.step} of {event.steps} ...")
            elif isinstance(event, Progress) and event.done < event.total:
                self.tell(f"{what}: looking, {event.done} of {event.total} ...")

        return listen

    @property
    def training(self) -> bool:
        """Whether something goes on in the background."""
        return self._training is not None and self._training.is_alive()

    def halt(self) -> None:
        """Stop the training, if one goes on, and what is made ahead; what is done stays."""
        self._ahead.stop()
        self._halt.set()
        self.wait()

    def wait(self) -> None:
        """Return when no training goes on."""
        if self._training is not None and self._training is not threading.current_thread():
            self._training.join()

    def _do(self, work: Callable[[], None], stopped: Callable[[], str]) -> None:
        self.stop.disabled = False
        try:
            with quiet().asked():
                work()
        except Stopped:
            self.tell(stopped())
        except Exception as error:
            self.tell(f"The training failed: {error}")
            raise
        finally:
            self.stop.disabled = True
