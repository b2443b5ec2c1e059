"""The four machines of a case, kept apart, and the ten national states as what they show together.

What the agency decides (`business`), what is owed for it (`money`), where the result is (`handing`)
and what the national portal has been told (`sync`) move each by its own table. Sources: Decree
61/2018, articles 17-20; the ten states of the national portal's dossier message.
"""

from collections.abc import Mapping

from msgspec import structs

from motcua.cases.model.states import Machine, States

MOVES: Mapping[Machine, Mapping[str, frozenset[str]]] = {
    "business": {
        "new": frozenset({"received", "refused", "incomplete", "withdrawn"}),
        "incomplete": frozenset({"resupplied", "refused", "withdrawn"}),
        "resupplied": frozenset({"received", "refused", "incomplete", "withdrawn"}),
        "received": frozenset({"in_hand", "withdrawn"}),
        "in_hand": frozenset({"supplement", "stopped", "decided", "withdrawn"}),
        "supplement": frozenset({"in_hand", "withdrawn"}),
        "refused": frozenset(),
        "withdrawn": frozenset(),
        "stopped": frozenset(),
        "decided": frozenset(),
    },
    "money": {
        "none": frozenset(),
        "unknown": frozenset({"none", "open", "cancelled"}),
        "open": frozenset({"settled", "cancelled"}),
        "settled": frozenset(),
        "cancelled": frozenset(),
    },
    "handing": {
        "nothing": frozenset({"ready"}),
        "ready": frozenset({"sent", "handed"}),
        "sent": frozenset({"handed"}),
        "handed": frozenset(),
    },
    "sync": {
        "due": frozenset({"sent", "failed"}),
        "sent": frozenset({"due"}),
        "failed": frozenset({"due", "sent"}),
    },
}

NATIONAL: Mapping[int, frozenset[int]] = {
    1: frozenset({2, 3, 5, 7}),
    2: frozenset({4, 7}),
    3: frozenset(),
    4: frozenset({5, 6, 7, 8, 9}),
    5: frozenset({2, 3, 4, 7}),
    6: frozenset({4, 7}),
    7: frozenset(),
    8: frozenset({10}),
    9: frozenset({10}),
    10: frozenset(),
}
"""Which national state may follow which, withdrawal from 1, 2, 5 and 6 included."""

WAITING: frozenset[str] = frozenset({"incomplete", "supplement"})
"""For the applicant: no officer's clock is blamed meanwhile."""
OVER: frozenset[str] = frozenset({"refused", "withdrawn", "stopped", "decided"})

_SHOWN: Mapping[str, int] = {
    "new": 1, "received": 2, "refused": 3, "in_hand": 4, "incomplete": 5, "resupplied": 5,
    "supplement": 5, "withdrawn": 7, "stopped": 8, "decided": 9,
}  # fmt: skip


class Forbidden(Exception):
    """A move that no table has: a fault of ours, never of a person."""


def status(states: States) -> int:
    """The national state, 1-10. The database computes the same (`cases.status_of`)."""
    if states.handing == "handed":
        return 10
    if states.business == "in_hand" and states.money == "open":
        return 6
    return _SHOWN[states.business]


def move(states: States, **to: str) -> States:
    """One step of one or more machines. Whatever the portal should know makes `sync` due again.

    Forbidden: a move outside the tables, a national state that may not follow, a result without a
    decision, or a decision while money is owed.
    """
    after = structs.replace(states, **to)
    for machine, table in MOVES.items():
        before, target = getattr(states, machine), getattr(after, machine)
        if target != before and target not in table[before]:
            raise Forbidden(f"{machine}: {before} -> {target}")
    if after.handing != "nothing" and after.business not in ("decided", "stopped"):
        raise Forbidden(f"handing: {after.handing} while {after.business}")
    if after.business == "decided" and after.money in ("open", "unknown"):
        raise Forbidden("decided while money is owed")
    before_status, after_status = status(states), status(after)
    if after_status == before_status:
        return after
    if after_status not in NATIONAL[before_status]:
        raise Forbidden(f"status: {before_status} -> {after_status}")
    return after if "sync" in to else structs.replace(after, sync="due")
