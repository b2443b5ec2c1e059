"""Conditions of a pack: what they mean, what they may not do, and a second opinion on both."""

from datetime import date, datetime
from typing import Any, ClassVar

import celpy
import pytest
from celpy.adapter import json_to_cel

from motcua.cases.rules.expressions import ExpressionError, Facts, read, references

VALUES: dict[str, Any] = {
    "answers": {
        "copies": 3,
        "purpose": "employment",
        "fee_class": "student",
        "name": "Nguyễn",
        "to": None,
        "sure": True,
        "rows": [{"year": 2004}, {"year": 2012}],
    },
    "subject": {"birth_date": "1990-05-04"},
    "today": "2026-03-10",
}
FACTS = Facts(VALUES)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("answers.copies > 2", True),
        ("answers.copies * 5000 + 200000", 215000),
        ("(answers.copies - 2) * 5000", 5000),
        ("answers.copies / 2", 1),
        ("-7 / 2", -3),
        ("-7 % 2", -1),
        ("answers.fee_class in ['student', 'merit']", True),
        ("answers.fee_class == 'student' ? 100000 : 200000", 100000),
        ("answers.to == null", True),
        ("has(answers.nothing)", False),
        ("has(answers.nothing) && answers.nothing > 1", False),
        ("has(answers.to)", True),
        ("!answers.sure || answers.copies == 3", True),
        ("answers.rows.all(r, r.year > 2000)", True),
        ("answers.rows.exists(r, r.year == 2012)", True),
        ("answers.rows.filter(r, r.year > 2005).size()", 1),
        ("size(answers.rows.map(r, r.year))", 2),
        ("today < '2026-04-01'", True),
        ("answers.purpose.startsWith('emp')", True),
        ("answers.purpose.contains('ploy') && !answers.purpose.endsWith('x')", True),
        ("answers['copies']", 3),
        ("'copies' in answers", True),
        ("int('12') + 1", 13),
        ("string(12) + 'a'", "12a"),
        ("true || answers.nothing == 1", True),
    ],
)
def test_two_engines_agree_on_what_packs_may_write(source: str, expected: object) -> None:
    environment = celpy.Environment()
    program = environment.program(environment.compile(source))
    other = program.evaluate({name: json_to_cel(value) for name, value in VALUES.items()})
    assert read(source).answer(FACTS) == expected
    assert other == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("age(subject.birth_date, '2026-05-03')", 35),
        ("age(subject.birth_date, '2026-05-04')", 36),
        ("age('2008-02-29', '2026-02-28')", 17),
        ("age('2008-02-29', '2026-03-01')", 18),
        ("days('2026-02-27', '2026-03-01')", 2),
        ("days('2026-03-01', '2026-02-27')", -2),
        ("length(answers.name)", 6),
    ],
)
def test_own_functions_count_years_days_and_letters(source: str, expected: int) -> None:
    assert read(source).whole(FACTS) == expected


def test_size_counts_bytes_so_packs_use_length_for_texts() -> None:
    assert read("size(answers.name)").answer(FACTS) != read("length(answers.name)").answer(FACTS)


