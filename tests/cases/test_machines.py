"""Random acts of random people on random routes, against the plain story of a case.

Half of the tries are anything at all, half are what somebody may do. What the rules say is held
against `tests.cases.model` at every step, and every move against the law.
"""

from collections import Counter
from functools import cache
from itertools import pairwise
from random import Random
from typing import Any
from uuid import UUID

import msgspec
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from motcua.base.ids import PersonId
from motcua.cases.model.case import DONE
from motcua.cases.model.procedure import Procedure
from motcua.cases.model.states import States
from motcua.cases.rules.routes import ACTIONS, Action, CaseState, after, allowed, why_not
from motcua.cases.rules.states import move, status
from tests.cases import build, model
from tests.cases.model import Story
from tests.cases.rights import grants

STEPS_MIN = 200_000
TRIES = 600
RUNS = 400

AN, RECEPTION, HANDLER, LEADER, BOTH, OWN, ASKED = (PersonId(UUID(int=n)) for n in range(1, 8))
"""`BOTH` works where bills are not seen; `OWN` holds every post, and it is their own case; `ASKED`
works elsewhere and is asked."""
ROLES: dict[PersonId, frozenset[Any]] = {
    AN: frozenset(),
    RECEPTION: frozenset({"reception"}),
    HANDLER: frozenset({"handler"}),
    LEADER: frozenset({"leader"}),
    BOTH: frozenset({"reception", "handler", "leader"}),
    OWN: frozenset({"reception", "handler", "leader"}),
    ASKED: frozenset(),
}
PEOPLE = list(ROLES)
MINE = {AN, OWN}
DELIVERIES: tuple[Any, ...] = ("electronic", "counter", "post")
HAPPENINGS = (
    "money",
    "money",
    "answers",
    "answers",
    "joined",
    "overdue",
    "time",
    "apology",
    "portal",
)
ONWARD = {
    "accept", "supply", "state_fee", "give_opinion", "propose", "approve", "sign", "release",
    "deliver",
}  # fmt: skip
"""What brings a case nearer to its end: mostly chosen, so that many get there."""
TEXT = {"vi": "x", "en": "x"}
seen: Counter[str] = Counter()
"""What was done and refused in all runs, so that a test of nothing is noticed."""


@cache
def real() -> list[Procedure]:
    """Every procedure of both packs; their routes alike are tried alike."""
    found = {}
    for pack in ("hanoi", "sample"):
        for one in build._read(build.PACKS / pack).folder("procedures", Procedure).values():
            ways = [(s.role, s.status, sorted(s.on)) for s in one.route.steps.values()]
            found[str((ways, one.fee_assessed, len(one.findings), len(one.results)))] = one
    return list(found.values())


@st.composite
def drawn(draw: Any) -> Procedure:
    """A procedure as a pack could write it: any officers, more or fewer steps, ways back."""
    role = st.sampled_from(["reception", "handler", "leader"])
    steps: dict[str, Any] = {}

    def step(name: str, status: int, **on: str) -> None:
        steps[name] = {"name": TEXT, "role": draw(role), "status": status, "on": on}

    desks = [f"desk_{n}" for n in range(draw(st.integers(1, 3)))]
    step("intake", 1, accept="work", refuse="end")
    step("work", draw(st.sampled_from([2, 4])), propose=desks[0])
    for desk, following in pairwise([*desks, "signing"]):
        back = {"return_to_handler": "work"} if draw(st.booleans()) else {}
        step(desk, 4, approve=following, **back)
    step(
        "signing",
        4,
        sign="release",
        **({"return_to_handler": "work"} if draw(st.booleans()) else {}),
    )
    is_handed = draw(st.booleans())
    step("release", 9, release="delivery" if is_handed else "end")
    if is_handed:
        step("delivery", 9, deliver="end")
    return procedure(steps, draw(st.booleans()))


def procedure(steps: dict[str, Any], no_has_paper: bool) -> Procedure:
    paper = {"code": "KQ.X.0001", "name": TEXT, "template": "x", "number": "x", "data": {}}
    question = {"id": "one", "label": TEXT, "register": "r", "operation": "o", "with": {}}
    page = {"id": "p", "title": TEXT}
    return msgspec.convert(
        {
            "code": "3.000333", "valid_from": "2026-01-01", "name": TEXT, "short_name": TEXT,
            "summary": TEXT, "level": "city", "field": TEXT, "applicants": [TEXT],
            "agencies": {"codes": ["X"]}, "channels": [], "steps": [], "legal_basis": [],
            "sign_in": {}, "form": {"fields": {}, "pages": [page], "example": {}},
            "fee": [], "fee_source": {"text": "x"}, "intake_limit": "8wh", "limit": "10d",
            "results": [paper, {**paper, "outcome": "refused"}][: 2 if no_has_paper else 1],
            "findings": [{**question, "before": act} for act in ("accept", "propose")],
            "route": {"start": "intake", "steps": steps},
        },
        Procedure,
    )  # fmt: skip


