"""DEMONSTRATION bank: keeps the city's account, shows orders, reads QR codes, calls the city back.

It shares no code with the city's payments, so that each checks the other. Light on purpose: the
standard library's server starts in a fraction of the time of a framework.
"""

import argparse
import html
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
import msgspec
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from motcua.base import clock
from motcua.base.errors import Unavailable
from motcua.base.ids import SYSTEM
from motcua.base.pack import Pack
from motcua.base.settings import DEMO_STEPS
from motcua.web import figures
from motcua.web.language import Language

if TYPE_CHECKING:
    from motcua.db import City

BODY_BYTES_MAX = 8192
TRANSFERS_MAX = 10_000
TRIES = 5
RETRY_SECONDS_FIRST = 0.2
CALLBACK_SECONDS_MAX = 10
SLOW_CLIENT_SECONDS_MAX = 10
PAY_SECONDS_MAX = 60

Mode = Literal["ok", "duplicate", "delay", "wrong-amount", "forged"]
DELAY_SECONDS = 2.0
COPIES = 5


class Refused(Exception):
    """The bank does not do this; the word says why."""


class Payee(msgspec.Struct, frozen=True):
    """The city's account with this bank, out of the pack."""

    template: str
    bank: str
    account: str


class PayeeFile(msgspec.Struct, frozen=True):
    qr: Payee


class Money(msgspec.Struct, frozen=True):
    """One transfer to the city's account."""

    transaction: str
    reference: str
    amount: int
    currency: str
    paid_at: Any


class Order(msgspec.Struct, frozen=True):
    reference: str
    amount: int
    currency: str
    qr: str
    return_url: str


class Bank:
    """The account, the transfers to it, and the calls about them."""

    def __init__(self, pack: Pack, keys: Path, callback: str) -> None:
        self.payee = pack.file("payments", PayeeFile).qr
        self.info = pack.info
        self.keys = keys
        self.callback = callback
        self.mode: Mode = "ok"
        self.key = _own_key(keys)
        self._paid: OrderedDict[str, Money] = OrderedDict()
        self._lock = threading.Lock()

    def order(self, signed: str) -> Order:
        """What the city has signed; a changed order is no order."""
        try:
            key = _read_key(self.keys / "payments.public.json")
            payload = jws.deserialize_compact(signed, key, ["ES256"]).payload
            return msgspec.json.decode(payload, type=Order)
        except (FileNotFoundError, JoseError, ValueError, msgspec.MsgspecError):
            raise Refused("order_not_signed_by_the_city") from None

    def pay_order(self, order: Order) -> None:
        """Pay an order from the bank's page: once, however often the button is pressed."""
        with self._lock:
            if order.reference in self._paid:
                return
            money = self._take(self.read(order.qr))
        threading.Thread(target=self.call, args=(money,), daemon=True).start()

    def transfer(self, qr: str) -> dict[str, Any]:
        """Pay what a code says, as a banking app does, each time it is asked."""
        with self._lock:
            money = self._take(self.read(qr))
        return {
            "transaction": money.transaction,
            "reference": money.reference,
            "amount": money.amount,
            "currency": money.currency,
            "callback": self.call(money),
        }

    def _take(self, read: tuple[str, int]) -> Money:
        reference, amount = read
        money = Money(
            transaction=f"DEMO-{uuid4().hex.upper()}",
            reference=reference,
            amount=amount,
            currency=self.info.currency.code,
            paid_at=clock.now(),
        )
        self._paid[reference] = money
        while len(self._paid) > TRANSFERS_MAX:
            self._paid.popitem(last=False)
        return money

    def read(self, qr: str) -> tuple[str, int]:
        """Purpose and amount of a code whose checksum holds and whose money is for our customer."""
        if not (qr.isascii() and qr[-8:-4] == "6304" and f"{crc(qr[:-4].encode()):04X}" == qr[-4:]):
            raise Refused("code_damaged")
        try:
            fields = tlv(qr)
            receiver = tlv(tlv(fields[self.payee.template])["01"])
            if (receiver["00"], receiver["01"]) != (self.payee.bank, self.payee.account):
                raise Refused("account_unknown")
            if fields["53"] != self.info.currency.number:
                raise Refused("currency_unknown")
            whole, _, part = fields["54"].partition(".")
            places = self.info.currency.decimals
            return tlv(fields["62"])["08"], int(whole + part.ljust(places, "0")[:places])
        except (KeyError, ValueError):
            raise Refused("code_unreadable") from None

    def call(self, money: Money) -> dict[str, Any]:
        """Tell the city, up to five times, and give its last answer."""
        if self.mode == "delay":
            time.sleep(DELAY_SECONDS)
        if self.mode != "duplicate":
            return self._deliver(money)
        answers: list[dict[str, Any]] = []
        copies = [
            threading.Thread(target=lambda: answers.append(self._deliver(money)))
            for _ in range(COPIES)
        ]
        for copy in copies:
            copy.start()
        for copy in copies:
            copy.join()
        return answers[-1]

    def _deliver(self, money: Money) -> dict[str, Any]:
        answer: dict[str, Any] = {"status": None}
        with httpx.Client(timeout=CALLBACK_SECONDS_MAX, trust_env=False) as client:
            for attempt in range(TRIES):
                if attempt:
                    time.sleep(RETRY_SECONDS_FIRST * 2 ** (attempt - 1))
                try:
                    response = client.post(self.callback, **self._signed(money))
                except httpx.TransportError:
                    continue
                answer = {"status": response.status_code, "answer": _json(response)}
                if response.status_code < 500:
                    break
        return answer

    def _signed(self, money: Money) -> dict[str, Any]:
        """Body and signature, made anew for each try so that the city sees it is of now."""
        said = {**msgspec.structs.asdict(money), "sent_at": clock.now()}
        if self.mode == "wrong-amount":
            said["amount"] -= 1
        body = msgspec.json.encode(said)
        # A forger has a key too, only not the bank's.
        key = ECKey.generate_key("P-256", private=True) if self.mode == "forged" else self.key
        signature = jws.detach_content(
            jws.serialize_compact({"alg": "ES256"}, body, key, algorithms=["ES256"])
        )
        headers = {"Content-Type": "application/json", "X-Signature": signature}
        return {"content": body, "headers": headers}


