"""Who may say how a case was handled, until when, and what a pack offers them to say."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from motcua.base.errors import Fault
from motcua.base.pack import Kind, Pack, PackFault, Where
from motcua.cases.model.case import STATUS_WITHDRAWN, Case
from motcua.cases.model.rating import RatingsFile, Why

RATINGS = Kind(name="ratings", place="ratings.yaml", type=RatingsFile)


def rated_until(file: RatingsFile, case: Case) -> datetime | None:
    """Until when its person may rate it, and put that right; None: not at all.

    What is open or was taken back by its person is not rated; a part is rated with its lead.
    """
    if case.closed_at is None or case.lead_id is not None or case.status == STATUS_WITHDRAWN:
        return None
    return case.closed_at + timedelta(days=file.days)


def rating_faults(file: RatingsFile, score: int, reasons: Sequence[str]) -> list[Fault]:
    if score not in {level.score for level in file.levels}:
        return [Fault("/score", "form.not_an_option")]
    offered = {why.id for why in reasons_for(file, score)}
    return [
        Fault(f"/reasons/{place}", "form.not_an_option")
        for place, reason in enumerate(reasons)
        if reason not in offered
    ]


def reasons_for(file: RatingsFile, score: int) -> list[Why]:
    return [why for why in file.reasons if score in why.scores]


def ratings_faults(pack: Pack, where: Where) -> Iterator[PackFault]:
    """Two levels of one score, reasons twice or for a level that nobody can choose."""
    if not pack.has(RATINGS.name):
        return
    file, scores, ids = pack.file(RATINGS.name, RatingsFile), set[int](), set[str]()
    for i, level in enumerate(file.levels):
        if level.score in scores:
            what = f"the score {level.score} is given twice"
            yield where.fault(RATINGS.place, ("levels", i, "score"), what, "give each its own")
        scores.add(level.score)
    for i, why in enumerate(file.reasons):
        if why.id in ids:
            yield where.fault(
                RATINGS.place, ("reasons", i, "id"), f"'{why.id}' is listed twice", "keep one"
            )
        ids.add(why.id)
        for j, score in enumerate(why.scores):
            if score not in scores:
                what = f"no level has the score {score}"
                yield where.fault(
                    RATINGS.place, ("reasons", i, "scores", j), what, "name one of 'levels'"
                )
