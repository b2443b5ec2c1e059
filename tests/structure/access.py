"""Every route called as everybody, on things of their own, of their agency, of others.

The requests are real and the answers too; only the end of each transaction is not: what a request
would have changed is undone, so that the next one finds every thing as it was.
"""

import csv
import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import httpx
import pytest
from litestar import Litestar
from msgspec import Struct, field

from motcua import app
from motcua.db import City, database
from motcua.db.events import Listener
from motcua.exchange import queries as questions
from motcua.identity import Viewer
from motcua.identity.actions import TokenRefused
from motcua.web.throttle import Throttle
from tests.cases.build import AGENCY
from tests.structure.access_world import NOBODYS, OF_A_CASE, OF_A_PERSON, Role, World

FILE = Path(__file__).with_name("access.csv")
HEAD = ["route", "role", "own", "same agency", "other agency", "other person"]
COLUMNS = ("own", "same_agency", "other_agency", "other_person")
NOTHING = "-"
"""There is no such thing for this role, or the address is about no thing at all."""


class Desk(Struct):
    """The application in process, as a role; it counts the statements that an answer took."""

    app: Litestar
    statements: int = 0
    clients: int = 0
    known: dict[str, Viewer] = field(default_factory=dict)


# What stands in an address. The first pattern that fits a route names its thing.
PARAMETERS: list[tuple[str, str, str]] = [
    (r"^/(desk/)?(counter/)?cases/|^/desk/counter/cases/|^/api/v1/(cases|status)/", "code", "case"),
    (r"^/(api/v1/)?procedures/|^/desk/counter/new/", "code", "procedure"),
    (r"^/(api/v1/)?agencies/", "code", "agency"),
    (r"^/(desk|api/v1)/documents/", "file_id", "file"),
    (r"^/desk/cases/", "file", "file"),
    (r"/cases/", "name", "form"),
    (r"^/desk/book/", "name", "book"),
    (r"^/desk/complaints/", "complaint", "complaint"),
    (r"^/desk/templates/", "template", "template"),
    (r"^/pay/", "request_id", "bill"),
    (r"/queue/", "number", "number"),
    (r"^/verify/", "reference", "reference"),
    (r"/apply/|^/desk/counter/new/", "page", "page"),
    (r"^/desk/counter/new/", "draft", "draft"),
    (r"/sessions/", "session", "session"),
    (r"^/desk/passkeys/", "key", "key"),
    (r"^/desk/officers/", "officer", "officer"),
    (r"^/desk/enrolments/", "enrolment", "enrolment"),
    (r"^/me/privacy/exports/", "export", "export"),
    (r"^/me/consents/", "purpose", "asset"),
    (r"/delegations/", "delegation", "delegation"),
    (r"^/me/acting/", "organisation", "organisation"),
    (r"^/desk/(cases|bulk)/", "noun", "noun"),
    (r"^/static/", "name", "asset"),
    (r"^/dashboard/", "name", "asset"),
    (r"^/api/", "path", "asset"),
    (r"^/api/v1/usage/covertOrders/", "order_id", "order"),
]

# What is posted, where an empty form says nothing.
JSON: dict[str, dict[str, Any]] = {
    "POST /api/v1/cases/{code:str}/actions": {"action": "message", "text": "Xin chào"},
    "POST /api/v1/agencies/{code:str}/queue": {"line": "ask"},
    "POST /api/v1/agencies/{code:str}/queue/calls": {"place": "1"},
    "POST /api/v1/agencies/{code:str}/queue/{number:int}": {"action": "recall"},
    "POST /api/v1/usage/covertOrders": {
        "number": "010203040506", "agency": AGENCY, "until": "2099-01-01T00:00:00+00:00",
        "reason": "x", "legal_basis": "x",
    },
}  # fmt: skip
FORMS: dict[str, dict[str, str]] = {
    "POST /cases/{code:str}/messages": {"text": "Xin chào"},
    "POST /agencies/{code:str}/queue/take": {"line": "ask"},
    "POST /desk/passkeys/{key:uuid}/name": {"name": "Khóa"},
    "POST /desk/cases/{code:str}/{noun:str}": {"key": "k", "text": "Xin chào"},
}


def routes(application: Litestar) -> Iterator[tuple[str, str]]:
    """Method and path of everything that answers, but for what the framework says about itself."""
    for route in application.routes:
        for handler in getattr(route, "route_handlers", None) or [route.route_handler]:  # type: ignore[union-attr]
            for method in sorted(getattr(handler, "http_methods", ())):
                if method not in ("OPTIONS", "HEAD"):
                    yield method, route.path


def thing_in(path: str) -> dict[str, str]:
    """Each parameter of a path with the thing that it names."""
    found = {}
    for name in re.findall(r"\{(\w+):\w+\}", path):
        things = [
            t for pattern, called, t in PARAMETERS if called == name and re.search(pattern, path)
        ]
        assert things, f"PARAMETERS does not say what {{{name}}} of {path} is"
        found[name] = things[0]
    return found


