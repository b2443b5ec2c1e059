"""What is done to all that is known of somebody: sealed, set aside, forgotten."""

import asyncio
from datetime import date
from uuid import UUID

from motcua.base import clock, keys
from motcua.base.ids import SYSTEM, CaseId, PersonId
from motcua.db import City, Read, Write
from motcua.identity import queries
from motcua.identity.actions.keys import Keys, destroy_key, number_index, seal_text
from motcua.identity.actions.meeting import PEOPLE, UNCLAIMED, keep_particulars
from motcua.identity.model import PersonKept

PEOPLE_AT_ONCE = 500
FORGOTTEN = "…"
"""Where the name of somebody stood who was forgotten."""


async def seal_old_people(city: City) -> int:
    """Seal the rows that are older than the keys of their people; how many there were."""
    count = 0
    while True:
        async with city.database.write(SYSTEM) as db:
            found = await queries.people_not_sealed(db, PEOPLE_AT_ONCE)
            for kept in found:
                await _seal_old(db, kept)
        count += len(found)
        if len(found) < PEOPLE_AT_ONCE:
            return count


async def _seal_old(db: Write, kept: PersonKept) -> None:
    told = {
        name: value.decode()
        for name in ("number", "birth_date", "email", "phone")
        if (value := getattr(kept, name)) and not keys.is_sealed(value)
    }
    born = told.pop("birth_date", None)
    await keep_particulars(
        db, kept.id, birth_date=date.fromisoformat(born) if born else None, **told
    )
    if number := told.get("number"):
        index = number_index(db.city, number).hex()
        await queries.rename_unclaimed(db, kept.id, index, UNCLAIMED)


async def restrict(db: Write, person: PersonId, case: CaseId, agency: str) -> None:
    """From now on their data is kept and not used, but by this agency. Acts as SYSTEM."""
    await queries.restrict(db, case, person, agency, clock.now())


async def lift_restrictions(db: Write, person: PersonId) -> None:
    await queries.lift_restrictions(db, person, clock.now())


async def is_restricted(db: Read, person: PersonId, agency: str | None = None) -> bool:
    """Whether their data may not be used now, by this agency."""
    return await queries.is_restricted(db, person, agency)


async def correct_contact(
    db: Write, person: PersonId, email: str | None, phone: str | None
) -> None:
    """Where the city reaches them; their name and number are their register's to correct."""
    sealed = (
        seal_text(db.city, person, f"{PEOPLE}.{name}", person, said or None)
        for name, said in (("email", email), ("phone", phone))
    )
    await queries.correct_contact(db, person, *sealed)


async def erase_person(db: Write, person: PersonId) -> None:
    """Nothing of theirs stays but an id, so that what others did stays told. Acts as SYSTEM.

    The key goes at once: should the transaction fail, it is tried again, and was no loss.
    """
    await queries.forget_sessions(db, person)
    await queries.forget_representations(db, person)
    await queries.forget_consents(db, person)
    await queries.forget_person(db, person, FORGOTTEN)
    await asyncio.to_thread(destroy_key, db.city, person)


def destroy_again(city: City, people: list[UUID]) -> int:
    """Keys that an old copy of their folder brought back; how many there were."""
    back = [one for one in people if not city[Keys].folder.is_destroyed(str(one))]
    for one in back:
        city[Keys].destroy(one)
    return len(back)
