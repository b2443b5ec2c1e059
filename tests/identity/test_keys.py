"""A person's key lies outside the database; what was sealed with it goes when it goes."""

import asyncio
import os
import subprocess
import threading
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from motcua import identity
from motcua.base import keys
from motcua.base.ids import SYSTEM, PersonId
from motcua.base.keys import Erased, FolderWrapping, KeyFolder
from motcua.db import City
from motcua.db.server import binaries
from motcua.identity import actions

KEY = bytes(range(32))


def folder(root: Path, name: str = "people") -> KeyFolder:
    return KeyFolder(root / name, FolderWrapping(root / "city"))


@given(st.binary(max_size=200), st.text(max_size=20), st.text(max_size=20))
def test_what_is_sealed_opens_in_its_place_and_nowhere_else(
    content: bytes, place: str, row: str
) -> None:
    sealed = keys.seal(KEY, place, row, content)
    assert keys.is_sealed(sealed)
    assert keys.unseal(KEY, place, row, sealed) == content
    assert keys.seal(KEY, place, row, content) != sealed, "never twice the same"
    for wrong in ((KEY, place + "x", row), (KEY, place, row + "x"), (KEY[::-1], place, row)):
        with pytest.raises(ValueError, match="another key"):
            keys.unseal(*wrong, sealed)
    for at in (1, len(sealed) - 1):
        broken = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
        with pytest.raises(ValueError, match="another key"):
            keys.unseal(KEY, place, row, broken)


def test_it_is_aes_256_gcm_with_table_column_and_row_beside_it() -> None:
    sealed = keys.seal(KEY, "identity.people.number", "7", b"999090000017")
    opened = AESGCM(KEY).decrypt(sealed[1:13], sealed[13:], b"identity.people.number\x007")
    assert opened == b"999090000017"


