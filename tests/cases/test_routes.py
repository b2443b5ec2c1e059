"""The route of a case: who may do what, in every state that a case can reach."""

from typing import Any
from uuid import UUID

import jsonschema_rs
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motcua.base.ids import PersonId
from motcua.cases.model.procedure import Procedure
from motcua.cases.rules.routes import (
    ACTIONS,
    TERMINAL,
    Action,
    CaseState,
    after,
    allowed,
    body_faults,
    body_schema,
    why_not,
)


def step(role: str, status: int, **on: str) -> dict[str, Any]:
    return {"name": {"vi": "x", "en": "x"}, "role": role, "status": status, "on": on}


T = {"vi": "x", "en": "x"}
PROCEDURE = msgspec.convert(
    {
        "code": "3.000333", "valid_from": "2026-01-01", "name": T, "short_name": T, "summary": T,
        "level": "city", "field": T, "applicants": [T], "agencies": {"codes": ["X"]},
        "channels": [], "steps": [], "legal_basis": [], "sign_in": {},
        "form": {"fields": {}, "pages": [{"id": "p", "title": T}], "example": {}},
        "fee": [], "fee_source": {"text": "x"},
        "intake_limit": "8wh", "limit": "10d", "results": [],
        "route": {
            "start": "intake",
            "steps": {
                "intake": step("reception", 1, accept="work", refuse="end"),
                "work": step("handler", 4, propose="approval"),
                "approval": step("leader", 4, approve="signing", return_to_handler="work"),
                "signing": step("leader", 4, sign="release", return_to_handler="work"),
                "release": step("reception", 9, release="handover"),
                "handover": step("reception", 9, deliver="end"),
            },
        },
    },
    Procedure,
)  # fmt: skip

AN, RECEPTION, HANDLER, LEADER, BOTH, STRANGER = (PersonId(UUID(int=n)) for n in range(1, 7))
ROLES: dict[PersonId, frozenset[Any]] = {
    AN: frozenset(),
    RECEPTION: frozenset({"reception"}),
    HANDLER: frozenset({"handler"}),
    LEADER: frozenset({"leader"}),
    BOTH: frozenset({"reception", "handler", "leader"}),
    STRANGER: frozenset(),
}

UNANSWERED = {"is_waiting_for": frozenset({"accept", "propose"})}


def state(viewer: PersonId, step: str = "intake", status: int = 1, **given: Any) -> CaseState:
    return CaseState(
        step=step, status=status, viewer=viewer, roles=ROLES[viewer], is_applicant=viewer == AN,
        **given,
    )  # fmt: skip


def may(viewer: PersonId, step: str = "intake", status: int = 1, **given: Any) -> list[Action]:
    return allowed(PROCEDURE, state(viewer, step, status, **given))


def test_each_person_is_offered_exactly_what_is_theirs() -> None:
    assert may(RECEPTION) == ["accept", "refuse", "request_supplement", "message"]
    assert may(AN) == ["withdraw", "message"]
    assert may(HANDLER) == ["message"]
    assert may(STRANGER) == []
    assert may(HANDLER, "work", 4) == ["request_supplement", "assign", "propose", "message"]
    assert may(LEADER, "work", 4) == ["assign", "message"]
    assert may(LEADER, "approval", 4, proposed_by=HANDLER) == [
        "approve",
        "return_to_handler",
        "message",
    ]
    assert may(LEADER, "signing", 4, proposed_by=HANDLER, approved_by=LEADER) == [
        "return_to_handler",
        "sign",
        "message",
    ]
    assert may(RECEPTION, "release", 9, is_signed=True) == ["release", "message"]


