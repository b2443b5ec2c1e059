"""What residence, business, building, roads and research ask and promise only in some cases."""

from typing import Any

import httpx
import pytest
from msgspec import structs

from motcua.base.ids import SYSTEM
from motcua.cases import queries
from motcua.cases.model.case import Case
from motcua.cases.rules import expressions
from motcua.cases.rules.expressions import Facts
from motcua.cases.rules.forms import Checker
from motcua.cases.rules.promise import limit_of
from motcua.documents.outside.typesetting import typeset
from tests import cast
from tests.cases import conditions_family, conditions_land, papers, walking
from tests.cases.machine import problem
from tests.cases.walking import Hall, Walk
from tests.cases.ways import CAU_GIAY, WAYS
from tests.cases.ways_family import FAMILY_WAYS
from tests.cases.ways_land import LAND_WAYS
from tests.documents import build as documents

Answers = dict[str, Any]
EVERY_WAY = [*WAYS, *FAMILY_WAYS, *LAND_WAYS]

JOINED = {
    "household": "join", "head_name": "Trần Văn Mẫu", "head_number": "999060000018",
    "head_relation": "other",
}  # fmt: skip
LINE: Answers = {
    "building": "linear", "ground_level": None, "first_floor_area": None, "floor_area": None,
    "floors": None, "basements": None, "height": None, "adjoins": None, "length": 120,
}  # fmt: skip

# Procedure, answers that call for a field, the field, its answer; the example does not call for it.
FIELDS: list[tuple[str, Answers, str, Any]] = [
    *conditions_family.FIELDS,
    *conditions_land.FIELDS,
    ("1.004222", {"home": "rented"}, "floor_area", 40),
    ("1.004222", JOINED, "head_number", "999060000018"),
    ("1.004222", {"home": "care", "household": None}, "cared_by", "household"),
    ("1.004194", {"reason": "work", "school": None}, "employer", "Công ty Mẫu"),
    (
        "1.004194", {"home": "rented", "landlord_name": "Trần Văn Mẫu"}, "landlord_number",
        "999060000018",
   ),
    ("1.001612", {"has_other_places": True}, "other_places", [{"address": "Số 8 phố Mẫu"}]),
    ("2.001583", {"company_kind": "from_household"}, "household_number", "8999000001"),
    (
        "2.001583", {"is_representative": False, "representative_name": "Trần Văn Mẫu"},
        "representative_number", "999060000018",
   ),
    ("1.013225", LINE, "length", 120),
    ("1.013225", {"building": "block"}, "needs_fire_appraisal", False),
    ("1.013274", {"purpose": "funeral", "people": None}, "deceased", "Trần Văn Mẫu"),
    ("1.013274", {"purpose": "parking", "people": None}, "vehicles", 30),
    ("1.014445", {"origin": "transfer"}, "giver", "Viện Mẫu"),
    ("1.014445", {"is_over_five_years": True, "revenue_total": 100}, "revenue_science", 40),
]  # fmt: skip

