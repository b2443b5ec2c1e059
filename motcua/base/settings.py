"""Which city this is, where it keeps its data, and where its neighbours answer."""

import json
import os
import tomllib
from pathlib import Path

import msgspec

from motcua.base.errors import Invalid


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What an operator decides. Made once by an entrance; rooms only read it."""

    pack: Path
    data: Path
    demo: bool = False
    database_url: str | None = None
    """None: the embedded PostgreSQL under `data`."""
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = "http://localhost:8000"

    @property
    def keys(self) -> Path:
        """The folder of signing keys, certificates and shared secrets; mode 0700."""
        return self.data / "keys"

    def demo_port(self, part: str) -> int:
        """The port of one part of the demo's outside world: the city's own port and a step."""
        return self.port + DEMO_STEPS[part]

    def environment(self) -> dict[str, str]:
        """What makes `read` in another process give these settings again."""
        told = {
            "MOTCUA_PACK": str(self.pack),
            "MOTCUA_DATA": str(self.data),
            "MOTCUA_DEMO": "1" if self.demo else "0",
            "MOTCUA_HOST": self.host,
            "MOTCUA_PORT": str(self.port),
            "MOTCUA_PUBLIC_URL": self.public_url,
        }
        return told | ({"DATABASE_URL": self.database_url} if self.database_url else {})


RUNNING = "running.json"

DEMO_STEPS = {
    "eid": 10,
    "staff": 11,
    "bank": 12,
    "population": 13,
    "business": 14,
    "convictions": 15,
}


def read(
    pack: str | None = None, data: str | None = None, is_start: bool = False, **given: object
) -> Settings:
    """From the flags, else the environment, else the running city, else `motcua.toml` here.

    `is_start`: a city is about to be started; how an earlier one ran does not count.
    """
    file = Path("motcua.toml")
    written = tomllib.loads(file.read_text()) if file.exists() else {}
    where = pack or os.environ.get("MOTCUA_PACK") or written.get("pack")
    if where is None:
        raise Invalid("settings.no_pack")
    folder = data or os.environ.get("MOTCUA_DATA") or written.get("data") or ".city"
    told = ({} if is_start else _running(Path(folder))) | os.environ
    named = {k: v for k, v in given.items() if v is not None}
    named.setdefault("database_url", told.get("DATABASE_URL"))
    port = named.setdefault("port", int(told.get("MOTCUA_PORT", "8000")))
    named.setdefault("host", told.get("MOTCUA_HOST", "127.0.0.1"))
    named.setdefault("demo", told.get("MOTCUA_DEMO") == "1")
    address = f"http://localhost:{port}"
    known = os.environ if given.get("port") else told
    named.setdefault("public_url", known.get("MOTCUA_PUBLIC_URL", address))
    paths = {"pack": str(Path(where).resolve()), "data": str(Path(folder).resolve())}
    return msgspec.convert({**named, **paths}, Settings, strict=False, dec_hook=_path)


def _running(data: Path) -> dict[str, str]:
    """How the city that runs on this folder was started, so that commands speak of the same one."""
    file = data / RUNNING
    return json.loads(file.read_text()) if file.exists() else {}


def _path(kind: type, value: object) -> object:
    return kind(value)
