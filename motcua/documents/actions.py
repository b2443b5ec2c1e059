"""What is done with files and papers.

A paper is issued in three steps: `reserve` gives out number and reference inside a transaction,
`prepare` sets, signs and stores it outside of any, `record` makes it count inside another. Each
step may be repeated after a failure: the number stays, and a paper recorded twice is one paper.
"""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from msgspec import structs

from motcua.base import clock
from motcua.base.errors import Conflict, Fault, Invalid, NotFound
from motcua.base.ids import SYSTEM, CaseId, DocumentId, PersonId, new_id, new_reference
from motcua.base.settings import Settings
from motcua.db import City, Read, Write, events
from motcua.documents import queries
from motcua.documents.model import (
    HELD,
    File,
    Issued,
    Opening,
    Paper,
    Prepared,
    Record,
    Reserved,
    Scan,
    Shown,
    Status,
    Upload,
    VaultPaper,
    Verdict,
)
from motcua.documents.outside.scanning import Scanner
from motcua.documents.outside.signing import Signer
from motcua.documents.outside.store import FolderStore
from motcua.documents.outside.typesetting import typeset
from motcua.documents.rules import papers, uploads, verdict

VAULT_PAPERS_MAX = 200
SHARED_FILES_MAX = 200
OPENINGS_PER_PAGE = 50
SCANNED_AT_ONCE_MAX = 200
UNCLEAR_MAX = 3
"""So many unclear answers in a row are the scanner's fault; one alone may be its file's, which then
goes to the end and holds up no other."""
_NEWEST = UUID(int=2**128 - 1)
log = logging.getLogger("motcua.documents")
EXIT = {"valid": 0, "invalid": 1, "unknown": 2}


class Signers:
    """The keys of the city's agencies, read once; a new key counts after a restart."""

    def __init__(self, keys: Path) -> None:
        self.keys = keys
        self._loaded: dict[str, Signer] = {}

    @classmethod
    def of(cls, city: City) -> "Signers":
        return cls(city.settings.keys)

    def by_agency(self, agency: str) -> Signer:
        if agency not in self._loaded:
            self._loaded[agency] = Signer.load(self.keys, agency)
        return self._loaded[agency]


# Files that people hand in


async def examine(city: City, name: str, content: bytes) -> Upload:
    """The upload, looked at in a thread and by the scanner. Needs no transaction and wants none
    open. Malware is refused here and never kept."""
    upload = await asyncio.to_thread(uploads.examine, name, content)
    scan = await city[Scanner].scan(content)
    if scan == "infected":
        log.warning("malware refused", extra={"media_type": upload.media_type})
        raise Invalid("documents.infected", [Fault("/file", "documents.infected")])
    return structs.replace(upload, scan=scan)


async def store_upload(db: Write, upload: Upload) -> File:
    """Keep it for the acting person, or for the organisation in whose name they act."""
    await asyncio.to_thread(db.city[FolderStore].put, upload.content)
    owner = db.behalf or db.person
    return await _add_file(
        db,
        owner,
        upload.name,
        upload.media_type,
        len(upload.content),
        upload.sha256,
        upload.scan,
        upload.sent_sha256,
    )


async def open_file(db: Write, file_id: DocumentId) -> tuple[File, bytes]:
    """The file and its bytes, if this person may read it. Otherwise it does not exist.

    The owner sees later who else looked.
    """
    file = await queries.file_by_id(db, file_id)
    if file is None:
        raise NotFound("documents.no_such_file")
    _refuse_held([file])
    if file.owner not in (db.person, db.behalf):
        await events.record(
            db, "document.opened", file.id, person=file.owner, facts=await _looked_for(db, file)
        )
    return file, await asyncio.to_thread(db.city[FolderStore].get, file.sha256)


async def _looked_for(db: Read, file: File) -> dict[str, str]:
    """For which agency it was opened, and the order that hides it, as long as that holds."""
    found = await queries.opened_for(db, file.id, file.owner, clock.now())
    facts = {"agency": found.agency_code, "covert": found.covert} if found else {}
    return {name: str(fact) for name, fact in facts.items() if fact}


