"""Where a case may go next, who may take it there, and why not.

The pack writes the steps; what holds for every case is here: four eyes, no proposal without the
registers' answers, no acceptance before the fee is settled, one supplement at intake, one apology.
Where a case stands and may go is `states`; who may take it there is here.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Literal, get_args

import jsonschema_rs
import msgspec

from motcua.base.errors import Fault
from motcua.base.ids import PersonId
from motcua.cases.model.case import DONE
from motcua.cases.model.procedure import LimitText, Procedure, Role, Step
from motcua.cases.model.states import States
from motcua.cases.rules.forms import clean, pointer
from motcua.cases.rules.states import WAITING, status

SUPPLEMENTS_MAX = 3
"""For the whole life of a case; at intake the regime says how often."""
WORDS_MAX = 4000
FEE_MAX = 10**11
OPEN_OPINIONS_MAX = 20

Action = Literal[
    "accept", "refuse", "request_supplement", "supply", "transfer", "assign", "state_fee",
    "ask_opinion", "give_opinion", "propose", "approve", "return_to_handler", "sign", "release",
    "deliver", "apologise", "stop", "pay", "withdraw", "rate", "message",
]  # fmt: skip
ACTIONS: tuple[Action, ...] = Action.__args__  # type: ignore[attr-defined]
"""In the order in which they are offered."""
_OF_APPLICANT = frozenset({"supply", "pay", "withdraw"})


class CaseState(msgspec.Struct, frozen=True, kw_only=True):
    """What the rules need to know of a case and of the person who looks at it."""

    step: str
    states: States
    viewer: PersonId
    roles: frozenset[Role] = frozenset()
    """The viewer's posts in the agency that has the case in hand."""
    grants: frozenset[str] = frozenset()
    """What the viewer may do to every such case by right of these: `access.yaml` of the pack."""
    stands_in_for: PersonId | None = None
    """The absent officer in whose place the viewer has the step in hand."""
    is_applicant: bool = False
    """The viewer filed it or it is for them."""
    proposed_by: PersonId | None = None
    approved_by: PersonId | None = None
    """Of the proposal that stands: a new proposal has no approval yet."""
    has_payment_open: bool = False
    is_waiting_for: frozenset[str] = frozenset()
    """The actions whose findings are still missing: `accept`, `propose`."""
    delivery: Literal["electronic", "counter", "post"] = "electronic"
    supplements: int = 0
    """How often something missing has been asked for."""
    intake_supplements_max: int = 1
    may_return: bool = True
    """Accepted so lately that it may still be sent back for what is missing."""
    may_apologise: bool = False
    """The promise can still be given anew: in time, and not done before."""
    opinions_open: int = 0
    """Asked, neither given nor overdue."""
    is_asked: bool = False
    """An opinion is wanted from an agency in which the viewer holds a post."""
    waits_for_joined: frozenset[str] = frozenset()
    """The actions that wait for joined cases: `propose`, `release`."""
    refuses: bool = False
    """The proposal that stands says no."""
    has_paper: bool = True
    """Whether the outcome that stands ends in a paper."""
    has_receivers: bool = False
    """Other agencies could receive this procedure."""
    may_rate: bool = False
    """It has ended, lately enough for its person to say how it was handled."""
    may_hand_over: bool = False
    """The result goes out at the counter where it was asked for, and the viewer works there."""

    @property
    def status(self) -> int:
        return status(self.states)


def allowed(procedure: Procedure, state: CaseState) -> list[Action]:
    """Everything this person may do now, in order; nothing that may be done is left out."""
    return [action for action in ACTIONS if why_not(procedure, state, action) is None]


def why_not(procedure: Procedure, state: CaseState, action: Action) -> str | None:
    """The reason why this person may not do this now, or None."""
    if action == "message":
        return None if state.is_applicant or state.roles else "case.not_yours"
    if action == "rate":
        return _may_not_rate(state)
    if state.step == DONE:
        return "case.closed"
    if action in _OF_APPLICANT:
        return _applicant_may_not(state, action)
    if state.is_applicant:
        return "case.own_case"
    if action == "give_opinion":
        return None if state.is_asked else "case.nothing_asked_of_you"
    step = procedure.route.steps[state.step]
    if action == "assign":
        return _may_not_assign(state, step)
    if action in _OF_ENGINE:
        return _OF_ENGINE[action](procedure, state, step)
    if step.role not in state.roles and not (action == "deliver" and state.may_hand_over):
        return "case.not_your_role"
    if action not in step.on:
        return "case.not_now"
    if state.states.business in WAITING and action != "refuse":
        return "case.waiting_for_supplement"
    return _rule_against(state, action)


Moves = list[dict[str, str]]


