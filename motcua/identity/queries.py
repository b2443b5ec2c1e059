"""The statements of this room, declared."""

from datetime import datetime, timedelta
from uuid import UUID

from motcua.db import Read, Write, statement
from motcua.identity.model import (
    Challenge,
    Consent,
    Delegation,
    Enrolment,
    Named,
    Officer,
    OpenSession,
    Passkey,
    PersonKept,
    Session,
    Usual,
)


@statement
async def meet(
    db: Write,
    id: UUID,
    kind: str,
    issuer: str,
    subject: str,
    name: str,
    level: int | None,
    at: datetime,
) -> UUID: ...


@statement
async def meet_again(
    db: Write,
    issuer: str,
    subject: str,
    number_hash: bytes,
    name: str,
    level: int | None,
    at: datetime,
) -> UUID | None: ...


@statement
async def keep_particulars(
    db: Write, id: UUID, number: bytes | None, number_hash: bytes | None, birth_date: bytes | None,
    email: bytes | None, phone: bytes | None,
) -> None: ...  # fmt: skip


@statement
async def people_not_sealed(db: Read, at_most: int) -> list[PersonKept]: ...


@statement
async def rename_unclaimed(db: Write, id: UUID, index: str, unclaimed: str) -> None: ...


@statement
async def restrict(
    db: Write, case_id: UUID, person_id: UUID, agency_code: str, at: datetime
) -> None: ...


@statement
async def lift_restrictions(db: Write, person_id: UUID, at: datetime) -> None: ...


@statement
async def is_restricted(db: Read, person_id: UUID, agency_code: str | None) -> bool: ...


@statement
async def forget_person(db: Write, id: UUID, name: str) -> None: ...


@statement
async def forget_sessions(db: Write, person_id: UUID) -> None: ...


@statement
async def forget_representations(db: Write, person_id: UUID) -> None: ...


@statement
async def person_by_id(db: Read, id: UUID) -> PersonKept | None: ...


@statement
async def people_by_ids(db: Read, ids: list[UUID]) -> list[Named]: ...


@statement
async def represents_still(
    db: Read, issuer: str, organisation: str, subject: str, at: datetime
) -> bool: ...


@statement
async def learn_representative(
    db: Write, organisation_id: UUID, person_id: UUID, source: str, until: datetime
) -> None: ...


@statement
async def forget_representative(
    db: Write, issuer: str, organisation: str, subject: str, at: datetime
) -> None: ...


@statement
async def open_session(
    db: Write,
    id: UUID,
    token_hash: bytes,
    realm: str,
    person_id: UUID,
    behalf_id: UUID | None,
    level: int | None,
    authentication: int | None,
    at: datetime,
    until: datetime,
    idle: timedelta,
    raised_level: int | None,
    raised_authentication: int | None,
    raised_until: datetime | None,
    passkey_id: UUID | None,
    device: str | None,
    provider_sid: str | None,
    keep: int,
) -> None: ...


@statement
async def session_by_hash(
    db: Read, token_hash: bytes, realm: str, at: datetime
) -> Session | None: ...


@statement
async def usual_assurance(db: Read, id: UUID) -> Usual | None: ...


@statement
async def spend(db: Write, digest: bytes, until: datetime, at: datetime) -> bool: ...


@statement
async def spend_shortly(db: Write, digest: bytes, until: datetime, at: datetime) -> bool: ...


@statement
async def touch_session(db: Write, id: UUID, at: datetime) -> None: ...


@statement
async def close_session(db: Write, id: UUID) -> None: ...


@statement
async def sessions_of(db: Read, person_id: UUID, realm: str, at: datetime) -> list[OpenSession]: ...


@statement
async def close_sessions(
    db: Write, person_id: UUID, realm: str, only: UUID | None, but: UUID | None
) -> int: ...


@statement
async def close_sessions_of_account(
    db: Write, issuer: str, realm: str, subject: str | None, sid: str | None
) -> list[UUID]: ...


@statement
async def close_sessions_of_officers(db: Write, but: UUID) -> int: ...


@statement
async def owner_of_session(db: Read, token_hash: bytes, realm: str) -> UUID | None: ...


@statement
async def keep_form(
    db: Write, id_hash: bytes, realm: str, person_id: UUID | None, sealed: bytes, at: datetime
) -> None: ...


@statement
async def kept_form(db: Read, id_hash: bytes, realm: str, since: datetime) -> bytes | None: ...


@statement
async def forget_forms(db: Write, before: datetime) -> None: ...


@statement
async def lock_number(db: Write, number: str) -> None: ...


@statement
async def person_by_number(
    db: Read, number_hash: bytes, issuer: str, unclaimed: str
) -> UUID | None: ...


