"""One case, as the person whose it is sees it: where it stands, what is asked, what was done."""

from datetime import datetime
from typing import Any, ClassVar

import segno
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from markupsafe import Markup
from msgspec import Struct
from msgspec.structs import replace

from motcua import agencies, documents
from motcua.base import clock
from motcua.base.errors import Conflict, Fault, Invalid
from motcua.base.text import Text
from motcua.cases import actions
from motcua.cases.actions import InForce, telling
from motcua.cases.actions.deeds.deed import law_of
from motcua.cases.model.case import Case
from motcua.cases.model.procedure import DocumentNeed
from motcua.cases.model.view import CaseView, EventView, JoinedView
from motcua.cases.pages.applying import UPLOAD_BYTES_MAX, uploads_of
from motcua.cases.pages.asking import PERSON, Need, Web, need_of, problems_of
from motcua.cases.rules.papers import form_after
from motcua.db import City
from motcua.identity import Viewer
from motcua.payments import Payment
from motcua.web import Page, Promise, figures, forms, language_of, render
from motcua.web.forms import Answered, Problem, Question
from motcua.web.language import Language, words

MESSAGE_LENGTH_MAX = 4000
QR_SCALE = 4  # pixels a module
SAID = (
    "case.message", "case.supplement_requested", "case.refused", "case.refusal_signed",
    "case.transferred", "case.fee_stated", "case.apologised", "case.extended",
    "case.stopped",
)  # fmt: skip
"""The events whose text is shown as speech. What agencies ask one another is not."""
OPEN = (1, 2, 4, 5, 6)
"""The states of a case that still waits for its answer."""


class Speech(Struct, frozen=True):
    at: datetime
    by: str
    text: str
    is_mine: bool
    title: str = ""
    """What was done with these words; of a message nothing."""
    details: list[str] = []
    paper: str | None = None
    """Where the form lies that was made of it."""


class Done(Struct, frozen=True):
    """One line of the history."""

    at: datetime
    text: str
    by: str
    on_behalf_of: str | None
    details: list[str] = []


class Part(Struct, frozen=True):
    """One of the cases that belong together."""

    case: JoinedView
    name: Text | str
    is_open: bool


class ShowCase(Page):
    template: ClassVar[str] = "cases/show.html"

    case: CaseView
    situation: str
    was_refused: bool
    legal_name: Text
    promise: Promise
    parts: list[Part]
    lead: str | None
    """The code of the case of which this one is a part."""
    speeches: list[Speech]
    history: list[Done]
    last_event: int
    answers: list[Answered]
    qr: Markup | None
    problems: list[Problem]
    message: str
    can: frozenset[str]


class Withdraw(Page):
    template: ClassVar[str] = "cases/withdraw.html"

    code: str
    name: str
    is_paid: bool


class Supplement(Page):
    template: ClassVar[str] = "cases/supplement.html"

    code: str
    name: str
    asked: Speech
    questions: list[Question]
    needs: list[Need]
    problems: list[Problem]


class _Opened(Struct, frozen=True):
    """A case with all that its page tells."""

    case: Case
    view: CaseView
    known: InForce
    events: list[EventView]
    payment: Payment
    answers: list[Answered]
    lead: str | None


@get("/cases/{code:str}", **PERSON)
async def show(
    request: Web, city: NamedDependency[City], viewer: NamedDependency[Viewer], code: FromPath[str]
) -> Response[bytes]:
    return await _case_page(request, city, viewer, code)


@post("/cases/{code:str}/messages", **PERSON)
async def say(
    request: Web, city: NamedDependency[City], viewer: NamedDependency[Viewer], code: FromPath[str]
) -> Response[Any]:
    text = str((await request.form()).get("text", "")).replace("\r\n", "\n").strip()
    if not text or len(text) > MESSAGE_LENGTH_MAX:
        facts: dict[str, object] = {"max": MESSAGE_LENGTH_MAX}
        fault = Fault("/text", "form.too_long" if text else "form.required", facts)
        return await _case_page(request, city, viewer, code, [fault], text)
    async with city.database.write(viewer.person, viewer.on_behalf_of) as db:
        await actions.act(db, viewer, code, "message", {"text": text})
    return Redirect(f"/cases/{code}#talk", status_code=303)


