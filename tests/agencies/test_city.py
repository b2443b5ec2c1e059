"""The agencies of the pack that is shipped: who decides for every commune on every day."""

import gzip
import json
from collections import Counter
from datetime import date
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motcua.agencies import Agencies, AgencyFile, CompetenceFile, Matter
from motcua.agencies.model import KINDS
from motcua.agencies.rules.checking import identifiers_of
from motcua.base.errors import Invalid
from motcua.base.pack import Pack
from motcua.base.text import nfc
from tests.conftest import ROOT, shared

TWO_LEVELS = date(2025, 7, 1)
FIRST_RULES = date(2018, 6, 21)
TODAY = date(2026, 11, 23)


@cache
def book() -> Agencies:
    pack = Pack.read(ROOT / "packs" / "hanoi")
    return Agencies(
        pack.file("agencies", AgencyFile),
        pack.file("competence", CompetenceFile),
        identifiers_of(pack),
        ZoneInfo(pack.info.time_zone),
    )


COMMUNES = sorted(agency.commune for agency in book().all if agency.commune)
FIELDS = sorted({field for rule in book().known.rules for field in rule.fields})


def commune_matter(field: str = "Hộ tịch") -> Matter:
    return Matter(procedure="1.001193", field=field, level="commune", kind="commune")


def test_the_city_has_the_agencies_that_are_counted_in_public() -> None:
    today = Counter(agency.kind for agency in book().all if agency.holds_on(TODAY))
    assert (today["centre"], today["branch"], today["point"]) == (1, 30, 126)
    assert (today["city"], today["commune"], today["district"]) == (1, 126, 0)
    before = Counter(a.kind for a in book().all if a.holds_on(date(2025, 6, 30)))
    assert before == {"district": 30}


def test_what_was_not_found_is_not_made_up() -> None:
    branches = [agency for agency in book().all if agency.kind == "branch"]
    assert all(not a.verified and not a.communes and a.former_code is None for a in branches)
    assert all(not a.verified for a in book().all if a.kind in ("district", "vertical", "point"))


@pytest.mark.shared
def test_there_is_a_point_and_a_police_office_in_every_commune() -> None:
    provinces = json.loads(shared("data/vietnam-units.json").read_text("utf-8"))
    units = next(p["communes"] for p in provinces if p["code"] == "01")
    called = {unit["code"]: unit["name"] for unit in units}
    for start, kind in (("H26.02.", "point"), ("H26.11.", "vertical")):
        found = {
            a.communes[0]: a.name.vi
            for a in book().all
            if a.kind == kind and a.code.startswith(start)
        }
        assert found.keys() == called.keys()
        assert all(name.lower().endswith(called[code].lower()) for code, name in found.items())


@given(
    st.sampled_from(COMMUNES),
    st.dates(FIRST_RULES, date(2035, 1, 1)),
    st.sampled_from([*FIELDS, "Nothing"]),
)
def test_each_commune_has_one_agency_for_what_communes_decide(
    commune: str, day: date, field: str
) -> None:
    (decides,) = book().competent(commune_matter(field), commune, day)
    assert decides.holds_on(day)
    assert (decides.kind == "district") == (day < TWO_LEVELS)


@pytest.mark.parametrize("day", [date(2025, 6, 30), TWO_LEVELS])
def test_on_the_day_itself_every_commune_changes_hands(day: date) -> None:
    found = {
        commune: [a.kind for a in book().competent(commune_matter(), commune, day)]
        for commune in COMMUNES
    }
    kind = "commune" if day == TWO_LEVELS else "district"
    assert found == {commune: [kind] for commune in COMMUNES}


@pytest.mark.parametrize(
    ("field", "level", "expected"),
    [
        ("Hộ tịch", "commune", "H26.00166"),
        ("Đăng ký, quản lý cư trú", "commune", "H26.11.00166"),
        ("Hải quan", "commune", "H26.22"),
        ("Hộ tịch", "city", "H26.04"),
        ("Thuế", "city", "H26.19"),
        ("Lý lịch tư pháp", "city", "H26.11"),
        ("Thú y", "city", "H26.07"),
        ("Thành lập và hoạt động của doanh nghiệp", "city", "H26.05"),
    ],
)
def test_a_field_belongs_to_an_agency(field: str, level: str, expected: str) -> None:
    wanted = Matter(procedure="1.000000", field=field, level=level)  # type: ignore[arg-type]
    assert [a.code for a in book().competent(wanted, "00166", TODAY)] == [expected]


