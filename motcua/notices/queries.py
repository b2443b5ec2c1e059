"""The statements of the room, declared."""

from datetime import datetime
from uuid import UUID

from motcua.base.ids import PersonId
from motcua.db import Read, Write, statement
from motcua.notices.model import Message, Outgoing, Reader


@statement
async def record_message(
    db: Write, id: UUID, person: PersonId, subject: str, body: str, language: str,
    about_kind: str, about_id: UUID, at: datetime,
) -> None: ...  # fmt: skip


@statement
async def message_by_id(db: Read, id: UUID) -> Message | None: ...


@statement
async def messages_of_person(db: Read, person: PersonId, count_max: int) -> list[Message]: ...


@statement
async def reader_of_message(db: Read, id: UUID) -> Reader: ...


@statement
async def record_delivery(
    db: Write, message_id: UUID, attempt: int, channel: str, to_address: str | None,
    outcome: str, at: datetime,
) -> None: ...  # fmt: skip


@statement
async def latest_messages(db: Read, count_max: int) -> list[Outgoing]: ...
