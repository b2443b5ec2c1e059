"""Every way in which a register can fail, against real processes over HTTP."""

import asyncio
import logging
import os
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest

from motcua.base.errors import NotAllowed, NotFound, Unavailable
from motcua.base.ids import new_id
from motcua.base.settings import Settings
from motcua.demo.people import SamplePerson, person
from motcua.exchange import Registers
from motcua.exchange.model import FAULTS, Reply
from motcua.exchange.outside import _own_secret
from tests.exchange import build

QUICK = {"try_seconds": 0.4, "budget_seconds": 1.0, "breaker_failures": 100}


@pytest.fixture
def an(settings: Settings) -> SamplePerson:
    return person(settings, "an")


@pytest.fixture
def hung(settings: Settings) -> SamplePerson:
    return person(settings, "hung")


@pytest.fixture
async def asked(settings: Settings, simulators: None) -> AsyncIterator[Registers]:
    made = build.registers(settings, **QUICK)
    yield made
    for name in made.registers:
        await made.line(name).set_fault("ok", new_id())
    await made.close()


async def refusal(asked: Registers, who: SamplePerson) -> Unavailable:
    with pytest.raises(Unavailable) as caught:
        await convictions(asked, who)
    assert caught.value.facts["register"] == "convictions"
    return caught.value


async def convictions(asked: Registers, who: SamplePerson) -> Reply:
    """Asked of `an`, the true answer is `nothing`: the one that a fault must never look like."""
    return await build.ask(
        asked, "convictions", "record", number=who.number, name=who.name, birth_date=who.birth_date
    )


async def test_a_well_register_answers(
    asked: Registers, an: SamplePerson, hung: SamplePerson
) -> None:
    assert (await convictions(asked, an)).state == "nothing"
    assert (await convictions(asked, hung)).state == "found"


@pytest.mark.parametrize("who", ["an", "hung"])
@pytest.mark.parametrize(
    ("mode", "reason", "tries"),
    [
        ("down", "register.down", 3),
        ("limit", "register.busy", 1),
        ("cut", "register.cut_off", 3),
        ("schema", "register.bad_answer", 1),
        ("certificate", "register.credential", 1),
        ("other-person", "register.other_person", 1),
        ("skew", "register.clock", 1),
    ],
)
async def test_a_fault_is_raised_and_never_an_answer(
    asked: Registers, settings: Settings, who: str, mode: str, reason: str, tries: int
) -> None:
    await asked.line("convictions").set_fault(mode, new_id())
    caught = await refusal(asked, person(settings, who))
    assert (caught.reason, caught.facts["tries"]) == (reason, tries)


async def test_a_slow_drip_ends_at_the_budget_and_is_not_nothing(
    asked: Registers, an: SamplePerson
) -> None:
    await asked.line("convictions").set_fault("slow", new_id())
    started = time.monotonic()
    caught = await refusal(asked, an)
    assert caught.reason == "register.slow"
    assert time.monotonic() - started < 1.0 + 0.3


async def test_a_duplicate_answer_is_one_answer(asked: Registers, hung: SamplePerson) -> None:
    once = await convictions(asked, hung)
    await asked.line("convictions").set_fault("duplicate", new_id())
    assert await convictions(asked, hung) == once
    assert len(once.values["convictions"]) == 2


async def test_every_fault_that_can_be_set_is_tested_here() -> None:
    tested = {"down", "limit", "cut", "schema", "certificate", "other-person", "skew"}
    assert tested | {"ok", "slow", "duplicate"} == set(FAULTS)


async def test_a_busy_register_is_asked_again_when_it_said_so(
    settings: Settings, simulators: None, an: SamplePerson
) -> None:
    patient = build.registers(settings, budget_seconds=3.0)
    line = patient.line("population")
    await line.set_fault("limit", new_id())
    waiting = asyncio.create_task(build.ask(patient, "population", "person", number=an.number))
    await asyncio.sleep(0.5)
    await line.set_fault("ok", new_id())
    started = time.monotonic()
    reply = await waiting
    # It said: in one second; half a second of that was left.
    assert reply.tries == 2
    assert 0.3 < time.monotonic() - started < 1.0
    await patient.close()


async def test_nobody_at_home_is_down(settings: Settings, tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    keys.mkdir()
    (keys / "register-convictions.key").write_bytes(b"k")
    nobody = build.registers(
        msgspec.structs.replace(settings, data=tmp_path, port=settings.port + 100), **QUICK
    )
    with pytest.raises(Unavailable) as caught:
        await build.ask(
            nobody, "convictions", "record", number="1", name="A", birth_date="2000-01-01"
        )
    assert caught.value.reason == "register.down"
    await nobody.close()


async def test_a_register_with_another_secret_is_not_believed(
    settings: Settings, simulators: None, tmp_path: Path, an: SamplePerson
) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "register-convictions.key").write_bytes(b"another")
    stranger = build.registers(msgspec.structs.replace(settings, data=tmp_path), **QUICK)
    assert (await refusal(stranger, an)).reason == "register.credential"
    await stranger.close()


