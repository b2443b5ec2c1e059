"""Which city this is, where it keeps its data, and where its neighbours answer."""

import json
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from motcua.base import log
from motcua.base.errors import Invalid


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What an operator decides. Made once by an entrance; rooms only read it."""

    pack: Path
    data: Path
    demo: bool = False
    database_url: str | None = None
    """None: the embedded PostgreSQL under `data`."""
    limits: dict[str, str] = {}
    """How often one may ask, by the name of the limit: `{"verify_client": "5 per minute"}`."""
    scanner: str | None = None
    """Where uploads are scanned for malware: `unix:/run/clamav/clamd.ctl`, `tcp://host:3310`, or
    `none`, by which an operator says that nobody does. Unset: nobody in the demo; elsewhere every
    upload waits."""
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = "http://localhost:8000"
    desk_url: str | None = None
    """Where officers work, if not beside the residents: each origin then refuses the other's
    pages."""

    @property
    def keys(self) -> Path:
        """The folder of signing keys, certificates and shared secrets; mode 0700."""
        return self.data / "keys"

    @property
    def desk_origin(self) -> str:
        return self.desk_url or self.public_url

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
            "MOTCUA_DESK_URL": self.desk_url or "",
            "MOTCUA_LIMITS": json.dumps(self.limits),
            "MOTCUA_SCANNER": self.scanner or "",
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
    named.setdefault("database_url", secret("DATABASE_URL", told))
    named.setdefault("limits", _limits(told.get("MOTCUA_LIMITS"), written.get("limits")))
    named.setdefault("scanner", told.get("MOTCUA_SCANNER") or written.get("scanner"))
    port = named.setdefault("port", int(told.get("MOTCUA_PORT", "8000")))
    named.setdefault("host", told.get("MOTCUA_HOST", "127.0.0.1"))
    named.setdefault("demo", told.get("MOTCUA_DEMO") == "1")
    address = f"http://localhost:{port}"
    known = os.environ if given.get("port") else told
    named.setdefault("public_url", known.get("MOTCUA_PUBLIC_URL", address))
    named.setdefault("desk_url", known.get("MOTCUA_DESK_URL") or written.get("desk_url"))
    paths = {"pack": str(Path(where).resolve()), "data": str(Path(folder).resolve())}
    return msgspec.convert({**named, **paths}, Settings, strict=False, dec_hook=_path)


def secret(name: str, told: Mapping[str, str] = os.environ) -> str | None:
    """What an operator tells nobody else: the content of the file that `{name}_FILE` names, else
    the variable itself. What was read once is never logged."""
    file = told.get(f"{name}_FILE")
    try:
        found = Path(file).read_text().strip() if file else told.get(name)
    except OSError:
        raise Invalid("settings.no_secret_file", name=f"{name}_FILE") from None
    for part in (found, urlsplit(found or "").password):
        if part:
            log.hide(part)
    return found or None


def _limits(told: str | None, written: object) -> object:
    """The environment goes before the file, limit by limit."""
    named = dict(written) if isinstance(written, dict) else {}
    return named | (json.loads(told) if told else {})


def _running(data: Path) -> dict[str, str]:
    """How the city that runs on this folder was started, so that commands speak of the same one."""
    file = data / RUNNING
    return json.loads(file.read_text()) if file.exists() else {}


def _path(kind: type, value: object) -> object:
    return kind(value)
