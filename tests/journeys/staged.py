"""A whole demonstration city started as a stranger starts it, and what its people do by HTTP."""

import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from motcua.base.settings import DEMO_STEPS, Settings
from motcua.demo import eid

ROOT = Path(__file__).parent.parent.parent
START_SECONDS_MAX = 60
RECORD = "3.000333"


class Stage:
    """`with Stage(folder) as city`: from `motcua serve --demo` to Ctrl-C."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        self.url = f"http://localhost:{port}"
        self.settings = Settings(
            pack=ROOT / "packs" / "hanoi", data=folder / "city", demo=True, port=port,
            public_url=self.url,
        )  # fmt: skip
        self.log = folder / "city.log"
        self.keeper: subprocess.Popen[bytes] | None = None
        self.http = httpx.Client(base_url=self.url, timeout=30)

    def __enter__(self) -> "Stage":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        for left in self.processes():  # of a test that failed; a city that stops leaves none
            os.kill(left, signal.SIGKILL)
        self.http.close()

    def start(self) -> float:
        """Seconds until it said that it is ready."""
        begun = time.monotonic()
        before = self.said().count("ready: ")
        with self.log.open("ab") as out:
            self.keeper = subprocess.Popen(
                [sys.executable, "-m", "motcua.cli", "serve", "--demo", "--port",
                 str(self.settings.port)],
                cwd=ROOT, env=self.environment(), stdout=out, stderr=subprocess.STDOUT,
            )  # fmt: skip
        wait(lambda: self.said().count("ready: ") > before or self.has_ended(), START_SECONDS_MAX)
        assert not self.has_ended(), self.said()[-3000:]
        return time.monotonic() - begun

    def stop(self, sign: int = signal.SIGINT) -> float:
        """Seconds until the keeper had stopped everything."""
        begun = time.monotonic()
        if self.keeper and self.keeper.poll() is None:
            self.keeper.send_signal(sign)
            self.keeper.wait(40)
        return time.monotonic() - begun

    def has_ended(self) -> bool:
        return self.keeper is None or self.keeper.poll() is not None

    def said(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def environment(self) -> dict[str, str]:
        told = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
        return told | {
            "MOTCUA_PACK": str(self.settings.pack),
            "MOTCUA_DATA": str(self.settings.data),
            "PYTHONUNBUFFERED": "1",
        }

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """`motcua …` as an operator types it."""
        return subprocess.run(
            [sys.executable, "-m", "motcua.cli", *arguments],
            cwd=ROOT, env=self.environment(), capture_output=True, text=True, timeout=60,
            check=False,
        )  # fmt: skip

    # Its processes

    def processes(self) -> dict[int, str]:
        """Whatever runs on this city's data or was told of it, however it was started."""
        mark = str(self.settings.data).encode()
        found = {}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            try:
                line = (entry / "cmdline").read_bytes()
                told = line + (entry / "environ").read_bytes() + os.readlink(entry / "cwd").encode()
                state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
            except OSError:
                continue
            if mark in told and state != "Z":
                found[int(entry.name)] = line.replace(b"\0", b" ").decode(errors="replace")
        return found

    def part(self, name: str) -> int:
        """The process of one part: `motcua.app`, `motcua.worker`, `motcua.demo.bank`…"""
        (found,) = [p for p, line in self.processes().items() if f"-m {name} " in f"{line} "]
        return found

    def postmaster(self) -> int:
        file = self.settings.data / "postgres" / "cluster" / "postmaster.pid"
        return int(file.read_text().splitlines()[0])

    # Its people

    def head(self, person: str, key: str | None = None, **more: Any) -> dict[str, str]:
        token = eid.mint(self.settings, person, **more)
        return {"Authorization": f"Bearer {token}", "Idempotency-Key": key or uuid4().hex}

    def file(self, person: str, answers: dict[str, Any], **more: Any) -> dict[str, Any]:
        body = {"procedure": RECORD, "answers": answers, **more}
        answer = self.http.post("/api/v1/cases", json=body, headers=self.head(person))
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    def case(self, person: str, code: str) -> dict[str, Any]:
        answer = self.http.get(f"/api/v1/cases/{code}", headers=self.head(person))
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def try_act(self, person: str, code: str, action: str, **body: Any) -> httpx.Response:
        return self.http.post(
            f"/api/v1/cases/{code}/actions",
            json={"action": action, **body},
            headers=self.head(person),
        )

    def act(self, person: str, code: str, action: str, **body: Any) -> dict[str, Any]:
        """A register answers in its own time: until then the city says what it waits for."""
        done: list[httpx.Response] = []

        def is_done() -> bool:
            done[:] = [self.try_act(person, code, action, **body)]
            waits = done[0].status_code == 409 and done[0].json()["reason"] == (
                "case.finding_missing"
            )
            return not waits

        wait(is_done, 15)
        assert done[0].status_code == 200, done[0].text
        found: dict[str, Any] = done[0].json()
        return found

    def pay(self, code: str) -> None:
        paid = self.run("bank", "pay", code)
        assert paid.returncode == 0, paid.stderr
        wait(lambda: self.case("reception", code)["payment"]["state"] != "open", 10)

    def decide(self, code: str) -> dict[str, Any]:
        self.act("reception", code, "accept")
        self.act("handler", code, "propose", outcome="granted")
        self.act("leader", code, "approve")
        return self.act("leader", code, "sign")

    def paper(self, person: str, case: dict[str, Any], folder: Path) -> Path:
        """The result's bytes, as its owner takes them home."""
        address = f"/api/v1/documents/{case['result']['document']}"
        answer = self.http.get(address, headers=self.head(person))
        assert answer.status_code == 200, answer.text
        file = folder / f"{case['code']}.pdf"
        file.write_bytes(answer.content)
        return file


def text_of(paper: Path) -> str:
    """The words of a PDF, one space between them."""
    told = subprocess.run(
        ["pdftotext", "-layout", str(paper), "-"], capture_output=True, text=True, check=True
    )
    return re.sub(r"\s+", " ", told.stdout)


def wait(is_so: Any, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"not so within {seconds} s"
        time.sleep(0.1)


def free_port() -> int:
    """One whose neighbours, the demonstration's parts, are free as well; below those that the
    kernel gives to whoever calls out."""
    while True:
        port = random.randrange(20_000, 32_000)
        if all(_is_free(port + step) for step in (0, *DEMO_STEPS.values())):
            return port


def _is_free(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) != 0
