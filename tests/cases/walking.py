"""A case of the big pack taken from the form to its paper over HTTP, whatever its procedure: paid,
accepted, answered by registers and other agencies, decided, handed over.

Everybody acts with a token of their own. What the worker would do is done here after each act.
"""

import subprocess
import threading
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Literal

import httpx
import msgspec
import pytest
from msgspec import Struct

from motcua import app, payments
from motcua.base.ids import SYSTEM, new_id
from motcua.base.pack import Pack
from motcua.base.settings import Settings
from motcua.cases import keep_procedures, queries
from motcua.cases.actions import definition, open_case
from motcua.cases.model.case import Case
from motcua.cases.model.procedure import Finding, Procedure
from motcua.cases.rules import expressions
from motcua.cases.rules.expressions import Facts
from motcua.db import City, jobs
from motcua.demo.registers.business import Business
from motcua.demo.registers.convictions import Convictions
from motcua.demo.registers.population import Population
from motcua.exchange import Register
from motcua.exchange.wires.json import Wire
from motcua.identity import Viewer
from tests import cast
from tests.cases import build, machine
from tests.cases.machine import keyed, post_act
from tests.payments.build import word

Outcome = Literal["granted", "refused"]
BOOKS: Mapping[str, Any] = {
    "population": Population, "business": Business, "convictions": Convictions,
}  # fmt: skip
FOLLOW = {"cases.settle", "cases.join_when_accepted", "cases.join_when_signed", "cases.close_lead"}
"""The worker's jobs that move cases; registers answer below, notices have tests of their own."""
REASON = "Hồ sơ mẫu không đủ điều kiện theo quy định."
STATED_FEE = 5_000
ACTS_MAX = 30
KEPT: set[str] = set()
"""Databases in which the definitions in force are written down."""


class Walk(Struct, frozen=True, kw_only=True):
    """One procedure's way: who asks for it where, with which papers beside the pack's example."""

    code: str
    agency: str
    result: str
    """The code of its paper."""
    says: tuple[str, ...]
    """Some of what the paper has to say."""
    who: str = "lan"
    answers: dict[str, Any] = {}
    """What differs from the example; None takes an answer away."""
    documents: tuple[str, ...] = ()
    fee: int | None = 0
    """None: an officer states it."""
    delivery: Literal["electronic", "counter", "post"] = "electronic"
    refusal: str | None = None
    """The code of the paper that says no; None: it cannot be refused once accepted."""
    joined: dict[str, tuple[str, str]] = {}
    """The parts of a joined-up case, each with its agency and the code of its paper."""


class Hall(Struct):
    """The city at work: its address, and the people who act, by token."""

    city: City
    address: str
    clients: AsyncExitStack
    known: dict[str, httpx.AsyncClient] = {}

    async def client(self, token: str, viewer: Viewer) -> httpx.AsyncClient:
        """Somebody with a token."""
        if token not in self.known:
            machine.KNOWN[token] = viewer
            head = {"authorization": f"Bearer {token}", "accept-language": "vi"}
            # Plain HTTP on this machine: loading certificates would take 30 ms a client.
            made = httpx.AsyncClient(base_url=self.address, headers=head, timeout=60, verify=False)
            self.known[token] = await self.clients.enter_async_context(made)
        return self.known[token]

    async def resident(self, id: str) -> httpx.AsyncClient:
        return await self.client(f"walk.{id}", await cast.resident(self.city, id))

    async def officer(self, agency: str, role: str) -> httpx.AsyncClient:
        """Whoever holds this post there; appointed when first needed."""
        token = f"{agency}.{role}"
        if token in self.known:
            return self.known[token]
        found = await cast.officer(self.city, f"walk-{role}", f"Cán bộ {role}", agency, role)
        build.keys(self.city, agency)
        return await self.client(token, found)


@contextmanager
def serving(
    settings: Settings, database_url: str, pack: Path = build.PACKS / "hanoi"
) -> Iterator[str]:
    """The real application of a pack in a thread of its own."""
    port = machine.free_port()
    url = f"http://127.0.0.1:{port}"
    ours = City(
        msgspec.structs.replace(settings, public_url=url, pack=pack), Pack.read(pack),
        database_url.replace("postgres@", "motcua_app@"),
    )  # fmt: skip
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(app, "who", machine.who)
        server = machine.served(ours, port)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield url
    server.should_exit = True
    thread.join()