def test_a_key_is_made_once_also_by_many_at_the_same_moment(tmp_path: Path) -> None:
    name, found = str(uuid4()), []
    threads = [
        threading.Thread(target=lambda: found.append(folder(tmp_path).key(name))) for _ in range(8)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert len(found[0]) == 32
    assert len(list((tmp_path / "city").iterdir())) == 1, "one key of the city"


def test_a_key_lies_wrapped_and_is_nobody_elses_to_read(tmp_path: Path) -> None:
    name = str(uuid4())
    key = folder(tmp_path).key(name)
    files = [p for p in tmp_path.rglob("*") if p.is_file()]
    assert all(p.stat().st_mode & 0o077 == 0 for p in files)
    assert key not in b"".join(p.read_bytes() for p in files)
    # Moved under another's name it does not open.
    mine = next(p for p in files if p.name == name)
    mine.rename(mine.with_name(other := name[:-4] + "0000"))
    (tmp_path / "people" / "000").mkdir(exist_ok=True)
    mine.with_name(other).rename(tmp_path / "people" / "000" / other)
    with pytest.raises(ValueError, match="another key"):
        folder(tmp_path).key(other)


def test_a_destroyed_key_never_comes_back(tmp_path: Path) -> None:
    store, name = folder(tmp_path), str(uuid4())
    store.key(name)
    for _ in range(2):
        store.destroy(name)
        with pytest.raises(Erased):
            store.key(name)
    assert store.is_destroyed(name)
    keys.rotate(store.wrapping, [store])
    with pytest.raises(Erased):
        folder(tmp_path).key(name)


def test_after_a_rotation_old_copies_of_the_folder_open_nothing(tmp_path: Path) -> None:
    people, files = folder(tmp_path), folder(tmp_path, "files")
    names = [str(uuid4()) for _ in range(5)]
    before = {name: people.key(name) for name in names} | {"a" * 64: files.key("a" * 64)}
    copy = {
        p: p.read_text() for p in tmp_path.rglob("*") if p.is_file() and p.parent.name != "city"
    }
    assert keys.rotate(people.wrapping, [people, files]) == 6
    assert {name: people.key(name) for name in names} == {n: before[n] for n in names}
    assert files.key("a" * 64) == before["a" * 64]
    assert people.wrapping.generations() == ["0002"]
    for path, content in copy.items():
        path.write_text(content)
    for name in names:
        with pytest.raises(FileNotFoundError):
            people.key(name)


def test_the_index_tells_equal_numbers_and_no_number() -> None:
    one, same, other = (keys.blind_index(KEY, "p", n) for n in ("12", "12", "13"))
    assert one == same != other
    assert keys.blind_index(KEY, "q", "12") != one
    assert keys.blind_index(KEY[::-1], "p", "12") != one


async def test_nobody_who_has_the_database_reads_a_number(city: City, database_url: str) -> None:
    met = await actions.meet_at_counter(city, "999000111222", "Trần Văn Kín", date(1980, 2, 3))
    admin = await asyncpg.connect(database_url)
    try:
        row = await admin.fetchrow("SELECT * FROM identity.people WHERE id = $1", met)
    finally:
        await admin.close()
    held = b"|".join(v if isinstance(v, bytes) else str(v).encode() for v in row.values())
    assert b"999000111222" not in held
    assert b"1980-02-03" not in held
    async with city.database.read(SYSTEM) as db:
        found = await identity.person(db, met)
    assert (found.number, found.birth_date) == ("999000111222", date(1980, 2, 3))
    assert await identity.person_with(city, "999000111222") == met
    assert await identity.person_with(city, "999000111223") is None


async def test_nothing_of_a_person_is_written_in_the_clear(city: City) -> None:
    met = await actions.meet_at_counter(city, None, "Lê Thị Rõ", date(1970, 1, 1))
    for column in ("number", "birth_date", "email", "phone"):
        with pytest.raises(asyncpg.CheckViolationError, match="particulars_are_sealed"):
            async with city.database.write(SYSTEM) as db:
                await db.execute(
                    f"UPDATE identity.people SET {column} = $2 WHERE id = $1", met, b"999"
                )


async def test_a_sealed_value_moved_to_another_person_does_not_open(city: City) -> None:
    one, two = [
        await actions.meet_at_counter(city, f"99900022233{n}", "Ai", date(1990, 1, 1)) for n in "45"
    ]
    async with city.database.write(SYSTEM) as db:
        await db.execute(
            "UPDATE identity.people SET number = (SELECT number FROM identity.people WHERE id = $1)"
            " WHERE id = $2",
            one, two,
        )  # fmt: skip
        with pytest.raises(ValueError, match="another key"):
            await identity.person(db, two)


async def test_rows_from_before_the_keys_are_sealed_by_a_start(
    city: City, database_url: str
) -> None:
    """As the step of the migration left them: the same bytes, not sealed."""
    id, number = uuid4(), "999000333444"
    admin = await asyncpg.connect(database_url)
    try:
        await admin.execute("ALTER TABLE identity.people DROP CONSTRAINT particulars_are_sealed")
        await admin.execute(
            "INSERT INTO identity.people (id, kind, issuer, subject, name, number, birth_date,"
            " email, first_seen_at, seen_at)"
            " VALUES ($1, 'person', '#number', $2, 'Cũ', $3, $4, $5, now(), now())",
            id, number, number.encode(), b"1950-06-07", b"cu@example.com",
        )  # fmt: skip
        await admin.execute(
            "ALTER TABLE identity.people ADD CONSTRAINT particulars_are_sealed CHECK ("
            " get_byte(number, 0) = 1 AND get_byte(birth_date, 0) = 1 AND get_byte(email, 0) = 1"
            " AND get_byte(phone, 0) = 1) NOT VALID"
        )
    finally:
        await admin.close()
    assert await identity.seal_old_people(city) == 1
    assert await identity.seal_old_people(city) == 0
    async with city.database.read(SYSTEM) as db:
        found = await identity.person(db, PersonId(id))
    assert (found.number, found.birth_date, found.email) == (
        number, date(1950, 6, 7), "cu@example.com",
    )  # fmt: skip
    assert await identity.person_with(city, number) == id


async def test_a_key_destroyed_elsewhere_is_soon_gone_here(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    met = await actions.meet_at_counter(city, "999000444555", "Hồ Ba", date(1990, 1, 1))
    identity.seal(city, met, "t.c", "1", b"x")
    identity.Keys(city.settings).destroy(met)
    identity.seal(city, met, "t.c", "1", b"x")  # remembered for a moment
    monkeypatch.setattr("motcua.identity.actions.keys.KEY_SECONDS", -1)
    identity.Keys.key(city[identity.Keys], UUID(int=5))
    city[identity.Keys]._known.clear()
    with pytest.raises(Erased):
        identity.seal(city, met, "t.c", "1", b"x")


def test_no_more_keys_are_remembered_than_there_is_room_for(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("motcua.identity.actions.keys.KEYS_MAX", 3)
    known = identity.Keys(city.settings)
    for n in range(6):
        known.key(UUID(int=1000 + n))
    assert set(known._known) == {UUID(int=1003 + n) for n in range(3)}


async def test_who_is_forgotten_is_forgotten_in_backups_too(
    city: City, database_url: str, tmp_path: Path
) -> None:
    """Dump, destroy, restore the dump: the row is there again, and nobody can read it."""
    met = await actions.meet_at_counter(city, "999000555666", "Vũ Thị Quên", date(1985, 5, 5))
    dump = await asyncio.to_thread(_dump, database_url)
    assert str(met) in dump
    for secret in ("999000555666", "1985-05-05"):
        assert secret not in dump
        assert secret.encode().hex() not in dump
    async with city.database.write(SYSTEM) as db:
        await identity.erase_person(db, met)
    async with city.database.read(SYSTEM) as db:
        gone = await identity.person(db, met)
    assert (gone.number, gone.birth_date, gone.email, gone.phone) == (None,) * 4
    assert gone.name != "Vũ Thị Quên"
    assert await identity.person_with(city, "999000555666") is None
    # The dump's rows come back into a table of their own.
    admin = await asyncpg.connect(database_url)
    try:
        await admin.execute("CREATE SCHEMA copy")
        try:
            await admin.execute("CREATE TABLE copy.people (LIKE identity.people)")
            lines = _rows(dump)
            (tmp_path / "rows").write_text(lines)
            await admin.copy_to_table(
                "people", schema_name="copy", source=tmp_path / "rows", format="text"
            )
            row = await admin.fetchrow("SELECT * FROM copy.people WHERE id = $1", met)
        finally:
            await admin.execute("DROP SCHEMA copy CASCADE")
    finally:
        await admin.close()
    assert keys.is_sealed(row["number"])
    for column in ("number", "birth_date"):
        with pytest.raises(Erased):
            identity.unseal(city, met, f"identity.people.{column}", met, row[column])


def _dump(url: str) -> str:
    done = subprocess.run(
        [str(binaries() / "pg_dump"), "--data-only", "--table=identity.people", url],
        capture_output=True, text=True, check=True, env=os.environ,
    )  # fmt: skip
    return done.stdout


def _rows(dump: str) -> str:
    return dump.split("FROM stdin;\n", 1)[1].split("\\.\n", 1)[0]


async def test_an_erased_person_met_again_is_somebody_new(city: City) -> None:
    met = await actions.meet_at_counter(city, "999000777888", "Mới Quen", date(1991, 1, 1))
    async with city.database.write(SYSTEM) as db:
        await identity.erase_person(db, met)
    again = await actions.meet_at_counter(city, "999000777888", "Mới Quen", date(1991, 1, 1))
    assert again != met