# Procedure, the answers that call for a paper, the paper.
PAPERS: list[tuple[str, Answers, str]] = [
    *conditions_family.PAPERS,
    *conditions_land.PAPERS,
    ("1.004222", {"is_exempt": True}, "exemption_proof"),
    ("1.004222", {"lives_abroad": True}, "nationality_proof"),
    ("1.004222", {**JOINED, "home": "family"}, "kinship_proof"),
    ("1.004222", {"home": "rented", "floor_area": 40}, "rental_contract"),
    (
        "1.004222", {"home": "care", "household": None, "cared_by": "facility"},
        "facility_request",
    ),
    ("1.004222", {"home": "religious", "household": None}, "religious_proof"),
    ("1.004222", {"home": "vehicle", "household": None}, "vehicle_papers"),
    ("1.004222", {"home": "barracks", "household": None}, "unit_letter"),
    (
        "1.004194",
        {"home": "rented", "landlord_name": "Trần Văn Mẫu", "landlord_number": "999060000018"},
        "dwelling_proof",
    ),
    ("1.004194", {"is_new_citizen": True}, "nationality_decision"),
    ("1.004194", {"home": "barracks"}, "unit_letter"),
    (
        "1.001612",
        {"founders": "household", "members": [{"name": "Nguyễn Văn An", "number": "999090000017"}]},
        "member_authorisation",
    ),
    ("2.001583", {"company_kind": "social"}, "social_commitment"),
    ("2.001583", {"company_kind": "securities"}, "securities_licence"),
    ("2.001583", {"has_foreigner": True}, "foreign_papers"),
    ("2.001583", {"has_beneficial_owners": True}, "beneficial_owners"),
    (
        "2.001583",
        {"owner_kind": "organisation", "owner_name": "Viện Mẫu", "owner_number": "12/QĐ"},
        "owner_papers",
    ),
    ("1.013225", {"adjoins": True}, "neighbours_commitment"),
    ("1.013225", {"building": "monument"}, "culture_approval"),
    ("1.013225", {"building": "worship", "needs_fire_appraisal": True}, "fire_appraisal"),
    ("1.013225", LINE, "route_approval"),
    ("1.013274", {"purpose": "event"}, "event_approval"),
    ("1.013274", {"purpose": "materials", "people": None}, "building_permit"),
    ("1.014445", {"origin": "patent", "patent_number": "12345"}, "patent"),
    ("1.014445", {"origin": "transfer", "giver": "Viện Mẫu"}, "transfer_contract"),
    ("1.014445", {"origin": "public_task", "task_name": "Nhiệm vụ mẫu"}, "task_contract"),
]  # fmt: skip


def way(code: str, **answers: Any) -> Walk:
    found = next(walk for walk in EVERY_WAY if walk.code == code)
    return structs.replace(found, answers={**found.answers, **answers})


def faults(answer: httpx.Response) -> set[tuple[str, str]]:
    return {(one["pointer"], one["reason"]) for one in problem(answer, 422)["errors"]}


def needed(code: str, **answers: Any) -> set[str]:
    """The papers that a procedure asks of a grown-up who files for themselves."""
    procedure = papers.procedures()[code]
    given = {k: v for k, v in (procedure.form.example | answers).items() if v is not None}
    facts = Facts(
        {
            "answers": given,
            "subject": {"birth_date": "1990-03-12", "relation": "self"},
            "person": {"level": 2, "is_organisation": False},
            "today": "2026-11-23",
        }
    )
    return {
        need.code for need in procedure.documents if expressions.read(need.required_if).holds(facts)
    }


@pytest.mark.parametrize(("code", "when", "field", "answer"), FIELDS, ids=lambda x: str(x)[:24])
def test_a_question_is_asked_only_of_those_whom_it_concerns(
    code: str, when: Answers, field: str, answer: Any
) -> None:
    assert told(code, when | {field: None}) == [(f"/{field}", "form.required")]
    assert told(code, when | {field: answer}) == []
    assert told(code, {field: answer}) == [(f"/{field}", "form.not_asked")]


def told(code: str, answers: Answers) -> list[tuple[str, str]]:
    form = papers.procedures()[code].form
    given = {k: v for k, v in (form.example | answers).items() if v is not None}
    return [(fault.pointer, fault.reason) for fault in Checker(form).faults(given)]


@pytest.mark.parametrize(("code", "when", "paper"), PAPERS, ids=lambda x: str(x)[:24])
def test_a_paper_is_needed_only_by_those_whom_it_concerns(
    code: str, when: Answers, paper: str
) -> None:
    assert paper in needed(code, **when)
    assert paper not in needed(code)


@pytest.mark.parametrize("walk", EVERY_WAY, ids=lambda w: w.code)
def test_a_way_hands_in_what_is_needed_and_no_more(walk: Walk) -> None:
    assert set(walk.documents) == needed(walk.code, **walk.answers)


@pytest.mark.parametrize("walk", [w for w in EVERY_WAY if w.documents], ids=lambda w: w.code)
async def test_without_its_papers_nothing_is_filed(hall: Hall, walk: Walk) -> None:
    without = await walking.post(hall, structs.replace(walk, documents=()))
    assert faults(without) == {("/documents", "case.document_missing")}