@statement
async def claim_person(
    db: Write, issuer: str, subject: str, index: str, unclaimed: str
) -> UUID | None: ...


@statement
async def keep_challenge(
    db: Write,
    id_hash: bytes,
    purpose: str,
    challenge: bytes,
    person_id: UUID | None,
    enrolment_id: UUID | None,
    at: datetime,
) -> None: ...


@statement
async def take_challenge(
    db: Write, id_hash: bytes, purpose: str, since: datetime
) -> Challenge | None: ...


@statement
async def forget_challenges(db: Write, before: datetime) -> None: ...


@statement
async def passkeys_of(db: Read, person_id: UUID) -> list[Passkey]: ...


@statement
async def passkey_called(db: Read, credential_id: bytes) -> Passkey | None: ...


@statement
async def lock_passkeys(db: Write, person_id: UUID) -> None: ...


@statement
async def add_passkey(
    db: Write,
    id: UUID,
    person_id: UUID,
    credential_id: bytes,
    public_key: bytes,
    sign_count: int,
    name: str,
    is_synced: bool,
    at: datetime,
    enrolment_id: UUID | None,
    vouched_by: UUID | None,
) -> bool: ...


@statement
async def use_passkey(db: Write, id: UUID, sign_count: int, at: datetime) -> bool: ...


@statement
async def name_passkey(db: Write, id: UUID, person_id: UUID, name: str) -> bool | None: ...


@statement
async def remove_passkeys(
    db: Write, person_id: UUID, only: UUID | None, at: datetime, removed_by: UUID
) -> None: ...


@statement
async def ask_enrolment(
    db: Write,
    id: UUID,
    officer_id: UUID,
    is_enough: bool,
    asked_by: UUID,
    at: datetime,
    code_hash: bytes | None,
    until: datetime,
) -> None: ...


@statement
async def enrolment_by_id(db: Read, id: UUID) -> Enrolment | None: ...


@statement
async def enrolment_with(db: Read, code_hash: bytes) -> Enrolment | None: ...


@statement
async def open_enrolments(db: Read, at: datetime, officer_id: UUID | None) -> list[Enrolment]: ...


@statement
async def agree_enrolment(
    db: Write,
    enrolment_id: UUID,
    officer_id: UUID,
    asked_by: UUID,
    agreed_by: UUID,
    at: datetime,
    code_hash: bytes,
    until: datetime,
) -> bool: ...


@statement
async def end_enrolments(db: Write, officer_id: UUID, only: UUID | None, at: datetime) -> None: ...


@statement
async def is_administrator(db: Read, person_id: UUID) -> bool: ...


@statement
async def name_administrator(db: Write, person_id: UUID, at: datetime) -> None: ...


@statement
async def dismiss_administrator(db: Write, person_id: UUID, at: datetime) -> None: ...


@statement
async def officers_called(
    db: Read, name: str, only: UUID | None, at: datetime, limit: int
) -> list[Officer]: ...


@statement
async def give_consent(
    db: Write, id: UUID, person_id: UUID, purpose: str, words: str, language: str, at: datetime
) -> bool | None: ...


@statement
async def withdraw_consent(
    db: Write, person_id: UUID, purpose: str, at: datetime
) -> UUID | None: ...


@statement
async def consents_of(db: Read, person_id: UUID, at_most: int) -> list[Consent]: ...


@statement
async def forget_consents(db: Write, person_id: UUID) -> None: ...


@statement
async def correct_contact(
    db: Write, id: UUID, email: bytes | None, phone: bytes | None
) -> None: ...


@statement
async def roles_of(
    db: Read, person: UUID, organisation: UUID, at: datetime
) -> list[str] | None: ...


@statement
async def organisation_with(db: Read, issuer: str, subject: str) -> Named | None: ...


@statement
async def give_roles(
    db: Write,
    id: UUID,
    organisation_id: UUID,
    person_id: UUID,
    name: str,
    roles: list[str],
    given_by: UUID,
    at: datetime,
    until: datetime,
) -> None: ...


@statement
async def end_delegation(
    db: Write, id: UUID, organisation_id: UUID, ended_by: UUID, at: datetime
) -> UUID | None: ...


@statement
async def end_delegations_of(
    db: Write, organisation_id: UUID, person_id: UUID, ended_by: UUID, at: datetime
) -> None: ...


@statement
async def delegations_given(
    db: Read, organisation_id: UUID, at: datetime, at_most: int
) -> list[Delegation]: ...


@statement
async def delegations_had(
    db: Read, person_id: UUID, at: datetime, at_most: int
) -> list[Delegation]: ...
