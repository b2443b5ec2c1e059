"""How a person found it that their case was handled, and what they complain of."""

from datetime import datetime
from typing import Any, ClassVar

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Struct

from motcua.base.errors import Fault, Invalid
from motcua.base.text import Text
from motcua.cases import actions
from motcua.cases.actions import complaining
from motcua.cases.actions.complaining import Said, Thread
from motcua.cases.actions.ratings import Ratings, rating_of
from motcua.cases.actions.standing import is_applicant_of
from motcua.cases.model.case import Case
from motcua.cases.model.rating import Rating, RatingsFile
from motcua.cases.pages.asking import PERSON, Web
from motcua.cases.pages.desk_complaints import words_faults
from motcua.cases.rules.forms import clean
from motcua.db import City, Read
from motcua.identity import Viewer
from motcua.web import Page, forms, language_of, render
from motcua.web.forms import Problem

REASONS_MAX = 10


class Box(Struct, frozen=True):
    id: str
    name: Text
    is_ticked: bool


class Group(Struct, frozen=True):
    """The reasons that go with the same levels."""

    levels: list[Text]
    boxes: list[Box]


class Choice(Struct, frozen=True):
    score: int
    name: Text
    is_chosen: bool


class Asked(Struct, frozen=True, kw_only=True):
    """The question how it was, with what was said already."""

    choices: list[Choice]
    groups: list[Group]
    until: datetime
    given_at: datetime | None
    verified: bool


class RatePage(Page):
    template: ClassVar[str] = "cases/rate.html"

    code: str
    name: Text
    asked: Asked
    problems: list[Problem]


class ThreadShown(Struct, frozen=True):
    upheld: bool | None
    said: list[Said]


class ComplainPage(Page):
    template: ClassVar[str] = "cases/complain.html"

    code: str
    name: Text
    threads: list[ThreadShown]
    may_complain: bool
    text: str
    problems: list[Problem]


async def asked_of(db: Read, case: Case, may_rate: bool) -> Asked | None:
    """None: nobody is asked about this case now."""
    ratings = db.city[Ratings]
    until = ratings.until(case)
    if not may_rate or ratings.file is None or until is None:
        return None
    return _asked(ratings, await rating_of(db, case), until)


def _asked(ratings: Ratings, kept: Rating | None, until: datetime) -> Asked:
    file = ratings.file
    assert file is not None
    return Asked(
        choices=[
            Choice(level.score, level.name, kept is not None and kept.score == level.score)
            for level in sorted(file.levels, key=lambda level: -level.score)
        ],
        groups=_groups(file, kept.reasons if kept else []),
        until=until,
        given_at=(kept.corrected_at or kept.rated_at) if kept else None,
        verified=file.verified,
    )


def _groups(file: RatingsFile, ticked: list[str]) -> list[Group]:
    names = {level.score: level.name for level in file.levels}
    groups: dict[tuple[int, ...], Group] = {}
    for why in file.reasons:
        levels = [names[score] for score in sorted(why.scores, reverse=True)]
        group = groups.setdefault(why.scores, Group(levels, []))
        group.boxes.append(Box(why.id, why.name, why.id in ticked))
    return list(groups.values())


@get("/cases/{code:str}/rating", **PERSON)
async def ask(
    request: Web, city: NamedDependency[City], viewer: NamedDependency[Viewer], code: FromPath[str]
) -> Response[Any]:
    return await _rate_page(request, city, viewer, code)


@post("/cases/{code:str}/rating", **PERSON)
async def rate(
    request: Web, city: NamedDependency[City], viewer: NamedDependency[Viewer], code: FromPath[str]
) -> Response[Any]:
    form = await request.form()
    typed, ticked = str(form.get("score", "")), [str(one) for one in form.getall("reason", [])]
    if not (typed.isascii() and typed.isdecimal() and len(typed) < 3):
        return await _rate_page(request, city, viewer, code, [Fault("/score", "form.required")])
    score, file = int(typed), city[Ratings].file
    # Reasons belong to levels: without a script those of another level may have stayed ticked.
    fits = {why.id for why in file.reasons if score in why.scores} if file else set()
    body = {"score": score, "reasons": [one for one in ticked if one in fits][:REASONS_MAX]}
    try:
        async with city.database.write(viewer.person, viewer.on_behalf_of) as db:
            await actions.act(db, viewer, code, "rate", body)
    except Invalid as refusal:
        return await _rate_page(request, city, viewer, code, refusal.faults)
    return Redirect(f"/cases/{code}#rating", status_code=303)


async def _rate_page(
    request: Web, city: City, viewer: Viewer, code: str, faults: list[Fault] | None = None
) -> Response[Any]:
    async with city.database.read(viewer.person, viewer.on_behalf_of) as db:
        case = await actions.open_case(db, code)
        known = await actions.definition(db, case)
        may = is_applicant_of(case, viewer) and city[Ratings].may_rate(case)
        asked = await asked_of(db, case, may)
    if asked is None:
        return Redirect(f"/cases/{code}", status_code=303)
    problems = forms.problems(faults or [], language_of(request))
    page = RatePage(code, known.procedure.short_name, asked, problems)
    return render(page, request, 422 if faults else 200)


@get("/cases/{code:str}/complaint", **PERSON)
async def ask_complaint(
    request: Web, city: NamedDependency[City], viewer: NamedDependency[Viewer], code: FromPath[str]
) -> Response[Any]:
    return await _complain_page(request, city, viewer, code)


@post("/cases/{code:str}/complaint", **PERSON)
async def complain(
    request: Web, city: NamedDependency[City], viewer: NamedDependency[Viewer], code: FromPath[str]
) -> Response[Any]:
    text = clean(str((await request.form()).get("text", "")), has_lines=True)
    if faults := words_faults(text):
        return await _complain_page(request, city, viewer, code, faults, text)
    async with city.database.write(viewer.person, viewer.on_behalf_of) as db:
        await complaining.complain(db, viewer, code, text)
    return Redirect(f"/cases/{code}/complaint", status_code=303)


async def _complain_page(
    request: Web,
    city: City,
    viewer: Viewer,
    code: str,
    faults: list[Fault] | None = None,
    text: str = "",
) -> Response[Any]:
    async with city.database.read(viewer.person, viewer.on_behalf_of) as db:
        case = await actions.open_case(db, code)
        known = await actions.definition(db, case)
        threads = await complaining.threads_of(db, case)
    page = ComplainPage(
        code=code,
        name=known.procedure.short_name,
        threads=[_shown(one) for one in threads],
        may_complain=not viewer.is_officer and is_applicant_of(case, viewer),
        text=text,
        problems=forms.problems(faults or [], language_of(request)),
    )
    return render(page, request, 422 if faults else 200)


def _shown(one: Thread) -> ThreadShown:
    return ThreadShown(one.complaint.upheld, one.said)


routes: list[Any] = [ask, rate, ask_complaint, complain]
