"""Several cases at once: what may be done with all of them, and whose work is handed on."""

from collections.abc import Sequence

from msgspec import Struct

from motcua import identity
from motcua.base.errors import Invalid
from motcua.base.ids import PersonId
from motcua.base.text import fold
from motcua.cases import queries
from motcua.cases.actions import reading, work
from motcua.cases.actions.looking import note_list
from motcua.cases.actions.procedures import InForce
from motcua.cases.actions.sealing import opened_all
from motcua.cases.actions.standing import Beside, beside, standing_of
from motcua.cases.actions.work import Wanted
from motcua.cases.model.case import Case, may_be_code
from motcua.cases.rules.routes import CaseState
from motcua.db import Read, Write
from motcua.identity import Viewer

MARKED_MAX = 500
"""What one officer has in hand may be marked at once."""
ROWS_AT_ONCE = 100


class Marked(Struct, frozen=True, kw_only=True):
    """One of several cases, as far as it must be known to say what may be done with it."""

    case: Case
    known: InForce
    state: CaseState


async def marked(db: Write, viewer: Viewer, codes: Sequence[str]) -> list[Marked]:
    """Those of them that this officer may see; each is noted as seen in a list.

    The same statements for one case and for hundreds.
    """
    named = sorted({code for code in codes if may_be_code(code)})
    if len(named) > MARKED_MAX:
        raise Invalid("case.too_many_marked", max=MARKED_MAX)
    cases = list(opened_all(db.city, await queries.cases_by_codes(db, named)))
    found = await beside(db, viewer, cases)
    await note_list(db, viewer, [case.code for case in cases])
    return [await _marked(db, viewer, case, found[case.id]) for case in cases]


async def _marked(db: Read, viewer: Viewer, case: Case, found: Beside) -> Marked:
    known = await reading.definition(db, case)
    state = standing_of(db.city, viewer, case, known, found.payment.state, found.sides, found.posts)
    return Marked(case=case, known=known, state=state)


class Load(Struct, frozen=True):
    """How many open cases of an agency somebody handles."""

    officer: PersonId
    name: str
    count: int


async def loads(db: Read, agency: str) -> list[Load]:
    """Of everybody who handles an open case in this agency of the officer's, by name."""
    counts = (await work.choices(db, Wanted(agency=agency))).handlers
    names = await identity.names(db, [officer for officer in counts if officer])
    found = [Load(officer, name, counts[officer]) for officer, name in names.items()]
    return sorted(found, key=lambda one: fold(one.name))


async def cases_of(db: Write, viewer: Viewer, agency: str, officer: PersonId) -> list[str]:
    """The codes of what they handle there, what is promised first comes first."""
    codes: list[str] = []
    for page in range(1, MARKED_MAX // ROWS_AT_ONCE + 1):
        wanted = Wanted(agency=agency, assigned=str(officer), page=page, rows=ROWS_AT_ONCE)
        rows = (await work.work_list(db, viewer, wanted)).rows
        codes += [row.code for row in rows]
        if len(rows) < ROWS_AT_ONCE:
            break
    return codes
