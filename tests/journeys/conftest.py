"""A whole demonstration city as real processes, and a browser to walk through it."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from motcua.base.settings import DEMO_STEPS, Settings
from motcua.demo import eid

ROOT = Path(__file__).parent.parent.parent
CHROMIUM = "/usr/bin/chromium"
START_SECONDS_MAX = 90
WAIT_MILLISECONDS_MAX = 15_000
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
KEEPER = """
from motcua.base import settings
from motcua.serve import Keeper
Keeper(settings.read(), lambda line: print(line, flush=True)).run()
"""
Enter = Callable[..., Page]


class DemoCity:
    """The running city, and what its officers and its bank do from afar."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.url = settings.public_url
        self.api = httpx.Client(base_url=self.url, timeout=30)

    def token(self, person: str, **more: Any) -> dict[str, str]:
        return {"Authorization": f"Bearer {eid.mint(self.settings, person, **more)}"}

    def case(self, code: str, person: str = "reception") -> dict[str, Any]:
        found: dict[str, Any] = self.api.get(
            f"/api/v1/cases/{code}", headers=self.token(person)
        ).json()
        return found

    def act(self, person: str, code: str, action: str, **body: Any) -> dict[str, Any]:
        """Until the city lets it: a register may still be on its way to answer."""
        deadline = time.monotonic() + 20
        while True:
            head = self.token(person) | {"Idempotency-Key": str(uuid4())}
            answer = self.api.post(
                f"/api/v1/cases/{code}/actions", headers=head, json={"action": action, **body}
            )
            if answer.is_success or time.monotonic() > deadline:
                assert answer.is_success, answer.text
                done: dict[str, Any] = answer.json()
                return done
            time.sleep(0.3)

    def decide(self, code: str) -> None:
        """From acceptance to the signature."""
        self.act("reception", code, "accept")
        self.act("handler", code, "propose", outcome="granted")
        self.act("leader", code, "approve")
        self.act("leader", code, "sign")

    def fault(self, register: str, mode: str) -> None:
        """Make a register of the demonstration misbehave, or well again with `ok`."""
        program = (
            "import asyncio,sys\n"
            "from motcua import exchange\n"
            "from motcua.app import open_city\n"
            "from motcua.base import settings\n"
            "asyncio.run(exchange.fault(open_city(settings.read()), sys.argv[1], sys.argv[2]))\n"
        )
        environment = os.environ | self.settings.environment()
        command = [sys.executable, "-c", program, register, mode]
        subprocess.run(command, env=environment, cwd=ROOT, check=True, timeout=30)


@pytest.fixture(scope="session")
def demo_city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoCity]:
    port = _free_port()
    settings = Settings(
        pack=ROOT / "packs" / "hanoi",
        data=tmp_path_factory.mktemp("demo") / "city",
        demo=True,
        port=port,
        public_url=f"http://localhost:{port}",
    )
    log = tmp_path_factory.mktemp("log") / "city.log"
    with log.open("wb") as out:
        keeper = subprocess.Popen(
            [sys.executable, "-c", KEEPER], cwd=ROOT, stdout=out, stderr=subprocess.STDOUT,
            env=os.environ | settings.environment(),
        )  # fmt: skip
        try:
            _await(settings.public_url, keeper, log)
            city = DemoCity(settings)
            yield city
            city.api.close()
        finally:
            keeper.send_signal(signal.SIGTERM)
            keeper.wait(30)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def enter(browser: Browser, demo_city: DemoCity) -> Iterator[Enter]:
    """A new visitor: `enter()`, `enter(language="en", javascript=False, width=1280)`."""
    contexts = []

    def visit(
        width: int = 390, language: str = "vi", javascript: bool = True, dark: bool = False
    ) -> Page:
        context = browser.new_context(
            base_url=demo_city.url,
            viewport={"width": width, "height": 844},
            locale="vi-VN" if language == "vi" else "en-GB",
            java_script_enabled=javascript,
            color_scheme="dark" if dark else "light",
            accept_downloads=True,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(WAIT_MILLISECONDS_MAX)
        return page

    yield visit
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def examine() -> Callable[[Page], None]:
    """The page as axe-core judges it: no violation at all, and nothing wider than the window."""
    source = AXE.read_text()

    def look(page: Page) -> None:
        page.evaluate(source)
        told = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        found = [(v["id"], [node["html"][:200] for node in v["nodes"]]) for v in told["violations"]]
        assert not found, f"{page.url}: {json.dumps(found, ensure_ascii=False, indent=1)}"
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), page.url

    return look


def _free_port() -> int:
    """The city's own, with those of its neighbours free as well."""
    while True:
        port = random.randrange(21_000, 29_000)
        if all(_is_free(port + step) for step in (0, *DEMO_STEPS.values())):
            return port


def _is_free(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) != 0


def _await(address: str, keeper: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS_MAX
    while "ready:" not in log.read_text(errors="replace"):
        if keeper.poll() is not None or time.monotonic() > deadline:
            pytest.fail(f"{address} did not come up:\n{log.read_text(errors='replace')[-3000:]}")
        time.sleep(0.2)
