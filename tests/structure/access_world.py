"""The people of the table of access, and their things: cases at their steps, sessions, keys."""

from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
from msgspec import Struct
from msgspec.structs import replace

from motcua.base import clock
from motcua.base.ids import SYSTEM, new_id
from motcua.cases import actions, keep_procedures, queries
from motcua.cases.actions import complaining, counter_drafts, papers, queue, templates
from motcua.cases.model.case import Case
from motcua.db import City
from motcua.exchange import hide_looks
from motcua.identity import Realm, Viewer
from motcua.identity.actions import delegating, enrolling, sessions
from motcua.identity.model import DelegationGiven
from motcua.privacy import actions as keeping
from tests import cast as people
from tests.cases import build
from tests.cases.build import AGENCY, SAMPLE

OTHER = "SM.N"
NO_ID = "01890000-0000-7000-8000-000000000000"


class Things(Struct, frozen=True):
    """What stands in the addresses about one case, and about its agency."""

    case: str
    file: str
    bill: str
    agency: str
    number: str
    complaint: str
    template: str


class Belongings(Struct, frozen=True):
    """What stands in the addresses about one person: their sessions, keys, drafts, archives."""

    session: str
    key: str
    draft: str
    export: str
    officer: str
    enrolment: str


OF_A_CASE, OF_A_PERSON = Things.__struct_fields__, Belongings.__struct_fields__
NOBODYS: dict[type[Struct], Struct] = {
    Things: Things("SM.1-250101-9999", NO_ID, NO_ID, "SM.0", "999", NO_ID, NO_ID),
    Belongings: Belongings(*[NO_ID] * len(OF_A_PERSON)),
}
"""What is not there: everything hidden must answer like this, to the letter."""


class Role(Struct, frozen=True, kw_only=True):
    """By column: a case, and the belongings of a person."""

    viewer: Viewer | None
    cases: dict[str, Things]
    belongings: dict[str, Belongings]


class World(Struct, frozen=True):
    """The roles, with their things; and what stands in an address whoever calls it."""

    roles: dict[str, Role]
    fixed: dict[str, str]


