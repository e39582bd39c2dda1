"""Payments: openly made up, the same each time, and with the habits and the frauds that their card promises."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

import tlkit as tl
from tlkit.datasets import bank, payments
from tlkit.datasets.bank import KINDS, LARGE, SHOPS, STOLEN, TERMINAL, WAYS, Bank, live
from tlkit.datasets.payments import CALLS, CLASSES, EVENT, INPUTS, LENGTH, called
from tlkit.datasets.task import Examples
from tlkit.runtime import paths


@pytest.fixture(scope="module")
def book():
    return payments.book("b")


@pytest.fixture(scope="module")
def target():
    return tl.task("payments/b")


def test_every_line_and_the_card_say_that_they_are_made_up():
    assert all(about.startswith("made up: ") for about in payments.names().values())
    card = (paths.ROOT / "data" / "payments" / "README.md").read_text(encoding="utf-8")
    assert card.startswith("# Payments: made up")
    assert all(f"`{name}`" in card for name in payments.names())


def test_a_bank_lives_the_same_life_each_time():
    one, again, other = (live(Bank(name, customers=20, days=20)) for name in ("x", "x", "y"))
    assert all(np.array_equal(*columns) for columns in zip(one, again, strict=True))
    assert len(one.time) != len(other.time)


def test_payments_are_by_customer_and_then_by_time(book):
    paid = book.paid
    assert np.all(np.diff(paid.customer) >= 0)
    assert np.all(np.diff(paid.time)[np.diff(paid.customer) == 0] >= 0)
    assert paid.amount.min() >= 0


def test_customers_have_habits_in_place_hour_and_amount(book):
    own = book.paid.take((book.paid.way == 0) & (book.paid.time < 60))
    distance = np.linalg.norm(own.away, axis=1)
    assert np.quantile(distance, 0.9) < 15
    assert 0.02 < (distance > 30).mean() < 0.04  # three in a hundred are anywhere, online ones among them at home
    for kind, shop in SHOPS.items():
        there = own.kind == KINDS.index(kind)
        assert abs(np.median(own.amount[there]) / (0.8 * shop.amount) - 1) < 0.12
    assert abs(np.median(own.hour[own.kind == KINDS.index("cafe")]) - (9 - 1.5)) < 0.5


def test_frauds_come_in_three_ways_as_often_as_the_card_says(book):
    share = np.bincount(book.paid.way, minlength=4) / len(book.paid.way)
    assert 0.002 < share[LARGE] < 0.004
    assert 0.0005 < share[TERMINAL] < 0.004
    assert 0.003 < share[STOLEN] < 0.008


def test_each_way_of_fraud_looks_as_it_is_described(book):
    early = book.paid.take(book.paid.time < 60)
    usual, large, stolen, terminal = (early.take(early.way == way) for way in (0, LARGE, STOLEN, TERMINAL))
    assert 4 < np.median(large.amount) / np.median(usual.amount) < 8
    assert np.median(np.linalg.norm(stolen.away, axis=1)) > 25
    assert np.median(stolen.amount) > 3 * np.median(usual.amount)
    assert 0.5 < np.median(terminal.amount) / np.median(usual.amount) < 2
    spans = [np.ptp(terminal.time[terminal.terminal == number]) for number in np.unique(terminal.terminal)]
    assert max(spans) < bank.COMPROMISED_DAYS


def test_prices_rise_and_thieves_learn(book):
    early, late = (book.paid.take((book.paid.time >= a) & (book.paid.time < b)) for a, b in ((0, 60), (160, 180)))
    prices = [np.median(part.amount[part.way == 0]) for part in (early, late)]
    assert 1.15 < prices[1] / prices[0] < 1.3
    stolen = [np.median(part.amount[part.way == STOLEN]) for part in (early, late)]
    assert stolen[1] < 0.9 * stolen[0]


def test_a_pretext_swaps_half_of_the_last_payments_and_nothing_else():
    task = tl.task("payments/a")
    assert task.classes == CLASSES
    assert task.train.items.shape == (36_000, LENGTH, INPUTS)
    assert 0.48 < task.train.labels.mean() < 0.52
    away = np.hypot(*task.train.items[:, -1, 5:7].T)
    assert away[task.train.labels == 1].mean() > 3 * away[task.train.labels == 0].mean()
    before = np.hypot(*task.train.items[:, -2, 5:7].T)
    assert abs(before[task.train.labels == 1].mean() / before[task.train.labels == 0].mean() - 1) < 0.1


def test_a_swapped_payment_has_some_of_another_cards_parts(book):
    rows = np.flatnonzero(book.ready)[:4000]
    mixed, own = payments.swapped(book, rows, np.random.default_rng(0)), book.events[rows]
    changed = [(mixed[:, part] != own[:, part]).any(axis=1) for part in ([0], [1, 2], [5, 6, *range(8, INPUTS)])]
    assert all(0.4 < each.mean() < 0.7 for each in changed)
    assert np.any(changed, axis=0).mean() > 0.99
    kept = [EVENT.index(name) for name in ("weekend", "since the last")]
    assert np.array_equal(mixed[:, kept], own[:, kept])


def test_what_is_to_be_foretold_is_not_shown():
    task = tl.task("payments/a-next")
    assert task.classes == KINDS
    hidden = [column for column in range(INPUTS) if column not in payments.WHEN]
    assert not task.train.items[:, -1, hidden].any()
    assert task.train.items[:, -1, list(payments.WHEN)].any()


def test_known_frauds_come_before_the_test_and_no_payment_is_in_both(target):
    assert target.train.tags["time"].max() < 50 <= target.test.tags["time"].min()
    assert target.test.tags["time"].max() < 57
    assert np.array_equal(target.train.labels, (target.train.tags["way"] > 0).astype(int))
    assert (len(target.test), target.test.labels.sum(), target.train.labels.sum()) == (12_566, 125, 384)
    assert np.bincount(target.test.tags["way"])[1:].tolist() == [34, 14, 77]
    assert WAYS[STOLEN] == "a stolen card"


def test_the_next_week_and_the_later_one_share_what_is_known():
    now, later = tl.task("payments/b"), tl.task("payments/b-later")
    assert np.array_equal(now.train.items, later.train.items)
    assert later.test.tags["time"].min() >= 173


def test_the_past_is_counted_as_by_hand(book):
    rows = np.flatnonzero(book.ready)[[0, 500, -1]]
    count, total = payments._before(book.paid.customer, book.paid, rows)
    for place, row in enumerate(rows):
        paid = book.paid
        for memory, days in enumerate(payments.MEMORY):
            there = (paid.customer == paid.customer[row]) & (paid.time < paid.time[row])
            there &= paid.time >= paid.time[row] - days
            assert count[memory, place] == there.sum()
            assert total[memory, place] == pytest.approx(paid.amount[there].sum())


def test_a_terminals_risk_is_of_known_frauds_that_were_there_before(target):
    nobody, somebody = target.columns(np.empty(0, int)), target.columns(np.arange(len(target.train)))
    assert not nobody[0][:, -1].any()
    assert not nobody[1][:, -1].any()
    assert np.array_equal(nobody[1][:, :-1], somebody[1][:, :-1])
    tags, fraud = target.train.tags, target.train.labels == 1
    row = int(somebody[0][:, -1].argmax())
    before = fraud & (tags["terminal"] == tags["terminal"][row]) & (tags["time"] < tags["time"][row])
    assert somebody[0][row, -1] == before.sum() > 0


def test_shots_are_known_frauds_with_ten_others_for_each(target):
    assert np.bincount(target.shots(20, seed=1).labels).tolist() == [200, 20]
    fewer, more = (set(target.draw(k, seed=1)) for k in (5, 20))
    assert fewer < more
    with pytest.raises(tl.TlkitError, match="ask for 1 to as many"):
        target.draw(target.most_shots + 1)


def test_a_list_of_suspects_is_judged_by_average_precision_and_by_calls(target):
    perfect = np.stack([1 - target.test.labels, target.test.labels], axis=1)
    score, alarms = target.judge(perfect)
    assert score == 1
    assert [told[0] for told in alarms] == [f"{calls} calls a day" for calls in CALLS]
    assert alarms[0][1] == 2 * 7
    assert alarms[-1][1] == alarms[-1][2]
    chances = np.random.default_rng(0).random((len(target.test), 2))
    score, _ = target.judge(chances)
    assert score == average_precision_score(target.test.labels, chances[:, 1])
    assert score < 0.03


def test_a_customer_is_called_once_a_day_for_the_likeliest_payment():
    tags = {"time": np.array([0.1, 0.5, 0.6, 1.2]), "customer": np.array([7, 7, 9, 7])}
    paid = Examples(np.zeros((4, 1)), np.array([0, 1, 0, 0]), tags)
    robbed, rank, group = called(np.array([0.1, 0.3, 0.2, 0.9]), paid)
    assert robbed.tolist() == [True, False, False]  # of day 0 the customers 7 and 9, then 7 of day 1
    assert rank.tolist() == [0, 1, 0]
    assert group.tolist() == [0, 0, 1, 2]


def test_a_rare_task_says_how_rare(target):
    assert "12,566 to be tested on, of which 11.3% and 1.0% are 'somebody else'" in repr(target)
    assert target.digest != tl.task("payments/b-later").digest
