"""What may be asked for, as rows of a list: searched, by life event, cut by who does what."""

from collections.abc import Callable
from typing import Any, Literal

from msgspec import Struct

from motcua.agencies import Agencies, AgencyKind
from motcua.base.text import Text, fold
from motcua.cases.actions.filing import receivers_of
from motcua.cases.actions.procedures import InForce, Procedures
from motcua.cases.model.catalogue import Elsewhere
from motcua.cases.model.procedure import PublishedFee
from motcua.cases.model.search import LifeEvent
from motcua.cases.rules.deadline import Limit, read_limit
from motcua.db import City

ROWS_PER_PAGE = 20
SEARCHED_MAX = 100
"""Whoever wants more than a hundred should say more."""
PAGES_MAX = 1000
CENTRAL = "central"
"""As a kind of agency: none of the city's."""
Level = Literal["city", "commune", "ministry"]
LEVELS: tuple[Level, ...] = Level.__args__  # type: ignore[attr-defined]
KINDS: tuple[str, ...] = AgencyKind.__args__  # type: ignore[attr-defined]
Found = InForce | Elsewhere


class Offer(Struct, frozen=True, kw_only=True):
    """A procedure as one row."""

    code: str
    name: Text
    level: Level
    kind: str
    """Of the agencies that decide it."""
    limit: Limit | None = None
    fee: PublishedFee | None = None
    has_other_fees: bool = False
    is_online: bool = False


class Wanted(Struct, frozen=True, kw_only=True):
    """Which part of all procedures. Empty: whatever it is."""

    words: str = ""
    event: str = ""
    field: str = ""
    level: str = ""
    agency: str = ""
    kind: str = ""
    page: int = 1

    @property
    def is_cut(self) -> bool:
        return bool(self.field or self.level or self.agency or self.kind)


class Choices(Struct, frozen=True):
    """What a list can be cut by. An agency's code with its name, a field as it is written."""

    fields: list[Text]
    agencies: list[tuple[str, Text]]
    kinds: list[str]
    levels: list[str]


class Listed(Struct, frozen=True, kw_only=True):
    rows: list[Offer]
    total: int
    """Of a search at most SEARCHED_MAX."""
    pages: int
    event: LifeEvent | None


def browse(city: City, wanted: Wanted) -> Listed:
    """One page: of what the words mean, of what belongs to a life event, or of everything."""
    shelf = city[Procedures]
    events = {event.id: event for event in shelf.life_events()}
    event = events.get(wanted.event)
    if event:
        found: list[Found] = [shelf.today[code] for code in event.procedures]
    elif wanted.words.strip():
        found = shelf.find(wanted.words, SEARCHED_MAX)
    else:
        found = shelf.everything()
    for fits in _cuts(city, wanted):
        found = [known for known in found if fits(known)]
    skip = (wanted.page - 1) * ROWS_PER_PAGE
    return Listed(
        rows=[_offer(city, known) for known in found[skip : skip + ROWS_PER_PAGE]],
        total=len(found),
        pages=max(1, -(-len(found) // ROWS_PER_PAGE)),
        event=event,
    )


def choices(city: City) -> Choices:
    """Communes are left out of the agencies: they all do the same, which is a kind."""
    book, everything = city[Agencies], city[Procedures].everything()
    fields = {fold(field.vi): field for known in everything if (field := _field(known)).vi}
    deciding = {
        agency.code
        for known in everything
        if isinstance(known, InForce) and not known.procedure.agencies.kind
        for agency in receivers_of(city, known.procedure)
        if agency.kind != "commune"
    }
    named = sorted(((code, book.name(code)) for code in deciding), key=lambda one: fold(one[1].vi))
    kinds = {_kind(city, known) for known in everything}
    levels = {_level(known) for known in everything}
    return Choices(
        fields=[fields[key] for key in sorted(fields)],
        agencies=named,
        kinds=[kind for kind in (*KINDS, CENTRAL) if kind in kinds],
        levels=[level for level in LEVELS if level in levels],
    )


def _cuts(city: City, wanted: Wanted) -> list[Callable[[Found], bool]]:
    field = fold(wanted.field)
    cuts: list[tuple[str, Callable[[Found], bool]]] = [
        (wanted.field, lambda known: field in map(fold, _both(_field(known)))),
        (wanted.level, lambda known: _level(known) == wanted.level),
        (wanted.kind, lambda known: _kind(city, known) == wanted.kind),
        (wanted.agency, lambda known: wanted.agency in _codes(city, known)),
    ]
    return [fits for said, fits in cuts if said]


def _both(text: Text) -> tuple[str, str]:
    return text.vi, text.en


def _field(known: Found) -> Text:
    return Text(known.field, known.field) if isinstance(known, Elsewhere) else known.procedure.field


def _level(known: Found) -> Level:
    return "ministry" if isinstance(known, Elsewhere) else known.procedure.level


def _kind(city: City, known: Found) -> str:
    if isinstance(known, Elsewhere):
        return CENTRAL
    return next((agency.kind for agency in receivers_of(city, known.procedure)), CENTRAL)


def _codes(city: City, known: Found) -> set[str]:
    if isinstance(known, Elsewhere):
        return set()
    return {agency.code for agency in receivers_of(city, known.procedure)}


def _offer(city: City, known: Found) -> Offer:
    where: dict[str, Any] = {"level": _level(known), "kind": _kind(city, known)}
    if isinstance(known, Elsewhere):
        name = Text(known.name, known.name)
        return Offer(code=known.code, name=name, **where)
    procedure = known.procedure
    ways = sorted(procedure.channels, key=lambda way: way.channel != "online")
    first = ways[0] if ways else None
    text = first.limits[0].limit if first and first.limits else procedure.limit
    fees = first.fees if first else ()
    return Offer(
        code=procedure.code,
        name=procedure.short_name,
        limit=read_limit(text) if text else None,
        fee=fees[0] if fees and fees[0].kind != "unknown" else None,
        has_other_fees=len(fees) > 1,
        is_online=first is not None and first.channel == "online",
        **where,
    )
