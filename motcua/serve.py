"""The whole city in one command: the database, the web, the worker, and the demo's outside world.

Each is its own process. A part that dies is started again; when the keeper itself dies the
kernel takes its parts along.
"""

import asyncio
import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from motcua import cases, identity
from motcua.base.pack import Pack
from motcua.base.settings import RUNNING, Settings
from motcua.db import City
from motcua.db.migrate import app_url, migrate
from motcua.db.server import Server
from motcua.demo import staging

READY_SECONDS_MAX = 60
STOP_SECONDS_MAX = 10
RESTART_SECONDS_FIRST = 0.2
RESTART_SECONDS_MAX = 10.0


class Part:
    """One process of the city and how often it had to be started again."""

    def __init__(self, name: str, arguments: list[str], port: int | None, path: str = "") -> None:
        self.name = name
        self.arguments = arguments
        self.port = port
        self.path = path
        """Where it says that it is well; without one an open port says so."""
        self.process: subprocess.Popen[bytes] | None = None
        self.wait_seconds = RESTART_SECONDS_FIRST
        self.not_before = 0.0

    def start(self, settings: Settings) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", *self.arguments],
            env=os.environ | settings.environment(),
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # a Ctrl-C at the keyboard reaches the keeper only
            preexec_fn=_dies_with_its_keeper(),
        )

    def is_ready(self) -> bool:
        if self.port is None:
            return self.process is not None and self.process.poll() is None
        try:
            if not self.path:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return True
            address = f"http://127.0.0.1:{self.port}{self.path}"
            with urllib.request.urlopen(address, timeout=1) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


def parts(settings: Settings) -> list[Part]:
    """The processes of a city; with the demo also everyone the city talks to."""
    city = [
        Part("web", ["motcua.app"], settings.port, "/health/ready"),
        Part("worker", ["motcua.worker"], None),
    ]
    if not settings.demo:
        return city
    outside = [
        Part(name, arguments, settings.demo_port(name))
        for name, arguments in staging.processes(settings)
    ]
    return outside + city


class Keeper:
    """Starts the parts, keeps them up, stops them all."""

    def __init__(self, settings: Settings, say: Callable[[str], None]) -> None:
        self.settings = settings
        self.say = say
        self.parts = parts(settings)
        self.server = None if settings.database_url else Server(settings.data)
        self.note = settings.data / RUNNING
        self._stopping = False

    def run(self) -> None:
        """Until a signal comes. Returns when every part has stopped."""
        started = time.monotonic()
        for sign in (signal.SIGINT, signal.SIGTERM):
            signal.signal(sign, self._stop)
        try:
            if self.server and not self.server.start():
                raise SystemExit("this city is already running")
            self.settings.keys.mkdir(mode=0o700, parents=True, exist_ok=True)
            told = self.settings.environment()
            told.pop("DATABASE_URL", None)  # it may hold a password
            self.note.write_text(json.dumps(told))
            if self.settings.demo:
                staging.prepare(
                    self.settings
                )  # keys that two processes must share exist before both
            for part in self.parts[:-2]:
                part.start(self.settings)
            asyncio.run(prepare(self.settings))
            for part in self.parts[-2:]:
                part.start(self.settings)
            self._await_ready(started)
            while not self._stopping:
                self._look_after()
                time.sleep(0.1)
        finally:
            self._end()

    def _await_ready(self, started: float) -> None:
        waiting = list(self.parts)
        while waiting and not self._stopping:
            waiting = [part for part in waiting if not part.is_ready()]
            self._look_after()
            if time.monotonic() - started > READY_SECONDS_MAX:
                names = ", ".join(part.name for part in waiting)
                raise SystemExit(f"not ready after {READY_SECONDS_MAX} s: {names}")
            time.sleep(0.05)
        if not self._stopping:
            self.say(f"started in {time.monotonic() - started:.1f} s")
            self.say(f"ready: {self.settings.public_url}")

    def _look_after(self) -> None:
        if self.server and self.server.process and self.server.process.poll() is not None:
            self.say("the database stopped; starting it again")
            self.server.revive()
        for part in self.parts:
            assert part.process is not None
            if part.process.poll() is None or time.monotonic() < part.not_before:
                continue
            self.say(f"{part.name} stopped; starting it again")
            part.start(self.settings)
            part.not_before = time.monotonic() + part.wait_seconds
            part.wait_seconds = min(part.wait_seconds * 2, RESTART_SECONDS_MAX)

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def _end(self) -> None:
        running = [p.process for p in self.parts if p.process and p.process.poll() is None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + STOP_SECONDS_MAX
        for process in running:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if running:
            self.note.unlink(missing_ok=True)
        if self.server:
            self.server.stop()


async def prepare(settings: Settings) -> None:
    """Everything that must be true of the database before anyone is served."""
    await migrate(settings)
    city = City(settings, Pack.read(settings.pack), app_url(settings))
    await city.database.open()
    try:
        await identity.seal_old_people(city)
        await cases.seal_old_cases(city)
        await cases.keep_procedures(city)
        if settings.demo:
            await staging.settle(city)
    finally:
        await city.close()


@contextmanager
def own_city(settings: Settings) -> Iterator[City]:
    """For commands: the city's database, started for the command if nobody runs it."""
    server = None if settings.database_url else Server(settings.data)
    is_ours = server.start() if server else False
    try:
        if is_ours or settings.database_url:
            asyncio.run(prepare(settings))
        yield City(settings, Pack.read(settings.pack), app_url(settings))
    finally:
        if server and is_ours:
            server.stop()


def _dies_with_its_keeper() -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    return lambda: libc.prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
