"""Asking a register, and showing people who asked about them."""

import asyncio
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from motcua.base import clock
from motcua.base.errors import Fault, Invalid, NotFound, Unavailable
from motcua.base.ids import SYSTEM, PersonId, new_id
from motcua.base.text import Text
from motcua.db import City, Read, Write
from motcua.exchange import queries, rules
from motcua.exchange.model import FAULTS, Answer, CovertOrder, LookPage, Part, RegisterStatus
from motcua.exchange.outside import Registers

LOOKS_PER_PAGE = 50
ORDERS_SHOWN_MAX = 200
RECENT_MINUTES = 5
_NEWEST = UUID(int=2**128 - 1)


async def ask(
    city: City,
    register: str,
    operation: str,
    arguments: Mapping[str, object],
    *,
    asker: PersonId,
    subject: PersonId | None,
    subject_number: str,
    case_code: str | None = None,
    agency: str | None = None,
    purpose: Text | None = None,
) -> Answer:
    """What the register says about one person, with the look recorded before the question leaves.

    `found` or an explicit `nothing`. Everything else (down, slow, refused, about somebody else)
    is raised as `Unavailable`. `agency`: for which the answer is wanted; None: for the asker, as
    of oneself. Takes no transaction: never call it inside one.
    """
    line = city[Registers].line(register)
    asked = line.operation(operation)
    look_id, asked_at = new_id(), clock.now()
    line.wire.question(operation, arguments, str(look_id))  # refuses unusable arguments unrecorded
    why, whose = purpose or asked.purpose, city[Registers].subject_hash(subject_number)
    async with city.database.write(asker) as db:
        await queries.record_look(
            db, look_id, asked_at, asker, whose, register, operation, why.vi, why.en,
            asked.legal_basis.text, case_code, agency,
        )  # fmt: skip
        await queries.record_subject(db, subject, whose, look_id)
    started = time.monotonic()
    try:
        reply = await line.ask(operation, arguments, look_id)
    except Unavailable as refusal:
        tries = refusal.facts["tries"]
        assert isinstance(tries, int)
        await _end(city, asker, look_id, refusal.reason, started, tries)
        raise
    await _end(city, asker, look_id, reply.state, started, reply.tries)
    return Answer(
        state=reply.state,
        values=reply.values,
        asked_at=asked_at,
        fresh_until=asked_at + timedelta(hours=asked.fresh_hours),
        register=register,
        operation=operation,
        look_id=look_id,
    )


def playing(city: City, part: Part) -> tuple[str, str]:
    """The register and the operation that this country's pack names for a part; for `ask`."""
    return city[Registers].playing(part)


async def _end(
    city: City, asker: PersonId, look_id: UUID, outcome: str, started: float, tries: int
) -> None:
    milliseconds = round((time.monotonic() - started) * 1000)
    async with city.database.write(asker) as db:
        await queries.record_outcome(db, look_id, clock.now(), outcome, milliseconds, tries)


async def looks_of_me(db: Read, before: UUID | None = None) -> LookPage:
    """Looks at the acting person's records, or at those of the organisation in whose name they
    act; newest first."""
    person = db.behalf or db.person
    looks = await queries.looks_of(db, person, before or _NEWEST, LOOKS_PER_PAGE + 1)
    page = looks[:LOOKS_PER_PAGE]
    return LookPage(page, page[-1].id if len(looks) > LOOKS_PER_PAGE else None)


async def claim_looks(db: Write, person: PersonId, number: str) -> None:
    """Give a person the looks made at this number before the platform knew them.

    Only the platform may (a transaction of SYSTEM), once it is sure that the number is theirs.
    Harmless if repeated.
    """
    assert db.person == SYSTEM, "anyone else would see only a part of the looks"
    await queries.claim_looks(db, person, db.city[Registers].subject_hash(number))


async def hide_looks(
    db: Write, number: str, agency: str, until: datetime, reason: str, legal_basis: str
) -> UUID:
    """From now to `until` what this agency looks at of a person is told them only afterwards.

    Who may order it the database holds: who controls procedures there, and works on no case of it.
    """
    now, order_id = clock.now(), new_id()
    if until <= now:
        raise Invalid("request.faults", [Fault("/until", "usage.until_is_past")])
    await queries.order_covert(
        db, order_id, db.city[Registers].subject_hash(number), agency, reason, legal_basis, now,
        until, db.person,
    )  # fmt: skip
    return order_id


async def lift(db: Write, order_id: UUID) -> None:
    """The order ends now, and what it hid is told from now on."""
    if not await queries.lift_covert(db, order_id, clock.now()):
        raise NotFound("usage.no_such_order")


async def covert_orders(db: Read) -> list[CovertOrder]:
    """Those of the agencies whose procedures the acting person controls, newest first."""
    return await queries.covert_orders(db, ORDERS_SHOWN_MAX)


async def status(city: City) -> list[RegisterStatus]:
    """How each register is: asked just now, about nobody, past the breaker."""
    since = clock.now() - timedelta(minutes=RECENT_MINUTES)
    async with city.database.read(SYSTEM) as db:
        calls = {row.register: row for row in await queries.calls_of_registers(db, since)}
    names = sorted(city[Registers].registers)
    troubles = await asyncio.gather(*(_trouble(city, name) for name in names))
    statuses = []
    for name, trouble in zip(names, troubles, strict=True):
        register, counted = city[Registers].registers[name], calls.get(name)
        statuses.append(
            RegisterStatus(
                name=name,
                label=register.name,
                wire=register.wire,
                state=rules.state(trouble),
                reason=trouble,
                operations=sorted(register.operations),
                calls=counted.calls if counted else 0,
                failures=counted.failures if counted else 0,
            )
        )
    return statuses


async def _trouble(city: City, name: str) -> str | None:
    try:
        await city[Registers].line(name).ping(new_id())
    except Unavailable as refusal:
        return refusal.reason
    return None


async def fault(city: City, name: str, mode: str) -> None:
    """Demo only: make a register's simulator misbehave in one of the ways of `FAULTS`."""
    if mode not in FAULTS:
        raise Invalid("register.fault_unknown", mode=mode, modes=", ".join(FAULTS))
    await city[Registers].line(name).set_fault(mode, new_id())
