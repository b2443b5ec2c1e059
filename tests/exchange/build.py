"""Registers for tests: simulators in their own processes, and cities that ask them."""

import http.client
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import msgspec

from motcua.base.ids import new_id
from motcua.base.pack import Pack
from motcua.base.settings import Settings
from motcua.exchange import Register, Registers
from motcua.exchange.model import Reply

START_SECONDS_MAX = 10


@contextmanager
def simulators(settings: Settings) -> Iterator[None]:
    """The three registers, each in its own process."""
    with ExitStack() as running:
        for name in ("population", "business", "convictions"):
            running.enter_context(simulator(settings, name))
        yield


@contextmanager
def simulator(settings: Settings, name: str) -> Iterator[None]:
    """A register that answers at the port where this city looks for it."""
    port = settings.demo_port(name)
    process = subprocess.Popen(
        [
            sys.executable, "-m", "motcua.demo.registers", name, "--port", str(port),
            "--data", str(settings.data), "--pack", str(settings.pack),
        ],
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _await_answer(port, process)
        yield
    finally:
        process.terminate()
        process.wait(10)


def _await_answer(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < deadline and process.poll() is None:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
        try:
            line.request("POST", "/")
            line.getresponse().read()
        except OSError:
            time.sleep(0.05)
        else:
            return
        finally:
            line.close()
    raise AssertionError("the simulator does not answer")


def registers(settings: Settings, **changed: Any) -> Registers:
    """The registers of the pack, with changed limits."""
    written = Pack(settings.pack).folder("registers", Register)
    return Registers(
        settings, {name: msgspec.structs.replace(r, **changed) for name, r in written.items()}
    )


async def ask(asked: Registers, register: str, operation: str, **arguments: object) -> Reply:
    return await asked.line(register).ask(operation, arguments, new_id())
