"""The demonstration bank as a process of its own, calling a real city back over HTTP."""

import asyncio
import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest
import uvicorn
from litestar import Litestar
from litestar.di import Provide

from motcua import payments
from motcua.base.errors import Unavailable
from motcua.base.ids import SYSTEM, PersonId, new_id
from motcua.base.settings import Settings
from motcua.db import City
from motcua.demo import bank
from motcua.payments import actions, api, rules
from motcua.web import refusals
from tests.payments import build

START_SECONDS_MAX = 1.5


Switch = Callable[[str], Awaitable[None]]


class Running(SimpleNamespace):
    url: str


@pytest.fixture(scope="module")
def running(settings: Settings) -> Iterator[Running]:
    """The bank as `serve` starts it; the city answers (or not) on the city's own port."""
    port = settings.demo_port("bank")
    started = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "motcua.demo.bank", "--port", str(port),
         "--data", str(settings.data), "--pack", str(settings.pack)],
        env=os.environ,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        while True:
            try:
                httpx.get(url, trust_env=False)
                break
            except httpx.TransportError:
                assert process.poll() is None, "the bank did not start"
                assert time.monotonic() - started < 15
                time.sleep(0.02)
        yield Running(url=url)
    finally:
        process.terminate()
        process.wait(10)


@asynccontextmanager
async def answering(city: City) -> AsyncIterator[None]:
    """The city's one address for the bank, on the city's port."""
    app = Litestar(
        api.routes,
        dependencies={"city": Provide(lambda: city, sync_to_thread=False)},
        exception_handlers=refusals.HANDLERS,
        openapi_config=None,
    )
    config = uvicorn.Config(app, port=city.settings.port, log_level="critical", lifespan="off")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - it offers no event
        await asyncio.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        await task


async def post(url: str, **given: object) -> httpx.Response:
    async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
        return await client.post(url, **given)  # type: ignore[arg-type]


@pytest.fixture
async def with_mode(running: Running) -> AsyncIterator[Switch]:
    async def switch(mode: str) -> None:
        answer = await post(f"{running.url}/faults", json={"mode": mode})
        assert answer.status_code == 200

    yield switch
    await switch("ok")


class Bill(SimpleNamespace):
    thing: UUID
    code: str
    payer: PersonId


async def open_bill(city: City, amount: int = 205_000) -> Bill:
    payer, thing = PersonId(uuid4()), new_id()
    code = f"X1.01-{thing}"
    async with city.database.write(payer) as db:
        await payments.open_request(db, thing, code, payer, "X1.01", amount, build.lines(amount))
    return Bill(thing=thing, code=code, payer=payer)


async def payment_of(city: City, bill: Bill) -> payments.Payment:
    async with city.database.read(SYSTEM) as db:
        return await payments.payment_of(db, bill.thing)


async def settled_events(city: City, bill: Bill) -> int:
    async with city.database.read(SYSTEM) as db:
        row = await db.fetch_row(
            "SELECT count(*) FROM db.events WHERE subject_id = $1 AND kind = 'payment.settled'",
            bill.thing,
        )
    return int(row[0])


