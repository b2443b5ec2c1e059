"""Malware is refused; and while nobody can tell, a file is kept and given to nobody."""

import hashlib
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from msgspec.structs import replace

from motcua import documents
from motcua.base import clock
from motcua.base.errors import Conflict, Invalid, NotFound
from motcua.base.ids import SYSTEM, DocumentId, PersonId
from motcua.base.pack import Pack
from motcua.base.settings import Settings
from motcua.db import City
from motcua.documents import jobs, queries
from motcua.documents.model import Scan
from motcua.documents.outside import scanning
from motcua.documents.outside.scanning import Scanner
from tests.documents import build
from tests.documents.scanner import HARMFUL, FakeScanner, scanner_at, scanner_on_a_port

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
HOUR = timedelta(hours=1)


@pytest.fixture
async def scanner(tmp_path: Path) -> AsyncIterator[FakeScanner]:
    async with scanner_at(tmp_path / "clamd.ctl") as fake:
        yield fake


@pytest.fixture
def watched(city: City, tmp_path: Path) -> City:
    """The city with a scanner where the fake one answers."""
    city.settings = replace(city.settings, scanner=f"unix:{tmp_path}/clamd.ctl")
    return city


def someone() -> PersonId:
    return PersonId(uuid4())


def pdf() -> bytes:
    """One of its own, since the tests of one process share a store."""
    return build.plain_pdf(X=f"{uuid4()}")


async def hand_in(city: City, person: PersonId, content: bytes | None = None) -> documents.File:
    upload = await documents.examine(city, "a.pdf", content or pdf())
    async with city.database.write(person) as db:
        return await documents.store_upload(db, upload)


async def scan_of(city: City, file_id: DocumentId) -> Scan:
    async with city.database.read(SYSTEM) as db:
        [file] = await documents.describe(db, [file_id])
    return file.scan


def aged(scanner: Scanner) -> Scanner:
    """As if it had last been asked for its version long ago."""
    scanner._checked = float("-inf")
    return scanner


async def test_what_the_scanner_finds_clean_is_taken_whole(
    watched: City, scanner: FakeScanner
) -> None:
    content = pdf()
    assert (await hand_in(watched, someone(), content)).scan == "clean"
    assert scanner.streams == [content]


async def test_malware_is_refused_and_not_kept(watched: City, scanner: FakeScanner) -> None:
    person = someone()
    with pytest.raises(Invalid) as refused:
        await hand_in(watched, person, pdf() + HARMFUL)
    assert refused.value.reason == "documents.infected"
    assert refused.value.faults[0].pointer == "/file"
    assert len(scanner.streams) == 1


@pytest.mark.parametrize("mood", ["silent", "cut_off", "babbling", "failing", "no_signatures"])
async def test_an_odd_answer_is_never_clean(
    watched: City, scanner: FakeScanner, mood: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanning, "SCAN_SECONDS_MAX", 0.3)
    scanner.mood = mood
    assert (await hand_in(watched, someone())).scan == "quarantined"


async def test_a_scanner_that_is_down_makes_a_file_wait(watched: City) -> None:
    assert (await hand_in(watched, someone())).scan == "quarantined"


async def test_a_scanner_that_answered_once_and_then_fell_silent_is_down(
    watched: City, scanner: FakeScanner
) -> None:
    assert (await hand_in(watched, someone())).scan == "clean"
    scanner.mood = "cut_off"
    assert (await hand_in(watched, someone())).scan == "quarantined"


@pytest.mark.parametrize(
    ("age", "scan"),
    [
        (HOUR, "clean"),
        (40 * HOUR, "clean"),
        (48 * HOUR, "quarantined"),  # a moment has passed since
        (400 * HOUR, "quarantined"),
        (-14 * HOUR, "clean"),
        (-30 * HOUR, "quarantined"),
    ],
)
async def test_signatures_of_before_two_days_prove_nothing(
    tmp_path: Path, scanner: FakeScanner, age: timedelta, scan: str
) -> None:
    scanner.signatures_age = age
    asked = Scanner(
        scanning.Address(socket=f"{tmp_path}/clamd.ctl"), "not_scanned", ZoneInfo("UTC")
    )
    assert await asked.scan(b"x") == scan


async def test_of_two_readings_of_the_scanners_hour_the_older_counts(
    tmp_path: Path, scanner: FakeScanner
) -> None:
    """Its local time may be the city's or any other: nothing older than two days may pass."""
    scanner.signatures_age = 42 * HOUR
    asked = Scanner(scanning.Address(socket=f"{tmp_path}/clamd.ctl"), "not_scanned", ZONE)
    assert await asked.scan(b"x") == "quarantined"


async def test_signatures_are_looked_at_again_after_a_minute(
    watched: City, scanner: FakeScanner
) -> None:
    assert (await hand_in(watched, someone())).scan == "clean"
    scanner.signatures_age = 90 * HOUR
    assert (await hand_in(watched, someone())).scan == "clean"
    aged(watched[Scanner])
    assert (await hand_in(watched, someone())).scan == "quarantined"


async def test_a_scanner_is_asked_over_the_network_too() -> None:
    async with scanner_on_a_port() as (fake, port):
        address = scanning._address(f"tcp://127.0.0.1:{port}")
        assert await Scanner(address, "not_scanned", ZONE).scan(HARMFUL) == "infected"
        assert fake.streams == [HARMFUL]


