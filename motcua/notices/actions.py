"""What is done with notices: write one down, carry it, read one's own."""

import asyncio
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from msgspec import structs

from motcua import identity
from motcua.base import clock
from motcua.base.errors import NotFound, Unavailable
from motcua.base.ids import SYSTEM, PersonId, new_id
from motcua.base.text import Text
from motcua.db import City, Read, Write, jobs
from motcua.notices import queries, rules
from motcua.notices.model import About, Fact, Message, Outcome, Outgoing, Sum, Template
from motcua.notices.outside import Post
from motcua.web import figures
from motcua.web.language import Language, words

MESSAGES_MAX = 100
ADDRESS = "notices.deliveries.to_address"
OPERATOR = Text(
    vi="Người vận hành hệ thống, tại máy chủ", en="Who runs the platform, at its console"
)


async def send(
    db: Write,
    person: PersonId,
    template: str,
    facts: Mapping[str, Fact],
    about: About,
    *,
    language: Language = "vi",
    cause: UUID | None = None,
) -> UUID:
    """Tell a person something if, and only if, this transaction commits; by a known template.

    The same cause (an event's id) tells the same person the same thing once: jobs may run twice.
    """
    info = db.city.pack.info
    now = clock.now()
    subject, body = written(
        rules.TEMPLATES[template], facts, language, ZoneInfo(info.time_zone), info.currency.code
    )
    message_id = uuid5(cause, f"{template}:{person}") if cause else new_id()
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
        person = await identity.person(db, message.person)
        # An officer's address is the agency's: to write there about work asks for no consent.
        is_wanted = person.kind == "officer" or await identity.agrees(
            db, message.person, identity.EMAIL
        )
        email = person.email if is_wanted else None
    if reader.is_done:
        return
    outcome: Outcome = "kept"
    if email:
        outcome = await asyncio.to_thread(city[Post].carry, message, email)
    async with city.database.write(SYSTEM) as db:
        await queries.record_delivery(
            db, message_id, reader.attempts + 1, "email" if email else "inbox",
            sealed_address(city, message, email), outcome, clock.now(),
        )  # fmt: skip
    if outcome == "failed":
        raise Unavailable("notice.not_delivered", register="mail")


async def messages_of_me(db: Read) -> list[Message]:
    """The reader's messages, or those of the organisation they act for; newest first."""
    return await queries.messages_of_person(db, db.behalf or db.person, MESSAGES_MAX)


async def tell_of_keys(city: City, officer: PersonId, what: str, by: PersonId, cause: UUID) -> None:
    """`what`: as in `identity.passkey_added`. Whoever took over an account cannot keep this from
    its officer."""
    async with city.database.write(SYSTEM) as db:
        facts: dict[str, Fact] = {
            "officer": OPERATOR if by == SYSTEM else (await identity.names(db, [by]))[by],
            "at": clock.now(),
            "address": f"{city.settings.desk_origin}/desk/passkeys",
        }
        about = About("account", officer)
        await send(db, officer, f"account.{what}", facts, about, cause=cause)


async def outbox(city: City) -> list[Outgoing]:
    """Everybody's latest messages, where everybody is invented: the demonstration's only."""
    if not city.settings.demo:
        raise NotFound("web.not_found")
    async with city.database.read(SYSTEM) as db:
        latest = await queries.latest_messages(db, MESSAGES_MAX)
    return [
        structs.replace(one, to_address=opened_address(city, one.person, one.id, one.to_address))
        for one in latest
    ]


def sealed_address(city: City, message: Message, address: str | None) -> str | None:
    """The proof of where a message went is its reader's own, too."""
    if address is None:
        return None
    sealed = identity.seal(city, message.person, ADDRESS, message.id, address.encode())
    return b64encode(sealed).decode()


def opened_address(city: City, person: PersonId, message: UUID, kept: str | None) -> str | None:
    """What was written before addresses were sealed is one."""
    if kept is None or "@" in kept:
        return kept
    return identity.unseal(city, person, ADDRESS, message, b64decode(kept)).decode()


def written(
    template: Template, facts: Mapping[str, Fact], language: Language, zone: ZoneInfo, currency: str
) -> tuple[str, str]:
    """Subject and text. A missing fact is a bug of the sender: it fails here, not on the way."""
    said = {name: _said(fact, language, zone, currency) for name, fact in facts.items()}
    speak = words(language)

    def fill(sentence: str) -> str:
        return speak.pgettext(rules.CONTEXT, sentence) % said

    # One line: a subject travels as a header.
    subject = " ".join(fill(template.subject).split())[: rules.SUBJECT_LENGTH_MAX]
    return subject, f"{fill(template.body)}\n\n{fill(template.signed)}\n"


def _said(fact: Fact, language: Language, zone: ZoneInfo, currency: str) -> str:
    if isinstance(fact, datetime):
        return f"{figures.clock(fact, zone)} {figures.full_day(fact, language, zone)}"
    if isinstance(fact, Text):
        return fact.within(language)
    if isinstance(fact, Sum):
        return figures.money(fact.amount, currency, language)
    return fact[: rules.FACT_LENGTH_MAX]
