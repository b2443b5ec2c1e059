"""The packs that are shipped say what they should, and nothing that the check refuses."""

import json
from datetime import date
from functools import cache
from typing import Any

import holidays
import pytest

from motcua.agencies import AgencyFile
from motcua.base.pack import Pack, schema
from motcua.cases.model.calendar import PackCalendar
from motcua.cases.model.procedure import Procedure
from motcua.cases.rules import expressions, fees, forms
from motcua.cases.rules.expressions import Facts
from motcua.doctor import KINDS, pack_faults
from tests.conftest import ROOT, shared

PACKS = ROOT / "packs"

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize("name", ["vietnam", "hanoi", "sample"])
def test_the_check_is_silent(name: str) -> None:
    assert [str(f) for f in pack_faults(PACKS / name)] == []


def test_every_kind_has_a_schema() -> None:
    for kind in KINDS.values():
        assert schema(kind)["$defs"]


# The calendar.

YEARS = range(2024, 2030)


def calendar() -> PackCalendar:
    return Pack.read(PACKS / "hanoi").file("calendar", PackCalendar)


# The library has what the pack has not, or the other way round; each with its reason.
DIFFERENCES = {
    # Fri 2 January 2026 was swapped with Sat 10 January; the library does not know this swap.
    date(2026, 1, 2): "only in the pack",
    # Day of Vietnamese Culture: announced by resolution 80-NQ/TW, the law itself was not found.
    **{date(year, 11, 24): "only in the library" for year in range(2026, 2030)},
    date(2029, 11, 26): "only in the library",
}


def test_days_off_agree_with_an_independent_library() -> None:
    ours = {d.date for d in calendar().days if not d.working}
    theirs = set(holidays.country_holidays("VN", years=YEARS))
    found = dict.fromkeys(ours - theirs, "only in the pack")
    found |= dict.fromkeys(theirs - ours, "only in the library")
    assert found == DIFFERENCES


def test_make_up_days_are_saturdays_and_answer_a_day_off() -> None:
    made_up = [d.date for d in calendar().days if d.working]
    assert made_up == [
        date(2024, 5, 4),
        date(2025, 4, 26),
        date(2026, 1, 10),
        date(2026, 8, 22),
    ]
    assert {day.weekday() for day in made_up} == {5}


def test_years_not_yet_published_are_marked() -> None:
    marked = {y.year for y in calendar().years if not y.verified}
    assert marked == {2027, 2028, 2029}


# Agencies.


def agencies() -> AgencyFile:
    return Pack.read(PACKS / "hanoi").file("agencies", AgencyFile)


@pytest.mark.shared
def test_the_communes_are_those_of_the_statistics_office() -> None:
    provinces = json.loads(shared("data/vietnam-units.json").read_text("utf-8"))
    published = {
        unit["code"]: unit["name"]
        for province in provinces
        if province["code"] == "01"
        for unit in province["communes"]
    }
    ours = {
        a.commune: a.name.vi.removeprefix("Ủy ban nhân dân ")
        for a in agencies().agencies
        if a.commune is not None
    }
    assert len(ours) == 126
    assert ours == {code: name[0].lower() + name[1:] for code, name in published.items()}


def test_there_are_51_wards_and_75_communes() -> None:
    names = [a.name for a in agencies().agencies if a.kind == "commune"]
    assert sum("phường" in n.vi and n.en.endswith(" Ward") for n in names) == 51
    assert sum(" xã " in n.vi and n.en.endswith(" Commune") for n in names) == 75


def test_the_police_keep_the_criminal_records() -> None:
    file = agencies()
    code = file.authorities["criminal_records"]
    (police,) = [a for a in file.agencies if a.code == code]
    assert (police.kind, police.name.vi) == ("vertical", "Công an thành phố Hà Nội")


# The criminal-record certificate.


@cache
def certificate() -> Procedure:
    return Pack.read(PACKS / "hanoi").folder("procedures", Procedure)["3.000333"]


