"""Made-up histories of cases, with the facts that the engine writes; and rows to hang them on."""

import json
import os
import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
from msgspec import Struct

FIELDS = ("Hộ tịch", "Đất đai")
AGENCIES = ("SC.1", "SC.2", "SC.3")
OFFICERS = tuple(UUID(int=0xC0FFEE + n) for n in range(3))
RESIDENT = UUID(int=0xBEEF)
START = datetime(2025, 11, 20, tzinfo=UTC)


class Procedure(Struct, frozen=True):
    code: str
    field: str
    asked: int
    known: int


class Told(Struct, frozen=True):
    """An event as a test makes it."""

    subject: UUID
    kind: str
    at: datetime
    actor: UUID
    agency: str
    facts: dict[str, Any]


class Life(Struct, frozen=True):
    """One case: what never changes of it, and its history in order."""

    id: UUID
    procedure: Procedure
    agency: str
    channel: str
    delivery: str
    filed_at: datetime
    events: list[Told]


class Teller:
    """Tells the life of one case by lot, as the engine would have written it down."""

    def __init__(self, chance: random.Random, procedure: Procedure) -> None:
        self.chance, self.procedure = chance, procedure
        self.id, self.agency = uuid4(), chance.choice(AGENCIES)
        self.channel = chance.choice(("online", "online", "counter", "post"))
        self.delivery = chance.choice(("electronic", "counter"))
        self.at = START + timedelta(minutes=chance.randrange(60 * 24 * 90))
        self.stands: dict[str, Any] = {
            "business": "new",
            "money": "none",
            "handing": "nothing",
            "sync": "due",
        }
        self.step = "reception"
        self.due = self.at + timedelta(days=3)
        self.filed_at = self.at
        self.told: list[Told] = []

    def tell(self, kind: str, actor: UUID | None = None, **facts: Any) -> None:
        who = actor or self.chance.choice(OFFICERS)
        self.told.append(Told(self.id, kind, self.at, who, self.agency, facts))

    def move(self, kind: str, step: str, actor: UUID | None = None, **facts: Any) -> None:
        moved = {name: facts.pop(name) for name in [*facts] if name in self.stands}
        self.stands |= moved
        self.step = step
        self.tell(kind, actor, status=1, **self.stands, step=step, **facts)

    def wait(self) -> None:
        self.at += timedelta(minutes=self.chance.randrange(1, 60 * 24 * 2))

    def promise(self) -> str:
        self.due = self.at + timedelta(days=self.chance.choice((0, 1, 2, 4)), minutes=5)
        return self.due.isoformat()

    def life(self) -> Life:
        self._intake()
        return Life(
            self.id, self.procedure, self.told[0].agency, self.channel, self.delivery,
            self.filed_at, self.told,
        )  # fmt: skip

    def _intake(self) -> None:
        some = self.chance.random
        self.tell("case.filed", RESIDENT, status=1, **self.stands)
        self.wait()
        if some() < 0.2:
            self.tell("case.components_reused", results=self.chance.randrange(3), papers=1)
        if some() < 0.1:
            to = self.chance.choice([one for one in AGENCIES if one != self.agency])
            self.tell("case.transferred", text="…", agency=to, from_agency=self.agency)
            self.agency = to
            self.wait()
        if some() < 0.15:
            self._supplement("incomplete", "resupplied")
        end = some()
        if end < 0.1:
            self.move("case.refused", "end", business="refused", text="…")
        elif end < 0.15:
            self.move("case.withdrawn", "end", RESIDENT, business="withdrawn", text="")
        elif end < 0.9:
            self._work()

    def _supplement(self, asked: str, back: str) -> None:
        wanted: dict[str, Any] = {
            "fields": self.chance.sample(("name", "birth", "address"), self.chance.randrange(3))
        }
        if self.chance.random() < 0.5:
            wanted["documents"] = ["copy"]
        self.move("case.supplement_requested", self.step, business=asked, text="…", **wanted)
        self.wait()
        told: dict[str, Any] = {"due_at": self.promise()} if asked == "supplement" else {}
        self.move("case.supplied", self.step, RESIDENT, business=back, changed=[], **told)
        self.wait()

    def _work(self) -> None:
        some = self.chance.random
        self.move("case.accepted", "work", business="received", due_at=self.promise(), limit="3wd")
        self.move("case.taken_up", "work", business="in_hand")
        self.wait()
        if some() < 0.3:
            self._money()
        if some() < 0.2:
            self._supplement("supplement", "in_hand")
        if some() < 0.2:
            self._opinion()
        if some() < 0.3:
            self.tell("case.assigned", officer=str(self.chance.choice(OFFICERS)))
        if some() < 0.1:
            self.tell("case.register_answered", finding="x")
        if some() < 0.1:
            before = self.due.isoformat()
            self.tell("case.apologised", text="…", promised_at=before, due_at=self.promise())
        if some() < 0.1:
            return
        if some() < 0.05:
            self.move("case.stopped", "end", business="stopped", text="…")
            return
        self.move("case.proposed", "approve")
        self.wait()
        self.move("case.approved", "sign")
        self.wait()
        is_yes = some() < 0.8
        self.move(
            "case.signed" if is_yes else "case.refusal_signed", "release",
            business="decided" if is_yes else "stopped", handing="ready",
        )  # fmt: skip
        self.wait()
        if some() < 0.8:
            kind = "case.released" if self.delivery == "electronic" else "case.delivered"
            self.move(kind, "end", handing="handed")
        self._opinion_of_person()

    def _money(self) -> None:
        """A sum that an officer states; paid at the bank, or at a counter."""
        self.stands["money"] = "open"
        amount = self.chance.randrange(1, 9) * 10_000
        self.tell("case.fee_stated", text="…", amount=amount, status=6, **self.stands)
        self.wait()
        self.tell("payment.settled", RESIDENT, request="x", amount=amount, currency="XTS")
        if self.chance.random() < 0.5:
            self.tell("case.fee_taken", amount=amount, method="cash")
        self.stands["money"] = "settled"
        self.tell("case.resumed", status=4, **self.stands, due_at=self.promise())
        self.wait()

    def _opinion(self) -> None:
        other = self.chance.choice(AGENCIES)
        due = self.at + timedelta(hours=self.chance.choice((1, 24, 72)))
        self.tell("case.opinion_asked", agency=other, opinion_due_at=due.isoformat())
        self.wait()
        if self.chance.random() < 0.8:
            self.tell("case.opinion_given", agency=other, outcome="agrees")

    def _opinion_of_person(self) -> None:
        some = self.chance.random
        if some() < 0.4:
            said: dict[str, Any] = {"score": self.chance.randrange(1, 5), "reasons": ["waited"]}
            self.tell("case.rated", RESIDENT, **said, before=None)
            if some() < 0.3:
                self.wait()
                self.tell("case.rated", RESIDENT, score=4, reasons=["polite"], before=said)
        if some() < 0.1:
            self.tell("case.complained", RESIDENT, complaint=str(uuid4()))
            self.wait()
            answer: dict[str, Any] = {"complaint": str(uuid4()), "upheld": some() < 0.5}
            self.tell("case.complaint_answered", **answer)


