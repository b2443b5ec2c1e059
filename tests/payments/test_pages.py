"""The payer's pages over HTTP, and the bank's address as a stranger may abuse it."""

import re
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import httpx
import pytest
import zxingcpp
from litestar import Litestar, Request
from litestar.di import Provide

from motcua import payments, web
from motcua.base.ids import SYSTEM, PersonId, new_id
from motcua.base.text import Text
from motcua.db import City
from motcua.identity import Viewer
from motcua.payments import api, pages
from tests.payments import build

CALLBACK = "/api/v1/payments/callback"


@pytest.fixture
async def client(city: City) -> AsyncIterator[httpx.AsyncClient]:
    async def who(connection: Any) -> Viewer | None:
        given = connection.headers.get("x-person")
        return Viewer(person=PersonId(UUID(given)), name="An") if given else None

    def viewer(request: Request[Any, Any, Any]) -> Viewer | None:
        found: Viewer | None = request.scope["state"]["viewer"]
        return found

    currency = city.pack.info.currency.code
    site = web.Site(name=Text(vi="Mẫu", en="Sample"), zone=ZoneInfo("UTC"), currency=currency)
    app = Litestar(
        [*pages.routes, *api.routes],
        plugins=[web.build(site, who)],
        dependencies={
            "city": Provide(lambda: city, sync_to_thread=False),
            "viewer": Provide(viewer, sync_to_thread=False),
        },
        openapi_config=None,
    )
    app.state.city = city
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as made:
        yield made


@pytest.fixture
def bank(city: City) -> build.SigningBank:
    return build.SigningBank(city.settings.keys)


class Bill:
    def __init__(self, payer: PersonId, thing: UUID, url: str, qr: str, reference: str) -> None:
        self.payer, self.thing, self.qr, self.reference = payer, thing, qr, reference
        self.path = "/pay/" + url.rpartition("/")[2]
        self.as_payer = {"x-person": str(payer), "accept": "text/html", "accept-language": "en"}


@pytest.fixture
async def bill(city: City) -> Bill:
    payer, thing = PersonId(uuid4()), new_id()
    code = f"X1.01-{thing}"
    async with city.database.write(payer) as db:
        payment = await payments.open_request(
            db, thing, code, payer, "X1.01", 205_000,
            [
                payments.Line("base", 200_000, Text(vi="Phí cơ bản <b>", en="Basic fee <b>")),
                payments.Line("copies", 5_000, Text(vi="Bản thứ ba", en="Third copy")),
            ],
        )  # fmt: skip
        reference, _ = await payments.open_reference(db, code)
    assert payment.url is not None
    assert payment.qr is not None
    return Bill(payer, thing, payment.url, payment.qr, reference)


async def call(client: httpx.AsyncClient, body: bytes, signature: str) -> httpx.Response:
    return await client.post(CALLBACK, content=body, headers={"x-signature": signature})


def word_for(city: City, bill: Bill, **given: Any) -> payments.BankWord:
    return build.word(bill.reference, currency=city.pack.info.currency.code, **given)


def decoded(page: str) -> str:
    """What a camera reads off the page's own picture: the strokes of its path, as pixels."""
    svg = page[page.index("<svg", page.index('role="img"')) :]
    svg = svg[: svg.index("</svg>")]
    drawing = re.search(r'stroke="#000" d="([^"]+)"', svg)
    assert drawing is not None
    side = int(re.search(r'width="(\d+)"', svg)[1]) // pages.QR_SCALE  # type: ignore[index]
    rows = [bytearray(b"\xff" * side) for _ in range(side)]
    x, y = 0.0, 0.0
    for act, numbers in re.findall(r"([MmhH])([^MmhH]*)", drawing[1]):
        given = [float(n) for n in re.findall(r"-?[\d.]+", numbers)]
        if act == "M":
            x, y = given
        elif act == "m":
            x, y = x + given[0], y + given[1]
        else:
            rows[int(y)][int(x) : int(x + given[0])] = bytes(int(given[0]))
            x += given[0]
    pixels = b"".join(4 * b"".join(4 * bytes([dot]) for dot in row) for row in rows)
    found = zxingcpp.read_barcode(memoryview(pixels).cast("B", (4 * side, 4 * side)))
    assert found is not None
    return str(found.text)


async def test_the_bill_shows_sum_lines_and_the_way_to_the_bank(
    client: httpx.AsyncClient, bill: Bill
) -> None:
    page = await client.get(bill.path, headers=bill.as_payer)
    assert page.status_code == 200
    assert "Basic fee &lt;b&gt;" in page.text
    assert "Third copy" in page.text
    assert "2,050.00" in page.text
    assert f'href="{bill.path}/bank"' in page.text
    assert page.text.count('class="govuk-button"') == 1
    assert bill.reference in page.text


async def test_the_bill_speaks_vietnamese_unless_asked_otherwise(
    client: httpx.AsyncClient, bill: Bill
) -> None:
    page = await client.get(bill.path, headers={**bill.as_payer, "accept-language": "vi"})
    assert "Sang trang ngân hàng" in page.text
    assert "2.050,00" in page.text


