"""Delegation in an organisation: given by who represents it, seen and used only while it lasts."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from msgspec.structs import replace

from motcua import identity
from motcua.base import clock
from motcua.base.errors import Invalid, NotAllowed, NotFound
from motcua.base.ids import SYSTEM, new_id, new_reference
from motcua.cases.actions import Procedures, filing
from motcua.db import City
from motcua.demo import eid
from motcua.exchange import Answer
from motcua.identity import Viewer, actions
from motcua.identity.actions import delegating
from motcua.identity.actions.delegating import Delegate
from motcua.identity.model import REPRESENTATIVE, DelegationGiven, GivenRole
from tests import cast
from tests.cases import build as case_build

ROLES: tuple[GivenRole, ...] = ("files", "pays", "receives")


def day(days: int = 30) -> date:
    return clock.now().date() + timedelta(days=days)


def asked(city: City, id: str, *roles: GivenRole, until: date | None = None) -> DelegationGiven:
    one = cast.sample(city, id)
    return DelegationGiven(
        number=str(one.number), name=one.name, roles=list(roles), until=until or day()
    )


async def give(
    city: City, firm: Viewer, to: Viewer, *roles: GivenRole, until: date | None = None
) -> UUID:
    async with city.database.write(firm.person, firm.on_behalf_of) as db:
        made = await delegating.give(
            db, firm, Delegate(to.person, to.name),
            DelegationGiven(number="1", name="x", roles=list(roles), until=until or day()),
        )  # fmt: skip
    return made.id


async def end(city: City, firm: Viewer, delegation: UUID) -> None:
    async with city.database.write(firm.person, firm.on_behalf_of) as db:
        await delegating.end(db, firm, delegation)


@pytest.fixture
async def firm(city: City) -> Viewer:
    """An, in the firm's name."""
    return await cast.resident(city, "an", cast.FIRM)


@pytest.fixture
async def staff(city: City) -> cast.Cast:
    return await cast.gather(city, case_build.AGENCY, case_build.OTHER)


@pytest.fixture
async def lan(city: City) -> Viewer:
    return await cast.resident(city, "lan")


async def _session(city: City, who: Viewer, firm: Viewer) -> actions.SignedIn:
    assert firm.on_behalf_of
    return await delegating.act_for(city, who, firm.on_behalf_of, None)


async def test_a_delegate_acts_in_the_firms_name_while_it_lasts(
    city: City, firm: Viewer, lan: Viewer
) -> None:
    delegation = await give(city, firm, lan, "pays", "files")
    opened = await _session(city, lan, firm)
    seen = await identity.session_viewer(city, "residents", opened.cookie)
    assert seen is not None
    assert (seen.person, seen.on_behalf_of, seen.roles) == (
        lan.person, firm.on_behalf_of, ("files", "pays"),
    )  # fmt: skip
    assert [seen.may(role) for role in REPRESENTATIVE] == [False, True, True, False]
    assert seen.assurance is None
    await end(city, firm, delegation)
    assert await identity.session_viewer(city, "residents", opened.cookie) is None
    with pytest.raises(NotFound, match=r"identity\.no_such_delegation"):
        await _session(city, lan, firm)


async def test_it_ends_by_itself_with_its_last_day(city: City, firm: Viewer, lan: Viewer) -> None:
    await give(city, firm, lan, "files", until=day(0))
    opened = await _session(city, lan, firm)
    assert await identity.session_viewer(city, "residents", opened.cookie)
    later = clock.now() + timedelta(days=1, seconds=1)
    with clock.at(later):
        assert await identity.session_viewer(city, "residents", opened.cookie) is None
        with pytest.raises(NotFound):
            await _session(city, lan, firm)


async def test_roles_given_anew_take_the_place_of_the_earlier(
    city: City, firm: Viewer, lan: Viewer
) -> None:
    await give(city, firm, lan, *ROLES)
    opened = await _session(city, lan, firm)
    await give(city, firm, lan, "receives")
    seen = await identity.session_viewer(city, "residents", opened.cookie)
    assert seen is not None
    assert seen.roles == ("receives",)
    async with city.database.read(firm.person, firm.on_behalf_of) as db:
        mine = [one for one in await delegating.delegations_of(db, firm) if one.name == lan.name]
    assert [one.roles for one in mine] == [["receives"]]
    async with city.database.read(lan.person) as db:
        hers = await delegating.delegations_of(db, lan)
    assert [(one.organisation_id, one.roles) for one in hers] == [(firm.on_behalf_of, ["receives"])]