def answers(**changed: Any) -> dict[str, Any]:
    return {**certificate().form.example, **changed}


def facts(born: date = date(1990, 3, 12), relation: str = "self", **changed: Any) -> Facts:
    return Facts(
        {
            "answers": answers(**changed),
            "person": {"level": 2, "is_organisation": False},
            "subject": {"number": "1", "name": "A", "birth_date": born, "relation": relation},
            "today": TODAY,
        }
    )


@pytest.mark.shared
def test_the_form_accepts_the_first_case() -> None:
    first = json.loads(shared("examples/first-case.json").read_text("utf-8"))
    procedure = certificate()
    assert procedure.code == first["procedure"]
    checker = forms.Checker(procedure.form)
    assert checker.faults(forms.normalise(procedure.form, first["answers"]), TODAY) == []
    assert fees.fee(procedure.fee, facts(**first["answers"])).total == 205_000


REDUCED = ("student", "merit", "martyr_relative")
EXEMPT = ("child", "elderly", "disabled", "poor", "difficult_area", "border_area")


@pytest.mark.parametrize(
    ("fee_class", "copies", "total"),
    [
        ("ordinary", 1, 200_000),
        ("ordinary", 2, 200_000),
        ("ordinary", 3, 205_000),
        ("ordinary", 5, 215_000),
        *[(name, 1, 100_000) for name in REDUCED],
        *[(name, 4, 110_000) for name in REDUCED],
        *[(name, copies, 0) for name in EXEMPT for copies in (1, 9)],
    ],
)
def test_the_fee_is_what_the_circular_says(fee_class: str, copies: int, total: int) -> None:
    fee = fees.fee(certificate().fee, facts(fee_class=fee_class, copies=copies))
    assert fee.total == total
    assert fee.lines


def test_every_fee_class_of_the_form_has_a_line() -> None:
    offered = {o.value for o in certificate().form.fields["fee_class"].options}
    assert offered == {"ordinary", *REDUCED, *EXEMPT}


def needed(**changed: Any) -> set[str]:
    known = facts(**changed)
    return {d.code for d in certificate().documents if expressions.read(d.required_if).holds(known)}


def test_no_paper_is_asked_for_what_the_register_knows() -> None:
    for fee_class in ("ordinary", "child", "elderly"):
        assert needed(fee_class=fee_class) == set()
    for fee_class in ("student", "merit", "martyr_relative", "disabled", "poor"):
        assert needed(fee_class=fee_class) == {"fee_class_proof"}


def test_only_strangers_need_an_authorisation() -> None:
    assert needed(relation="other") == {"authorisation"}
    for relation in ("self", "parent", "child", "spouse", "ward"):
        assert needed(relation=relation) == set()


def refused(**changed: Any) -> list[str | None]:
    known = facts(**changed)
    return [
        c.field or c.otherwise.en
        for c in certificate().conditions
        if not expressions.read(c.rule).holds(known)
    ]


def test_one_asks_for_oneself_from_sixteen_on() -> None:
    assert refused(born=date(2010, 11, 23)) == []
    (said,) = refused(born=date(2010, 11, 24))
    assert said == "The person is under 16. A parent or guardian must ask for them."
    assert refused(born=date(2012, 1, 1), relation="child") == []
    assert refused(born=date(2012, 1, 1), relation="other") == [said]


def test_a_fee_class_by_age_is_held_against_the_birth_date() -> None:
    assert refused(born=date(1966, 11, 23), fee_class="elderly") == []
    assert refused(born=date(1966, 11, 24), fee_class="elderly") == ["fee_class"]
    assert refused(born=date(2012, 1, 1), relation="child", fee_class="child") == []
    assert refused(born=date(1990, 1, 1), fee_class="child") == ["fee_class"]