@asynccontextmanager
async def opened(city: City, address: str) -> AsyncIterator[Hall]:
    if city.database.url not in KEPT:
        await keep_procedures(city)
        KEPT.add(city.database.url)
    async with AsyncExitStack() as clients:
        yield Hall(city, address, clients)


# Filing


async def request(hall: Hall, walk: Walk, viewer: Viewer) -> dict[str, Any]:
    """What is posted: the example with its changes, every paper uploaded."""
    given = build.example(hall.city, walk.code) | walk.answers
    papers = [
        {"requirement": one, "id": str(await build.upload(hall.city, viewer))}
        for one in walk.documents
    ]
    return {
        "procedure": walk.code,
        "answers": {name: value for name, value in given.items() if value is not None},
        "documents": papers,
        "agency": walk.agency,
        "delivery": walk.delivery,
    }


async def post(hall: Hall, walk: Walk) -> httpx.Response:
    resident = await hall.resident(walk.who)
    body = await request(hall, walk, machine.KNOWN[f"walk.{walk.who}"])
    return await resident.post("/api/v1/cases", json=body, headers=keyed())


# Walking


async def walked(hall: Hall, walk: Walk, outcome: Outcome) -> dict[str, Any]:
    """The case at its end, as the API shows it to whoever filed it."""
    answer = await post(hall, walk)
    assert answer.status_code == 201, answer.text
    code = str(answer.json()["code"])
    assert answer.json()["status"] == 1
    await to_the_end(hall, code, outcome)
    for part in await parts(hall, code):
        await to_the_end(hall, part.code, "granted")
    resident = await hall.resident(walk.who)
    shown: dict[str, Any] = (await resident.get(f"/api/v1/cases/{code}")).json()
    return shown


async def to_the_end(hall: Hall, code: str, outcome: Outcome) -> None:
    """Whatever comes next is done by whoever has to do it, until nothing is left to do."""
    await settled(hall, code)
    for _ in range(ACTS_MAX):
        case = await standing_of(hall, code)
        if case.closed_at is not None:
            return
        if not await step_on(hall, case, outcome):
            return  # a lead whose parts are under way
    raise AssertionError(f"{code} went round in circles at {case.step}")


async def step_on(hall: Hall, case: Case, outcome: Outcome) -> bool:
    """One act; False where the case waits for its parts."""
    procedure = (await known(hall, case)).route.steps[case.step]
    await answer_registers(hall, case)
    await give_opinions(hall, case)
    if case.money == "unknown" and case.business == "in_hand":
        await act(
            hall, case, "handler", "state_fee", amount=STATED_FEE, text="Theo nghị quyết mẫu."
        )
        await settled(hall, case.code)
        return True
    action = next(a for a in ORDER if a in procedure.on)
    if action == "release" and await parts(hall, case.code):
        return False
    body = {"outcome": outcome, "text": REASON} if action == "propose" else {}
    await act(hall, case, procedure.role, action, **body)
    return True


ORDER = ("accept", "propose", "approve", "sign", "release", "deliver")


async def act(hall: Hall, case: Case, role: str, action: str, **body: Any) -> None:
    officer = await hall.officer(case.at_agency, role)
    answer = await post_act(officer, case.code, action, **body)
    assert answer.status_code == 200, (case.procedure_code, case.step, action, answer.text)
    await follow(hall, case)


async def settled(hall: Hall, code: str) -> None:
    """The bank's word, if anything is owed."""
    case = await standing_of(hall, code)
    if case.money != "open":
        return
    async with hall.city.database.write(SYSTEM) as db:
        reference, _ = await payments.open_reference(db, code)
        said = word(reference, case.fee_amount, currency=hall.city.pack.info.currency.code)
        assert await payments.book(db, said) == "settled"
    await follow(hall, case)


# What others do meanwhile


