"""Who may do what: every route, as everybody, compared with a table that people have read.

`just access` writes the table anew; what has changed in it is then read before it is kept.
"""

import os
from collections.abc import AsyncIterator

import pytest

from motcua.agencies import WORKING, AccessFile
from motcua.agencies.rules.access import Rules
from motcua.base.pack import Pack
from motcua.base.settings import Settings
from motcua.db import City
from tests.cases.build import PACKS
from tests.conftest import create
from tests.structure import access
from tests.structure.access_world import Stage

OPEN = (
    # For everybody: how far a case is, waiting rooms.
    "/api/v1/status/", "/agencies/", "/api/v1/agencies/",
    # A page names its draft: another's name is that of a new one of one's own.
    "/desk/counter/new/",
    # Administrators look after the keys of all officers.
    "/desk/officers/", "/desk/enrolments/",
)  # fmt: skip
WRITES = "MOTCUA_ACCESS_TABLE"


@pytest.fixture
async def city(settings: Settings, database_url: str) -> AsyncIterator[City]:
    """One in which no other test has lived: a draft or a restriction of its people would show."""
    url = database_url.replace("/motcua?", "/access?")
    await create(database_url, "access", url)
    made = City(settings, Pack.read(settings.pack), url.replace("postgres@", "motcua_app@"))
    await made.database.open()
    yield made
    await made.close()


async def test_everybody_may_do_what_the_table_says_and_nothing_else(city: City) -> None:
    """Hidden is the same as not there: the same answer, after as many statements."""
    world = await Stage(city).world()
    with access.opened(city) as desk:
        desk.known = {n: r.viewer for n, r in world.roles.items() if r.viewer}
        found = await access.rows(city, desk, world)
    if os.environ.get(WRITES):
        access.write(found)
    assert [row for row in found if "broken" in row] == []
    known = access.read()
    new = [row for row in found if row not in known]
    gone = [row for row in known if row not in found]
    assert (new, gone) == ([], []), "read the difference, then `just access`"


def test_nobody_who_is_not_concerned_gets_at_a_thing() -> None:
    """What may never stand in the table, whoever has read it."""
    for route, role, own, same, other, person in access.read():
        if route.split()[1].startswith(OPEN) or role == "system":
            continue
        where = (route, role)
        if role in ("nobody", "resident", "representative", "delegate", "admin"):
            assert not {"ok", "conflict"} & {same, other}, where
        if role in ("reception", "handler", "leader", "control"):
            assert not {"ok", "conflict"} & {other, person}, where
        assert role != "nobody" or own != "conflict", where


@pytest.mark.parametrize("pack", ["sample", "vietnam"])
def test_only_who_works_on_cases_sees_what_was_answered(pack: str) -> None:
    file = Pack.read(PACKS / pack).file("access", AccessFile)
    rules = Rules(file)
    closed = {"answers", "subject", "documents", "findings", "proposal", "opinions", "words"}
    for role in file.roles.keys() - set(WORKING):
        everywhere = frozenset(
            (place, role)
            for place in ("own", "hand", "step", "receiver", "counter", "beside", "agency")
        )
        assert not closed & rules.fields("see", "case", everywhere), role
    assert closed <= rules.fields("see", "case", frozenset({("hand", "handler")}))
