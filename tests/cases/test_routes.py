"""The route of a case: who may do what, when, and why not. Whole lives are in `test_machines`."""

from typing import Any
from uuid import UUID

import jsonschema_rs
import msgspec
import pytest

from motcua.base.ids import PersonId
from motcua.cases.model.procedure import Procedure
from motcua.cases.model.states import States
from motcua.cases.rules.routes import (
    ACTIONS,
    Action,
    CaseState,
    after,
    allowed,
    body_faults,
    body_schema,
    why_not,
)
from motcua.cases.rules.states import OVER, move
from tests.cases.rights import grants


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
NEW, TAKEN, SIGNED = States(), States("in_hand"), States("decided", "none", "ready")
ASKED_FIRST, ASKED_LATER = States("incomplete"), States("supplement")
OWED, UNSTATED = States("in_hand", "open"), States("in_hand", "unknown")
PROPOSED = {"proposed_by": HANDLER}
STRAIGHT: list[tuple[PersonId, Action, dict[str, Any]]] = [
    (RECEPTION, "accept", {}),
    (HANDLER, "propose", {}),
    (LEADER, "approve", {"proposed_by": HANDLER}),
    (LEADER, "sign", {"approved_by": LEADER}),
    (RECEPTION, "release", {}),
    (RECEPTION, "deliver", {}),
]
APPROVED = {"proposed_by": HANDLER, "approved_by": LEADER}


def state(viewer: PersonId, step: str = "intake", states: States = NEW, **given: Any) -> CaseState:
    return CaseState(
        step=step, states=states, viewer=viewer, roles=ROLES[viewer], is_applicant=viewer == AN,
        grants=grants(ROLES[viewer]), **given,
    )  # fmt: skip


def may(viewer: PersonId, step: str = "intake", states: States = NEW, **given: Any) -> list[Action]:
    return allowed(PROCEDURE, state(viewer, step, states, **given))


@pytest.mark.parametrize(
    ("viewer", "at", "states", "given", "offered"),
    [
        (RECEPTION, "intake", NEW, {}, ["accept", "refuse", "request_supplement"]),
        (RECEPTION, "intake", NEW, {"has_receivers": True},
         ["accept", "refuse", "request_supplement", "transfer"]),
        (AN, "intake", NEW, {}, ["withdraw"]),
        (HANDLER, "intake", NEW, {}, []),
        (HANDLER, "work", TAKEN, {},
         ["request_supplement", "assign", "ask_opinion", "propose"]),
        (HANDLER, "work", TAKEN, {"may_apologise": True},
         ["request_supplement", "assign", "ask_opinion", "propose", "apologise"]),
        (HANDLER, "work", UNSTATED, {},
         ["request_supplement", "assign", "state_fee", "ask_opinion"]),
        (HANDLER, "work", OWED, {"has_payment_open": True}, ["assign", "ask_opinion"]),
        (AN, "work", OWED, {"has_payment_open": True}, ["pay", "withdraw"]),
        (LEADER, "work", TAKEN, {}, ["assign", "stop"]),
        (LEADER, "work", UNSTATED, {}, ["assign", "state_fee", "stop"]),
        (LEADER, "approval", TAKEN, PROPOSED, ["approve", "return_to_handler", "stop"]),
        (LEADER, "signing", TAKEN, APPROVED, ["return_to_handler", "sign", "stop"]),
        (RECEPTION, "release", SIGNED, {}, ["release"]),
        (RECEPTION, "handover", SIGNED, {}, ["deliver"]),
        (STRANGER, "work", TAKEN, {"is_asked": True}, ["give_opinion"]),
        (AN, "intake", ASKED_FIRST, {}, ["supply", "withdraw"]),
        (RECEPTION, "intake", ASKED_FIRST, {}, ["refuse"]),
        (HANDLER, "work", ASKED_LATER, {}, ["assign"]),
    ],
)  # fmt: skip
def test_each_person_is_offered_exactly_what_is_theirs(
    viewer: PersonId, at: str, states: States, given: dict[str, Any], offered: list[Action]
) -> None:
    words = [] if viewer == STRANGER else ["message"]
    assert may(viewer, at, states, **given) == [*offered, *words]