@get("/cases/{code:str}/withdrawal", **PERSON)
async def ask_withdraw(
    request: Web, city: NamedDependency[City], viewer: NamedDependency[Viewer], code: FromPath[str]
) -> Response[Any]:
    opened = await _open(city, viewer, code, language_of(request))
    if "withdraw" not in _can(opened.view):
        return Redirect(f"/cases/{code}", status_code=303)
    is_paid = opened.payment.state == "settled" and opened.payment.amount > 0
    return render(Withdraw(code=code, name=opened.view.procedure.name, is_paid=is_paid), request)


@post("/cases/{code:str}/withdrawal", **PERSON)
async def withdraw(
    request: Web, city: NamedDependency[City], viewer: NamedDependency[Viewer], code: FromPath[str]
) -> Redirect:
    reason = str((await request.form()).get("reason", "")).strip()[:MESSAGE_LENGTH_MAX]
    body = {"reason": reason} if reason else {}
    async with city.database.write(viewer.person, viewer.on_behalf_of) as db:
        await actions.act(db, viewer, code, "withdraw", body)
    return Redirect(f"/cases/{code}", status_code=303)


@get("/cases/{code:str}/supplement", **PERSON)
async def ask_supplement(
    request: Web, city: NamedDependency[City], viewer: NamedDependency[Viewer], code: FromPath[str]
) -> Response[Any]:
    opened = await _open(city, viewer, code, language_of(request))
    if "supply" not in _can(opened.view):
        return Redirect(f"/cases/{code}", status_code=303)
    return _supplement_page(request, opened, opened.case.answers, [])


@post("/cases/{code:str}/supplement", request_max_body_size=UPLOAD_BYTES_MAX, **PERSON)
async def supply(
    request: Web, city: NamedDependency[City], viewer: NamedDependency[Viewer], code: FromPath[str]
) -> Response[Any]:
    """Files and answers together, or neither."""
    opened = await _open(city, viewer, code, language_of(request))
    if "supply" not in _can(opened.view):
        raise Conflict("case.nothing_asked", code=code)
    sent = await request.form()
    form = opened.known.procedure.form
    names, _ = _asked(opened)
    posted = {k: v for k, v in sent.items() if isinstance(v, str)}
    read = forms.read(form.fields, names, posted, opened.case.answers)
    answers = {**opened.case.answers, **read.answers}
    uploads, faults = await uploads_of(city, opened.known.procedure.documents, sent.multi_items())
    if read.is_editing or faults:
        return _supplement_page(request, opened, answers, faults)
    changed = {k: v for k, v in read.answers.items() if opened.case.answers.get(k) != v}
    try:
        async with city.database.write(viewer.person, viewer.on_behalf_of) as db:
            stored = [
                {"requirement": need, "id": str((await documents.store_upload(db, upload)).id)}
                for need, upload in uploads
            ]
            body: dict[str, Any] = {"answers": changed, "documents": stored}
            await actions.act(db, viewer, code, "supply", {k: v for k, v in body.items() if v})
    except Invalid as refusal:
        return _supplement_page(request, opened, answers, refusal.faults)
    return Redirect(f"/cases/{code}", status_code=303)


async def _open(city: City, viewer: Viewer, code: str, language: Language) -> _Opened:
    async with city.database.write(viewer.person, viewer.on_behalf_of) as db:
        case = await actions.open_case(db, code)
        await actions.note_look(db, viewer, case)
        events = await actions.history(db, case, language)
        # Read after its events, so that a page never shows less than it says it has seen.
        case = await actions.open_case(db, code)
        view = await actions.show_case(db, viewer, case, language)
        known = await actions.definition(db, case)
        payment = await telling.payment_of(db, case)
        lead = (await actions.case_by_id(db, case.lead_id)).code if case.lead_id else None
        sees = await actions.seen_by(db, viewer, case)
    names = [n for page in known.procedure.form.pages for n in page.fields]
    answers = []
    if "answers" in sees:
        answers = forms.summary(known.procedure.form.fields, names, case.answers, language)
    return _Opened(case, view, known, events, payment, answers, lead)


async def _case_page(
    request: Web, city: City, viewer: Viewer, code: str,
    faults: list[Fault] | None = None, message: str = "",
) -> Response[bytes]:  # fmt: skip
    language = language_of(request)
    opened = await _open(city, viewer, code, language)
    case, view, events = opened.case, opened.view, opened.events
    stage = view.step_name if view.step_name and case.closed_at is None else view.status_name
    page = ShowCase(
        case=view,
        situation=telling.situation_of(case, view.payment.state),
        was_refused=any(event.kind == "case.refusal_signed" for event in events),
        legal_name=opened.known.procedure.name,
        promise=telling.promise_of(city, case, stage, events),
        parts=_parts(city, view),
        lead=opened.lead,
        speeches=[_speech(city, case, e, viewer, language) for e in events if e.kind in SAID],
        history=[_done(city, event, opened, language) for event in reversed(events)],
        last_event=events[-1].id if events else 0,
        answers=opened.answers,
        qr=_qr(view.result.verify) if view.result else None,
        problems=forms.problems(faults or [], language),
        message=message,
        can=_can(view),
    )
    return render(page, request, 422 if faults else 200)


