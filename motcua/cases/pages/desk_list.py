"""The pane of what waits: cut by agency, by whose turn it is, by when, by words."""

from urllib.parse import urlencode

from msgspec import Struct

from motcua import agencies, identity
from motcua.base import clock
from motcua.base.ids import PersonId
from motcua.base.text import Text
from motcua.cases.actions import work
from motcua.cases.actions.work import Choices, DueBy, Wanted, WorkList
from motcua.cases.pages import desk_rows
from motcua.cases.pages.desk_filters import (
    Filters,
    PageLink,
    address_of,
    filters_of,
    kept_in,
    pages_of,
)
from motcua.cases.pages.desk_rows import Asked, Row
from motcua.db import City, Write
from motcua.identity import Viewer
from motcua.web.language import Language, words


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
    is_more: bool
    """There are more than `total`."""
    choices: list[Choice]
    offices: list[Office]
    words: str
    filters: Filters
    is_narrowed: bool
    query: str
    """What is appended to addresses so that the list stays as it is cut: `?due=today`, or empty."""
    before: str | None
    after: str | None
    pages: list[PageLink]
    today: list[Today]
    """What this officer has to do before tonight; empty beside a case in hand."""


class Seen(Struct, frozen=True):
    found: WorkList
    choices: Choices
    names: dict[PersonId, str]
    """Of those who have cases in hand."""


async def look_at(db: Write, viewer: Viewer, wanted: Wanted) -> Seen:
    """The list, by what it may be cut, and the names of those who have its cases in hand."""
    found = await work.work_list(db, viewer, wanted)
    choices = await work.choices(db, wanted)
    officers = {one for one in choices.handlers if one} | {
        row.handler_id for row in found.rows if row.handler_id
    }
    return Seen(found, choices, await identity.names(db, sorted(officers)))


def work_of(city: City, seen: Seen, wanted: Wanted, language: Language, in_hand: str) -> Work:
    book, found = city[agencies.Agencies], seen.found
    kept = urlencode(kept_in(wanted))
    last = wanted.page * wanted.rows_per_page >= found.total or wanted.page >= work.PAGES_MAX
    filters = filters_of(city, wanted, seen.choices, seen.names, language)
    return Work(
        rows=desk_rows.rows(city, found, clock.now(), language, seen.names),
        asked=desk_rows.asked_rows(city, found, clock.now(), language),
        is_asked=wanted.is_asked,
        in_hand=in_hand,
        total=found.total,
        is_more=found.is_more,
        choices=_choices(found, wanted, language),
        offices=[Office(c, book.name(c), c == wanted.agency) for c in found.agencies],
        words=wanted.words,
        filters=filters,
        is_narrowed=bool(kept_in(wanted, page="", sort="")),
        query=f"?{kept}" if kept else "",
        before=address_of(wanted, page=str(wanted.page - 1)) if wanted.page > 1 else None,
        after=None if last else address_of(wanted, page=str(wanted.page + 1)),
        pages=pages_of(wanted, found),
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
        lines.append(Today(sentence, address_of(Wanted(is_asked=True))))
    if later := counts.mine - counts.mine_today:
        one, many = (
            "%(num)s more waits for you after that.",
            "%(num)s more wait for you after that.",
        )
        lines.append(_counted(say.ngettext(one, many, later), later, ""))
    return lines


def _counted(sentence: str, count: int, due: DueBy) -> Today:
    return Today(sentence % {"num": count}, address_of(Wanted(is_mine=True, due=due)))


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
        Choice(name, count, address_of(wanted, work=work, due=due, page=""), (work, due) == chosen)
        for name, count, work, due in offered
    ]
