"""The forms of a case: made after the act, once, numbered without gaps, given to whom they are."""

import asyncio
import subprocess
from datetime import date, datetime, timedelta

import msgspec
import pytest

from motcua.base.errors import NotFound
from motcua.base.ids import SYSTEM
from motcua.base.pack import Pack
from motcua.cases import actions, jobs, queries
from motcua.cases.actions import papers
from motcua.cases.model.case import Case
from motcua.cases.model.paper import Paper
from motcua.cases.model.procedure import Procedure, Route
from motcua.cases.rules.papers import Happened, form_after, form_of, handovers
from motcua.cases.rules.regimes import regime_of
from motcua.db import City, events
from motcua.db.queries import Event
from motcua.identity import Viewer
from tests import cast
from tests.cases import build

HANOI = Pack.read(build.PACKS / "hanoi")


async def happened(city: City, case: Case, kind: str) -> Event:
    async with city.database.read(SYSTEM) as db:
        return [e for e in await events.history(db, case.id) if e.kind == kind][-1]


async def follow(city: City, case: Case, kind: str) -> Event:
    """The job that follows the act."""
    event = await happened(city, case, kind)
    await jobs.make_form(
        city, {"subject": str(case.id), "event": str(event.id), "kind": kind, "facts": {}}
    )
    return event


async def kept(city: City, case: Case) -> list[Paper]:
    async with city.database.read(SYSTEM) as db:
        return await queries.papers_of_case(db, case.id)


def text_of(pdf: bytes) -> str:
    read = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True)
    return " ".join(read.stdout.decode().split())


async def opened(city: City, who: Viewer, case: Case, name: object) -> bytes:
    return await papers.open_form(city, who, case.code, str(name))


async def test_a_request_for_more_becomes_a_letter_after_the_act_and_only_once(
    city: City, staff: cast.Cast
) -> None:
    case = await build.file(city, staff.an)
    build.keys(city, case.agency_code)
    asked = {"text": "Which school?", "fields": ["copies"], "documents": ["student_card"]}
    await build.act(city, staff.reception, case, "request_supplement", **asked)
    assert await kept(city, case) == []  # the act itself makes none
    event = await follow(city, case, "case.supplement_requested")
    [paper] = await kept(city, case)
    await follow(city, case, "case.supplement_requested")
    assert await kept(city, case) == [paper]
    assert (paper.kind, paper.form, paper.cause) == ("supplement", "B3", event.id)
    pdf = await opened(city, staff.an, case, event.sequence)
    assert b"/ByteRange" in pdf  # signed
    assert len(pdf) == paper.size
    text = text_of(pdf)
    needs = {d.code: d.name.vi for d in (await definition(city, case)).documents}
    for said in ("Which school?", needs["student_card"], paper.number, case.code):
        assert said in text


async def definition(city: City, case: Case) -> Procedure:
    async with city.database.read(SYSTEM) as db:
        return (await actions.definition(db, case)).procedure


async def test_letters_of_one_kind_run_on_and_each_kind_by_itself(
    city: City, staff: cast.Cast
) -> None:
    numbers: dict[str, list[int]] = {"refusal": [], "supplement": []}
    for action, kind, said in (
        ("refuse", "case.refused", {"reason": "No."}),
        ("request_supplement", "case.supplement_requested", {"text": "More."}),
        ("refuse", "case.refused", {"reason": "No."}),
        ("request_supplement", "case.supplement_requested", {"text": "More."}),
    ):
        case = await build.file(city, staff.an)
        build.keys(city, case.agency_code)
        await build.act(city, staff.reception, case, action, **said)
        await follow(city, case, kind)
        [paper] = await kept(city, case)
        numbers[paper.kind].append(int(paper.number.removeprefix("L").partition("-")[0]))
    for run in numbers.values():
        assert run == [run[0], run[0] + 1]


async def test_who_come_at_once_get_one_number_and_none_is_lost(
    city: City, staff: cast.Cast
) -> None:
    first = await build.file(city, staff.an)
    build.keys(city, first.agency_code)
    await asyncio.gather(*(opened(city, staff.an, first, "receipt") for _ in range(3)))
    second = await build.file(city, staff.an)
    await opened(city, staff.an, second, "receipt")
    [one], [other] = await kept(city, first), await kept(city, second)
    assert int(other.number) == int(one.number) + 1


async def test_a_receipt_is_kept_and_a_promise_makes_a_new_one(
    city: City, staff: cast.Cast
) -> None:
    case = await build.to_step(city, staff, staff.an, "an", "paid")
    build.keys(city, case.agency_code)
    before = await opened(city, staff.an, case, "receipt")
    assert await opened(city, staff.reception, case, "receipt") == before
    await build.act(city, staff.reception, case, "accept")
    after = await opened(city, staff.an, case, "receipt")
    assert after != before
    assert await opened(city, staff.an, case, "receipt") == after
    accepted = await happened(city, case, "case.accepted")
    assert [paper.cause for paper in await kept(city, case)][-1] == accepted.id
    due = city[actions.Procedures].calendar.local(datetime.fromisoformat(accepted.facts["due_at"]))
    assert due.isoformat(timespec="minutes") in text_of(after)


