"""What is done about money: ask for it, book what the bank says has arrived, and count."""

import logging
from collections.abc import Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from prometheus_client import Counter

from motcua.base import clock
from motcua.base.errors import Conflict, NotAllowed, NotFound
from motcua.base.ids import PersonId, new_id, new_reference
from motcua.db import City, Read, Write, events
from motcua.payments import queries, rules
from motcua.payments.model import (
    AMOUNT_MAX,
    Balance,
    BankWord,
    Bill,
    CounterReceipt,
    LedgerFault,
    Line,
    Order,
    Outcome,
    Payment,
    PaymentsFile,
    Receipt,
    Request,
    Till,
    Transfer,
)
from motcua.payments.outside import Bank

CALLBACKS = Counter("motcua_payment_callbacks_total", "Call-backs of the bank", ["outcome"])
REFERENCE_LENGTH = 12  # 60 random bits, short enough to copy from a statement

log = logging.getLogger("motcua.payments")

_ACCOUNT_KINDS = {"bank": "asset", "cash": "asset", "revenue": "revenue", "refunds": "liability"}


async def open_request(
    db: Write,
    thing_id: UUID,
    thing_code: str,
    payer: PersonId,
    agency: str,
    amount: int,
    lines: Sequence[Line],
    counter: str | None = None,
) -> Payment:
    """Ask the payer for the sum of a thing, once. A sum of nothing asks for nothing.

    `counter`: took the thing in, and may take the money for it.
    """
    assert 0 <= amount <= AMOUNT_MAX
    assert amount == sum(line.amount for line in lines)
    if amount == 0:
        return nothing(db.city)
    request = Request(
        id=new_id(),
        reference=new_reference()[:REFERENCE_LENGTH],
        thing_id=thing_id,
        thing_code=thing_code,
        payer=payer,
        agency=agency,
        amount=amount,
        currency=db.city.pack.info.currency.code,
        lines=list(lines),
        made_at=clock.now(),
        closing=None,
        refund_amount=0,
    )
    await queries.open_request(
        db, request.id, request.reference, thing_id, thing_code, payer,
        agency, amount, request.currency, request.lines, request.made_at, counter,
    )  # fmt: skip
    return _payment(db.city, request)


async def payment_of(db: Read, thing_id: UUID) -> Payment:
    """How a thing stands with its money, as far as the reader may see it."""
    return (await payments_of(db, [thing_id]))[thing_id]


async def payments_of(db: Read, thing_ids: Sequence[UUID]) -> dict[UUID, Payment]:
    """The same for a list of things, in one statement; for none in none."""
    if not thing_ids:
        return {}
    found = {r.thing_id: r for r in await queries.requests_of_things(db, list(thing_ids))}
    return {
        id: _payment(db.city, found[id]) if id in found else nothing(db.city) for id in thing_ids
    }


async def share(db: Write, thing_id: UUID, agency: str) -> None:
    """Let another agency that has the thing in hand now see what is owed, and call it off."""
    await queries.share_request(db, thing_id, agency, db.person, clock.now())


async def pass_on(db: Write, thing_id: UUID, agency: str) -> None:
    """What is owed for a thing is owed to this agency from now on, which decides it: unless it is
    paid or called off. The caller has shared it with that agency."""
    for request in await queries.requests_of_things(db, [thing_id]):
        await queries.lock_name(db, _lock(request))
        now = await queries.request_by_id(db, request.id)
        if now is not None and now.closing is None and now.agency != agency:
            await queries.pass_request_on(db, thing_id, agency, db.person, clock.now())


async def cancel(db: Write, thing_id: UUID) -> None:
    """Ask no longer. Money that still arrives is held for return."""
    for request in await queries.requests_of_things(db, [thing_id]):
        await queries.lock_name(db, _lock(request))
        now = await queries.request_by_id(db, request.id)
        if now is None or now.closing == "cancelled":
            return
        if now.closing == "settled":
            raise Conflict("payment.already_settled")
        await queries.close_request(db, request.id, "cancelled", None, clock.now())
        await _tell(db, "payment.cancelled", now, request.amount)


async def bill(db: Read, request_id: UUID) -> Bill:
    request = await queries.request_by_id(db, request_id)
    if request is None:
        raise NotFound("payment.not_found")
    lines = msgspec.convert(request.lines, list[Line])
    file = _file(db.city)
    return Bill(request, lines, _payment(db.city, request), file.bank, file.qr.account)


async def order_url(db: Read, request_id: UUID) -> str:
    """Where to send the payer; a request that is no longer open sends nobody to the bank."""
    shown = await bill(db, request_id)
    if shown.payment.state != "open":
        raise Conflict("payment.not_open")
    request = shown.request
    order = Order(
        reference=request.reference,
        amount=request.amount,
        currency=request.currency,
        qr=_qr(db.city, request),
        return_url=f"{_page_url(db.city, request)}/return",
        made_at=clock.now(),
    )
    return db.city[Bank].order_url(order)


async def open_reference(db: Read, thing_code: str) -> tuple[str, str]:
    """Reference and QR text of a thing's open request, for whoever pays it at a bank."""
    request = await queries.request_by_thing_code(db, thing_code)
    if request is None:
        raise NotFound("payment.not_found")
    if request.closing:
        raise Conflict("payment.not_open")
    return request.reference, _qr(db.city, request)


def hear(city: City, body: bytes, signature: str) -> BankWord:
    """What the bank says, or a refusal where it is not the bank that says it, or not now."""
    try:
        word = city[Bank].hear(body, signature)
        if not rules.is_fresh(word.sent_at, clock.now()):
            raise NotAllowed("payment.callback_stale")
    except NotAllowed as refusal:
        CALLBACKS.labels(refusal.reason.removeprefix("payment.callback_")).inc()
        # Nothing of what a stranger sent is written down.
        log.warning("call-back refused", extra={"reason": refusal.reason})
        raise
    return word


