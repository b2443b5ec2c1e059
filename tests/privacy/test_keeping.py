"""What time takes away goes for good: nothing older stays, nothing younger goes."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from motcua import documents, identity
from motcua.base import clock
from motcua.base.ids import SYSTEM, new_id
from motcua.db import City
from motcua.documents.outside.store import FolderStore
from motcua.identity import Viewer
from motcua.privacy import actions
from motcua.privacy.actions.keeping import TAKEN
from motcua.privacy.model import PrivacyPack
from motcua.privacy.rules import period
from motcua.web import meters
from tests import cast
from tests.cases import build
from tests.privacy.build import somebody


async def answer(admin: asyncpg.Connection, who: UUID, at: datetime) -> None:
    await admin.execute(
        "INSERT INTO db.answers VALUES ($1, $2, $3, 200, '', 'x', $4)",
        who, str(new_id()), bytes(32), at,
    )  # fmt: skip


async def challenge(admin: asyncpg.Connection, who: UUID, at: datetime) -> None:
    await admin.execute(
        "INSERT INTO identity.challenges (id_hash, purpose, challenge, person_id, made_at)"
        " VALUES ($1, 'confirm', $2, $3, $4)",
        new_id().bytes * 2, bytes(32), who, at,
    )  # fmt: skip


async def message(admin: asyncpg.Connection, who: UUID, at: datetime) -> UUID:
    id = new_id()
    await admin.execute(
        "INSERT INTO notices.messages VALUES ($1, $2, $2, 's', 'b', 'vi', 'case', $1, $3)",
        id, who, at,
    )  # fmt: skip
    return id


async def told(admin: asyncpg.Connection, who: UUID, at: datetime) -> None:
    await message(admin, who, at)


async def delivery(admin: asyncpg.Connection, who: UUID, at: datetime) -> None:
    id = await message(admin, who, clock.now())
    await admin.execute(
        "INSERT INTO notices.deliveries VALUES ($1, 1, 'inbox', NULL, 'kept', $2)", id, at
    )


async def draft(admin: asyncpg.Connection, who: UUID, at: datetime) -> None:
    await admin.execute(
        "INSERT INTO cases.drafts"
        " (person_id, procedure_code, answers, documents, delivery, kept_at)"
        " VALUES ($1, $2, '{}', '[]', 'post', $3)",
        who, str(new_id()), at,
    )  # fmt: skip


async def export(admin: asyncpg.Connection, who: UUID, at: datetime) -> None:
    """Its own end says when."""
    await admin.execute(
        "INSERT INTO privacy.exports (id, person_id, asked_at, until) VALUES ($1, $2, $3, $4)",
        new_id(), who, at - timedelta(days=1), at,
    )  # fmt: skip


async def file(admin: asyncpg.Connection, who: UUID, at: datetime) -> None:
    await admin.execute(
        "INSERT INTO documents.files"
        " (id, owner_id, made_by, name, media_type, size, sha256, made_at)"
        " VALUES ($1, $2, $2, 'n', 'image/png', 1, $3, $4)",
        new_id(), who, new_id().bytes * 2, at,
    )  # fmt: skip


async def form(admin: asyncpg.Connection, who: UUID, at: datetime) -> None:
    await admin.execute(
        "INSERT INTO identity.kept_forms VALUES ($1, 'residents', $2, 'x', $3)",
        new_id().bytes * 2, who, at,
    )  # fmt: skip


async def look(admin: asyncpg.Connection, who: UUID, at: datetime) -> None:
    id = new_id()
    await admin.execute(
        "INSERT INTO exchange.looks (id, at, asker_id, subject_hash, register, operation,"
        " purpose_vi, purpose_en, legal_basis) VALUES ($1, $2, $3, $4, 'r', 'o', 'v', 'e', 'l')",
        id, at, who, bytes(32),
    )  # fmt: skip
    await admin.execute(
        "INSERT INTO exchange.look_subjects (person_id, look_id) VALUES ($1, $2)", who, id
    )
    await admin.execute("INSERT INTO exchange.look_outcomes VALUES ($1, $2, 'found', 1, 1)", id, at)


async def session(admin: asyncpg.Connection, who: UUID, at: datetime) -> None:
    await admin.execute(
        "INSERT INTO identity.sessions (id, token_hash, realm, person_id, made_at, seen_at, until,"
        " idle) VALUES ($1, $2, 'residents', $3, $4, $4, $5, interval '1 day')",
        new_id(), new_id().bytes * 2, who, at - timedelta(hours=12), at,
    )  # fmt: skip


PUT: dict[str, tuple[Any, str]] = {
    "answers": (answer, "db.answers WHERE person_id"),
    "challenges": (challenge, "identity.challenges WHERE person_id"),
    "deliveries": (
        delivery,
        "notices.deliveries d JOIN notices.messages m ON m.id = d.message_id WHERE m.person_id",
    ),
    "drafts": (draft, "cases.drafts WHERE person_id"),
    "exports": (export, "privacy.exports WHERE person_id"),
    "files": (file, "documents.files WHERE owner_id"),
    "forms": (form, "identity.kept_forms WHERE person_id"),
    "looks": (look, "exchange.looks WHERE asker_id"),
    "messages": (told, "notices.messages WHERE person_id"),
    "sessions": (session, "identity.sessions WHERE person_id"),
}


def test_every_kind_has_a_time_and_is_tried_here(city: City) -> None:
    times = city.pack.file("privacy", PrivacyPack).retention
    assert set(times) == set(TAKEN) == set(PUT)


@pytest.mark.parametrize("kind", PUT)
async def test_nothing_older_stays_and_nothing_younger_goes(
    kind: Any, city: City, database_url: str
) -> None:
    who = await somebody(city)
    ago = (
        timedelta()
        if kind == "exports"
        else period(city.pack.file("privacy", PrivacyPack).retention[kind])
    )
    put, where = PUT[kind]
    now, minute = clock.now(), timedelta(minutes=5)
    admin = await asyncpg.connect(database_url)
    try:
        count = f"SELECT count(*) FROM {where} = $1"
        for at in (now - ago - minute, now - ago - 3 * minute):
            await put(admin, who.person, at)
        assert await admin.fetchval(count, who.person) == 2
        for at in (now - ago + minute, now + timedelta(minutes=1)):
            await put(admin, who.person, at)
        before = await counted(city, kind)
        gone = (await actions.forget_old(city))[kind]
        assert gone >= 2
        assert await counted(city, kind) == before + gone
        assert await admin.fetchval(count, who.person) == 2
    finally:
        await admin.close()


async def counted(city: City, kind: str) -> float:
    """As whoever watches reads it, in whatever process it was deleted."""
    for line in (await meters.read(city)).decode().splitlines():
        if line.startswith(f'motcua_deleted{{kind="{kind}"}}'):
            return float(line.split()[1])
    return 0


async def test_a_file_that_something_names_stays(city: City, staff: cast.Cast) -> None:
    build.keys(city, build.AGENCY)
    who = await somebody(city)
    used, loose = await build.upload(city, who, "a.pdf"), await build.upload(city, who, "b.pdf")
    asked = build.filing(city, documents={"student_card": used}, fee_class="student")
    await build.file(city, who, asked)
    with clock.at(clock.now() + timedelta(days=31)):
        await actions.forget_old(city)
    async with city.database.read(who.person) as db:
        assert [one.id for one in await documents.describe(db, [used, loose])] == [used]


async def test_bytes_that_no_row_names_are_swept_with_their_key(
    city: City, staff: cast.Cast
) -> None:
    store = city[FolderStore]
    lost, kept = store.put(b"nobody's " + new_id().bytes), await a_file(city, staff.an)
    assert await actions.sweep(city) == 0, "somebody may be about to name it"
    copy = {path: path.read_bytes() for path in store.folder.glob("*/*")}
    assert await actions.sweep(city, 0) >= 1
    with pytest.raises(FileNotFoundError):
        store.get(lost)
    assert store.get(kept).startswith(b"%PDF")
    # A copy of the folder from before brings the file back, and not what was in it.
    for path, content in copy.items():
        path.write_bytes(content)
    with pytest.raises(ValueError, match="another key"):
        store.get(lost)
    await actions.sweep(city, 0)


async def a_file(city: City, who: Viewer) -> bytes:
    id = await build.upload(city, who)
    async with city.database.read(who.person) as db:
        [found] = await documents.describe(db, [id])
    return found.sha256


async def test_a_file_from_before_the_keys_is_sealed_by_the_sweep(
    city: City, staff: cast.Cast
) -> None:
    store, digest = city[FolderStore], await a_file(city, staff.binh)
    content = store.get(digest)
    path = store.folder / digest.hex()[:2] / digest.hex()
    path.write_bytes(content)
    assert store.get(digest) == content
    await actions.sweep(city)
    assert path.read_bytes() != content
    assert store.get(digest) == content


async def test_a_key_that_a_copy_brought_back_is_destroyed_again(
    city: City, database_url: str
) -> None:
    who = await somebody(city)
    folder = identity.Keys(city.settings).folder
    path = folder.folder / str(who.person)[-3:] / str(who.person)
    before = path.read_text()
    async with city.database.write(SYSTEM) as db:
        await db.execute(
            "INSERT INTO privacy.erasures VALUES ($1, $2, now(), true, 0)", new_id(), who.person
        )
        await identity.erase_person(db, who.person)
    path.write_text(before)
    await actions.sweep(city)
    assert folder.is_destroyed(str(who.person))