@pytest.mark.parametrize(
    ("kind", "relation", "born", "family", "others"),
    [
        (1, "parent", date(1960, 1, 1), True, True),
        (1, "spouse", date(1990, 1, 1), True, True),
        (1, "child", date(2000, 1, 1), True, True),
        (2, "spouse", date(1990, 1, 1), False, False),
        (2, "parent", date(1960, 1, 1), False, False),
        (2, "ward", date(2012, 1, 1), False, False),
        (2, "child", date(2008, 11, 24), True, False),
        (2, "child", date(2008, 11, 23), False, False),
        (2, "other", date(2012, 1, 1), False, False),
    ],
)
def test_number_two_is_delegated_to_parents_of_minors_only(
    kind: int, relation: str, born: date, family: bool, others: bool
) -> None:
    rule = certificate().delegation
    assert rule is not None
    known = facts(born, relation, certificate_type=kind)
    assert expressions.read(rule.family_if).holds(known) == family
    assert expressions.read(rule.others_if).holds(known) == others


SPENT = {"judgment": "12/2009/HSST", "judged_on": "2009-02-03", "offence": "A", "spent": True}
UNSPENT = {"judgment": "7/2024/HSST", "judged_on": "2024-05-06", "offence": "B", "spent": False}
BAN = {
    "decision": "3/QĐ",
    "decided_on": "2024-05-06",
    "court": "C",
    "position": "Giám đốc",
    "until": "2028-05-06",
}
IDENTITY = {
    "state": "found",
    "name": "Vũ Mạnh Hùng",
    "number": "999085000078",
    "birth_date": "1985-07-30",
    "sex": "male",
    "nationality": "Việt Nam",
    "residence": {"commune": "00331", "address": "Phường Hoàng Mai"},
}


def result(convictions: dict[str, Any], **changed: Any) -> tuple[str, dict[str, Any]]:
    known = Facts(
        {
            "answers": answers(**changed),
            "subject": {},
            "today": TODAY,
            "findings": {
                "identity": IDENTITY,
                "family": {"state": "found", "relations": [{"relation": "mother", "name": "M"}]},
                "convictions": convictions,
            },
        }
    )
    kinds = [r for r in certificate().results if expressions.read(r.when).holds(known)]
    assert len(kinds) == 1
    said = {name: expressions.read(cel).answer(known) for name, cel in kinds[0].data.items()}
    return kinds[0].code, said


RECORD = {"state": "found", "convictions": [SPENT, UNSPENT], "bans_on_office": [BAN]}


def test_number_one_shows_only_what_is_not_spent_and_a_ban_only_when_asked() -> None:
    code, said = result(RECORD)
    assert code == "KQ.G01.000200"
    assert said["convictions"] == [UNSPENT]
    assert said["ban_on_office"] is None
    _, asked = result(RECORD, confirm_ban_on_office=True)
    assert asked["ban_on_office"] == [
        {
            "decision": "3/QĐ",
            "decided_on": "2024-05-06",
            "court": "C",
            "office": "Giám đốc",
            "until": "2028-05-06",
        }
    ]


def test_number_two_shows_everything() -> None:
    code, said = result(RECORD, certificate_type=2)
    assert code == "KQ.G01.000199"
    assert said["convictions"] == [SPENT, UNSPENT]
    assert len(said["ban_on_office"]) == 1
    assert said["person"]["mother"] == "M"
    assert said["person"]["father"] is None


@pytest.mark.parametrize("kind", [1, 2])
def test_nothing_is_an_answer_and_half_an_answer_is_none(kind: int) -> None:
    _, said = result({"state": "nothing"}, certificate_type=kind, confirm_ban_on_office=True)
    assert said["convictions"] == []
    assert said["ban_on_office"] == []
    with pytest.raises(expressions.ExpressionError):
        result({"state": "found"}, certificate_type=kind)


def test_the_paper_names_the_person_as_the_register_does() -> None:
    _, said = result({"state": "nothing"})
    assert said["person"] == {
        "name": "Vũ Mạnh Hùng",
        "number": "999085000078",
        "birth_date": "1985-07-30",
        "sex": "Nam",
        "nationality": "Việt Nam",
        "residence": "Phường Hoàng Mai",
    }