async def pay_command(city: "City", case_code: str) -> dict[str, Any]:
    """`motcua bank pay CASE`: have the bank settle a case's open payment, by its own call-back."""
    from motcua import payments  # the bank's own process starts without the city's rooms

    async with city.database.read(SYSTEM) as db:
        reference, qr = await payments.open_reference(db, case_code)
    url = f"http://localhost:{city.settings.demo_port('bank')}/transfers"
    try:
        async with httpx.AsyncClient(timeout=PAY_SECONDS_MAX, trust_env=False) as client:
            response = await client.post(url, json={"qr": qr})
    except httpx.TransportError:
        raise Unavailable("payment.bank_down", register="bank") from None
    return {"case": case_code, "reference": reference, **response.json()}


def crc(data: bytes) -> int:
    """CRC-16/CCITT-FALSE, bit by bit: x16 + x12 + x5 + 1, beginning with ones."""
    value = 0xFFFF
    for byte in data:
        value ^= byte << 8
        for _ in range(8):
            value = (value << 1 ^ 0x1021 if value & 0x8000 else value << 1) & 0xFFFF
    return value


def tlv(text: str) -> dict[str, str]:
    """Two digits of tag, two of length, the value; and again to the end."""
    found: dict[str, str] = {}
    while text:
        end = 4 + int(text[2:4])
        if end > len(text):
            raise ValueError("a field runs over the end")
        found[text[:2]], text = text[4:end], text[end:]
    return found