async def openings_of_me(db: Read, before: UUID | None = None) -> list[Opening]:
    """Who else opened the files of the acting person, or of the organisation in whose name they
    act; newest first. The last one's id, given as `before`, reads on."""
    return await queries.openings_of(
        db, db.behalf or db.person, before or _NEWEST, OPENINGS_PER_PAGE
    )


async def describe(db: Read, file_ids: Sequence[DocumentId]) -> list[File]:
    """Those of the files that the acting person may read, in no order."""
    return await queries.files_by_id(db, list(file_ids[:SHARED_FILES_MAX]))


async def share(
    db: Write,
    file_ids: Sequence[DocumentId],
    *,
    agency: str | None = None,
    person: PersonId | None = None,
) -> None:
    """Let an agency or a person read the files from now on. All of them, or NotFound."""
    wanted = set(file_ids)
    assert len(wanted) <= SHARED_FILES_MAX
    found = await queries.files_by_id(db, list(wanted))
    if len(found) < len(wanted):
        raise NotFound("documents.no_such_file")
    _refuse_held(found)
    await queries.share_files(db, list(wanted), agency, person, db.person, clock.now())


async def give(db: Write, file_ids: Sequence[DocumentId], person: PersonId) -> None:
    """An officer's scans become the property of whose papers they are. Share them first with who
    is to work with them: the officer has no more right to them than their agency."""
    await queries.give_files(db, list(file_ids), person)


async def scan_again(city: City) -> int:
    """Ask the scanner about every upload that waits for it; how many it still could not judge."""
    async with city.database.read(SYSTEM) as db:
        waiting = await queries.files_in_quarantine(db, SCANNED_AT_ONCE_MAX)
    judged = unclear = 0
    for file in waiting:
        content = await asyncio.to_thread(city[FolderStore].get, file.sha256)
        scan = await city[Scanner].scan(content)
        async with city.database.write(SYSTEM) as db:
            await queries.note_scan(db, file.id, scan, clock.now())
            if scan != "quarantined":
                await events.record(db, "document.scanned", file.id, person=file.owner)
        judged, unclear = (judged, unclear + 1) if scan == "quarantined" else (judged + 1, 0)
        if unclear == UNCLEAR_MAX:
            break
    return len(waiting) - judged


def _refuse_held(files: Sequence[File]) -> None:
    """A file in quarantine is nobody's to read or to attach, and one that harms never is."""
    for file in files:
        if file.scan in HELD:
            raise Conflict(f"documents.{file.scan}", name=file.name)


async def _add_file(
    db: Write,
    owner: PersonId,
    name: str,
    media_type: str,
    size: int,
    digest: bytes,
    scan: Scan = "own",
    sent: bytes | None = None,
) -> File:
    file_id, at = DocumentId(new_id()), clock.now()
    await queries.add_file(
        db, file_id, owner, db.person, name, media_type, size, digest, at, scan, sent or digest
    )
    return File(file_id, owner, name, media_type, size, digest, at, scan)


# Papers that agencies issue


async def reserve(db: Write, case: CaseId, agency: str, kind_code: str, number: str) -> Reserved:
    """What the case's paper of this kind will carry. `number` is a pattern: `{sequence}/LLTP`.

    A pattern without `{sequence}` is the number itself. The sequence runs per agency, kind and
    year, and waits for other transactions that take from it: nothing slow belongs behind this.
    """
    if earlier := await queries.reserved_number(db, case, kind_code):
        return earlier
    today = clock.now().astimezone(ZoneInfo(db.city.pack.info.time_zone)).date()
    sequence = None
    if "{sequence}" in number:
        sequence = await queries.next_in_sequence(db, agency, kind_code, today.year)
    text = papers.numbered(number, sequence, today.year)
    reserved = Reserved(new_reference(), text, today)
    await queries.reserve_number(
        db, reserved.reference, case, kind_code, agency, today.year, sequence, text, today
    )
    return reserved


