"""What is counted by name, called as people call it: steps, questions, papers, reasons."""

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from motcua.base.text import Text
from motcua.cases import Procedure, Procedures, Ratings
from motcua.db import City, Read
from motcua.score.actions import telling
from motcua.score.model import Asked, Kind, Named

NAMED_MAX = 15


class Called(Struct, frozen=True):
    """What has this name, in whatever procedures: how often, and for how long together. None: what
    no procedure in force has any more, and no pack."""

    name: Text | None
    count: int
    seconds: int


async def called(db: Read, asked: Asked, kind: Kind, floor: int = 1) -> list[Called]:
    """The most frequent first, none of fewer than `floor`. The same word means other things in
    another procedure, so each says what it calls it; what has one name stands together."""
    found: dict[Text | None, tuple[int, int]] = {}
    for name, one in _named(db.city, asked, kind, await telling.named(db, asked, kind)):
        count, seconds = found.get(name, (0, 0))
        found[name] = count + one.count, seconds + one.seconds
    rows = [Called(name, *counts) for name, counts in found.items() if counts[0] >= floor]
    rows.sort(key=lambda row: (row.name is None, -row.count, row.name.vi if row.name else ""))
    return rows[:NAMED_MAX]


def _named(
    city: City, asked: Asked, kind: Kind, found: Iterable[Named]
) -> Iterator[tuple[Text | None, Named]]:
    shelf, reasons = city[Procedures].today, city[Ratings].file
    of_city = {one.id: one.name for one in reasons.reasons} if reasons else {}
    names = {code: _names(known.procedure, kind) for code, known in shelf.items()}
    for one in found:
        known = shelf.get(one.procedure)
        if asked.field and (known is None or known.procedure.field.vi != asked.field):
            continue
        own = of_city if kind == "rating_reason" else names.get(one.procedure, {})
        yield own.get(one.name), one


def _names(procedure: Procedure, kind: Kind) -> Mapping[str, Text]:
    if kind == "step":
        return {name: step.name for name, step in procedure.route.steps.items()}
    if kind == "asked_field":
        return {name: field.label for name, field in procedure.form.fields.items()}
    return {need.code: need.name for need in procedure.documents}