class Stage:
    """Three people, a firm and the officers of two agencies."""

    def __init__(self, city: City) -> None:
        self.city = city
        self.officers: dict[str, Viewer] = {}
        self.people: dict[str, Viewer] = {}
        self.delegation: UUID | None = None

    async def world(self) -> World:
        await keep_procedures(self.city)
        await self._gather()
        cases = await self._cases()
        fixed = await self._fixed()
        own = {name: await self._belongings(name, who) for name, who in self.everybody.items()}
        elsewhere = {"other_agency": cases["elsewhere"]}
        roles = {"nobody": Role(
            viewer=None, belongings={"other_person": own["two"]},
            cases={"same_agency": cases["intake"], "other_person": cases["mine"], **elsewhere},
        )}  # fmt: skip
        for name, (mine, theirs) in {
            "resident": ("mine", "theirs"), "representative": ("ours", "private"),
            "delegate": ("ours", "private"),
        }.items():  # fmt: skip
            roles[name] = Role(
                viewer=self.people[name],
                cases={"own": cases[mine], "same_agency": cases["intake"],
                       "other_person": cases[theirs], **elsewhere},
                belongings={"own": own[name], "other_person": own["two"]},
            )  # fmt: skip
        at_step = {"reception": "intake", "handler": "worked", "leader": "waits"}
        for name, viewer in self.officers.items():
            roles[name] = Role(
                viewer=viewer,
                cases={"same_agency": cases["worked" if name == "reception" else "mine"],
                       "other_person": cases["again"], **elsewhere},
                belongings={"own": own[name], "same_agency": own["colleague"],
                            "other_agency": own["both"], "other_person": own["two"]},
            )  # fmt: skip
            if name in at_step:
                roles[name].cases["own"] = cases[at_step[name]]
        roles["system"] = Role(
            viewer=Viewer(person=SYSTEM, name="", is_officer=True), belongings={},
            cases={"same_agency": cases["intake"], "other_person": cases["mine"], **elsewhere},
        )  # fmt: skip
        return World(roles, fixed)

    @property
    def everybody(self) -> dict[str, Viewer]:
        return self.people | self.officers | {"both": self.both, "colleague": self.colleague}

    async def _gather(self) -> None:
        city = self.city
        self.people = {
            "resident": await people.resident(city, "binh"),
            "two": await people.resident(city, "hung"),
            "spouse": await people.resident(city, "lan"),
            "private": await people.resident(city, "an"),
            "representative": await people.resident(city, "an", people.FIRM),
        }
        self.people["delegate"] = await self._delegate(await people.resident(city, "hoa"))
        for role in ("reception", "handler", "leader", "control", "admin"):
            self.officers[role] = await people.officer(
                city, f"access-{role}", f"Officer {role}", AGENCY, role
            )
        self.colleague = await people.officer(
            city, "access-colleague", "Officer colleague", AGENCY, "handler"
        )
        self.both = await people.officer(
            city, "access-both", "Officer elsewhere", OTHER, "reception", "handler"
        )
        for agency in (AGENCY, OTHER):
            build.keys(city, agency)
        async with city.database.write(SYSTEM) as db:
            await enrolling.name_administrator(db, self.officers["admin"].person)

    async def _delegate(self, who: Viewer) -> Viewer:
        """Somebody whom the firm lets file, for a week."""
        firm = self.people["representative"]
        until = (clock.now() + timedelta(days=7)).date()
        given = DelegationGiven(number="x", name=who.name, roles=["files"], until=until)
        assert firm.on_behalf_of
        async with self.city.database.write(firm.person, firm.on_behalf_of) as db:
            delegate = delegating.Delegate(who.person, who.name)
            self.delegation = (await delegating.give(db, firm, delegate, given)).id
        return (await delegating.act_for(self.city, who, firm.on_behalf_of, None)).viewer

    async def _cases(self) -> dict[str, Things]:
        reception = self.officers["reception"]
        filed = {
            name: await self._filed(self.people[who], agency)
            for name, who, agency in (
                ("intake", "two", AGENCY), ("elsewhere", "two", OTHER), ("worked", "two", AGENCY),
                ("waits", "two", AGENCY), ("mine", "resident", AGENCY),
                ("theirs", "spouse", AGENCY), ("ours", "representative", AGENCY),
                ("private", "private", AGENCY), ("again", "resident", OTHER),
            )
        }  # fmt: skip
        for name in ("worked", "waits"):
            await build.act(self.city, reception, filed[name][0], "accept")
        await self._propose(filed["waits"][0])
        number = {
            agency: await self._ticket(agency, officer)
            for agency, officer in ((AGENCY, reception), (OTHER, self.both))
        }
        template = {
            agency: await self._template(agency, officer)
            for agency, officer in ((AGENCY, self.officers["leader"]), (OTHER, self.both))
        }
        return {name: await self._things(*one, number, template) for name, one in filed.items()}

    async def _filed(self, who: Viewer, agency: str) -> tuple[Case, str]:
        """Paid, with a paper."""
        paper = await build.upload(self.city, who)
        asked = build.filing(self.city, documents={"student_card": paper}, agency=agency)
        case = await build.file(self.city, who, asked)
        await build.pay(self.city, case)
        async with self.city.database.write(who.person, who.on_behalf_of) as db:
            await complaining.complain(db, who, case.code, "x")
        return case, str(paper)

    async def _propose(self, case: Case) -> None:
        handler, said = self.officers["handler"], build.particulars(self.city, "hung")
        async with self.city.database.write(handler.person) as db:
            assert await queries.keep_finding(
                db, case.id, "identity", "population", new_id(), "found", said, clock.now()
            )
        await build.act(self.city, handler, case, "propose", outcome="granted")

    async def _ticket(self, agency: str, reception: Viewer) -> str:
        drawn = await queue.draw(self.city, agency, "ask")
        async with self.city.database.write(reception.person) as db:
            await queue.call_next(db, agency, "9", None)
        return str(drawn.number)

    async def _template(self, agency: str, officer: Viewer) -> str:
        async with self.city.database.write(officer.person) as db:
            await templates.make_template(db, officer, agency, "message", "x", "x")
            [made] = await db.fetch(
                "SELECT id FROM cases.templates WHERE agency_code = $1 ORDER BY id DESC LIMIT 1",
                agency,
            )
        return str(made[0])

    async def _things(
        self, case: Case, paper: str, number: dict[str, str], template: dict[str, str]
    ) -> Things:
        # Made beforehand: of what is undone afterwards no second half can be kept.
        await papers.open_form(
            self.city, Viewer(person=SYSTEM, name="", is_officer=True), case.code, "receipt"
        )
        async with self.city.database.read(case.filed_by, case.applicant_id) as db:
            [bill] = await db.fetch("SELECT id FROM payments.requests WHERE thing_id = $1", case.id)
            [said] = await db.fetch("SELECT id FROM cases.complaints WHERE case_id = $1", case.id)
        agency = case.agency_code
        return Things(
            case.code, paper, str(bill[0]), agency, number[agency], str(said[0]), template[agency]
        )

    async def _belongings(self, name: str, who: Viewer) -> Belongings:
        """From here on they come in that session, an officer by their key."""
        realm: Realm = "officers" if who.is_officer else "residents"
        who = (await sessions.open_session(self.city, realm, who, "/")).viewer
        key = enrolment = draft = NO_ID
        if who.is_officer:
            key, enrolment, draft = await self._of_officer(who)
        for group in (self.people, self.officers):
            if name in group:
                group[name] = replace(who, passkey=UUID(key) if who.is_officer else None)
        # An organisation's is asked for by who represents it, and by no delegate.
        behalf = who.on_behalf_of if name == "representative" else None
        async with self.city.database.write(who.person, behalf) as db:
            export = await keeping.ask_export(db)
        if not who.is_officer:
            await keeping.make_export(self.city, export)
        return Belongings(str(who.session), key, draft, str(export), str(who.person), enrolment)

    async def _of_officer(self, who: Viewer) -> tuple[str, str, str]:
        """A passkey, an entrance that an administrator asked for, a form begun at a counter."""
        key, enrolment, draft = new_id(), new_id(), new_id()
        async with self.city.database.write(who.person) as db:
            await counter_drafts.keep(db, counter_drafts.new_draft(SAMPLE, draft))
        # What only an authenticator could make is put in by hand.
        connection = await asyncpg.connect(
            self.city.database.url.replace("motcua_app@", "postgres@")
        )
        try:
            await connection.execute(
                "INSERT INTO identity.enrolments"
                " (id, officer_id, is_enough, asked_by, asked_at, until)"
                " VALUES ($1, $2, true, $3, now(), now() + interval '1 day')",
                enrolment, who.person, self.people["spouse"].person,
            )  # fmt: skip
            await connection.execute(
                "INSERT INTO identity.passkeys (id, person_id, credential_id, public_key,"
                " sign_count, name, is_synced, made_at, enrolment_id)"
                " VALUES ($1, $2, $3, 'x', 0, 'x', false, now(), $4)",
                key, who.person, uuid4().bytes, enrolment,
            )  # fmt: skip
        finally:
            await connection.close()
        return str(key), str(enrolment), str(draft)

    async def _fixed(self) -> dict[str, str]:
        signed, _ = await self._filed(self.people["two"], AGENCY)
        await build.act(self.city, self.officers["reception"], signed, "accept")
        await self._propose(signed)
        for action in ("approve", "sign"):
            await build.act(self.city, self.officers["leader"], signed, action)
        async with self.city.database.read(SYSTEM) as db:
            [paper] = await db.fetch(
                "SELECT reference FROM documents.results WHERE case_id = $1", signed.id
            )
        control = self.officers["control"]
        async with self.city.database.write(control.person) as db:
            until = clock.now() + timedelta(days=1)
            order = await hide_looks(db, uuid4().hex, AGENCY, until, "x", "x")
        page = self.city[actions.Procedures].by_code(SAMPLE).procedure.form.pages[0].id
        return {
            "procedure": SAMPLE, "reference": paper[0], "page": page, "noun": "message",
            "form": "receipt", "book": "book.csv",
            "asset": "nothing", "order": str(order), "delegation": str(self.delegation),
            "organisation": str(self.people["delegate"].on_behalf_of),
        }  # fmt: skip
