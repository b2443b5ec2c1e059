"""A step that took longer than its hours: said once, in the history and at the desk."""

from motcua.base import clock
from motcua.base.ids import SYSTEM
from motcua.cases import queries
from motcua.db import City, events

AT_ONCE_MAX = 500


async def escalate(city: City) -> int:
    """How many steps were found late now. A case that waits for its applicant is not late."""
    now, found = clock.now(), 0
    async with city.database.write(SYSTEM) as db:
        for late in await queries.steps_that_ran_out(db, now, AT_ONCE_MAX):
            if await queries.escalate(db, now, late.id):
                found += 1
                facts = {"step": late.step, "step_due_at": late.step_due_at.isoformat()}
                await events.record(
                    db, "case.escalated", late.id, person=late.applicant_id,
                    agency=late.at_agency, facts=facts,
                )  # fmt: skip
    return found
