"""The promise line: from filing to the promised moment, drawn on the server."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape
from msgspec import Struct

from motcua.web.figures import moment, short_day
from motcua.web.language import Language, words

Span = tuple[datetime, datetime]
LEFT, RIGHT = 1.5, 98.5  # per cent of the width, so that dots at the ends are whole
SPANS_MAX = 400
MIDDLE, HAIR_MIDDLE = 14, 7


class Promise(Struct, frozen=True, kw_only=True):
    """What the line is drawn from. `due` is the moment the city must keep."""

    filed: datetime
    due: datetime
    now: datetime
    stage: str = ""
    """Where it stands, in a few words of the reader's language."""
    finished: datetime | None = None
    rest: tuple[Span, ...] = ()
    pauses: tuple[Span, ...] = ()
    """When the clock stood still; one that goes on ends at `now`."""
    is_intake: bool = False
    """The moment promised is that of the decision to accept, not yet of the answer."""

    @property
    def reached(self) -> datetime:
        return self.finished or self.now

    @property
    def is_late(self) -> bool:
        return self.reached > self.due

    @property
    def is_paused(self) -> bool:
        return self.finished is None and any(end >= self.now for _, end in self.pauses)


def sentence(promise: Promise, language: Language, zone: ZoneInfo) -> str:
    """The whole line in words, for those who do not see it."""
    say = words(language).gettext
    filed, due, end = (
        moment(at, language, zone, promise.now)
        for at in (promise.filed, promise.due, promise.reached)
    )
    told = [say("Filed at %(moment)s.") % {"moment": filed}]
    promised = "Decision on acceptance promised by %(moment)s."
    if not promise.is_intake:
        promised = "Answer promised by %(moment)s."
    told.append(say(promised) % {"moment": due})
    if promise.finished:
        kept = "Answered late, at %(moment)s." if promise.is_late else "Answered at %(moment)s."
        told.append(say(kept) % {"moment": end})
    else:
        if promise.is_late:
            told.append(say("This is late."))
        if promise.is_paused:
            told.append(say("The clock is stopped: we wait for something."))
        if promise.stage:
            told.append(say("Now: %(stage)s.") % {"stage": promise.stage})
    return " ".join(told)


def promise_hair(promise: Promise, language: Language, zone: ZoneInfo) -> Markup:
    """The line without words, for a row of a desk."""
    scale = _Scale(promise)
    shapes = _shapes(promise, scale, HAIR_MIDDLE)
    if promise.is_late:
        shapes += _tick(scale(promise.due), HAIR_MIDDLE, 6)
    return Markup('<svg class="promise-hair" role="img" aria-label="{}">{}</svg>').format(
        sentence(promise, language, zone), shapes
    )


def promise_line(promise: Promise, language: Language, zone: ZoneInfo) -> Markup:
    """The line with its ends and its present named, a sentence, and a table that says the same."""
    scale = _Scale(promise)
    say = words(language).gettext
    due_name = say("Checked by") if promise.is_intake else say("Promised")
    rests = Markup("").join(
        _rect(scale(start), scale(end)) for start, end in promise.rest[:SPANS_MAX]
    )
    at = scale(promise.reached)
    standing = "done" if promise.finished else "now"
    shapes = (
        rests
        + _shapes(promise, scale, MIDDLE)
        + _dot(scale(promise.filed), 7, "promise__dot")
        + _tick(scale(promise.due), MIDDLE, 12)
        + _dot(at, 9, f"promise__moment promise__moment--{standing}")
    )
    return _FIGURE.format(
        filed=say("Filed %(day)s") % {"day": short_day(promise.filed, language, zone)},
        due=f"{due_name} {moment(promise.due, language, zone, promise.now)}",
        sentence=sentence(promise, language, zone),
        shapes=shapes,
        now=_stage(promise, at),
        table_name=say("As a table"),
        rows=_table(promise, language, zone),
    )


_FIGURE = Markup(
    '<figure class="promise">'
    '<div class="promise__ends" aria-hidden="true"><span>{filed}</span><strong>{due}</strong></div>'
    '<svg role="img" aria-label="{sentence}">{shapes}</svg>{now}'
    '<details class="govuk-details"><summary class="govuk-details__summary">'
    '<span class="govuk-details__summary-text">{table_name}</span></summary>'
    '<table class="govuk-table"><tbody>{rows}</tbody></table></details></figure>'
)


class _Scale:
    """Where a moment falls, in per cent of the width. A late line goes on past its promise."""

    def __init__(self, promise: Promise) -> None:
        self.start = promise.filed
        self.length = max(promise.due, promise.reached) - promise.filed or timedelta(seconds=1)

    def __call__(self, at: datetime) -> float:
        share = min(max((at - self.start) / self.length, 0.0), 1.0)
        return round(LEFT + (RIGHT - LEFT) * share, 2)


def _shapes(promise: Promise, scale: _Scale, y: int) -> Markup:
    ends = scale(max(promise.due, promise.reached))
    drawn = _line(LEFT, ends, y, "way")
    drawn += _line(LEFT, scale(min(promise.reached, promise.due)), y, "past")
    if promise.is_late:
        drawn += _line(scale(promise.due), scale(promise.reached), y, "over")
    for start, end in promise.pauses[:SPANS_MAX]:
        stopped = scale(start), scale(min(end, promise.reached))
        drawn += _line(*stopped, y, "under") + _line(*stopped, y, "pause")
    return drawn


def _line(x1: float, x2: float, y: int, kind: str) -> Markup:
    return Markup('<line class="promise__{}" x1="{}%" x2="{}%" y1="{}" y2="{}"/>').format(
        kind, x1, x2, y, y
    )


def _rect(x1: float, x2: float) -> Markup:
    return Markup('<rect class="promise__rest" x="{}%" width="{}%" y="2" height="24"/>').format(
        x1, round(x2 - x1, 2)
    )


def _dot(x: float, radius: int, kind: str) -> Markup:
    return Markup('<circle class="{}" cx="{}%" cy="{}" r="{}"/>').format(kind, x, MIDDLE, radius)


def _tick(x: float, y: int, half: int) -> Markup:
    return Markup('<line class="promise__mark" x1="{}%" x2="{}%" y1="{}" y2="{}"/>').format(
        x, x, y - half, y + half
    )


def _stage(promise: Promise, at: float) -> Markup:
    """The word under the present; its place is a step of twelve, drawn by the style sheet."""
    if not promise.stage:
        return Markup("")
    step = min(max(round(at * 12 / 100), 0), 12)
    return Markup(
        '<div class="promise__now" data-at="{}" aria-hidden="true"><strong>{}</strong></div>'
    ).format(step, promise.stage)


def _table(promise: Promise, language: Language, zone: ZoneInfo) -> Markup:
    say = words(language).gettext
    rows = [(say("Filed"), promise.filed)]
    for start, end in promise.pauses[:SPANS_MAX]:
        rows.append((say("Clock stopped"), start))
        if end < promise.reached:
            rows.append((say("Clock runs again"), end))
    rows.append((say("Checked by") if promise.is_intake else say("Promised"), promise.due))
    rows.append((say("Answered") if promise.finished else say("Now"), promise.reached))
    return Markup("").join(
        Markup(
            '<tr class="govuk-table__row"><th class="govuk-table__header" scope="row">{}</th>'
            '<td class="govuk-table__cell"><time datetime="{}">{}</time></td></tr>'
        ).format(
            name,
            at.astimezone(zone).isoformat(timespec="minutes"),
            escape(moment(at, language, zone, promise.now)),
        )
        for name, at in sorted(rows, key=lambda row: row[1])
    )
