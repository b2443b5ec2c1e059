"""What the pack lets people say of how their case was handled, and what they have said."""

from collections.abc import Sequence
from datetime import datetime

from motcua.base import clock
from motcua.cases import queries
from motcua.cases.model.case import Case
from motcua.cases.model.rating import Rating, RatingsFile
from motcua.cases.rules.rating import RATINGS, rated_until
from motcua.db import City, Read


class Ratings:
    """`city[Ratings]`: levels and reasons. A pack without them asks nobody."""

    def __init__(self, file: RatingsFile | None) -> None:
        self.file = file

    @classmethod
    def of(cls, city: City) -> "Ratings":
        there = city.pack.has(RATINGS.name)
        return cls(city.pack.file(RATINGS.name, RatingsFile) if there else None)

    def until(self, case: Case) -> datetime | None:
        return rated_until(self.file, case) if self.file else None

    def may_rate(self, case: Case) -> bool:
        until = self.until(case)
        return until is not None and clock.now() <= until


async def rating_of(db: Read, case: Case) -> Rating | None:
    """What its person said; nothing to anybody else."""
    return await queries.rating_of_case(db, case.id)


def same(kept: Rating, score: int, reasons: Sequence[str]) -> bool:
    return (kept.score, sorted(kept.reasons)) == (score, sorted(reasons))
