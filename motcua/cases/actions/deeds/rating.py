"""Its person says how the case was handled, or puts that right."""

from typing import Any

from motcua.base.errors import Conflict, Invalid
from motcua.cases import queries
from motcua.cases.actions.deeds.deed import Act, tell
from motcua.cases.actions.ratings import Ratings, same
from motcua.cases.rules.rating import rating_faults


async def rate(deed: Act) -> Act:
    """A correction tells what it replaces, so that whoever counts can take that away again."""
    file = deed.db.city[Ratings].file
    if file is None:
        raise Conflict("case.nothing_to_rate")
    score, reasons = deed.body["score"], list(dict.fromkeys(deed.body.get("reasons", [])))
    if faults := rating_faults(file, score, reasons):
        raise Invalid("request.faults", faults)
    kept = await queries.rating_of_case(deed.db, deed.case.id)
    if kept and same(kept, score, reasons):
        return deed
    before: dict[str, Any] | None = None
    if kept:
        before = {"score": kept.score, "reasons": kept.reasons}
    case = deed.case
    await queries.keep_rating(deed.db, case.id, case.applicant_id, score, reasons, deed.at)
    await tell(deed, "case.rated", score=score, reasons=reasons, before=before)
    return deed