async def test_an_employee_signs_in_at_the_firms_account_with_what_they_were_let(
    wired: City, residents_provider: str, firm: Viewer, lan: Viewer
) -> None:
    async def nobody(_code: str, _number: str) -> bool:
        return False

    wired[actions.BusinessRegister].represents = nobody
    token = eid.mint(wired.settings, "lan", organisation="thu-nghiem")
    for earlier in await _given(wired, firm, lan):
        await end(wired, firm, earlier)
    with pytest.raises(NotAllowed, match=r"identity\.not_representative"):
        await identity.bearer(wired, token)
    await give(wired, firm, lan, "receives")
    seen = await identity.bearer(wired, token)
    assert (seen.on_behalf_of, seen.roles) == (firm.on_behalf_of, ("receives",))


async def _given(city: City, firm: Viewer, to: Viewer) -> list[UUID]:
    async with city.database.read(firm.person, firm.on_behalf_of) as db:
        found = await delegating.delegations_of(db, firm)
    return [one.id for one in found if one.person_id == to.person]


@pytest.mark.parametrize("who", ["delegate", "stranger", "themselves"])
async def test_only_a_representative_gives_and_ends(
    city: City, firm: Viewer, lan: Viewer, who: str
) -> None:
    delegation = await give(city, firm, lan, *ROLES)
    inside = replace(lan, on_behalf_of=firm.on_behalf_of, roles=ROLES)
    other = {"delegate": inside, "stranger": replace(inside, roles=()), "themselves": lan}[who]
    with pytest.raises(NotAllowed, match=r"identity\.only_representatives"):
        await delegating.delegate_of(city, other, asked(city, "hung", "files"))
    with pytest.raises(NotAllowed, match=r"identity\.only_representatives"):
        await end(city, other, delegation)


async def test_the_database_holds_it_against_a_program_that_forgets(
    city: City, firm: Viewer, lan: Viewer
) -> None:
    """Whatever roles the program believes somebody to have."""
    delegation = await give(city, firm, lan, *ROLES)
    liar = replace(lan, on_behalf_of=firm.on_behalf_of, roles=firm.roles)
    binh = await cast.resident(city, "binh")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await give(city, liar, binh, "files")
    with pytest.raises(NotFound):  # to her there is none that she could end
        await end(city, liar, delegation)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):  # nor in a firm's name that is not hers
        await give(
            city, replace(binh, on_behalf_of=firm.on_behalf_of, roles=firm.roles), lan, "pays"
        )


