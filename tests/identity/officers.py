"""Officers with keys, administrators, and cities that take one or the other."""

import json
import shutil
from pathlib import Path
from uuid import uuid4

from motcua import identity
from motcua.base.ids import SYSTEM, PersonId
from motcua.base.pack import Pack
from motcua.db.city import City
from motcua.identity import Viewer
from motcua.identity.actions import enrolling, passkeys, sessions
from tests.identity import build
from tests.identity.authenticator import Authenticator

REFUSED = r"identity\.passkey_refused"
OVER = r"identity\.challenge_over"
NO_CODE = r"identity\.code_unusable"


def altered(city: City, folder: Path, **changed: object) -> City:
    """The same city and database with another `identity.yaml`, or other settings."""
    target = folder / uuid4().hex
    shutil.copytree(city.settings.pack, target)
    file = target / "identity.yaml"
    lines = [line for line in file.read_text().splitlines() if not line.startswith(tuple(changed))]
    file.write_text("\n".join(lines + [f"{k}: {json.dumps(v)}" for k, v in changed.items()]))
    other = City(city.settings, Pack.read(target), city.database.url)
    build.close_with(city, other._kept)
    other.database = city.database
    other.database.city = other
    return other


async def an_officer(city: City, name: str = "Cán bộ Thử") -> PersonId:
    async with city.database.write(SYSTEM) as db:
        return await identity.enrol_officer(db, f"test-{uuid4()}", name)


async def invited(city: City, officer: PersonId) -> str:
    async with city.database.write(SYSTEM) as db:
        return await identity.invite(db, officer)


async def with_key(city: City, browser: Authenticator) -> PersonId:
    """An officer whose first key lies in this browser."""
    officer = await an_officer(city)
    asked = await enrolling.challenge_with_code(city, None, await invited(city, officer))
    await enrolling.enrol(city, None, asked.cookie, browser.make(asked.options), "Khóa thử")
    return officer


async def signed_in(city: City, browser: Authenticator, key: int = -1) -> sessions.SignedIn:
    asked = await passkeys.challenge_at_door(city)
    answer = browser.show(asked.options, key)
    return await passkeys.sign_in(city, asked.cookie, answer, "/desk?x=1", "Chrome, Linux")


async def an_administrator(city: City, browser: Authenticator) -> Viewer:
    officer = await with_key(city, browser)
    async with city.database.write(SYSTEM) as db:
        await identity.name_administrator(db, officer)
    return (await signed_in(city, browser)).viewer
