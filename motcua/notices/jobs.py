"""What happens later: a message is carried to its reader."""

from typing import Any
from uuid import UUID

from motcua.db import City, jobs
from motcua.notices import actions

TRIES_MAX = 8  # with growing pauses: about ten minutes in all


@jobs.handler("notices.deliver", attempts=TRIES_MAX)
async def deliver(city: City, payload: dict[str, Any]) -> None:
    await actions.deliver(city, UUID(payload["message"]))
