"""What is told to a person, and how a try to bring it to them ended."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from motcua.base.ids import PersonId
from motcua.base.text import Text

# `sent`: a mail server took it. `kept`: there is no mail server, or no address; the person reads it
# here. `refused`: the server will never take it. `failed`: it may at another try.
Outcome = Literal["sent", "kept", "refused", "failed"]


class Sum(Struct, frozen=True):
    """Money, in the smallest unit of the pack's currency."""

    amount: int


Fact = str | datetime | Text | Sum


class About(Struct, frozen=True):
    """The thing a message is about: `case` and its id."""

    kind: str
    id: UUID


SIGNED = "%(agency)s\nHandled by: %(officer)s\nTime: %(at)s\nFollow your request: %(address)s"
"""Every notice of a request names the agency, who received or handles it, and when: people have
that right."""


class Template(Struct, frozen=True):
    """Subject and text, as the English sentences by which the catalogues know them."""

    subject: str
    body: str
    signed: str = SIGNED


class Message(Struct, frozen=True):
    """One message as its reader finds it."""

    id: UUID
    person: PersonId
    subject: str
    body: str
    language: str
    about_kind: str
    about_id: UUID
    made_at: datetime


class Reader(Struct, frozen=True):
    """How often it was tried to reach the reader with this message."""

    attempts: int
    is_done: bool


class Outgoing(Struct, frozen=True):
    """A message with the last that is known of its way, for the outbox."""

    id: UUID
    person: PersonId
    to_address: str | None
    subject: str
    body: str
    language: str
    made_at: datetime
    outcome: str | None