async def test_what_the_scanner_will_not_take_whole_waits() -> None:
    async with scanner_on_a_port() as (_, port):
        asked = Scanner(scanning._address(f"tcp://127.0.0.1:{port}"), "not_scanned", ZONE)
        assert await asked.scan(bytes(27_000_000)) == "quarantined"


@pytest.mark.parametrize(
    ("told", "is_demo", "scan"),
    [
        (None, True, "not_scanned"),
        (None, False, "quarantined"),
        ("none", True, "not_scanned"),
        ("none", False, "not_scanned"),
    ],
)
async def test_without_a_scanner_nothing_is_called_clean(
    settings: Settings, told: str | None, is_demo: bool, scan: str
) -> None:
    chosen = replace(settings, scanner=told, demo=is_demo)
    city = City(chosen, Pack.read(chosen.pack), "postgresql:///none")
    assert await city[Scanner].scan(HARMFUL) == scan


@pytest.mark.parametrize("told", ["http://a", "unix:", "tcp://", "clamd", "tcp:3310"])
def test_an_address_that_is_none_is_refused_at_the_start(told: str) -> None:
    with pytest.raises(Invalid):
        scanning._address(told)


# Quarantine


async def test_a_file_in_quarantine_is_given_and_attached_to_nobody(watched: City) -> None:
    person = someone()
    file = await hand_in(watched, person)
    async with watched.database.write(person) as db:
        with pytest.raises(Conflict, match=r"^documents\.quarantined$"):
            await documents.open_file(db, file.id)
    async with watched.database.write(person) as db:
        with pytest.raises(Conflict, match=r"^documents\.quarantined$"):
            await documents.share(db, [file.id], agency="police")


async def test_the_database_holds_it_too(watched: City) -> None:
    person = someone()
    file = await hand_in(watched, person)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with watched.database.write(person) as db:
            await queries.share_files(db, [file.id], "police", None, person, clock.now())


async def test_it_is_free_once_the_scanner_has_found_it_clean(
    watched: City, tmp_path: Path
) -> None:
    person = someone()
    file = await hand_in(watched, person)
    await jobs.scan_again(watched)
    assert await scan_of(watched, file.id) == "quarantined"
    async with scanner_at(tmp_path / "clamd.ctl"):
        await jobs.scan_again(watched)
    async with watched.database.write(person) as db:
        _, content = await documents.open_file(db, file.id)
        await documents.share(db, [file.id], agency="police")
    assert content.startswith(b"%PDF")


async def test_what_proves_harmful_later_is_given_to_nobody_ever(
    watched: City, tmp_path: Path
) -> None:
    person = someone()
    file = await hand_in(watched, person, pdf() + HARMFUL)
    async with scanner_at(tmp_path / "clamd.ctl"):
        await jobs.scan_again(watched)
        await jobs.scan_again(watched)
    assert await scan_of(watched, file.id) == "infected"
    async with watched.database.write(person) as db:
        with pytest.raises(Conflict, match=r"^documents\.infected$"):
            await documents.open_file(db, file.id)


async def test_one_file_that_the_scanner_cannot_judge_holds_up_no_other(
    watched: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents.actions, "UNCLEAR_MAX", 1)
    odd = pdf()
    held = [await hand_in(watched, someone(), one) for one in (odd, pdf())]

    async def scan(self: Scanner, content: bytes) -> str:
        return "quarantined" if content == odd else "clean"

    monkeypatch.setattr(Scanner, "scan", scan)
    for _ in range(20):  # others of this process may wait as well
        await jobs.scan_again(watched)
    assert [await scan_of(watched, file.id) for file in held] == ["quarantined", "clean"]


async def test_a_person_cannot_free_what_is_held(watched: City) -> None:
    person = someone()
    file = await hand_in(watched, person)
    async with watched.database.write(person) as db:
        await queries.note_scan(db, file.id, "clean", clock.now())
    assert await scan_of(watched, file.id) == "quarantined"


async def test_a_strangers_file_in_quarantine_does_not_exist(watched: City) -> None:
    file = await hand_in(watched, someone())
    async with watched.database.write(someone()) as db:
        with pytest.raises(NotFound):
            await documents.open_file(db, file.id)


# The real one, where it is installed


@pytest.fixture
def clamd(tmp_path: Path) -> Iterator[Path]:
    """Debian's own, with one signature of ours: the hash of what is to be found."""
    program = shutil.which("clamd")
    if program is None:
        pytest.skip("clamd is not installed (Debian: apt-get install clamav-daemon)")
    signatures, socket = tmp_path / "signatures", tmp_path / "real.ctl"
    signatures.mkdir()
    known = hashlib.md5(HARMFUL).hexdigest()
    (signatures / "own.hdb").write_text(f"{known}:{len(HARMFUL)}:Trial.Malware-1\n")
    told = tmp_path / "clamd.conf"
    told.write_text(f"Foreground yes\nDatabaseDirectory {signatures}\nLocalSocket {socket}\n")
    process = subprocess.Popen([program, "-c", str(told)], stdout=subprocess.DEVNULL)
    for _ in range(100):
        if socket.exists():
            break
        time.sleep(0.1)
    yield socket
    process.terminate()
    process.wait(10)


async def test_the_real_scanner_understands_us(
    clamd: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fresh(self: Scanner, address: object) -> None:
        """Its own signatures have no date: this test is about the stream."""

    monkeypatch.setattr(Scanner, "_check_signatures", fresh)
    asked = Scanner(scanning.Address(socket=str(clamd)), "not_scanned", ZONE)
    assert await asked.scan(HARMFUL) == "infected"
    assert await asked.scan(b"harmless") == "clean"
