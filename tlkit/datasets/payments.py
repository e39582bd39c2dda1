"""Tasks of payments, openly made up: who pays, the owner of the card or somebody else?

An item is the last :data:`LENGTH` payments of a card, a sequence; what is asked is who made the last of them. In a
bank's *pretext* nobody has labelled anything: half of its last payments are put there from another card.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from tlkit.datasets.bank import GENUINE, KINDS, Bank, Payments, live
from tlkit.datasets.rare import RareTask
from tlkit.datasets.task import Examples, Task
from tlkit.seeding import stream

LENGTH = 16  # payments of an item
CLASSES = ("the owner", "somebody else")
EVENT = ("amount", "sine of the hour", "cosine of the hour", "weekend", "since the last", "across", "up", "been there")
INPUTS = len(EVENT) + len(KINDS)
STEP = 256  # numbers are rounded to so many parts of 1, so that they are the same on every machine
WHEN = (1, 2, 3, 4)  # the rows of EVENT that say when
PRETEXT = (36_000, 2_000)  # items to learn from, and to be tested on
LEARN, TEST, LATER = (30, 50), (50, 57), (173, 180)  # days
GENUINE_ONES = 3_000  # of which labelled ones are drawn
MEMORY = (1, 7, 30)  # days that hand-made features look back
CALLS = (2, 5, 10, 20, 30, 50, 75, 100)  # a day
BANKS = {
    "a": Bank("a"),
    "b": Bank("b", days=180, prices=0.8, later=-1.5, more=(("groceries", 1.3), ("online", 0.5)), drift=1.0),
    "c": Bank("c", prices=1.2, later=1.5, more=(("groceries", 0.7), ("online", 2.0), ("travel", 1.5))),
}


@dataclass(frozen=True, eq=False)
class Book:
    """A bank's payments, and which of them there are 15 earlier ones of the same card of."""

    paid: Payments

    @functools.cached_property
    def ready(self) -> np.ndarray:
        """Whether a payment has as many before it as an item needs (n,)."""
        return self.place >= LENGTH - 1

    @functools.cached_property
    def place(self) -> np.ndarray:
        """The how-manieth of its card each payment is, from 0 (n,)."""
        customer = self.paid.customer
        return np.arange(len(customer)) - np.searchsorted(customer, customer)

    @functools.cached_property
    def events(self) -> np.ndarray:
        """Each payment as a network is given it (n, INPUTS)."""
        paid = self.paid
        been = np.zeros(len(paid.time), dtype=bool)
        for back in range(1, LENGTH):
            been[back:] |= (paid.terminal[back:] == paid.terminal[:-back]) & (self.place[back:] >= back)
        return encode(paid, self.gap, been)

    @functools.cached_property
    def gap(self) -> np.ndarray:
        """The days since the last payment of the same card (n,); 1 for its first."""
        return np.where(self.place, np.diff(self.paid.time, prepend=0), 1.0)

    def rows(self, days: tuple[int, int]) -> np.ndarray:
        """The payments of those days that can be the last of an item."""
        return np.flatnonzero(self.ready & (self.paid.time >= days[0]) & (self.paid.time < days[1]))

    def items(self, rows: np.ndarray) -> np.ndarray:
        """The payments up to each of ``rows`` as items (n, LENGTH, INPUTS)."""
        return self.events[rows[:, None] + np.arange(1 - LENGTH, 1)]

    def table(self, rows: np.ndarray) -> np.ndarray:
        """Features by hand of the payments at ``rows`` (n, columns), most of them the Handbook's."""
        paid, event = self.paid.take(rows), self.events[rows]
        own, there = (_before(group, self.paid, rows) for group in (self.paid.customer, self.paid.terminal))
        means = own[1] / np.maximum(own[0], 1)
        return np.column_stack([
            paid.amount, paid.hour, paid.hour < 6, event[:, 3:5], np.linalg.norm(paid.away, axis=1), event[:, 7:],
            own[0].T, means.T, there[0].T, paid.amount / np.maximum(means[-1], 1),
        ]).round(3)  # fmt: skip


