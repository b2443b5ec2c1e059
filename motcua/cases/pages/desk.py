"""The officers' desk: what waits beside the one in hand, and what may be done with it."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from typing import Any, ClassVar
from urllib.parse import quote, urlencode
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import ServiceUnavailableException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery
from litestar.response import Stream
from msgspec import Struct

from motcua import agencies, documents
from motcua.base import clock
from motcua.base.errors import Conflict, Fault, Invalid, NotFound, Refusal, Unavailable
from motcua.base.ids import DocumentId, new_id
from motcua.base.text import Text
from motcua.cases import actions
from motcua.cases.actions import desk, noting, templates
from motcua.cases.actions.desk import CaseAtDesk
from motcua.cases.pages import desk_notes, desk_words
from motcua.cases.pages.desk_acts import (
    ACT_OF_NOUN,
    APPLIED,
    Act,
    acts,
    body_of,
    hindrances,
    put_in,
)
from motcua.cases.pages.desk_doing import TO_AGENCIES, do
from motcua.cases.pages.desk_filters import is_number, kept_in, wanted_of
from motcua.cases.pages.desk_list import Work, look_at, work_of
from motcua.cases.pages.desk_notes import ChangeShown, NoteShown
from motcua.cases.pages.desk_words import Sheet
from motcua.cases.rules import routes as rules
from motcua.db import City
from motcua.db.events import STREAM_SECONDS_MAX, Listener
from motcua.identity import Viewer
from motcua.web import Page, figures, reasons, render
from motcua.web.forms import Problem
from motcua.web.language import Language, words
from motcua.web.render import language_of

OFFICER = {"access": "officer"}
SIGNAL_SECONDS = 1.5
"""A busy agency's desk is told at most this often."""
KEEP_ALIVE_SECONDS = 15
CODE_LENGTH_MAX = 60
AGENCIES_OFFERED_MAX = 50

Web = Request[Any, Any, Any]


class Told(Struct, frozen=True):
    """What came of the last act: done, or why not and what happened meanwhile."""

    mood: str
    text: str
    lines: list[str] = []


class WorkPage(Page):
    template: ClassVar[str] = "cases/desk_list.html"
    work: Work
    controls: bool
    """Complaints come to this officer."""
    leads: bool
    """Figures are shown to this officer."""


class CasePage(Page):
    template: ClassVar[str] = "cases/desk_case.html"
    work: Work
    sheet: Sheet
    main: Act | None
    others: list[Act]
    hindered: list[str]
    """Why what this step is there for cannot be done now, or not by this officer."""
    told: Told | None
    problems: list[Problem]
    key: str
    """Names this showing of the forms: sent twice, they act once."""
    agencies: list[Text]
    """Offered while one types the name of one."""
    note: str
    """What was typed as a note and refused."""
    notes: list[NoteShown]
    changes: list[ChangeShown]
    """What the person put right in the form, the last time first."""


@get("/desk", opt=OFFICER, include_in_schema=False)
async def show_list(
    request: Web,
    city: NamedDependency[City],
    viewer: NamedDependency[Viewer],
    hand: FromQuery[str] = "",
) -> Response[Any]:
    wanted = wanted_of(request)
    async with city.database.write(viewer.person) as db:
        named = await desk.named(db, wanted.words)
        seen = await look_at(db, viewer, wanted)
        posts = await agencies.posts_of(db)
    controls = any(post.role == "control" for post in posts)
    leads = bool(city[agencies.Access].places("see", "figures", posts))
    if named and not seen.found.rows:
        # What stands on no list may still be opened by who knows its code.
        return _see(f"/desk/cases/{quote(named.code)}")
    work = work_of(city, seen, wanted, language_of(request), hand)
    return render(WorkPage(work, controls, leads), request)


@get("/desk/cases/{code:str}", opt=OFFICER, include_in_schema=False)
async def show_case(
    request: Web,
    city: NamedDependency[City],
    viewer: NamedDependency[Viewer],
    code: FromPath[str],
    done: FromQuery[str] = "",
) -> Response[Any]:
    if not _is_code(code):
        raise NotFound("case.unknown")
    told = None
    if done in ACT_OF_NOUN or done == "note":
        told = Told("done", words(language_of(request)).pgettext("done", done))
    return await _show(request, city, viewer, code, told)