class World:
    """A case as the actions would keep it, beside its story; any person may try anything."""

    def __init__(self, procedure: Procedure, chance: Random) -> None:
        self.procedure, self.chance = procedure, chance
        self.no_has_paper = any(kind.outcome == "refused" for kind in procedure.results)
        waiting: frozenset[str] = chance.choice(
            [frozenset(), frozenset(finding.before for finding in procedure.findings)]
        )
        money = chance.choice(["none", "unknown", "open"])
        joined: frozenset[str] = chance.choice(
            [frozenset(), frozenset({"release"}), frozenset({"propose", "release"})]
        )
        self.state = CaseState(
            step=procedure.route.start,
            states=States(money=money),  # type: ignore[arg-type]
            viewer=AN,
            has_payment_open=money == "open",
            is_waiting_for=waiting,
            delivery=chance.choice(DELIVERIES),
            intake_supplements_max=chance.choice([1, 2]),
            waits_for_joined=joined,
            has_receivers=chance.random() < 0.7,
        )
        self.story = Story(procedure, self.state.delivery, "nothing" if money == "none" else money)
        self.story.unanswered = set(waiting)
        self.story.asks_at_intake_max = self.state.intake_supplements_max
        self.story.joined_open = set(joined)
        self.story.has_receivers = self.state.has_receivers
        self.opinions = 0
        self.done: list[str] = []

    def seen_by(self, person: PersonId) -> CaseState:
        return msgspec.structs.replace(
            self.state, viewer=person, roles=ROLES[person], is_applicant=person in MINE,
            grants=grants(ROLES[person]),
            is_asked=person == ASKED and self.opinions > 0,
            has_payment_open=person != BOTH and self.state.has_payment_open,
        )  # fmt: skip

    def attempt(self, person: PersonId, action: Action) -> None:
        state = self.seen_by(person)
        reason = why_not(self.procedure, state, action)
        may = self.story.permits(action, person, ROLES[person], person in MINE, state.is_asked)
        assert may == (reason is None), (action, reason, state, model.facts_of(self.story))
        seen[f"{'done' if may else 'refused'} {action}"] += 1
        if may:
            self._does(person, state, action)
        else:
            assert action not in allowed(self.procedure, state)

    def _does(self, person: PersonId, state: CaseState, action: Action) -> None:
        says_no, amount = self.chance.random() < 0.3, self.chance.choice([0, 7, 70])
        step, moves = after(self.procedure, state, action)
        if action == "state_fee":
            moves = [{"money": "open" if amount else "none"}]
        self.done.append(f"{action} by {person.int}")
        self._check_before(person, action)
        states = self._moved(moves)
        self.state = msgspec.structs.replace(self.state, step=step, states=states)
        self.story.does(action, person, says_no, amount)
        self._keep(person, action, says_no)
        self._check(action)

    def _moved(self, moves: list[dict[str, str]]) -> States:
        """Every move is one of the law's, and a case that is over moves no more."""
        states = self.state.states
        for one in moves:
            assert self.state.step != DONE, "closed stays closed"
            now = move(states, **one)
            assert model.may_follow(status(states), status(now)), (states, now)
            if now.business in ("decided", "stopped") and states.business != now.business:
                assert now.money not in ("open", "unknown"), (
                    "nothing is decided while money is owed"
                )
            if now.handing != states.handing:
                assert now.business in ("decided", "stopped"), "what is handed over was decided"
            states = now
        return states

    def _keep(self, person: PersonId, action: Action, says_no: bool) -> None:
        """What the database would remember beside the machines."""
        kept: dict[str, Any] = {"has_payment_open": self.state.states.money == "open"}
        if action == "propose":
            kept |= {
                "proposed_by": person, "approved_by": None, "refuses": says_no,
                "has_paper": not says_no or self.no_has_paper,
            }  # fmt: skip
        if action == "approve":
            kept["approved_by"] = person
        if self.state.step == DONE:
            kept["may_rate"] = self.story.end != "withdrawn"
        if action == "request_supplement":
            kept["supplements"] = self.state.supplements + 1
        if action in ("ask_opinion", "give_opinion"):
            self.opinions += 1 if action == "ask_opinion" else -1
            kept["opinions_open"] = self.story.opinions_open
        self.state = msgspec.structs.replace(self.state, **kept)

    def _check_before(self, person: PersonId, action: Action) -> None:
        if action in ("approve", "sign"):
            assert person != self.story.proposer, "four eyes"
        if action == "sign":
            assert self.story.approver not in (None, self.story.proposer), "four eyes"

    def _check(self, action: Action) -> None:
        states, story = self.state.states, self.story
        facts = (action, states, model.facts_of(story))
        assert (self.state.step, self.state.status) == (story.step, story.status), facts
        assert (states.money == "open") == (story.owes == "open"), facts
        assert (self.state.status == 6) == (states.business == "in_hand" and story.owes == "open")
        assert (states.handing == "handed") == (story.result == "handed"), facts
        assert (self.state.step == DONE) == bool(story.end), facts
        seen[f"status {self.state.status}"] += 1

    def happens(self) -> None:
        """What nobody's act brings: money, answers, time, the portal."""
        if self.state.step == DONE:
            return
        what = self.chance.choice(HAPPENINGS)
        seen[f"happened {what}"] += 1
        self.done.append(what)
        getattr(self, f"_{what}")()

    def _money(self) -> None:
        if self.state.states.money == "open":
            states = self._moved([{"money": "settled"}])
            self._knows(states=states, has_payment_open=False)
            self.story.owes = "paid"
            self._check("pay")

    def _answers(self) -> None:
        self._knows(is_waiting_for=frozenset())
        self.story.unanswered = set()

    def _joined(self) -> None:
        self._knows(waits_for_joined=frozenset())
        self.story.joined_open = set()

    def _overdue(self) -> None:
        """An opinion that did not come in time holds nothing up; it may still come."""
        self._knows(opinions_open=0)
        self.story.opinions_open = 0

    def _time(self) -> None:
        is_fresh = not self.story.is_accepted
        self._knows(may_return=is_fresh, may_apologise=False)
        self.story.is_fresh, self.story.may_apologise = is_fresh, False

    def _apology(self) -> None:
        self._knows(may_apologise=True)
        self.story.may_apologise = True

    def _portal(self) -> None:
        told = self.state.states.sync
        if told != "sent":
            answer = "sent" if told == "failed" else self.chance.choice(["sent", "failed"])
            self._knows(states=move(self.state.states, sync=answer))

    def _knows(self, **now: Any) -> None:
        self.state = msgspec.structs.replace(self.state, **now)

    def is_stuck(self) -> bool:
        """Nobody may do anything, and no joined case is waited for either."""
        is_waiting = self.state.step == DONE or self.state.waits_for_joined
        return not is_waiting and not any(
            set(allowed(self.procedure, self.seen_by(person))) - {"message"} for person in PEOPLE
        )