def after(procedure: Procedure, state: CaseState, action: Action) -> tuple[str, Moves]:
    """The step that follows an action, and the moves of the machines that lead there, in order."""
    now = state.states
    if action in _ENDINGS:
        ended = {"business": _ENDINGS[action]}
        if now.money in ("open", "unknown"):
            ended["money"] = "cancelled"
        return DONE, [ended]
    if action == "request_supplement":
        if now.business in ("new", "resupplied"):
            return state.step, [{"business": "incomplete"}]
        taking_up = [TAKEN] if now.business == "received" else []
        return state.step, [*taking_up, {"business": "supplement"}]
    if action == "supply":
        back = "resupplied" if now.business == "incomplete" else "in_hand"
        return state.step, [{"business": back}]
    step = procedure.route.steps.get(state.step)
    if step is None or action not in step.on:
        return state.step, []
    target = step.on[action]
    if action == "sign" and state.refuses and not state.has_paper:
        target = DONE
    return _walked(procedure, state, action, target)


def _walked(
    procedure: Procedure, state: CaseState, action: Action, target: str
) -> tuple[str, Moves]:
    """What is released to the vault needs nobody to hand it over."""
    steps, now = procedure.route.steps, state.states
    is_electronic = state.delivery == "electronic"
    if target in steps and is_electronic and set(steps[target].on) == {"deliver"}:
        target = DONE
    if action == "accept":
        # A sum that nobody has stated yet is stated of a case in hand.
        is_received = target in steps and steps[target].status == 2 and now.money != "unknown"
        return target, [{"business": "received"}, *([] if is_received else [TAKEN])]
    moves = [TAKEN] if now.business == "received" else []
    if action == "sign":
        outcome = "stopped" if state.refuses else "decided"
        ended = {"business": outcome, **({"handing": "ready"} if state.has_paper else {})}
        if state.refuses and now.money in ("open", "unknown"):
            ended["money"] = "cancelled"
        return target, [*moves, ended]
    if target == DONE and state.has_paper:
        return target, [*moves, {"handing": "handed"}]
    if action == "release" and state.delivery == "post":
        return target, [*moves, {"handing": "sent"}]
    return target, moves


TAKEN = {"business": "in_hand"}
_ENDINGS: Mapping[str, str] = {"refuse": "refused", "withdraw": "withdrawn", "stop": "stopped"}


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
    return faults_by(_validator(action), body)


def faults_by(validator: jsonschema_rs.Draft202012Validator, body: object) -> list[Fault]:
    found = []
    for error in validator.iter_errors(body):
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
        return None if state.states.business in WAITING else "case.nothing_asked"
    if action == "pay":
        return None if state.has_payment_open else "case.nothing_to_pay"
    return "case.already_signed" if state.states.business in ("decided", "stopped") else None


def _may_not_rate(state: CaseState) -> str | None:
    if not state.is_applicant:
        return "case.only_the_applicant"
    return None if state.may_rate else "case.nothing_to_rate"


def _may_not_assign(state: CaseState, step: Step) -> str | None:
    if "assign" not in state.grants:
        return "case.not_your_role"
    return None if step.role == "handler" else "case.not_now"


def _may_not_ask_again(procedure: Procedure, state: CaseState, step: Step) -> str | None:
    """As often as the regime says at intake; later only soon after, and never without end."""
    if step.role not in state.roles:
        return "case.not_your_role"
    if state.states.business in WAITING:
        return "case.waiting_for_supplement"
    if state.step == procedure.route.start:
        asked_enough = state.supplements >= state.intake_supplements_max
        return "case.supplement_already_asked" if asked_enough else None
    if "propose" not in step.on or state.status == 6:
        return "case.not_now"
    if state.supplements >= SUPPLEMENTS_MAX:
        return "case.supplement_already_asked"
    return None if state.may_return else "case.too_late_to_return"


def _may_not_transfer(procedure: Procedure, state: CaseState, step: Step) -> str | None:
    """Only what was filed at the wrong door, and before anybody promised anything."""
    if step.role not in state.roles:
        return "case.not_your_role"
    if state.step != procedure.route.start or state.states.business != "new":
        return "case.not_now"
    return None if state.has_receivers else "case.no_other_receiver"


def _may_not_state_fee(procedure: Procedure, state: CaseState, step: Step) -> str | None:
    if "state_fee" not in state.grants:
        return "case.not_your_role"
    is_due = state.states.money == "unknown" and state.states.business == "in_hand"
    return None if is_due else "case.not_now"


def _may_not_ask_opinion(procedure: Procedure, state: CaseState, step: Step) -> str | None:
    if step.role not in state.roles:
        return "case.not_your_role"
    if "propose" not in step.on or state.states.business in WAITING:
        return "case.not_now"
    return None if state.opinions_open < OPEN_OPINIONS_MAX else "case.too_many_opinions"


def _may_not_apologise(procedure: Procedure, state: CaseState, step: Step) -> str | None:
    if "apologise" not in state.grants:
        return "case.not_your_role"
    if state.states.business not in ("received", "in_hand"):
        return "case.not_now"
    return None if state.may_apologise else "case.too_late_to_apologise"


