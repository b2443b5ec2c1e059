"""The pane of what waits: cut by agency, by whose turn it is, by when, by words."""

from typing import Any
from urllib.parse import urlencode

from litestar import Request
from msgspec import Struct

from motcua import agencies
from motcua.base import clock
from motcua.base.text import Text
from motcua.cases.actions import desk
from motcua.cases.actions.desk import DueBy, Wanted, WorkList
from motcua.cases.pages import desk_rows
from motcua.cases.pages.desk_rows import Asked, Row
from motcua.db import City
from motcua.web.language import Language, words

WORDS_LENGTH_MAX = 100
NUMBER_LENGTH_MAX = 19

Web = Request[Any, Any, Any]


class Choice(Struct, frozen=True):
    """One way to cut the list: a link, with how much is behind it."""

    name: str
    count: int
    address: str
    is_chosen: bool


class Office(Struct, frozen=True):
    code: str
    name: Text
    is_chosen: bool


class Today(Struct, frozen=True):
    """One sentence of an officer's day, and the list that it speaks of."""

    text: str
    address: str = ""


class Work(Struct, frozen=True, kw_only=True):
    """The pane of what waits."""

    rows: list[Row]
    asked: list[Asked]
    is_asked: bool
    in_hand: str
    total: int
    count: int
    """How much is open in all, before any filter."""
    choices: list[Choice]
    offices: list[Office]
    words: str
    due: str
    is_mine: bool
    is_narrowed: bool
    query: str
    """What is appended to addresses so that the list stays as it is cut: `?due=today`, or empty."""
    before: str | None
    after: str | None
    today: list[Today]
    """What this officer has to do before tonight; empty beside a case in hand."""


def wanted_of(request: Web) -> Wanted:
    asked = request.query_params
    due: Any = asked.get("due", "")
    page = asked.get("page", "1")
    return Wanted(
        agency=asked.get("agency", "")[:35],
        is_mine=asked.get("work") == "mine",
        is_asked=asked.get("work") == "asked",
        due=due if due in DueBy.__args__ else "",  # type: ignore[attr-defined]
        words="".join(c for c in asked.get("q", "") if c.isprintable())[:WORDS_LENGTH_MAX],
        page=min(max(int(page), 1), desk.PAGES_MAX) if is_number(page) else 1,
    )


def is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < NUMBER_LENGTH_MAX


def kept_in(wanted: Wanted, **other: str) -> dict[str, str]:
    """How the list is cut, as an address says it."""
    said = {
        "agency": wanted.agency,
        "work": "mine" if wanted.is_mine else "asked" if wanted.is_asked else "",
        "due": wanted.due,
        "q": wanted.words,
        "page": str(wanted.page) if wanted.page > 1 else "",
        **other,
    }
    return {name: value for name, value in said.items() if value}


def work_of(city: City, found: WorkList, wanted: Wanted, language: Language, in_hand: str) -> Work:
    book = city[agencies.Agencies]
    kept = urlencode(kept_in(wanted))
    last = wanted.page * desk.ROWS_PER_PAGE >= found.total or wanted.page >= desk.PAGES_MAX
    return Work(
        rows=desk_rows.rows(city, found, clock.now(), language),
        asked=desk_rows.asked_rows(city, found, clock.now(), language),
        is_asked=wanted.is_asked,
        in_hand=in_hand,
        total=found.total,
        count=found.counts.everything,
        choices=_choices(found, wanted, language),
        offices=[Office(c, book.name(c), c == wanted.agency) for c in found.agencies],
        words=wanted.words,
        due=wanted.due,
        is_mine=wanted.is_mine,
        is_narrowed=bool(wanted.words or wanted.due or wanted.is_mine or wanted.is_asked),
        query=f"?{kept}" if kept else "",
        before=_address(wanted, page=str(wanted.page - 1)) if wanted.page > 1 else None,
        after=None if last else _address(wanted, page=str(wanted.page + 1)),
        today=_today(found, language) if found.agencies and not in_hand else [],
    )


def _today(found: WorkList, language: Language) -> list[Today]:
    say, counts = words(language), found.counts
    lines = []
    if counts.mine_today:
        one, many = (
            "%(num)s case needs you before tonight.",
            "%(num)s cases need you before tonight.",
        )
        lines.append(
            _counted(say.ngettext(one, many, counts.mine_today), counts.mine_today, "today")
        )
    else:
        lines.append(Today(say.gettext("Nothing needs you before tonight.")))
    if counts.mine_late:
        one, many = "%(num)s of them is late already.", "%(num)s of them are late already."
        lines.append(_counted(say.ngettext(one, many, counts.mine_late), counts.mine_late, "late"))
    if counts.asked:
        one, many = (
            "Another agency asks what you think of %(num)s case.",
            "Other agencies ask what you think of %(num)s cases.",
        )
        sentence = say.ngettext(one, many, counts.asked) % {"num": counts.asked}
        lines.append(Today(sentence, _address(Wanted(is_asked=True))))
    if later := counts.mine - counts.mine_today:
        one, many = (
            "%(num)s more waits for you after that.",
            "%(num)s more wait for you after that.",
        )
        lines.append(_counted(say.ngettext(one, many, later), later, ""))
    return lines


def _counted(sentence: str, count: int, due: DueBy) -> Today:
    return Today(sentence % {"num": count}, _address(Wanted(is_mine=True, due=due)))


def _choices(found: WorkList, wanted: Wanted, language: Language) -> list[Choice]:
    say, counts = words(language).gettext, found.counts
    offered = [
        (say("Everything"), counts.everything, "", ""),
        (say("Yours to act on"), counts.mine, "mine", ""),
        (say("Late"), counts.late, "", "late"),
        (say("By tonight"), counts.today, "", "today"),
        (say("This week"), counts.week, "", "week"),
    ]
    if counts.asked or wanted.is_asked:
        offered.append((say("Asked of us"), counts.asked, "asked", ""))
    chosen = (kept_in(wanted).get("work", ""), wanted.due)
    return [
        Choice(name, count, _address(wanted, work=work, due=due, page=""), (work, due) == chosen)
        for name, count, work, due in offered
    ]


def _address(wanted: Wanted, **other: str) -> str:
    kept = urlencode(kept_in(wanted, **other))
    return f"/desk?{kept}" if kept else "/desk"
