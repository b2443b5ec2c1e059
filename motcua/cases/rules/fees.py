"""What a case costs and why: the pack's lines whose condition holds, each with its reason."""

from collections.abc import Sequence

import msgspec

from motcua.base.text import Source, Text
from motcua.cases.model.procedure import FeeLine, Procedure
from motcua.cases.rules.expressions import ExpressionError, Facts, read

FEE_AMOUNT_MAX = 10**12
"""Whole units of the pack's currency, for one line and for the sum."""


class FeeLineDue(msgspec.Struct, frozen=True):
    rule: str
    amount: int
    reason: Text
    source: Source


class Fee(msgspec.Struct, frozen=True):
    """A fee of nothing keeps its lines: they say why it is nothing."""

    total: int
    lines: tuple[FeeLineDue, ...]


def fee(lines: Sequence[FeeLine], facts: Facts) -> Fee:
    """The sum in whole units, never negative. ExpressionError when the rule itself is bad."""
    due = tuple(
        FeeLineDue(line.rule, _amount(line, facts), line.reason, line.source)
        for line in lines
        if read(line.when).holds(facts)
    )
    total = sum(line.amount for line in due)
    if total > FEE_AMOUNT_MAX:
        raise ExpressionError("fee.too_large", max=FEE_AMOUNT_MAX)
    return Fee(total, due)


def is_assessed(procedure: Procedure, facts: Facts) -> bool:
    """Whether an officer has to state what this case costs."""
    rule = procedure.fee_assessed
    return rule if isinstance(rule, bool) else read(rule).holds(facts)


def _amount(line: FeeLine, facts: Facts) -> int:
    amount = read(line.amount).whole(facts)
    if amount < 0:
        raise ExpressionError("fee.negative", rule=line.rule)
    if amount > FEE_AMOUNT_MAX:
        raise ExpressionError("fee.too_large", max=FEE_AMOUNT_MAX)
    return amount
