"""What of somebody's vault serves for what a procedure asks, and until when."""

import calendar
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta

from motcua.base.pack import Kind, Pack, PackFault, Place, Where
from motcua.cases.model.procedure import Procedure
from motcua.cases.model.vault import AskedBy, Component, ComponentFile, Held
from motcua.cases.rules.checking import Operation, question_faults

COMPONENTS = Kind(name="components", place="components.yaml", type=ComponentFile)


class Shelf:
    """The kinds of components of a pack, found by what they are and by where they are asked for."""

    def __init__(self, components: Iterable[Component]) -> None:
        self.of_result: dict[str, list[Component]] = {}
        self.asked_by: dict[tuple[str, str], list[tuple[Component, AskedBy]]] = {}
        for one in components:
            for code in one.results:
                self.of_result.setdefault(code, []).append(one)
            for asked in one.documents:
                place = (asked.procedure, asked.document)
                self.asked_by.setdefault(place, []).append((one, asked))

    def kinds_of(
        self, result: str | None, procedure: str | None, need: str | None
    ) -> list[Component]:
        """What a result is, or what was handed in for a procedure's need."""
        if result is not None:
            return self.of_result.get(result, [])
        return [kind for kind, _ in self.asked_by.get((procedure or "", need or ""), ())]

    def kinds(self, held: Held) -> list[Component]:
        return self.kinds_of(held.result_code, held.procedure_code, held.requirement)

    def serving(
        self, held: Iterable[Held], procedure: str, need: str, today: date
    ) -> Iterator[tuple[Held, Component]]:
        """What serves for this need today, in the order in which it was given."""
        wanted = {kind.code: asked for kind, asked in self.asked_by.get((procedure, need), ())}
        for one in held:
            kind = next((kind for kind in self.kinds(one) if kind.code in wanted), None)
            if kind is None or one.status != "valid":
                continue
            ends = until(kind, one)
            if ends is None or today <= ends or wanted[kind.code].even_expired:
                yield one, kind


def until(kind: Component, held: Held) -> date | None:
    """The last day on which it holds: as it says itself, else by the rule of its kind."""
    if held.stated_until is not None or kind.valid_for is None or held.issued_on is None:
        return held.stated_until
    return _later(held.issued_on, int(kind.valid_for[:-1]), kind.valid_for[-1])


def _later(day: date, count: int, unit: str) -> date:
    """Months clip to the month's end: six months from 31 August is the last of February."""
    if unit == "d":
        return day + timedelta(days=count)
    months = day.month - 1 + count * (12 if unit == "y" else 1)
    year, month = day.year + months // 12, months % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def component_faults(
    pack: Pack, where: Where, registers: Mapping[str, Mapping[str, Operation]]
) -> Iterator[PackFault]:
    if not pack.has("components"):
        return
    components = pack.file("components", ComponentFile).components
    procedures = {p.code: p for p in pack.folder("procedures", Procedure).values()}
    for place, what, mend in _faults(components, procedures, registers):
        yield where.fault("components.yaml", place, what, mend)


def _faults(
    components: tuple[Component, ...],
    procedures: Mapping[str, Procedure],
    registers: Mapping[str, Mapping[str, Operation]],
) -> Iterator[tuple[Place, str, str]]:
    results = {result.code for one in procedures.values() for result in one.results}
    seen: set[str] = set()
    for i, one in enumerate(components):
        if one.code in seen:
            yield ("components", i, "code"), f"duplicate code '{one.code}'", "rename one"
        seen.add(one.code)
        if one.register:
            yield from question_faults(("components", i, "register"), one.register, registers)
        for j, code in enumerate(one.results):
            if code not in results:
                what = f"no procedure ends in '{code}'"
                yield ("components", i, "results", j), what, "name a result of a procedure"
        for j, asked in enumerate(one.documents):
            procedure = procedures.get(asked.procedure)
            known = [need.code for need in procedure.documents] if procedure else []
            if asked.document not in known:
                what = f"'{asked.procedure}' asks for no '{asked.document}'"
                mend = f"known: {', '.join(known) or 'no such procedure'}"
                yield ("components", i, "documents", j), what, mend