@pytest.mark.parametrize(
    ("viewer", "at", "status", "given", "action", "reason"),
    [
        (RECEPTION, "intake", 1, {"has_payment_open": True}, "accept", "case.payment_open"),
        (RECEPTION, "intake", 1, UNANSWERED, "accept", "case.finding_missing"),
        (HANDLER, "work", 4, UNANSWERED, "propose", "case.finding_missing"),
        (BOTH, "approval", 4, {"proposed_by": BOTH}, "approve", "case.own_proposal"),
        (BOTH, "signing", 4, {"proposed_by": BOTH, "approved_by": LEADER}, "sign",
         "case.own_proposal"),
        (LEADER, "signing", 4, {"proposed_by": HANDLER}, "sign", "case.not_approved"),
        (LEADER, "approval", 4, {}, "approve", "case.nothing_proposed"),
        (HANDLER, "approval", 4, {"proposed_by": LEADER}, "approve", "case.not_your_role"),
        (RECEPTION, "intake", 1, {"supplements": 1}, "request_supplement",
         "case.supplement_already_asked"),
        (HANDLER, "work", 4, {"supplements": 3}, "request_supplement",
         "case.supplement_already_asked"),
        (RECEPTION, "intake", 5, {}, "accept", "case.waiting_for_supplement"),
        (RECEPTION, "intake", 5, {}, "supply", "case.only_the_applicant"),
        (AN, "intake", 1, {}, "supply", "case.nothing_asked"),
        (AN, "intake", 1, {}, "pay", "case.nothing_to_pay"),
        (AN, "release", 9, {"is_signed": True}, "withdraw", "case.already_signed"),
        (RECEPTION, "release", 9, {}, "release", "case.not_signed"),
        (RECEPTION, "end", 10, {}, "deliver", "case.closed"),
        (STRANGER, "intake", 1, {}, "message", "case.not_yours"),
        (RECEPTION, "work", 4, {}, "accept", "case.not_your_role"),
        (HANDLER, "work", 4, {}, "accept", "case.not_now"),
    ],
)  # fmt: skip
def test_a_refusal_says_why(
    viewer: PersonId, at: str, status: int, given: dict[str, Any], action: Action, reason: str
) -> None:
    assert why_not(PROCEDURE, state(viewer, at, status, **given), action) == reason


def test_nobody_handles_their_own_case() -> None:
    own = CaseState(step="intake", status=1, viewer=BOTH, roles=ROLES[BOTH], is_applicant=True)
    assert why_not(PROCEDURE, own, "accept") == "case.own_case"


def test_an_open_payment_can_be_paid_and_stops_only_the_acceptance() -> None:
    assert may(AN, has_payment_open=True) == ["pay", "withdraw", "message"]
    assert may(RECEPTION, has_payment_open=True) == ["refuse", "request_supplement", "message"]


def test_while_something_is_missing_only_the_applicant_moves_the_case() -> None:
    assert may(AN, status=5) == ["supply", "withdraw", "message"]
    assert may(RECEPTION, status=5) == ["refuse", "message"]
    assert after(PROCEDURE, state(AN, status=5), "supply") == ("intake", 1)
    assert after(PROCEDURE, state(HANDLER, "work", 4), "request_supplement") == ("work", 5)


@pytest.mark.parametrize(
    ("at", "action", "delivery", "expected"),
    [
        ("intake", "accept", "electronic", ("work", 4)),
        ("intake", "refuse", "electronic", ("end", 3)),
        ("work", "withdraw", "electronic", ("end", 7)),
        ("release", "release", "electronic", ("end", 10)),
        ("release", "release", "counter", ("handover", 9)),
        ("release", "release", "post", ("handover", 9)),
        ("handover", "deliver", "post", ("end", 10)),
        ("work", "assign", "electronic", ("work", 4)),
    ],
)
def test_an_action_leads_where_the_pack_and_the_law_say(
    at: str, action: Action, delivery: str, expected: tuple[str, int]
) -> None:
    status = 1 if at == "intake" else 4
    assert after(PROCEDURE, state(BOTH, at, status, delivery=delivery), action) == expected


@pytest.mark.parametrize("status", sorted(TERMINAL))
@pytest.mark.parametrize("viewer", list(ROLES))
def test_a_closed_case_allows_nothing_but_words(viewer: PersonId, status: int) -> None:
    assert set(may(viewer, "end", status, has_payment_open=True)) <= {"message"}