@pytest.mark.parametrize(
    ("viewer", "at", "states", "given", "action", "reason"),
    [
        (RECEPTION, "intake", NEW, {"has_payment_open": True}, "accept", "case.payment_open"),
        (RECEPTION, "intake", NEW, UNANSWERED, "accept", "case.finding_missing"),
        (HANDLER, "work", TAKEN, UNANSWERED, "propose", "case.finding_missing"),
        (BOTH, "approval", TAKEN, {"proposed_by": BOTH}, "approve", "case.own_proposal"),
        (BOTH, "signing", TAKEN, {"proposed_by": BOTH, "approved_by": LEADER}, "sign",
         "case.own_proposal"),
        (LEADER, "signing", TAKEN, PROPOSED, "sign", "case.not_approved"),
        (LEADER, "approval", TAKEN, {}, "approve", "case.nothing_proposed"),
        (HANDLER, "approval", TAKEN, {"proposed_by": LEADER}, "approve", "case.not_your_role"),
        (RECEPTION, "intake", ASKED_FIRST, {}, "accept", "case.waiting_for_supplement"),
        (RECEPTION, "intake", ASKED_FIRST, {}, "supply", "case.only_the_applicant"),
        (AN, "intake", NEW, {}, "supply", "case.nothing_asked"),
        (AN, "intake", NEW, {}, "pay", "case.nothing_to_pay"),
        (AN, "release", SIGNED, {}, "withdraw", "case.already_signed"),
        (AN, "release", States("stopped", "none", "ready"), {}, "withdraw", "case.already_signed"),
        (RECEPTION, "release", TAKEN, {}, "release", "case.not_signed"),
        (RECEPTION, "end", SIGNED, {}, "deliver", "case.closed"),
        (STRANGER, "intake", NEW, {}, "message", "case.not_yours"),
        (RECEPTION, "work", TAKEN, {}, "accept", "case.not_your_role"),
        (HANDLER, "work", TAKEN, {}, "accept", "case.not_now"),
        # Something is missing: once at intake, or as often as the regime says; later soon after.
        (RECEPTION, "intake", NEW, {"supplements": 1}, "request_supplement",
         "case.supplement_already_asked"),
        (RECEPTION, "intake", States("resupplied"), {"supplements": 1}, "request_supplement",
         "case.supplement_already_asked"),
        (HANDLER, "work", TAKEN, {"supplements": 3}, "request_supplement",
         "case.supplement_already_asked"),
        (HANDLER, "work", TAKEN, {"may_return": False}, "request_supplement",
         "case.too_late_to_return"),
        (HANDLER, "work", OWED, {}, "request_supplement", "case.not_now"),
        (HANDLER, "work", ASKED_LATER, {}, "request_supplement", "case.waiting_for_supplement"),
        (LEADER, "approval", TAKEN, PROPOSED, "request_supplement", "case.not_now"),
        (HANDLER, "intake", NEW, {}, "request_supplement", "case.not_your_role"),
        # The wrong door.
        (RECEPTION, "intake", NEW, {}, "transfer", "case.no_other_receiver"),
        (RECEPTION, "intake", ASKED_FIRST, {"has_receivers": True}, "transfer", "case.not_now"),
        (HANDLER, "work", TAKEN, {"has_receivers": True}, "transfer", "case.not_now"),
        (HANDLER, "intake", NEW, {"has_receivers": True}, "transfer", "case.not_your_role"),
        (AN, "intake", NEW, {"has_receivers": True}, "transfer", "case.own_case"),
        # A sum that nobody could know before.
        (HANDLER, "work", TAKEN, {}, "state_fee", "case.not_now"),
        (HANDLER, "work", OWED, {}, "state_fee", "case.not_now"),
        (HANDLER, "intake", States("new", "unknown"), {}, "state_fee", "case.not_now"),
        (RECEPTION, "work", UNSTATED, {}, "state_fee", "case.not_your_role"),
        (HANDLER, "work", UNSTATED, {}, "propose", "case.fee_unknown"),
        (HANDLER, "work", OWED, {"has_payment_open": True}, "propose", "case.payment_open"),
        (HANDLER, "work", OWED, {}, "propose", "case.payment_open"),
        # What others think.
        (HANDLER, "work", TAKEN, {"opinions_open": 1}, "propose", "case.opinion_missing"),
        (HANDLER, "work", TAKEN, {"opinions_open": 20}, "ask_opinion", "case.too_many_opinions"),
        (HANDLER, "work", ASKED_LATER, {}, "ask_opinion", "case.not_now"),
        (LEADER, "approval", TAKEN, PROPOSED, "ask_opinion", "case.not_now"),
        (LEADER, "work", TAKEN, {}, "ask_opinion", "case.not_your_role"),
        (HANDLER, "work", TAKEN, {}, "give_opinion", "case.nothing_asked_of_you"),
        (AN, "work", TAKEN, {"is_asked": True}, "give_opinion", "case.own_case"),
        (STRANGER, "end", States("withdrawn"), {"is_asked": True}, "give_opinion", "case.closed"),
        # A promise that will not be kept.
        (HANDLER, "work", TAKEN, {}, "apologise", "case.too_late_to_apologise"),
        (HANDLER, "intake", NEW, {"may_apologise": True}, "apologise", "case.not_now"),
        (HANDLER, "work", ASKED_LATER, {"may_apologise": True}, "apologise", "case.not_now"),
        (LEADER, "release", SIGNED, {"may_apologise": True}, "apologise", "case.not_now"),
        (RECEPTION, "work", TAKEN, {"may_apologise": True}, "apologise", "case.not_your_role"),
        # Not to be gone on with.
        (HANDLER, "work", TAKEN, {}, "stop", "case.not_your_role"),
        (LEADER, "intake", NEW, {}, "stop", "case.not_now"),
        (LEADER, "work", OWED, {}, "stop", "case.not_now"),
        (LEADER, "work", ASKED_LATER, {}, "stop", "case.not_now"),
        (LEADER, "release", SIGNED, {}, "stop", "case.not_now"),
        # Joined cases.
        (HANDLER, "work", TAKEN, {"waits_for_joined": frozenset({"propose", "release"})},
         "propose", "case.joined_case_open"),
        (RECEPTION, "release", SIGNED, {"waits_for_joined": frozenset({"release"})},
         "release", "case.joined_case_open"),
    ],
)  # fmt: skip
def test_a_refusal_says_why(
    viewer: PersonId, at: str, states: States, given: dict[str, Any], action: Action, reason: str
) -> None:
    assert why_not(PROCEDURE, state(viewer, at, states, **given), action) == reason


