"""Rights as a pack writes them: what is not named is refused; a post counts while it is held."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from motcua import agencies
from motcua.agencies import WORKING, AccessFile
from motcua.agencies.rules.access import Rules, access_faults
from motcua.base.ids import SYSTEM, PersonId, new_id
from motcua.base.pack import Pack, Where
from motcua.db import City

SINCE = date(2024, 1, 1)
RIGHTS = [
    {"act": "see", "on": "case", "fields": ["name", "answers"], "roles": ["handler"],
     "places": ["hand"]},
    {"act": "see", "on": "case", "fields": ["name"], "roles": ["reception"],
     "places": ["hand", "counter"]},
    {"act": "stop", "on": "case", "roles": ["leader"], "places": ["hand"]},
    {"act": "call", "on": "ticket", "roles": ["reception"], "places": ["agency"]},
]  # fmt: skip


def rules(*rights: dict[str, Any]) -> Rules:
    return Rules(msgspec.convert({"rights": rights or RIGHTS}, AccessFile))


@pytest.mark.parametrize(
    ("act", "on", "field", "held", "may"),
    [
        ("see", "case", "answers", {("hand", "handler")}, True),
        ("see", "case", "answers", {("counter", "handler")}, False),
        ("see", "case", "answers", {("hand", "reception")}, False),
        ("see", "case", "name", {("counter", "reception")}, True),
        ("see", "case", "name", {("counter", "handler"), ("hand", "leader")}, False),
        ("see", "case", "", {("hand", "handler")}, False),
        ("see", "ticket", "name", {("hand", "handler")}, False),
        ("stop", "case", "", {("hand", "leader")}, True),
        ("stop", "case", "", {("receiver", "leader")}, False),
        ("stop", "case", "answers", {("hand", "leader")}, False),
        ("burn", "case", "", {("hand", "leader")}, False),
        ("see", "case", "name", set(), False),
    ],
)  # fmt: skip
def test_what_no_right_names_is_refused(
    act: str, on: str, field: str, held: set[tuple[str, str]], may: bool
) -> None:
    assert rules().may(act, on, frozenset(held), field) is may


def test_all_fields_and_all_acts_are_what_may_says_of_each() -> None:
    known = rules()
    handler = frozenset({("hand", "handler")})
    assert known.fields("see", "case", handler) == {"name", "answers"}
    assert known.fields("see", "case", frozenset({("counter", "reception")})) == {"name"}
    assert known.acts("case", handler) == set()
    assert known.acts("case", frozenset({("hand", "leader")})) == {"stop"}
    assert Rules(AccessFile()).fields("see", "case", handler) == set()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"roles": {"handler": {"name": {"vi": "x", "en": "x"}}}}, "'works' does not fit"),
        ({"roles": {"clerk": {"works": True, "name": {"vi": "x", "en": "x"}}}}, "'works' does not"),
        ({"rights": [{"act": "see", "on": "case", "roles": ["nobody"], "places": ["hand"]}]},
         "unknown role 'nobody'"),
    ],
)  # fmt: skip
def test_a_role_that_nobody_describes_is_a_fault(
    tmp_path: Path, changed: dict[str, Any], said: str
) -> None:
    (tmp_path / "access.yaml").write_text(msgspec.json.encode(changed).decode())
    (tmp_path / "pack.yaml").write_text("code: x")
    pack = Pack(tmp_path)
    assert said in str(next(access_faults(pack, Where(pack))))


@pytest.mark.parametrize("pack", ["sample", "vietnam"])
def test_the_packs_describe_their_roles(pack: str) -> None:
    folder = Path(__file__).parents[2] / "packs" / pack
    found = Pack(folder)
    assert list(access_faults(found, Where(found))) == []
    file = found.file("access", AccessFile)
    assert {name for name, role in file.roles.items() if role.works} == set(WORKING)
    assert file.verified is (pack == "sample")  # no text of law lays down the rights of a role


async def mine(city: City, person: PersonId) -> set[str]:
    """The agencies whose cases the database shows to somebody."""
    async with city.database.read(person) as db:
        return {row[0] for row in await db.fetch("SELECT agencies.mine()")}


@pytest.mark.parametrize(
    "role",
    [*WORKING, "control", "coordinator", "inspector", "analyst", "council", "admin", "clerk"],
)
async def test_only_a_post_that_works_on_cases_opens_them(city: City, role: str) -> None:
    officer = PersonId(new_id())
    async with city.database.write(SYSTEM) as db:
        await agencies.appoint(db, officer, "SM.1", role, SINCE)
    assert await mine(city, officer) == ({"SM.1"} if role in WORKING else set())
    async with city.database.read(officer) as db:
        [row] = await db.fetch("SELECT agencies.oversees('SM.1'), agencies.oversees('SM.2')")
    assert tuple(row) == (role == "control", False)


@pytest.mark.parametrize(
    ("begins", "ends", "is_held"),
    [(0, None, True), (1, None, False), (-9, 0, False), (-9, 1, True)],
)
async def test_a_post_counts_from_its_first_day_to_the_day_before_its_last(
    city: City, begins: int, ends: int | None, is_held: bool
) -> None:
    officer, today = PersonId(new_id()), city[agencies.Agencies].today()
    async with city.database.write(SYSTEM) as db:
        await agencies.appoint(db, officer, "SM.1", "control", today + timedelta(days=begins))
        if ends is not None:
            day = today + timedelta(days=ends)
            await agencies.dismiss(db, officer, "SM.1", "control", day)
    async with city.database.read(officer) as db:
        posts = await agencies.posts_of(db)
        assert (await db.fetch_row("SELECT agencies.oversees('SM.1')"))[0] is is_held
    may = city[agencies.Access].places("hide", "look", posts)
    assert may == ({"SM.1"} if is_held else set())