async def book(db: Write, word: BankWord) -> Outcome:
    """Book money that has arrived: once for each transaction of the bank, however often it is said.

    The first right sum settles the request; everything else is held for return. The change, the
    movement and the event are one transaction.
    """
    # Always in this order, so that no two call-backs wait for each other.
    await queries.lock_name(db, f"payments.transaction:{word.transaction}")
    await queries.lock_name(db, f"payments.reference:{word.reference}")
    known = await queries.receipt_by_transaction(db, word.transaction)
    if known:
        return _again(known, word)
    request = await queries.request_by_reference(db, word.reference)
    outcome = rules.outcome_of(request, word)
    transfer = rules.transfer_of(request, word, outcome)
    await post(db, transfer)
    await queries.record_receipt(
        db, word.transaction, word.reference, request.id if request else None, word.amount,
        word.currency, outcome, transfer.id, word.paid_at, clock.now(),
    )  # fmt: skip
    CALLBACKS.labels(outcome).inc()
    if request is None:
        return outcome
    if outcome == "settled":
        await queries.close_request(db, request.id, "settled", word.transaction, clock.now())
    await _tell(db, f"payment.{outcome}", request, word.amount)
    return outcome


async def take(db: Write, thing_id: UUID, till: Till) -> CounterReceipt:
    """An officer has the whole sum in hand, or sees it on the counter's account: the request is
    settled and the receipt has its number. The same officer twice is once. The platform's own act:
    the caller has seen that this officer may take it."""
    found = await queries.requests_of_things(db, [thing_id])
    if not found:
        raise NotFound("payment.not_found")
    await queries.lock_name(db, _lock(found[0]))
    earlier = await queries.counter_receipt_of_thing(db, thing_id)
    if earlier and earlier.taken_by == till.officer:
        return earlier
    request = await queries.request_by_id(db, found[0].id)
    assert request is not None
    if request.closing:
        settled = request.closing == "settled"
        raise Conflict("payment.already_settled" if settled else "payment.not_open")
    await _book_taken(db, request, till)
    taken = await queries.counter_receipt_of_thing(db, thing_id)
    assert taken is not None
    return taken


async def _book_taken(db: Write, request: Request, till: Till) -> None:
    # No bank can say this name: its transactions have no colon.
    transaction, now = f"counter:{request.id}", clock.now()
    year = now.astimezone(ZoneInfo(db.city.pack.info.time_zone)).year
    transfer = rules.taken_over(request, till, transaction)
    await post(db, transfer)
    await queries.record_receipt(
        db, transaction, request.reference, request.id, request.amount, request.currency,
        "settled", transfer.id, now, now,
    )  # fmt: skip
    await queries.record_counter_receipt(
        db, transaction, till.counter, year,
        await queries.next_counter_number(db, till.counter, year), till.method, till.officer,
        till.officer_name, till.slip,
    )  # fmt: skip
    await queries.close_request(db, request.id, "settled", transaction, now)
    await _tell(db, "payment.settled", request, request.amount)


async def taken_for(db: Read, thing_id: UUID) -> CounterReceipt | None:
    """The counter's receipt for a thing, if its money was taken there."""
    return await queries.counter_receipt_of_thing(db, thing_id)


async def post(db: Write, transfer: Transfer) -> None:
    """Move money between accounts. The same one again is harmless; another of its name is not."""
    for code in (transfer.debit, transfer.credit):
        kind = _ACCOUNT_KINDS[code.partition(":")[0]]
        await queries.open_account(db, code, kind, transfer.currency)
    await queries.record_transfer(
        db, transfer.id, transfer.debit, transfer.credit, transfer.amount, transfer.currency,
        clock.now(),
    )  # fmt: skip
    if await queries.transfer_by_id(db, transfer.id) != transfer:
        raise Conflict("payment.transfer_differs")


async def balances(db: Read) -> list[Balance]:
    return await queries.balances(db)


async def ledger_faults(db: Read) -> list[LedgerFault]:
    """What the count finds wrong in the books. Anything at all means that a constraint failed."""
    return await queries.ledger_faults(db)


def _file(city: City) -> PaymentsFile:
    return city.pack.file("payments", PaymentsFile)


def nothing(city: City) -> Payment:
    return Payment(state="none", amount=0, currency=city.pack.info.currency.code)


def _payment(city: City, request: Request) -> Payment:
    state = rules.state_of(request.closing, request.refund_amount)
    return Payment(
        state=state,
        amount=request.amount,
        currency=request.currency,
        url=_page_url(city, request) if state == "open" else None,
        qr=_qr(city, request) if state == "open" else None,
        refund_amount=request.refund_amount,
    )


def _page_url(city: City, request: Request) -> str:
    return f"{city.settings.public_url}/pay/{request.id}"


def _qr(city: City, request: Request) -> str:
    return rules.qr_payload(_file(city).qr, city.pack.info, request.amount, request.reference)


def _lock(request: Request) -> str:
    return f"payments.reference:{request.reference}"


def _again(known: Receipt, word: BankWord) -> Outcome:
    said = (word.reference, word.amount, word.currency)
    if said != (known.reference, known.amount, known.currency):
        raise Conflict("payment.transaction_differs")
    CALLBACKS.labels("repeated").inc()
    return known.outcome


async def _tell(db: Write, kind: str, request: Request, amount: int) -> None:
    facts = {"request": str(request.id), "amount": amount, "currency": request.currency}
    await events.record(
        db, kind, request.thing_id, person=request.payer, agency=request.agency, facts=facts
    )