def test_nobody_handles_their_own_case() -> None:
    own = CaseState(step="intake", states=NEW, viewer=BOTH, roles=ROLES[BOTH], is_applicant=True)
    assert why_not(PROCEDURE, own, "accept") == "case.own_case"


def test_the_counter_asks_as_often_as_the_rules_of_the_day_say() -> None:
    for times in (1, 2):
        for asked in range(4):
            seen = may(
                RECEPTION, states=States("resupplied"), supplements=asked,
                intake_supplements_max=times,
            )  # fmt: skip
            assert ("request_supplement" in seen) == (asked < times)


@pytest.mark.parametrize(
    ("at", "action", "states", "given", "expected"),
    [
        ("intake", "accept", NEW, {},
         ("work", [{"business": "received"}, {"business": "in_hand"}])),
        ("intake", "refuse", NEW, {}, ("end", [{"business": "refused"}])),
        ("intake", "refuse", States("new", "open"), {},
         ("end", [{"business": "refused", "money": "cancelled"}])),
        ("work", "withdraw", TAKEN, {}, ("end", [{"business": "withdrawn"}])),
        ("work", "withdraw", States("in_hand", "settled"), {},
         ("end", [{"business": "withdrawn"}])),
        ("work", "withdraw", OWED, {}, ("end", [{"business": "withdrawn", "money": "cancelled"}])),
        ("work", "stop", UNSTATED, {}, ("end", [{"business": "stopped", "money": "cancelled"}])),
        ("intake", "request_supplement", NEW, {}, ("intake", [{"business": "incomplete"}])),
        ("intake", "request_supplement", States("resupplied"), {},
         ("intake", [{"business": "incomplete"}])),
        ("intake", "supply", ASKED_FIRST, {}, ("intake", [{"business": "resupplied"}])),
        ("work", "request_supplement", TAKEN, {}, ("work", [{"business": "supplement"}])),
        ("work", "request_supplement", States("received"), {},
         ("work", [{"business": "in_hand"}, {"business": "supplement"}])),
        ("work", "supply", ASKED_LATER, {}, ("work", [{"business": "in_hand"}])),
        ("work", "propose", States("received"), {}, ("approval", [{"business": "in_hand"}])),
        ("work", "propose", TAKEN, {}, ("approval", [])),
        ("work", "assign", TAKEN, {}, ("work", [])),
        ("signing", "sign", TAKEN, {}, ("release", [{"business": "decided", "handing": "ready"}])),
        ("signing", "sign", TAKEN, {"refuses": True},
         ("release", [{"business": "stopped", "handing": "ready"}])),
        ("signing", "sign", TAKEN, {"refuses": True, "has_paper": False},
         ("end", [{"business": "stopped"}])),
        ("release", "release", SIGNED, {}, ("end", [{"handing": "handed"}])),
        ("release", "release", SIGNED, {"delivery": "counter"}, ("handover", [])),
        ("release", "release", SIGNED, {"delivery": "post"}, ("handover", [{"handing": "sent"}])),
        ("handover", "deliver", States("decided", "none", "sent"), {"delivery": "post"},
         ("end", [{"handing": "handed"}])),
    ],
)  # fmt: skip
def test_an_action_leads_where_the_pack_and_the_law_say(
    at: str, action: Action, states: States, given: dict[str, Any], expected: tuple[str, Any]
) -> None:
    assert after(PROCEDURE, state(BOTH, at, states, **given), action) == expected


