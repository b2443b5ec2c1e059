"""Who is at the door: people as their provider knows them, and the provider as a pack has it."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from motcua.base.ids import PersonId
from motcua.base.pack import Kind
from motcua.base.text import Text

Realm = Literal["residents", "officers"]


class Viewer(Struct, frozen=True, kw_only=True):
    """Who asks. A resident's and an officer's are never mixed: two sign-ins, two cookies."""

    person: PersonId
    name: str
    number: str | None = None
    birth_date: date | None = None
    """As a token tells them; a session leaves them to the person's row."""
    is_officer: bool = False
    level: int | None = None
    """Of the e-ID at this sign-in. Officers and accounts of organisations have none."""
    on_behalf_of: PersonId | None = None
    """The organisation in whose name the person signed in."""
    organisation_name: str | None = None
    session: UUID | None = None
    """None where a token was shown instead of a cookie."""


class Organisation(Struct, frozen=True):
    code: str
    name: str


class Account(Struct, frozen=True, kw_only=True):
    """What a provider said, in our words. `subject` is the key; a name or a number may change."""

    realm: Realm
    provider: str
    subject: str
    name: str
    number: str | None = None
    birth_date: date | None = None
    email: str | None = None
    phone: str | None = None
    level: int | None = None
    organisation: Organisation | None = None


class Person(Struct, frozen=True):
    """A row of `identity.people`."""

    id: UUID
    kind: str
    name: str
    number: str | None
    birth_date: date | None
    email: str | None
    phone: str | None
    level: int | None


class Session(Struct, frozen=True):
    """An open session as the gate tells it, before anybody is known."""

    id: UUID
    person_id: UUID
    behalf_id: UUID | None
    level: int | None
    name: str
    organisation_name: str | None
    seen_at: datetime


class Attempt(Struct, frozen=True, kw_only=True):
    """One sign-in under way. It travels sealed in a cookie of the browser that began it."""

    realm: Realm
    state: str
    nonce: str
    verifier: str
    return_to: str
    until: int
    """Seconds since 1970."""


class KeptForm(Struct, frozen=True):
    """What somebody sent when their session had ended."""

    address: str
    fields: list[tuple[str, str]]
    has_files: bool
    """Files came along; they are not kept."""


Claim = Annotated[
    str, Meta(min_length=1, max_length=200, description="A claim's name; dots lead inside.")
]


class Claims(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where in the provider's claims each of our facts stands."""

    name: Claim
    number: Claim | None = None
    birth_date: Claim | None = None
    """As YYYY-MM-DD."""
    email: Claim | None = None
    phone: Claim | None = None
    level: Claim | None = None
    organisation_code: Claim | None = None
    """Where it is present, the person acts in the name of an organisation."""
    organisation_name: Claim | None = None


class Provider(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An OpenID provider that the city trusts to say who somebody is."""

    id: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{0,40}$")]
    """Stored with every person. It stays when the provider moves to another address."""
    name: Text
    issuer: Annotated[str, Meta(pattern=r"^https://[^?#]+$")] | None = None
    """None: only the demonstration provider may stand here."""
    client_id: Annotated[str, Meta(min_length=1, max_length=200)]
    audience: Annotated[str, Meta(min_length=1, max_length=200)]
    """The `aud` of access tokens meant for this city's API."""
    scope: str = "openid"
    acr: dict[str, Annotated[int, Meta(ge=1, le=9)]] = {}
    """Authentication context → level. Empty where the provider has no levels."""
    claims: Claims


class IdentityPack(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`identity.yaml`: who signs residents in, and who signs officers in."""

    residents: Provider
    officers: Provider


KIND = Kind(name="identity", place="identity.yaml", type=IdentityPack)