async def prepare(
    city: City, reserved: Reserved, agency: str, template: str, facts: Mapping[str, Any]
) -> Prepared:
    """Set `facts` in the pack's `results/<template>`, sign with the agency's key, store.

    Unavailable when the agency has no key. Slow (some 50 ms of processor): no transaction open.
    """
    path = city.pack.path("results", template)
    signer = city[Signers].by_agency(agency)
    store = city[FolderStore]
    said = {
        **facts,
        "number": reserved.number,
        "issued_on": reserved.issued_on.isoformat(),
        "reference": papers.grouped(reserved.reference),
        "verify_url": f"{city.settings.public_url}/verify/{reserved.reference}",
    }

    def make() -> Prepared:
        pdf = signer.sign(typeset(path, said), clock.now())
        return Prepared(store.put(pdf), len(pdf))

    return await asyncio.to_thread(make)


async def hand_out(
    city: City, template: str, facts: Mapping[str, Any], signed_by: str | None
) -> bytes:
    """A paper set in the pack's `papers/<template>`, which is nobody's result: a form of a case.
    Signed with that agency's key, or by nobody. Slow: no transaction open."""
    path = city.pack.path("papers", template)
    signer = city[Signers].by_agency(signed_by) if signed_by else None

    def make() -> bytes:
        pdf = typeset(path, facts)
        return signer.sign(pdf, clock.now()) if signer else pdf

    return await asyncio.to_thread(make)


async def next_number(db: Write, agency: str, kind_code: str, year: int) -> int:
    """Without gaps in each agency, kind and year: it waits for others that take from it."""
    return await queries.next_in_sequence(db, agency, kind_code, year)


async def record(db: Write, reserved: Reserved, paper: Paper, prepared: Prepared) -> Issued:
    """The paper is issued: owner, holder and agency can read it, and anyone can verify it."""
    if earlier := await queries.issued_by_reference(db, reserved.reference):
        return earlier
    file = await _add_file(
        db, paper.owner, paper.file_name, "application/pdf", prepared.size, prepared.sha256
    )
    at, salt, holder = clock.now(), os.urandom(16), paper.holder
    await queries.share_files(db, [file.id], paper.agency, None, db.person, at)
    if holder.person and holder.person != paper.owner:
        await queries.share_files(db, [file.id], None, holder.person, db.person, at)
    number = papers.plain_number(holder.number)
    assert number, "a paper without a number would open to an empty field"
    check = sha256(salt + number.encode()).digest()
    shown = msgspec.to_builtins(Shown(holder.name, holder.birth_date))
    await queries.record_result(
        db, reserved.reference, paper.case, paper.kind_code, paper.kind_name.vi, paper.kind_name.en,
        paper.agency, paper.issuer_name.vi, paper.issuer_name.en, reserved.number,
        reserved.issued_on, file.id, holder.person, salt, check, shown, at,
    )  # fmt: skip
    await queries.declare_status(db, reserved.reference, "valid", db.person, at)
    return Issued(reserved.reference, reserved.number, reserved.issued_on, file.id, paper.case)


async def declare(db: Write, reference: str, status: Status) -> None:
    """An agency replaces or revokes its paper. There is no way back to valid."""
    if await queries.issued_by_reference(db, reference) is None:
        raise NotFound("documents.no_such_paper")
    await queries.declare_status(db, reference, status, db.person, clock.now())


async def of_case(db: Read, case: CaseId) -> list[Issued]:
    """The papers of a case that this person may see, oldest first."""
    return (await of_cases(db, [case]))[case]


async def of_cases(db: Read, cases: Sequence[CaseId]) -> dict[CaseId, list[Issued]]:
    """The same for a list of cases, in one statement; for none in none."""
    found: dict[CaseId, list[Issued]] = {case: [] for case in cases}
    if not found:
        return found
    for one in await queries.results_of_cases(db, list(cases)):
        found[one.case].append(one)
    return found


