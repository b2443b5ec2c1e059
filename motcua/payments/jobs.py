"""The nightly count: each truth about money is held in two places, and compared."""

import logging

from motcua.base.ids import SYSTEM
from motcua.db import City, jobs
from motcua.payments import actions

log = logging.getLogger("motcua.payments")


@jobs.every(hours=24)
async def count_the_books(city: City) -> None:
    """Anything found means that a constraint failed: a person must look."""
    async with city.database.read(SYSTEM) as db:
        found = await actions.ledger_faults(db)
    for fault in found:
        log.error("ledger fault", extra={"fault": fault.fault, "subject": fault.subject})