async def follow(hall: Hall, case: Case) -> None:
    """The worker's jobs after everything that happened to the case; each bears being done twice."""
    async with hall.city.database.read(SYSTEM) as db:
        rows = await db.fetch(
            "SELECT id, kind, subject_id, facts FROM db.events WHERE subject_id = $1"
            " ORDER BY sequence", case.id,
        )  # fmt: skip
    for row in rows:
        for name in jobs.following(row["kind"]):
            if name in FOLLOW:
                payload = {"event": str(row["id"]), "subject": str(row["subject_id"])}
                await jobs.HANDLERS[name][0](hall.city, {**payload, "facts": row["facts"]})


async def answer_registers(hall: Hall, case: Case) -> None:
    """The sample registers' answers, through the wire but not over it."""
    async with hall.city.database.read(SYSTEM) as db:
        kept = {one.finding for one in await queries.findings_of_case(db, case.id)}
    officer = machine.KNOWN[await token(hall, case.at_agency, "handler")]
    facts = Facts({"subject": case.subject, "answers": case.answers})
    for finding in (await known(hall, case)).findings:
        if finding.id not in kept and expressions.read(finding.when).holds(facts):
            found = told(hall.city, case, finding)
            await build.answer(hall.city, case, officer, finding.id, found)


def told(city: City, case: Case, finding: Finding) -> dict[str, Any] | None:
    register = city.pack.folder("registers", Register)[finding.register]
    operation = register.operations[finding.operation]
    facts = Facts({"subject": case.subject, "answers": case.answers})
    arguments = {k: expressions.read(v).answer(facts) for k, v in finding.with_.items()}
    wire = Wire(finding.register, register.envelope, register.operations)
    request_id = str(new_id())
    question = msgspec.json.decode(wire.question(finding.operation, arguments, request_id))
    found = BOOKS[finding.register](city.settings).answer(operation.path, question)
    assert found is not None, f"no such service: {operation.path}"
    body = {
        "maYeuCau": request_id, "maTrangThai": found.status,
        "thoiGian": time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime()),
        **found.about, "duLieu": [found.record] if found.record else [],
    }  # fmt: skip
    state, values = wire.answer(
        finding.operation, arguments, msgspec.json.encode(body), request_id, time.time()
    )
    return values if state == "found" else None


async def give_opinions(hall: Hall, case: Case) -> None:
    async with hall.city.database.read(SYSTEM) as db:
        asked = await queries.opinions_of_case(db, case.id)
    for one in asked:
        if one.given_at is None:
            officer = await hall.officer(one.agency_code, "handler")
            body = {"outcome": "agrees", "text": "Đồng ý.", "opinion": str(one.id)}
            answer = await post_act(officer, case.code, "give_opinion", **body)
            assert answer.status_code == 200, answer.text


# Looking


async def token(hall: Hall, agency: str, role: str) -> str:
    await hall.officer(agency, role)
    return f"{agency}.{role}"


async def standing_of(hall: Hall, code: str) -> Case:
    async with hall.city.database.read(SYSTEM) as db:
        return await open_case(db, code)


async def known(hall: Hall, case: Case) -> Procedure:
    async with hall.city.database.read(SYSTEM) as db:
        return (await definition(db, case)).procedure


async def parts(hall: Hall, code: str) -> list[Any]:
    lead = await standing_of(hall, code)
    async with hall.city.database.read(SYSTEM) as db:
        return await queries.joined_of(db, [lead.id])


async def papers(hall: Hall, code: str) -> list[tuple[str, str]]:
    """Of each paper its code and its text, as it reads back from the PDF."""
    case = await standing_of(hall, code)
    async with hall.city.database.read(SYSTEM) as db:
        rows = await db.fetch(
            "SELECT kind_code, file_id FROM documents.results WHERE case_id = $1", case.id
        )
    viewer = machine.KNOWN[await token(hall, case.agency_code, "handler")]
    return [
        (row["kind_code"], text_of(await build.bytes_of(hall.city, viewer, str(row["file_id"]))))
        for row in rows
    ]


def text_of(pdf: bytes) -> str:
    read = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True)
    return " ".join(read.stdout.decode().split())
