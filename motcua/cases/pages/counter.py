"""The counter's desk: find a procedure, write a request down, take papers, fee and receipts."""

from datetime import datetime
from typing import Any, ClassVar

from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from msgspec import Struct

from motcua import agencies, documents, payments
from motcua.base.errors import Conflict, Invalid, Refusal
from motcua.base.text import Text
from motcua.cases import actions
from motcua.cases.actions import counter, counter_drafts, handing_in
from motcua.cases.actions.counter_drafts import CounterDraft
from motcua.cases.actions.procedures import InForce
from motcua.cases.model.counter import CounterRow
from motcua.cases.model.procedure import Procedure
from motcua.cases.model.view import CaseView, DocumentView
from motcua.cases.pages.applying import UPLOAD_BYTES_MAX
from motcua.db import City, Read
from motcua.identity import Viewer
from motcua.web import Page, reasons, render
from motcua.web.language import Language, words
from motcua.web.render import language_of

OFFICER: dict[str, Any] = {"opt": {"access": "officer"}, "include_in_schema": False}
FOUND_MAX = 20
WORDS_LENGTH_MAX = 100
Web = Request[Any, Any, Any]


class Hit(Struct, frozen=True):
    code: str
    name: Text


class Row(Struct, frozen=True):
    """An open case that came over this counter."""

    code: str
    applicant: str
    what: Text
    state: str
    is_ready: bool


class Begun(Struct, frozen=True):
    """A request that was begun and not filed."""

    address: str
    who: str
    what: Text
    at: datetime


class CounterPage(Page):
    template: ClassVar[str] = "cases/counter.html"

    counters: list[Text]
    words: str
    hits: list[Hit]
    rows: list[Row]
    begun: list[Begun]


@get("/desk/counter", **OFFICER)
async def show(
    request: Web,
    city: NamedDependency[City],
    viewer: NamedDependency[Viewer],
    q: FromQuery[str] = "",
) -> Response[Any]:
    said = "".join(c for c in q if c.isprintable())[:WORDS_LENGTH_MAX]
    async with city.database.write(viewer.person) as db:
        mine = await handing_in.counters_of_me(db)
        rows = await handing_in.taken_in(db, mine)
        await actions.note_list(db, viewer, [row.code for row in rows])
        names = {row.code: (await _name(db, row)) for row in rows}
        drafts = await counter_drafts.drafts_of_me(db)
    hits = _hits(city, said, set(mine)) if said and mine else []
    language, book = language_of(request), city[agencies.Agencies]
    page = CounterPage(
        counters=[book.name(code) for code in mine],
        words=said,
        hits=hits,
        rows=[_row(row, names[row.code], language) for row in rows],
        begun=[_begun(draft, procedure) for draft, procedure in drafts],
    )
    return render(page, request)


def _begun(draft: CounterDraft, procedure: Procedure) -> Begun:
    known = draft.seen.met if draft.seen else draft.met
    who = known.name if known else str(draft.said.get("number", ""))
    address = f"/desk/counter/new/{procedure.code}/{draft.id}"
    return Begun(address, who, procedure.short_name, draft.kept_at)


async def _name(db: Read, row: CounterRow) -> Text:
    known = await db.city[actions.Procedures].at_version(
        db, row.procedure_code, row.procedure_version
    )
    name: Text = known.procedure.short_name
    return name


def _row(row: CounterRow, name: Text, language: Language) -> Row:
    is_ready = row.handing == "ready" and row.delivery == "counter"
    state = actions.status_name(row.status, language)
    return Row(row.code, row.applicant_name, name, state, is_ready)


def _hits(city: City, said: str, mine: set[str]) -> list[Hit]:
    """What may be taken in here, and nothing that would be refused at the end."""
    found, _ = actions.list_procedures(city, said, "", "", "", FOUND_MAX)
    return [
        Hit(known.procedure.code, known.procedure.name)
        for known in found
        if isinstance(known, InForce) and mine & counter.counters_of(city, known.procedure)
    ]


# ---- what was taken in


class HandInRow(Struct, frozen=True):
    requirement: str
    name: str
    kind: str
    digitised: str
    needs_scan: bool
    needs_return: bool