def _may_not_stop(procedure: Procedure, state: CaseState, step: Step) -> str | None:
    if "stop" not in state.grants:
        return "case.not_your_role"
    return None if state.status == 4 else "case.not_now"


_OF_ENGINE: Mapping[str, Callable[[Procedure, CaseState, Step], str | None]] = {
    "request_supplement": _may_not_ask_again,
    "transfer": _may_not_transfer,
    "state_fee": _may_not_state_fee,
    "ask_opinion": _may_not_ask_opinion,
    "apologise": _may_not_apologise,
    "stop": _may_not_stop,
}
"""Acts that every case knows; the pack's steps do not name them."""


def _rule_against(state: CaseState, action: Action) -> str | None:
    """What holds for every case, whatever the pack's steps say."""
    # Not every agency that has a case in hand may see its payment; where the case stands, it may.
    if action in ("accept", "propose") and (state.has_payment_open or state.states.money == "open"):
        return "case.payment_open"
    if action in state.is_waiting_for:
        return "case.finding_missing"
    if action == "propose" and state.states.money == "unknown":
        return "case.fee_unknown"
    if action == "propose" and state.opinions_open:
        return "case.opinion_missing"
    if action in state.waits_for_joined:
        return "case.joined_case_open"
    if action in ("approve", "sign"):
        if state.proposed_by is None:
            return "case.nothing_proposed"
        if state.proposed_by == state.viewer:
            return "case.own_proposal"
    if action == "sign" and state.approved_by in (None, state.proposed_by):
        return "case.not_approved"
    if action in ("release", "deliver") and state.states.handing == "nothing":
        return "case.not_signed"
    return None


_WORDS = {"type": "string", "minLength": 1, "maxLength": WORDS_MAX}
_AGENCY = {"type": "string", "minLength": 1, "maxLength": 35}
_LIMIT = {"type": "string", "pattern": get_args(LimitText)[1].pattern}
_NAMES = {"type": "array", "maxItems": 50, "items": {"type": "string", "maxLength": 60}}
_HEX = "[0-9a-fA-F]"
ID = {"type": "string", "pattern": f"^{_HEX}{{8}}(-?{_HEX}{{4}}){{3}}-?{_HEX}{{12}}$"}
_DOCUMENTS = {
    "type": "array",
    "maxItems": 50,
    "items": {
        "type": "object",
        "properties": {"requirement": {"type": "string", "maxLength": 60}, "id": ID},
        "required": ["requirement", "id"],
        "additionalProperties": False,
    },
}
_BODIES: Mapping[Action, tuple[list[str], dict[str, Any]]] = {
    "accept": ([], {"limit": _LIMIT}),
    "refuse": (["reason"], {"reason": _WORDS}),
    "request_supplement": (["text"], {"text": _WORDS, "fields": _NAMES, "documents": _NAMES}),
    "supply": ([], {"answers": {"type": "object"}, "documents": _DOCUMENTS}),
    "transfer": (["agency", "text"], {"agency": _AGENCY, "text": _WORDS}),
    "assign": (["officer"], {"officer": ID}),
    "state_fee": (
        ["amount", "text"],
        {"amount": {"type": "integer", "minimum": 0, "maximum": FEE_MAX}, "text": _WORDS},
    ),
    "ask_opinion": (
        ["agency", "text", "limit"],
        {"agency": _AGENCY, "text": _WORDS, "limit": _LIMIT},
    ),
    "give_opinion": (
        ["outcome", "text"],
        {"opinion": ID, "outcome": {"enum": ["agrees", "objects"]}, "text": _WORDS},
    ),
    "apologise": (["limit", "text"], {"limit": _LIMIT, "text": _WORDS}),
    "stop": (["text"], {"text": _WORDS}),
    "propose": (["outcome"], {"outcome": {"enum": ["granted", "refused"]}, "text": _WORDS}),
    "approve": ([], {"text": _WORDS}),
    "return_to_handler": (["text"], {"text": _WORDS}),
    "sign": ([], {}),
    "release": ([], {}),
    "deliver": ([], {}),
    "pay": ([], {}),
    "withdraw": ([], {"reason": _WORDS}),
    "rate": (
        ["score"],
        {"score": {"type": "integer", "minimum": 1, "maximum": 10}, "reasons": _NAMES},
    ),
    "message": (["text"], {"text": _WORDS}),
}
_BODY_REASONS: dict[str, tuple[str, str | None]] = {
    "required": ("form.required", None),
    "minLength": ("form.required", None),
    "maxLength": ("form.too_long", "max"),
    "maxItems": ("form.too_many", "max"),
    "minimum": ("form.too_small", "min"),
    "maximum": ("form.too_large", "max"),
    "enum": ("form.not_an_option", None),
    "const": ("form.not_an_option", None),
    "pattern": ("form.pattern", None),
}


@cache
def _validator(action: Action) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(body_schema(action))