def test_received_is_not_yet_in_hand_where_the_pack_says_so() -> None:
    """A step of the second national state; but a sum that nobody has stated has to be stated."""
    steps = dict(PROCEDURE.route.steps)
    steps["work"] = msgspec.structs.replace(steps["work"], status=2)
    route = msgspec.structs.replace(PROCEDURE.route, steps=steps)
    waits = msgspec.structs.replace(PROCEDURE, route=route)
    assert after(waits, state(RECEPTION), "accept") == ("work", [{"business": "received"}])
    unstated = state(RECEPTION, states=States("new", "unknown"))
    taken = [{"business": "received"}, {"business": "in_hand"}]
    assert after(waits, unstated, "accept") == ("work", taken)


@pytest.mark.parametrize("delivery", ["electronic", "counter", "post"])
def test_the_straight_path_ends_with_the_result_returned(delivery: Any) -> None:
    now = state(AN, states=States("new", "settled"), delivery=delivery)
    shown = [1]
    for viewer, action, known in STRAIGHT:
        now = msgspec.structs.replace(
            now, viewer=viewer, roles=ROLES[viewer], is_applicant=False, **known
        )
        if now.step == "end":
            break
        assert why_not(PROCEDURE, now, action) is None
        step, moves = after(PROCEDURE, now, action)
        for one in moves:
            now = msgspec.structs.replace(now, states=move(now.states, **one))
            shown.append(now.status)
        now = msgspec.structs.replace(now, step=step)
    assert (now.step, now.status) == ("end", 10)
    assert sorted(set(shown)) == [1, 2, 4, 9, 10]


@pytest.mark.parametrize("business", sorted(OVER))
@pytest.mark.parametrize("viewer", list(ROLES))
def test_a_closed_case_allows_nothing_but_words(viewer: PersonId, business: Any) -> None:
    seen = may(viewer, "end", States(business), has_payment_open=True, is_asked=True)
    assert set(seen) <= {"message"}


def test_every_action_has_a_schema_that_takes_a_good_body() -> None:
    good: dict[Action, dict[str, Any]] = {
        "refuse": {"reason": "x"}, "request_supplement": {"text": "x", "fields": ["copies"]},
        "supply": {"answers": {}, "documents": []}, "assign": {"officer": str(UUID(int=1))},
        "propose": {"outcome": "granted"}, "return_to_handler": {"text": "x"},
        "message": {"text": "x"}, "transfer": {"agency": "X.1", "text": "x"},
        "state_fee": {"amount": 0, "text": "x"}, "stop": {"text": "x"},
        "ask_opinion": {"agency": "X.1", "text": "x", "limit": "3wd"},
        "give_opinion": {"outcome": "objects", "text": "x"},
        "apologise": {"limit": "0.5wd", "text": "x"}, "rate": {"score": 4, "reasons": ["x"]},
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
        ("accept", {"action": "accept", "limit": "15"}, ("/limit", "form.pattern")),
        (
            "state_fee",
            {"action": "state_fee", "amount": -1, "text": "x"},
            ("/amount", "form.too_small"),
        ),
        (
            "state_fee",
            {"action": "state_fee", "amount": 10**12, "text": "x"},
            ("/amount", "form.too_large"),
        ),
        ("state_fee", {"action": "state_fee", "amount": 1}, ("/text", "form.required")),
        (
            "ask_opinion",
            {"action": "ask_opinion", "agency": "X", "text": "x", "limit": "soon"},
            ("/limit", "form.pattern"),
        ),
        (
            "give_opinion",
            {"action": "give_opinion", "outcome": "perhaps", "text": "x"},
            ("/outcome", "form.not_an_option"),
        ),
        ("apologise", {"action": "apologise", "limit": "5wd"}, ("/text", "form.required")),
        ("stop", {"action": "stop"}, ("/text", "form.required")),
        ("transfer", {"action": "transfer", "text": "x"}, ("/agency", "form.required")),
    ],
)
def test_a_bad_body_names_its_field(action: Action, body: Any, expected: tuple[str, str]) -> None:
    assert [(f.pointer, f.reason) for f in body_faults(action, body)] == [expected]
