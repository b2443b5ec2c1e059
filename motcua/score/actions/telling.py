"""Figures as they are asked for: by agency, commune, field, procedure, time; what lies behind."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct
from msgspec.structs import asdict

from motcua import agencies, identity
from motcua.agencies import Agencies
from motcua.base import clock
from motcua.base.errors import NotAllowed, NotFound
from motcua.base.ids import PersonId
from motcua.cases import Procedures
from motcua.db import City, Read
from motcua.score import queries
from motcua.score.model import (
    Asked,
    By,
    CaseBehind,
    Counts,
    Cut,
    Figure,
    Kind,
    List,
    Marked,
    Named,
    Period,
    Ranked,
    Scored,
    ScorePack,
)
from motcua.score.rules import marking, ranking

CASES_PER_PAGE = 50
PAGES_MAX = 200
EVERYWHERE = ""
EVER = Period("", date.min, date.max, "month")


class Told(Struct, frozen=True):
    """The answer to a question: everything together, and row by row. `overdue`: now, by agency."""

    asked: Asked
    at: datetime
    whole: Counts
    rows: list[Counts]
    withheld: int
    """How many rows are not told: of few cases."""
    tiles: list[Marked]
    frameworks: list[Scored]
    ranks: list[Ranked]
    overdue: dict[str, int]
    open: int
    """Cases that are not over now."""
    floor: int
    """Fewer than this are not told."""

    def few(self, count: int) -> bool:
        """Whether so many cases would point at somebody."""
        return 0 < count < self.floor


def pack_of(city: City) -> ScorePack:
    if not city.pack.has("score"):
        raise NotFound("score.not_shown")
    return city.pack.file("score", ScorePack)


async def must_lead(db: Read) -> set[str]:
    """The agencies in which the acting officer may look at figures; refused to who may nowhere."""
    found = await agencies.where_may(db, "see", "figures")
    if not found:
        raise NotAllowed("score.not_for_you")
    return found


async def tell(db: Read, asked: Asked, is_public: bool = True) -> Told:
    """All that a page of figures shows of one question; to the public nothing of few cases."""
    pack = pack_of(db.city)
    whole = _sum("", await _figures(db, asked, "all"))
    rows, now = await by(db, asked), clock.now()
    hidden = ranking.withheld(rows, pack.floor) if is_public and asked.by != "all" else set()
    rows = [row for row in rows if row.name not in hidden]
    late = await queries.overdue(
        db, _agencies(db.city, asked) or _all_agencies(db.city), db.city[Agencies].today(), now
    )
    known = marking.values(whole, await _of_city(db, asked))
    tile = next(one for one in pack.tiles if one.id == pack.ranked)
    return Told(
        asked=asked,
        at=now,
        whole=whole,
        rows=rows,
        withheld=len(hidden),
        tiles=[
            marking.mark(one, known, pack.floor, is_public)
            for one in pack.tiles
            if marking.named(one) <= known.keys()
        ],
        frameworks=[marking.score(one, known, pack.floor, is_public) for one in pack.frameworks],
        ranks=_ranks(rows, tile) if asked.by not in ("all", "period") else [],
        overdue={one.name: one.count for one in late},
        open=await _open(db, asked),
        floor=pack.floor if is_public else 1,
    )


async def by(db: Read, asked: Asked) -> list[Counts]:
    """Row by row, what happened most first; along time in its order."""
    rows = await _figures(db, asked, asked.by)
    if asked.by == "commune":
        rows = _by_commune(db.city, rows)
    if asked.by == "period":
        return sorted(rows, key=lambda row: row.name)
    return sorted(rows, key=lambda row: (-row.received, row.name))


def _ranks(rows: Iterable[Counts], tile: Figure) -> list[Ranked]:
    shares = []
    for row in rows:
        known = marking.values(row)
        found = marking.mark(tile, known)  # what is withheld is not among the rows
        if found.value is not None:
            shares.append((row.name, found.value * found.among, found.among))
    return ranking.ranked(shares)


async def _figures(db: Read, asked: Asked, by: By) -> list[Counts]:
    """From the narrowest cut that knows both what is narrowed and what the rows stand for."""
    city, period = db.city, asked.period
    own = _agencies(city, asked)
    wants: By = "agency" if by == "commune" else by
    has_agency = bool(own) or wants == "agency"
    has_procedure = bool(asked.procedure) or wants == "procedure"
    has_field = bool(asked.field) or wants == "field"
    cut: Cut = "city"
    if has_procedure:
        cut = "agency_procedure" if has_agency else "procedure"
    elif has_field:
        cut = "agency_field" if has_agency else "field"
    elif has_agency:
        cut = "agency"
    grain = period.grain if cut in ("city", "agency", "field") else "month"
    since = period.since if grain == period.grain else period.since.replace(day=1)
    field = "" if has_procedure else asked.field
    return await queries.figures(
        db, cut, wants, grain, (own or _all_agencies(city)) if has_agency else [EVERYWHERE],
        field, asked.procedure, since, period.until,
    )  # fmt: skip


def _agencies(city: City, asked: Asked) -> list[str]:
    """Those that are meant; none: all together."""
    if asked.agency:
        return [asked.agency]
    if asked.commune:
        return [a.code for a in city[Agencies].all if a.only_commune == asked.commune]
    return []


def _all_agencies(city: City) -> list[str]:
    return [agency.code for agency in city[Agencies].all]


def _by_commune(city: City, rows: Iterable[Counts]) -> list[Counts]:
    """What the agencies of one commune did, together; those of the whole city are left out."""
    communes = {agency.code: agency.only_commune for agency in city[Agencies].all}
    found = defaultdict(list)
    for row in rows:
        if commune := communes.get(row.name):
            found[commune].append(row)
    return [_sum(commune, some) for commune, some in found.items()]


def _sum(name: str, rows: Iterable[Counts]) -> Counts:
    total = dict.fromkeys(marking.COUNTED, 0)
    for row in rows:
        for one, count in asdict(row).items():
            if one != "name":
                total[one] += count
    return Counts(name=name, **total)


async def _of_city(db: Read, asked: Asked) -> dict[str, int]:
    """What is counted once for the whole city and for nothing smaller."""
    if asked.agency or asked.commune or asked.field or asked.procedure:
        return {}
    city = db.city
    book, offered = city[Agencies], city[Procedures].today
    live = await _figures(db, asked, "agency")
    handled = await _figures(db, asked, "procedure")
    online = [
        code
        for code, known in offered.items()
        if any(channel.channel == "online" for channel in known.procedure.channels)
    ]
    return {
        "agencies_live": sum(row.received > 0 for row in live),
        "agencies_in_force": sum(agency.holds_on(book.today()) for agency in book.all),
        "procedures_handled": sum(row.received > 0 and row.name in offered for row in handled),
        "procedures_in_force": len(offered),
        "procedures_online": len(online),
    }


async def _open(db: Read, asked: Asked) -> int:
    """What was ever received and is not over."""
    found = _sum("", await _figures(db, _in(asked, EVER), "all"))
    came = found.received + found.transferred_in
    over = found.refused + found.withdrawn + found.stopped + found.granted + found.denied
    return came - found.transferred_out - over


def _in(asked: Asked, period: Period) -> Asked:
    return Asked(
        period=period, agency=asked.agency, commune=asked.commune, field=asked.field,
        procedure=asked.procedure,
    )  # fmt: skip


async def named(db: Read, asked: Asked, kind: Kind) -> list[Named]:
    """What is counted by name: for whom cases wait; procedure by procedure where they do, what had
    to be added, why people rated so."""
    own = _agencies(db.city, asked)
    cut: Cut = "agency_procedure" if own else "procedure"
    if kind == "waiting" and not asked.procedure:
        cut = "agency_field" if own else "field"
        if not asked.field:
            cut = "agency" if own else "city"
    field = asked.field if cut.endswith("field") else ""
    return await queries.named_figures(
        db, cut, kind, own or [EVERYWHERE], field, asked.procedure,
        asked.period.since.replace(day=1), asked.period.until,
    )  # fmt: skip


async def of_officers(db: Read, asked: Asked) -> list[tuple[str, Counts]]:
    """Single officers of an agency with their names, for whoever may see them: the database says
    who. By name: officers are no teams to be ranked."""
    found = await queries.figures_of_officers(
        db, asked.agency, asked.period.since.replace(day=1), asked.period.until
    )
    names = await identity.names(db, [PersonId(UUID(row.name)) for row in found])
    return sorted((names.get(PersonId(UUID(row.name)), "–"), row) for row in found)


async def cases_behind(
    db: Read, which: List, asked: Asked, officer: UUID | None, page: int
) -> tuple[list[CaseBehind], bool]:
    """The cases behind a figure, of one's own agencies only; and whether there are more."""
    posts = {post.agency_code for post in await agencies.posts_of(db)}
    own = _agencies(db.city, asked)
    midnight, zone = datetime.min.time(), db.city[Agencies].zone
    found = await queries.cases_behind(
        db, which, sorted(posts & set(own) if own else posts), asked.field, asked.procedure,
        officer, datetime.combine(asked.period.since, midnight, zone),
        datetime.combine(asked.period.until, midnight, zone), clock.now(),
        page * CASES_PER_PAGE + 1, (page - 1) * CASES_PER_PAGE,
    )  # fmt: skip
    return found[:CASES_PER_PAGE], len(found) > CASES_PER_PAGE