async def vault(db: Read) -> list[VaultPaper]:
    """The papers that belong to whoever acts, or speak of them; newest first."""
    return await queries.papers_of(db, db.behalf or db.person, VAULT_PAPERS_MAX)


# Papers that anyone verifies


async def record_of(city: City, reference: str) -> Record:
    """What the record says of a paper, to anyone."""
    plain, found = papers.plain_reference(reference), None
    if papers.is_reference(plain):
        async with city.database.nobody() as db:
            found = await queries.record_of(db, plain)
    if found is None:
        raise NotFound("documents.no_such_paper")
    return found


async def show_holder(city: City, reference: str, number: str) -> Shown | None:
    """Of whom the paper speaks, for one who can type the number printed on it.

    The person sees later that somebody looked. None for a wrong number and an unknown paper alike.
    """
    plain = papers.plain_reference(reference)
    if not papers.is_reference(plain):
        return None
    async with city.database.nobody() as db:
        found = await queries.holder_of(db, plain, papers.plain_number(number))
    if found is None:
        return None
    async with city.database.write(SYSTEM) as db:
        await events.record(db, "document.shown", found.document, person=found.person)
    return msgspec.convert(found.shown, Shown)


async def check_file(city: City, content: bytes) -> tuple[Verdict, Record | None, bool]:
    """The verdict, the record of the paper it claims to be, and whether it is that very file."""
    trust, now = trust_anchors(city.settings), clock.now()
    judged = await asyncio.to_thread(verdict.check, content, trust, now)
    if judged.reference is None:
        return judged, None, False
    async with city.database.nobody() as db:
        found = await queries.record_of(db, judged.reference)
    return judged, found, found is not None and found.sha256 == sha256(content).digest()


def trust_anchors(settings: Settings) -> bytes:
    """The certificates whose papers this city calls genuine; none when the operator named none."""
    path = settings.keys / "trust.pem"
    return path.read_bytes() if path.is_file() else b""


def verify_command(
    path: Path, trust: Path | None, settings: Settings
) -> tuple[int, dict[str, Any]]:
    """`motcua verify`: exit status and what to print. Off line nobody knows the current status."""
    with path.open("rb") as file:
        content = file.read(verdict.FILE_BYTES_MAX + 1)
    anchors = trust.read_bytes() if trust else trust_anchors(settings)
    judged = verdict.check(content, anchors, clock.now())
    said: dict[str, Any] = msgspec.to_builtins(judged)
    return EXIT[judged.outcome], {"file": str(path), **said, "status": "unknown"}


def file_id_of(text: str) -> DocumentId:
    """An id from an address; one that is none names nothing."""
    try:
        return DocumentId(UUID(text))
    except ValueError:
        raise NotFound("documents.no_such_file") from None


# Bytes of other rooms


async def keep_bytes(city: City, content: bytes) -> bytes:
    """The digest under which they now lie, sealed; name it in a row, or they are swept away."""
    return await asyncio.to_thread(city[FolderStore].put, content)


async def kept_bytes(city: City, sha256: bytes) -> bytes:
    return await asyncio.to_thread(city[FolderStore].get, sha256)


async def sweep(
    city: City, seconds: float, named: Callable[[list[bytes]], Awaitable[set[bytes]]]
) -> int:
    """Take away what lay untouched so long and of which `named` gives no digest back."""
    loop = asyncio.get_running_loop()

    def ask(digests: list[bytes]) -> set[bytes]:
        async def asked() -> set[bytes]:
            return await named(digests)

        return asyncio.run_coroutine_threadsafe(asked(), loop).result()

    return await asyncio.to_thread(city[FolderStore].sweep, seconds, ask)


async def sign_bytes(city: City, agency: str, content: bytes) -> tuple[bytes, bytes]:
    """A signature beside the content, and the certificate with its chain (PEM)."""
    return await asyncio.to_thread(city[Signers].by_agency(agency).sign_bytes, content, clock.now())
