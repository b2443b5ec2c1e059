"""How long a number waits, told only from how long people took today."""

from math import ceil

from motcua.cases.model.counter import Waiting

SERVED_MIN = 3
"""With fewer people served today nobody knows, and the board says so."""
STEP_MINUTES = 5


def wait_minutes(before: int, known: Waiting) -> int | None:
    """For whoever has so many people before them: rounded up, so that it is rather shorter. None:
    not known yet."""
    if before == 0:
        return 0
    if known.seconds is None or known.served < SERVED_MIN or known.places == 0:
        return None
    minutes = before * known.seconds / known.places / 60
    return ceil(minutes / STEP_MINUTES) * STEP_MINUTES
