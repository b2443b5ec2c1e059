"""Money on a real database: a request is settled once, and nothing that arrives is lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from motcua import payments
from motcua.base.errors import Conflict, NotFound
from motcua.base.ids import SYSTEM, PersonId, new_id
from motcua.db import City, Write
from motcua.db.query import statements
from motcua.payments import actions, rules
from motcua.payments.model import Transfer
from tests.payments import build

AGENCY = "X1.01"
STATEMENTS = statements(Path(actions.__file__).with_name("queries.sql"))


async def open_bill(city: City, amount: int = 205_000, payer: PersonId | None = None) -> UUID:
    payer = payer or PersonId(uuid4())
    thing = new_id()
    async with city.database.write(payer) as db:
        await payments.open_request(
            db, thing, f"X1.01-{thing}", payer, AGENCY, amount, build.lines(amount)
        )
    return thing


async def reference_of(city: City, thing: UUID) -> str:
    async with city.database.read(SYSTEM) as db:
        reference, _ = await payments.open_reference(db, f"X1.01-{thing}")
    return reference


async def book(city: City, word: payments.BankWord) -> str:
    async with city.database.write(SYSTEM) as db:
        return await payments.book(db, word)


async def state_of(city: City, thing: UUID) -> tuple[str, int]:
    async with city.database.read(SYSTEM) as db:
        payment = await payments.payment_of(db, thing)
    return payment.state, payment.refund_amount


async def events_of(city: City, thing: UUID) -> list[str]:
    async with city.database.read(SYSTEM) as db:
        rows = await db.fetch("SELECT kind FROM db.events WHERE subject_id = $1", thing)
    return [row["kind"] for row in rows]


async def balance(city: City, account: str) -> int:
    async with city.database.read(SYSTEM) as db:
        return {b.account: b.amount for b in await payments.balances(db)}.get(account, 0)


def words_for(city: City, reference: str, amount: int = 205_000, **given: Any) -> payments.BankWord:
    return build.word(reference, amount, currency=city.pack.info.currency.code, **given)


@pytest.fixture(autouse=True)
async def books_are_right_afterwards(city: City) -> AsyncIterator[None]:
    yield
    async with city.database.read(SYSTEM) as db:
        assert await payments.ledger_faults(db) == []
        assert sum(b.amount for b in await payments.balances(db)) == 0


async def test_a_request_is_opened_in_one_statement(city: City) -> None:
    payer = PersonId(uuid4())
    async with city.database.write(payer) as db:
        before = db.round_trips
        payment = await payments.open_request(
            db, new_id(), "X1.01-1", payer, AGENCY, 205_000, build.lines(205_000)
        )
        assert db.round_trips - before == 1
    assert payment.state == "open"
    assert payment.url is not None
    assert payment.url.startswith(f"{city.settings.public_url}/pay/")


async def test_nobody_sends_another_a_bill(city: City) -> None:
    thing = new_id()
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with city.database.write(PersonId(uuid4())) as db:
            await payments.open_request(
                db, thing, "X1.01-9", PersonId(uuid4()), AGENCY, 5, build.lines(5)
            )


async def test_nothing_to_pay_asks_for_nothing(city: City) -> None:
    payer = PersonId(uuid4())
    async with city.database.write(payer) as db:
        before = db.round_trips
        thing = new_id()
        payment = await payments.open_request(db, thing, "X1.01-0", payer, AGENCY, 0, [])
        assert db.round_trips == before
        assert payment.state == "none"
        assert await payments.payment_of(db, thing) == payment


async def test_the_code_carries_the_sum_and_the_reference(city: City) -> None:
    thing = await open_bill(city, 123_456)
    reference = await reference_of(city, thing)
    async with city.database.read(SYSTEM) as db:
        payment = await payments.payment_of(db, thing)
    file = city.pack.file("payments", payments.PaymentsFile)
    assert payment.qr is not None
    read = rules.read_qr(file.qr, city.pack.info, payment.qr)
    assert (read.amount, read.purpose, read.account) == (123_456, reference, file.qr.account)


async def test_to_a_stranger_the_request_does_not_exist(city: City) -> None:
    owner = PersonId(uuid4())
    thing = await open_bill(city, payer=owner)
    async with city.database.read(owner) as db:
        payment = await payments.payment_of(db, thing)
        assert payment.url is not None
        request_id = UUID(payment.url.rpartition("/")[2])
        assert (await actions.bill(db, request_id)).request.amount == 205_000
    async with city.database.read(PersonId(uuid4())) as db:
        assert (await payments.payment_of(db, thing)).state == "none"
        with pytest.raises(NotFound):
            await actions.bill(db, request_id)
        with pytest.raises(NotFound):
            await actions.order_url(db, request_id)


async def test_the_right_sum_settles_and_is_earned_by_the_agency(city: City) -> None:
    thing = await open_bill(city)
    account = f"revenue:{AGENCY}:{city.pack.info.currency.code}"
    before = await balance(city, account)
    word = words_for(city, await reference_of(city, thing))
    assert await book(city, word) == "settled"
    assert await state_of(city, thing) == ("settled", 0)
    assert await balance(city, account) == before - 205_000
    assert await events_of(city, thing) == ["payment.settled"]


async def test_the_event_tells_request_and_amount(city: City) -> None:
    thing = await open_bill(city)
    await book(city, words_for(city, await reference_of(city, thing)))
    async with city.database.read(SYSTEM) as db:
        row = await db.fetch_row("SELECT facts FROM db.events WHERE subject_id = $1", thing)
        payment = await payments.payment_of(db, thing)
    assert row["facts"]["amount"] == 205_000
    assert UUID(row["facts"]["request"])
    assert payment.url is None


async def test_the_same_transaction_said_again_has_the_same_answer(city: City) -> None:
    thing = await open_bill(city)
    word = words_for(city, await reference_of(city, thing))
    assert [await book(city, word) for _ in range(3)] == ["settled"] * 3
    assert await state_of(city, thing) == ("settled", 0)
    assert await events_of(city, thing) == ["payment.settled"]


async def test_a_transaction_that_changes_its_story_is_refused(city: City) -> None:
    thing = await open_bill(city)
    word = words_for(city, await reference_of(city, thing), transaction=f"S-{uuid4()}")
    await book(city, word)
    changed = words_for(city, word.reference, 1, transaction=word.transaction)
    with pytest.raises(Conflict, match="transaction_differs"):
        await book(city, changed)


async def test_paying_twice_is_held_for_return(city: City) -> None:
    thing = await open_bill(city)
    reference = await reference_of(city, thing)
    refunds = f"refunds:{city.pack.info.currency.code}"
    before = await balance(city, refunds)
    assert await book(city, words_for(city, reference)) == "settled"
    assert await book(city, words_for(city, reference)) == "overpaid"
    assert await state_of(city, thing) == ("refund_due", 205_000)
    assert await balance(city, refunds) == before - 205_000
    assert await events_of(city, thing) == ["payment.settled", "payment.overpaid"]


@pytest.mark.parametrize("amount", [1, 204_999, 205_001, 10**11])
async def test_a_wrong_sum_is_kept_and_settles_nothing(city: City, amount: int) -> None:
    thing = await open_bill(city)
    reference = await reference_of(city, thing)
    assert await book(city, words_for(city, reference, amount)) == "mismatched"
    assert await state_of(city, thing) == ("open", amount)
    assert await events_of(city, thing) == ["payment.mismatched"]
    assert await book(city, words_for(city, reference)) == "settled"
    assert await state_of(city, thing) == ("refund_due", amount)


async def test_another_currency_settles_nothing(city: City) -> None:
    thing = await open_bill(city)
    word = build.word(await reference_of(city, thing), currency="XBA")
    assert await book(city, word) == "mismatched"
    assert (await state_of(city, thing))[0] == "open"
    assert await balance(city, "refunds:XBA") <= -205_000


async def test_money_under_an_unknown_reference_is_not_lost(city: City) -> None:
    refunds = f"refunds:{city.pack.info.currency.code}"
    before = await balance(city, refunds)
    assert await book(city, words_for(city, "ZZZZZZZZZZZZ", 7)) == "unmatched"
    assert await balance(city, refunds) == before - 7


async def test_money_for_a_cancelled_request_is_held_for_return(city: City) -> None:
    thing = await open_bill(city)
    reference = await reference_of(city, thing)
    async with city.database.write(SYSTEM) as db:
        await payments.cancel(db, thing)
        await payments.cancel(db, thing)
    assert await state_of(city, thing) == ("cancelled", 0)
    assert await book(city, words_for(city, reference)) == "overpaid"
    assert await state_of(city, thing) == ("refund_due", 205_000)
    assert (await events_of(city, thing)).count("payment.cancelled") == 1


async def test_a_settled_request_is_not_cancelled(city: City) -> None:
    thing = await open_bill(city)
    await book(city, words_for(city, await reference_of(city, thing)))
    async with city.database.write(SYSTEM) as db:
        with pytest.raises(Conflict, match="already_settled"):
            await payments.cancel(db, thing)


async def test_a_closed_request_sends_nobody_to_the_bank(city: City) -> None:
    thing = await open_bill(city)
    async with city.database.read(SYSTEM) as db:
        payment = await payments.payment_of(db, thing)
        assert payment.url is not None
        request_id = UUID(payment.url.rpartition("/")[2])
    await book(city, words_for(city, await reference_of(city, thing)))
    async with city.database.read(SYSTEM) as db:
        with pytest.raises(Conflict, match="not_open"):
            await actions.order_url(db, request_id)
        with pytest.raises(Conflict, match="not_open"):
            await payments.open_reference(db, f"X1.01-{thing}")


async def test_ten_call_backs_at_once_settle_once(city: City) -> None:
    thing = await open_bill(city)
    word = words_for(city, await reference_of(city, thing))
    assert await asyncio.gather(*(book(city, word) for _ in range(10))) == ["settled"] * 10
    assert await events_of(city, thing) == ["payment.settled"]
    assert await state_of(city, thing) == ("settled", 0)


async def test_of_ten_payments_at_once_one_settles_and_nine_are_held(city: City) -> None:
    thing = await open_bill(city)
    reference = await reference_of(city, thing)
    words = [words_for(city, reference) for _ in range(10)]
    outcomes = await asyncio.gather(*(book(city, word) for word in words))
    assert sorted(outcomes) == ["overpaid"] * 9 + ["settled"]
    assert await state_of(city, thing) == ("refund_due", 9 * 205_000)


async def test_cancelled_or_settled_but_never_both(city: City) -> None:
    for _ in range(5):
        thing = await open_bill(city)
        word = words_for(city, await reference_of(city, thing))

        async def cancel(thing: UUID = thing) -> str:
            async with city.database.write(SYSTEM) as db:
                await payments.cancel(db, thing)
            return "cancelled"

        ends: list[Any] = list(
            await asyncio.gather(book(city, word), cancel(), return_exceptions=True)
        )
        state = await state_of(city, thing)
        if ends[0] == "settled":
            assert isinstance(ends[1], Conflict)
            assert state == ("settled", 0)
        else:
            assert ends == ["overpaid", "cancelled"]
            assert state == ("refund_due", 205_000)


@asynccontextmanager
async def undone(city: City) -> AsyncIterator[Write]:
    """What the platform does here is rolled back: a transfer without a receipt is a fault."""
    with suppress(Undo):
        async with city.database.write(SYSTEM) as db:
            yield db
            raise Undo


class Undo(Exception):
    pass


async def test_a_repeated_transfer_is_harmless_and_another_of_its_name_refused(city: City) -> None:
    transfer = Transfer(uuid4(), "bank:XBA", "refunds:XBA", 5, "XBA")
    other = Transfer(transfer.id, "bank:XBA", "refunds:XBA", 6, "XBA")
    async with undone(city) as db:
        await payments.post(db, transfer)
        await payments.post(db, transfer)
        count = await db.fetch_row(
            "SELECT count(*) FROM payments.transfers WHERE id = $1", transfer.id
        )
        assert count[0] == 1
        with pytest.raises(Conflict, match="transfer_differs"):
            await payments.post(db, other)


@pytest.mark.parametrize(
    "transfer",
    [
        Transfer(uuid4(), "bank:XBA", "bank:XBA", 5, "XBA"),
        Transfer(uuid4(), "bank:XBA", "refunds:XBA", 0, "XBA"),
        Transfer(uuid4(), "bank:XBA", "refunds:XBA", -5, "XBA"),
    ],
)
async def test_the_books_take_no_movement_without_a_source_an_end_and_a_sum(
    city: City, transfer: Transfer
) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        async with city.database.write(SYSTEM) as db:
            await payments.post(db, transfer)


async def test_money_does_not_change_its_currency(city: City) -> None:
    async with undone(city) as db:
        await payments.post(db, Transfer(uuid4(), "bank:XBA", "refunds:XBA", 5, "XBA"))
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            await payments.post(db, Transfer(uuid4(), "bank:XBA", "refunds:XBA", 5, "XXX"))


TABLES = ("accounts", "transfers", "requests", "receipts", "closings")


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "change", ["DELETE FROM {}", "TRUNCATE {} CASCADE", "UPDATE {} SET {} = {}"]
)
async def test_not_even_the_administrator_changes_the_books(
    database_url: str, table: str, change: str
) -> None:
    column = {"accounts": "kind", "closings": "at", "receipts": "at"}.get(table, "id")
    statement = change.format(f"payments.{table}", column, column)
    connection = await asyncpg.connect(database_url)
    try:
        with pytest.raises(asyncpg.RestrictViolationError, match=f"payments.{table} is only"):
            await connection.execute(statement)
    finally:
        await connection.close()


@pytest.mark.parametrize("table", TABLES)
async def test_without_a_person_no_row_is_seen(city: City, table: str) -> None:
    thing = await open_bill(city)
    await book(city, words_for(city, await reference_of(city, thing)))
    async with city.database.nobody() as db:
        row = await db.fetch_row(f"SELECT count(*) FROM payments.{table}")
    assert row[0] == 0
    async with city.database.read(SYSTEM) as db:
        row = await db.fetch_row(f"SELECT count(*) FROM payments.{table}")
    assert row[0] > 0


async def test_only_the_platform_books_money(city: City) -> None:
    person = PersonId(uuid4())
    thing = await open_bill(city, payer=person)
    word = words_for(city, await reference_of(city, thing))
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with city.database.write(person) as db:
            await payments.book(db, word)
    assert (await state_of(city, thing))[0] == "open"


async def test_the_count_finds_a_settlement_without_its_transfer(
    city: City, database_url: str
) -> None:
    """The constraints forbid it, so the fault is made by an administrator and undone."""
    thing = await open_bill(city)
    await book(city, words_for(city, await reference_of(city, thing)))
    connection = await asyncpg.connect(database_url)
    undone = connection.transaction()
    await undone.start()
    try:
        await connection.execute("SET LOCAL session_replication_role = 'replica'")
        await connection.execute("DELETE FROM payments.transfers")
        faults = await connection.fetch(STATEMENTS["ledger_faults"].sql)
    finally:
        await undone.rollback()
        await connection.close()
    assert "settled_without_one_transfer" in {fault[0] for fault in faults}