@post("/desk/cases/{code:str}/{noun:str}", opt=OFFICER, include_in_schema=False)
async def act(
    request: Web,
    city: NamedDependency[City],
    viewer: NamedDependency[Viewer],
    code: FromPath[str],
    noun: FromPath[str],
) -> Response[Any]:
    if noun not in ACT_OF_NOUN or not _is_code(code):
        raise NotFound("web.not_found")
    posted = {name: str(value) for name, value in (await request.form()).items()}
    action = ACT_OF_NOUN[noun]
    try:
        if posted.get("template") and "fill" in posted:
            return await _show(request, city, viewer, code, sent={**posted, "noun": noun})
        if _shows_first(action, posted):
            return await _show(request, city, viewer, code, sent={**posted, "noun": noun})
        await do(city, viewer, code, action, posted)
    except (Conflict, Invalid, Unavailable) as refusal:
        return await _refused(request, city, viewer, code, noun, posted, refusal)
    kept = kept_in(wanted_of(request))
    return _see(f"/desk/cases/{quote(code)}?{urlencode({**kept, 'done': noun})}")


@post("/desk/cases/{code:str}/notes", opt=OFFICER, include_in_schema=False)
async def note(
    request: Web,
    city: NamedDependency[City],
    viewer: NamedDependency[Viewer],
    code: FromPath[str],
) -> Response[Any]:
    if not _is_code(code):
        raise NotFound("case.unknown")
    posted = {name: str(value) for name, value in (await request.form()).items()}
    try:
        async with city.database.write(viewer.person) as db:
            await noting.note_once(db, viewer, code, posted.get("note", ""), posted.get("key", ""))
    except Invalid as refusal:
        return await _refused(request, city, viewer, code, "note", posted, refusal)
    kept = kept_in(wanted_of(request))
    return _see(f"/desk/cases/{quote(code)}?{urlencode({**kept, 'done': 'note'})}#notes")


def _is_code(code: str) -> bool:
    return code.isprintable() and len(code) <= CODE_LENGTH_MAX


def _shows_first(action: str, posted: Mapping[str, str]) -> bool:
    """An apology is sent when its officer has seen the new promise."""
    if action != "apologise":
        return False
    body = body_of(action, posted)
    is_whole = not rules.body_faults("apologise", {"action": action, **body})
    return is_whole and posted.get(APPLIED) != body["limit"]


@get("/desk/documents/{file_id:str}", opt=OFFICER, include_in_schema=False)
async def open_document(
    city: NamedDependency[City], viewer: NamedDependency[Viewer], file_id: FromPath[str]
) -> Response[bytes]:
    """A paper of a case; under the desk's address, where alone the officer's cookie counts."""
    try:
        wanted = DocumentId(UUID(file_id))
    except ValueError:
        raise NotFound("documents.no_such_file") from None
    async with city.database.write(viewer.person) as db:
        file, content = await documents.open_file(db, wanted)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store",
    }
    return Response(content, media_type=file.media_type, headers=headers)


@get("/desk/events", opt=OFFICER, include_in_schema=False)
async def follow(city: NamedDependency[City], viewer: NamedDependency[Viewer]) -> Stream:
    """Says that something happened in the officer's agencies, and nothing of what it was."""
    if city[Listener].is_full(viewer.person):
        raise ServiceUnavailableException(headers={"Retry-After": "10"})
    async with city.database.read(viewer.person) as db:
        mine = {post.agency_code for post in await agencies.posts_of(db)}
    head = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    flow = _signals(city[Listener], viewer, mine)
    return Stream(flow, media_type="text/event-stream", headers=head)


async def _signals(listener: Listener, viewer: Viewer, mine: set[str]) -> AsyncIterator[bytes]:
    ends = time.monotonic() + STREAM_SECONDS_MAX
    async with listener.about(viewer.person, *mine) as bell:
        yield b"retry: 1000\n\n"
        while not listener.stopping.is_set() and time.monotonic() < ends:
            try:
                await asyncio.wait_for(bell.wait(), KEEP_ALIVE_SECONDS)
            except TimeoutError:
                yield b": still here\n\n"
                continue
            bell.clear()
            yield b"event: desk\ndata: moved\n\n"
            await asyncio.sleep(SIGNAL_SECONDS)


async def _show(
    request: Web,
    city: City,
    viewer: Viewer,
    code: str,
    told: Told | None = None,
    status: int = 200,
    sent: Mapping[str, str] | None = None,
    faults: list[Fault] | None = None,
) -> Response[Any]:
    """The case as it stands now. `sent`: what was typed into the form that was refused."""
    wanted, language, now = wanted_of(request), language_of(request), clock.now()
    async with city.database.write(viewer.person) as db:
        found = await desk.take_in_hand(db, viewer, code)
        listed = await look_at(db, viewer, wanted)
        ready = await templates.templates_for(db, found.case.at_agency, found.case.language)
    if sent and "fill" in sent:
        sent = _filled(city, viewer, found, ready, sent)
    offered = acts(found, language, sent or {}, faults or [], ready)
    others = offered[1:] if offered and offered[0].is_main else offered
    for one in offered:
        await _fill(city, found, one, language)
    if told and told.mood == "meanwhile":
        told = _meanwhile(city, found, told, sent or {}, language)
    note_faults = _note_problems(sent or {}, faults or [], language)
    page = CasePage(
        work=work_of(city, listed, wanted, language, found.case.code),
        sheet=desk_words.sheet(city, found, now, language),
        main=offered[0] if offered and offered[0].is_main else None,
        others=others,
        hindered=hindrances(found, language),
        told=told,
        problems=[*(p for one in offered for p in one.problems), *note_faults],
        key=new_id().hex,
        agencies=[agency.name for agency in _named(city, found, offered)],
        note=(sent or {}).get("note", ""),
        notes=desk_notes.notes(city, found),
        changes=desk_notes.changes(found, language),
    )
    return render(page, request, 422 if status == 200 and page.problems else status)