async def test_a_camera_reads_the_code_off_the_page(client: httpx.AsyncClient, bill: Bill) -> None:
    page = await client.get(bill.path, headers=bill.as_payer)
    assert decoded(page.text) == bill.qr
    assert 'aria-label="QR code to pay' in page.text


async def test_to_a_stranger_there_is_no_bill(client: httpx.AsyncClient, bill: Bill) -> None:
    stranger = {**bill.as_payer, "x-person": str(uuid4())}
    for path in (bill.path, f"{bill.path}/bank", f"{bill.path}/return", f"/pay/{uuid4()}"):
        answer = await client.get(path, headers=stranger)
        assert answer.status_code == 404, path
        assert "205.000" not in answer.text
        assert "205,000" not in answer.text


async def test_nobody_is_asked_to_sign_in_first(client: httpx.AsyncClient, bill: Bill) -> None:
    nobody = {"accept": "text/html"}
    answer = await client.get(bill.path, headers=nobody)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in?")


async def test_the_way_to_the_bank_is_a_signed_order(
    client: httpx.AsyncClient, bill: Bill, city: City
) -> None:
    answer = await client.get(f"{bill.path}/bank", headers=bill.as_payer)
    assert answer.status_code == 303
    port = city.settings.demo_port("bank")
    assert answer.headers["location"].startswith(f"http://localhost:{port}/pay?order=ey")


async def test_coming_back_settles_nothing(
    client: httpx.AsyncClient, bill: Bill, city: City
) -> None:
    page = await client.get(f"{bill.path}/return?status=paid", headers=bill.as_payer)
    assert "Waiting for the bank" in page.text
    assert 'hx-trigger="every 3s"' in page.text
    asked = await client.get(f"{bill.path}/return", headers={**bill.as_payer, "hx-request": "true"})
    assert asked.status_code == 204
    async with city.database.read(SYSTEM) as db:
        assert (await payments.payment_of(db, bill.thing)).state == "open"


async def test_the_return_page_stops_asking_once_the_money_is_there(
    client: httpx.AsyncClient, bill: Bill, bank: build.SigningBank, city: City
) -> None:
    answer = await call(client, *bank.say(word_for(city, bill)))
    assert answer.status_code == 200
    page = await client.get(f"{bill.path}/return", headers={**bill.as_payer, "hx-request": "true"})
    assert "Paid" in page.text
    assert "hx-get" not in page.text
    shown = await client.get(bill.path, headers=bill.as_payer)
    assert "/bank" not in shown.text
    assert (await client.get(f"{bill.path}/bank", headers=bill.as_payer)).status_code == 409


async def test_a_call_back_before_the_redirect_and_again_has_one_answer(
    client: httpx.AsyncClient, bill: Bill, bank: build.SigningBank, city: City
) -> None:
    word = word_for(city, bill)
    answers = [await call(client, *bank.say(word)) for _ in range(3)]
    assert {a.status_code for a in answers} == {200}
    assert {a.content for a in answers} == {answers[0].content}
    assert answers[0].json() == {
        "transaction": word.transaction,
        "reference": bill.reference,
        "state": "settled",
    }


async def test_a_second_payment_is_shown_as_held(
    client: httpx.AsyncClient, bill: Bill, bank: build.SigningBank, city: City
) -> None:
    for _ in range(2):
        await call(client, *bank.say(word_for(city, bill)))
    page = await client.get(f"{bill.path}/return", headers=bill.as_payer)
    assert "We hold it for you and return it" in page.text


@pytest.mark.parametrize("signature", ["", "..", "e30..AA"])
async def test_without_the_banks_signature_nothing_is_recorded(
    client: httpx.AsyncClient, bill: Bill, bank: build.SigningBank, city: City, signature: str
) -> None:
    body, _ = bank.say(word_for(city, bill))
    answer = await call(client, body, signature)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    async with city.database.read(SYSTEM) as db:
        assert (await payments.payment_of(db, bill.thing)).state == "open"
        row = await db.fetch_row(
            "SELECT count(*) FROM payments.receipts WHERE reference = $1", bill.reference
        )
    assert row[0] == 0


async def test_a_transaction_that_changes_its_story_conflicts(
    client: httpx.AsyncClient, bill: Bill, bank: build.SigningBank, city: City
) -> None:
    word = word_for(city, bill)
    await call(client, *bank.say(word))
    other = word_for(city, bill, transaction=word.transaction, amount=1)
    answer = await call(client, *bank.say(other))
    assert answer.status_code == 409
    assert answer.json()["reason"] == "payment.transaction_differs"


async def test_nonsense_from_the_bank_is_a_clear_problem(
    client: httpx.AsyncClient, bill: Bill, bank: build.SigningBank
) -> None:
    answer = await call(client, b'{"amount": 1}', bank.sign(b'{"amount": 1}'))
    assert answer.status_code == 422
    assert answer.json()["reason"] == "payment.callback_unreadable"


async def test_a_flood_is_not_read(
    client: httpx.AsyncClient, bill: Bill, bank: build.SigningBank
) -> None:
    answer = await call(client, b" " * 10_000, "a..b")
    assert answer.status_code == 413
