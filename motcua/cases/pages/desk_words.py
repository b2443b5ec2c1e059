"""The case in hand in words: what is asked, what registers answered, what happened."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from motcua import agencies, documents, exchange
from motcua.base.text import Text
from motcua.cases.actions import Procedures, reading, telling
from motcua.cases.actions.desk import CaseAtDesk
from motcua.cases.actions.findings import wanted_of
from motcua.cases.model.case import FindingKept
from motcua.cases.model.procedure import Finding
from motcua.cases.pages.desk_beside import Beside, beside
from motcua.cases.rules.deadline import rest_spans
from motcua.cases.rules.states import WAITING
from motcua.db import City
from motcua.db.queries import Event
from motcua.web import Promise, figures
from motcua.web.forms import Answered, summary
from motcua.web.language import Language, words

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ENTRIES_MAX = 50
_DATE = re.compile(r"^[0-9]{4}-[0-9]{2}(-[0-9]{2})?$")


class Line(Struct, frozen=True):
    label: str
    value: str


class Table(Struct, frozen=True):
    """A list in a register's answer; without entries it says that there is nothing."""

    label: str
    entries: int
    rows: list[tuple[str, list[str]]]


class FindingShown(Struct, frozen=True, kw_only=True):
    label: Text
    register: Text | str
    at: datetime | None
    """None: there is no answer yet."""
    is_nothing: bool = False
    lines: list[Line] = []
    tables: list[Table] = []
    waits: str = ""


class Paper(Struct, frozen=True, kw_only=True):
    name: Text | str
    file: str
    address: str
    about: str


class Happening(Struct, frozen=True, kw_only=True):
    at: datetime
    by: str
    behalf: str | None
    text: str
    details: list[str]


class Sheet(Struct, frozen=True, kw_only=True):
    """One case as the officer reads it."""

    code: str
    version: int
    title: Text
    applicant: str
    filed_by: str | None
    subject: list[Line]
    agency: Text
    handler: str | None
    stage: str
    is_over: bool
    promise: Promise
    reasons: list[str]
    answers: list[Answered]
    is_closed: bool
    """The officer sees that it was asked, and not what was answered."""
    papers: list[Paper]
    fee: int | None
    """None: nobody has stated it yet."""
    fee_lines: list[Line]
    payment: str
    payment_mood: str
    findings: list[FindingShown]
    proposal: list[str]
    supplements: list[str]
    result: Paper | None
    history: list[Happening]
    beside: Beside


def sheet(city: City, found: CaseAtDesk, now: datetime, language: Language) -> Sheet:
    case, form = found.case, found.known.procedure.form
    say = words(language).gettext
    needs = {need.code: need.name for need in found.known.procedure.documents}
    handler = found.names.get(case.handler_id) if case.handler_id else None
    shown = [n for page in form.pages for n in page.fields if form.fields[n].kind != "oath"]
    payment, mood = _payment(city, found, language)
    sees = found.sees.__contains__
    return Sheet(
        code=case.code,
        version=found.version,
        title=found.known.procedure.short_name,
        applicant=case.applicant_name,
        filed_by=case.filed_by_name if case.filed_by != case.applicant_id else None,
        subject=_subject(found, language),
        agency=city[agencies.Agencies].name(case.agency_code),
        handler=handler,
        stage=stage(found, language),
        is_over=case.closed_at is not None,
        promise=_promise(city, found, now, language),
        reasons=[
            reading.due_reason(r, language, city[Procedures].calendar.zone)
            for r in case.due_reasons
        ],
        answers=summary(form.fields, shown, case.answers, language) if sees("answers") else [],
        is_closed=not sees("answers"),
        papers=[
            Paper(
                name=needs.get(one.requirement, one.requirement),
                file=file.name,
                address=f"/desk/documents/{file.id}",
                about=_about(file, language),
            )
            for one, file in found.files
            if file is not None and sees("documents")
        ],
        fee=case.fee["total"],
        fee_lines=[
            Line(
                line["reason"][language],
                figures.money(line["amount"], city.pack.info.currency.code, language),
            )
            for line in case.fee["lines"]
        ],
        payment=payment,
        payment_mood=mood,
        findings=[
            _finding(city, found, one, language)
            for one in wanted_of(found.known, found.case)
            if sees("findings")
        ],
        proposal=_proposal(city, found, now, language) if sees("proposal") else [],
        supplements=[
            f"{_moment(city, one.asked_at, now, language)}: {one.words}"
            for one in found.supplements
        ],
        result=_result(found, say) if sees("result") else None,
        history=[happening(city, found, event, now, language) for event in found.events],
        beside=beside(city, found, now, language),
    )


