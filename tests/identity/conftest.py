"""The demonstration e-ID as real processes, and a city that is told what the register says."""

import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from motcua.base.settings import Settings
from motcua.db.city import City
from motcua.demo import people
from motcua.identity.actions import BusinessRegister
from tests.identity import build
from tests.identity.authenticator import Authenticator
from tests.identity.officers import altered

START_SECONDS_MAX = 15


@contextmanager
def provider_process(settings: Settings, realm: str, part: str) -> Iterator[str]:
    port = settings.demo_port(part)
    command = [sys.executable, "-m", "motcua.demo.eid", "--realm", realm, "--port", str(port),
               "--data", str(settings.data), "--pack", str(settings.pack)]  # fmt: skip
    # The keys of the city towards its providers exist before a provider is asked for tokens.
    process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(Path.cwd())})
    try:
        wait_for(f"http://localhost:{port}/.well-known/openid-configuration")
        yield f"http://localhost:{port}"
    finally:
        process.terminate()
        process.wait(10)


def wait_for(address: str) -> None:
    deadline = time.monotonic() + START_SECONDS_MAX
    while True:
        try:
            httpx.get(address, timeout=1)
            return
        except httpx.HTTPError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


@pytest.fixture(scope="session")
def residents_provider(settings: Settings) -> Iterator[str]:
    with provider_process(settings, "residents", "eid") as issuer:
        yield issuer


@pytest.fixture(scope="session")
def officers_provider(settings: Settings) -> Iterator[str]:
    with provider_process(settings, "officers", "staff") as issuer:
        yield issuer


@pytest.fixture
async def wired(city: City) -> City:
    """The city, with a business register that knows what the sample people say of the firm."""
    firm = people.person(city.settings, "thu-nghiem")
    an = people.person(city.settings, "an")

    async def represents(code: str, number: str) -> bool:
        return (code, number) == (firm.number, an.number)

    city[BusinessRegister].represents = represents
    return city


@pytest.fixture
async def liar(wired: City, unused_tcp_port: int) -> AsyncIterator[tuple[City, build.Liar]]:
    city = build.elsewhere(wired, unused_tcp_port - 10)
    city[BusinessRegister].represents = wired[BusinessRegister].represents
    async with build.lying(city.settings) as provider:
        yield city, provider


@pytest.fixture
def keyed(city: City, tmp_path: Path) -> City:
    """A city in which officers have nothing but their passkeys."""
    return altered(city, tmp_path, officers_by="passkey", passkeys={"fresh_for": ["sign"]})


@pytest.fixture
def browser(city: City) -> Authenticator:
    return Authenticator(city.settings.public_url)
