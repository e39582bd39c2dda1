"""The lab of notes: a talk, the note that belongs to it, what each writer made of it, and what was made up, marked."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ipywidgets as W

from tlkit.analysis.made_up import facts_right, made_up, misplaced, overlap
from tlkit.datasets.consultations import Consultation
from tlkit.errors import TlkitError
from tlkit.widgets.base import Lab, buttons, given_pairs, slider

BASELINE = "first sentences"
MODEL = "a model wrote this"
MARKS = {"made up": "⟦{}⟧", "misplaced": "‹{}›"}  # brackets, so that nobody needs to tell colours apart


@dataclass(frozen=True)
class Case:
    """One talk, and one writer's note of it."""

    number: int
    talk: Consultation
    writer: str
    text: str

    @property
    def made_up(self) -> list[str]:
        """Its numbers and names that nobody said."""
        return made_up(self.text, self.talk.talk)

    @property
    def misplaced(self) -> list[str]:
        """Those that somebody said, and that do not belong here."""
        return misplaced(self.text, self.talk.talk, self.talk.note)

    def words(self) -> str:
        """What was found in the note, as sentences."""
        right = facts_right(self.text, self.talk.note)
        invented, elsewhere = (", ".join(found) or "nothing" for found in (self.made_up, self.misplaced))
        return (
            f"Talk {self.number}, {self.writer}: {right:.0%} of the note's numbers and names are there, overlap "
            f"{overlap(self.text, self.talk.note):.2f}. Made up: {invented}. In the wrong place: {elsewhere}."
        )

    def page(self) -> str:
        """Talk, right note and what was written, escaped."""
        lines = "<br>".join(html.escape(line) for line in self.talk.talk.splitlines())
        return (
            f"<div style='max-width:60em;line-height:1.5'><p>{lines}</p>"
            f"<p><b>The note that belongs to it:</b> {html.escape(self.talk.note)}</p>"
            f"<p style='border-left:4px double;padding-left:.8em'><b>{html.escape(self.writer)}</b> "
            f"<i>({MODEL if self.writer != BASELINE else 'copied, no model'})</i>: {self._marked()}</p></div>"
        )

    def _marked(self) -> str:
        marks = dict.fromkeys(self.made_up, MARKS["made up"])
        marks |= dict.fromkeys(self.misplaced, MARKS["misplaced"])
        return "".join(_mark(part, marks) for part in re.split(r"([A-Za-z]+|\d+)", self.text))


def _mark(part: str, marks: Mapping[str, str]) -> str:
    safe = html.escape(part)
    return f"<b>{marks[part].format(safe)}</b>" if part in marks else safe


class NotesLab(Lab):
    """A slider over talks and a button for each writer; all is read from saved notes, so it answers at once.

    ``talks`` are those that were written about, and ``written`` the notes of each writer, in their order.
    """

    def __init__(self, talks: Sequence[Consultation], written: Mapping[str, Sequence[str]]):
        super().__init__()
        self._talks, self._written = list(talks), dict(given_pairs(written, "written", "{'LoRA': [...]}"))
        for writer, notes in self._written.items():
            if len(notes) != len(self._talks):
                raise TlkitError(f"{writer} wrote {len(notes)} notes, and there are {len(self._talks)} talks.")
        self.talk = slider("Talk", list(range(1, len(self._talks) + 1)), 1)
        self.writer = buttons("Written by", list(self._written))
        for control in (self.talk, self.writer):
            control.observe(self.ask, "value")
        self.reading = W.HTML()  # beside the words, so that pages without a kernel have it as well
        self.children = [self.talk, self.writer, self.reading, self.words]
        self.ask()

    def __repr__(self) -> str:
        return f"NotesLab: {self.case.words()}"

    @property
    def case(self) -> Case:
        """What the controls ask for."""
        row, writer = self.talk.value - 1, self.writer.value
        return Case(row + 1, self._talks[row], writer, self._written[writer][row])

    def ask(self, _change: dict | None = None) -> None:
        """Show it."""
        self.reading.value = self.case.page()
        self.tell(self.case.words())
