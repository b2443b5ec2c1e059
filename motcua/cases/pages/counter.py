"""The counter's desk: find a procedure, write a request down, take papers, fee and receipts."""

from typing import Any, ClassVar

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from msgspec import Struct

from motcua import agencies, documents, payments
from motcua.base.errors import Conflict, Fault, Invalid, NotAllowed, Refusal, Unavailable
from motcua.base.ids import DocumentId
from motcua.base.text import Text
from motcua.cases import actions
from motcua.cases.actions import counter, drafting, handing_in, issuing
from motcua.cases.model.counter import ApplicantGiven, CounterRow, RepresentativeGiven
from motcua.cases.model.view import CaseView, DocumentView
from motcua.cases.pages import counter_form
from motcua.cases.pages.applying import UPLOAD_BYTES_MAX, uploads_of
from motcua.cases.pages.asking import Kept
from motcua.cases.pages.counter_form import Here, Sent
from motcua.db import City, Read
from motcua.identity import Viewer
from motcua.web import Page, figures, forms, reasons, render
from motcua.web.files import safely
from motcua.web.language import Language, words
from motcua.web.render import language_of

OFFICER: dict[str, Any] = {"opt": {"access": "officer"}, "include_in_schema": False}
FOUND_MAX = 20
WORDS_LENGTH_MAX = 100
KEY_LENGTH_MAX = 64
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


class CounterPage(Page):
    template: ClassVar[str] = "cases/counter.html"

    counters: list[Text]
    words: str
    hits: list[Hit]
    rows: list[Row]


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
    hits = _hits(city, said, set(mine)) if said and mine else []
    language, book = language_of(request), city[agencies.Agencies]
    page = CounterPage(
        counters=[book.name(code) for code in mine],
        words=said,
        hits=hits,
        rows=[_row(row, names[row.code], language) for row in rows],
    )
    return render(page, request)


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
        if mine & counter.counters_of(city, known.procedure)
    ]


@get("/desk/counter/new/{code:str}", **OFFICER)
async def ask(
    request: Web, city: NamedDependency[City], viewer: NamedDependency[Viewer], code: FromPath[str]
) -> Response[Any]:
    here = await _here(request, city, viewer, code)
    return counter_form.show(here, counter_form.NOTHING, [])


@post("/desk/counter/new/{code:str}", request_max_body_size=UPLOAD_BYTES_MAX, **OFFICER)
async def take(
    request: Web, city: NamedDependency[City], viewer: NamedDependency[Viewer], code: FromPath[str]
) -> Response[Any]:
    here = await _here(request, city, viewer, code)
    sent, faults, is_editing = await _read(here)
    posted = {k: v for k, v in (await request.form()).items() if isinstance(v, str)}
    if is_editing or faults:
        return counter_form.show(here, sent, [] if is_editing else faults)
    if "look" in posted:
        return await _look(here, sent)
    key = posted.get("key", "")
    if not 1 <= len(key) <= KEY_LENGTH_MAX:
        raise Invalid("request.no_idempotency_key")
    try:
        ready = await counter.prepare(city, viewer, _filing(here, sent))
        async with city.database.write(viewer.person) as db:
            made = await counter.take_in_once(db, viewer, ready, key, here.language)
    except Invalid as refusal:
        return counter_form.show(here, sent, refusal.faults, None if refusal.faults else refusal)
    except (Unavailable, NotAllowed) as refusal:
        return counter_form.show(here, sent, [], refusal)
    return Redirect(f"/desk/counter/cases/{made}", status_code=303)


async def _here(request: Web, city: City, viewer: Viewer, code: str) -> Here:
    procedure = city[actions.Procedures].by_code(code).procedure
    async with city.database.read(viewer.person) as db:
        mine = await handing_in.counters_of_me(db)
    may = counter.counters_of(city, procedure)
    return Here(
        request, city, viewer, procedure, language_of(request), [c for c in mine if c in may]
    )


async def _look(here: Here, sent: Sent) -> Response[Any]:
    """The officer asks the register who that is, before anything is written down."""
    try:
        at = here.counters[0] if here.counters else ""
        met = await counter.meet(here.city, here.viewer, _applicant(sent), at)
    except Invalid as refusal:
        return counter_form.show(here, sent, refusal.faults)
    except Unavailable as refusal:
        return counter_form.show(here, sent, [], refusal)
    born = figures.written_day(met.subject.birth_date.isoformat(), here.language)
    return counter_form.show(here, sent, [], known=[(met.subject.name, born)])


