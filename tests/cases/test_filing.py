"""From answers to a case: who may file for whom, what is refused and where, what it costs, its
number and its clock. On a real database; the population register is the demonstration's process."""

import asyncio
import re
import unicodedata
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from msgspec import structs

from motcua.base import clock
from motcua.base.errors import Invalid, NotAllowed, NotFound, Unavailable
from motcua.base.ids import SYSTEM, DocumentId
from motcua.base.settings import Settings
from motcua.cases import actions
from motcua.cases.model.case import Case
from motcua.db import City
from motcua.identity import Viewer
from tests import cast
from tests.cases import build
from tests.cases.build import AGENCY, OTHER, RECORD, SAMPLE
from tests.exchange.build import simulator

HOSTILE = [
    "<script>alert(1)</script><b>đậm</b>",
    "'; DROP TABLE cases.cases; --",
    'answers.fee_class == "student" || true',
    '#read("/etc/passwd") #eval("1+1") $x$ *a* \\ @ref',
    "../../../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "%(reason)s {0} {{ 7*7 }} ${7*7}",
    "%00%0d%0aSet-Cookie: a=b",
    "=1+1",
]


@pytest.fixture(scope="module")
def population(settings: Settings) -> Iterator[None]:
    with simulator(settings, "population"):
        yield


async def faults(
    city: City,
    viewer: Viewer,
    asked: actions.Filing,
    other: actions.Subject | None = None,
) -> dict[str, str]:
    """Where and which rule: everything that the request is refused for."""
    with pytest.raises(Invalid) as refused:
        await build.file(city, viewer, asked, other)
    assert refused.value.reason == "request.faults"
    told = [(fault.pointer, fault.reason, fault.facts) for fault in refused.value.faults]
    assert all(told.count(one) == 1 for one in told), "said twice"
    return {fault.pointer: fault.reason for fault in refused.value.faults}


async def count(city: City) -> int:
    async with city.database.read(SYSTEM) as db:
        return int((await db.fetch_row("SELECT count(*) FROM cases.cases"))[0])


# One's own request


async def test_one_asks_for_oneself_and_the_case_says_so(city: City, staff: cast.Cast) -> None:
    case = await build.file(city, staff.an)
    assert (case.filed_by, case.applicant_id) == (staff.an.person, staff.an.person)
    assert case.subject == {
        "number": cast.number(city, "an"), "name": "Nguyễn Văn An",
        "birth_date": "1990-03-12", "relation": "self",
    }  # fmt: skip
    assert (case.status, case.step, case.due_at, case.accepted_at) == (1, "intake", None, None)
    assert case.procedure_version.startswith("2024-01-01.")
    seen = await build.show(city, staff.an, case.code)
    assert (seen.acted_by, seen.on_behalf_of, seen.subject) == (
        "Nguyễn Văn An", None, "Nguyễn Văn An",
    )  # fmt: skip


async def test_a_level_below_the_procedures_own_files_nothing(city: City, staff: cast.Cast) -> None:
    with pytest.raises(NotAllowed) as refused:
        await build.file(city, staff.cuong)
    assert refused.value.reason == "case.level_too_low"
    assert refused.value.facts == {"level": 1, "needed": 2}


async def test_officers_do_not_file(city: City, staff: cast.Cast) -> None:
    for officer in (staff.reception, staff.leader):
        with pytest.raises(NotAllowed, match="officers_do_not_file"):
            await build.file(city, officer)


async def test_under_sixteen_one_does_not_ask_alone(
    city: City, staff: cast.Cast, big: City, police: cast.Cast
) -> None:
    assert "" in await faults(city, staff.dung, build.filing(city))
    assert "" in await faults(big, police.dung, build.filing(big, RECORD))


async def test_an_organisations_account_names_both_who_acts_and_for_whom(
    city: City, staff: cast.Cast
) -> None:
    case = await build.file(city, staff.firm)
    assert case.filed_by == staff.an.person
    assert case.applicant_id == staff.firm.on_behalf_of != staff.an.person
    seen = await build.show(city, staff.firm, case.code)
    assert (seen.acted_by, seen.on_behalf_of) == ("Nguyễn Văn An", "Công ty TNHH Thử Nghiệm")
    happened = (await build.history(city, staff.firm, case.code))[0]
    assert (happened.kind, happened.by, happened.on_behalf_of) == (
        "case.filed", "Nguyễn Văn An", "Công ty TNHH Thử Nghiệm",
    )  # fmt: skip