def stage(found: CaseAtDesk, language: Language) -> str:
    """Where the case stands, in a few words."""
    case = found.case
    if case.business in WAITING:
        return words(language).gettext("Waiting for the applicant")
    step = found.known.procedure.route.steps.get(case.step)
    return step.name.within(language) if step else reading.status_name(case.status, language)


def happening(
    city: City, found: CaseAtDesk, event: Event, now: datetime, language: Language
) -> Happening:
    say = words(language)
    names: dict[Any, str] = dict(found.names)
    return Happening(
        at=event.at,
        by=names.get(event.actor_id, say.gettext("The platform")),
        behalf=names.get(event.behalf_id) if event.behalf_id else None,
        text=say.pgettext("event", event.kind),
        details=list(_details(city, found, event, now, language)),
    )


def _details(
    city: City, found: CaseAtDesk, event: Event, now: datetime, language: Language
) -> list[str]:
    """What changed, out of the facts of the event."""
    facts, procedure, told = event.facts, found.known.procedure, []
    if text := facts.get("text"):
        told.append(f"“{text}”")
    if due := facts.get("due_at"):
        said = words(language).gettext("Answer promised by %(moment)s.")
        moment = _moment(city, datetime.fromisoformat(due), now, language)
        told.append(said % {"moment": moment})
    if facts.get("agency"):
        told.append(city[agencies.Agencies].name(str(facts["agency"])).within(language))
    if event.kind == "case.fee_stated":
        currency = city.pack.info.currency.code
        told.append(figures.money(facts["amount"], currency, language))
    if outcome := facts.get("outcome"):
        told.append(words(language).pgettext("opinion", str(outcome)))
    labels = [one.label for one in procedure.findings if one.id == facts.get("finding")]
    fields = procedure.form.fields
    labels += [fields[name].label for name in facts.get("changed", []) if name in fields]
    told += [label.within(language) for label in labels]
    if officer := facts.get("officer"):
        told += [name for id, name in found.names.items() if str(id) == officer]
    return told


def _subject(found: CaseAtDesk, language: Language) -> list[Line]:
    say, subject = words(language), found.case.subject
    relation = subject["relation"]
    lines = [Line(say.gettext("About"), subject["name"])]
    if relation != "self":
        said = say.pgettext("value", relation)
        lines.append(Line(say.gettext("To the one who files"), said))
    if "subject" not in found.sees:
        return lines
    born = figures.written_day(subject["birth_date"], language)
    lines.append(Line(say.gettext("Personal number"), subject["number"]))
    lines.append(Line(say.gettext("Born"), born))
    return lines


def _promise(city: City, found: CaseAtDesk, now: datetime, language: Language) -> Promise:
    case, calendar = found.case, city[Procedures].calendar
    end = case.closed_at or now
    return Promise(
        filed=case.filed_at,
        due=case.promised_at,
        now=now,
        stage=stage(found, language),
        finished=case.closed_at,
        rest=rest_spans(calendar, case.filed_at, max(case.promised_at, end)),
        pauses=telling.pauses_of(found.events, end),
        is_intake=case.due_at is None,
    )


def _payment(city: City, found: CaseAtDesk, language: Language) -> tuple[str, str]:
    said = words(language).pgettext("payment", found.payment.state)
    if found.payment.state == "refund_due":
        currency = city.pack.info.currency.code
        said = f"{said}: {figures.money(found.payment.refund_amount, currency, language)}"
    mood = {"settled": "done", "open": "waiting", "refund_due": "waiting"}
    return said, mood.get(found.payment.state, "")


def _proposal(city: City, found: CaseAtDesk, now: datetime, language: Language) -> list[str]:
    if (one := found.proposal) is None:
        return []
    say = words(language)
    lines = [
        say.pgettext("proposal", one.outcome),
        f"{one.proposed_by_name} · {_moment(city, one.proposed_at, now, language)}",
    ]
    if one.words:
        lines.insert(1, f"“{one.words}”")
    if one.approved_at is not None:
        told = say.gettext("Approved by %(name)s") % {"name": one.approved_by_name}
        lines.append(f"{told} · {_moment(city, one.approved_at, now, language)}")
    return lines