async def test_to_a_stranger_there_is_no_paper(city: City, staff: cast.Cast) -> None:
    case = await build.file(city, staff.an)
    build.keys(city, case.agency_code)
    await build.act(city, staff.reception, case, "refuse", reason="No.")
    event = await follow(city, case, "case.refused")
    for who in (staff.binh, staff.elsewhere):
        for name in ("receipt", event.sequence, "control"):
            with pytest.raises(NotFound):
                await opened(city, who, case, name)
    with pytest.raises(NotFound):  # a sheet for the hands of officers
        await opened(city, staff.an, case, "control")
    for name in ("x", "0", await number_of(city, case, "case.filed")):
        with pytest.raises(NotFound):
            await opened(city, staff.an, case, name)


async def number_of(city: City, case: Case, kind: str) -> int:
    return (await happened(city, case, kind)).sequence


async def test_the_control_sheet_tells_every_hand(city: City, staff: cast.Cast) -> None:
    case = await build.to_step(city, staff, staff.an, "an", "proposed")
    pdf = await opened(city, staff.handler, case, "control")
    assert b"/ByteRange" not in pdf
    text = text_of(pdf)
    for who in (case.applicant_name, staff.reception.name, staff.handler.name):
        assert who in text
    assert await kept(city, case) == []


async def test_an_officer_sees_what_forms_a_case_has(city: City, staff: cast.Cast) -> None:
    case = await build.file(city, staff.an)
    build.keys(city, case.agency_code)
    await build.act(city, staff.reception, case, "refuse", reason="No.")
    event = await follow(city, case, "case.refused")
    async with city.database.read(staff.reception.person) as db:
        found = await papers.forms_of(db, case)
    assert [one.name for one in found] == ["receipt", str(event.sequence), "control"]


OLD, NEW = date(2025, 6, 30), date(2025, 7, 1)


@pytest.mark.parametrize(
    ("day", "event", "number"),
    [
        (OLD, "case.supplement_requested", "02"),
        (OLD, "case.refused", "03"),
        (OLD, "case.apologised", "04"),
        (OLD, "case.stopped", None),
        (NEW, "case.supplement_requested", "02"),
        (NEW, "case.refused", "03"),
        (NEW, "case.apologised", "04"),
        (NEW, "case.stopped", "05"),
        (NEW, "case.accepted", None),
    ],
)
def test_a_case_gets_the_forms_of_the_rules_under_which_it_was_filed(
    day: date, event: str, number: str | None
) -> None:
    """Circular 01/2018 has six forms, circular 03/2025 has seven."""
    found = form_after(regime_of(HANOI, day), event)
    assert (found and found.number) == number


@pytest.mark.parametrize(("day", "control", "register"), [(OLD, "05", "06"), (NEW, "06", "07")])
def test_the_sheet_and_the_book_moved_on_by_one(day: date, control: str, register: str) -> None:
    law = regime_of(HANOI, day)
    sheet, book = form_of(law, "control"), form_of(law, "register")
    assert sheet
    assert book
    assert (sheet.number, sheet.size, sheet.signed) == (control, "a5", False)
    assert (book.number, book.size, book.signed) == (register, "a4", False)
    assert sheet.source
    assert not sheet.source.verified


NINE = datetime(2026, 3, 2, 9)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def told(
    kind: str, at: datetime, step: str | None = None, anew: datetime | None = None
) -> Happened:
    return Happened(kind, at, "Officer", kind, step, anew)


def test_each_hand_is_judged_by_the_time_of_its_step() -> None:
    """Intake has one day here and work two; the hours of a wait are nobody's."""
    procedure = HANOI.folder("procedures", Procedure)["3.000333"]
    found = list(
        handovers(
            [
                told("case.filed", NINE),
                told("case.accepted", NINE + HOUR, "b"),  # the day on which it was due: on time
                told("case.supplement_requested", NINE + HOUR * 2, "b"),
                told("case.supplied", NINE + DAY * 9, "b", NINE + DAY * 11),
                told("case.message", NINE + DAY * 9, None),
                told("case.proposed", NINE + DAY * 10, "c"),
                told("case.signed", NINE + DAY * 14, "end"),
            ],
            small_route(procedure.route),
            "An",
            "Done",
            lambda at, limit: at + {"8wh": HOUR * 8, "2d": DAY * 2, "1d": DAY}[limit],
        )
    )
    assert [(row.source, row.target, row.outcome) for row in found] == [
        ("An", "A", None),
        ("A · Officer", "B", "on_time"),
        ("B · Officer", "An", "early"),
        ("An", "B", None),
        ("B · Officer", "C", "early"),
        ("C · Officer", "Done", "late"),
    ]


def small_route(like: Route) -> Route:
    step = msgspec.to_builtins(next(iter(like.steps.values())))
    steps = {
        code: {**step, "name": {"vi": code.upper(), "en": code}, "limit": limit, "on": {}}
        for code, limit in (("a", "8wh"), ("b", "2d"), ("c", "1d"))
    }
    return msgspec.convert({"start": "a", "steps": steps}, Route)
