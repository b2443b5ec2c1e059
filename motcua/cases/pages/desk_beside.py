"""What stands beside a case: what other agencies say, its parts, its machines, its step's clock."""

from datetime import datetime

from msgspec import Struct

from motcua import agencies
from motcua.base.text import Text
from motcua.cases.actions import Procedures, reading
from motcua.cases.actions.desk import CaseAtDesk
from motcua.cases.model.case import DONE, JoinedCase, Opinion
from motcua.cases.pages.desk_rows import left
from motcua.cases.rules.states import WAITING
from motcua.db import City
from motcua.web.language import Language, words


class OpinionShown(Struct, frozen=True, kw_only=True):
    agency: Text
    question: str
    due: datetime
    state: str
    mood: str
    by: str | None
    at: datetime | None
    words: str | None


class PartShown(Struct, frozen=True, kw_only=True):
    code: str
    title: Text | str
    agency: Text
    status: str
    due: datetime | None
    address: str | None
    """None: this officer may know how it stands, and no more."""


class StepClock(Struct, frozen=True):
    """By when this step should be done, out of all that was promised."""

    due: datetime
    left: str
    is_over: bool
    is_escalated: bool


class Beside(Struct, frozen=True, kw_only=True):
    in_hand: Text | None
    """Who has it, where that is not who received it."""
    goes_first: bool
    clock: StepClock | None
    machines: list[str]
    regime: Text
    opinions: list[OpinionShown]
    parts: list[PartShown]
    lead: PartShown | None
    """The case of which this one is a part."""


def beside(city: City, found: CaseAtDesk, now: datetime, language: Language) -> Beside:
    case, book = found.case, city[agencies.Agencies]
    is_over = case.closed_at is not None
    is_elsewhere = case.at_agency != case.agency_code and not is_over
    return Beside(
        in_hand=book.name(case.at_agency) if is_elsewhere else None,
        goes_first=case.lane == "green" and not is_over,
        clock=_clock(city, found, now, language),
        machines=machines(found, language),
        regime=found.law.name,
        opinions=[_opinion(city, one, now, language) for one in found.opinions],
        parts=[_part(city, found, one, language) for one in found.joined],
        lead=_part(city, found, found.lead, language) if found.lead else None,
    )


def machines(found: CaseAtDesk, language: Language) -> list[str]:
    """Decision, money, result, national portal: each where it stands, in a word or two."""
    say, now = words(language), found.case.states
    return [
        say.pgettext(name, value)
        for name, value in (
            ("business", now.business), ("money", now.money), ("handing", now.handing),
            ("sync", now.sync),
        )
    ]  # fmt: skip


def _clock(city: City, found: CaseAtDesk, now: datetime, language: Language) -> StepClock | None:
    case = found.case
    stands_still = case.business in WAITING or (case.business == "in_hand" and case.money == "open")
    if case.step_due_at is None or case.step == DONE or stands_still:
        return None
    said = [e for e in found.events if e.kind == "case.escalated"]
    return StepClock(
        case.step_due_at,
        left(case.step_due_at, now, city[Procedures].calendar, language),
        case.step_due_at < now,
        bool(said) and said[-1].facts.get("step") == case.step,
    )


def _opinion(city: City, one: Opinion, now: datetime, language: Language) -> OpinionShown:
    say = words(language)
    state, mood = say.gettext("Waits for an answer"), "waiting"
    if one.outcome is not None:
        state, mood = say.pgettext("opinion", one.outcome), "done"
    elif one.due_at < now:
        state = say.gettext("No answer came in time; the case may go on without it")
    return OpinionShown(
        agency=city[agencies.Agencies].name(one.agency_code),
        question=one.question,
        due=one.due_at,
        state=state,
        mood=mood,
        by=one.given_by_name,
        at=one.given_at,
        words=one.words,
    )


def _part(city: City, found: CaseAtDesk, one: JoinedCase, language: Language) -> PartShown:
    known = city[Procedures].today.get(one.procedure_code)
    return PartShown(
        code=one.code,
        title=known.procedure.short_name if known else one.procedure_code,
        agency=city[agencies.Agencies].name(one.agency_code),
        status=reading.status_name(one.status, language),
        due=one.due_at if one.closed_at is None else None,
        address=f"/desk/cases/{one.code}" if one.agency_code in found.own else None,
    )
