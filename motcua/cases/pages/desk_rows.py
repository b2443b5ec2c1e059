"""The rows of a desk: which case, whose step, by when, and what is asked of one's agencies."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec import Struct

from motcua import agencies
from motcua.base.ids import PersonId
from motcua.base.text import Text
from motcua.cases.actions import InForce, Procedures, reading
from motcua.cases.actions.work import WorkList
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
    """Of what is over: when it ended."""
    is_due_today: bool
    left: str
    due_mood: str
    """`late`, `today`, `waiting`, `over` or none: shown by a shape too, and said by `left`."""
    handler: str | None
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


def row(
    city: City,
    found: DeskRow,
    known: InForce,
    now: datetime,
    language: Language,
    names: Mapping[PersonId, str],
) -> Row:
    calendar, say = city[Procedures].calendar, words(language).gettext
    is_paused, is_over = found.business in WAITING, found.closed_at is not None
    due = found.closed_at or found.promised_at
    is_today = calendar.local(due).date() == calendar.local(now).date()
    step = known.procedure.route.steps.get(found.step)
    said: Text | str = step.name if step else reading.status_name(found.status, language)
    if is_over:
        when, mood = say("over"), "over"
    elif is_paused:
        said, when, mood = say("Waiting for the applicant"), say("clock stopped"), "waiting"
    else:
        when = left(due, now, calendar, language)
        mood = "late" if due < now else "today" if is_today else ""
    return Row(
        code=found.code,
        title=known.procedure.short_name,
        applicant=found.applicant_name,
        step=said,
        mood="waiting" if is_paused else "",
        due=due,
        is_due_today=is_today,
        left=when,
        due_mood=mood,
        handler=names.get(found.handler_id) if found.handler_id else None,
        promise=_promise(found, said, now, language),
        version=found.version or 0,
        marks=_marks(city, found, language),
    )


def _promise(found: DeskRow, stage: Text | str, now: datetime, language: Language) -> Promise:
    is_paused = found.business in WAITING and found.asked_at is not None
    return Promise(
        filed=found.filed_at,
        due=found.promised_at,
        now=now,
        stage=stage.within(language) if isinstance(stage, Text) else stage,
        finished=found.closed_at,
        pauses=((found.asked_at, now),) if is_paused and found.asked_at else (),
        is_intake=found.due_at is None,
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


def rows(
    city: City,
    found: WorkList,
    now: datetime,
    language: Language,
    names: Mapping[PersonId, str],
) -> list[Row]:
    known = found.known
    return [
        row(city, one, known[one.procedure_code, one.procedure_version], now, language, names)
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
