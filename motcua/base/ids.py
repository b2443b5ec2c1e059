"""Names for things: ids in time order for the database, references nobody can guess for paper."""

import os
import secrets
from typing import NewType
from uuid import UUID

from motcua.base import clock

PersonId = NewType("PersonId", UUID)  # a person, an organisation or an officer
CaseId = NewType("CaseId", UUID)
DocumentId = NewType("DocumentId", UUID)

SYSTEM = PersonId(UUID(int=1))
"""The platform itself, as the actor of jobs. Never signs in."""

# Letters that survive handwriting and a telephone: no I, L, O, U.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_id() -> UUID:
    """UUID version 7 (RFC 9562): sorts by time, made here because PostgreSQL 16 has none."""
    milliseconds = int(clock.now().timestamp() * 1000)
    value = (milliseconds << 80) | int.from_bytes(os.urandom(10), "big")
    value = (value & ~(0xF << 76)) | (7 << 76)
    return UUID(int=(value & ~(0x3 << 62)) | (0x2 << 62))


def new_reference() -> str:
    """100 random bits as 20 characters for links printed on paper; nobody finds one by trying."""
    bits = secrets.randbits(100)
    return "".join(_ALPHABET[bits >> shift & 31] for shift in range(0, 100, 5))
