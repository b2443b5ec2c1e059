"""Setting the demo's stage: its processes, the keys they share, and the officers' posts."""

from motcua import agencies, identity
from motcua.agencies import Agencies
from motcua.base import clock
from motcua.base.ids import SYSTEM
from motcua.base.settings import Settings
from motcua.db import City
from motcua.demo import authority, people

REALMS = {"eid": "residents", "staff": "officers"}
REGISTERS = ("population", "business", "convictions")
COUNTERS = ("branch", "point")


def processes(settings: Settings) -> list[tuple[str, list[str]]]:
    """Every process of the outside world: its name and what to run."""
    shared = ["--data", str(settings.data), "--pack", str(settings.pack)]

    def run(module: str, part: str, *more: str) -> list[str]:
        port = str(settings.demo_port(part))
        return [f"motcua.demo.{module}", *more, "--port", port, *shared]

    here = f"http://localhost:{settings.port}/api/v1/payments/callback"
    return [
        *((part, run("eid", part, "--realm", realm)) for part, realm in REALMS.items()),
        ("bank", [*run("bank", "bank"), "--callback", here]),
        *((name, run("registers", name, name)) for name in REGISTERS),
    ]


def prepare(settings: Settings) -> None:
    """What two processes would otherwise both make: the first day, the chain of certificates."""
    people.first_start(settings)
    authority.signing_certificate(settings, "demo", "demo")


async def settle(city: City) -> None:
    """Appoint the sample officers and give every agency a signing certificate. Twice is once.

    Counters that only take in for others decide nothing: nobody needs a desk or a key there.
    """
    since = clock.now().date().replace(month=1, day=1)
    book = city[Agencies]
    offices = [a for a in book.all if a.holds_on(book.today())]
    for office in offices:
        if office.kind not in COUNTERS:
            authority.signing_certificate(city.settings, office.code, office.name.vi)
    async with city.database.write(SYSTEM) as db:
        for one in people.people(city.settings):
            if one.kind != "officer":
                continue
            officer = await identity.enrol_officer(db, one.subject, one.name, one.email)
            if "admin" in one.posts:
                await identity.name_administrator(db, officer)
            for office in offices:
                for role in _roles(one, office):
                    seat = _seat(book.units_of(office, since), role)
                    await agencies.appoint(db, officer, office.code, role, since, *seat)


def _roles(officer: people.SamplePerson, office: agencies.Agency) -> list[str]:
    """At a counter of the one-stop centre somebody receives, and nobody decides."""
    if officer.scope != ("communes" if office.area else "city"):
        return []
    return [r for r in officer.posts if r == "reception" or office.kind not in COUNTERS]


def _seat(units: tuple[agencies.Unit, ...], role: str) -> tuple[str | None, str | None]:
    """The first unit and title that go with the role."""
    seats = ((u.code, title.code) for u in units for title in u.titles if title.role == role)
    return next(seats, (None, None))
