"""The cast: the sample people as tests meet them, known to the city, officers at their posts."""

from datetime import date

from msgspec import Struct

from motcua import agencies, identity
from motcua.base.ids import SYSTEM, PersonId, new_id
from motcua.cases import keep_procedures
from motcua.db import City
from motcua.demo import people
from motcua.demo.people import SamplePerson
from motcua.identity import Assurance, Viewer
from motcua.identity.actions import BusinessRegister, known
from motcua.identity.model import Account, Organisation

LONG_AGO = date(2024, 1, 1)
LEVEL_2 = Assurance(proofing=2, authentication=2)
FIRM = "thu-nghiem"


class Cast(Struct, frozen=True):
    """Residents signed in at their own level; officers with posts in one agency."""

    an: Viewer
    binh: Viewer
    cuong: Viewer
    dung: Viewer
    hoa: Viewer
    hung: Viewer
    lan: Viewer
    firm: Viewer
    """An, signed in for the firm he represents."""
    reception: Viewer
    handler: Viewer
    leader: Viewer
    both: Viewer
    """A handler who is also a leader there."""
    elsewhere: Viewer
    """Holds every post, in another agency."""


async def gather(city: City, agency: str, other: str) -> Cast:
    """Everyone, met by this city; once for all tests on one database."""
    key = (city.database.url, agency, other)
    if key not in _GATHERED:
        _GATHERED[key] = await _gather(city, agency, other)
    return _GATHERED[key]


_GATHERED: dict[tuple[str, str, str], Cast] = {}


async def _gather(city: City, agency: str, other: str) -> Cast:
    await keep_procedures(city)
    residents = {
        id: await resident(city, id) for id in ("an", "binh", "cuong", "dung", "hoa", "hung", "lan")
    }
    roles = ("reception", "handler", "leader")
    officers = {role: await officer(city, role, _name(city, role), agency, role) for role in roles}
    both = await officer(city, "both", "Ngô Hai Ghế", agency, "handler", "leader")
    elsewhere = await officer(city, "elsewhere", "Lý Nơi Khác", other, *roles)
    firm = await resident(city, "an", FIRM)
    return Cast(**residents, **officers, firm=firm, both=both, elsewhere=elsewhere)


async def resident(city: City, id: str, organisation: str | None = None) -> Viewer:
    """A sample resident as the e-ID tells them; for a firm once the business register agrees."""
    one = sample(city, id)
    account = Account(
        realm="residents",
        provider=identity.provider(city, "residents").id,
        subject=one.subject,
        name=one.name,
        number=one.number,
        birth_date=one.birth_date,
        email=one.email,
        assurance=None if organisation else _assurance(one.level),
        organisation=_organisation(city, organisation) if organisation else None,
    )
    city[BusinessRegister].represents = _represents
    return await known(city, account, ask_again=False)


async def officer(city: City, id: str, name: str, agency: str, *roles: str) -> Viewer:
    async with city.database.write(SYSTEM) as db:
        person = await identity.enrol_officer(db, f"cast-{agency}-{id}", name)
        for role in roles:
            await agencies.appoint(db, person, agency, role, LONG_AGO)
    return Viewer(person=person, name=name, is_officer=True)


def _assurance(level: int | None) -> Assurance | None:
    """As the demonstration e-ID shows people of that level."""
    return Assurance(proofing=level, authentication=level) if level else None


def sample(city: City, id: str) -> SamplePerson:
    return people.person(city.settings, id)


def number(city: City, id: str) -> str:
    found = sample(city, id).number
    assert found
    return found


def _name(city: City, id: str) -> str:
    return sample(city, id).name


def _organisation(city: City, id: str) -> Organisation:
    firm = sample(city, id)
    assert firm.number
    return Organisation(firm.number, firm.name)


async def _represents(_code: str, _number: str) -> bool:
    return True


async def represented(city: City, person: PersonId) -> PersonId:
    """An organisation in whose name this person may act, as the business register said."""
    firm = PersonId(new_id())
    async with city.database.write(SYSTEM) as db:
        for id, kind in ((firm, "organisation"), (person, "person")):
            await db.execute(
                "INSERT INTO identity.people (id, kind, issuer, subject, name, first_seen_at,"
                " seen_at) VALUES ($1, $2, 'test', $3, 'An', now(), now()) ON CONFLICT DO NOTHING",
                id, kind, str(id),
            )  # fmt: skip
        await db.execute(
            "INSERT INTO identity.representatives (organisation_id, person_id, source, until)"
            " VALUES ($1, $2, 'test', now() + interval '1 hour')",
            firm, person,
        )  # fmt: skip
    return firm
