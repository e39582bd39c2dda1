"""Openly made up: the card payments of a bank, with the frauds among them, drawn by arithmetic.

No bank, no card and no person is behind them. The scenarios are those that the *Fraud Detection Handbook* describes
(Le Borgne, Siblini, Lebichot and Bontempi, 2022): customers with a place and habits, terminals near them, and three
kinds of fraud. Kinds of shops, hours of the day, thieves with ways of their own, and the drift are ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from tlkit.seeding import stream

TOWN = 100.0  # km, the side of the square in which all live
NEAREST = 3  # terminals of each kind that a customer goes to
FAVOURITE = (0.7, 0.2, 0.1)  # how often to each of them
AWAY = 0.03  # the share of payments anywhere in the country, honest as they are
GENUINE, LARGE, TERMINAL, STOLEN = range(4)
WAYS = ("genuine", "a large amount", "a compromised terminal", "a stolen card")
LARGE_A_DAY = 0.003  # of all payments
COMPROMISED_DAYS = 7
STOLEN_DAYS = 5


class Shop(NamedTuple):
    """A kind of shop: how many payments in a hundred go there, a usual amount, and when in the day."""

    often: float
    amount: float
    hour: float
    around: float  # the standard deviation of the hour


SHOPS = {
    "groceries": Shop(34, 35, 16, 3.0),
    "cafe": Shop(18, 6, 9, 2.0),
    "restaurant": Shop(12, 32, 19.5, 1.5),
    "fuel": Shop(10, 55, 14, 4.0),
    "online": Shop(12, 40, 21, 2.5),
    "clothes": Shop(8, 70, 15, 2.5),
    "electronics": Shop(3, 180, 15, 2.5),
    "travel": Shop(3, 260, 13, 4.0),
}
KINDS = tuple(SHOPS)
THIEVES = dict(zip(KINDS, (1, 0, 1, 1, 4, 3, 5, 3), strict=True))  # where a stolen card is used, as shares of 18


@dataclass(frozen=True)
class Bank:
    """A bank's customers and their town.

    ``days`` are lived through; ``prices`` are a factor, ``later`` the hours by which all is done later in the day, and
    ``more`` says of kinds of shops how much more often they are gone to. What ``drift`` has come to on the last day:
    1 means prices a quarter up, and thieves who have learnt to take half as much and to come at the usual hours; it
    begins on day ``settled``.
    """

    name: str
    customers: int = 800
    terminals: int = 2000
    days: int = 60
    prices: float = 1.0
    later: float = 0.0
    more: tuple[tuple[str, float], ...] = ()
    drift: float = 0.0
    settled: int = 60


class Payments(NamedTuple):
    """Payments by customer and then by time, a column each (n,).

    ``time`` is in days since the beginning, ``kind`` a row of :data:`KINDS`, ``terminal`` a number, ``place`` where it
    stands and ``home`` where the customer lives (n, 2) in km, ``way`` which of :data:`WAYS` it is.
    """

    customer: np.ndarray
    time: np.ndarray
    amount: np.ndarray
    kind: np.ndarray
    terminal: np.ndarray
    place: np.ndarray
    home: np.ndarray
    way: np.ndarray

    def take(self, rows: np.ndarray) -> Payments:
        """The payments at ``rows``, in that order."""
        return Payments(*(column[rows] for column in self))

    @property
    def hour(self) -> np.ndarray:
        """The hour of the day (n,), with its fraction."""
        return self.time % 1 * 24

    @property
    def away(self) -> np.ndarray:
        """Where the terminal stands as seen from home (n, 2), in km; what is online is at home."""
        return np.where(self.kind[:, None] == KINDS.index("online"), 0, self.place - self.home)


class Town:
    """Who lives where, what each usually does, and where the terminals are."""

    def __init__(self, bank: Bank, draw: np.random.Generator):
        often = np.array([shop.often * dict(bank.more).get(kind, 1.0) for kind, shop in SHOPS.items()])
        often /= often.sum()
        self.bank, self.draw = bank, draw
        self.homes = draw.uniform(0, TOWN, (bank.customers, 2))
        self.places = draw.uniform(0, TOWN, (bank.terminals, 2))
        self.kinds = np.append(np.arange(len(KINDS)).repeat(NEAREST), draw.choice(len(KINDS), bank.terminals, p=often))
        self.kinds = self.kinds[: bank.terminals]  # of every kind there are some
        self.level = np.exp(draw.normal(0, 0.4, bank.customers))
        self.shift = draw.normal(bank.later, 1.5, bank.customers)
        self.rate = draw.uniform(0.5, 4, bank.customers)  # payments a day
        self.taste = draw.dirichlet(6 * often, bank.customers)
        self.near = self._nearest()

    def _nearest(self) -> np.ndarray:
        """The terminals of each kind that a customer goes to (customers, kinds, NEAREST), the nearest first."""
        away = np.linalg.norm(self.homes[:, None] - self.places[None], axis=2)
        of_kind = (np.flatnonzero(self.kinds == kind) for kind in range(len(KINDS)))
        return np.stack([rows[np.argsort(away[:, rows], axis=1)[:, :NEAREST]] for rows in of_kind], axis=1)

    def anywhere(self, kind: np.ndarray) -> np.ndarray:
        """A terminal of each of these kinds (n,), wherever it is."""
        order = np.argsort(self.kinds, kind="stable")
        counts = np.bincount(self.kinds, minlength=len(KINDS))
        return order[np.cumsum(counts)[kind] - counts[kind] + self.draw.integers(0, counts[kind])]

    def habits(self) -> Payments:
        """What the customers themselves pay for."""
        bank, draw = self.bank, self.draw
        counts = draw.poisson(np.repeat(self.rate[:, None], bank.days, axis=1))
        customer, day = (np.repeat(rows.ravel(), counts.ravel()) for rows in np.indices(counts.shape))
        kind = _drawn(self.taste[customer], draw)
        shops = np.array(list(SHOPS.values()))[kind]
        hour = (draw.normal(shops[:, 2] + self.shift[customer], shops[:, 3])) % 24
        amount = shops[:, 1] * self.level[customer] * bank.prices * np.exp(draw.normal(0, 0.35, len(customer)))
        terminal = self.near[customer, kind, draw.choice(NEAREST, len(customer), p=FAVOURITE)]
        terminal = np.where(draw.random(len(customer)) < AWAY, self.anywhere(kind), terminal)
        amount = amount * (1 + 0.25 * self.drift(day))
        return self.paid(customer, day + hour / 24, amount, kind, terminal, GENUINE)

    def drift(self, day: np.ndarray) -> np.ndarray:
        """How much of the drift has come by a day."""
        bank = self.bank
        return bank.drift * np.clip((day - bank.settled) / max(1, bank.days - bank.settled), 0, 1)

    def paid(self, customer, time, amount, kind, terminal, way) -> Payments:
        """The columns of payments."""
        places = self.places[terminal], self.homes[customer]
        return Payments(customer, time, amount.round(2), kind, terminal, *places, np.full(len(customer), way))

    def thefts(self) -> Payments:
        """What thieves pay for: for some days after a card is lost, anywhere, at any hour, and dearer things."""
        bank, draw = self.bank, self.draw
        lost = np.repeat(np.arange(bank.days), draw.poisson(bank.customers / 400, bank.days))
        counts = draw.poisson(0.8, (len(lost), STOLEN_DAYS))
        theft, after = (np.repeat(rows.ravel(), counts.ravel()) for rows in np.indices(counts.shape))
        day, customer = lost[theft] + after, draw.integers(0, bank.customers, len(lost))[theft]
        wary = self.drift(day)
        kind = _drawn(np.tile(np.array(list(THIEVES.values())) / sum(THIEVES.values()), (len(day), 1)), draw)
        shops = np.array(list(SHOPS.values()))[kind]
        usual = (draw.normal(shops[:, 2], shops[:, 3])) % 24
        hour = np.where(draw.random(len(day)) < wary, usual, draw.uniform(0, 24, len(day)))
        dearer = np.exp(draw.normal(np.log(2), 0.5, len(day))) * (1 - wary / 2)
        there = day < bank.days
        stolen = self.paid(
            customer, day + hour / 24, shops[:, 1] * bank.prices * dearer, kind, self.anywhere(kind), STOLEN
        )
        return stolen.take(there)

    def mark(self, paid: Payments) -> Payments:
        """Some large amounts, and all that is paid at terminals while they are compromised."""
        bank, draw = self.bank, self.draw
        large = (paid.way == GENUINE) & (draw.random(len(paid.way)) < LARGE_A_DAY)
        factor = draw.uniform(4, 8, len(large)) * (1 - self.drift(paid.time) / 2)
        amount = np.where(large, (paid.amount * factor).round(2), paid.amount)
        way = np.where(large, LARGE, paid.way)
        begins = np.full(bank.terminals, np.inf)
        first = np.repeat(np.arange(bank.days), draw.poisson(bank.terminals / 2500, bank.days))
        begins[draw.integers(0, bank.terminals, len(first))] = first
        since = paid.time - begins[paid.terminal]
        way = np.where((way == GENUINE) & (since >= 0) & (since < COMPROMISED_DAYS), TERMINAL, way)
        return paid._replace(amount=amount, way=way)


def live(bank: Bank) -> Payments:
    """All that is paid in a bank's days, the same at every call."""
    town = Town(bank, np.random.default_rng(stream(0, "bank", bank)))
    paid = town.mark(Payments(*map(np.concatenate, zip(town.habits(), town.thefts(), strict=True))))
    return paid.take(np.lexsort([paid.time, paid.customer]))


def _drawn(shares: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """A column for each row of ``shares`` (n, columns), drawn by them."""
    return (shares.cumsum(axis=1) < draw.random((len(shares), 1))).sum(axis=1).clip(max=shares.shape[1] - 1)
