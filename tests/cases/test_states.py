"""The four machines: which moves there are, what they show together, and that nothing else is."""

from itertools import product
from typing import get_args

import msgspec
import pytest

from motcua.base.ids import SYSTEM
from motcua.cases.model.states import Business, Handing, Money, States, Sync
from motcua.cases.rules.states import MOVES, NATIONAL, Forbidden, move, status
from motcua.db import City
from tests.cases import model
from tests.cases.model import PAIRS

WORDS: dict[str, tuple[str, ...]] = {
    "business": get_args(Business), "money": get_args(Money), "handing": get_args(Handing),
    "sync": get_args(Sync),
}  # fmt: skip
EVERY = [
    msgspec.convert(dict(zip(("business", "money", "handing"), one, strict=True)), States)
    for one in product(get_args(Business), get_args(Money), get_args(Handing))
]

SHOWN = [
    (States("new"), 1),
    (States("new", "open"), 1),
    (States("new", "unknown"), 1),
    (States("received"), 2),
    (States("received", "settled"), 2),
    (States("refused", "cancelled"), 3),
    (States("in_hand"), 4),
    (States("in_hand", "unknown"), 4),
    (States("in_hand", "settled"), 4),
    (States("incomplete", "open"), 5),
    (States("resupplied"), 5),
    (States("supplement", "unknown"), 5),
    (States("in_hand", "open"), 6),
    (States("withdrawn", "settled"), 7),
    (States("stopped"), 8),
    (States("stopped", "none", "ready"), 8),
    (States("stopped", "none", "sent"), 8),
    (States("stopped", "none", "handed"), 10),
    (States("decided"), 9),
    (States("decided", "settled", "ready"), 9),
    (States("decided", "settled", "sent"), 9),
    (States("decided", "settled", "handed"), 10),
]


@pytest.mark.parametrize("machine", list(PAIRS))
def test_a_machine_has_these_ways_and_no_others(machine: str) -> None:
    table = MOVES[machine]  # type: ignore[index]
    ways = {(before, after) for before, found in table.items() for after in found}
    assert ways == PAIRS[machine]
    assert set(table) == set(WORDS[machine])


def test_the_national_states_follow_one_another_as_the_law_says() -> None:
    assert set(NATIONAL) == set(range(1, 11))
    for before, after in product(range(1, 11), repeat=2):
        if before != after:
            assert (after in NATIONAL[before]) == model.may_follow(before, after), (before, after)


@pytest.mark.parametrize(("states", "code"), SHOWN)
def test_the_machines_show_one_of_the_ten_states(states: States, code: int) -> None:
    assert status(states) == code


async def test_the_database_shows_the_same_state_of_every_combination(city: City) -> None:
    async with city.database.read(SYSTEM) as db:
        rows = await db.fetch(
            "SELECT cases.status_of(b, m, h) FROM unnest($1::text[], $2::text[], $3::text[])"
            " WITH ORDINALITY AS every (b, m, h, n) ORDER BY n",
            [one.business for one in EVERY], [one.money for one in EVERY],
            [one.handing for one in EVERY],
        )  # fmt: skip
    assert [row[0] for row in rows] == [status(one) for one in EVERY]
    assert len(rows) == 10 * 5 * 4


def may_be(before: States, after: States) -> bool:
    """The whole law of a move, said once more."""
    for name in ("business", "money", "handing"):
        source, target = getattr(before, name), getattr(after, name)
        if source != target and (source, target) not in PAIRS[name]:
            return False
    if after.handing != "nothing" and after.business not in ("decided", "stopped"):
        return False
    if after.business == "decided" and after.money in ("open", "unknown"):
        return False
    return model.may_follow(status(before), status(after))


def test_every_move_that_is_not_a_way_is_refused() -> None:
    """All pairs of business, money and handing: forty thousand moves."""
    done = 0
    for before, after in product(EVERY, repeat=2):
        wanted = {name: getattr(after, name) for name in ("business", "money", "handing")}
        if may_be(before, after):
            found = move(before, **wanted)
            assert (found.business, found.money, found.handing) == tuple(wanted.values())
            done += 1
        else:
            with pytest.raises(Forbidden):
                move(before, **wanted)
    assert done > len(EVERY)


@pytest.mark.parametrize(
    ("before", "to"),
    [
        (States("new"), {"business": "in_hand"}),
        (States("new", "open"), {"business": "decided"}),
        (States("received"), {"business": "supplement"}),
        (States("received"), {"business": "decided"}),
        (States("refused"), {"business": "new"}),
        (States("withdrawn"), {"business": "in_hand"}),
        (States("decided", "none", "ready"), {"business": "withdrawn"}),
        (States("in_hand", "open"), {"business": "decided"}),
        (States("in_hand", "open"), {"business": "supplement"}),
        (States("in_hand", "open"), {"business": "stopped"}),
        (States("in_hand", "unknown"), {"business": "decided"}),
        (States("in_hand"), {"handing": "ready"}),
        (States("decided"), {"handing": "handed"}),
        (States("decided", "none", "handed"), {"handing": "sent"}),
        (States("in_hand", "settled"), {"money": "open"}),
        (States("in_hand"), {"money": "open"}),
        (States("withdrawn", "none"), {"handing": "ready"}),
        (States(sync="sent"), {"sync": "failed"}),
    ],
)
def test_these_moves_are_forbidden(before: States, to: dict[str, str]) -> None:
    with pytest.raises(Forbidden):
        move(before, **to)


def test_what_the_portal_should_know_is_due_again() -> None:
    told = move(States(), sync="sent")
    assert told.sync == "sent"
    assert move(told, business="received").sync == "due"
    assert move(move(States(), sync="failed"), business="received").sync == "due"
    at_intake = States("incomplete", sync="sent")
    assert move(at_intake, business="resupplied").sync == "sent"
