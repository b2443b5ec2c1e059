"""The procedures in force, made ready: those of the pack, those of the national catalogue, search,
every version kept."""

import hashlib
from collections.abc import Iterable
from datetime import date
from functools import cached_property
from typing import Any

import msgspec

from motcua.agencies import Agencies
from motcua.base import clock
from motcua.base.errors import NotFound
from motcua.base.ids import SYSTEM
from motcua.base.text import fold
from motcua.cases import queries
from motcua.cases.model.calendar import PackCalendar
from motcua.cases.model.catalogue import Elsewhere
from motcua.cases.model.procedure import Procedure
from motcua.cases.model.search import Entry, LifeEvent
from motcua.cases.rules import forms, searching
from motcua.cases.rules.deadline import Calendar
from motcua.db import City, Read


class InForce:
    """One version of a procedure. Its form is compiled when somebody first fills it in."""

    def __init__(self, procedure: Procedure, version: str | None = None) -> None:
        self.procedure = procedure
        self.version = version or version_of(procedure)
        """The date from which it holds and a mark of its text: a corrected file is another one."""

    @cached_property
    def checker(self) -> forms.Checker:
        return forms.Checker(self.procedure.form)

    @cached_property
    def definition(self) -> dict[str, Any]:
        made: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(self.procedure))
        return made


def version_of(procedure: Procedure) -> str:
    digest = hashlib.sha256(msgspec.json.encode(procedure)).hexdigest()[:8]
    return f"{procedure.valid_from.isoformat()}.{digest}"


class Procedures:
    """`city[Procedures]`: what may be asked for today. A row of the catalogue never stands in the
    place of a procedure of the pack."""

    def __init__(self, city: City) -> None:
        found = city.pack.folder("procedures", Procedure)
        self.of_pack = {p.code: InForce(p) for p in found.values()}
        self.calendar = Calendar(city.pack.file("calendar", PackCalendar))
        self._book = city[Agencies]
        self._words = searching.words_of(city.pack)
        self._earlier: dict[tuple[str, str], InForce] = {}
        self.offer(())

    @classmethod
    def of(cls, city: City) -> "Procedures":
        return cls(city)

    def offer(self, catalogue: Iterable[InForce], elsewhere: Iterable[Elsewhere] = ()) -> None:
        """From now on these of the catalogue, and no others of it; `elsewhere` are found too."""
        self.today = {known.procedure.code: known for known in catalogue} | self.of_pack
        self.elsewhere = {one.code: one for one in elsewhere if one.code not in self.today}
        entries = [
            searching.entry(known.procedure, *self._deciding(known.procedure))
            for known in self.today.values()
        ]
        entries += [_entry(one) for one in self.elsewhere.values()]
        self.index = searching.Index(entries, self._words)
        self._by_name: list[InForce] | None = None
        self._everything: list[InForce | Elsewhere] | None = None

    def _deciding(self, procedure: Procedure) -> list[str]:
        """The agencies that it names; those of a kind say nothing about which procedure it is."""
        codes = procedure.agencies.codes
        found = self._book.receivers(codes) if codes else []
        return [said for one in found for said in (one.name.vi, one.name.en)]

    def by_code(self, code: str) -> InForce:
        found = self.today.get(code)
        if found is None or found.procedure.valid_from > self.local_day():
            raise NotFound("procedure.unknown", code=code)
        return found

    def search(self, words: str, limit: int) -> list[InForce]:
        """Of what is offered here."""
        found = self.index.search(words, limit)
        return [self.today[code] for code in found if code in self.today]

    def find(self, words: str, limit: int) -> list[InForce | Elsewhere]:
        return [
            self.today.get(code) or self.elsewhere[code] for code in self.index.search(words, limit)
        ]

    def life_events(self) -> list[LifeEvent]:
        """What happens to people, with the codes of what is offered here; first things first."""
        return searching.life_events(self._words, self.today)

    def all(self) -> list[InForce]:
        if self._by_name is None:
            self._by_name = sorted(self.today.values(), key=lambda k: fold(k.procedure.name.vi))
        return list(self._by_name)

    def everything(self) -> list[InForce | Elsewhere]:
        """What is offered here and what is filed elsewhere, by name."""
        if self._everything is None:
            self._everything = sorted([*self.today.values(), *self.elsewhere.values()], key=_name)
        return self._everything

    def local_day(self) -> date:
        return self.calendar.local(clock.now()).date()

    async def at_version(self, db: Read, code: str, version: str) -> InForce:
        """The definition under which a case was filed, whatever the pack says today."""
        today = self.today.get(code)
        if today and today.version == version:
            return today
        if (code, version) not in self._earlier:
            kept = await queries.procedure_version(db, code, version)
            assert kept is not None, "a case refers to its procedure's version"
            self._earlier[code, version] = InForce(msgspec.convert(kept, Procedure), version)
        return self._earlier[code, version]


def _entry(one: Elsewhere) -> Entry:
    around = (one.field, *one.executing)
    return Entry(code=one.code, names=(one.name,), around=around, is_local=False)


def _name(known: InForce | Elsewhere) -> str:
    name = known.name if isinstance(known, Elsewhere) else known.procedure.name.vi
    return fold(name).lstrip(" .,-")


async def keep_procedures(city: City) -> None:
    """At start: write down every definition in force, so that its cases outlive the pack's edit.
    Those of the catalogue were written down when they were imported."""
    async with city.database.write(SYSTEM) as db:
        for known in city[Procedures].of_pack.values():
            code = known.procedure.code
            await queries.keep_procedure(db, code, known.version, known.definition, clock.now())
