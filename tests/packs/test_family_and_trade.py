"""What family, certified papers, residence that goes on and household businesses promise, cost,
refuse, and say on paper."""

from datetime import date
from typing import Any

import pytest

from motcua.cases.model.procedure import Procedure
from motcua.cases.rules import expressions, fees
from motcua.cases.rules.expressions import Facts
from motcua.cases.rules.fees import is_assessed
from motcua.cases.rules.promise import limit_of
from tests.cases import papers
from tests.cases.conditions_family import (
    APPOINTED,
    COUPLE,
    ETHNICITY,
    MORTGAGE,
    NEW_OWNER,
    TWO_PEOPLE,
)

TODAY = date(2026, 11, 23)
OWN = "999191000086"


def procedure(code: str) -> Procedure:
    return papers.procedures()[code]


def facts(
    code: str, born: str = "1990-03-12", relation: str = "self", channel: str = "online",
    **changed: Any,
) -> Facts:  # fmt: skip
    answers = procedure(code).form.example | changed
    subject = {"name": "Hoàng Thị Lan", "number": OWN, "birth_date": date.fromisoformat(born)}
    return Facts(
        {
            "answers": {k: v for k, v in answers.items() if v is not None},
            "person": {"level": 2, "is_organisation": False},
            "subject": {**subject, "relation": relation},
            "today": TODAY,
            "channel": channel,
        }
    )


# What it costs


@pytest.mark.parametrize(
    ("code", "changed", "total"),
    [
        ("1.004837", {"copies": 0}, 0), ("1.004837", {"copies": 3}, 24_000),
        ("2.001263", {}, 400_000), ("2.001263", {"bond": "step", "health_on_vneid": None}, 0),
        ("2.001263", {"bond": "kin", "health_on_vneid": None}, 0),
        ("2.001263", {"exemption": "child"}, 0), ("2.001263", {"exemption": "merit"}, 0),
        ("2.000884", {"papers": 1}, 10_000), ("2.000884", {"papers": 50}, 500_000),
        ("2.001035", {}, 50_000), ("2.001035", MORTGAGE | {"farm_loan": False}, 50_000),
        ("2.001035", MORTGAGE | {"farm_loan": True}, 0), ("2.000908", {"copies": 20}, 0),
        ("1.002755", {}, 5_000), ("1.010041", {}, 0), ("1.010038", {}, 5_000),
        ("1.003677", {}, 0),
    ],
)  # fmt: skip
def test_what_it_costs(code: str, changed: dict[str, Any], total: int) -> None:
    assert fees.fee(procedure(code).fee, facts(code, **changed)).total == total
    assert not is_assessed(procedure(code), facts(code, **changed))


def test_a_household_is_split_for_less_online() -> None:
    split = procedure("1.010038")
    totals = [
        fees.fee(split.fee, facts(split.code, channel=c)).total for c in ("online", "counter")
    ]
    assert totals == [5_000, 10_000]


@pytest.mark.parametrize("code", ["1.001022", "1.004859", "1.004884"])
def test_the_council_s_fee_is_stated_except_to_those_who_pay_none(code: str) -> None:
    one = procedure(code)
    assert not one.fee_source.verified
    assert is_assessed(one, facts(code, fee_class="ordinary"))
    for fee_class in ("merit", "poor", "disabled"):
        known = facts(code, fee_class=fee_class, copies=2)
        assert not is_assessed(one, known)
        assert fees.fee(one.fee, known).total == 16_000


@pytest.mark.parametrize("code", ["2.000720", "1.001570", "1.001266"])
def test_what_the_council_may_set_for_businesses_is_stated_too(code: str) -> None:
    one = procedure(code)
    assert (one.fee, is_assessed(one, facts(code))) == ((), True)
    assert not one.fee_source.verified


# How long it takes


