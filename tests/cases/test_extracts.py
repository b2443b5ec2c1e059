"""A register answers in the place of a paper; and what a pack may not say of components."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from motcua import exchange
from motcua.base.errors import NotFound, Unavailable
from motcua.base.settings import Settings
from motcua.cases.actions import Procedures, extracts, filing
from motcua.cases.actions.filing import Subject
from motcua.cases.actions.vault import Offered
from motcua.db import City
from motcua.doctor import pack_faults
from motcua.identity import Viewer
from tests import cast
from tests.cases import build
from tests.cases.build import SAMPLE
from tests.cases.test_papers import text_of
from tests.exchange.build import simulator

NEED = "guardianship"
KEY = f"{extracts.BY_REGISTER}family"


@pytest.fixture(scope="module", autouse=True)
def population(settings: Settings) -> Iterator[None]:
    with simulator(settings, "population"):
        yield


async def oneself(city: City, who: Viewer) -> Subject:
    async with city.database.read(who.person) as db:
        return await filing.oneself(db, who)


async def offered(city: City, who: Viewer) -> list[Offered]:
    known, subject = city[Procedures].by_code(SAMPLE), await oneself(city, who)
    found = await extracts.offers(city, who, known, known.procedure.documents, subject)
    assert found.keys() <= {NEED}
    return found.get(NEED, [])


async def test_what_a_register_knows_is_offered_and_taken_as_an_extract(
    city: City, staff: cast.Cast
) -> None:
    [one] = await offered(city, staff.hoa)
    assert one.key == KEY
    known = city[Procedures].by_code(SAMPLE)
    made = await extracts.take(city, staff.hoa, known, NEED, KEY, await oneself(city, staff.hoa))
    assert cast.sample(city, "dung").name in text_of(made.content)
    assert made.media_type == "application/pdf"


async def test_of_whom_the_register_knows_no_family_nothing_is_offered(
    city: City, staff: cast.Cast
) -> None:
    assert await offered(city, staff.binh) == []
    known, subject = city[Procedures].by_code(SAMPLE), await oneself(city, staff.binh)
    for need, key in ((NEED, KEY), ("student_card", KEY), (NEED, f"{extracts.BY_REGISTER}x")):
        with pytest.raises(NotFound):
            await extracts.take(city, staff.binh, known, need, key, subject)


async def test_while_it_is_down_the_paper_is_handed_in_as_ever(
    city: City, staff: cast.Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def down(*_: object, **__: object) -> None:
        raise Unavailable("register.down", register="population")

    monkeypatch.setattr(exchange, "ask", down)
    assert await offered(city, staff.hoa) == []
    known, subject = city[Procedures].by_code(SAMPLE), await oneself(city, staff.hoa)
    with pytest.raises(Unavailable):
        await extracts.take(city, staff.hoa, known, NEED, KEY, subject)


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("code: student-card", "code: family", "duplicate code 'family'"),
        ("KQ.SM.000001", "KQ.SM.000009", "no procedure ends in 'KQ.SM.000009'"),
        ("document: student_card", "document: card", "'9.000001' asks for no 'card'"),
        ("register: population", "register: people", "unknown register 'people'"),
        ("operation: family", "operation: kin", "'population' has no operation 'kin'"),
        ("{number: subject.number}", "{id: subject.number}", "'family' does not take id"),
        ("valid_for: 1y", "valid_for: 1w", "'valid_for' is '1w'"),
    ],
)
def test_a_component_names_only_what_is_there(
    tmp_path: Path, old: str, new: str, what: str
) -> None:
    folder = tmp_path / "sample"
    shutil.copytree(build.PACKS / "sample", folder)
    path = folder / "components.yaml"
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8")
    found = [(Path(fault.file).name, fault.what) for fault in pack_faults(folder)]
    assert ("components.yaml", what) in found, found
