"""Fees: the sums of the facts (section c.2), and what holds for every sum."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motcua.base.text import Source, Text
from motcua.cases.model.procedure import FeeLine
from motcua.cases.rules.expressions import ExpressionError, Facts
from motcua.cases.rules.fees import fee

SOURCE = Source(text="TT 244/2016/TT-BTC")


def line(rule: str, when: str, amount: str) -> FeeLine:
    return FeeLine(
        rule=rule, when=when, amount=amount, reason=Text(vi=rule, en=rule), source=SOURCE
    )


CERTIFICATE = (
    line("ordinary", "answers.fee_class == 'ordinary'", "200000"),
    line("reduced", "answers.fee_class in ['student', 'merit']", "100000"),
    line("exempt", "answers.fee_class in ['child', 'poor']", "0"),
    line(
        "copies",
        "answers.copies > 2 && !(answers.fee_class in ['child', 'poor'])",
        "(answers.copies - 2) * 5000",
    ),
)


def costs(fee_class: str, copies: int) -> int:
    return fee(CERTIFICATE, Facts({"answers": {"fee_class": fee_class, "copies": copies}})).total


@pytest.mark.parametrize(
    ("fee_class", "copies", "total"),
    [
        ("ordinary", 1, 200000),
        ("ordinary", 2, 200000),
        ("ordinary", 3, 205000),
        ("ordinary", 5, 215000),
        ("student", 1, 100000),
        ("student", 4, 110000),
        ("child", 3, 0),
    ],
)
def test_the_certificate_costs_what_the_facts_say(fee_class: str, copies: int, total: int) -> None:
    assert costs(fee_class, copies) == total


def test_each_line_says_its_rule_and_reason_and_an_unmet_one_is_left_out() -> None:
    found = fee(CERTIFICATE, Facts({"answers": {"fee_class": "ordinary", "copies": 3}}))
    assert [(x.rule, x.amount) for x in found.lines] == [("ordinary", 200000), ("copies", 5000)]
    assert found.lines[0].reason == Text(vi="ordinary", en="ordinary")
    assert found.lines[0].source == SOURCE


def test_an_exempt_case_still_says_why_it_is_free() -> None:
    found = fee(CERTIFICATE, Facts({"answers": {"fee_class": "poor", "copies": 1}}))
    assert (found.total, [x.rule for x in found.lines]) == (0, ["exempt"])


@pytest.mark.parametrize(
    ("amount", "reason"),
    [
        ("-1", "fee.negative"),
        ("answers.n - 5", "fee.negative"),
        ("1000000000001", "fee.too_large"),
        ("0.5", "expression.not_a_whole_number"),
        ("true", "expression.not_a_whole_number"),
        ("'5'", "expression.not_a_whole_number"),
        ("answers.none", "expression.unknown_key"),
    ],
)
def test_a_rule_that_gives_no_honest_sum_is_a_fault_of_the_pack(amount: str, reason: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        fee([line("x", "true", amount)], Facts({"answers": {"n": 3}}))
    assert refused.value.reason == reason


def test_lines_that_are_too_large_together_are_refused() -> None:
    with pytest.raises(ExpressionError, match=r"fee\.too_large"):
        fee([line("x", "true", "1000000000000")] * 2, Facts({}))


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 10**9)), max_size=8))
def test_the_total_is_the_sum_of_the_lines_that_apply(lines: list[tuple[bool, int]]) -> None:
    pack = [line(f"l{n}", f"answers.on[{n}]", f"answers.amounts[{n}]") for n in range(len(lines))]
    facts = Facts({"answers": {"on": [x[0] for x in lines], "amounts": [x[1] for x in lines]}})
    found = fee(pack, facts)
    assert found.total == sum(amount for on, amount in lines if on)
    assert [x.rule for x in found.lines] == [f"l{n}" for n, (on, _) in enumerate(lines) if on]


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(["ordinary", "student", "child"]), st.integers(1, 100))
def test_another_copy_never_costs_less(fee_class: str, copies: int) -> None:
    assert 0 <= costs(fee_class, copies) <= costs(fee_class, copies + 1)
