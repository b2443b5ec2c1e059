"""Everything about somebody as one archive: JSON by table, files, digests, a signature."""

import io
import zipfile
from base64 import b64decode
from typing import Any
from uuid import UUID

import msgspec

from motcua import cases, documents, identity
from motcua.base import clock
from motcua.base.errors import Conflict, NotFound
from motcua.base.ids import SYSTEM, PersonId, new_id
from motcua.db import City, Read, Write, events, jobs
from motcua.privacy import queries, rules
from motcua.privacy.model import Export, PrivacyPack, Row, StoredFile

FILES_MAX = 2000
FILE_BYTES_MAX = 200_000_000
"""Of all files together; what does not fit is named in the archive and fetched by itself."""
JOB = "privacy.export"
READ_ME = """motcua: an archive of everything that this city holds about one person
or organisation.

data/*.json       the rows, by table
files/            what was handed in and what was issued
left-out.json     files that did not fit; they lie on your page
manifest.json     every part with its SHA-256
manifest.sig      the signature over manifest.json (ECDSA or RSA PKCS#1 v1.5, with SHA-256)
certificate.pem   whose signature it is, with its chain

openssl x509 -in certificate.pem -pubkey -noout > key.pem
openssl dgst -sha256 -verify key.pem -signature manifest.sig manifest.json
"""

Part = tuple[str, bytes]


async def ask_export(db: Write) -> UUID:
    """Of the organisation that the acting person represents here, else their own. Conflict when
    there are as many as one may have."""
    pack, whose = _pack(db.city), whose_data(db)
    await queries.lock_exports_of(db, whose)
    there = await queries.exports_of(db, whose, clock.now())
    if len(there) >= pack.exports_max:
        raise Conflict("privacy.too_many_exports", most=pack.exports_max)
    return await begin_export(db, whose)


def whose_data(db: Read) -> PersonId:
    """The transaction is opened in an organisation's name by its representative alone; the database
    refuses others."""
    return db.behalf or db.person


async def begin_export(db: Write, person: PersonId) -> UUID:
    id, now = new_id(), clock.now()
    until = now + rules.period(_pack(db.city).retention["exports"])
    await queries.ask_export(db, id, person, now, until)
    await events.record(db, "export.asked", id, person=person)
    await jobs.enqueue(db, JOB, {"export": str(id)})
    return id


async def exports_of(db: Read, whose: PersonId) -> list[Export]:
    return await queries.exports_of(db, whose, clock.now())


async def make_export(city: City, id: UUID) -> None:
    """What the job does. Twice is once; what has ended or was made is left alone."""
    async with city.database.read(SYSTEM) as db:
        found = await queries.export_wanted(db, id, clock.now())
    if found is None:
        return
    person = PersonId(found)
    await _tell(city, id, 5)
    parts = await _rows(city, person)
    await _tell(city, id, 20)
    parts += await _files(city, id, person)
    archive = await _packed(city, parts)
    digest = await documents.keep_bytes(city, archive)
    async with city.database.write(SYSTEM) as db:
        await queries.finish_export(db, id, len(archive), digest)


async def fetch(city: City, person: PersonId, id: UUID, behalf: PersonId | None = None) -> bytes:
    """The archive. NotFound when it is another's, not ready, too old, or fetched often enough."""
    most = _pack(city).downloads_max
    async with city.database.write(person, behalf) as db:
        whose = whose_data(db)
        digest = await queries.fetch_export(db, id, whose, clock.now(), most)
        if digest is None:
            raise NotFound("privacy.no_such_export")
        await events.record(db, "export.fetched", id, person=whose)
    return await documents.kept_bytes(city, digest)


async def _tell(city: City, id: UUID, percent: int) -> None:
    async with city.database.write(SYSTEM) as db:
        await queries.tell_progress(db, id, percent)


async def _rows(city: City, person: PersonId) -> list[Part]:
    async with city.database.read(SYSTEM) as db:
        rows = await queries.everything_about(db, person)
        me = await identity.person(db, person)
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row.place, []).append(_opened(city, row, person))
    told = msgspec.to_builtins(me)
    for one in found.get("identity.people", []):
        one |= {name: told[name] for name in ("number", "birth_date", "email", "phone")}
    return [
        (f"data/{place}.json", msgspec.json.format(msgspec.json.encode(there), indent=1))
        for place, there in sorted(found.items())
    ]


def _opened(city: City, row: Row, person: PersonId) -> dict[str, Any]:
    """What lies sealed in a row, as the person gave it."""
    data = cases.opened_row(city, row.place, row.data)
    if row.place == "notices.deliveries" and data["to_address"] and "@" not in data["to_address"]:
        place, sealed = "notices.deliveries.to_address", b64decode(data["to_address"])
        opened = identity.unseal(city, person, place, data["message_id"], sealed)
        return {**data, "to_address": opened.decode()}
    return data


async def _files(city: City, id: UUID, person: PersonId) -> list[Part]:
    async with city.database.read(SYSTEM) as db:
        there = await queries.files_about(db, person, FILES_MAX)
    parts: list[Part] = []
    left_out: list[StoredFile] = []
    size = 0
    for number, file in enumerate(there):
        if size + file.size > FILE_BYTES_MAX:
            left_out.append(file)
            continue
        size += file.size
        content = await documents.kept_bytes(city, file.sha256)
        parts.append((f"files/{rules.file_name(file.kind, number, file.name)}", content))
        if number % 10 == 0:
            await _tell(city, id, 20 + 70 * number // len(there))
    told = [{"id": str(file.id), "name": file.name} for file in left_out]
    return [*parts, ("left-out.json", msgspec.json.encode(told))]


async def _packed(city: City, parts: list[Part]) -> bytes:
    parts = [("read-me.txt", READ_ME.encode()), *parts]
    listed = rules.manifest(city.pack.info.name.vi, clock.now().isoformat(), parts)
    signature, chain = await documents.sign_bytes(city, _pack(city).agency, listed)
    proof = [("manifest.json", listed), ("manifest.sig", signature), ("certificate.pem", chain)]
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in [*parts, *proof]:
            archive.writestr(name, content)
    return made.getvalue()


def _pack(city: City) -> PrivacyPack:
    return city.pack.file("privacy", PrivacyPack)