def _filing(here: Here, sent: Sent) -> actions.Filing:
    said, given = sent.said, counter_form.given_papers(here, sent)
    return actions.Filing(
        here.procedure.code, sent.answers, given, said.get("case-agency"),
        said.get("behalf-number"), said.get("case-delivery", "counter"), _applicant(sent),
        said.get("case-channel", "counter"), said.get("case-counter"), _helper(here, sent, given),
    )  # fmt: skip


def _applicant(sent: Sent) -> ApplicantGiven:
    said = {
        name: sent.said[f"applicant-{name}"]
        for name in ("number", "name", "birth_date", "papers")
        if f"applicant-{name}" in sent.said
    }
    return msgspec.convert(said, ApplicantGiven)


def _helper(here: Here, sent: Sent, given: list[actions.Attached]) -> RepresentativeGiven | None:
    number, name = (sent.said.get(f"representative-{part}") for part in ("number", "name"))
    if number is None and name is None:
        return None
    rule = here.procedure.delegation
    authorisation = rule.others_document if rule else None
    is_there = any(one.requirement == authorisation for one in given)
    return RepresentativeGiven(number, name, authorisation if is_there else None)


async def _read(here: Here) -> tuple[Sent, list[Fault], bool]:
    """What was posted; scans are kept as the officer's own until the request is filed."""
    form = await here.request.form()
    posted = {k: v for k, v in form.items() if isinstance(v, str)}
    own = counter_form.own_fields(here)
    papers, fields = counter_form.paper_fields(here.procedure), here.procedure.form.fields
    read = forms.read(fields, list(fields), posted)
    uploads, faults = await uploads_of(here.procedure.documents, form.multi_items())
    async with here.city.database.write(here.viewer.person) as db:
        kept = await _kept(db, here, form.multi_items())
        for code, upload in uploads:
            stored = await documents.store_upload(db, upload)
            kept.setdefault(code, []).append(Kept(str(stored.id), stored.name))
    sent = Sent(
        forms.read(own, list(own), posted).answers,
        drafting.tidy(here.procedure, read.answers),
        forms.read(papers, list(papers), posted).answers,
        kept,
    )
    return sent, [*faults, *counter_form.unreadable(here, sent)], read.is_editing


async def _kept(db: Read, here: Here, items: Any) -> dict[str, list[Kept]]:
    """Scans of an earlier try; only what this officer may read comes back."""
    wanted: dict[str, list[DocumentId]] = {}
    for name, value in items:
        code = name.removeprefix("kept-")
        if code != name and isinstance(value, str):
            try:
                wanted.setdefault(code, []).append(msgspec.convert(value, DocumentId, strict=False))
            except msgspec.ValidationError:
                continue
    ids = [one for each in wanted.values() for one in each]
    seen = {file.id: file for file in await documents.describe(db, ids)}
    return {
        code: [Kept(str(one), seen[one].name) for one in each if one in seen]
        for code, each in wanted.items()
    }


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
            upload = await documents.examine(file.filename, await file.read())
        async with city.database.write(viewer.person) as db:
            if upload:
                body["id"] = str((await documents.store_upload(db, upload)).id)
            await handing_in.digitise(db, viewer, code, body)
    except (Conflict, Invalid) as refusal:
        return await _taken(request, city, viewer, code, refusal)
    return Redirect(f"/desk/counter/cases/{code}", status_code=303)


@get("/desk/counter/cases/{code:str}/receipt.pdf", **OFFICER)
async def print_receipt(
    city: NamedDependency[City], viewer: NamedDependency[Viewer], code: FromPath[str]
) -> Response[bytes]:
    """Form 01, for the hand of whoever stands there; whoever decides has signed it."""
    async with city.database.write(viewer.person) as db:
        case = await actions.open_case(db, code)
        await actions.note_look(db, viewer, case)
        facts = await issuing.receipt(db, case, await actions.definition(db, case))
    pdf = await documents.hand_out(city, case.agency_code, "receipt.typ", facts)
    return Response(pdf, media_type="application/pdf", headers=safely(f"{case.code}.pdf"))


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
    page = TakenPage(
        code=case.code,
        view=view,
        papers=[_paper(one, language) for one in view.documents if one.on_paper],
        receipt=taken.text if taken else None,
        may_take=any(one.action == "take_fee" for one in view.actions),
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


routes: list[Any] = [show, ask, take, show_taken, take_fee, digitise, print_receipt]