@pytest.mark.parametrize(
    ("code", "changed", "limit"),
    [
        ("1.001022", {}, "3wd"), ("1.004837", {}, "3wd"), ("1.004859", {}, "1wd"),
        ("1.004884", {}, "5wd"), ("2.001263", {}, "30d"), ("2.000884", {}, "1sd"),
        ("2.001035", {}, "2wd"), ("2.000908", {}, "1wd"), ("1.002755", {}, "3wd"),
        ("1.010041", {}, "1wd"), ("1.010041", {"about": "history"}, "3wd"),
        ("1.010041", {"about": "none"}, "3wd"), ("1.010041", {"about": "household"}, "1wd"),
        ("1.010038", {}, "5wd"), ("1.003677", {}, "1wd"), ("2.000720", {}, "3wd"),
        ("1.001570", {}, "1wd"), ("1.001266", {}, "5wd"),
    ],
)  # fmt: skip
def test_what_is_promised(code: str, changed: dict[str, Any], limit: str) -> None:
    assert limit_of(procedure(code), facts(code, **changed)) == limit


@pytest.mark.parametrize(
    ("code", "changed", "asked"),
    [
        ("1.004884", {}, []),
        ("1.004884", {"parents_shown": False}, ["parents"]),
        ("1.001266", {}, ["tax"]),
    ],
)
def test_others_are_asked_only_where_it_matters(
    code: str, changed: dict[str, Any], asked: list[str]
) -> None:
    known = facts(code, **changed)
    opinions = procedure(code).opinions
    assert [o.id for o in opinions if expressions.read(o.when).holds(known)] == asked


# Who may not


def refused(code: str, **changed: Any) -> list[str | None]:
    known = facts(code, **changed)
    return [
        c.field for c in procedure(code).conditions if not expressions.read(c.rule).holds(known)
    ]


BOTH_A = [{"side": "a", **one} for one in TWO_PEOPLE]
AN_HEIR = {"own_head": True, "members": [TWO_PEOPLE[0]]}


