"""Where a case may go next, who may take it there, and why not.

The pack writes the steps; what holds for every case is here: four eyes, no proposal without the
registers' answers, no acceptance before the fee is settled, one supplement at intake.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, Literal

import jsonschema_rs
import msgspec

from motcua.base.errors import Fault
from motcua.base.ids import PersonId
from motcua.cases.model.case import (
    DONE,
    STATUS_REFUSED_AT_INTAKE,
    STATUS_RETURNED,
    STATUS_STOPPED,
    STATUS_SUPPLEMENT,
    STATUS_WITHDRAWN,
)
from motcua.cases.model.procedure import Procedure, Role, Step
from motcua.cases.rules.forms import clean, pointer

TERMINAL = frozenset({STATUS_REFUSED_AT_INTAKE, STATUS_WITHDRAWN, STATUS_STOPPED, STATUS_RETURNED})
SUPPLEMENTS_MAX = 3
"""For the whole life of a case; at intake it is one (Decree 61/2018, articles 11 and 15)."""
WORDS_MAX = 4000

Action = Literal[
    "accept", "refuse", "request_supplement", "supply", "assign", "propose", "approve",
    "return_to_handler", "sign", "release", "deliver", "pay", "withdraw", "message",
]  # fmt: skip
ACTIONS: tuple[Action, ...] = Action.__args__  # type: ignore[attr-defined]
"""In the order in which they are offered."""
_OF_APPLICANT = frozenset({"supply", "pay", "withdraw"})


class CaseState(msgspec.Struct, frozen=True, kw_only=True):
    """What the rules need to know of a case and of the person who looks at it."""

    step: str
    status: int
    viewer: PersonId
    roles: frozenset[Role] = frozenset()
    """The viewer's posts in the agency that has the case."""
    is_applicant: bool = False
    """The viewer filed it or it is for them."""
    proposed_by: PersonId | None = None
    approved_by: PersonId | None = None
    """Of the proposal that stands: a new proposal has no approval yet."""
    is_signed: bool = False
    has_payment_open: bool = False
    is_waiting_for: frozenset[str] = frozenset()
    """The actions whose findings are still missing: `accept`, `propose`."""
    delivery: Literal["electronic", "counter", "post"] = "electronic"
    supplements: int = 0
    """How often something missing has been asked for."""


def allowed(procedure: Procedure, state: CaseState) -> list[Action]:
    """Everything this person may do now, in order; nothing that may be done is left out."""
    return [action for action in ACTIONS if why_not(procedure, state, action) is None]


def why_not(procedure: Procedure, state: CaseState, action: Action) -> str | None:
    """The reason why this person may not do this now, or None."""
    if action == "message":
        return None if state.is_applicant or state.roles else "case.not_yours"
    if state.status in TERMINAL or state.step == DONE:
        return "case.closed"
    if action in _OF_APPLICANT:
        return _applicant_may_not(state, action)
    if state.is_applicant:
        return "case.own_case"
    step = procedure.route.steps[state.step]
    if action == "assign":
        return _may_not_assign(state, step)
    if step.role not in state.roles:
        return "case.not_your_role"
    if action == "request_supplement":
        return _may_not_ask_again(procedure, state, step)
    if action not in step.on:
        return "case.not_now"
    if state.status == STATUS_SUPPLEMENT and action != "refuse":
        return "case.waiting_for_supplement"
    return _rule_against(state, action)


def after(procedure: Procedure, state: CaseState, action: Action) -> tuple[str, int]:
    """The step and the national status that follow an action. What is released to the vault
    needs nobody to hand it over."""
    steps = procedure.route.steps
    if action == "refuse":
        return DONE, STATUS_REFUSED_AT_INTAKE
    if action == "withdraw":
        return DONE, STATUS_WITHDRAWN
    if action == "request_supplement":
        return state.step, STATUS_SUPPLEMENT
    if action == "supply":
        return state.step, steps[state.step].status
    if state.step == DONE or action not in (on := steps[state.step].on):
        return state.step, state.status
    target = on[action]
    if target in steps and state.delivery == "electronic" and set(steps[target].on) == {"deliver"}:
        target = DONE
    return target, STATUS_RETURNED if target == DONE else steps[target].status


@cache
def body_schema(action: Action) -> dict[str, Any]:
    """JSON Schema of what is posted to do it."""
    required, properties = _BODIES[action]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {"action": {"const": action}, **properties},
        "required": ["action", *required],
        "additionalProperties": False,
    }


