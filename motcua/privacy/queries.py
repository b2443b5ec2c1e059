"""The statements of `queries.sql`, declared."""

from datetime import datetime
from uuid import UUID

from motcua.base.ids import CaseId, PersonId
from motcua.db import Read, Write, statement
from motcua.privacy.model import Export, Owed, Restriction, Row, StoredFile


@statement
async def everything_about(db: Read, person: PersonId) -> list[Row]: ...


@statement
async def files_about(db: Read, person: PersonId, at_most: int) -> list[StoredFile]: ...


@statement
async def ask_export(
    db: Write, id: UUID, person_id: PersonId, at: datetime, until: datetime
) -> None: ...


@statement
async def lock_exports_of(db: Write, person_id: PersonId) -> None: ...


@statement
async def exports_of(db: Read, person_id: PersonId, at: datetime) -> list[Export]: ...


@statement
async def export_wanted(db: Read, id: UUID, at: datetime) -> UUID | None: ...


@statement
async def tell_progress(db: Write, id: UUID, percent: int) -> None: ...


@statement
async def finish_export(db: Write, id: UUID, size: int, sha256: bytes) -> None: ...


@statement
async def fetch_export(
    db: Write, id: UUID, person_id: PersonId, at: datetime, at_most: int
) -> bytes | None: ...


@statement
async def must_stay(db: Read, person: PersonId, rights: list[str]) -> Owed: ...


@statement
async def record_erasure(
    db: Write, case_id: CaseId, person_id: PersonId, at: datetime, is_whole: bool, kept: int
) -> None: ...


@statement
async def erased_people(db: Read) -> list[UUID]: ...


@statement
async def forget_drafts_of(db: Write, person: PersonId) -> None: ...


@statement
async def forget_answers_of(db: Write, person: PersonId) -> None: ...


@statement
async def forget_forms_of(db: Write, person: PersonId) -> None: ...


@statement
async def forget_delegations_of(db: Write, person: PersonId) -> None: ...


@statement
async def forget_subject(db: Write, person_id: PersonId) -> None: ...


@statement
async def forget_files_of(db: Write, person: PersonId) -> list[bytes]: ...


@statement
async def forget_exports_of(db: Write, person: PersonId) -> list[bytes | None]: ...


@statement
async def restrictions_of(db: Read, person: PersonId) -> list[Restriction]: ...


@statement
async def forget_answers(db: Write, before: datetime) -> int: ...


@statement
async def forget_drafts(db: Write, before: datetime) -> int: ...


@statement
async def forget_forms(db: Write, before: datetime) -> int: ...


@statement
async def forget_challenges(db: Write, before: datetime) -> int: ...


@statement
async def forget_sessions(db: Write, before: datetime) -> int: ...


@statement
async def forget_exports(db: Write, before: datetime) -> int: ...


@statement
async def forget_deliveries(db: Write, before: datetime) -> int: ...


@statement
async def forget_messages(db: Write, before: datetime) -> int: ...


@statement
async def forget_looks(db: Write, before: datetime) -> int: ...


@statement
async def forget_files(db: Write, before: datetime) -> list[bytes]: ...


@statement
async def still_named(db: Read, digests: list[bytes]) -> list[bytes]: ...


@statement
async def is_carried_out(db: Read, case_id: CaseId) -> bool: ...
