"""What officers do at a counter beside the case's own way: digitise papers, take the fee."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Literal

import jsonschema_rs
from msgspec import Struct

from motcua.base.errors import Fault
from motcua.cases.model.case import HandIn
from motcua.cases.model.procedure import DocumentNeed
from motcua.cases.rules.routes import ID, clean_body, faults_by

CounterAct = Literal["digitise", "take_fee", "supply_at_counter", "withdraw_at_counter"]
COUNTER_ACTS: tuple[CounterAct, ...] = CounterAct.__args__  # type: ignore[attr-defined]
SLIP_LENGTH_MAX, PAPERS_LENGTH_MAX, REASON_LENGTH_MAX = 100, 300, 4000
_NAME = {"type": "string", "minLength": 1, "maxLength": 60}
_PAPERS = {"type": "string", "minLength": 1, "maxLength": PAPERS_LENGTH_MAX}
"""Who stood there, and by which papers the officer knew it."""

_BODIES: Mapping[CounterAct, tuple[list[str], dict[str, Any]]] = {
    "digitise": (
        ["requirement"],
        {
            "requirement": _NAME,
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
    "supply_at_counter": (
        ["papers"],
        {
            "papers": _PAPERS,
            "answers": {"type": "object"},
            "documents": {
                "type": "array",
                "maxItems": 50,
                "items": {
                    "type": "object",
                    "properties": {
                        "requirement": _NAME,
                        "id": ID,
                        "kind": {"enum": ["original", "copy"]},
                        "pages": {"type": "integer", "minimum": 1, "maximum": 9999},
                    },
                    "required": ["requirement"],
                    "additionalProperties": False,
                },
            },
        },
    ),
    # `id`: a scan of the request to withdraw, with the applicant's signature.
    "withdraw_at_counter": (
        ["papers", "id"],
        {
            "papers": _PAPERS,
            "id": ID,
            "reason": {"type": "string", "minLength": 1, "maxLength": REASON_LENGTH_MAX},
        },
    ),
}


class AtCounter(Struct, frozen=True, kw_only=True):
    """How a case stands for an officer who receives."""

    works_here: bool
    """At the counter that took it in, or at the agency's own."""
    took_it_in: bool
    """At the counter that took it in: there its people act by this officer's hand."""
    paper_waits: bool = False
    owes: bool = False
    lacks: bool = False
    """Something missing was asked for."""
    is_open: bool = True
    """Neither closed nor decided."""


def offered(here: AtCounter) -> list[CounterAct]:
    """What this officer may do now beside the case's own way."""
    may: dict[CounterAct, bool] = {
        "digitise": here.works_here and here.paper_waits,
        "take_fee": here.works_here and here.owes,
        "supply_at_counter": here.took_it_in and here.lacks,
        "withdraw_at_counter": here.took_it_in and here.is_open,
    }
    return [act for act in COUNTER_ACTS if may[act]]


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