async def test_an_answer_without_the_right_signature_is_not_believed(settings: Settings) -> None:
    body = b'{"maTrangThai": "01"}'
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nX-Signature: {'0' * 64}\r\n\r\n"
    assert await _reason_of_raw(settings, head.encode() + body) == "register.credential"


async def test_an_endless_answer_is_not_read_to_its_end(settings: Settings) -> None:
    endless = b"HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n" + b"x" * 4_000_000
    assert await _reason_of_raw(settings, endless) == "register.bad_answer"


async def test_a_redirect_is_not_followed(settings: Settings) -> None:
    away = b"HTTP/1.1 307 Away\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    assert await _reason_of_raw(settings, away) == "register.failed"


async def _reason_of_raw(settings: Settings, answer: bytes) -> str:
    """What becomes of these bytes from a register."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(65_536)
        writer.write(answer)
        with suppress(ConnectionError):
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    asked = build.registers(settings, **QUICK)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MOTCUA_REGISTER_BUSINESS_URL", f"http://127.0.0.1:{port}/")
        with pytest.raises(Unavailable) as caught:
            await build.ask(asked, "business", "company", number="1")
    await asked.close()
    server.close()
    await server.wait_closed()
    return caught.value.reason


async def test_a_failing_register_is_left_in_peace_and_asked_again_later(
    settings: Settings, simulators: None, an: SamplePerson
) -> None:
    limits = {"tries": 1, "breaker_failures": 2, "breaker_seconds": 0.3}
    asked = build.registers(settings, **limits)
    line = asked.line("convictions")
    await line.set_fault("down", new_id())
    reasons = [(await refusal(asked, an)).reason for _ in range(3)]
    assert reasons == ["register.down", "register.down", "register.resting"]
    await line.set_fault("ok", new_id())
    assert (await refusal(asked, an)).reason == "register.resting"
    await asyncio.sleep(0.35)
    assert (await convictions(asked, an)).state == "nothing"
    assert (await convictions(asked, an)).state == "nothing"
    await asked.close()


async def test_a_question_that_must_not_be_repeated_is_asked_once(
    settings: Settings, simulators: None
) -> None:
    asked = build.registers(settings, **QUICK)
    register = asked.registers["business"]
    once = msgspec.structs.replace(register.operations["company"], repeatable=False)
    register = msgspec.structs.replace(register, operations={"company": once})
    asked = Registers(settings, {"business": register})
    await asked.line("business").set_fault("down", new_id())
    with pytest.raises(Unavailable) as caught:
        await build.ask(asked, "business", "company", number="1")
    assert caught.value.facts["tries"] == 1
    await asked.line("business").set_fault("ok", new_id())
    await asked.close()


async def test_a_mismatched_name_is_not_nothing_and_does_not_open_the_breaker(
    settings: Settings, simulators: None, hung: SamplePerson
) -> None:
    asked = build.registers(settings, breaker_failures=1)
    misspelt = msgspec.structs.replace(hung, name="Vũ Mạnh Hưng")
    for _ in range(2):
        assert (await refusal(asked, misspelt)).reason == "register.mismatch"
    await asked.close()


async def test_the_log_names_the_look_and_no_person(
    asked: Registers, caplog: pytest.LogCaptureFixture, an: SamplePerson
) -> None:
    caplog.set_level(logging.DEBUG)
    for mode in ("down", "schema", "other-person", "cut"):
        await asked.line("convictions").set_fault(mode, new_id())
        await refusal(asked, an)
    assert "register.other_person" in caplog.text
    for private in (an.number, an.name):
        assert str(private) not in caplog.text


async def test_only_the_demo_can_be_made_to_fail(settings: Settings) -> None:
    real = build.registers(msgspec.structs.replace(settings, demo=False))
    with pytest.raises(NotAllowed):
        await real.line("population").set_fault("down", new_id())


async def test_a_city_without_an_address_for_a_register_says_so(settings: Settings) -> None:
    real = build.registers(msgspec.structs.replace(settings, demo=False))
    with pytest.raises(Unavailable) as caught:
        await build.ask(real, "population", "person", number="1")
    assert caught.value.reason == "register.not_configured"


@pytest.mark.parametrize("url", ["register.example", "ftp://register.example"])
async def test_an_address_that_is_none_is_said_and_not_crashed_on(
    settings: Settings, simulators: None, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("MOTCUA_REGISTER_POPULATION_URL", url)
    asked = build.registers(settings)
    with pytest.raises(Unavailable) as caught:
        await build.ask(asked, "population", "person", number="1")
    assert caught.value.reason == "register.not_configured"
    await asked.close()


async def test_a_register_that_the_pack_does_not_know_is_not_asked(settings: Settings) -> None:
    asked = build.registers(settings)
    with pytest.raises(NotFound):
        asked.line("nowhere")
    with pytest.raises(NotFound):
        await build.ask(asked, "population", "everything")


def test_a_secret_of_our_own_is_made_once_and_only_for_us(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "looks.key"
    assert _own_secret(path) == _own_secret(path)
    assert len(_own_secret(path)) == 32
    assert os.stat(path).st_mode & 0o077 == 0
    assert [file.name for file in path.parent.iterdir()] == ["looks.key"]
