"""The forms of a case: made after the event that they tell of, or when somebody asks; kept with it.

Nothing of it happens in an act's own transaction: the row with the number is written first, the
paper set and signed outside of any, its digest written down last. Each step may be repeated.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct, structs

from motcua import agencies, documents, identity
from motcua.base import clock
from motcua.base.errors import NotFound
from motcua.base.ids import SYSTEM, CaseId, PersonId, new_id
from motcua.cases import queries
from motcua.cases.actions import issuing, reading
from motcua.cases.actions.deeds.deed import law_of
from motcua.cases.actions.looking import note_look
from motcua.cases.actions.procedures import InForce, Procedures
from motcua.cases.model.case import Case
from motcua.cases.model.paper import Paper
from motcua.cases.model.regime import Form, FormKind
from motcua.cases.model.view import FormView
from motcua.cases.rules.deadline import Calendar, moment, read_limit
from motcua.cases.rules.papers import PROMISES, Happened, form_after, form_of, handovers
from motcua.db import City, Read, Write, events
from motcua.db.queries import Event
from motcua.identity import Viewer
from motcua.web import Throttle
from motcua.web.language import Language, words

SHEETS = Throttle(120, 3600, "control_sheets")
"""By one officer: each is set in type anew."""
FORM_LANGUAGE = "vi"
"""Forms are the law's; what their templates add in another tongue is the templates' own."""


class FormOffered(Struct, frozen=True):
    """A form of a case: one that was made, or that can be made when asked for."""

    form: Form
    paper: Paper | None = None

    @property
    def name(self) -> str:
        """Under which the case gives it out."""
        return str(self.paper.cause_sequence) if self.paper else self.form.kind


class _Story(Struct, frozen=True):
    """What a form is made of, read at one moment."""

    case: Case
    known: InForce
    happened: list[Event]
    names: dict[PersonId, str]
    contact: identity.Person | None
    """None: nobody knows any more how to reach them."""
    handed_in: list[dict[str, Any]]


async def after_event(city: City, case_id: CaseId, event: UUID, kind: str) -> None:
    """The form that this event makes, if the rules of the case have one. Twice is once."""
    async with city.database.read(SYSTEM) as db:
        case = await reading.case_by_id(db, case_id)
    if form := form_after(law_of(city, case), kind):
        await _made(city, case, form, event)


async def forms_of(db: Read, case: Case) -> list[FormOffered]:
    """What whoever may see the case may have of its forms, in the order of their numbers."""
    law, kept = law_of(db.city, case), await queries.papers_of_case(db, case.id)
    offered = [form_of(law, kind) for kind in ("receipt", "control")]
    made = [
        FormOffered(form, paper)
        for paper in kept
        if paper.kind not in ("receipt", "control") and (form := form_of(law, paper.kind))
    ]
    found = made + [FormOffered(form) for form in offered if form]
    return sorted(found, key=lambda one: (one.form.number, one.name))


async def form_views(city: City, viewer: Viewer, code: str, language: Language) -> list[FormView]:
    """As machines read them."""
    async with city.database.write(viewer.person, viewer.on_behalf_of) as db:
        case = await reading.open_case(db, code)
        await note_look(db, viewer, case)
        offered = await forms_of(db, case)
    place = "/desk/cases" if viewer.is_officer else "/cases"
    return [
        FormView(
            one.form.kind, one.form.number, one.form.name.within(language),
            one.paper.number if one.paper else None, one.paper.issued_on if one.paper else None,
            f"{city.settings.public_url}{place}/{case.code}/papers/{one.name}",
        )
        for one in offered
        if viewer.is_officer or one.form.kind != "control"
    ]  # fmt: skip


async def open_form(city: City, viewer: Viewer, code: str, name: str) -> bytes:
    """A form of a case by its name: `receipt`, `control`, or the place of the event in the history.

    What is not there yet is made now. To whom the case is not, there is none.
    """
    async with city.database.write(viewer.person, viewer.on_behalf_of) as db:
        case = await reading.open_case(db, code)
        await note_look(db, viewer, case)
        happened = await events.history(db, case.id)
    law = law_of(city, case)
    if name == "control":
        if not viewer.is_officer or (form := form_of(law, "control")) is None:
            raise NotFound("case.no_such_form")
        SHEETS.take(viewer.person)
        return await _control_sheet(city, case, form)
    if name == "receipt":
        cause = next((e for e in reversed(happened) if e.kind in PROMISES), None)
        form = form_of(law, "receipt")
    else:
        cause = next((e for e in happened if str(e.sequence) == name), None)
        form = form_after(law, cause.kind) if cause else None
    if form is None or cause is None:
        raise NotFound("case.no_such_form")
    paper = await _made(city, case, form, cause.id)
    assert paper.sha256 is not None
    return await documents.kept_bytes(city, paper.sha256)


async def _made(city: City, case: Case, form: Form, cause: UUID) -> Paper:
    """The form that tells of this event, kept; made where nobody has made it yet."""
    async with city.database.write(SYSTEM) as db:
        story = await _story(db, case)
        event = next(one for one in story.happened if one.id == cause)
        paper = await _reserved(db, story.case, form, event)
    if paper.sha256 is not None:
        return paper
    assert form.template is not None
    facts = {**_facts(city, story, form, paper), **_told(city, story, form.kind, event)}
    signed_by = case.agency_code if form.signed else None
    pdf = await documents.hand_out(city, form.template, facts, signed_by)
    digest = await documents.keep_bytes(city, pdf)
    async with city.database.write(SYSTEM) as db:
        await queries.keep_paper(db, paper.id, digest, len(pdf))
        kept = await queries.paper_by_cause(db, case.id, cause, form.kind)
    assert kept is not None
    return kept


async def _story(db: Read, case: Case) -> _Story:
    """As the platform sees it: a form says the same, whoever asks for it."""
    case = await reading.case_by_id(db, case.id)
    happened = await events.history(db, case.id)
    names = await identity.names(db, [PersonId(one.actor_id) for one in happened])
    known = await reading.definition(db, case)
    try:
        contact = await identity.person(db, case.applicant_id)
    except NotFound:
        contact = None
    handed_in = await issuing.handed_in(db, case, known)
    return _Story(case, known, happened, names, contact, handed_in)


async def _reserved(db: Write, case: Case, form: Form, event: Event) -> Paper:
    """Its number, once: whoever comes second waits and finds it, so that none is lost."""
    await queries.lock_paper(db, event.id)
    if earlier := await queries.paper_by_cause(db, case.id, event.id, form.kind):
        return earlier
    today, agency = db.city[Procedures].local_day(), case.agency_code
    sequence = await documents.next_number(db, agency, f"form.{form.kind}", today.year)
    number = form.numbered.replace("{sequence}", str(sequence)).replace("{year}", str(today.year))
    paper = Paper(
        new_id(), event.id, event.sequence, form.kind, form.number, agency, number, today, None,
        None,
    )  # fmt: skip
    await queries.reserve_paper(
        db, paper.id, case.id, paper.cause, paper.cause_sequence, paper.kind, paper.form, agency,
        today.year, sequence, number, today,
    )  # fmt: skip
    return paper


def _facts(city: City, story: _Story, form: Form, paper: Paper | None) -> dict[str, Any]:
    """What every form says."""
    case, known = story.case, story.known
    book, today = city[agencies.Agencies], city[Procedures].local_day()
    agency = book.by_code(case.agency_code if form.kind == "control" else case.taken_in_by)
    parent = book.by_code(agency.parent).name.vi if agency.parent else None
    stood_there, whose = issuing.who_came(case)
    contact = story.contact
    return {
        "form": {"number": form.number, "name": form.name.vi},
        "number": paper.number if paper else "",
        "reference": case.code,
        "issued_on": (paper.issued_on if paper else today).isoformat(),
        "verify_url": f"{city.settings.public_url}/status?code={case.code}",
        "issuer": {"name": agency.name.vi, "parent": parent},
        "place": city.pack.info.name.vi,
        "language": case.language,
        "case_code": case.code,
        "procedure": {
            "code": case.procedure_code,
            "name": known.procedure.short_name.within(case.language),
        },
        "person": {
            "name": stood_there,
            "phone": contact and contact.phone,
            "email": contact and contact.email,
        },
        "on_behalf_of": whose,
        "received_at": _spoken(city, case.accepted_at or case.filed_at),
        "due_at": _spoken(city, case.due_at),
        "signer": {"name": agency.name.vi, "title": ""},
    }


def _told(city: City, story: _Story, kind: FormKind, event: Event) -> dict[str, Any]:
    """What the form of this event says besides."""
    case, facts = story.case, event.facts
    told: dict[str, Any] = {"happened_at": _spoken(city, event.at)}
    actor = PersonId(event.actor_id)
    if actor not in (SYSTEM, case.asked_by, case.applicant_id) and actor in story.names:
        title = city[agencies.Agencies].name(case.agency_code).vi
        told["signer"] = {"name": story.names[actor], "title": title}
    if kind == "receipt":
        return told | _received(city, story)
    told |= {"words": str(facts.get("text", "")), "wanted": _wanted(story.known, facts)}
    if "promised_at" in facts:
        told["promised_at"] = _spoken(city, datetime.fromisoformat(facts["promised_at"]))
        told["due_at"] = _spoken(city, datetime.fromisoformat(facts["due_at"]))
    return told


def _received(city: City, story: _Story) -> dict[str, Any]:
    case = story.case
    limits = [e.facts["limit"] for e in story.happened if e.kind == "case.accepted"]
    return {
        "intake_due_at": _spoken(city, case.intake_due_at),
        "limit": _limit(limits[-1]) if limits else None,
        "delivery": words(FORM_LANGUAGE).pgettext("delivery", case.delivery),
        "fee": {"total": case.fee["total"], "currency": city.pack.info.currency.symbol},
        "documents": story.handed_in,
    }


def _wanted(known: InForce, facts: Mapping[str, Any]) -> list[str]:
    """The documents and answers that a request for a supplement names."""
    names = {need.code: need.name.vi for need in known.procedure.documents}
    labels = {name: field.label.vi for name, field in known.procedure.form.fields.items()}
    papers = [names[code] for code in facts.get("documents", ()) if code in names]
    return papers + [labels[name] for name in facts.get("fields", ()) if name in labels]


def _limit(text: str) -> str:
    limit, say = read_limit(text), words(FORM_LANGUAGE)
    if limit.unit == "sd":
        return say.gettext("the same working day")
    if limit.value != int(limit.value):
        return say.gettext("%(days)s working days") % {"days": f"{limit.value:g}".replace(".", ",")}
    one, many = _UNITS[limit.unit]
    return say.ngettext(one, many, int(limit.value)) % {"num": int(limit.value)}


_UNITS = {
    "wd": ("%(num)s working day", "%(num)s working days"),
    "wh": ("%(num)s office hour", "%(num)s office hours"),
    "d": ("%(num)s day", "%(num)s days"),
    "h": ("%(num)s hour", "%(num)s hours"),
    "m": ("%(num)s month", "%(num)s months"),
}


async def _control_sheet(city: City, case: Case, form: Form) -> bytes:
    """Made anew each time: it grows with the case."""
    async with city.database.read(SYSTEM) as db:
        story = await _story(db, case)
    calendar, say = city[Procedures].calendar, words(FORM_LANGUAGE)
    rows = handovers(
        [_happened(calendar, one, story.names) for one in story.happened],
        story.known.procedure.route, case.applicant_name, say.pgettext("control", "done"),
        lambda at, limit: calendar.local(moment(at, limit, calendar)),
    )  # fmt: skip
    shown = [{**structs.asdict(row), "at": row.at.isoformat(timespec="minutes")} for row in rows]
    said = {"handovers": shown, "printed_at": _spoken(city, clock.now())}
    assert form.template is not None
    facts = {**_facts(city, story, form, None), **said}
    return await documents.hand_out(city, form.template, facts, None)


def _happened(calendar: Calendar, event: Event, names: Mapping[PersonId, str]) -> Happened:
    due, actor = event.facts.get("step_due_at"), PersonId(event.actor_id)
    return Happened(
        event.kind, calendar.local(event.at), names.get(actor, "") if actor != SYSTEM else "",
        words(FORM_LANGUAGE).pgettext("event", event.kind), event.facts.get("step"),
        calendar.local(datetime.fromisoformat(due)) if due else None,
    )  # fmt: skip


def _spoken(city: City, moment: datetime | None) -> str | None:
    return city[Procedures].calendar.local(moment).isoformat(timespec="minutes") if moment else None
