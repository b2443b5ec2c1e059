"""The procedures in force, made ready: compiled forms and rules, search, every version kept."""

import hashlib
from datetime import date
from typing import Any

import msgspec

from motcua.base import clock
from motcua.base.errors import NotFound
from motcua.base.ids import SYSTEM
from motcua.base.text import fold
from motcua.cases import queries
from motcua.cases.model.calendar import PackCalendar
from motcua.cases.model.procedure import Procedure
from motcua.cases.rules import forms, searching
from motcua.cases.rules.deadline import Calendar
from motcua.db import City, Read


class InForce:
    """One version of a procedure with its form compiled."""

    def __init__(self, procedure: Procedure, definition: bytes | None = None) -> None:
        encoded = definition or msgspec.json.encode(procedure)
        self.procedure = procedure
        self.definition: dict[str, Any] = msgspec.json.decode(encoded)
        digest = hashlib.sha256(encoded).hexdigest()[:8]
        self.version = f"{procedure.valid_from.isoformat()}.{digest}"
        """The date from which it holds and a mark of its text: a corrected file is another one."""
        self.checker = forms.Checker(procedure.form)


class Procedures:
    """`city[Procedures]`: what the pack offers today."""

    def __init__(self, city: City) -> None:
        found = city.pack.folder("procedures", Procedure)
        self.today = {p.code: InForce(p) for p in found.values()}
        self.index = searching.Index([p.procedure for p in self.today.values()])
        self.calendar = Calendar(city.pack.file("calendar", PackCalendar))
        self._earlier: dict[tuple[str, str], InForce] = {}

    @classmethod
    def of(cls, city: City) -> "Procedures":
        return cls(city)

    def by_code(self, code: str) -> InForce:
        found = self.today.get(code)
        if found is None or found.procedure.valid_from > self.local_day():
            raise NotFound("procedure.unknown", code=code)
        return found

    def search(self, words: str, limit: int) -> list[InForce]:
        return [self.today[code] for code in self.index.search(words, limit)]

    def all(self) -> list[InForce]:
        return sorted(self.today.values(), key=lambda known: fold(known.procedure.name.vi))

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
            encoded = msgspec.json.encode(kept)
            self._earlier[code, version] = InForce(msgspec.convert(kept, Procedure), encoded)
        return self._earlier[code, version]


async def keep_procedures(city: City) -> None:
    """At start: write down every definition in force, so that its cases outlive the pack's edit."""
    async with city.database.write(SYSTEM) as db:
        for known in city[Procedures].today.values():
            code = known.procedure.code
            await queries.keep_procedure(db, code, known.version, known.definition, clock.now())
