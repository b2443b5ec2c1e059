"""What is decided about money: what a QR code says, and what becomes of money that arrives."""

import binascii
import re
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid5

from motcua.base.errors import Invalid
from motcua.base.pack import Currency, PackInfo
from motcua.base.text import fold
from motcua.payments.model import (
    BankWord,
    Outcome,
    QrOrder,
    QrScheme,
    Request,
    State,
    Till,
    Transfer,
)

PURPOSE_LENGTH_MAX = 25  # EMVCo, field 62-08
PAYLOAD_LENGTH_MAX = 512  # EMVCo, 4.1
CALLBACK_AGE_MAX = timedelta(seconds=300)
_LEDGER = UUID("5f0c6c1e-2f5b-5d0a-9d9e-6f1b7a3c4d21")


def qr_payload(scheme: QrScheme, info: PackInfo, amount: int, purpose: str) -> str:
    """The code a banking app scans: EMVCo merchant-presented, one use, amount and purpose fixed."""
    receiver = _field("00", scheme.bank) + _field("01", scheme.account)
    account = _field("00", scheme.guid) + _field("01", receiver) + _field("02", scheme.service)
    text = "".join(
        (
            _field("00", "01"),
            _field("01", "12"),
            _field(scheme.template, account),
            _field("53", info.currency.number),
            _field("54", _amount_text(amount, info.currency)),
            _field("58", info.country_code),
            _field("62", _field("08", purpose_text(purpose))),
            "6304",
        )
    )
    return text + _checksum(text)


def read_qr(scheme: QrScheme, info: PackInfo, payload: str) -> QrOrder:
    """What the code says, as the receiving bank understands it; anything else is refused."""
    if len(payload) > PAYLOAD_LENGTH_MAX or not payload.isascii() or payload[-8:-4] != "6304":
        raise Invalid("payment.qr_unreadable")
    if _checksum(payload[:-4]) != payload[-4:]:
        raise Invalid("payment.qr_damaged")
    fields = _fields(payload[:-8])
    try:
        account = _fields(fields[scheme.template])
        receiver = _fields(account["01"])
        same = (account["00"], account["02"], fields["53"], fields["58"])
        if same != (scheme.guid, scheme.service, info.currency.number, info.country_code):
            raise Invalid("payment.qr_other_scheme")
        amount = _amount_read(fields["54"], info.currency)
        return QrOrder(receiver["00"], receiver["01"], amount, _fields(fields["62"])["08"])
    except KeyError:
        raise Invalid("payment.qr_unreadable") from None


def purpose_text(text: str) -> str:
    """Letters, digits and spaces only: banks drop or garble the rest on its way."""
    bare = re.sub(r"[^0-9A-Z]+", " ", fold(text).upper())
    return bare.strip()[:PURPOSE_LENGTH_MAX].strip()


def outcome_of(request: Request | None, word: BankWord) -> Outcome:
    """What becomes of money that has arrived. Every case but the first is to be given back."""
    if request is None:
        return "unmatched"
    if (word.amount, word.currency) != (request.amount, request.currency):
        return "mismatched"
    return "overpaid" if request.closing else "settled"


def transfer_of(request: Request | None, word: BankWord, outcome: Outcome) -> Transfer:
    """The movement that money from the bank causes, named after the bank's own transaction."""
    earned = request is not None and outcome == "settled"
    return Transfer(
        id=uuid5(_LEDGER, word.transaction),
        debit=f"bank:{word.currency}",
        credit=f"revenue:{request.agency}:{word.currency}"
        if request is not None and earned
        else f"refunds:{word.currency}",
        amount=word.amount,
        currency=word.currency,
    )


def taken_over(request: Request, till: Till, transaction: str) -> Transfer:
    """The movement that money taken over a counter causes: the counter has it, the agency earned
    it; how the two settle with each other is another movement."""
    account = "cash" if till.method == "cash" else "bank"
    return Transfer(
        id=uuid5(_LEDGER, transaction),
        debit=f"{account}:{till.counter}:{request.currency}",
        credit=f"revenue:{request.agency}:{request.currency}",
        amount=request.amount,
        currency=request.currency,
    )


def state_of(closing: str | None, refund_amount: int) -> State:
    if closing is None:
        return "open"
    if refund_amount:
        return "refund_due"
    return "settled" if closing == "settled" else "cancelled"


def is_fresh(sent_at: datetime, now: datetime) -> bool:
    """Whether a call-back is of this moment; an old one may be a recording."""
    return abs(now - sent_at) <= CALLBACK_AGE_MAX


def _field(tag: str, value: str) -> str:
    assert 0 < len(value) <= 99, f"EMVCo field {tag} holds 1 to 99 characters"
    return f"{tag}{len(value):02d}{value}"


def _fields(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    while text:
        tag, length, rest = text[:2], text[2:4], text[4:]
        if not (length.isdigit() and 0 < int(length) <= len(rest)) or tag in found:
            raise Invalid("payment.qr_unreadable")
        found[tag], text = rest[: int(length)], rest[int(length) :]
    return found


def _checksum(text: str) -> str:
    """CRC-16/CCITT-FALSE, as ISO/IEC 13239 and EMVCo 4.7.3 have it."""
    return f"{binascii.crc_hqx(text.encode('ascii'), 0xFFFF):04X}"


def _amount_text(amount: int, currency: Currency) -> str:
    return str(Decimal(amount).scaleb(-currency.decimals))


def _amount_read(text: str, currency: Currency) -> int:
    if not re.fullmatch(r"[0-9]{1,13}(\.[0-9]{1,4})?", text) or len(text) > 13:
        raise Invalid("payment.qr_unreadable")
    amount = Decimal(text).scaleb(currency.decimals)
    if amount != int(amount):
        raise Invalid("payment.qr_unreadable")
    return int(amount)