def _json(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return None


def _own_key(keys: Path) -> ECKey:
    keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    private = keys / "bank.json"
    if not private.exists():
        made = ECKey.generate_key("P-256", private=True)
        private.touch(mode=0o600)
        private.write_bytes(msgspec.json.encode(made.as_dict(private=True)))
    key = _read_key(private)
    (keys / "bank.public.json").write_bytes(msgspec.json.encode(key.as_dict(private=False)))
    return key


def _read_key(path: Path) -> ECKey:
    return ECKey.import_key(msgspec.json.decode(path.read_bytes()))


class Counter(BaseHTTPRequestHandler):
    """The bank's counter: one page for people, two addresses for machines, a switch for tests."""

    bank: Bank
    timeout = SLOW_CLIENT_SECONDS_MAX

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        self._answer({"/": self._door, "/pay": self._show}.get(address.path))

    def do_POST(self) -> None:
        path = urlsplit(self.path).path
        routes = {"/transfers": self._transfer, "/faults": self._fault}
        if match := re.fullmatch(r"/orders/[0-9A-Z]{1,25}/(pay|cancellation)", path):
            routes[path] = self._pay if match.group(1) == "pay" else self._cancel
        self._answer(routes.get(path))

    def _answer(self, route: Callable[[], None] | None) -> None:
        try:
            if route is None:
                raise Refused("no_such_page")
            route()
        except Refused as refusal:
            self._send_json(404 if route is None else 422, {"refused": str(refusal)})

    def _door(self) -> None:
        self._send_json(200, {"bank": "DEMONSTRATION", "mode": self.bank.mode})

    def _show(self) -> None:
        signed = parse_qs(urlsplit(self.path).query).get("order", [""])[0]
        order = self.bank.order(signed)
        is_english = self.headers.get("Accept-Language", "").startswith("en")
        language: Language = "en" if is_english else "vi"
        page = PAGE.substitute(
            WORDS[language],
            language=language,
            amount=html.escape(figures.money(order.amount, order.currency, language)),
            reference=html.escape(order.reference),
            order=html.escape(signed),
        )
        self._send(200, "text/html; charset=utf-8", page.encode())

    def _pay(self) -> None:
        order = self._sent_order()
        self.bank.pay_order(order)
        self._redirect(order.return_url)

    def _cancel(self) -> None:
        self._redirect(self._sent_order().return_url)

    def _sent_order(self) -> Order:
        try:
            form = parse_qs(self._body().decode("ascii"))
        except UnicodeDecodeError:
            raise Refused("form_unreadable") from None
        return self.bank.order(form.get("order", [""])[0])

    def _transfer(self) -> None:
        self._send_json(201, self.bank.transfer(self._sent_json(_Transfer).qr))

    def _fault(self) -> None:
        self.bank.mode = self._sent_json(_Fault).mode
        self._send_json(200, {"mode": self.bank.mode})

    def _sent_json(self, kind: type[Any]) -> Any:
        try:
            return msgspec.json.decode(self._body(), type=kind)
        except msgspec.MsgspecError:
            raise Refused("body_unreadable") from None

    def _body(self) -> bytes:
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > BODY_BYTES_MAX:
            raise Refused("body_too_long")
        return self.rfile.read(int(length))

    def _redirect(self, url: str) -> None:
        self.send_response(303)
        self.send_header("Location", url)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _send_json(self, status: int, value: Any) -> None:
        self._send(status, "application/json", msgspec.json.encode(value))

    def _send(self, status: int, media_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Addresses hold orders; nothing of them is written down."""


class _Transfer(msgspec.Struct):
    qr: str


class _Fault(msgspec.Struct):
    mode: Mode


WORDS = {
    "vi": {
        "title": "Thanh toán",
        "banner": "NGÂN HÀNG THỬ NGHIỆM – không có tiền thật",
        "ask": "Bạn đồng ý trả khoản tiền này cho thành phố?",
        "sum": "Số tiền",
        "code": "Nội dung chuyển khoản",
        "pay": "Trả tiền",
        "cancel": "Không trả, quay lại",
    },
    "en": {
        "title": "Payment",
        "banner": "DEMONSTRATION BANK – no real money",
        "ask": "Do you want to pay this sum to the city?",
        "sum": "Sum",
        "code": "Purpose of the transfer",
        "pay": "Pay",
        "cancel": "Go back without paying",
    },
}

PAGE = Template("""<!doctype html>
<html lang="$language">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title – $banner</title>
<style>
:root{color-scheme:light dark} body{font:17px/1.6 system-ui,sans-serif;margin:0}
.banner{background:#ffb703;color:#1d1a16;padding:8px 16px;font-weight:600;text-align:center}
main{max-width:34em;margin:24px auto;padding:0 16px} h1{font-size:1.5em;line-height:1.3}
dt{font-weight:600} dd{margin:0 0 16px;font-variant-numeric:tabular-nums} form{margin:0 0 16px}
button{font:inherit;padding:10px 20px;min-height:44px;cursor:pointer}
:focus-visible{outline:3px solid #ffb703;outline-offset:2px}
</style></head>
<body><header class="banner">$banner</header>
<main><h1>$ask</h1>
<dl><dt>$sum</dt><dd>$amount</dd><dt>$code</dt><dd>$reference</dd></dl>
<form method="post" action="/orders/$reference/pay">
<input type="hidden" name="order" value="$order"><button>$pay</button></form>
<form method="post" action="/orders/$reference/cancellation">
<input type="hidden" name="order" value="$order"><button>$cancel</button></form>
</main></body></html>
""")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m motcua.demo.bank", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data", type=Path, required=True, help="the city's data folder")
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--callback", help="where the city hears call-backs")
    given = parser.parse_args()
    city_port = given.port - DEMO_STEPS["bank"]
    callback = given.callback or f"http://localhost:{city_port}/api/v1/payments/callback"
    Counter.bank = Bank(Pack.read(given.pack), given.data / "keys", callback)
    server = ThreadingHTTPServer(("127.0.0.1", given.port), Counter)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


if __name__ == "__main__":
    main()
