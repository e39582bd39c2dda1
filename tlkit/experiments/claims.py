"""Claims: a sentence of a lesson, and the evidence that it must survive."""

from __future__ import annotations

import html
from dataclasses import dataclass, field

from tlkit.arguments import a_name
from tlkit.errors import TlkitError
from tlkit.estimate import Check, Verdict
from tlkit.experiments.replication import DRAW, replication
from tlkit.seeding import fresh_seeds

FEWEST_SEEDS = DRAW
_LOOKS = {Verdict.HOLDS: ("#009e73", "✓"), Verdict.NOT_SHOWN: ("#e69f00", "?"), Verdict.CONTRADICTED: ("#d55e00", "✗")}


@dataclass(frozen=True)
class Claim:
    """A sentence and its checks."""

    text: str
    checks: tuple[Check, ...]

    @property
    def verdict(self) -> Verdict:
        """It holds if all of its checks do, and is contradicted if one of them is."""
        found = {check.verdict for check in self.checks}
        return Verdict.CONTRADICTED if Verdict.CONTRADICTED in found else max(found, key=list(Verdict).index)

    @property
    def holds(self) -> bool:
        """Whether the evidence bears the sentence."""
        return self.verdict is Verdict.HOLDS

    @property
    def replicates(self) -> float | None:
        """The probability that five fresh seeds would bear it, too; None where there are too few to tell."""
        return replication(self.checks)

    def row(self) -> dict:
        """As JSON has it: text, holds, verdict, replicates, and the first check's value and interval."""
        first = self.checks[0].estimate
        told = {"text": self.text, "holds": self.holds, "verdict": str(self.verdict), "replicates": self.replicates}
        return {**told, "value": first.mean, "low": first.low, "high": first.high}

    def __repr__(self) -> str:
        return "\n".join([f"{self.verdict}  {self.text}", *(f"    {line}" for line in self._lines())])

    def _repr_html_(self) -> str:
        colour, mark = _LOOKS[self.verdict]
        items = "".join(f"<li>{html.escape(line)}</li>" for line in self._lines())
        return (
            f'<div style="border-left:6px solid {colour};padding:.3em .9em;margin:.4em 0">'
            f"<b>{html.escape(self.text)}</b> &nbsp;{mark} {self.verdict}"
            f'<ul style="margin:.2em 0;opacity:.8;font-size:90%">{items}</ul></div>'
        )

    def _lines(self) -> list[str]:
        share = self.replicates
        again = [] if share is None else [f"replicates: {share:.1%} of all draws of {DRAW} of its seeds uphold it"]
        return [*(f"{check.verdict}  {check}" for check in self.checks), *again]


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

    Each check is an estimate against a margin: ``results.gain("head", over="scratch", shots=5) > 0.10``, ``< 0.02``, or
    ``.within(0.05)`` where two are said to be as good. Put the control beside the gain that it controls. The verdict is

    - *holds*: the whole 95% interval of each check (Student's t over seeds) lies on the right side of its margin;
    - *not shown*: an interval straddles its margin, so the evidence says neither yes nor no;
    - *contradicted*: the whole of an interval lies on the wrong side.

    *Replicates* is how often five fresh seeds would bear the claim, too, by :func:`~tlkit.experiments.replication`.

    A claim must hold on the evidence that it was made on. On seeds that nobody saved (``TLKIT_SEEDS=30-34``) only a
    contradiction fails: five seeds are a replication, not the evidence, and may well be too few to show it again.
    :func:`verdicts` counts the three. More in ``notebooks/teaching/what-a-claim-says.md``.
    """
    judged = judge(text, *checks)
    _MADE.claims[judged.text] = judged
    if not (judged.holds or (fresh_seeds() and judged.verdict is Verdict.NOT_SHOWN)):
        raise ClaimFailed(repr(judged))
    return judged


@dataclass
class Verdicts:
    """The claims that this page has made so far, each once, with their verdicts counted."""

    claims: dict[str, Claim] = field(default_factory=dict)

    def count(self, verdict: Verdict) -> int:
        """How many claims have this verdict."""
        return sum(claim.verdict is verdict for claim in self.claims.values())

    def __repr__(self) -> str:
        held, open_, against = map(self.count, Verdict)
        seeds = fresh_seeds()
        on = f" on the seeds {seeds}, which nobody saved" if seeds else ""
        lines = [f"{len(self.claims)} claims{on}: {held} hold, {open_} not shown, {against} contradicted"]
        lines += [f"    {claim.verdict}  {text}" for text, claim in self.claims.items() if not claim.holds]
        shares = [claim.replicates for claim in self.claims.values() if claim.replicates is not None]
        if shares and not seeds:
            lines.append(f"each is upheld by at least {min(shares):.1%} of all draws of {DRAW} of its seeds")
        return "\n".join(lines)


_MADE = Verdicts()  # a notebook is one process, and counts its own


def verdicts() -> Verdicts:
    """How many claims of this page hold, are not shown, and are contradicted; for its last cell."""
    return Verdicts(dict(_MADE.claims))
