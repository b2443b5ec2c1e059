"""How a promise is spent: office time between moments, each step's own due moment, rest days."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from motcua.cases.model.procedure import Route
from motcua.cases.rules.deadline.calendar import DAY, Calendar
from motcua.cases.rules.deadline.reckoning import Pause, moment, standstills

Span = tuple[datetime, datetime]

_FORWARD = ("accept", "propose", "approve", "sign", "release", "deliver")
"""The acts that carry a case on; the others turn it back or end it."""


def step_due(
    route: Route,
    started_at: datetime,
    calendar: Calendar,
    cutoff: bool = False,
    regime: date | None = None,
) -> dict[str, datetime]:
    """By when each step of the straight way is to be done: the steps' limits one after another.

    A step without a limit has no moment of its own and costs the next ones nothing. The plan
    counts from the start of the case: a step that was late leaves the next ones less time.
    """
    planned: dict[str, datetime] = {}
    name, at = route.start, started_at
    regime = regime or calendar.local(started_at).date()
    while (step := route.steps.get(name)) and name not in planned:
        if step.limit:
            at = moment(at, step.limit, calendar, cutoff, regime)
            cutoff = False
            planned[name] = at
        name = next((step.on[act] for act in _FORWARD if act in step.on), "")
    return planned


def share_used(
    start: datetime,
    due: datetime,
    now: datetime,
    calendar: Calendar,
    pauses: Sequence[Pause] = (),
) -> float:
    """How much of the promised office time is spent, from 0; over 1 is late.

    `due` already reaches over the pauses; what was waited counts neither as promised nor as spent.
    """
    first = calendar.tick(start)
    hours, stood = calendar.hours_at(first), [*standstills(pauses, first, calendar)]

    def running(until: datetime) -> int:
        end = calendar.tick(until)
        waited = sum(
            calendar.clock(min(s.end, end), hours) - calendar.clock(s.start, hours)
            for s in stood
            if s.start < end
        )
        return calendar.clock(end, hours) - calendar.clock(first, hours) - waited

    promised = running(due)
    return max(0.0, running(now) / promised) if promised > 0 else float(now >= due)


def elapsed(
    start: datetime, end: datetime, calendar: Calendar, regime: date | None = None
) -> timedelta:
    """Office time between two moments; negative when `end` comes first."""
    one, other = calendar.tick(start), calendar.tick(end)
    hours = calendar.hours(regime) if regime else calendar.hours_at(one)
    return timedelta(microseconds=calendar.clock(other, hours) - calendar.clock(one, hours))


def transfer_by(received_at: datetime, calendar: Calendar, regime: date | None = None) -> datetime:
    """By when a case leaves the counter for who decides it: the same working day; what came at or
    after the cut-off hour, at the next opening."""
    received = calendar.tick(received_at)
    hours = calendar.hours(regime) if regime else calendar.hours_at(received)
    _, start = calendar.start(received, hours, True)
    is_same_day = start // DAY == received // DAY
    return calendar.moment(start // DAY * DAY + hours.closes if is_same_day else start)


def rest_spans(calendar: Calendar, start: datetime, end: datetime) -> tuple[Span, ...]:
    """The rest days that touch the stretch, joined where they meet and cut to it."""
    first, last = calendar.tick(start), calendar.tick(end)
    spans: list[tuple[int, int]] = []
    for ordinal in range(first // DAY, -(-last // DAY)):
        if calendar.works(ordinal):
            continue
        one = (max(ordinal * DAY, first), min((ordinal + 1) * DAY, last))
        if spans and spans[-1][1] == one[0]:
            one = (spans.pop()[0], one[1])
        spans.append(one)
    return tuple((calendar.moment(a), calendar.moment(b)) for a, b in spans)