# Procedure, answers that cannot stand together, the field that is told.
CONTRADICTIONS: list[tuple[str, Answers, str]] = [
    *conditions_land.CONTRADICTIONS,
    ("1.001612", {"lines": [{"code": "5610", "name": "Quán ăn", "is_main": False}]}, "lines"),
    ("1.001612", {"filed_by": "person"}, "filed_by"),
    ("2.001583", {"company_name": "Công ty Cổ phần Mẫu"}, "company_name"),
    ("1.013225", {"first_floor_area": 81}, "first_floor_area"),
    ("1.013274", {"until": "2099-01-02"}, "until"),
    ("1.013274", {"from": "2020-01-03"}, "from"),
    (
        "1.014445", {"is_over_five_years": True, "revenue_total": 9, "revenue_science": 10},
        "revenue_science",
    ),
    (
        "1.013225",
        {
            "designer_kind": "self", "designer_name": None, "designer_number": None,
            "chief_designer": None,
        },
        "designer_kind",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("code", "answers", "field"), CONTRADICTIONS, ids=lambda x: str(x)[:24])
async def test_what_cannot_stand_together_is_refused_with_its_field(
    hall: Hall, code: str, answers: Answers, field: str
) -> None:
    refused = await walking.post(hall, way(code, **answers))
    assert {pointer for pointer, _ in faults(refused)} >= {f"/answers/{field}"}


async def test_nobody_registers_a_household_for_whose_head_they_give_their_own_number(
    hall: Hall,
) -> None:
    own = cast.number(hall.city, "lan")
    refused = await walking.post(hall, way("1.004222", **JOINED | {"head_number": own}))
    assert {pointer for pointer, _ in faults(refused)} == {"/answers/head_number"}


# The promise


@pytest.mark.parametrize(
    ("code", "answers", "limit"),
    [
        *conditions_land.LIMITS,
        ("1.013274", {}, "5wd"),
        ("1.013274", {"purpose": "funeral"}, "1d"),
        ("1.013225", {}, "15d"),
        ("1.013225", {"building": "block"}, "20d"),
        ("1.004222", {}, "7wd"),
        ("1.004194", {}, "3wd"),
        ("1.001612", {}, "3wd"),
        ("2.001583", {}, "3wd"),
        ("1.014445", {}, "15d"),
    ],
    ids=lambda x: str(x)[:24],
)
def test_a_case_is_promised_what_its_kind_is(code: str, answers: Answers, limit: str) -> None:
    procedure = papers.procedures()[code]
    facts = Facts({"answers": procedure.form.example | answers, "subject": {}})
    assert limit_of(procedure, facts) == limit


async def test_a_funeral_is_promised_within_a_day_when_it_is_accepted(hall: Hall) -> None:
    funeral = way("1.013274", purpose="funeral", people=None, deceased="Trần Văn Mẫu")
    case = await accepted(hall, funeral)
    async with hall.city.database.read(SYSTEM) as db:
        assert await queries.accepted_limit(db, case.id) == "1d"
        assert await queries.opinions_of_case(db, case.id) == []
    assert case.lane == "green"


async def accepted(hall: Hall, walk: Walk) -> Case:
    code = (await walking.post(hall, walk)).json()["code"]
    case = await walking.standing_of(hall, code)
    await walking.answer_registers(hall, case)
    await walking.act(hall, case, "reception", "accept")
    return await walking.standing_of(hall, code)


@pytest.mark.parametrize(
    ("code", "answers", "asked"),
    [
        *conditions_land.OPINIONS,
        ("1.013225", {}, []),
        ("1.013225", {"by_road": True}, ["road"]),
        ("1.013225", {"building": "block", "needs_fire_appraisal": True}, ["fire"]),
        ("1.013274", {}, []),
        ("1.013274", {"part": "roadway"}, ["traffic"]),
        ("1.013274", {"part": "roadway", "purpose": "funeral"}, []),
    ],
    ids=lambda x: str(x)[:24],
)
def test_an_opinion_is_asked_only_where_it_matters(
    code: str, answers: Answers, asked: list[str]
) -> None:
    procedure = papers.procedures()[code]
    facts = Facts({"answers": procedure.form.example | answers, "subject": {}})
    found = [o.id for o in procedure.opinions if expressions.read(o.when).holds(facts)]
    assert found == asked


@pytest.mark.parametrize(
    ("code", "answers", "asked"), conditions_land.FINDINGS, ids=lambda x: str(x)[:24]
)
def test_a_register_is_asked_only_where_it_matters(
    code: str, answers: Answers, asked: list[str]
) -> None:
    procedure = papers.procedures()[code]
    facts = Facts({"answers": procedure.form.example | answers, "subject": {}})
    found = [f.id for f in procedure.findings if expressions.read(f.when).holds(facts)]
    assert found == asked


@pytest.mark.parametrize(
    ("code", "urgent"),
    [("1.002693", {"reason": "danger"}), ("1.013061", {"work": "emergency"})],
    ids=lambda x: str(x)[:24],
)
def test_danger_goes_first(code: str, urgent: Answers) -> None:
    procedure = papers.procedures()[code]
    green, example = expressions.read(procedure.green_if), procedure.form.example
    assert green.holds(Facts({"answers": example | urgent}))
    assert not green.holds(Facts({"answers": example}))


def test_a_funeral_goes_first() -> None:
    procedure = papers.procedures()["1.013274"]
    green = expressions.read(procedure.green_if)
    assert green.holds(Facts({"answers": {"purpose": "funeral"}}))
    assert not green.holds(Facts({"answers": {"purpose": "wedding"}}))


async def test_residence_is_filed_with_the_police_of_the_commune_and_not_with_the_commune(
    hall: Hall,
) -> None:
    for code in ("1.004222", "1.004194"):
        refused = await walking.post(hall, structs.replace(way(code), agency=CAU_GIAY))
        assert faults(refused) == {("/agency", "case.wrong_agency")}


# What the papers say beyond the examples

SAID: list[tuple[str, Answers, tuple[str, ...]]] = [
    *conditions_land.SAID,
    (
        "1.004222",
        {
            **JOINED,
            "members": [{"name": "Trần Thị Con", "birth_date": "2015-06-01", "relation": "child"}],
        },
        ("Trần Văn Mẫu", "Người khác", "Người cùng đăng ký", "Trần Thị Con", "01/06/2015", "Con"),
    ),
    (
        "1.004194",
        {
            "home": "family", "landlord_name": "Trần Văn Mẫu", "landlord_number": "999060000018",
            "members": [
                {
                    "name": "Trần Thị Em", "number": "999310000019", "birth_date": "2010-02-03",
                    "relation": "Em gái",
                }
            ],
        },
        ("Trần Văn Mẫu", "Trần Thị Em", "03/02/2010", "Em gái"),
    ),
    (
        "1.001612",
        {
            "founders": "household",
            "members": [{"name": "Nguyễn Văn An", "number": "999090000017"}],
            "has_other_places": True,
            "other_places": [{"address": "Số 8 phố Mẫu"}, {"address": "Số 10 phố Mẫu"}],
        },
        ("Các thành viên hộ gia đình", "Nguyễn Văn An", "Số 8 phố Mẫu; Số 10 phố Mẫu"),
    ),
    (
        "2.001583",
        {
            "short_name": "MAU ONE", "owner_kind": "organisation", "owner_name": "Viện Mẫu",
            "owner_number": "12/QĐ", "is_representative": False,
            "representative_name": "Trần Văn Mẫu", "representative_number": "999060000018",
        },
        ("MAU ONE", "Viện Mẫu", "12/QĐ", "Trần Văn Mẫu", "999060000018"),
    ),
    ("1.013225", LINE, ("Công trình theo tuyến, cấp IV", "Chiều dài tuyến 120 m")),
    ("1.013225", {"basements": 1}, ("3 và 1 tầng hầm",)),
    (
        "1.013225",
        {"designer_kind": "self", "designer_name": None, "designer_number": None},
        ("Chủ đầu tư tự thiết kế",),
    ),
    (
        "1.013274", {"purpose": "funeral", "people": None, "deceased": "Trần Văn Mẫu"},
        ("Đám tang Trần Văn Mẫu",),
    ),
    (
        "1.013274", {"purpose": "other", "people": None, "purpose_other": "Quay phim"},
        ("Quay phim",),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("code", "answers", "words"), SAID, ids=lambda x: str(x)[:24])
def test_a_paper_says_what_its_case_is(code: str, answers: Answers, words: tuple[str, ...]) -> None:
    procedure = papers.procedures()[code]
    kind = procedure.results[0]
    facts = documents.facts(**papers.said(procedure, kind, **answers))
    text = walking.text_of(typeset(documents.NATIONAL / kind.template, facts))
    for one in words:
        assert one in text