def turn(world: World, chance: Random) -> None:
    """Something happens, somebody tries anything, or somebody does what they may."""
    way = chance.random()
    if way < 0.15:
        return world.happens()
    if way < 0.5:
        return world.attempt(chance.choice(PEOPLE), chance.choice(ACTIONS))
    person = chance.choice(PEOPLE)
    here = world.procedure.route.steps.get(world.state.step)
    if here and way < 0.85:
        person = chance.choice([one for one in PEOPLE if here.role in ROLES[one]])
    may = allowed(world.procedure, world.seen_by(person))
    if may:
        [action] = chance.choices(may, [40 if one in ONWARD else 1 for one in may])
        world.attempt(person, action)


@settings(max_examples=RUNS, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.deferred(lambda: st.one_of(drawn(), st.sampled_from(real()))), st.integers(0, 2**32))
def _run(procedure: Procedure, seed: int) -> None:
    chance = Random(seed)
    world = World(procedure, chance)
    try:
        for _ in range(TRIES):
            # A case that is over is tried a little longer, then another one begins.
            if world.state.step == DONE and chance.random() < 0.5:
                world = World(procedure, chance)
            turn(world, chance)
            seen["steps"] += 1
            assert chance.random() < 0.9 or not world.is_stuck()
    finally:
        note(f"its last case: {world.done}")


def test_no_order_of_acts_gets_round_the_rules() -> None:
    """Two hundred thousand steps; and every act was done and refused, every state was reached."""
    seen.clear()
    _run()
    assert seen["steps"] >= STEPS_MIN
    for action in ACTIONS:
        assert seen[f"done {action}"] >= 100, action
        assert seen[f"refused {action}"] >= 100, action
    for one in range(1, 11):
        assert seen[f"status {one}"] >= 100, one