def procedures(mark: str) -> list[Procedure]:
    """Of a field of one's own each, so that a test counts only what is its own."""
    return [Procedure(f"8.{mark}0{n}", f"{FIELDS[n]} {mark}", 3 + n, n) for n in range(2)]


def lives(chance: random.Random, among: list[Procedure], events_min: int) -> list[Life]:
    made: list[Life] = []
    while sum(len(one.events) for one in made) < events_min:
        made.append(Teller(chance, chance.choice(among)).life())
    return made


async def settle(admin: asyncpg.Connection, among: list[Procedure], made: list[Life]) -> None:
    """The procedures and the cases themselves; their history is told apart (`write`)."""
    for one in among:
        form = {
            "fields": {f"f{n}": {} for n in range(one.asked)},
            "pages": [{"known": [{}] * one.known}, {}],
        }
        definition = {
            "field": {"vi": one.field, "en": one.field}, "route": {"start": "reception"},
            "form": form,
        }  # fmt: skip
        await admin.execute(
            "INSERT INTO cases.procedures VALUES ($1, 'v', $2, now())",
            one.code, json.dumps(definition),
        )  # fmt: skip
    await admin.executemany(
        """
        INSERT INTO cases.cases (id, code, procedure_code, procedure_version, agency_code, step,
            status, filed_by, filed_by_name, applicant_id, applicant_name, subject, answers,
            delivery, fee, fee_amount, filed_at, intake_due_at, channel)
        VALUES ($1::uuid, 'T-' || $1::text, $2, 'v', $3, 'reception', 1, $4, '-', $4, '-',
                '{}', '{}', $5, '{}', 0, $6, $6::timestamptz + interval '3 days', $7)
        """,
        [
            (one.id, one.procedure.code, one.agency, RESIDENT, one.delivery, one.filed_at,
             one.channel)
            for one in made
        ],
    )  # fmt: skip


async def write(connection: asyncpg.Connection, told: list[Told]) -> None:
    await connection.executemany(
        """
        INSERT INTO db.events (id, at, kind, subject_id, actor_id, person_id, agency_code, facts,
                               salt, digest)
        VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6, $7, $8, $9)
        """,
        [
            (one.at, one.kind, one.subject, one.actor, RESIDENT, one.agency,
             json.dumps(one.facts), os.urandom(16), os.urandom(32))
            for one in told
        ],
    )  # fmt: skip


def shuffled(chance: random.Random, made: list[Life]) -> list[Told]:
    """All events in one order; those of a case in their own."""
    waiting = [list(reversed(one.events)) for one in made]
    order = [place for place, one in enumerate(waiting) for _ in one]
    chance.shuffle(order)
    return [waiting[place].pop() for place in order]
