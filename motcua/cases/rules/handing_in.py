"""What officers do at a counter beside the case's own way: digitise papers, take the fee."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Literal

import jsonschema_rs

from motcua.base.errors import Fault
from motcua.cases.model.case import HandIn
from motcua.cases.model.procedure import DocumentNeed
from motcua.cases.rules.routes import ID, clean_body, faults_by

CounterAct = Literal["digitise", "take_fee"]
COUNTER_ACTS: tuple[CounterAct, ...] = ("digitise", "take_fee")
SLIP_LENGTH_MAX = 100

_BODIES: Mapping[CounterAct, tuple[list[str], dict[str, Any]]] = {
    "digitise": (
        ["requirement"],
        {
            "requirement": {"type": "string", "minLength": 1, "maxLength": 60},
            "id": ID,
            "returned": {"type": "boolean"},
        },
    ),
    "take_fee": (
        ["method"],
        {
            "method": {"enum": ["cash", "transfer"]},
            "slip": {"type": "string", "minLength": 1, "maxLength": SLIP_LENGTH_MAX},
        },
    ),
}


def offered(works_here: bool, waits: bool, owes: bool) -> list[CounterAct]:
    """What an officer of the counter, or of the agency's own, may do now: a paper waits, or money
    is owed."""
    may: dict[CounterAct, bool] = {"digitise": waits, "take_fee": owes}
    return [act for act in COUNTER_ACTS if works_here and may[act]]


def is_done(paper: HandIn) -> bool:
    """Nothing is left to do with it: it is digitised, and no original waits to be handed back."""
    return paper.digitised > 0 and (paper.kind != "original" or paper.returned_at is not None)


def body_schema(act: CounterAct) -> dict[str, Any]:
    """JSON Schema of what is posted to do it."""
    required, properties = _BODIES[act]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {"action": {"const": act}, **properties},
        "required": ["action", *required],
        "additionalProperties": False,
    }


def body_of(act: CounterAct, given: Mapping[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
    """The body as it is kept, and what is wrong with it."""
    body = clean_body(given)
    return body, faults_by(_validator(act), {"action": act, **body})


@cache
def _validator(act: CounterAct) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(body_schema(act))


def kind_of(need: DocumentNeed | None) -> Literal["original", "copy"]:
    """What a paper is when nobody said it: what the procedure asks for."""
    return "original" if need and need.original and not need.copies else "copy"
