"""Work lists: how an officer's cases are cut, counted and paged, and by what they may be cut."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from motcua import agencies
from motcua.base import clock
from motcua.base.ids import PersonId
from motcua.base.text import fold
from motcua.cases import queries
from motcua.cases.actions.looking import note_list
from motcua.cases.actions.procedures import InForce, Procedures
from motcua.cases.model.case import may_be_code
from motcua.cases.model.desk import DeskCounts, DeskRow, Listed, OpinionWanted
from motcua.db import City, Read, Write
from motcua.identity import Viewer

ROWS_PER_PAGE = 50
PAGES_MAX = 200
FOUND_MAX, COUNTED_MAX = 2000, 20_000
"""So many are counted one by one, where words cut the list, or days of filing."""
ALL = 1_000_000_000

State = Literal["open", "over", "all"]
DueBy = Literal["", "late", "today", "week"]
Sort = Literal["due", "newest", "oldest"]
Channel = Literal["", "online", "counter", "post"]
ME, NOBODY = "me", "nobody"
_BETWEEN_WORDS = re.compile(r"[\s-]+")


class Wanted(Struct, frozen=True, kw_only=True):
    """Which part of the work list. Empty: whatever it is."""

    agency: str = ""
    state: State = "open"
    is_mine: bool = False
    """My own to act on."""
    is_asked: bool = False
    """Instead of cases in hand: what others want the officer's agencies to say about theirs."""
    due: DueBy = ""
    procedure: str = ""
    field: str = ""
    status: int = 0
    assigned: str = ""
    """To `me`, to `nobody`, or to the officer of this id; of what is over nobody asks."""
    channel: Channel = ""
    since: date | None = None
    until: date | None = None
    """Days of filing, both of them within."""
    words: str = ""
    sort: Sort = "due"
    """What is over is due no more: then the newest first."""
    page: int = 1
    rows: int = 0
    """On a page; 0: as many as usual."""

    @property
    def rows_per_page(self) -> int:
        return self.rows or ROWS_PER_PAGE


class WorkList(Struct, frozen=True):
    rows: list[DeskRow]
    asked: list[OpinionWanted]
    known: dict[tuple[str, str], InForce]
    """The definitions under which the rows' cases were filed."""
    counts: DeskCounts
    """Of the chosen agency, or of all in which the officer holds a post."""
    agencies: list[str]
    total: int
    """How many match, on every page together."""
    is_more: bool
    """There are more than `total`: words fit more than FOUND_MAX, or days more than
    COUNTED_MAX."""


class Choices(Struct, frozen=True):
    """By what a list may be cut, and how many cases are behind each, most first."""

    procedures: dict[str, int]
    statuses: dict[int, int]
    channels: dict[str, int]
    handlers: dict[PersonId | None, int]
    """Of open cases; None: nobody has it in hand."""


async def work_list(db: Write, viewer: Viewer, wanted: Wanted) -> WorkList:
    """Cases of the acting officer's agencies: the open ones that they have in hand, or those that
    are over, also where another had them in hand; none where they hold no post. Each case on the
    page is noted as seen."""
    posts = await agencies.posts_of(db)
    mine = sorted({post.agency_code for post in posts})
    held = _held(posts, wanted.agency)
    now = clock.now()
    tomorrow, next_week = _midnights(db.city, now)
    counts = await queries.count_desk(db, *held, now, tomorrow, next_week)
    rows, asked = [], []
    if wanted.is_asked:
        skip = (wanted.page - 1) * wanted.rows_per_page
        asked = await queries.opinions_wanted(db, sorted(set(held[0])), wanted.rows_per_page, skip)
        found = Listed(counts.asked, False, [])
    else:
        found = await _list_of(db, wanted, held, now)
        rows = await queries.desk(db, found.ids) if found.ids else []
    shown: list[DeskRow | OpinionWanted] = [*rows, *asked]
    await note_list(db, viewer, [row.code for row in shown])
    versions = {(row.procedure_code, row.procedure_version) for row in shown}
    known = {v: await db.city[Procedures].at_version(db, *v) for v in versions}
    return WorkList(rows, asked, known, counts, mine, found.total, found.is_more)


async def choices(db: Read, wanted: Wanted) -> Choices:
    """By what the list of the chosen agency and state may be cut, whatever else it is cut by."""
    held = _held(await agencies.posts_of(db), wanted.agency)
    of: dict[str, dict[str, int]] = {
        name: {} for name in ("procedure", "status", "channel", "handler")
    }
    for one in await queries.choices_of(db, held[0], wanted.state):
        of[one.kind][one.name] = one.count
    handlers = {PersonId(UUID(n)) if n else None: count for n, count in of["handler"].items()}
    return Choices(
        procedures=of["procedure"],
        statuses={int(name): count for name, count in of["status"].items()},
        channels=of["channel"],
        handlers=handlers,
    )


async def _list_of(
    db: Read, wanted: Wanted, held: tuple[list[str], list[str]], now: datetime
) -> Listed:
    tomorrow, next_week = _midnights(db.city, now)
    before = {"": None, "late": now, "today": tomorrow, "week": next_week}[wanted.due]
    code = wanted.words.strip().upper()
    words = [word for word in _BETWEEN_WORDS.split(fold(wanted.words)) if word]
    counted_max = COUNTED_MAX if wanted.since or wanted.until else ALL
    sort = "newest" if wanted.sort == "due" and wanted.state != "open" else wanted.sort
    return await queries.list_of(
        db, *held, wanted.state, wanted.is_mine, before, _procedures(db.city, wanted),
        wanted.status or None, _handler(db, wanted), wanted.assigned == NOBODY,
        wanted.channel or None, _midnight(db.city, wanted.since),
        _midnight(db.city, wanted.until and wanted.until + timedelta(days=1)), words,
        code if may_be_code(code) else None, sort, FOUND_MAX if words else counted_max,
        wanted.rows_per_page, (wanted.page - 1) * wanted.rows_per_page,
    )  # fmt: skip


def _held(posts: list[agencies.Post], agency: str) -> tuple[list[str], list[str]]:
    chosen = [post for post in posts if not agency or post.agency_code == agency]
    return [post.agency_code for post in chosen], [post.role for post in chosen]


def _procedures(city: City, wanted: Wanted) -> list[str] | None:
    """None: whatever was asked for."""
    if not wanted.field:
        return [wanted.procedure] if wanted.procedure else None
    codes = [
        code
        for code, known in city[Procedures].today.items()
        if wanted.field in (known.procedure.field.vi, known.procedure.field.en)
    ]
    return [code for code in codes if wanted.procedure in ("", code)]


def _handler(db: Read, wanted: Wanted) -> PersonId | None:
    """Of words that name no officer, one who has nothing in hand."""
    if wanted.assigned in ("", NOBODY):
        return None
    if wanted.assigned == ME:
        return db.person
    try:
        return PersonId(UUID(wanted.assigned))
    except ValueError:
        return PersonId(UUID(int=0))


def _midnight(city: City, day: date | None) -> datetime | None:
    calendar: Any = city[Procedures].calendar
    return calendar.aware(datetime.combine(day, time())) if day else None


def _midnights(city: City, now: datetime) -> tuple[datetime, datetime]:
    """The coming midnight, and that of the coming Sunday, in the city's zone."""
    calendar = city[Procedures].calendar
    today = calendar.local(now).date()
    tomorrow, monday = today + timedelta(days=1), today + timedelta(days=7 - today.weekday())
    return (
        calendar.aware(datetime.combine(tomorrow, time())),
        calendar.aware(datetime.combine(monday, time())),
    )