async def test_a_delegate_must_be_called_what_the_register_calls_the_number(
    city: City, firm: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    lan_sample = cast.sample(city, "lan")

    async def ask(_city: City, *_: object, **said: object) -> Any:
        known = said["subject_number"] == lan_sample.number
        values = {"name": lan_sample.name, "birth_date": str(lan_sample.birth_date)}
        return Answer(
            state="found" if known else "nothing", values=values if known else {},
            asked_at=clock.now(), fresh_until=clock.now(), register="population",
            operation="person", look_id=new_id(),
        )  # fmt: skip

    monkeypatch.setattr("motcua.exchange.ask", ask)
    good = asked(city, "lan", "files")
    found = await delegating.delegate_of(city, firm, replace(good, name="hoàng  thị LAN"))
    assert found.name == lan_sample.name
    for wrong in (replace(good, name="Hoàng Thị Lam"), replace(good, number="999000000000")):
        with pytest.raises(Invalid) as refused:
            await delegating.delegate_of(city, firm, wrong)
        assert refused.value.faults[0].reason == "identity.nobody_called_so"


@pytest.mark.parametrize("days", [-1, -400, 731, 4000])
async def test_a_period_begins_now_and_ends_within_two_years(
    city: City, firm: Viewer, lan: Viewer, days: int
) -> None:
    with pytest.raises(Invalid) as refused:
        await give(city, firm, lan, "files", until=day(days))
    assert refused.value.faults[0].reason == "identity.period_wrong"


# ---- what the firm's cases are to a delegate


async def _seen(city: City, viewer: Viewer, sql: str, *given: object) -> int:
    async with city.database.read(viewer.person, viewer.on_behalf_of) as db:
        return len(await db.fetch(sql, *given))


@pytest.mark.parametrize(
    ("roles", "sees", "owes", "results"),
    [
        ((), 0, 0, 0),
        (("files",), 1, 1, 0),
        (("pays",), 1, 1, 0),
        (("receives",), 1, 0, 1),
        (("pays", "receives"), 1, 1, 1),
    ],
)
async def test_row_level_security_shows_a_delegate_what_their_role_needs(
    city: City, staff: cast.Cast, roles: tuple[GivenRole, ...], sees: int, owes: int, results: int
) -> None:
    firm, lan = staff.firm, staff.lan
    case = await case_build.file(city, firm)
    file, reference = await _result_of(city, firm)
    for earlier in await _given(city, firm, lan):
        await end(city, firm, earlier)
    delegation = await give(city, firm, lan, *roles) if roles else None
    inside = replace(lan, on_behalf_of=firm.on_behalf_of)
    shown = (
        ("SELECT FROM cases.cases WHERE id = $1", case.id, sees),
        ("SELECT FROM payments.requests WHERE thing_id = $1", case.id, owes),
        ("SELECT FROM documents.results WHERE reference = $1", reference, results),
        ("SELECT FROM documents.files WHERE id = $1", file, results),
    )
    for sql, given, expected in shown:
        assert await _seen(city, inside, sql, given) == expected, sql
        assert await _seen(city, firm, sql, given) == 1, sql
    if delegation:
        await end(city, firm, delegation)
    for sql, given, _ in shown:
        assert await _seen(city, inside, sql, given) == 0, sql


async def _result_of(city: City, firm: Viewer) -> tuple[UUID, str]:
    """A paper of the firm's, as an agency would have issued it."""
    file, case, reference = new_id(), new_id(), new_reference()
    rows: list[tuple[str, dict[str, object]]] = [
        ("files", {
            "id": file, "owner_id": firm.on_behalf_of, "made_by": SYSTEM, "name": "a.pdf",
            "media_type": "application/pdf", "size": 9, "sha256": bytes(32), "made_at": clock.now(),
        }),
        ("numbers", {
            "reference": reference, "case_id": case, "kind_code": "KQ", "agency_code": "H26",
            "year": 2026, "number": "n", "issued_on": day(0),
        }),
        ("results", {
            "reference": reference, "case_id": case, "kind_code": "KQ", "kind_name_vi": "k",
            "kind_name_en": "k", "agency_code": "H26", "issuer_name_vi": "i", "issuer_name_en": "i",
            "number": "n", "issued_on": day(0), "file_id": file, "holder_id": firm.on_behalf_of,
            "holder_salt": bytes(16), "holder_check": bytes(32), "holder": {},
            "made_at": clock.now(),
        }),
    ]  # fmt: skip
    async with city.database.write(SYSTEM) as db:
        for table, row in rows:
            places = ", ".join(f"${n}" for n in range(1, len(row) + 1))
            names = ", ".join(row)
            await db.execute(
                f"INSERT INTO documents.{table} ({names}) VALUES ({places})", *row.values()
            )
    return file, reference


async def test_who_filed_sees_it_no_more_when_they_act_for_the_firm_no_more(
    city: City, staff: cast.Cast
) -> None:
    firm, lan = staff.firm, staff.lan
    delegation = await give(city, firm, lan, "files")
    inside = replace(lan, on_behalf_of=firm.on_behalf_of, roles=("files",),
                     organisation_name=firm.organisation_name)  # fmt: skip
    case = await case_build.file(city, inside)
    assert (case.filed_by, case.applicant_id) == (lan.person, firm.on_behalf_of)
    sql = "SELECT FROM cases.cases WHERE id = $1"
    assert await _seen(city, lan, sql, case.id) == 1
    await end(city, firm, delegation)
    assert await _seen(city, lan, sql, case.id) == 0
    assert await _seen(city, inside, sql, case.id) == 0
    assert await _seen(city, firm, sql, case.id) == 1


async def test_who_may_only_pay_files_nothing(city: City, staff: cast.Cast) -> None:
    firm, lan = staff.firm, staff.lan
    await give(city, firm, lan, "pays")
    inside = replace(lan, on_behalf_of=firm.on_behalf_of, roles=("pays",))
    procedure = city[Procedures].by_code(case_build.SAMPLE).procedure
    with pytest.raises(NotAllowed, match=r"identity\.role_missing"):
        filing.may_file(procedure, inside)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):  # and if a program forgot to ask
        await case_build.file(city, replace(inside, roles=("files",)))