def clean_body(body: Mapping[str, Any]) -> dict[str, Any]:
    """Words and names as they are kept; answers are left to the form, which knows its fields."""
    return {name: _clean(value) for name, value in body.items()}


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value, has_lines=True)
    if isinstance(value, list):
        return [clean(one) if isinstance(one, str) else one for one in value]
    return value


def body_faults(action: Action, body: object) -> list[Fault]:
    """What is wrong with the body of an action, field by field."""
    found = []
    for error in _validator(action).iter_errors(body):
        path: list[str | int] = list(error.instance_path)
        name, value = error.kind.name, error.kind.value
        if name == "additionalProperties":
            found += [Fault(pointer([*path, str(n)[:60]]), "form.unknown_field") for n in value]
            continue
        if name == "required":
            path.append(value)
        reason, fact = _BODY_REASONS.get(name, ("form.wrong_type", None))
        found.append(Fault(pointer(path), reason, {fact: value} if fact else {}))
    return found


def _applicant_may_not(state: CaseState, action: Action) -> str | None:
    if not state.is_applicant:
        return "case.only_the_applicant"
    if action == "supply":
        return None if state.status == STATUS_SUPPLEMENT else "case.nothing_asked"
    if action == "pay":
        return None if state.has_payment_open else "case.nothing_to_pay"
    return "case.already_signed" if state.is_signed else None


def _may_not_assign(state: CaseState, step: Step) -> str | None:
    if not state.roles & {"handler", "leader"}:
        return "case.not_your_role"
    return None if step.role == "handler" else "case.not_now"


def _may_not_ask_again(procedure: Procedure, state: CaseState, step: Step) -> str | None:
    """Once at intake; later only while someone works on it, and never without end."""
    if state.status == STATUS_SUPPLEMENT:
        return "case.waiting_for_supplement"
    if state.step == procedure.route.start:
        return "case.supplement_already_asked" if state.supplements else None
    if "propose" not in step.on:
        return "case.not_now"
    return "case.supplement_already_asked" if state.supplements >= SUPPLEMENTS_MAX else None


def _rule_against(state: CaseState, action: Action) -> str | None:
    """What holds for every case, whatever the pack's steps say."""
    if action == "accept" and state.has_payment_open:
        return "case.payment_open"
    if action in state.is_waiting_for:
        return "case.finding_missing"
    if action in ("approve", "sign"):
        if state.proposed_by is None:
            return "case.nothing_proposed"
        if state.proposed_by == state.viewer:
            return "case.own_proposal"
    if action == "sign" and state.approved_by in (None, state.proposed_by):
        return "case.not_approved"
    if action in ("release", "deliver") and not state.is_signed:
        return "case.not_signed"
    return None


_WORDS = {"type": "string", "minLength": 1, "maxLength": WORDS_MAX}
_NAMES = {"type": "array", "maxItems": 50, "items": {"type": "string", "maxLength": 60}}
_HEX = "[0-9a-fA-F]"
_ID = {"type": "string", "pattern": f"^{_HEX}{{8}}(-?{_HEX}{{4}}){{3}}-?{_HEX}{{12}}$"}
_DOCUMENTS = {
    "type": "array",
    "maxItems": 50,
    "items": {
        "type": "object",
        "properties": {"requirement": {"type": "string", "maxLength": 60}, "id": _ID},
        "required": ["requirement", "id"],
        "additionalProperties": False,
    },
}
_BODIES: Mapping[Action, tuple[list[str], dict[str, Any]]] = {
    "accept": ([], {}),
    "refuse": (["reason"], {"reason": _WORDS}),
    "request_supplement": (["text"], {"text": _WORDS, "fields": _NAMES, "documents": _NAMES}),
    "supply": ([], {"answers": {"type": "object"}, "documents": _DOCUMENTS}),
    "assign": (["officer"], {"officer": _ID}),
    "propose": (["outcome"], {"outcome": {"enum": ["granted", "refused"]}, "text": _WORDS}),
    "approve": ([], {"text": _WORDS}),
    "return_to_handler": (["text"], {"text": _WORDS}),
    "sign": ([], {}),
    "release": ([], {}),
    "deliver": ([], {}),
    "pay": ([], {}),
    "withdraw": ([], {"reason": _WORDS}),
    "message": (["text"], {"text": _WORDS}),
}
_BODY_REASONS: dict[str, tuple[str, str | None]] = {
    "required": ("form.required", None),
    "minLength": ("form.required", None),
    "maxLength": ("form.too_long", "max"),
    "maxItems": ("form.too_many", "max"),
    "enum": ("form.not_an_option", None),
    "const": ("form.not_an_option", None),
    "pattern": ("form.pattern", None),
}


@cache
def _validator(action: Action) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(body_schema(action))
