"""The ledger under everything at once, in any order: a simulation that prints its seed."""

import asyncio
import os
import random
from typing import Any
from uuid import UUID, uuid4

from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from motcua import payments
from motcua.base.errors import Conflict
from motcua.base.ids import SYSTEM, PersonId, new_id
from motcua.base.pack import Pack
from motcua.base.settings import Settings
from motcua.db import City
from tests.payments import build

EXAMPLES, STEPS = 6, 20
OFF = st.sampled_from([0, 0, 0, 0, -1, 1, 10_000])
SEVERAL = st.lists(OFF, min_size=2, max_size=4)


class Bill:
    """What the simulation believes about one request."""

    def __init__(self, thing: UUID, reference: str, amount: int) -> None:
        self.thing, self.reference, self.amount = thing, reference, amount
        self.end: str | None = None
        self.held = 0

    def take(self, word: payments.BankWord) -> str:
        if word.amount == self.amount and self.end is None:
            self.end = "settled"
            return "settled"
        self.held += word.amount
        return "mismatched" if word.amount != self.amount else "overpaid"

    @property
    def state(self) -> str:
        if self.end is None:
            return "open"
        return "refund_due" if self.held else self.end


class Ledger(RuleBasedStateMachine):
    bills = Bundle("bills")
    sent = Bundle("sent")

    def __init__(self, town: Settings, url: str) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.city = City(town, Pack.read(town.pack), url)
        self.runner.run(self.city.database.open())
        self.currency = self.city.pack.info.currency.code
        self.touched: set[Bill] = set()
        self.agency = f"X1.{uuid4().hex[:8]}"
        self.earned = 0

    def teardown(self) -> None:
        self.runner.run(self.city.database.close())
        self.runner.close()

    @rule(target=bills, amount=st.integers(1, 10**9))
    def open(self, amount: int) -> Bill:
        async def act() -> Bill:
            payer, thing = PersonId(uuid4()), new_id()
            async with self.city.database.write(payer) as db:
                await payments.open_request(
                    db, thing, str(thing), payer, self.agency, amount, build.lines(amount)
                )
                reference, _ = await payments.open_reference(db, str(thing))
            return Bill(thing, reference, amount)

        return self.runner.run(act())

    @rule(target=sent, bill=bills, off=OFF)
    def pay(self, bill: Bill, off: int) -> tuple[Bill, payments.BankWord, str]:
        word = self.word(bill, off)
        expected = bill.take(word)
        assert self.runner.run(self.book(word)) == expected
        self.note(bill, [expected])
        return bill, word, expected

    @rule(before=sent, times=st.integers(1, 3))
    def say_again(self, before: tuple[Bill, payments.BankWord, str], times: int) -> None:
        _, word, expected = before
        for _ in range(times):
            assert self.runner.run(self.book(word)) == expected

    @rule(target=sent, bill=bills, off=SEVERAL, copies=st.integers(1, 3))
    def pay_all_at_once(self, bill: Bill, off: list[int], copies: int) -> Any:
        """Several payments and copies of each, in whatever order the database takes them."""
        words = [self.word(bill, one) for one in off]
        mixed = words * copies
        random.shuffle(mixed)

        async def act() -> list[str]:
            return await asyncio.gather(*(self.book(word) for word in mixed))

        outcomes = self.runner.run(act())
        told: dict[str, str] = {}
        for word, outcome in zip(mixed, outcomes, strict=True):
            assert told.setdefault(word.transaction, outcome) == outcome
        expected = sorted(bill.take(word) for word in words)
        assert sorted(told.values()) == expected
        self.note(bill, expected)
        return multiple(*((bill, word, told[word.transaction]) for word in words))

    @rule(bill=consumes(bills))
    def cancel(self, bill: Bill) -> None:
        async def act() -> None:
            async with self.city.database.write(SYSTEM) as db:
                await payments.cancel(db, bill.thing)

        try:
            self.runner.run(act())
        except Conflict:
            assert bill.end == "settled"
        else:
            assert bill.end != "settled"
            bill.end = "cancelled"
        self.touched.add(bill)

    @invariant()
    def the_books_are_right(self) -> None:
        async def act() -> None:
            async with self.city.database.read(SYSTEM) as db:
                assert await payments.ledger_faults(db) == []
                balances = {b.account: b.amount for b in await payments.balances(db)}
                found = await payments.payments_of(db, [bill.thing for bill in self.touched])
            assert sum(balances.values()) == 0
            assert balances.get(f"revenue:{self.agency}:{self.currency}", 0) == -self.earned
            for bill in self.touched:
                payment = found[bill.thing]
                assert (payment.state, payment.refund_amount) == (bill.state, bill.held)

        self.runner.run(act())

    def word(self, bill: Bill, off: int) -> payments.BankWord:
        amount = max(1, bill.amount + off)
        return build.word(bill.reference, amount, currency=self.currency)

    async def book(self, word: payments.BankWord) -> str:
        async with self.city.database.write(SYSTEM) as db:
            return await payments.book(db, word)

    def note(self, bill: Bill, outcomes: list[str]) -> None:
        self.touched.add(bill)
        self.earned += bill.amount * outcomes.count("settled")


def test_whatever_happens_in_whatever_order_the_books_are_right(
    settings: Settings, database_url: str
) -> None:
    number = int(os.environ.get("MOTCUA_SEED") or random.randrange(10**9))
    print(f"seed: {number} (again with MOTCUA_SEED={number})")
    random.seed(number)
    url = database_url.replace("postgres@", "motcua_app@")

    @seed(number)
    def ledger() -> Ledger:
        return Ledger(settings, url)

    run_state_machine_as_test(ledger, settings=LIMITS)  # type: ignore[arg-type]


LIMITS = settings(
    max_examples=EXAMPLES,
    stateful_step_count=STEPS,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