class World:
    """A case as the actions would keep it; any person may try anything."""

    def __init__(self, has_fee: bool, delivery: str) -> None:
        self.step, self.status, self.delivery = "intake", 1, delivery
        self.has_payment_open, self.found, self.is_signed, self.supplements = (
            has_fee,
            False,
            False,
            0,
        )
        self.proposed_by: PersonId | None = None
        self.approved_by: PersonId | None = None
        self.done: list[tuple[PersonId, Action]] = []

    def seen_by(self, viewer: PersonId) -> CaseState:
        return state(
            viewer, self.step, self.status, proposed_by=self.proposed_by,
            approved_by=self.approved_by, is_signed=self.is_signed, delivery=self.delivery,
            has_payment_open=self.has_payment_open, supplements=self.supplements,
            is_waiting_for=frozenset() if self.found else frozenset({"propose"}),
        )  # fmt: skip

    def attempt(self, viewer: PersonId, action: Action) -> None:
        seen = self.seen_by(viewer)
        if why_not(PROCEDURE, seen, action):
            return
        assert action in allowed(PROCEDURE, seen)
        self.check(viewer, action)
        self.step, self.status = after(PROCEDURE, seen, action)
        self.done.append((viewer, action))
        if action == "propose":
            self.proposed_by, self.approved_by = viewer, None
        self.approved_by = viewer if action == "approve" else self.approved_by
        self.is_signed = self.is_signed or action == "sign"
        self.has_payment_open = self.has_payment_open and action != "pay"
        self.supplements += action == "request_supplement"

    def check(self, viewer: PersonId, action: Action) -> None:
        """Told from the history alone, not from the rules' own state."""
        names = [name for _, name in self.done]
        proposer = next((who for who, name in reversed(self.done) if name == "propose"), None)
        since = len(names) - names[::-1].index("propose") if "propose" in names else 0
        if action == "propose":
            assert self.found
        if action == "sign":
            approvers = [who for who, name in self.done[since:] if name == "approve"]
            assert approvers
            assert proposer not in [*approvers, viewer]
        if action == "release":
            assert "sign" in names
        if action == "request_supplement" and "accept" not in names:
            assert "request_supplement" not in names
        assert not {"refuse", "withdraw", "deliver"} & set(names) or action == "message"


turns = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(list(ROLES)), st.sampled_from(ACTIONS)),
        st.just((AN, "register answers")),
    ),
    max_size=60,
)


@settings(max_examples=150, deadline=None)
@given(turns, st.booleans(), st.sampled_from(["electronic", "counter", "post"]))
def test_no_order_of_acts_gets_round_the_rules_or_into_a_dead_end(
    tried: list[tuple[PersonId, Any]], has_fee: bool, delivery: str
) -> None:
    world = World(has_fee, delivery)
    for viewer, action in tried:
        if action == "register answers":
            world.found = True
        else:
            world.attempt(viewer, action)
        if world.status not in TERMINAL:
            world_can_move = [
                a for p in ROLES for a in allowed(PROCEDURE, world.seen_by(p)) if a != "message"
            ]
            assert world_can_move


@pytest.mark.parametrize("delivery", ["electronic", "counter", "post"])
def test_the_straight_path_ends_with_the_result_returned(delivery: str) -> None:
    world = World(has_fee=True, delivery=delivery)
    world.found = True
    for viewer, action in [
        (AN, "pay"), (RECEPTION, "accept"), (HANDLER, "propose"), (LEADER, "approve"),
        (LEADER, "sign"), (RECEPTION, "release"), (RECEPTION, "deliver"),
    ]:  # fmt: skip
        world.attempt(viewer, action)  # type: ignore[arg-type]
    assert (world.step, world.status) == ("end", 10)


def test_every_action_has_a_schema_that_takes_a_good_body() -> None:
    good: dict[Action, dict[str, Any]] = {
        "refuse": {"reason": "x"}, "request_supplement": {"text": "x", "fields": ["copies"]},
        "supply": {"answers": {}, "documents": []}, "assign": {"officer": str(UUID(int=1))},
        "propose": {"outcome": "granted"}, "return_to_handler": {"text": "x"},
        "message": {"text": "x"},
    }  # fmt: skip
    for action in ACTIONS:
        body = {"action": action, **good.get(action, {})}
        assert jsonschema_rs.Draft202012Validator(body_schema(action)).is_valid(body)
        assert body_faults(action, body) == []
        unknown = body_faults(action, {**body, "sneaky": 1})
        assert [(f.pointer, f.reason) for f in unknown] == [("/sneaky", "form.unknown_field")]


@pytest.mark.parametrize(
    ("action", "body", "expected"),
    [
        ("refuse", {"action": "refuse"}, ("/reason", "form.required")),
        ("refuse", {"action": "refuse", "reason": ""}, ("/reason", "form.required")),
        ("message", {"action": "message", "text": "x" * 4001}, ("/text", "form.too_long")),
        ("propose", {"action": "propose", "outcome": "maybe"}, ("/outcome", "form.not_an_option")),
        ("assign", {"action": "assign", "officer": "'; DROP"}, ("/officer", "form.pattern")),
        ("accept", [], ("", "form.wrong_type")),
    ],
)
def test_a_bad_body_names_its_field(action: Action, body: Any, expected: tuple[str, str]) -> None:
    assert [(f.pointer, f.reason) for f in body_faults(action, body)] == [expected]