# For somebody else


async def test_the_register_says_who_is_family(
    big: City, police: cast.Cast, population: None
) -> None:
    child = await actions.other_of(big, police.hoa, cast.number(big, "dung"))
    mother = await actions.other_of(big, police.dung, cast.number(big, "hoa"))
    wife = await actions.other_of(big, police.an, cast.number(big, "lan"))
    stranger = await actions.other_of(big, police.an, cast.number(big, "hung"))
    found = [one and one.relation for one in (child, mother, wife, stranger)]
    assert found == ["child", "parent", "spouse", "other"]
    assert await actions.other_of(big, police.an, cast.number(big, "an")) is None
    assert await actions.other_of(big, police.firm, cast.number(big, cast.FIRM)) is None


@pytest.mark.parametrize("number", ["999000000000", "", "x" * 5000, "'; --", "\x00", "１２３"])
async def test_a_number_that_nobody_has_is_a_fault_of_its_field(
    big: City, police: cast.Cast, population: None, number: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await actions.other_of(big, police.an, number)
    assert [fault.pointer for fault in refused.value.faults] == ["/on_behalf_of"]


async def test_a_register_that_is_down_makes_nobody_a_stranger(
    city: City, staff: cast.Cast, unused_tcp_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = f"http://127.0.0.1:{unused_tcp_port}"
    monkeypatch.setenv("MOTCUA_REGISTER_POPULATION_URL", nowhere)
    with pytest.raises(Unavailable):
        await actions.other_of(city, staff.hoa, cast.number(city, "dung"))


async def test_a_parent_asks_for_a_child_of_either_kind_without_a_paper(
    big: City, police: cast.Cast
) -> None:
    dung = cast.sample(big, "dung")
    assert dung.birth_date
    child = actions.Subject(str(dung.number), dung.name, dung.birth_date, "child")
    for kind in (1, 2):
        case = await build.file(big, police.hoa, certificate(big, kind), child)
        assert case.subject["name"] == "Phạm Thu Dung"
        assert case.applicant_id == police.hoa.person


async def test_certificate_two_is_for_oneself_or_a_minor_child_only(
    big: City, police: cast.Cast
) -> None:
    for relation, years in (("spouse", 35), ("parent", 70), ("child", 18), ("other", 40)):
        other = actions.Subject("999190000099", "Người Khác", build.born(years), relation)
        paper = await build.upload(big, police.an)
        asked = certificate(big, 2, documents={"authorisation": paper})
        assert await faults(big, police.an, asked, other) == {"/on_behalf_of": "case.condition"}


async def test_a_spouse_needs_no_paper_and_a_stranger_needs_one_for_certificate_one(
    big: City, police: cast.Cast
) -> None:
    spouse = actions.Subject("999190000099", "Hoàng Thị Lan", build.born(35), "spouse")
    await build.file(big, police.an, certificate(big, 1), spouse)
    stranger = actions.Subject("999190000098", "Người Khác", build.born(35), "other")
    stated = structs.replace(certificate(big, 1), authority=build.PAPER)
    refused = await faults(big, police.an, stated, stranger)
    assert refused == {"/documents": "case.document_missing"}
    paper = await build.upload(big, police.an)
    asked = certificate(big, 1, documents={"authorisation": paper})
    stated = structs.replace(asked, authority=build.PAPER)
    case = await build.file(big, police.an, stated, stranger)
    assert case.subject["relation"] == "other"


def certificate(city: City, kind: int, **more: Any) -> actions.Filing:
    ban = False if kind == 1 else None
    return build.filing(city, RECORD, certificate_type=kind, confirm_ban_on_office=ban, **more)


# Bad input


async def test_every_fault_of_a_form_is_named_at_once(city: City, staff: cast.Cast) -> None:
    before = await count(city)
    asked = build.filing(
        city, purpose="other", purpose_other="x" * 201, copies="3", fee_class="duke",
        declaration=False, hat="blue", shoe={"a": 1},
    )  # fmt: skip
    assert await faults(city, staff.an, asked) == {
        "/answers/purpose_other": "form.too_long",
        "/answers/copies": "form.not_a_number",
        "/answers/fee_class": "form.not_an_option",
        "/answers/declaration": "form.oath",
        "/answers/hat": "form.unknown_field",
        "/answers/shoe": "form.unknown_field",
    }
    empty = build.filing(city, purpose=None, copies=None, fee_class=None, declaration=None)
    assert await faults(city, staff.an, empty) == {
        "/answers/purpose": "form.required",
        "/answers/copies": "form.required",
        "/answers/fee_class": "form.required",
        "/answers/declaration": "form.oath",
    }
    assert await count(city) == before


@pytest.mark.parametrize(
    ("copies", "reason"),
    [
        (0, "form.too_small"), (11, "form.too_large"), (10**30, "form.too_large"),
        (-1, "form.too_small"), (2.5, "form.not_a_number"), (True, "form.not_a_number"),
        ([3], "form.not_a_number"), ({}, "form.not_a_number"), ("１", "form.not_a_number"),
    ],
)  # fmt: skip
async def test_a_number_is_a_whole_number_within_its_bounds(
    city: City, staff: cast.Cast, copies: Any, reason: str
) -> None:
    assert await faults(city, staff.an, build.filing(city, copies=copies)) == {
        "/answers/copies": reason
    }


async def test_faults_in_rows_name_the_row(big: City, police: cast.Cast) -> None:
    rows: list[dict[str, Any]] = [
        {"from": "2010-13", "to": None, "address": "Hà Nội", "occupation": "Thợ"},
        {"from": "2015-01", "to": "2014-12", "address": "H", "occupation": 5, "pet": "mèo"},
        {"from": "2999-01", "to": None, "address": "Hà Nội"},
    ]
    asked = build.filing(big, RECORD, residence_history=rows)
    found = await faults(big, police.an, asked)
    assert found["/answers/residence_history/0/from"] == "form.not_a_month"
    assert found["/answers/residence_history/1/to"] == "form.period_reversed"
    assert found["/answers/residence_history/1/address"] == "form.too_short"
    assert found["/answers/residence_history/1/occupation"] == "form.wrong_type"
    assert found["/answers/residence_history/1/pet"] == "form.unknown_field"
    assert found["/answers/residence_history/2/occupation"] == "form.required"
    many = [rows[0] | {"from": "2010-01"}] * 31
    found = await faults(big, police.an, build.filing(big, RECORD, residence_history=many))
    assert found == {"/answers/residence_history": "form.too_many"}


async def test_answers_too_large_or_too_deep_are_refused_whole(
    city: City, staff: cast.Cast
) -> None:
    deep: Any = "x"
    for _ in range(200):
        deep = [deep]
    assert await faults(city, staff.an, build.filing(city, purpose=deep)) == {
        "/answers": "form.too_deep"
    }
    wide = build.filing(city, purpose_other="x" * 300_000)
    assert await faults(city, staff.an, wide) == {"/answers": "form.too_big"}


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_words_are_kept_as_they_are_and_do_nothing(
    city: City, staff: cast.Cast, text: str
) -> None:
    case = await build.file(city, staff.an, build.filing(city, purpose="other", purpose_other=text))
    async with city.database.read(staff.an.person) as db:
        kept = await actions.open_case(db, case.code)
    assert kept.answers["purpose_other"] == text
    assert kept.fee_amount == 500


async def test_a_word_has_one_spelling_and_nothing_that_does_not_show(
    city: City, staff: cast.Cast
) -> None:
    written = "  " + unicodedata.normalize("NFD", "Đường Nguyễn Huệ") + "\x00\x07\u200b\u202e\n "
    asked = build.filing(city, purpose="other", purpose_other=written)
    case = await build.file(city, staff.an, asked)
    assert case.answers["purpose_other"] == "Đường Nguyễn Huệ"
    assert unicodedata.is_normalized("NFC", case.answers["purpose_other"])


async def test_an_answer_of_nothing_visible_is_no_answer(city: City, staff: cast.Cast) -> None:
    asked = build.filing(city, purpose="other", purpose_other=" \u200b\x00 ")
    assert await faults(city, staff.an, asked) == {"/answers/purpose_other": "form.required"}


async def test_letters_that_no_paper_can_print_are_named(city: City, staff: cast.Cast) -> None:
    asked = build.filing(city, purpose="other", purpose_other="Đi học 漢 và 🦆")
    with pytest.raises(Invalid) as refused:
        await build.file(city, staff.an, asked)
    (fault,) = refused.value.faults
    assert (fault.pointer, fault.reason) == ("/answers/purpose_other", "form.unprintable")
    assert set(str(fault.facts["characters"]).split()) == {"漢", "🦆"}


async def test_an_unknown_procedure_does_not_exist(city: City, staff: cast.Cast) -> None:
    for code in ("9.999999", "", "../x", "\x00", "9.000001'--"):
        with pytest.raises(NotFound):
            await build.file(city, staff.an, actions.Filing(code, {}))


async def test_a_procedure_is_not_there_before_its_day(city: City, staff: cast.Cast) -> None:
    with clock.at(datetime.fromisoformat("2023-12-31T12:00:00+09:00")), pytest.raises(NotFound):
        await build.file(city, staff.an)


async def test_only_those_who_may_receive_it_receive_it(city: City, staff: cast.Cast) -> None:
    case = await build.file(city, staff.an, build.filing(city, agency=AGENCY))
    assert case.agency_code == AGENCY
    for wrong in (OTHER, "SM.9", "", "\x00"):
        found = await faults(city, staff.an, build.filing(city, agency=wrong))
        assert found == {"/agency": "case.wrong_agency"}
    asked = actions.Filing(SAMPLE, build.example(city))
    assert await faults(city, staff.an, asked) == {"/agency": "case.choose_agency"}


# Documents


async def test_a_document_that_the_answers_call_for_is_asked_for(
    city: City, staff: cast.Cast
) -> None:
    assert await faults(city, staff.binh, build.filing(city, fee_class="student")) == {
        "/documents": "case.document_missing"
    }
    card = await build.upload(city, staff.binh)
    asked = build.filing(city, documents={"student_card": card}, fee_class="student")
    case = await build.file(city, staff.binh, asked)
    seen = await build.show(city, staff.binh, case.code)
    assert [(one.code, one.name) for one in seen.documents] == [(str(card), "Thẻ sinh viên")]
    assert await build.bytes_of(city, staff.handler, str(card))
    with pytest.raises(NotFound):
        await build.bytes_of(city, staff.elsewhere, str(card))


async def test_anothers_document_does_not_exist(city: City, staff: cast.Cast) -> None:
    theirs = await build.upload(city, staff.hung)
    before = await count(city)
    for id in (theirs, DocumentId(uuid4())):
        asked = build.filing(city, documents={"student_card": id}, fee_class="student")
        with pytest.raises(NotFound):
            await build.file(city, staff.binh, asked)
    assert await count(city) == before


async def test_a_document_nobody_asked_for_is_refused_by_name(city: City, staff: cast.Cast) -> None:
    mine = await build.upload(city, staff.an)
    asked = build.filing(city, documents={"passport": mine})
    assert await faults(city, staff.an, asked) == {"/documents": "case.unknown_requirement"}
    asked = build.filing(city)
    many = [actions.Attached("student_card", uuid4())] * 51
    asked = actions.Filing(SAMPLE, asked.answers, many, AGENCY)
    assert await faults(city, staff.an, asked) == {"/documents": "case.too_many_documents"}


# Fees: circular 244/2016, articles 4 and 5; the rule of the pack.


@pytest.mark.parametrize(
    ("fee_class", "copies", "total", "rules"),
    [
        ("ordinary", 1, 200_000, {"ordinary"}),
        ("ordinary", 2, 200_000, {"ordinary"}),
        ("ordinary", 3, 205_000, {"ordinary", "extra_copies"}),
        ("ordinary", 20, 290_000, {"ordinary", "extra_copies"}),
        ("student", 1, 100_000, {"reduced"}),
        ("merit", 2, 100_000, {"reduced"}),
        ("martyr_relative", 4, 110_000, {"reduced", "extra_copies"}),
        ("disabled", 1, 0, {"exempt"}),
        ("poor", 5, 0, {"exempt"}),
        ("difficult_area", 1, 0, {"exempt"}),
        ("border_area", 1, 0, {"exempt"}),
    ],
)
async def test_the_fee_is_the_circulars_with_its_reasons(
    big: City, police: cast.Cast, fee_class: str, copies: int, total: int, rules: set[str]
) -> None:
    needs_proof = fee_class != "ordinary"
    papers = {"fee_class_proof": await build.upload(big, police.an)} if needs_proof else {}
    asked = build.filing(big, RECORD, papers, fee_class=fee_class, copies=copies)
    case = await build.file(big, police.an, asked)
    assert case.fee_amount == total
    seen = await build.show(big, police.an, case.code, "en")
    assert (seen.fee.total, seen.fee.currency) == (total, "VND")
    assert sum(line.amount for line in seen.fee.lines) == total
    assert {line.rule for line in seen.fee.lines} == rules
    assert all(line.reason for line in seen.fee.lines)
    assert seen.payment.state == ("open" if total else "none")


async def test_an_age_that_the_register_knows_needs_no_paper_and_takes_no_lie(
    big: City, police: cast.Cast
) -> None:
    for claimed in ("elderly", "child"):
        asked = build.filing(big, RECORD, fee_class=claimed)
        assert await faults(big, police.an, asked) == {"/answers/fee_class": "case.condition"}
    old = actions.Subject("999055000052", "Đỗ Thị Giang", date(1955, 2, 14), "parent")
    case = await build.file(big, police.an, build.filing(big, RECORD, fee_class="elderly"), old)
    assert case.fee_amount == 0


# Numbers and clocks


async def test_thirty_at_once_get_thirty_numbers_in_sequence(city: City, staff: cast.Cast) -> None:
    # A day of its own, so that nobody else takes numbers from it.
    with clock.at(datetime.fromisoformat("2027-05-11T10:00:00+09:00")):
        made = await asyncio.gather(*(build.file(city, staff.an) for _ in range(30)))
        with pytest.raises(Invalid):
            await build.file(city, staff.an, build.filing(city, copies=0))
        again = await build.file(city, staff.binh)
    codes = sorted(case.code for case in made)
    assert codes == [f"SM.1-270511-{n:04}" for n in range(1, 31)]
    assert again.code == "SM.1-270511-0031"
    with clock.at(datetime.fromisoformat("2027-05-12T00:00:30+09:00")):
        assert (await build.file(city, staff.an)).code == "SM.1-270512-0001"


async def test_a_transaction_that_fails_takes_no_number(city: City, staff: cast.Cast) -> None:
    """The day is the city's own: half past eleven at night there is another day in Greenwich."""

    async def fails() -> None:
        async with city.database.write(staff.an.person) as db:
            filed = await actions.file(db, staff.an, build.filing(city), None)
            assert filed.case.code.startswith("SM.1-270601-")
            raise ZeroDivisionError

    with clock.at(datetime.fromisoformat("2027-06-01T00:30:00+09:00")):
        first = await build.file(city, staff.an)
        lost = await asyncio.gather(*(fails() for _ in range(5)), return_exceptions=True)
        second = await build.file(city, staff.an)
    assert all(isinstance(one, ZeroDivisionError) for one in lost)
    assert (first.code, second.code) == ("SM.1-270601-0001", "SM.1-270601-0002")
    async with city.database.read(SYSTEM) as db:
        rows = await db.fetch(
            "SELECT thing_code FROM payments.requests WHERE thing_code LIKE 'SM.1-270601-%'"
        )
    assert sorted(row[0] for row in rows) == [first.code, second.code]


async def test_a_code_names_agency_day_and_number(big: City, police: cast.Cast) -> None:
    case = await build.file(big, police.an, build.filing(big, RECORD))
    local = big[actions.Procedures].local_day()
    assert re.fullmatch(rf"H26\.11-{local:%y%m%d}-[0-9]{{4,}}", case.code)


@pytest.mark.parametrize(
    ("filed", "due"),
    [
        # Eight office hours of an eight-hour day (09:00-17:00; Friday and Saturday are off).
        ("2027-05-10T08:00", "2027-05-10T17:00"),
        ("2027-05-10T12:00", "2027-05-11T12:00"),
        ("2027-05-13T16:59", "2027-05-16T16:59"),
        ("2027-05-14T10:00", "2027-05-16T17:00"),
    ],
)
async def test_intake_is_promised_from_filing_in_office_hours(
    city: City, staff: cast.Cast, filed: str, due: str
) -> None:
    with clock.at(datetime.fromisoformat(f"{filed}:00+09:00")):
        case = await build.file(city, staff.an)
    promised = datetime.fromisoformat(f"{due}:00+09:00")
    assert abs(case.intake_due_at - promised) < timedelta(seconds=5)
    assert case.due_at is None


async def test_filing_leaves_one_event_and_its_jobs(city: City, staff: cast.Cast) -> None:
    case: Case = await build.file(city, staff.an)
    assert [e.kind for e in await build.history(city, staff.an, case.code)] == ["case.filed"]
    assert await build.history(city, staff.reception, case.code)