def test_dates_are_seen_as_iso_text() -> None:
    assert read("on == '2026-03-10'").holds(Facts({"on": date(2026, 3, 10)}))


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("1 ==", "expression.syntax"),
        ("", "expression.syntax"),
        ("1 + 1 // " + "x" * 1000, "expression.too_long"),
        ("(" * 41 + "1" + ")" * 41, "expression.too_deep"),
        ("[" * 400, "expression.too_deep"),
        ("l.all(a, l.all(b, l.all(c, true)))", "expression.too_many_loops"),
        ("l.map(a, l.filter(b, l . exists ( c , true)))", "expression.too_many_loops"),
        ("r'\\' == '' || l.all(a, l.all(b, l.all(c, 'x' == '')))", "expression.too_many_loops"),
        ("true // it's\n || l.all(a, l.all(b, l.all(c, true))) // '", "expression.too_many_loops"),
        ("open('/etc/passwd')", "expression.unknown_function"),
        ("timestamp('2026-01-01T00:00:00Z')", "expression.unknown_function"),
    ],
)
def test_what_cannot_be_read_is_refused_before_it_can_do_harm(source: str, reason: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        read(source)
    assert refused.value.reason == reason


def test_a_syntax_error_says_where() -> None:
    with pytest.raises(ExpressionError) as refused:
        read("answers.copies > 1 &&\n  answers. == 2")
    assert (refused.value.line, refused.value.column) == (2, 12)
    fault = refused.value.fault("/fee/0/when")
    assert (fault.pointer, fault.reason) == ("/fee/0/when", "expression.syntax")


def test_brackets_and_loops_inside_a_text_do_not_count() -> None:
    assert read("'" + "(" * 100 + "' != \"it's\"").holds(FACTS)
    assert read("answers.rows.map(a, answers.rows.map(b, 1)) != []").holds(FACTS)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("answers.nothing == 1", "expression.unknown_key"),
        ("nobody == 1", "expression.unknown_name"),
        ("answers.to > 1", "expression.wrong_type"),
        ("answers.copies + 1.5 > 1.0", "expression.wrong_type"),
        ("answers.copies / 0 == 1", "expression.division_by_zero"),
        ("9223372036854775807 + answers.copies == 1", "expression.overflow"),
        ("answers.copies", "expression.not_yes_or_no"),
        ("age(answers.name, today) > 3", "expression.wrong_type"),
        ("age(today) > 3", "expression.wrong_type"),
        ("answers.rows[7].year == 1", "expression.wrong_type"),
    ],
)
def test_what_cannot_be_answered_says_why(source: str, reason: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        read(source).holds(FACTS)
    assert refused.value.reason == reason


def test_an_error_never_repeats_a_persons_value(capfd: pytest.CaptureFixture[str]) -> None:
    secret = "Bí mật 1234567"
    facts = Facts({"answers": {"name": secret, "n": 9223372036854775807}})
    for source in (
        "int(answers.name) > 1",
        "age(answers.name, answers.name) > 1",
        "answers.n + 1 > 1",
        "answers.name > 1",
        "answers[answers.name] == 1",
        "answers.name.matches(answers.name + '(')",
    ):
        with pytest.raises(ExpressionError) as refused:
            read(source).holds(facts)
        assert "1234567" not in str(refused.value)
        assert "9223372036854775807" not in str(refused.value)
    shown = capfd.readouterr()
    assert "1234567" not in shown.out + shown.err


@pytest.mark.parametrize("found", [True, 1.5, "1", None])
def test_a_sum_is_a_whole_number(found: object) -> None:
    with pytest.raises(ExpressionError, match="not_a_whole_number"):
        read("answers.n").whole(Facts({"answers": {"n": found}}))


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ([1] * 201, "expression.list_too_long"),
        (2**63, "expression.overflow"),
        (b"x", "expression.unfit_fact"),
        (datetime(2026, 1, 1), "expression.unfit_fact"),
    ],
)
def test_facts_are_capped_and_of_simple_kinds(value: object, reason: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        read("answers.x == 1").answer(Facts({"answers": {"x": value}}))
    assert refused.value.reason == reason


def test_facts_that_nest_without_end_are_refused() -> None:
    deep: dict[str, Any] = {}
    for _ in range(50):
        deep = {"a": deep}
    with pytest.raises(ExpressionError, match="facts_too_deep"):
        read("a == 1").answer(Facts(deep))


class Counted(dict[str, Any]):
    """A form that says which of its answers were taken out."""

    taken: ClassVar[set[str]] = set()

    def __getitem__(self, key: str) -> Any:
        self.taken.add(key)
        return super().__getitem__(key)


@pytest.mark.parametrize(
    ("source", "taken"),
    [
        ("answers.x == 1", {"x"}),
        ("answers.x == 1 && 'answers.y' != ''", {"x"}),
        ("has(answers.y) && answers.y == 2", {"y"}),
        ("answers.rows.all(r, r.x > 0) && answers.x == 1", {"rows", "x"}),
    ],
)
def test_the_engine_is_handed_only_what_is_looked_at(source: str, taken: set[str]) -> None:
    Counted.taken = set()
    answers = Counted({"x": 1, "y": 2, "rows": [{"x": 1}]})
    assert read(source).holds(Facts({"answers": answers}))
    assert Counted.taken == taken


@pytest.mark.parametrize(
    "source", ["size(answers) == 2", "'x' in answers", "answers['x'] == 1", "answers == answers"]
)
def test_what_is_looked_at_as_a_whole_is_handed_over_whole(source: str) -> None:
    assert read(source).holds(Facts({"answers": {"x": 1, "y": 2}}))


def test_references_are_the_root_names_without_loop_variables() -> None:
    source = "answers.rows.all(r, r.year > 2000) && age(subject.birth_date, today) >= 14"
    assert references(source) == {"answers", "subject", "today"}
    assert read(source).paths == {"answers.rows", "subject.birth_date"}
    assert read("'answers.no' == x // answers.neither").names == {"x"}


def test_an_expression_is_compiled_once() -> None:
    assert read("answers.copies > 2") is read("answers.copies > 2")
