"""What is done with notices: write one down, carry it, read one's own."""

import asyncio
from collections.abc import Mapping
from uuid import UUID
from zoneinfo import ZoneInfo

from motcua.base import clock
from motcua.base.errors import NotFound, Unavailable
from motcua.base.ids import SYSTEM, PersonId, new_id
from motcua.db import City, Read, Write, jobs
from motcua.notices import queries, rules
from motcua.notices.model import About, Fact, Message, Outcome, Outgoing
from motcua.notices.outside import Post
from motcua.web.language import Language

MESSAGES_MAX = 100


async def send(
    db: Write, person: PersonId, template: str, facts: Mapping[str, Fact], about: About,
    language: Language = "vi",
) -> UUID:  # fmt: skip
    """Tell a person something if, and only if, this transaction commits; by a known template."""
    info = db.city.pack.info
    now = clock.now()
    subject, body = rules.written(
        rules.TEMPLATES[template], facts, language, ZoneInfo(info.time_zone), info.currency.code
    )
    message_id = new_id()
    await queries.record_message(
        db, message_id, person, subject, body, language, about.kind, about.id, now
    )
    await jobs.enqueue(db, "notices.deliver", {"message": str(message_id)})
    return message_id


async def deliver(city: City, message_id: UUID) -> None:
    """One try to carry a message. Raises where another try may succeed."""
    async with city.database.read(SYSTEM) as db:
        message = await queries.message_by_id(db, message_id)
        if message is None:
            raise NotFound("notice.not_found")
        reader = await queries.reader_of_message(db, message_id)
    if reader.is_done:
        return
    outcome: Outcome = "kept"
    if reader.email:
        outcome = await asyncio.to_thread(city[Post].carry, message, reader.email)
    async with city.database.write(SYSTEM) as db:
        await queries.record_delivery(
            db, message_id, reader.attempts + 1, "email" if reader.email else "inbox",
            reader.email, outcome, clock.now(),
        )  # fmt: skip
    if outcome == "failed":
        raise Unavailable("notice.not_delivered", register="mail")


async def messages_of_me(db: Read) -> list[Message]:
    """The reader's messages, or those of the organisation they act for; newest first."""
    return await queries.messages_of_person(db, db.behalf or db.person, MESSAGES_MAX)


async def outbox(city: City) -> list[Outgoing]:
    """Everybody's latest messages, where everybody is invented: the demonstration's only."""
    if not city.settings.demo:
        raise NotFound("web.not_found")
    async with city.database.read(SYSTEM) as db:
        return await queries.latest_messages(db, MESSAGES_MAX)