def _supplement_page(
    request: Web, opened: _Opened, answers: dict[str, Any], faults: list[Fault]
) -> Response[bytes]:
    language = language_of(request)
    fields = opened.known.procedure.form.fields
    names, needs = _asked(opened)
    faults = [replace(f, pointer="/supplement") if f.pointer == "" else f for f in faults]
    problems = problems_of(faults, language, fields)
    page = Supplement(
        code=opened.case.code,
        name=opened.view.procedure.name,
        asked=_last_asked(opened),
        questions=forms.questions(fields, names, answers, language, faults),
        needs=[need_of(need, [], problems) for need in needs],
        problems=problems,
    )  # fmt: skip
    return render(page, request, 422 if faults else 200)


def _asked(opened: _Opened) -> tuple[list[str], list[DocumentNeed]]:
    facts = _request_of(opened).facts
    return telling.lacking(opened.known.procedure, opened.case.answers, facts)


def _request_of(opened: _Opened) -> EventView:
    return next(e for e in reversed(opened.events) if e.kind == "case.supplement_requested")


def _last_asked(opened: _Opened) -> Speech:
    event = _request_of(opened)
    return Speech(event.at, event.by, str(event.facts.get("text", "")), False)


def _parts(city: City, view: CaseView) -> list[Part]:
    shelf = city[actions.Procedures].today
    return [
        Part(
            one,
            known.procedure.short_name if (known := shelf.get(one.procedure)) else one.procedure,
            one.status in OPEN,
        )
        for one in view.joined
    ]


def _speech(city: City, case: Case, event: EventView, viewer: Viewer, language: Language) -> Speech:
    is_message = event.kind == "case.message"
    has_form = form_after(law_of(city, case), event.kind)
    return Speech(
        event.at,
        event.by,
        str(event.facts.get("text", "")),
        is_message and event.by == viewer.name,
        "" if is_message else event.text,
        _details(city, event, language),
        f"/cases/{case.code}/papers/{event.id}" if has_form else None,
    )


def _done(city: City, event: EventView, opened: _Opened, language: Language) -> Done:
    text = event.text
    if event.kind == "case.register_answered":
        findings = {f.id: f.label for f in opened.known.procedure.findings}
        label = findings.get(str(event.facts.get("finding")))
        if label:
            text = f"{text}: {label.within(language)}"
    details = _details(city, event, language)
    return Done(event.at, text, event.by, event.on_behalf_of, details)


def _details(city: City, event: EventView, language: Language) -> list[str]:
    """Where it went, what it costs, from which promise to which."""
    say, facts = words(language).gettext, event.facts
    if event.kind == "case.transferred":
        agency = city[agencies.Agencies].name(str(facts["agency"])).within(language)
        return [say("It is now with: %(agency)s") % {"agency": agency}]
    if event.kind == "case.fee_stated":
        amount = figures.money(facts["amount"], city.pack.info.currency.code, language)
        return [say("Fee: %(amount)s") % {"amount": amount}]
    if event.kind in ("case.apologised", "case.extended"):
        promised = {name: _moment(city, facts[name], language) for name in _PROMISES}
        return [say("Promised before: %(promised_at)s. Promised now: %(due_at)s.") % promised]
    return []


_PROMISES = ("promised_at", "due_at")


def _moment(city: City, iso: str, language: Language) -> str:
    zone = city[actions.Procedures].calendar.zone
    return figures.moment(datetime.fromisoformat(iso), language, zone, clock.now())


def _can(view: CaseView) -> frozenset[str]:
    return frozenset(action.action for action in view.actions)


def _qr(address: str) -> Markup:
    """Dark on light in both modes, as scanners expect it."""
    code = segno.make_qr(address, error="m", boost_error=False)
    return Markup(code.svg_inline(dark="#000", light="#fff", scale=QR_SCALE))


routes: list[Any] = [show, say, ask_withdraw, withdraw, ask_supplement, supply]
