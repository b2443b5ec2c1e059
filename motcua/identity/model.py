"""Who is at the door: people as their provider knows them, and the provider as a pack has it."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from motcua.base.ids import PersonId
from motcua.base.pack import Kind
from motcua.base.text import Source, Text

Realm = Literal["residents", "officers"]


class Assurance(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How sure the city may be: of who somebody is, and that it is they who sign in.

    Two axes, since a well-proved account can be opened with a stolen password, and a careful
    sign-in proves nothing about an account that nobody looked at.
    """

    proofing: Annotated[int, Meta(ge=0, le=2)] = 0
    """P1, P2: the level of the account. What screens call the level of the e-ID."""
    authentication: Annotated[int, Meta(ge=0, le=4)] = 0
    """C1 to C4: one factor; two; two of which one is the body; possession, knowledge and body."""

    def reaches(self, needed: "Assurance") -> bool:
        return self.proofing >= needed.proofing and self.authentication >= needed.authentication

    def capped(self, most: "Assurance") -> "Assurance":
        """The lower on each axis."""
        return Assurance(
            proofing=min(self.proofing, most.proofing),
            authentication=min(self.authentication, most.authentication),
        )


ORDINARY = Assurance()
"""What an ordinary sign-in must show: nothing in particular."""


Role = Literal["represents", "files", "pays", "receives"]
GivenRole = Literal["files", "pays", "receives"]
GIVEN: tuple[GivenRole, ...] = ("files", "pays", "receives")
"""What a representative may let others do; letting others is theirs alone."""
REPRESENTATIVE: tuple[Role, ...] = ("represents", *GIVEN)


class Viewer(Struct, frozen=True, kw_only=True):
    """Who asks. A resident's and an officer's are never mixed: two sign-ins, two cookies."""

    person: PersonId
    name: str
    number: str | None = None
    birth_date: date | None = None
    """As a token tells them; a session leaves them to the person's row."""
    is_officer: bool = False
    assurance: Assurance | None = None
    """Of this sign-in, now. Officers and accounts of organisations have none."""
    on_behalf_of: PersonId | None = None
    """The organisation in whose name the person signed in."""
    organisation_name: str | None = None
    roles: tuple[Role, ...] = ()
    """What they may do in that name; a representative anything."""
    session: UUID | None = None
    signed_in_at: datetime | None = None
    """When this session's person last proved who they are; each proof opens a new session."""
    passkey: UUID | None = None
    """The key by which an officer signed in."""

    def may(self, role: Role) -> bool:
        """For themselves everything, in an organisation's name what they were let. What an officer
        may do at a counter hangs on other rules."""
        return self.on_behalf_of is None or self.is_officer or role in self.roles

    @property
    def level(self) -> int | None:
        """What people know of it: the level of their account, as far as this sign-in shows it."""
        return self.assurance.proofing if self.assurance else None

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
    assurance: Assurance | None = None
    organisation: Organisation | None = None


class PersonKept(Struct, frozen=True):
    """A row of `identity.people`: what is the person's own lies sealed."""

    id: UUID
    kind: str
    name: str
    number: bytes | None
    birth_date: bytes | None
    email: bytes | None
    phone: bytes | None
    level: int | None


class Named(Struct, frozen=True):
    id: UUID
    name: str


class Person(Struct, frozen=True):
    """Somebody as the platform knows them, opened."""

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
    authentication: int | None
    name: str
    organisation_name: str | None
    seen_at: datetime
    made_at: datetime
    passkey_id: UUID | None


class Attempt(Struct, frozen=True, kw_only=True):
    """One sign-in under way. It travels sealed in a cookie of the browser that began it."""

    realm: Realm
    issuer: str
    """Whom it was begun with: an answer of another provider is none to this."""
    state: str
    nonce: str
    verifier: str
    return_to: str
    until: int
    """Seconds since 1970."""
    is_again: bool = False
    """Whoever is signed in must show it once more, over there too."""
    needed: Assurance = ORDINARY
    """What this sign-in must show; nothing where it is an ordinary one."""
    usual: Assurance | None = None
    """Of the session that it raises for a while, and falls back to."""


class Usual(Struct, frozen=True):
    """A session's own assurance, as its row has it."""

    level: int | None
    authentication: int | None


class Logout(Struct, frozen=True):
    """A provider's word that an account has signed out: of everything, or of its session `sid`."""

    jti: str
    subject: str | None
    sid: str | None
    until: int
    """Seconds since 1970; after it the token itself is too old."""


class Delegation(Struct, frozen=True):
    """What somebody may do in an organisation's name until a day: a representative said so."""

    id: UUID
    organisation_id: UUID
    organisation_name: str
    person_id: UUID
    name: str
    roles: list[str]
    given_at: datetime
    until: datetime


class DelegationGiven(Struct, frozen=True, forbid_unknown_fields=True):
    """What a representative sends: whom they let do what, until the end of which day."""

    number: Annotated[str, Meta(min_length=1, max_length=40)]
    name: Annotated[str, Meta(min_length=1, max_length=300)]
    """As their card has it; it must be the name of whoever has the number."""
    roles: Annotated[list[GivenRole], Meta(min_length=1, max_length=3)]
    until: date