def _filled(
    city: City,
    viewer: Viewer,
    found: CaseAtDesk,
    ready: list[templates.Offered],
    sent: Mapping[str, str],
) -> Mapping[str, str]:
    """The form with the words of the template that was chosen for it."""
    for one in ready:
        if (one.noun, one.id) == (sent["noun"], sent.get("template")):
            case = found.case
            said = templates.fill(city, one.words, case, found.known, viewer, case.language)
            return put_in(one.noun, said, sent)
    return sent


async def _fill(city: City, found: CaseAtDesk, one: Act, language: Language) -> None:
    """What only the database or the pack can offer: colleagues, agencies, a new promise."""
    for field in one.fields:
        if field.name == "officer":
            handlers = await desk.colleagues(city, found.case.at_agency)
            field.choices = sorted(((str(id), name) for id, name in handlers.items()), key=_name)
        elif field.shape == "agency" and field.errors:
            among = desk.agencies_for(city, found.case, found.known, one.action)
            meant = desk.meant(among, field.typed)[:AGENCIES_OFFERED_MAX]
            field.choices = [(a.code, a.name.within(language)) for a in meant]
    if one.action == "apologise" and one.is_open and not one.problems:
        one.sure = f"{one.fields[0].typed.strip()}{one.fields[0].unit}"
        try:
            one.promise = desk.new_promise(city, found, one.sure)
        except Invalid as refusal:  # further than the law lets it be put off
            said = reasons.sentence(refusal.reason, refusal.facts, language)
            one.fields[0].errors.append(said)


def _named(city: City, found: CaseAtDesk, offered: list[Act]) -> list[agencies.Agency]:
    """The names that a browser offers while one types."""
    wanted = [one.action for one in offered if one.action in TO_AGENCIES]
    return desk.agencies_for(city, found.case, found.known, wanted[0]) if wanted else []


async def _refused(
    request: Web,
    city: City,
    viewer: Viewer,
    code: str,
    noun: str,
    posted: Mapping[str, str],
    refusal: Refusal,
) -> Response[Any]:
    language = language_of(request)
    said = reasons.sentence(refusal.reason, refusal.facts, language)
    sent = {**posted, "noun": noun}
    if isinstance(refusal, Invalid):
        told = None if refusal.faults else Told("late", said)
        return await _show(request, city, viewer, code, told, 422, sent, refusal.faults)
    if isinstance(refusal, Unavailable):
        waits = words(language).gettext("The case waits as it is, and nothing of it is lost.")
        return await _show(request, city, viewer, code, Told("waiting", said, [waits]), 503, sent)
    return await _show(request, city, viewer, code, Told("meanwhile", said), 409, sent)


def _meanwhile(
    city: City, found: CaseAtDesk, told: Told, sent: Mapping[str, str], language: Language
) -> Told:
    """Who did what since the page was shown, and where the case stands now."""
    seen = int(sent["seen"]) if is_number(sent.get("seen", "")) else found.version
    now = clock.now()
    happened = [
        desk_words.happening(city, found, event, now, language)
        for event in found.events
        if event.sequence > seen
    ]
    zone = city[actions.Procedures].calendar.zone
    lines = [
        f"{figures.moment(one.at, language, zone, now)}: {one.by} · {one.text}" for one in happened
    ]
    say = words(language).gettext
    if happened:
        lines.append(say("Now: %(stage)s.") % {"stage": desk_words.stage(found, language)})
    text = say("Somebody else was faster. Your act was not done.") if happened else told.text
    return Told("waiting" if happened else "late", text, lines)


def _note_problems(
    sent: Mapping[str, str], faults: list[Fault], language: Language
) -> list[Problem]:
    if sent.get("noun") != "note":
        return []
    return [Problem(reasons.sentence(f.reason, f.facts, language), "note") for f in faults]


def _name(one: tuple[str, str]) -> str:
    return one[1]


def _see(address: str) -> Response[Any]:
    return Response(b"", status_code=303, headers={"Location": address})


routes: list[HTTPRouteHandler] = [show_list, show_case, note, act, open_document, follow]
