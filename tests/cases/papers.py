"""What the papers of the big pack say: results of its procedures, made of their own examples and of
answers that its registers could give."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec

from motcua.base.pack import Pack
from motcua.cases.model.procedure import Procedure, ResultKind
from motcua.cases.rules import expressions
from motcua.cases.rules.expressions import Facts
from motcua.exchange.model import Register, Told
from tests.conftest import ROOT

_VALUES: dict[str, Any] = {
    "text": "Mẫu", "date": "1990-03-12", "month": "2021-07", "integer": 1, "yes_no": True,
}  # fmt: skip


@cache
def pack() -> Pack:
    return Pack.read(ROOT / "packs" / "hanoi")


def procedures() -> dict[str, Procedure]:
    return {p.code: p for p in pack().folder("procedures", Procedure).values()}


def results() -> list[tuple[Procedure, ResultKind]]:
    return [(p, kind) for p in procedures().values() for kind in p.results]


def said_by(template: str) -> dict[str, Any] | None:
    """By a template's first result; None: no procedure has it."""
    for procedure, kind in results():
        if kind.template == template:
            return said(procedure, kind)
    return None


def said(procedure: Procedure, kind: ResultKind, **changed: Any) -> dict[str, Any]:
    """`changed`: other answers than those of the example; None takes one away."""
    answers = {k: v for k, v in (procedure.form.example | changed).items() if v is not None}
    facts = Facts(
        {
            "answers": answers,
            "subject": {
                "number": "999090000017", "name": "Nguyễn Văn An", "birth_date": "1990-03-12",
                "relation": "self",
            },
            "findings": {one.id: found(one.register, one.operation) for one in procedure.findings},
            "today": "2026-11-23",
            "decision": "Lời khai chưa đúng với giấy tờ.",
        }
    )  # fmt: skip
    made = {name: expressions.read(rule).answer(facts) for name, rule in kind.data.items()}
    return {"case_code": "H26.05-261123-0001", **msgspec.to_builtins(made)}


def found(register: str, operation: str) -> dict[str, Any]:
    """An answer of the shape that the pack says."""
    told = pack().folder("registers", Register)[register].operations[operation].response
    return {"state": "found", **_group(told)}


def _group(fields: Mapping[str, Told]) -> dict[str, Any]:
    return {name: _value(told) for name, told in fields.items()}


def _value(told: Told) -> Any:
    if told.type == "choice":
        return next(iter(told.values.values()))
    if told.type == "group":
        return _group(told.fields)
    if told.type == "list":
        return [_group(told.fields)]
    return _VALUES[told.type]