class OpenSession(Struct, frozen=True):
    """One of a person's sessions, as they see it listed."""

    id: UUID
    device: str | None
    """Browser and system by their own names; None where they were not told."""
    made_at: datetime
    seen_at: datetime
    by_passkey: bool


class Passkey(Struct, frozen=True):
    """A key by which an officer signs in; only the public half ever lies here."""

    id: UUID
    person_id: UUID
    credential_id: bytes
    public_key: bytes
    sign_count: int
    name: str
    is_synced: bool
    made_at: datetime
    used_at: datetime | None


class Challenge(Struct, frozen=True):
    """What an authenticator was asked to sign, and for whom; nobody yet at a sign-in."""

    challenge: bytes
    person_id: UUID | None
    enrolment_id: UUID | None


class Enrolment(Struct, frozen=True):
    """Leave for an officer to make a passkey. `is_enough`: the code alone opens the door, since two
    administrators stand for the officer."""

    id: UUID
    officer_id: UUID
    is_enough: bool
    asked_by: UUID
    asked_at: datetime
    agreed_by: UUID | None
    until: datetime
    has_code: bool
    """Given to somebody who may use it; without one it waits for a second administrator."""
    is_used: bool


class Officer(Struct, frozen=True):
    """An officer as administrators see them."""

    id: UUID
    name: str
    passkeys: int
    sessions: int


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
    subject: Claim = "sub"
    """The account's own key: never a name, and a number only where the provider has nothing else
    that stays."""
    number: Claim | None = None
    birth_date: Claim | None = None
    """As YYYY-MM-DD."""
    email: Claim | None = None
    phone: Claim | None = None
    level: Claim | None = None
    """Of the account: 1 or 2."""
    acr: Claim = "acr"
    """How this sign-in was done. Where there is an ID token, it alone may say so."""
    organisation_code: Claim | None = None
    """Where it is present, the person acts in the name of an organisation."""
    organisation_name: Claim | None = None


Path = Annotated[str, Meta(pattern=r"^/[\w./-]{0,200}$")]


class Endpoints(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where a provider that publishes no description of itself is asked, below its issuer."""

    authorization: Path
    token: Path
    userinfo: Path


class Provider(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An OpenID provider that the city trusts to say who somebody is."""

    id: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{0,40}$")]
    """Stored with every person. It stays when the provider moves to another address."""
    name: Text
    issuer: Annotated[str, Meta(pattern=r"^https://[^?#]+$")] | None = None
    """None: only the demonstration provider may stand here."""
    wire: Literal["oidc", "fapi2", "envelope"] = "oidc"
    """OpenID Connect; FAPI 2.0 with DPoP; encrypted envelopes without an ID token."""
    endpoints: Endpoints | None = None
    """Of the wire `envelope`."""
    hosts: tuple[Annotated[str, Meta(pattern=r"^https://[^/?#@]+$")], ...] = ()
    """Where else than at its issuer's own address the city may ask it: `https://token.example`."""
    client_id: Annotated[str, Meta(min_length=1, max_length=200)]
    audience: Annotated[str, Meta(min_length=1, max_length=200)]
    """The `aud` of access tokens meant for this city's API."""
    scope: str = "openid"
    acr: dict[str, Assurance] = {}
    """Authentication context → the most that such a sign-in shows, in the order in which an
    ordinary sign-in asks for them. Empty where the provider has no levels."""
    claims: Claims


class PasskeyRules(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a city asks of its officers' passkeys."""

    fresh_for: tuple[Annotated[str, Meta(pattern=r"^[a-z_]{1,40}$")], ...] = ("sign",)
    """Acts on a case for which the key must just have been shown."""
    fresh_minutes: Annotated[int, Meta(ge=1, le=600)] = 10
    may_sync: bool = True
    """False: only keys that never leave the device on which they were made."""


class IdentityPack(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`identity.yaml`: who signs residents in, and who signs officers in."""

    residents: Provider
    officers: Provider
    officers_by: Literal["passkey", "oidc", "both"] = "oidc"
    """How officers sign in: by passkeys alone, by their provider alone, or by either."""
    passkeys: PasskeyRules = PasskeyRules()

    @property
    def has_passkeys(self) -> bool:
        return self.officers_by != "oidc"

    def takes_provider(self, realm: Realm) -> bool:
        """Whether a provider's word opens this realm. Residents have nobody else to speak for
        them."""
        return realm == "residents" or self.officers_by != "passkey"


KIND = Kind(name="identity", place="identity.yaml", type=IdentityPack)


class Consent(Struct, frozen=True):
    """What somebody agreed to, in the words they read; None: they have not taken it back."""

    id: UUID
    purpose: str
    words: str
    language: str
    given_at: datetime
    withdrawn_at: datetime | None


class ConsentAsked(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Something that the city does only for who agrees to it."""

    id: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
    name: Text
    words: Text
    """What a person reads and agrees to: what is used, for what, by whom, until when."""
    source: Source


class ConsentsPack(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`consents.yaml`: all that rests on consent; everything else rests on law."""

    consents: tuple[ConsentAsked, ...]


CONSENTS = Kind(name="consents", place="consents.yaml", type=ConsentsPack)

EMAIL = "email"
"""The consent without which notices stay in the inbox, where a pack asks for one."""
