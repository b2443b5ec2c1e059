"""The city calls nobody undeclared: one place makes clients, and whoever else calls stands here."""

import ast
import re
import ssl
from pathlib import Path
from typing import Any

import httpx
import pytest

from motcua.base import calling

HOUSE = Path(__file__).parents[2] / "motcua"
CALLERS = {
    "httpx.AsyncClient", "httpx.Client", "httpx.get", "httpx.post", "httpx.request", "httpx.stream",
    "urllib.request.urlopen", "http.client.HTTPConnection", "http.client.HTTPSConnection",
    "smtplib.SMTP", "smtplib.SMTP_SSL", "socket.create_connection", "socket.socket",
    "asyncio.open_connection", "asyncio.open_unix_connection", "asyncpg.connect",
    "asyncpg.create_pool",
}  # fmt: skip
STRANGE = {"requests", "aiohttp", "urllib3", "ftplib", "telnetlib", "xmlrpc", "websockets"}
ALLOWED = {
    "base/calling.py": {"httpx.AsyncClient"},
    # The mail server and the scanner that the operator names.
    "notices/outside.py": {"smtplib.SMTP", "smtplib.SMTP_SSL"},
    "documents/outside/scanning.py": {"asyncio.open_connection", "asyncio.open_unix_connection"},
    # The city's own database and its own processes on this machine.
    "db/database.py": {"asyncpg.connect"},
    "db/jobs.py": {"asyncpg.connect"},
    "db/migrate.py": {"asyncpg.connect"},
    "db/events.py": {"asyncpg.connect"},
    "score/jobs.py": {"asyncpg.connect"},
    "serve.py": {"socket.create_connection", "urllib.request.urlopen"},
    "doctor.py": {"socket.socket"},
}


def sources() -> list[Path]:
    """The demo is the outside world."""
    return [p for p in HOUSE.rglob("*.py") if "demo" not in p.relative_to(HOUSE).parts]


def callers_in(text: str) -> set[str]:
    """What a module calls that opens a connection, under its full name however it was imported."""
    tree = ast.parse(text)
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for a in node.names:
                first = a.name.split(".")[0]
                names[a.asname or first] = a.name if a.asname else first
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {a.asname or a.name: f"{node.module}.{a.name}" for a in node.names}
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name):
            head, _, rest = ast.unparse(node).partition(".")
            full = names.get(head, head) + (f".{rest}" if rest else "")
            if full in CALLERS or full.split(".")[0] in STRANGE & set(names.values()):
                found.add(full)
    return found


def test_no_other_code_makes_a_client() -> None:
    found = {
        str(path.relative_to(HOUSE)): callers
        for path in sources()
        if (callers := callers_in(path.read_text()))
    }
    assert found == ALLOWED


@pytest.mark.parametrize(
    "text",
    [
        "import httpx\nhttpx.AsyncClient()",
        "import httpx as h\nh.get('https://a')",
        "from httpx import Client\nClient()",
        "from urllib import request\nrequest.urlopen('https://a')",
        "from urllib.request import urlopen as u\nu('https://a')",
        "import requests\nrequests.get('https://a')",
        "import asyncio\nf = asyncio.open_connection",
    ],
)
def test_a_planted_client_is_seen(text: str) -> None:
    assert callers_in(text)


@pytest.mark.parametrize(
    ("address", "is_sent"),
    [
        ("https://register.example/a", True),
        ("https://register.example:443/b?c", True),
        ("https://REGISTER.example/a", True),
        ("https://register.example.evil.example/a", False),
        ("https://register.example@evil.example/a", False),
        ("http://register.example/a", False),
        ("https://register.example:8443/a", False),
        ("https://127.0.0.1/a", False),
        ("http://169.254.169.254/latest", False),
    ],
)
async def test_a_client_speaks_to_declared_addresses_only(address: str, is_sent: bool) -> None:
    sent: list[httpx.URL] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.url)
        return httpx.Response(302, headers={"location": "https://evil.example/"})

    waits = httpx.Timeout(1.0)
    async with calling.client(["https://register.example/ask"], waits, 1) as client:
        client.line = httpx.MockTransport(answer)
        if is_sent:
            assert (await client.get(address)).status_code == 302  # and not followed
        else:
            with pytest.raises(calling.NotDeclared):
                await client.get(address)
    assert len(sent) == is_sent


async def test_a_client_keeps_nothing_of_one_call_for_the_next() -> None:
    heard: list[httpx.Headers] = []

    def answer(request: httpx.Request) -> httpx.Response:
        heard.append(request.headers)
        return httpx.Response(200, headers={"set-cookie": "who=an"})

    async with calling.client(["https://register.example"], httpx.Timeout(1.0), 1) as client:
        client.line = httpx.MockTransport(answer)
        for _ in range(2):
            await client.get("https://register.example/a")
    assert [one.get("cookie") for one in heard] == [None, None]


def test_certificates_are_checked_and_nothing_turns_it_off() -> None:
    unchecked = re.compile(
        r"verify\s*=\s*False|CERT_NONE|check_hostname\s*=\s*False|_create_unverified_context"
    )
    assert [str(p) for p in sources() if unchecked.search(p.read_text())] == []
    waits = httpx.Timeout(1.0)
    made = calling.client(["https://register.example"], waits, 1)
    pool: Any = made.line
    context = pool._pool._ssl_context
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