@pytest.mark.parametrize(
    ("code", "changed", "fields"),
    [
        ("1.001022", {"is_disputed": True}, ["is_disputed"]),
        ("1.001022", {"other_number": OWN}, ["other_number"]),
        ("1.001022", {"other_birth_date": "1990-03-12"}, ["other_birth_date"]),
        ("1.001022", {"other_parent": "of_age"}, ["other_parent"]),
        ("1.001022", {"other_parent": "of_age", "other_birth_date": "2008-11-23"}, []),
        ("1.001022", {"recognises": "father", "other_parent": None, "other_sex": None,
                      "other_birth_date": "1960-01-01"}, []),
        ("1.001022", {"recognises": "father", "other_parent": None, "other_sex": None},
         ["other_birth_date"]),
        ("1.004837", {"born": "2008-11-24"}, [None]),
        ("1.004837", {"ward_number": OWN}, ["ward_number"]),
        ("1.004837", {"ward_birth_date": "2008-11-23"}, ["why"]),
        ("1.004837", {"ward_birth_date": "1950-01-01", "why": "incapacity",
                      "court_decision": "1/2026"}, []),
        ("1.004859", {"registered_year": 2027}, ["registered_year"]),
        ("1.004859", {"registered_year": 2026}, []),
        ("1.004859", {"entries": [{"what": "name", "before": "A", "after": "A"}]}, ["entries"]),
        ("1.004884", {"first_year": 2016}, ["first_year"]),
        ("1.004884", {"first_year": 1989}, ["first_year"]),
        ("1.004884", {"first_year": 1990}, []),
        ("1.004884", {"book_lost": False}, ["book_lost"]),
        ("2.001263", {"child_birth_date": "2010-11-24"}, []),
        ("2.001263", {"child_birth_date": "2010-11-23"}, ["child_birth_date"]),
        ("2.001263", {"child_birth_date": "2008-11-24", "bond": "kin"}, []),
        ("2.001263", {"born": "2001-04-10"}, []),
        ("2.001263", {"born": "2001-04-11"}, ["child_birth_date"]),
        ("2.001263", {"born": "2001-04-11", "bond": "step"}, []),
        ("2.001263", {"eligible": False}, ["eligible"]),
        ("2.001263", COUPLE | {"spouse_number": OWN}, ["spouse_number"]),
        ("2.000884", {"paper_kind": "power", "power": "other"}, ["power"]),
        ("2.000884", {"paper_kind": "power", "power": "pension"}, []),
        ("2.000884", {"lawful": False}, ["lawful"]),
        ("2.001035", {"parties": BOTH_A}, ["parties"]),
        ("2.001035", {"unable": True, "has_witnesses": True, "witnesses": [
            {"name": "Nguyễn Văn An", "number": "999090000017"}, TWO_PEOPLE[0]]}, ["witnesses"]),
        ("2.000908", {"issued_year": 2027}, ["issued_year"]),
        ("1.002755", {"still_there": False}, ["still_there"]),
        ("1.010041", {"about": "household", "others": [{"name": "Lan", "number": OWN}]},
         ["others"]),
        ("1.010038", {"born": "2008-11-24"}, [None]),
        ("1.010038", {"head_number": OWN}, ["head_number"]),
        ("1.010038", {"head_number": "999060000018"} | AN_HEIR, ["members"]),
        ("1.003677", {"born": "2008-11-24"}, [None]),
        ("1.003677", {"born": "2008-11-24", "relation": "child"}, []),
        ("1.003677", {"until": "2027-11-01"}, ["until"]),
        ("1.003677", {"until": "2026-12-01", "who": "supervised"}, ["until"]),
        ("1.003677", {"until": "2026-12-02", "who": "supervised"}, []),
        ("1.003677", {"until": "2027-02-15", "who": "service"}, ["until"]),
        ("1.003677", {"until": "2027-03-01", "who": "service"}, []),
        ("2.000720", {"new_name": False, "new_address": False, "new_capital": False},
         ["new_name"]),
        ("2.000720", {"other_tax_office": True, "tax_settled": False}, ["tax_settled"]),
        ("2.000720", {"new_lines": True, "lines": [
            {"code": "5610", "name": "Quán ăn", "is_main": False}]}, ["lines"]),
        ("1.001570", {"starts_on": "2026-11-25"}, ["starts_on"]),
        ("1.001570", {"starts_on": "2026-11-26"}, []),
        ("1.001570", {"paused_until": "2099-01-18"}, ["paused_until"]),
        ("1.001570", {"paused_until": "2099-01-19"}, []),
        ("1.001266", {"debts_paid": False, "paid_on": None}, ["debts_paid"]),
        ("1.001266", {"paid_on": "2026-11-24"}, ["paid_on"]),
    ],
    ids=lambda x: str(x)[:40],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_its_field(
    code: str, changed: dict[str, Any], fields: list[str | None]
) -> None:
    assert refused(code, **changed) == fields


@pytest.mark.parametrize("code", ["1.004859", "1.004884", "1.002755", "1.010041", "2.000720"])
def test_the_example_is_not_refused(code: str) -> None:
    assert refused(code) == []


def test_both_parents_agree_to_a_minor_s_new_name() -> None:
    need = next(d for d in procedure("1.004859").documents if d.code == "parents_agreement")
    asked = expressions.read(need.required_if)
    for act, born, wanted in (
        ("change", "2008-11-24", True), ("ethnicity", "2015-01-01", True),
        ("change", "2008-11-23", False), ("correct", "2015-01-01", False),
    ):  # fmt: skip
        assert asked.holds(facts("1.004859", born=born, act=act)) == wanted


# What the papers say


def said(code: str, **changed: Any) -> dict[str, Any]:
    return papers.said(procedure(code), procedure(code).results[0], **changed)


def test_whoever_recognises_stands_in_their_place() -> None:
    child = said("1.001022")
    assert (child["bond"], child["own_is_parent"]) == ("Cha nhận con", True)
    elder: dict[str, Any] = {"other_parent": None, "other_sex": None}
    mother = said("1.001022", recognises="mother", **elder)
    assert (mother["bond"], mother["own_is_parent"]) == ("Con nhận mẹ", False)
    assert mother["other"]["sex"] == "Nữ"
    father = said("1.001022", recognises="father", **elder)
    assert (father["bond"], father["other"]["sex"]) == ("Con nhận cha", "Nam")
    sworn = said("1.001022", proof="witnesses", finding_number=None, witnesses=TWO_PEOPLE)
    assert sworn["grounds"] == "Cam đoan của các bên, có 2 người làm chứng"


def test_a_ward_s_health_is_not_written_on_the_extract() -> None:
    for why in ("incapacity", "cognition"):
        paper = said("1.004837", why=why, court_decision="5/2026/QĐST-DS")
        assert paper["grounds"] == "Theo quyết định của Tòa án"
        assert paper["court_decision"] == "5/2026/QĐST-DS"
    appointed = said("1.004837", **APPOINTED, appointment_number="5/QĐ-UBND")
    assert (appointed["kind"], appointed["appointment"]) == ("Giám hộ cử", "5/QĐ-UBND")


def test_a_changed_entry_says_what_stood_there_and_what_stands_now() -> None:
    corrected = said("1.004859")
    assert corrected["title"] == "Trích lục cải chính hộ tịch"
    (row,) = corrected["changes"]
    assert row == {"what": "Nơi sinh", "before": "Trạm xá Mẩu", "after": "Trạm y tế xã Mẫu"}
    added = said("1.004859", act="supplement", entries=[{"what": "hometown", "after": "Xã Mẫu"}])
    assert added["changes"] == [{"what": "Quê quán", "before": None, "after": "Xã Mẫu"}]
    ethnicity = said("1.004859", **ETHNICITY, new_ethnicity="Tày")
    assert ethnicity["changes"] == [
        {"what": "Dân tộc", "before": "Kinh", "after": "Tày (theo mẹ đẻ)"}
    ]


def test_a_birth_registered_again_names_only_whom_its_person_names() -> None:
    both = said("1.004884")
    assert (both["mother"]["name"], both["father"]["born"]) == ("Lê Thị Mẫu", "1930")
    nobody = said("1.004884", parents=None, parents_shown=False)
    assert (nobody["mother"], nobody["father"]) == (None, None)
    assert nobody["grounds"].endswith("văn bản cam đoan về cha, mẹ")


def test_an_adoption_by_two_names_both() -> None:
    alone = said("2.001263")
    assert (alone["adopter_title"], alone["spouse"]) == ("Cha nuôi", None)
    two = said("2.001263", **COUPLE, spouse_number="999180000012")
    assert (two["spouse_title"], two["spouse"]["name"]) == ("Mẹ nuôi", "Trần Văn Mẫu")


def test_a_certificate_of_residence_says_what_was_asked_for() -> None:
    household = said("1.010041", about="household", others=TWO_PEOPLE)
    assert [one["name"] for one in household["household"]] == ["Trần Văn Mẫu", "Lê Thị Mẫu"]
    assert (household["places"], household["staying"]) == ([], None)
    place = {"from": "2020-01", "to": "2024-05", "address": "Số 1 phố Mẫu"}
    assert said("1.010041", about="history", places=[place])["places"] == [place]
    nowhere = said("1.010041", about="none", staying_at="Lán Mẫu", staying_since="2026-03")
    assert nowhere["staying"] == {"address": "Lán Mẫu", "since": "2026-03"}


def test_an_absence_slip_does_not_say_who_is_under_supervision() -> None:
    slip = said("1.003677", who="supervised", supervisor="Công an phường Mẫu, 12/GXN")
    assert "12/GXN" not in str(slip)
    assert slip.keys() == said("1.003677").keys()


def test_a_changed_business_keeps_what_does_not_change() -> None:
    changed = said("2.000720")
    assert changed["business"]["name"] == "HỘ KINH DOANH Bún chả Mẫu Mới"
    assert (changed["owner"], changed["lines"], changed["tax"]) == (None, [], None)
    owner: dict[str, Any] = {"owner_why": "gone", "owner_number": "999060000018"}
    handed = said("2.000720", new_name=False, name_after=None, **NEW_OWNER, **owner)
    assert handed["business"]["name"] == handed["business"]["before"]
    assert handed["owner"] == {"name": "Trần Văn Mẫu", "number": "999060000018"}


@pytest.mark.parametrize(
    ("code", "changed", "ends"),
    [
        ("2.000720", {}, ["KQ.G12.001041"]),
        ("2.000720", {"new_tax": True}, ["KQ.G12.001041"]),
        ("2.000720", {"new_name": False, "new_address": False, "new_capital": False,
                      "new_tax": True}, ["KQ.G12.001347"]),
        ("1.001570", {}, ["KQ.G12.001049"]),
        ("1.001570", {"act": "resume"}, ["KQ.G12.001154"]),
    ],
    ids=lambda x: str(x)[:24],
)  # fmt: skip
def test_of_two_papers_one_is_made(code: str, changed: dict[str, Any], ends: list[str]) -> None:
    known = facts(code, **changed)
    granted = [r for r in procedure(code).results if r.outcome == "granted"]
    assert [r.code for r in granted if expressions.read(r.when).holds(known)] == ends
