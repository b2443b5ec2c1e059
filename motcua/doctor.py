"""Whether a city has what it needs: a sound pack, a database, keys, built pages, free ports."""

import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from msgspec import Struct

from motcua import agencies, exchange, identity, payments, privacy, score
from motcua.base import identifiers
from motcua.base.errors import Refusal
from motcua.base.pack import PACK, Kind, Pack, PackFault, Where, faults
from motcua.base.settings import DEMO_STEPS, Settings
from motcua.cases.rules import checking, rating, regimes, templates, vault
from motcua.db import server
from motcua.exchange import Register
from motcua.web.site import STATIC

DISK_FREE_MIN = 2 * 2**30
DESCRIPTORS_MIN = 1024

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        PACK,
        agencies.ACCESS,
        agencies.AGENCIES,
        agencies.COMPETENCE,
        checking.CALENDAR,
        checking.CATALOGUE,
        checking.GENERAL,
        checking.PROCEDURES,
        checking.SEARCH,
        exchange.REGISTERS,
        identifiers.IDENTIFIERS,
        identity.KIND,
        identity.CONSENTS,
        payments.PAYMENTS,
        privacy.KIND,
        rating.RATINGS,
        regimes.REGIMES,
        score.KIND,
        vault.COMPONENTS,
        templates.TEMPLATES,
    )
}
"""Every kind of file that a pack may hold, by the name that `motcua pack schema` takes."""


class Finding(Struct, frozen=True):
    what: str
    is_well: bool
    said: str


def pack_faults(folder: Path) -> list[PackFault]:
    """Everything wrong with a pack, by every room's own rules."""
    return faults(
        folder,
        list(KINDS.values()),
        [
            agencies.access_faults,
            agencies.agency_faults,
            agencies.competence_faults,
            checking.calendar_faults,
            _catalogue_faults,
            checking.search_faults,
            exchange.register_faults,
            identifiers.identifier_faults,
            privacy.privacy_faults,
            rating.ratings_faults,
            regimes.regime_faults,
            score.score_faults,
            _component_faults,
            templates.templates_faults,
            _procedure_faults,
        ],
    )


def _catalogue_faults(pack: Pack, where: Where) -> Iterator[PackFault]:
    yield from checking.catalogue_faults(pack, where, agencies.known_codes(pack))


def _component_faults(pack: Pack, where: Where) -> Iterator[PackFault]:
    yield from vault.component_faults(pack, where, _books(pack))


def _procedure_faults(pack: Pack, where: Where) -> Iterator[PackFault]:
    around = checking.Around(agencies=agencies.known_codes(pack), registers=_books(pack))
    yield from checking.procedure_faults(pack, where, around)


def _books(pack: Pack) -> dict[str, dict[str, checking.Operation]]:
    """The registers of a pack as its other files refer to them."""
    return {
        name: {
            operation: checking.Operation(
                takes=tuple(said.request),
                lists={k: tuple(v.fields) for k, v in said.response.items() if v.type == "list"},
            )
            for operation, said in register.operations.items()
        }
        for name, register in pack.folder("registers", Register).items()
    }


def examine(settings: Settings) -> list[Finding]:
    """Every finding, good or bad; nothing is changed."""
    found = pack_faults(settings.pack)
    free = shutil.disk_usage(_existing(settings.data)).free
    return [
        Finding("pack", not found, f"{settings.pack}: {len(found)} faults"),
        Finding("pages", (STATIC / "names.json").exists(), f"built files in {STATIC}"),
        _database(settings),
        Finding("disk", free >= DISK_FREE_MIN, f"{free / 2**30:.1f} GiB free"),
        Finding(
            "descriptors", _descriptors() >= DESCRIPTORS_MIN, f"{_descriptors()} files at once"
        ),
        Finding("scanner", settings.demo or settings.scanner is not None, _scanner(settings)),
        *_ports(settings),
    ]


def _database(settings: Settings) -> Finding:
    if settings.database_url:
        return Finding("database", *_own_database(settings.database_url))
    try:
        return Finding("database", True, f"embedded, {server.binaries()}")
    except Refusal:
        return Finding("database", False, "the embedded server's binaries are missing")


def _own_database(url: str) -> tuple[bool, str]:
    """Over a network what is said to the database is sealed, and the right one hears it."""
    said, told = "your own, by DATABASE_URL", urlsplit(url)
    mode = parse_qs(told.query).get("sslmode", [""])[0]
    if told.hostname in (None, "localhost", "127.0.0.1", "::1") or mode == "verify-full":
        return True, said
    return False, f"{said}: over a network it needs sslmode=verify-full"


def _scanner(settings: Settings) -> str:
    told = "not set: " + ("nothing is scanned" if settings.demo else "every upload waits")
    return f"of uploads, for malware: {settings.scanner or told}"


def _ports(settings: Settings) -> Iterator[Finding]:
    steps = {"web": 0, **(DEMO_STEPS if settings.demo else {})}
    for name, step in steps.items():
        port = settings.port + step
        with socket.socket() as probe:
            probe.settimeout(0.2)
            is_taken = probe.connect_ex(("127.0.0.1", port)) == 0
        yield Finding(f"port {port}", True, f"{name}: {'in use' if is_taken else 'free'}")


def _descriptors() -> int:
    return int(os.sysconf("SC_OPEN_MAX"))


def _existing(folder: Path) -> Path:
    return next(path for path in (folder, *folder.parents) if path.exists())