def _result(found: CaseAtDesk, say: Any) -> Paper | None:
    if not found.issued:
        return None
    last = found.issued[-1]
    return Paper(
        name=say("Result no. %(number)s") % {"number": last.number},
        file=f"{found.case.code}.pdf",
        address=f"/desk/documents/{last.document}",
        about=f"/verify/{last.reference}",
    )


def _finding(city: City, found: CaseAtDesk, wanted: Finding, language: Language) -> FindingShown:
    registers = city[exchange.Registers].registers
    name = registers[wanted.register].name if wanted.register in registers else wanted.register
    kept = next((one for one in found.findings if one.finding == wanted.id), None)
    if kept is None:
        return FindingShown(
            label=wanted.label, register=name, at=None, waits=_waits(found, wanted, language)
        )
    lines, tables = _particulars(city, wanted, kept, language)
    return FindingShown(
        label=wanted.label,
        register=name,
        at=kept.answered_at,
        is_nothing=kept.state == "nothing",
        lines=lines,
        tables=tables,
    )


def _waits(found: CaseAtDesk, wanted: Finding, language: Language) -> str:
    say = words(language).gettext
    if found.case.closed_at is not None:
        return say("It was never asked.")
    if wanted.ask_on == "accepted" and found.case.accepted_at is None:
        return say("It is asked when the case is accepted.")
    return say("The case waits; we keep asking by ourselves.")


def _particulars(
    city: City, wanted: Finding, kept: FindingKept, language: Language
) -> tuple[list[Line], list[Table]]:
    """What a register told, in the order in which the pack names it; the database keeps none."""
    operation = city[exchange.Registers].registers[kept.register].operations[wanted.operation]
    told = operation.response
    # Beside a list, what only repeats the question says nothing new.
    repeated = set(operation.echo.values()) if any(t.type == "list" for t in told.values()) else ()
    lines: list[Line] = []
    tables: list[Table] = []

    def take(values: dict[str, Any], order: Mapping[str, Any]) -> None:
        for name, part in order.items():
            value = values.get(name)
            if part.type == "group" and value:
                take(value, part.fields)
            elif part.type == "list":
                tables.append(_table(name, value or [], part.fields, language))
            elif value is not None and name not in repeated:
                lines.append(Line(_label(name, language), _value(value, language)))

    if kept.state == "found":
        take(kept.answer, told)
    return lines, tables


def _table(
    name: str, values: list[dict[str, Any]], order: Mapping[str, Any], language: Language
) -> Table:
    """One line for each particular, one column for each entry: that is how narrow panes read."""
    entries = values[:ENTRIES_MAX]
    told = [key for key in order if any(one.get(key) is not None for one in entries)]
    return Table(
        _label(name, language),
        len(entries),
        [(_label(key, language), [_value(v.get(key), language) for v in entries]) for key in told],
    )


def _label(name: str, language: Language) -> str:
    say = words(language)
    if say.knows(name, "finding"):
        return say.pgettext("finding", name)
    return name.replace("_", " ").capitalize()


def _value(value: Any, language: Language) -> str:
    say = words(language)
    if value is None:
        return "–"
    if isinstance(value, bool):
        return say.gettext("Yes") if value else say.gettext("No")
    if isinstance(value, str) and _DATE.match(value):
        return figures.written_day(value, language)
    return say.pgettext("value", str(value))


def _moment(city: City, at: datetime, now: datetime, language: Language) -> str:
    return figures.moment(at, language, city[Procedures].calendar.zone, now)


def _about(file: documents.File, language: Language) -> str:
    """Its kind and size; and where this city has no scanner, that nobody looked for malware."""
    kind = file.media_type.rpartition("/")[2].upper()
    unseen = [words(language).gettext("not scanned")] if file.scan == "not_scanned" else []
    return ", ".join([kind, _size(file.size, language), *unseen])


def _size(size: int, language: Language) -> str:
    return f"{figures.number(max(size // 1024, 1), language)} kB"