def test_it_costs_little_to_start() -> None:
    """In processor seconds, which do not depend on what else the machine is doing."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-m", "motcua.demo.bank", "--help"], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert spent < START_SECONDS_MAX


async def test_bank_pay_settles_the_case_by_a_call_back(city: City, running: Running) -> None:
    bill = await open_bill(city)
    async with answering(city):
        told = await bank.pay_command(city, bill.code)
    assert told["case"] == bill.code
    assert told["amount"] == 205_000
    assert told["callback"]["status"] == 200
    assert told["callback"]["answer"]["state"] == "settled"
    assert (await payment_of(city, bill)).state == "settled"


async def test_five_copies_at_once_settle_once(
    city: City, running: Running, with_mode: Switch
) -> None:
    bill = await open_bill(city)
    await with_mode("duplicate")
    async with answering(city):
        told = await bank.pay_command(city, bill.code)
    assert told["callback"]["answer"]["state"] == "settled"
    assert await settled_events(city, bill) == 1
    assert (await payment_of(city, bill)).refund_amount == 0


async def test_a_wrong_sum_settles_nothing_and_is_answered(
    city: City, running: Running, with_mode: Switch
) -> None:
    bill = await open_bill(city)
    await with_mode("wrong-amount")
    async with answering(city):
        told = await bank.pay_command(city, bill.code)
    assert told["callback"]["status"] == 200
    assert told["callback"]["answer"]["state"] == "mismatched"
    payment = await payment_of(city, bill)
    assert (payment.state, payment.refund_amount) == ("open", 204_999)


async def test_a_forged_call_back_leaves_no_trace(
    city: City, running: Running, with_mode: Switch
) -> None:
    bill = await open_bill(city)
    await with_mode("forged")
    async with answering(city):
        told = await bank.pay_command(city, bill.code)
    assert told["callback"]["status"] == 401
    async with city.database.read(SYSTEM) as db:
        row = await db.fetch_row(
            "SELECT count(*) FROM payments.receipts WHERE bank_transaction = $1",
            told["transaction"],
        )
    assert row[0] == 0
    assert (await payment_of(city, bill)).state == "open"


async def test_the_bank_comes_again_when_the_city_is_away(city: City, running: Running) -> None:
    bill = await open_bill(city)
    paying = asyncio.create_task(bank.pay_command(city, bill.code))
    await asyncio.sleep(0.5)
    async with answering(city):
        told = await paying
    assert told["callback"]["answer"]["state"] == "settled"


async def test_the_bank_gives_up_after_its_tries_and_says_so(city: City, running: Running) -> None:
    bill = await open_bill(city)
    told = await bank.pay_command(city, bill.code)
    assert told["callback"] == {"status": None}
    assert (await payment_of(city, bill)).state == "open"


async def test_an_app_that_scans_twice_pays_twice(city: City, running: Running) -> None:
    bill = await open_bill(city)
    qr = (await payment_of(city, bill)).qr
    async with answering(city):
        first = await post(f"{running.url}/transfers", json={"qr": qr})
        second = await post(f"{running.url}/transfers", json={"qr": qr})
    assert first.status_code == second.status_code == 201
    assert first.json()["transaction"] != second.json()["transaction"]
    payment = await payment_of(city, bill)
    assert (payment.state, payment.refund_amount) == ("refund_due", 205_000)


async def order_of(city: City, bill: Bill) -> str:
    async with city.database.read(bill.payer) as db:
        url = (await payments.payment_of(db, bill.thing)).url
        assert url is not None
        return await actions.order_url(db, UUID(url.rpartition("/")[2]))


async def test_the_page_shows_the_order_and_pays_it_once(city: City, running: Running) -> None:
    bill = await open_bill(city)
    url = await order_of(city, bill)
    signed = parse_qs(urlsplit(url).query)["order"][0]
    async with httpx.AsyncClient(trust_env=False) as client:
        page = await client.get(url)
        english = await client.get(url, headers={"Accept-Language": "en"})
    assert page.status_code == 200
    assert "NGÂN HÀNG THỬ NGHIỆM" in page.text
    # The sample crown has hundredths.
    assert "2.050,00" in page.text
    assert "2,050.00" in english.text
    assert "DEMONSTRATION" in english.text
    reference = (await payment_of(city, bill)).qr
    assert reference is not None
    action = page.text.partition('action="')[2].partition('"')[0]
    async with answering(city):
        for _ in range(2):  # a double click
            answer = await post(f"{running.url}{action}", data={"order": signed})
            assert answer.status_code == 303
            assert answer.headers["location"].endswith("/return")
        for _ in range(100):
            if (await payment_of(city, bill)).state != "open":
                break
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.3)
    payment = await payment_of(city, bill)
    assert (payment.state, payment.refund_amount) == ("settled", 0)


async def test_who_goes_back_without_paying_has_not_paid(city: City, running: Running) -> None:
    bill = await open_bill(city)
    signed = parse_qs(urlsplit(await order_of(city, bill)).query)["order"][0]
    async with answering(city):
        answer = await post(f"{running.url}/orders/X/cancellation", data={"order": signed})
        await asyncio.sleep(0.2)
    assert answer.status_code == 303
    assert (await payment_of(city, bill)).state == "open"


async def test_a_changed_order_is_no_order(city: City, running: Running) -> None:
    bill = await open_bill(city)
    url = await order_of(city, bill)
    head, _, tail = url.rpartition(".")
    forged = head[:-4] + ("AAAA" if head[-4:] != "AAAA" else "BBBB") + "." + tail
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.get(forged)
    assert answer.status_code == 422
    assert answer.json() == {"refused": "order_not_signed_by_the_city"}


async def test_the_bank_reads_no_damaged_code(city: City, running: Running) -> None:
    bill = await open_bill(city)
    qr = (await payment_of(city, bill)).qr
    assert qr is not None
    place = random.randrange(len(qr))
    damaged = qr[:place] + ("0" if qr[place] != "0" else "1") + qr[place + 1 :]
    answer = await post(f"{running.url}/transfers", json={"qr": damaged})
    assert answer.status_code == 422, place


@pytest.mark.parametrize(
    ("path", "given", "status"),
    [
        ("/transfers", {"content": b"{"}, 422),
        ("/transfers", {"json": {}}, 422),
        ("/transfers", {"json": {"qr": "x"}}, 422),
        ("/transfers", {"content": b"x" * 9000}, 422),
        ("/orders/A/pay", {"data": {"order": "a.b.c"}}, 422),
        ("/orders/A/pay", {"content": "order=é".encode()}, 422),
        ("/faults", {"json": {"mode": "chaos"}}, 422),
        ("/nothing", {}, 404),
    ],
)
async def test_rubbish_is_refused(
    running: Running, path: str, given: dict[str, object], status: int
) -> None:
    answer = await post(f"{running.url}{path}", **given)
    assert answer.status_code == status


async def test_without_the_bank_the_command_says_so(city: City) -> None:
    bill = await open_bill(city)
    elsewhere = msgspec.structs.replace(city.settings, port=city.settings.port + 40)
    moved = City(elsewhere, city.pack, city.database.url)
    await moved.database.open()
    try:
        with pytest.raises(Unavailable, match="bank_down"):
            await bank.pay_command(moved, bill.code)
    finally:
        await moved.database.close()


def test_two_programs_agree_on_the_checksum() -> None:
    for text in ("123456789", "", "000201010212"):
        assert f"{bank.crc(text.encode()):04X}" == rules._checksum(text)
    assert bank.crc(b"123456789") == 0x29B1


def test_two_programs_agree_on_the_code() -> None:
    info = build.info()
    payload = rules.qr_payload(build.SCHEME, info, 1_000, "ABC12345")
    read = bank.tlv(payload)
    assert bank.tlv(bank.tlv(read["38"])["01"]) == {"00": "970403", "01": "0011012345678"}
    assert read["54"] == "1000"
    assert bank.tlv(read["62"]) == {"08": "ABC12345"}