@pytest.mark.shared
def test_the_fields_of_the_rules_are_those_of_the_national_catalogue() -> None:
    rows = gzip.decompress(shared("data/national-catalogue.jsonl.gz").read_bytes()).splitlines()
    assert set(FIELDS) <= {nfc(json.loads(row)["linh_vuc"]) for row in rows}


def test_any_counter_of_the_city_takes_in_for_any_commune() -> None:
    for matter in (commune_matter(), Matter(procedure="3.000333", field="", level="city")):
        found = Counter(a.kind for a in book().counters_for(matter, TODAY))
        assert found == {"centre": 1, "branch": 30, "point": 126}
    ministry = Matter(procedure="1.000178", field="", level="ministry", codes=("H26.11",))
    assert [a.code for a in book().counters_for(ministry, TODAY)] == ["H26.11"]
    # Until then a commune's case went to the district, and to no other counter.
    old = book().counters_for(commune_matter(), date(2025, 6, 30))
    assert {a.kind for a in old} == {"district"}


def test_both_forms_of_a_code_find_the_agency_and_old_ones_are_found_for_ever() -> None:
    for agency in book().all:
        assert book().by_code(agency.code) is agency
        if former := book().former_code(agency):
            assert book().by_code(former) is agency
    assert book().by_code("000.00.00.H26").kind == "city"
    assert book().by_code("000.30.02.H26").code == "H26.02.30"
    assert book().by_code("001.00.40.H26").commune == "00004"
    assert book().name("H26.005").vi == "Ủy ban nhân dân quận Cầu Giấy"


def test_parents_follow_from_codes_or_are_named() -> None:
    above = {a.code: parent.code if (parent := book().parent(a)) else None for a in book().all}
    assert above["H26"] is None
    assert above["H26.02.07"] == above["H26.02.00166"] == "H26.02"
    assert above["H26.11.00166"] == "H26.11"
    assert above["H26.21"] == "H26.07"
    assert above["H26.00166"] == above["H26.02"] == "H26"


def test_every_agency_of_today_has_units_with_somebody_to_lead_handle_and_receive() -> None:
    kinds = {agency.kind for agency in book().all}
    assert kinds == set(KINDS)
    for agency in book().all:
        day = TODAY if agency.holds_on(TODAY) else date(2025, 6, 30)
        roles = {t.role for unit in book().units_of(agency, day) for t in unit.titles}
        wanted = {"reception", "handler", "leader"}
        if agency.kind in ("branch", "point"):
            wanted = {"reception"}  # they decide nothing
        assert wanted <= roles, agency.code


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("00166", "00166"),
        ("Phường Cầu Giấy", "00166"),
        ("cau giay", "00166"),
        ("  CẦU   giấy ", "00166"),
        ("Cầu Giấy Ward", "00166"),
        ("Láng", "00199"),
        ("xã Hòa Lạc", "09988"),
        ("thanh tri", "00640"),
        ("Thanh", "agency.unclear_commune"),
        ("phường", "agency.unclear_commune"),
        ("Atlantis", "agency.unknown_commune"),
        ("99999", "agency.unknown_commune"),
        ("0016", "agency.unknown_commune"),
    ],
)
def test_a_commune_is_found_by_code_or_name(words: str, expected: str) -> None:
    if "." not in expected:
        assert book().commune(words) == expected
        return
    with pytest.raises(Invalid) as refused:
        book().commune(words)
    (fault,) = refused.value.faults
    assert (fault.pointer, fault.reason) == ("/commune", expected)


def test_every_commune_is_found_by_its_own_name() -> None:
    for agency in book().all:
        if agency.commune_name:
            assert book().commune(agency.commune_name.vi) == agency.commune
