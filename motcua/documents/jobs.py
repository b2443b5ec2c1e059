"""What happens later: uploads in quarantine are scanned again."""

import logging

from motcua.db import City, jobs
from motcua.documents import actions

log = logging.getLogger("motcua.documents")

AGAIN_HOURS = 0.05  # three minutes: somebody may wait to hand in what is held


@jobs.every(hours=AGAIN_HOURS)
async def scan_again(city: City) -> None:
    """Whoever watches sees by this line that the scanner needs a hand."""
    if waiting := await actions.scan_again(city):
        log.warning("uploads wait for the scanner", extra={"waiting": waiting})
