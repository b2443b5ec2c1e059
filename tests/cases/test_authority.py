"""Acting for somebody by a document: within its limits, and for nobody whom it does not reach."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from motcua.base import clock
from motcua.base.errors import Invalid
from motcua.base.text import Source, Text
from motcua.cases import actions
from motcua.cases.model.authority import Authority
from motcua.cases.model.procedure import Delegation
from motcua.cases.rules import authority
from motcua.db import City
from tests import cast
from tests.cases import build

TODAY = date(2026, 11, 24)
NO = Text(vi="Không", en="No")
RULE = Delegation(
    family=("child", "ward"), others_document="paper", others_stated=True,
    guardian_document="proof", refusal=NO, source=Source(text="x"),
)  # fmt: skip
PAPER = Authority(number="12/2026", issuer="Phòng công chứng Mẫu", signed_on=date(2026, 1, 5))
CODE = "9.000001"


def reasons(
    paper: Authority | None, relation: str = "other", rule: Delegation | None = RULE
) -> dict[str, str]:
    found = authority.faults(rule, paper, relation, CODE, TODAY)
    return {fault.pointer: fault.reason.removeprefix("case.authority_") for fault in found}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, {}),
        ({"until": TODAY}, {}),
        ({"until": TODAY - timedelta(days=1)}, {"/authority/until": "ended"}),
        ({"signed_on": TODAY}, {}),
        ({"signed_on": TODAY + timedelta(days=1)}, {"/authority/signed_on": "not_yet"}),
        ({"procedures": [CODE]}, {}),
        ({"procedures": ["1.004873", CODE]}, {}),
        ({"procedures": ["1.004873"]}, {"/authority/procedures": "not_for_this"}),
        ({"kind": "guardian"}, {}),
        (
            {"procedures": ["1.004873"], "until": date(2026, 2, 1)},
            {"/authority/until": "ended", "/authority/procedures": "not_for_this"},
        ),
    ],
)
def test_a_document_reaches_as_far_as_it_says(
    change: dict[str, Any], expected: dict[str, str]
) -> None:
    assert reasons(replace(PAPER, **change)) == expected


def test_who_needs_a_document_states_it_and_nobody_else() -> None:
    assert reasons(None) == {"/authority": "missing"}
    assert reasons(None, rule=replace(RULE, others_stated=False)) == {}
    for relation in ("self", "child", "ward"):
        assert reasons(None, relation) == {}
        assert reasons(PAPER, relation) == {"/authority": "needless"}


def test_a_guardian_by_document_is_one_only_where_the_procedure_takes_such_documents() -> None:
    guardian = replace(PAPER, kind="guardian")
    without = replace(RULE, guardian_document=None)
    assert authority.relation_by(RULE, guardian, "other") == "ward"
    assert authority.relation_by(RULE, PAPER, "other") == "other"
    assert authority.relation_by(without, guardian, "other") == "other"
    assert reasons(guardian, rule=without) == {"/authority/kind": "no_guardian"}
    # What the register says is not talked away.
    assert authority.relation_by(RULE, guardian, "child") == "child"


@given(st.dates(), st.dates() | st.none())
def test_it_holds_from_its_day_to_its_last(signed_on: date, until: date | None) -> None:
    paper = replace(PAPER, signed_on=signed_on, until=until)
    holds = signed_on <= TODAY and (until is None or until >= TODAY)
    assert (reasons(paper) == {}) == holds


# ---- a whole request


@pytest.fixture
async def staff(city: City) -> cast.Cast:
    return await cast.gather(city, build.AGENCY, build.OTHER)


STRANGER = actions.Subject("999190000099", "Người Khác", date(1980, 5, 5), "other")


def said(**change: Any) -> Authority:
    day = clock.now().date() - timedelta(days=30)
    return replace(PAPER, signed_on=day, **change)


async def test_an_authorised_person_files_within_the_limits_and_the_case_says_by_what(
    city: City, staff: cast.Cast
) -> None:
    paper = await build.upload(city, staff.an)
    asked = build.filing(city, documents={"authorisation": paper})
    case = await build.file(city, staff.an, replace(asked, authority=said()), STRANGER)
    assert (case.filed_by, case.subject["name"], case.subject["relation"]) == (
        staff.an.person, "Người Khác", "other",
    )  # fmt: skip
    assert case.subject["authority"]["number"] == "12/2026"
    for change, pointer in (
        ({"until": clock.now().date() - timedelta(days=2)}, "/authority/until"),
        ({"procedures": ["1.004873"]}, "/authority/procedures"),
    ):
        with pytest.raises(Invalid) as refused:
            await build.file(city, staff.an, replace(asked, authority=said(**change)), STRANGER)
        assert [fault.pointer for fault in refused.value.faults] == [pointer]
    with pytest.raises(Invalid) as refused:
        await build.file(city, staff.an, asked, STRANGER)
    assert [fault.reason for fault in refused.value.faults] == ["case.authority_missing"]


async def test_a_guardian_files_by_the_document_that_makes_them_one(
    city: City, staff: cast.Cast
) -> None:
    proof = await build.upload(city, staff.an)
    asked = replace(build.filing(city), authority=said(kind="guardian"))
    with pytest.raises(Invalid) as refused:
        await build.file(city, staff.an, asked, STRANGER)
    assert [fault.reason for fault in refused.value.faults] == ["case.document_missing"]
    handed = build.filing(city, documents={"guardianship": proof})
    case = await build.file(city, staff.an, replace(handed, authority=asked.authority), STRANGER)
    assert case.subject["relation"] == "ward"
    assert case.subject["authority"]["kind"] == "guardian"
