"""The rows of a desk: which case, whose step, by when, and what is asked of one's agencies."""

from datetime import datetime, timedelta

from msgspec import Struct

from motcua import agencies
from motcua.base.text import Text
from motcua.cases.actions import InForce, Procedures, reading
from motcua.cases.actions.desk import WorkList
from motcua.cases.model.desk import DeskRow
from motcua.cases.rules.deadline import Calendar
from motcua.cases.rules.states import WAITING
from motcua.db import City
from motcua.web import Promise
from motcua.web.language import Language, words

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Mark(Struct, frozen=True):
    text: str
    mood: str = ""


class Row(Struct, frozen=True, kw_only=True):
    code: str
    title: Text
    applicant: str
    step: Text | str
    mood: str
    """`waiting` where the applicant must do something first."""
    due: datetime
    is_due_today: bool
    left: str
    due_mood: str
    promise: Promise
    version: int
    marks: list[Mark]
    """What is special about it: it goes first, its step took too long, who else has a part."""


class Asked(Struct, frozen=True, kw_only=True):
    """What another agency wants to know, as a row."""

    code: str
    title: Text
    applicant: str
    question: str
    asking: Text
    of: Text
    due: datetime
    is_due_today: bool
    left: str
    due_mood: str


def left(due: datetime, now: datetime, calendar: Calendar, language: Language) -> str:
    """`48 minutes left`, `7 working days left`, `2 days late`: counted as people at work count."""
    say = words(language)
    away = abs(due - now)
    is_late = due < now
    if away < HOUR:
        minutes = max(int(away.total_seconds() // 60), 1)
        many = ("%(num)s minutes late", "%(num)s minutes left")[not is_late]
        return say.ngettext(many.replace("minutes", "minute"), many, minutes) % {"num": minutes}
    days = calendar.position(calendar.local(due).date()) - calendar.position(
        calendar.local(now).date()
    )
    if not is_late and days >= 1:
        return say.ngettext(
            "%(num)s working day left", "%(num)s working days left", days
        ) % {"num": days}  # fmt: skip
    if away < DAY:
        hours = int(away // HOUR)
        many = ("%(num)s hours late", "%(num)s hours left")[not is_late]
        return say.ngettext(many.replace("hours", "hour"), many, hours) % {"num": hours}
    whole = away // DAY
    many = ("%(num)s days late", "%(num)s days left")[not is_late]
    return say.ngettext(many.replace("days", "day"), many, whole) % {"num": whole}


def row(city: City, found: DeskRow, known: InForce, now: datetime, language: Language) -> Row:
    calendar = city[Procedures].calendar
    is_paused = found.business in WAITING
    due, is_late = found.promised_at, found.promised_at < now and not is_paused
    step = known.procedure.route.steps.get(found.step)
    said: Text | str = step.name if step else reading.status_name(found.status, language)
    if is_paused:
        said = words(language).gettext("Waiting for the applicant")
    pauses = ((found.asked_at, now),) if is_paused and found.asked_at else ()
    return Row(
        code=found.code,
        title=known.procedure.short_name,
        applicant=found.applicant_name,
        step=said,
        mood="waiting" if is_paused else "",
        due=due,
        is_due_today=calendar.local(due).date() == calendar.local(now).date(),
        left=words(language).gettext("clock stopped")
        if is_paused
        else left(due, now, calendar, language),
        due_mood="late" if is_late else "waiting" if is_paused else "",
        promise=Promise(
            filed=found.filed_at,
            due=due,
            now=now,
            stage=said.within(language) if isinstance(said, Text) else said,
            pauses=pauses,
            is_intake=found.due_at is None,
        ),
        version=found.version or 0,
        marks=_marks(city, found, language),
    )


def _marks(city: City, found: DeskRow, language: Language) -> list[Mark]:
    say, marks = words(language).gettext, []
    if found.lane == "green":
        marks.append(Mark(say("Goes first"), "done"))
    if found.escalated_at is not None:
        marks.append(Mark(say("Step took longer than planned"), "waiting"))
    if found.receiver_code != found.agency_code:
        name = city[agencies.Agencies].name(found.receiver_code).within(language)
        marks.append(Mark(say("From %(agency)s") % {"agency": name}))
    return marks


def rows(city: City, found: WorkList, now: datetime, language: Language) -> list[Row]:
    return [
        row(city, one, found.known[one.procedure_code, one.procedure_version], now, language)
        for one in found.rows
    ]


def asked_rows(city: City, found: WorkList, now: datetime, language: Language) -> list[Asked]:
    book, calendar = city[agencies.Agencies], city[Procedures].calendar
    today = calendar.local(now).date()
    return [
        Asked(
            code=one.code,
            title=found.known[one.procedure_code, one.procedure_version].procedure.short_name,
            applicant=one.applicant_name,
            question=one.question,
            asking=book.name(one.asking_agency),
            of=book.name(one.agency_code),
            due=one.due_at,
            is_due_today=calendar.local(one.due_at).date() == today,
            left=left(one.due_at, now, calendar, language),
            due_mood="late" if one.due_at < now else "",
        )
        for one in found.asked
    ]
