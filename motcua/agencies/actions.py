"""The agencies of the running city, who holds a post in them, and who stands in for whom."""

from collections.abc import Callable, Collection, Iterable
from datetime import date, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from motcua.agencies import queries
from motcua.agencies.model import (
    AccessFile,
    Agency,
    AgencyFile,
    AgencyKind,
    CompetenceFile,
    Matter,
    Post,
    StandIn,
    Unit,
)
from motcua.agencies.rules import access, competence
from motcua.agencies.rules.checking import CODE, FORMER_CODE, identifiers_of
from motcua.base import clock
from motcua.base.errors import Conflict, Fault, Invalid, NotAllowed, NotFound
from motcua.base.identifiers import Identifiers
from motcua.base.ids import PersonId
from motcua.base.text import Text, fold
from motcua.db import City, Read, Write

LISTS_KEPT_MAX = 10_000


class Agencies:
    def __init__(
        self, file: AgencyFile, known: CompetenceFile, identifiers: Identifiers, zone: ZoneInfo
    ) -> None:
        self.file = file
        self.known = known
        self.zone = zone
        self._identifiers = identifiers
        self._by_code = self._forms()
        self._parents = competence.parents(file.agencies)
        self._apart = {commune for rule in known.rules for commune in rule.communes}
        self._kept: dict[tuple[object, ...], list[Agency]] = {}

    @classmethod
    def of(cls, city: City) -> "Agencies":
        pack = city.pack
        known = CompetenceFile()
        if pack.has("competence"):
            known = pack.file("competence", CompetenceFile)
        file = pack.file("agencies", AgencyFile)
        return cls(file, known, identifiers_of(pack), ZoneInfo(pack.info.time_zone))

    @property
    def all(self) -> tuple[Agency, ...]:
        """Those that are no more among them: old cases are theirs."""
        return self.file.agencies

    def today(self) -> date:
        return clock.now().astimezone(self.zone).date()

    def by_code(self, code: str) -> Agency:
        """By its code in either form, as papers from elsewhere may write it."""
        if code not in self._by_code:
            raise NotFound("agency.unknown", agency=code)
        return self._by_code[code]

    def name(self, code: str) -> Text:
        """An agency that the pack no longer lists is called by its code: old cases name it."""
        known = self._by_code.get(code)
        return known.name if known else Text(code, code)

    def former_code(self, agency: Agency) -> str | None:
        return agency.former_code or self._turned(agency.code)

    def parent(self, agency: Agency) -> Agency | None:
        above = self._parents.get(agency.code)
        return self._by_code[above] if above else None

    def units_of(self, agency: Agency, day: date | None = None) -> tuple[Unit, ...]:
        """The parts of this agency on that day; empty: the pack does not say."""
        day = day or self.today()
        for structure in self.file.structures:
            if agency.kind in structure.kinds and structure.holds_on(day):
                return structure.units
        return ()

    def receivers(
        self,
        codes: Collection[str] = (),
        kind: AgencyKind | None = None,
        commune: str | None = None,
        day: date | None = None,
    ) -> list[Agency]:
        """Who may receive it that day: these codes (or authorities), or every agency of the kind.

        `day` is today unless said otherwise, here and below.
        """
        wanted = (day or self.today(), tuple(codes), kind, commune)
        return self._once(
            ("receivers", *wanted),
            lambda: competence.receivers(self.file, codes, kind, commune, wanted[0]),
        )

    def competent(
        self, matter: Matter, commune: str | None = None, day: date | None = None
    ) -> list[Agency]:
        """Who decides it: one, where the pack leaves no choice and the commune is known."""
        on, apart = day or self.today(), commune if commune in self._apart else None
        found = self._once(
            ("competent", on, matter, apart),
            lambda: competence.decided_by(self.file, self.known, matter, apart, on),
        )
        return [agency for agency in found if agency.covers(commune)]

    def counters_for(self, matter: Matter, day: date | None = None) -> list[Agency]:
        """Who may take it in at a counter, for whoever decides it: wherever the person lives."""
        on = day or self.today()
        return self._once(
            ("counters", on, matter),
            lambda: competence.counters_for(self.file, self.known, matter, on),
        )

    def commune(self, words: str) -> str:
        """The code of the commune that is meant: by its code, or by its name with or without marks
        and with or without what kind of commune it is."""
        wanted = fold(words)
        found = {code for name, code in self._communes if name == wanted or words == code}
        if not found:
            inside = f" {wanted} "
            found = {code for name, code in self._communes if inside in f" {name} "}
        if len(found) != 1 or not wanted:
            reason = "agency.unclear_commune" if found else "agency.unknown_commune"
            raise Invalid("request.faults", [Fault("/commune", reason, {"commune": words})])
        return found.pop()

    @cached_property
    def _communes(self) -> list[tuple[str, str]]:
        """Names in full, and without the word for what they are: first in one language, last in
        the other."""
        called = [(a.commune, a.commune_name or a.name) for a in self.file.agencies if a.commune]
        return [
            (said, code)
            for code, name in called
            for vi, en in [(fold(name.vi), fold(name.en))]
            for said in (vi, vi.partition(" ")[2], en, en.rpartition(" ")[0])
            if said
        ]

    def _forms(self) -> dict[str, Agency]:
        """What is written down goes before what turning a code round gives."""
        found = {agency.code: agency for agency in self.file.agencies}
        for agency in self.file.agencies:
            if agency.former_code:
                found.setdefault(agency.former_code, agency)
        for agency in self.file.agencies:
            for form in (self._turned(agency.code), self._turned_back(agency.former_code)):
                if form:
                    found.setdefault(form, agency)
        return found

    def _turned(self, code: str) -> str | None:
        return self._identifiers.other_form(CODE, code)

    def _turned_back(self, code: str | None) -> str | None:
        return self._identifiers.other_form(FORMER_CODE, code) if code else None

    def _once(self, wanted: tuple[object, ...], make: Callable[[], list[Agency]]) -> list[Agency]:
        if wanted not in self._kept:
            if len(self._kept) >= LISTS_KEPT_MAX:
                self._kept.clear()
            self._kept[wanted] = make()
        return self._kept[wanted]


