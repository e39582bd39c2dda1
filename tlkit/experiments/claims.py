"""Claims: a sentence of a lesson, and the evidence that it must survive."""

from __future__ import annotations

import html
from dataclasses import dataclass

from tlkit.arguments import a_name
from tlkit.errors import TlkitError
from tlkit.estimate import Check

FEWEST_SEEDS = 5


@dataclass(frozen=True)
class Claim:
    """A sentence and its checks; it holds if all of them do."""

    text: str
    checks: tuple[Check, ...]

    @property
    def holds(self) -> bool:
        """Whether the evidence bears the sentence."""
        return all(self.checks)

    def row(self) -> dict:
        """As JSON has it: text, holds, and the first check's value and interval."""
        first = self.checks[0].estimate
        return {"text": self.text, "holds": self.holds, "value": first.mean, "low": first.low, "high": first.high}

    def __repr__(self) -> str:
        lines = [f"{_mark(self.holds)}  {self.text}", *(f"    {_mark(bool(c))}  {c}" for c in self.checks)]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        items = "".join(f"<li>{_mark(bool(c))}: {html.escape(str(c))}</li>" for c in self.checks)
        colour = "#009e73" if self.holds else "#d55e00"
        return (
            f'<div style="border-left:6px solid {colour};padding:.3em .9em;margin:.4em 0">'
            f"<b>{html.escape(self.text)}</b> &nbsp;{'✓' if self.holds else '✗'} {_mark(self.holds)}"
            f'<ul style="margin:.2em 0;opacity:.8;font-size:90%">{items}</ul></div>'
        )


class ClaimFailed(AssertionError):
    """The evidence does not bear the claim; its message is the claim with its numbers."""


def judge(text: str, *checks: Check) -> Claim:
    """The claim with its verdict; raises only where there is too little evidence for any verdict."""
    text = a_name(text, "a claim", "One note is enough for a pianist")
    if not checks or not all(isinstance(check, Check) for check in checks):
        raise TlkitError(
            f"The claim {text!r} needs its evidence as a comparison, such as "
            'results.gain("head", over="scratch", shots=5) > 0.10.'
        )
    seeds = min(len(check.estimate.values) for check in checks)
    if seeds < FEWEST_SEEDS:
        raise TlkitError(
            f"A claim needs {FEWEST_SEEDS} seeds or more, and the evidence for {text!r} has {seeds}: "
            "compare on more, as in seeds=5 or TLKIT_SEEDS=10-14."
        )
    return Claim(text, checks)


def claim(text: str, *checks: Check) -> Claim:
    """The claim, if its evidence bears it; else :class:`ClaimFailed`, and the lesson's cell with it.

    Each check is an estimate against a margin, ``results.gain("head", over="scratch", shots=5) > 0.10``; put the
    control beside the gain that it controls.
    """
    judged = judge(text, *checks)
    if not judged.holds:
        raise ClaimFailed(repr(judged))
    return judged


def _mark(holds: bool) -> str:
    return "holds" if holds else "DOES NOT HOLD"