def encode(paid: Payments, gap: np.ndarray, been: np.ndarray) -> np.ndarray:
    """Payments as a network is given them (n, INPUTS); ``gap`` is in days since the last of the card."""
    turn = 2 * np.pi * paid.time
    kinds = np.eye(len(KINDS))[paid.kind]
    columns = [
        np.log(paid.amount + 1) - 3.5, np.sin(turn), np.cos(turn), paid.time % 7 >= 5, np.log(gap + 0.05),
        paid.away / 20, been,
    ]  # fmt: skip
    return (np.column_stack([*columns, kinds]) * STEP).round().astype(np.float32) / STEP


def _before(group: np.ndarray, paid: Payments, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How many payments of the same group there were before each of ``rows``, and their sum (memories, n), each."""
    order = np.lexsort([paid.time, group])
    key = group[order] * 1e4 + paid.time[order]
    sums = np.append(0, np.cumsum(paid.amount[order]))
    last = np.empty(len(key), dtype=int)
    last[order] = np.arange(len(key))
    last = last[rows]
    first = np.stack([np.searchsorted(key, key[last] - days) for days in MEMORY])
    return last - first, sums[last] - sums[first]


@functools.lru_cache(maxsize=4)
def book(bank: str) -> Book:
    """The payments of a bank by name."""
    return Book(live(BANKS[bank]))


def names() -> dict[str, str]:
    """Every task of this family, with what it is in one line."""
    return {
        "payments/a": "made up: payments at bank A, unlabelled; half of the last ones are partly another card's",
        "payments/a-next": "made up: the same, unlabelled: in what kind of shop is the next payment?",
        "payments/b": "made up: payments at bank B, a few known frauds among them; the week after is the test",
        "payments/b-later": "made up: bank B, tested four months later: prices and thieves have moved on",
        "payments/c": "made up: the same question at bank C, whose customers are younger and buy online",
    }


def load(name: str) -> Task:
    """The task of that name."""
    bank = book(name.removeprefix("payments/")[0])
    if name == "payments/a":
        return pretext(name, bank)
    if name == "payments/a-next":
        return foretold(name, bank)
    return frauds(name, bank, test=LATER if name.endswith("later") else TEST)


def pretext(name: str, book: Book) -> Task:
    """Half of the last payments are another card's in part: its amount, its hour or its place, or several of them."""
    draw = np.random.default_rng(stream(0, "pretext", name))
    rows = draw.permutation(np.flatnonzero(book.ready))[: sum(PRETEXT)]
    items, labels = book.items(rows), draw.integers(0, 2, len(rows))
    items[labels == 1, -1] = swapped(book, rows[labels == 1], draw)
    return Task(name, "sequence", CLASSES, *_apart(items, labels), about=names()[name])


def foretold(name: str, book: Book) -> Task:
    """Of the last payment only the time is shown; the kind of shop is asked for."""
    draw = np.random.default_rng(stream(0, "pretext", name))
    rows = draw.permutation(np.flatnonzero(book.ready))[: sum(PRETEXT)]
    items = book.items(rows)
    items[:, -1, ~np.isin(np.arange(INPUTS), WHEN)] = 0
    return Task(name, "sequence", KINDS, *_apart(items, book.paid.kind[rows]), about=names()[name])


def _apart(items: np.ndarray, labels: np.ndarray) -> list[Examples]:
    """What is learnt from, and what is tested on."""
    return [Examples(items[part], labels[part]) for part in np.split(np.arange(len(items)), [PRETEXT[0]])]


def swapped(book: Book, rows: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """The payments at ``rows`` with another card's amount, hour or place, one of them at least (n, INPUTS)."""
    mine, theirs = book.paid.take(rows), book.paid.take(draw.integers(0, len(book.place), len(rows)))
    amount, hour, place = parts = draw.random((3, len(rows))) < 0.5
    amount |= ~parts.any(axis=0)
    mixed = mine._replace(
        amount=np.where(amount, theirs.amount, mine.amount),
        time=np.floor(mine.time) + np.where(hour, theirs.time, mine.time) % 1,
        kind=np.where(place, theirs.kind, mine.kind),
        terminal=np.where(place, theirs.terminal, mine.terminal),
        place=np.where(place[:, None], theirs.place, mine.place),
    )
    earlier = book.paid.terminal[rows[:, None] - np.arange(1, LENGTH)]
    return encode(mixed, book.gap[rows], (earlier == mixed.terminal[:, None]).any(axis=1))


def frauds(name: str, book: Book, *, test: tuple[int, int]) -> FraudTask:
    """Who made the last payment: known frauds of some weeks to learn from, and all that is paid in a later one."""
    draw = np.random.default_rng(stream(0, "frauds", name.removesuffix("-later")))
    learn, tested = draw.permutation(book.rows(LEARN)), book.rows(test)
    is_fraud = book.paid.way[learn] != GENUINE
    learn = np.concatenate([learn[is_fraud], learn[~is_fraud][:GENUINE_ONES]])
    parts = [_examples(book, rows) for rows in (learn, tested)]
    columns = Columns(*parts, book.table(learn), book.table(tested))
    return FraudTask(name, "sequence", CLASSES, *parts, about=names()[name], columns=columns)


def _examples(book: Book, rows: np.ndarray) -> Examples:
    paid = book.paid.take(rows)
    tags = {name: getattr(paid, name) for name in ("way", "customer", "terminal", "time", "amount", "kind")}
    return Examples(book.items(rows), (paid.way != GENUINE).astype(np.int64), tags)


@dataclass(frozen=True, eq=False, repr=False)
class FraudTask(RareTask):
    """Who made the last payment of a card; beside average precision it is told what a number of calls a day finds."""

    def judge(self, answers: np.ndarray) -> tuple[float, tuple]:
        """The average precision, and for each of :data:`CALLS` how many robbed customers are found, of how many."""
        robbed, rank, _ = called(answers[:, 1], self.test)
        alarms = ((f"{calls} calls a day", int(robbed[rank < calls].sum()), int(robbed.sum())) for calls in CALLS)
        return super().judge(answers)[0], tuple(alarms)


def called(chances: np.ndarray, paid: Examples) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For each customer and day whether there was a fraud, and when the customer is called that day, 0 for the first.

    A customer is as suspect as the likeliest of the day's payments. ``chances`` (n,) are those of fraud; returned is
    also to which customer and day each payment belongs (n,).
    """
    day = np.floor(paid.tags["time"]).astype(int)
    both, group = np.unique(np.stack([day, paid.tags["customer"]]), axis=1, return_inverse=True)
    suspicion, robbed = np.zeros(both.shape[1]), np.zeros(both.shape[1], dtype=bool)
    np.maximum.at(suspicion, group, chances)
    np.logical_or.at(robbed, group, paid.labels == 1)
    order = np.lexsort([-suspicion, both[0]])
    rank = np.empty(len(order), dtype=int)
    rank[order] = np.arange(len(order)) - np.searchsorted(both[0], both[0])
    return robbed, rank, group


@dataclass(frozen=True, eq=False)
class Columns:
    """Features by hand of what is learnt from and of what is tested on, given which rows of the first are labelled.

    The last is the terminal's *risk*: how many frauds are known to have been there before.
    """

    train: Examples
    test: Examples
    learnt: np.ndarray
    tested: np.ndarray

    def __call__(self, known: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Both tables (n, columns)."""
        frauds = self.train.take(known[self.train.labels[known] == 1]).tags
        return tuple(
            np.column_stack([table, _risk(part.tags, frauds)])
            for part, table in ((self.train, self.learnt), (self.test, self.tested))
        )


def _risk(paid: dict, frauds: dict) -> np.ndarray:
    """How many of these frauds were at a payment's terminal before it (n,)."""
    there = paid["terminal"][:, None] == frauds["terminal"]
    return (there & (frauds["time"] < paid["time"][:, None])).sum(axis=1)