class Access(access.Rules):
    """Who may do what, and see what, as the pack of the running city says."""

    @classmethod
    def of(cls, city: City) -> "Access":
        return cls(
            city.pack.file("access", AccessFile) if city.pack.has("access") else AccessFile()
        )

    def places(self, act: str, on: str, posts: Iterable[Post]) -> set[str]:
        """The agencies in which one of these posts gives that right, to a thing without a place."""
        return {p.agency_code for p in posts if self.may(act, on, frozenset({("agency", p.role)}))}


async def posts_of(db: Read, among: Collection[str] | None = None) -> list[Post]:
    """The posts that the acting person holds today, or holds in another's place; of these agencies
    only, where they are named: an officer may hold posts in hundreds."""
    named = None if among is None else sorted(among)
    return await queries.posts_of_person(db, db.person, _today(db), named)


async def where_may(db: Read, act: str, on: str, among: Collection[str] | None = None) -> set[str]:
    """The agencies in which the acting person may do it today, to a thing without a place."""
    return db.city[Access].places(act, on, await posts_of(db, among))


async def roles_in(db: Read, agency_code: str) -> set[str]:
    """What the acting person is in that agency today; empty: nothing."""
    return set(held_in(await posts_of(db, [agency_code]), agency_code))


def held_in(posts: Iterable[Post], agency_code: str) -> dict[str, PersonId | None]:
    """Each role in that agency with the officer for whom they stand in; None: it is their own."""
    here = [post for post in posts if post.agency_code == agency_code]
    own: Iterable[str] = (post.role for post in here if post.absent is None)
    return {post.role: post.absent for post in here} | dict.fromkeys(own)


async def holds(db: Read, person: PersonId, agency_code: str, role: str) -> bool:
    """Whether somebody else is that today, by a post or in another's place; the acting person's
    own are `roles_in`."""
    return await queries.holds(db, person, agency_code, role)


async def appoint(
    db: Write,
    person: PersonId,
    agency_code: str,
    role: str,
    since: date,
    unit: str | None = None,
    title: str | None = None,
) -> None:
    """Twice is once. The platform's own act: row-level security refuses it to anyone else.

    Who moves to another unit or title is dismissed and appointed again on the same day.
    """
    book = db.city[Agencies]
    agency = book.by_code(agency_code)
    if unit or title:
        units = {one.code: one for one in book.units_of(agency, since)}
        titles = {one.code: one.role for one in units[unit].titles} if unit in units else {}
        if title not in titles or titles[title] not in (None, role):
            raise NotFound("agency.unknown_title", agency=agency.code, unit=unit, title=title)
    await queries.add_post(db, person, agency.code, role, since, unit, title)


async def dismiss(db: Write, person: PersonId, agency_code: str, role: str, day: date) -> None:
    """From `day` on the post is no longer held; nor does anybody stand in for them in it."""
    if not await queries.end_post(db, person, agency_code, role, day):
        raise NotFound("agency.no_such_post")


async def stand_in(
    db: Write,
    person: PersonId,
    absent: PersonId,
    agency_code: str,
    role: str,
    from_date: date,
    last_date: date,
) -> None:
    """Somebody else does an absent officer's work, to the end of `last_date` by the city's clock.

    The absent officer gives it, or a leader of the agency, or the platform. Both have to be
    officers on the first day. Whoever acts stays the person they are: nobody approves their own
    proposal by standing in for the one who may.
    """
    agency = db.city[Agencies].by_code(agency_code)
    if not _today(db) <= from_date <= last_date:
        raise Invalid("request.faults", [Fault("/from_date", "agency.stand_in_dates")])
    if not await queries.may_give(db, person, absent, agency.code, role, from_date):
        raise NotAllowed("agency.may_not_give")
    to_date = last_date + timedelta(days=1)
    given = await queries.add_stand_in(
        db, person, absent, agency.code, role, from_date, to_date, db.person, clock.now()
    )
    if not given:
        raise Conflict("agency.stands_in_already")


async def come_back(db: Write, absent: PersonId, agency_code: str) -> None:
    """From today on nobody stands in for this officer there: twice is once."""
    await queries.end_stand_ins(db, absent, agency_code, _today(db))


async def stand_ins_of(db: Read, agency_code: str) -> list[StandIn]:
    """Today's and coming ones that the acting person may see: a leader all of the agency's."""
    return await queries.stand_ins_of_agency(db, agency_code, _today(db))


def _today(db: Read) -> date:
    return db.city[Agencies].today()
