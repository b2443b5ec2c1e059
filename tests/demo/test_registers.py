"""The simulated registers, each a process of its own, asked as the sample pack asks them."""

import http.client
from collections.abc import AsyncIterator, Iterator
from datetime import date

import msgspec
import pytest

from motcua.base import clock
from motcua.base.settings import Settings
from motcua.demo.people import SamplePerson, people, person
from motcua.exchange import Registers
from motcua.exchange.model import Reply
from tests.conftest import ROOT
from tests.exchange import build

PACKS = ROOT / "packs"


@pytest.fixture(scope="module")
def simulated(settings: Settings) -> Iterator[Settings]:
    """Of a city beside the one of other tests, so that nobody else sets faults here."""
    beside = msgspec.structs.replace(settings, port=settings.port + 200)
    with build.simulators(beside):
        yield beside


@pytest.fixture
async def asked(simulated: Settings) -> AsyncIterator[Registers]:
    made = build.registers(simulated)
    yield made
    await made.close()


async def record_of(asked: Registers, one: SamplePerson) -> Reply:
    return await build.ask(
        asked, "convictions", "record", number=one.number, name=one.name, birth_date=one.birth_date
    )


async def test_a_person_is_known_only_by_number_name_and_birth_date_together(
    asked: Registers, settings: Settings
) -> None:
    an = person(settings, "an")
    given = {"number": an.number, "name": an.name, "birth_date": an.birth_date}
    wrong = {"number": "999090000018", "name": "Nguyễn Văn Ân", "birth_date": date(1990, 3, 13)}
    assert (await build.ask(asked, "population", "person", **given)).state == "found"
    for name, value in wrong.items():
        reply = await build.ask(asked, "population", "person", **given | {name: value})
        assert reply.state == "nothing"


async def test_families_are_known_from_both_sides(asked: Registers, settings: Settings) -> None:
    async def relations(id: str) -> set[tuple[str, str]]:
        number = person(settings, id).number
        reply = await build.ask(asked, "population", "family", number=number)
        return {(row["relation"], row["number"]) for row in reply.values["relations"]}

    an, lan, khoi, dung, hoa = (
        str(person(settings, id).number) for id in ("an", "lan", "khoi", "dung", "hoa")
    )
    assert await relations("dung") == {("mother", hoa)}
    assert await relations("hoa") == {("child", dung)}
    assert await relations("khoi") == {("father", an), ("mother", lan)}
    assert await relations("an") == {("spouse", lan), ("child", khoi)}
    assert await relations("lan") == {("spouse", an), ("child", khoi)}
    assert await relations("binh") == set()


async def test_residence_is_known_from_the_day_it_was_recorded(
    asked: Registers, settings: Settings
) -> None:
    hoa = person(settings, "hoa")
    reply = await build.ask(asked, "population", "residence", number=hoa.number)
    assert reply.values["places"] == [
        {"from": "2021-07", "to": None, "kind": "permanent", "address": hoa.address}
    ]


async def test_a_newborn_gets_one_number_and_every_child_its_own(simulated: Settings) -> None:
    national = build.registers(msgspec.structs.replace(simulated, pack=PACKS / "vietnam"))

    async def number(who: str, name: str, sex: str, born: date) -> str | None:
        child = {"child_name": name, "child_birth_date": born, "child_sex": sex}
        reply = await build.ask(national, "population", "newborn", number=who, **child)
        return reply.values.get("number")

    lan, born = str(person(simulated, "lan").number), date(2026, 6, 20)
    first = await number(lan, "Nguyễn Minh Mẫu", "male", born)
    assert first is not None
    assert first.startswith("999226")
    assert first == await number(lan, "Nguyễn Minh Mẫu", "male", born)
    twin = await number(lan, "Nguyễn Minh Mỹ", "female", born)
    assert twin is not None
    assert twin.startswith("999326")
    assert twin[-6:] != first[-6:]
    assert first not in {one.number for one in people(simulated)}
    assert await number("999000000000", "Nguyễn Minh Mẫu", "male", born) is None
    await national.close()


async def test_the_firm_is_represented_by_an(asked: Registers, settings: Settings) -> None:
    firm, an = person(settings, "thu-nghiem"), person(settings, "an")
    reply = await build.ask(asked, "business", "company", number=firm.number)
    assert (reply.values["name"], reply.values["state"]) == ("Công ty TNHH Thử Nghiệm", "active")
    [head] = reply.values["representatives"]
    assert (head["number"], head["name"]) == (an.number, an.name)
    assert (await build.ask(asked, "business", "company", number="0100109106")).state == "nothing"


async def test_hung_has_one_spent_and_one_unspent_conviction(
    asked: Registers, settings: Settings
) -> None:
    reply = await record_of(asked, person(settings, "hung"))
    unspent, spent = reply.values["convictions"]
    assert (unspent["spent"], unspent["spent_on"]) == (False, None)
    assert (spent["spent"], spent["spent_on"]) == (True, "2011-06-18")
    today = clock.now().date().isoformat()
    assert spent["judged_on"] < spent["spent_on"] < unspent["judged_on"] < today
    [ban] = reply.values["bans_on_office"]
    assert ban["decided_on"] < today < ban["until"]


async def test_of_everyone_else_the_conviction_register_knows_nothing(
    asked: Registers, settings: Settings
) -> None:
    residents = [one for one in people(settings) if one.kind == "resident" and one.id != "hung"]
    assert len(residents) == 8
    for one in residents:
        assert await record_of(asked, one) == Reply(state="nothing", values={}, tries=1)


def test_each_register_has_a_secret_of_its_own(simulated: Settings) -> None:
    names = ("population", "business", "convictions")
    keys = {(simulated.keys / f"register-{name}.key").read_bytes() for name in names}
    assert len(keys) == 3


@pytest.mark.parametrize("path", ["/dan-cu/thong-tin-cong-dan", "/fault", "/suc-khoe", "/"])
def test_who_cannot_sign_is_told_nothing(simulated: Settings, path: str) -> None:
    question = msgspec.json.encode({"soDinhDanh": "999090000017", "mode": "down"})
    line = http.client.HTTPConnection("127.0.0.1", simulated.demo_port("population"), timeout=2)
    line.request("POST", path, question, {"X-Request-Id": "1", "X-Signature": "0" * 64})
    answer = line.getresponse()
    assert (answer.status, answer.read()) == (401, b"")
    line.close()
