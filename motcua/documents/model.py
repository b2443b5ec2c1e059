"""What papers are: files people hand in, numbers an agency has given out, results it has issued."""

from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

import msgspec

from motcua.base.ids import CaseId, DocumentId, PersonId
from motcua.base.text import Text

FONTS = Path(__file__).parent / "fonts"
"""The only fonts a paper is set in; nothing of the machine it is set on."""

MediaType = Literal["application/pdf", "image/jpeg", "image/png"]
Status = Literal["valid", "replaced", "revoked"]


Scan = Literal["own", "clean", "not_scanned", "quarantined", "infected"]
"""What is known of malware in a file. `own`: we made it. `not_scanned`: this city has no scanner
and says so. `quarantined`: the scanner gave no answer to build on; kept, and given to nobody."""
HELD: tuple[Scan, ...] = ("quarantined", "infected")


class Upload(msgspec.Struct, frozen=True):
    """What a person sent, after its content was looked at; not stored yet."""

    name: str
    media_type: MediaType
    content: bytes
    """What is kept: a paper as it came, a picture drawn anew."""
    sha256: bytes
    sent_sha256: bytes
    """Of the bytes that were sent: what a person can prove to have handed in."""
    scan: Scan = "not_scanned"


class File(msgspec.Struct, frozen=True):
    id: DocumentId
    owner: PersonId
    name: str
    media_type: str
    size: int
    sha256: bytes
    made_at: datetime
    scan: Scan = "own"


class Reserved(msgspec.Struct, frozen=True):
    """What a paper will carry, given out before it is set; a second try gets the same again."""

    reference: str
    number: str
    issued_on: date


class Prepared(msgspec.Struct, frozen=True):
    """A paper set, signed and in the store, of which the record knows nothing yet."""

    sha256: bytes
    size: int


class Holder(msgspec.Struct, frozen=True):
    """Of whom the paper speaks. Who types `number` from the paper is shown name and birth date."""

    person: PersonId | None
    number: str
    name: str
    birth_date: date | None = None


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    """What the record will say of a paper. `owner` receives it: a person or an organisation."""

    case: CaseId
    kind_code: str
    kind_name: Text
    agency: str
    issuer_name: Text
    owner: PersonId
    holder: Holder
    file_name: str


class Issued(msgspec.Struct, frozen=True):
    reference: str
    number: str
    issued_on: date
    document: DocumentId
    case: CaseId


class Record(msgspec.Struct, frozen=True):
    """What anyone may know of a paper by its reference. Nothing of the person."""

    reference: str
    kind_code: str
    kind_name_vi: str
    kind_name_en: str
    issuer_name_vi: str
    issuer_name_en: str
    number: str
    issued_on: date
    sha256: bytes
    status: str
    status_since: datetime


class VaultPaper(msgspec.Struct, frozen=True):
    """One paper in a person's vault."""

    reference: str
    kind_name_vi: str
    kind_name_en: str
    issuer_name_vi: str
    issuer_name_en: str
    number: str
    issued_on: date
    document: DocumentId
    status: str


class Opening(msgspec.Struct, frozen=True):
    """Somebody else opened a person's file, or was shown by its number whose a paper is."""

    id: UUID
    at: datetime
    kind: str
    actor_id: PersonId
    name: str | None
    kind_name_vi: str | None
    kind_name_en: str | None
    agency_code: str | None
    """For which agency it was opened; None: whoever opened it has a right of their own."""

    @property
    def is_shown(self) -> bool:
        return self.kind == "document.shown"

    def name_within(self, language: str) -> str:
        """What kind of paper it is; of what a person handed in, its own name."""
        said = self.kind_name_en if language == "en" else self.kind_name_vi
        return said or self.name or ""


class OpenedFor(msgspec.Struct, frozen=True):
    """The agency of whoever opens a file of somebody else, and the order that hides it."""

    agency_code: str
    covert: UUID | None


class HolderFound(msgspec.Struct, frozen=True):
    """A paper whose holder's number was typed right."""

    document: UUID
    person: PersonId | None
    shown: dict[str, Any]


class Shown(msgspec.Struct, frozen=True):
    """What one sees of a paper's holder after typing the number printed on it."""

    name: str
    birth_date: date | None = None


class Verdict(msgspec.Struct, frozen=True):
    """What the bytes of a file alone tell. Whether the paper still holds is for the city to say."""

    outcome: Literal["valid", "invalid", "unknown"]
    reason: str
    signer: str | None = None
    authority: str | None = None
    signed_at: datetime | None = None
    """As the signer claims; no time-stamp authority has confirmed it."""
    reference: str | None = None
