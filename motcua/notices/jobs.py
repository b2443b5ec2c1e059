"""What happens later: a message is carried to its reader."""

from typing import Any
from uuid import UUID

from motcua.base.ids import PersonId
from motcua.db import City, jobs
from motcua.notices import actions

TRIES_MAX = 8  # with growing pauses: about ten minutes in all


@jobs.handler("notices.deliver", attempts=TRIES_MAX)
async def deliver(city: City, payload: dict[str, Any]) -> None:
    await actions.deliver(city, UUID(payload["message"]))


@jobs.on(
    "identity.passkey_added", "identity.passkey_removed", "identity.passkey_doubted",
    "identity.enrolment_asked", "identity.enrolment_agreed", "identity.shut_out",
)  # fmt: skip
async def tell_of_keys(city: City, payload: dict[str, Any]) -> None:
    officer = PersonId(UUID(payload["subject"]))
    by = PersonId(UUID(payload["facts"]["by"]))
    what = str(payload["kind"]).removeprefix("identity.")
    await actions.tell_of_keys(city, officer, what, by, UUID(payload["event"]))
