"""Complaints about how cases are handled, as who controls procedures reads and answers them."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery
from msgspec import Struct

from motcua import agencies
from motcua.base.errors import Fault
from motcua.base.text import Text
from motcua.cases.actions import Procedures, complaining
from motcua.cases.actions.complaining import COMPLAINTS_PER_PAGE, Said
from motcua.cases.model.rating import Complaint
from motcua.cases.pages.desk_filters import is_number
from motcua.cases.rules.forms import clean
from motcua.db import City
from motcua.identity import Viewer
from motcua.web import Page, reasons, render
from motcua.web.forms import Problem
from motcua.web.render import language_of

OFFICER = {"access": "officer"}
COMPLAINTS = "/desk/complaints"
ENDS = {"upheld": True, "not_upheld": False, "asks": None}
"""What an answer decides; `asks` decides nothing and leaves it open."""

Web = Request[Any, Any, Any]


class Row(Struct, frozen=True, kw_only=True):
    id: UUID
    code: str
    title: Text | str
    agency: Text
    by: str
    at: datetime
    upheld: bool | None


class ComplaintsPage(Page):
    template: ClassVar[str] = "cases/desk_complaints.html"

    rows: list[Row]
    before: str | None
    after: str | None


class ComplaintPage(Page):
    template: ClassVar[str] = "cases/desk_complaint.html"

    row: Row
    said: list[Said]
    text: str
    problems: list[Problem]


@get(COMPLAINTS, opt=OFFICER, include_in_schema=False)
async def show_all(
    request: Web,
    city: NamedDependency[City],
    viewer: NamedDependency[Viewer],
    page: FromQuery[str] = "1",
) -> Response[Any]:
    number = min(max(int(page), 1), 1000) if is_number(page) else 1
    async with city.database.read(viewer.person) as db:
        found = await complaining.complaints_to_answer(db, viewer, number)
    shown = ComplaintsPage(
        rows=[_row(city, one) for one in found],
        before=f"{COMPLAINTS}?page={number - 1}" if number > 1 else None,
        after=f"{COMPLAINTS}?page={number + 1}" if len(found) == COMPLAINTS_PER_PAGE else None,
    )
    return render(shown, request)


@get("/desk/complaints/{complaint:uuid}", opt=OFFICER, include_in_schema=False)
async def show(
    request: Web,
    city: NamedDependency[City],
    viewer: NamedDependency[Viewer],
    complaint: FromPath[UUID],
) -> Response[Any]:
    return await _page(request, city, viewer, complaint)


@post("/desk/complaints/{complaint:uuid}", opt=OFFICER, include_in_schema=False)
async def answer(
    request: Web,
    city: NamedDependency[City],
    viewer: NamedDependency[Viewer],
    complaint: FromPath[UUID],
) -> Response[Any]:
    form = await request.form()
    text, end = clean(str(form.get("text", "")), has_lines=True), str(form.get("end", ""))
    faults = words_faults(text)
    if end not in ENDS:
        faults.append(Fault("/end", "form.required"))
    if faults:
        return await _page(request, city, viewer, complaint, text, faults)
    async with city.database.write(viewer.person) as db:
        await complaining.answer(db, viewer, complaint, text, ENDS[end])
    return Response(b"", status_code=303, headers={"Location": f"{COMPLAINTS}/{complaint}"})


def words_faults(text: str) -> list[Fault]:
    most: dict[str, object] = {"max": complaining.WORDS_LENGTH_MAX}
    if not text:
        return [Fault("/text", "form.required")]
    return (
        [Fault("/text", "form.too_long", most)] if len(text) > complaining.WORDS_LENGTH_MAX else []
    )


async def _page(
    request: Web,
    city: City,
    viewer: Viewer,
    id: UUID,
    text: str = "",
    faults: list[Fault] | None = None,
) -> Response[Any]:
    async with city.database.write(viewer.person) as db:
        found = await complaining.read_complaint(db, viewer, id)
    language = language_of(request)
    page = ComplaintPage(
        row=_row(city, found.complaint),
        said=found.said,
        text=text,
        problems=[
            Problem(reasons.sentence(f.reason, f.facts, language), f.pointer[1:])
            for f in faults or []
        ],
    )
    return render(page, request, 422 if faults else 200)


def _row(city: City, one: Complaint) -> Row:
    known = city[Procedures].today.get(one.procedure_code)
    return Row(
        id=one.id,
        code=one.case_code,
        title=known.procedure.short_name if known else one.procedure_code,
        agency=city[agencies.Agencies].name(one.agency_code),
        by=one.person_name,
        at=one.complained_at,
        upheld=one.upheld,
    )


routes: list[HTTPRouteHandler] = [show_all, show, answer]
