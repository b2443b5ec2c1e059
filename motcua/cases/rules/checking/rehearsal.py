"""The rules of a procedure tried on its own example and on every choice that it offers."""

from collections.abc import Iterator
from datetime import date
from itertools import product
from typing import Any

from motcua.base.pack import Place
from motcua.cases.model.procedure import Procedure
from motcua.cases.rules import expressions
from motcua.cases.rules.expressions import ExpressionError, Facts

ANSWERS_MAX = 100
_TODAY = date(2026, 7, 1)
_AGES = (10, 15, 17, 30, 61, 80)
_WAYS = ("online", "counter", "post")

Fault = tuple[Place, str, str]


def rehearsal_faults(procedure: Procedure) -> Iterator[Fault]:
    """For rules that compile: what fails, a fee below zero, answers that end in no result."""
    told: set[Place] = set()
    for facts in _worlds(procedure):
        for place, what, mend in (*_conditions(procedure, facts), *_ends(procedure, facts)):
            if place not in told:
                told.add(place)
                yield place, what, mend


def _conditions(procedure: Procedure, facts: Facts) -> Iterator[Fault]:
    for i, document in enumerate(procedure.documents):
        yield from _of_type(("documents", i, "required_if"), document.required_if, facts, bool)
    for i, condition in enumerate(procedure.conditions):
        yield from _of_type(("conditions", i, "rule"), condition.rule, facts, bool)
    for i, line in enumerate(procedure.fee):
        yield from _of_type(("fee", i, "when"), line.when, facts, bool)
        if _value(line.when, facts) is True:
            yield from _of_type(("fee", i, "amount"), line.amount, facts, int)


def _ends(procedure: Procedure, facts: Facts) -> Iterator[Fault]:
    total = sum(_amounts(procedure, facts))
    if total < 0:
        mend = "let no line take away more than there is"
        yield ("fee",), f"the fee can be negative: {total}", mend
    if procedure.results and not any(_may_be(r.when, facts) for r in procedure.results):
        what = "some answers that the form accepts end in no result"
        yield ("results",), what, "widen a 'when', or give one result none"


def _amounts(procedure: Procedure, facts: Facts) -> Iterator[int]:
    for line in procedure.fee:
        amount = _value(line.amount, facts)
        if _value(line.when, facts) is True and type(amount) is int:
            yield amount


def _may_be(rule: str, facts: Facts) -> bool:
    """A rule that fails or waits for a register may still come true."""
    return _value(rule, facts) is not False


def _of_type(place: Place, rule: str, facts: Facts, kind: type) -> Iterator[Fault]:
    found = _value(rule, facts)
    if isinstance(found, _Failed):
        reason = found.error.reason.removeprefix("expression.").replace("_", " ")
        yield place, f"CEL fails on answers that the form offers: {reason}", "mend the expression"
    elif found is not None and type(found) is not kind:
        words = {bool: "true or false", int: "a whole number"}
        yield place, f"CEL gives {found!r}, not {words[kind]}", "mend the expression"


class _Failed:
    def __init__(self, error: ExpressionError) -> None:
        self.error = error


def _value(rule: str, facts: Facts) -> Any:
    """None for what does not compile: that is told elsewhere."""
    try:
        read = expressions.read(rule)
    except ExpressionError:
        return None
    try:
        return read.answer(facts)
    except ExpressionError as error:
        return _Failed(error)


def _worlds(procedure: Procedure) -> Iterator[Facts]:
    """The example with one answer changed at a time, asked by people of every age; where the fee
    hangs on how the case comes in, in every way."""
    rules = [rule for line in procedure.fee for rule in (line.when, line.amount)]
    ways = _WAYS if any("channel" in rule for rule in rules) else _WAYS[:1]
    for i, answers in enumerate(_answers(procedure)):
        if i >= ANSWERS_MAX:
            return
        for age, way in product(_AGES, ways):
            subject = {"number": "0", "name": "A", "birth_date": date(_TODAY.year - age, 1, 1)}
            yield Facts(
                {
                    "answers": answers,
                    "person": {"level": 2, "is_organisation": False},
                    "subject": {**subject, "relation": "self"},
                    "today": _TODAY,
                    "channel": way,
                }
            )


def _answers(procedure: Procedure) -> Iterator[dict[str, Any]]:
    example = procedure.form.example
    yield example
    for name, field in procedure.form.fields.items():
        values: list[Any] = [option.value for option in field.options]
        if field.kind == "yes_no":
            values = [True, False]
        if field.kind == "number":
            values = [v for v in (field.min, field.max) if v is not None]
        for value in values:
            yield _asked(procedure, {**example, name: value})


def _asked(procedure: Procedure, answers: dict[str, Any]) -> dict[str, Any]:
    """Without the answers to questions that are not asked then."""
    fields = procedure.form.fields
    return {
        name: value
        for name, value in answers.items()
        if name not in fields
        or all(answers.get(other) in values for other, values in fields[name].when.items())
    }