class TakenPage(Page):
    template: ClassVar[str] = "cases/counter_case.html"

    code: str
    view: CaseView
    papers: list[HandInRow]
    receipt: str | None
    """The number under which the fee was taken here."""
    may_take: bool
    may_supply: bool
    may_withdraw: bool
    is_own: bool
    """The officer's own agency decides: the case is on their desk."""
    told: str | None


@get("/desk/counter/cases/{code:str}", **OFFICER)
async def show_taken(
    request: Web, city: NamedDependency[City], viewer: NamedDependency[Viewer], code: FromPath[str]
) -> Response[Any]:
    return await _taken(request, city, viewer, code)


@post("/desk/counter/cases/{code:str}/fee", **OFFICER)
async def take_fee(
    request: Web, city: NamedDependency[City], viewer: NamedDependency[Viewer], code: FromPath[str]
) -> Response[Any]:
    form = await request.form()
    body = {name: str(form[name]) for name in ("method", "slip") if form.get(name)}
    try:
        taken = await handing_in.take_fee(city, viewer, code, body)
        async with city.database.write(viewer.person) as db:
            await handing_in.write_fee_down(db, code, taken)
    except (Conflict, Invalid) as refusal:
        return await _taken(request, city, viewer, code, refusal)
    return Redirect(f"/desk/counter/cases/{code}", status_code=303)


@post("/desk/counter/cases/{code:str}/papers", request_max_body_size=UPLOAD_BYTES_MAX, **OFFICER)
async def digitise(
    request: Web, city: NamedDependency[City], viewer: NamedDependency[Viewer], code: FromPath[str]
) -> Response[Any]:
    form = await request.form()
    body: dict[str, Any] = {"requirement": str(form.get("requirement", ""))}
    if "returned" in form:
        body["returned"] = True
    file = form.get("file")
    try:
        upload = None
        if isinstance(file, UploadFile) and file.filename:
            upload = await documents.examine(city, file.filename, await file.read())
        async with city.database.write(viewer.person) as db:
            if upload:
                body["id"] = str((await documents.store_upload(db, upload)).id)
            await handing_in.digitise(db, viewer, code, body)
    except (Conflict, Invalid) as refusal:
        return await _taken(request, city, viewer, code, refusal)
    return Redirect(f"/desk/counter/cases/{code}", status_code=303)


async def _taken(
    request: Web, city: City, viewer: Viewer, code: str, refusal: Refusal | None = None
) -> Response[Any]:
    language = language_of(request)
    async with city.database.write(viewer.person) as db:
        case = await actions.open_case(db, code)
        await actions.note_look(db, viewer, case)
        view = await actions.show_case(db, viewer, case, language)
        taken = await payments.taken_for(db, case.id)
        roles = await agencies.roles_in(db, case.agency_code)
    may = {one.action for one in view.actions}
    page = TakenPage(
        code=case.code,
        view=view,
        papers=[_paper(one, language) for one in view.documents if one.on_paper],
        receipt=taken.text if taken else None,
        may_take="take_fee" in may,
        may_supply="supply_at_counter" in may,
        may_withdraw="withdraw_at_counter" in may,
        is_own=bool(roles),
        told=_said(refusal, language) if refusal else None,
    )
    status = 200 if refusal is None else 409 if isinstance(refusal, Conflict) else 422
    return render(page, request, status)


def _said(refusal: Refusal, language: Language) -> str:
    faults = refusal.faults if isinstance(refusal, Invalid) else []
    told = [(one.reason, one.facts) for one in faults] or [(refusal.reason, refusal.facts)]
    return " ".join(reasons.sentence(reason, facts, language) for reason, facts in told)


def _paper(one: DocumentView, language: Language) -> HandInRow:
    say, paper = words(language).pgettext, one.on_paper
    assert paper is not None
    return HandInRow(
        one.requirement,
        one.name,
        say("paper", paper.kind or "none"),
        say("digitised", str(paper.digitised)),
        needs_scan=paper.digitised == 0,
        needs_return=paper.kind == "original" and paper.returned_at is None,
    )


routes: list[Any] = [show, show_taken, take_fee, digitise]
