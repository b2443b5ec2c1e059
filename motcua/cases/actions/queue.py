"""The waiting room: numbers drawn at a kiosk, called at a window; nobody is asked who they are."""

from datetime import timedelta

from msgspec import Struct

from motcua import agencies
from motcua.base import clock
from motcua.base.errors import Conflict, Fault, Invalid, NotAllowed, NotFound
from motcua.base.ids import SYSTEM
from motcua.cases import queries
from motcua.cases.actions.procedures import Procedures
from motcua.cases.actions.reading import open_case
from motcua.cases.model.counter import LINES, Line, Ticket
from motcua.cases.rules.queueing import wait_minutes
from motcua.db import City, Write
from motcua.web import Throttle

WAITING_MAX = 300
"""In one room: beyond that somebody plays with the kiosk, or nobody can be served today."""
SHOWN_MAX = 12
LATELY = timedelta(minutes=30)
"""A window that called nobody for so long is taken for closed."""
PLACE_LENGTH_MAX = 12
KIOSK = Throttle(20, 60, "queue")
"""From one address; a busy kiosk hands out a number every few seconds."""


class Drawn(Struct, frozen=True):
    """What a kiosk hands out. `wait_minutes` is None where today's times do not tell it yet."""

    agency: str
    number: int
    line: Line
    before: int
    wait_minutes: int | None


class Board(Struct, frozen=True):
    """What hangs in the waiting room: who is called now, and how long a new number waits."""

    called: list[Ticket]
    waiting: int
    wait_minutes: int | None


async def draw(city: City, code: str, line: str) -> Drawn:
    """The next number of the agency's day. It has no gaps: the count is locked until the commit."""
    agency = _open_agency(city, code)
    if line not in LINES:
        raise Invalid("request.faults", [Fault("/line", "form.not_an_option")])
    now, day = clock.now(), city[Procedures].local_day()
    async with city.database.write(SYSTEM) as db:
        number = await queries.draw_ticket(db, agency, day, line, now)
        known = await queries.count_waiting(db, agency, day, now - LATELY)
        if known.waiting > WAITING_MAX:
            raise Conflict("queue.full")
    before = known.waiting - 1
    return Drawn(agency, number, line, before, wait_minutes(before, known))


async def board(city: City, code: str) -> Board:
    """For anyone who looks up: numbers and windows."""
    agency = _open_agency(city, code)
    now, day = clock.now(), city[Procedures].local_day()
    async with city.database.nobody() as db:
        called = await queries.called(db, agency, day, SHOWN_MAX)
        known = await queries.count_waiting(db, agency, day, now - LATELY)
    return Board(called, known.waiting, wait_minutes(known.waiting, known))


async def call_next(db: Write, code: str, place: str, line: str | None) -> Ticket | None:
    """The window is done with whoever stood there, and calls the next number; None: nobody waits.

    Two windows that call at once call two numbers.
    """
    agency, day, now = await _desk(db, code), db.city[Procedures].local_day(), clock.now()
    place = " ".join(place.split())
    faults = []
    if not place or len(place) > PLACE_LENGTH_MAX or not place.isprintable():
        faults.append(Fault("/place", "queue.no_place"))
    if line is not None and line not in LINES:
        faults.append(Fault("/line", "form.not_an_option"))
    if faults:
        raise Invalid("request.faults", faults)
    await queries.finish_place(db, agency, day, place, now)
    return await queries.call_next(db, agency, day, place, line, now)


async def recall(db: Write, code: str, number: int) -> Ticket:
    """Call the same number once more: it stands first on the board."""
    agency, day = await _desk(db, code), db.city[Procedures].local_day()
    return _called(await queries.recall_ticket(db, agency, day, number, clock.now()))


async def finish(
    db: Write, code: str, number: int, is_absent: bool, case_code: str | None = None
) -> Ticket:
    """They have been served, or never came. The case is named only where the officer wants it."""
    agency, day = await _desk(db, code), db.city[Procedures].local_day()
    if case_code is not None:
        case_code = (await open_case(db, case_code)).code
    outcome = "absent" if is_absent else "served"
    done = await queries.finish_ticket(db, agency, day, number, outcome, case_code, clock.now())
    return _called(done)


def _called(ticket: Ticket | None) -> Ticket:
    if ticket is None:
        raise Conflict("queue.not_called")
    return ticket


async def _desk(db: Write, code: str) -> str:
    agency = _open_agency(db.city, code)
    if not await agencies.where_may(db, "call", "ticket", [agency]):
        raise NotAllowed("case.not_at_this_counter")
    return agency


def _open_agency(city: City, code: str) -> str:
    book = city[agencies.Agencies]
    agency = book.by_code(code)
    if not agency.holds_on(book.today()):
        raise NotFound("agency.unknown", agency=code)
    return agency.code