async def rows(city: City, desk: Desk, world: World) -> list[list[str]]:
    made = []
    for method, path in sorted(set(routes(desk.app)), key=lambda one: (one[1], one[0])):
        for name, role in world.roles.items():
            verdicts = await _row(desk, world, name, role, method, path)
            made.append([f"{method} {path}", name, *verdicts])
    return made


async def _row(
    desk: Desk, world: World, name: str, role: Role, method: str, path: str
) -> list[str]:
    about = thing_in(path).values()
    if not set(about) & {*OF_A_CASE, *OF_A_PERSON}:
        return [await _verdict(desk, world, name, method, path, None), NOTHING, NOTHING, NOTHING]
    verdicts = []
    for column in COLUMNS:
        of_case = set(about) & set(OF_A_CASE)
        things = role.cases.get(column) if of_case else role.belongings.get(column)
        verdicts.append(
            await _verdict(desk, world, name, method, path, things) if things else NOTHING
        )
    return verdicts


async def _verdict(
    desk: Desk, world: World, name: str, method: str, path: str, things: Struct | None
) -> str:
    answer, count, names = await _call(desk, world, name, method, path, things)
    verdict = _judged(answer)
    assert answer.status_code != 429, (name, method, path)
    if things and verdict == "hidden":
        other, others, their = await _call(desk, world, name, method, path, NOBODYS[type(things)])
        where = (name, method, path, answer.text, other.text)
        assert _judged(other) == "hidden", where
        assert _bare(answer, names) == _bare(other, their), where
        assert count == others, ("told apart by time", where)
    return verdict


async def _call(
    desk: Desk, world: World, name: str, method: str, path: str, things: Struct | None
) -> tuple[httpx.Response, int, list[str]]:
    """The answer, how many statements it took, and what it was asked about."""
    route, names = f"{method} {path}", []
    for parameter, thing in thing_in(path).items():
        said = str(getattr(things, thing, "")) or world.fixed[thing]
        names.append(said)
        path = re.sub(rf"\{{{parameter}:\w+\}}", said, path)
    head = {"accept-language": "en", "idempotency-key": uuid4().hex}
    if name in desk.known:
        head["authorization"] = f"Bearer {name}"
    body: dict[str, Any] = {"json": JSON[route]} if route in JSON else {}
    if method == "POST" and not body:
        body = {"data": FORMS.get(route, {"x": "1"})}
    desk.clients += 1
    client = (f"10.{desk.clients // 65536}.{desk.clients // 256 % 256}.{desk.clients % 256}", 1)
    transport = httpx.ASGITransport(cast(Any, desk.app), client=client)
    before = desk.statements
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as caller:
        answer = await caller.request(method, path, headers=head, **body)
    return answer, desk.statements - before, names


def _judged(answer: httpx.Response) -> str:
    status, leads_to = answer.status_code, answer.headers.get("location", "")
    if status == 401 and "identity.confirmation_needed" in answer.text:
        return "confirm"
    if status == 401 or leads_to.startswith(("/sign-in?", "/desk/sign-in?")):
        return "sign-in"
    if answer.url.path.endswith("/sign-in/start"):
        return "sign-in"  # at the provider, or with us again while it is away
    words = {403: "refused", 404: "hidden", 409: "conflict", 500: "broken", 503: "unavailable"}
    if status in words:
        return words[status]
    return "ok" if status < 400 else "invalid"


def _bare(answer: httpx.Response, names: list[str]) -> str:
    """An answer without what it was asked about, and without the number of the request."""
    text = re.sub(r"urn:request:[\w-]+|[0-9a-f]{12,32}", "", answer.text)
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, "…")
    return f"{answer.status_code} {text}"


@contextmanager
def opened(city: City) -> Iterator[Desk]:
    """The application; nothing that it does stays."""
    with pytest.MonkeyPatch.context() as patched:
        made: list[Desk] = []

        async def who(_: City, connection: Any) -> Viewer | None:
            token = connection.headers.get("authorization", "").removeprefix("Bearer ")
            if token and token not in made[0].known:
                raise TokenRefused
            return made[0].known[token] if token else None

        async def undo(self: Any) -> None:
            await self._connection.execute("ROLLBACK")

        async def nothing(*_: Any) -> None:
            pass

        def counted(run: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
            async def call(*given: Any) -> Any:
                made[0].statements += 1
                return await run(*given)

            return call

        patched.setattr(app, "who", who)
        patched.setattr(Throttle, "_wait", lambda *_: 0)
        made.append(Desk(app.build(city)))
        patched.setattr(database.Transaction, "_commit", undo)
        for name in ("execute", "fetch", "fetch_row"):
            patched.setattr(database.Read, name, counted(getattr(database.Read, name)))
        # A look is undone with its transaction, and then there is none to have an outcome.
        patched.setattr(questions, "record_outcome", nothing)
        city[Listener].let_go()  # streams end as soon as they have begun
        yield made[0]


# The reviewed table


def read() -> list[list[str]]:
    with FILE.open(newline="") as file:
        return list(csv.reader(file))[1:]


def write(found: list[list[str]]) -> None:
    with FILE.open("w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(HEAD)
        out.writerows(found)
