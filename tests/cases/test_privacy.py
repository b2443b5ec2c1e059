"""What a case holds of its person lies sealed; and at their request nobody works on it."""

import json
from datetime import date
from typing import Any

import asyncpg
import pytest
from msgspec import structs

from motcua import identity
from motcua.base.errors import NotFound
from motcua.base.ids import SYSTEM, PersonId, new_id
from motcua.base.keys import Erased
from motcua.cases import actions, queries, seal_old_cases
from motcua.cases.actions import drafting, sealing
from motcua.cases.model.case import Case
from motcua.db import City
from motcua.identity import Viewer
from tests import cast
from tests.cases import build
from tests.cases.build import AGENCY, OTHER, SAMPLE

SECRET = "Vì việc rất riêng của tôi"


async def everything_in(url: str, tables: list[str]) -> str:
    """The rows of some tables as a thief of the database reads them."""
    admin = await asyncpg.connect(url)
    try:
        found = [
            row[0]
            for table in tables
            for row in await admin.fetch(f"SELECT t::text FROM {table} t")
        ]
    finally:
        await admin.close()
    return "\n".join(found)


async def filed(city: City, who: Viewer) -> Case:
    return await build.file(city, who, build.filing(city, purpose="other", purpose_other=SECRET))


async def test_answers_numbers_and_birth_dates_are_in_no_row(
    city: City, staff: cast.Cast, database_url: str
) -> None:
    case = await filed(city, staff.an)
    async with city.database.write(staff.an.person) as db:
        draft = drafting.new_draft(staff.an, SAMPLE)
        await drafting.keep(
            db, structs.replace(draft, answers={"purpose_other": SECRET}, subject_number="9990")
        )
    tables = ["cases.cases", "cases.drafts", "db.events", "db.answers", "jobs.pgqueuer"]
    held = await everything_in(database_url, tables)
    assert case.code in held
    assert SECRET not in held
    born = cast.sample(city, "an").birth_date
    mine = await everything_in(database_url, [f"(SELECT * FROM cases.cases WHERE id='{case.id}')"])
    assert cast.number(city, "an") not in mine
    assert str(born) not in mine
    async with city.database.read(staff.an.person) as db:
        kept = await drafting.draft_of(db, SAMPLE)
    assert kept
    assert (kept.answers, kept.subject_number) == ({"purpose_other": SECRET}, "9990")


async def test_who_may_see_a_case_reads_it_as_it_was_filed(city: City, staff: cast.Cast) -> None:
    case = await filed(city, staff.an)
    for who in (staff.an, staff.handler):
        async with city.database.read(who.person) as db:
            found = await actions.open_case(db, case.code)
        assert found.answers["purpose_other"] == SECRET
        assert found.subject == case.subject
        assert found.subject["number"] == cast.number(city, "an")


async def test_an_answer_of_a_register_is_sealed_and_opened(
    city: City, staff: cast.Cast, database_url: str
) -> None:
    case = await filed(city, staff.an)
    values = build.particulars(city, "an") | {"name": SECRET}
    await kept(city, case, values)
    one = f"(SELECT * FROM cases.findings WHERE case_id = '{case.id}')"
    assert SECRET not in await everything_in(database_url, [one])
    async with city.database.read(staff.handler.person) as db:
        [found] = await sealing.findings_of(db, case)
    assert found.answer == values


async def kept(city: City, case: Case, values: dict[str, Any]) -> None:
    async with city.database.write(SYSTEM) as db:
        sealed = sealing.sealed_finding(city, case, "identity", values)
        assert await queries.keep_finding(
            db, case.id, "identity", "population", new_id(), "found", sealed, case.filed_at
        )


async def test_what_was_filed_before_the_keys_is_sealed_once(
    city: City, staff: cast.Cast, database_url: str
) -> None:
    case = await filed(city, staff.an)
    plain = {"number": "999000000001", "name": "An", "birth_date": "1990-03-12", "relation": "self"}
    admin = await asyncpg.connect(database_url)
    await admin.set_type_codec("jsonb", schema="pg_catalog", encoder=encoded, decoder=str)
    try:
        await admin.execute(
            "UPDATE cases.cases SET subject = $2, answers = $3 WHERE id = $1",
            case.id, plain, {"old": SECRET},
        )  # fmt: skip
    finally:
        await admin.close()
    await build.answer(city, case, staff.handler, "identity", {"name": SECRET})
    await seal_old_cases(city)
    await seal_old_cases(city)
    one = f"(SELECT * FROM cases.cases WHERE id = '{case.id}')"
    other = f"(SELECT * FROM cases.findings WHERE case_id = '{case.id}')"
    held = await everything_in(database_url, [one, other])
    assert SECRET not in held
    assert "999000000001" not in held
    async with city.database.read(staff.handler.person) as db:
        found = await actions.open_case(db, case.code)
        findings = await sealing.findings_of(db, found)
    assert (found.subject, found.answers) == (plain, {"old": SECRET})
    assert findings[0].answer == {"name": SECRET}


def encoded(value: Any) -> str:
    return json.dumps(value)


async def test_nobody_but_the_platform_seals_and_only_what_was_open(
    city: City, staff: cast.Cast
) -> None:
    case = await filed(city, staff.an)
    for who in (staff.handler.person, staff.an.person, SYSTEM):
        async with city.database.write(who) as db:
            await db.execute("SELECT cases.seal_case($1, '{}', '{}', NULL)", case.id)
    async with city.database.read(staff.an.person) as db:
        assert (await actions.open_case(db, case.code)).answers == case.answers


async def test_a_case_whose_persons_key_is_gone_does_not_exist(
    city: City, staff: cast.Cast
) -> None:
    met = await identity.meet_at_counter(city, "999000666777", "Đi Rồi", date(1990, 1, 1))
    gone = Viewer(
        person=met, name="Đi Rồi", number="999000666777", birth_date=date(1990, 1, 1),
        assurance=staff.an.assurance,
    )  # fmt: skip
    case = await filed(city, gone)
    still = await filed(city, staff.an)
    identity.Keys(city.settings).destroy(met)
    city[identity.Keys]._known.clear()
    async with city.database.read(staff.handler.person) as db:
        with pytest.raises(Erased):
            await actions.open_case(db, case.code)
        rows = [await raw(db, one) for one in (case, still)]
        left = list(sealing.opened_all(city, rows))
    assert [one.code for one in left] == [still.code]


async def raw(db: Any, case: Case) -> Case:
    found = await queries.case_by_code(db, case.code)
    assert found
    return found


async def test_at_a_persons_request_nobody_works_on_their_cases(
    city: City, staff: cast.Cast
) -> None:
    case = await build.to_step(city, staff, staff.binh, "binh", "paid")
    async with city.database.write(SYSTEM) as db:
        await identity.restrict(db, staff.binh.person, case.id, OTHER)
    refused = await build.refusal(city, staff.reception, case, "accept")
    assert refused.reason == "case.restricted"
    # Also past the code: the database finds no row to change, and no look to write down.
    async with city.database.write(staff.reception.person) as db:
        changed = await db.fetch(
            "UPDATE cases.cases SET handler_id = NULL WHERE id = $1 RETURNING 1", case.id
        )
    assert changed == []
    # Their own they may still take back, and who looks after such requests goes on.
    with pytest.raises(NotFound):
        await build.act(city, staff.elsewhere, case, "accept")
    async with city.database.write(SYSTEM) as db:
        await identity.lift_restrictions(db, staff.binh.person)
    case = await build.act(city, staff.reception, case, "accept")
    assert case.business == "in_hand"


async def test_the_restricted_person_goes_on_alone(city: City, staff: cast.Cast) -> None:
    case = await build.to_step(city, staff, staff.lan, "lan", "paid")
    async with city.database.write(SYSTEM) as db:
        await identity.restrict(db, staff.lan.person, case.id, OTHER)
    try:
        case = await build.act(city, staff.lan, case, "withdraw")
        assert case.business == "withdrawn"
    finally:
        async with city.database.write(SYSTEM) as db:
            await identity.lift_restrictions(db, staff.lan.person)


async def test_who_looks_after_the_restriction_may_work_on(city: City, staff: cast.Cast) -> None:
    case = await build.to_step(city, staff, staff.hoa, "hoa", "paid")
    async with city.database.write(SYSTEM) as db:
        await identity.restrict(db, staff.hoa.person, case.id, AGENCY)
    try:
        case = await build.act(city, staff.reception, case, "accept")
        assert case.business == "in_hand"
    finally:
        async with city.database.write(SYSTEM) as db:
            await identity.lift_restrictions(db, staff.hoa.person)


async def test_no_register_is_asked_about_a_restricted_person(city: City, staff: cast.Cast) -> None:
    person = PersonId(staff.hung.person)
    async with city.database.write(SYSTEM) as db:
        await identity.restrict(db, person, new_id(), OTHER)  # type: ignore[arg-type]
    try:
        for who, fails in ((staff.handler.person, True), (person, False)):
            insert = (
                "INSERT INTO exchange.looks (id, at, asker_id, subject_hash, register, operation,"
                " purpose_vi, purpose_en, legal_basis)"
                " VALUES ($1, now(), $2, $3, 'r', 'o', 'v', 'e', 'l')"
            )
            look = new_id()
            try:
                async with city.database.write(who) as db:
                    await db.execute(insert, look, who, bytes(32))
                    await db.execute(
                        "INSERT INTO exchange.look_subjects (person_id, look_id) VALUES ($1, $2)",
                        person, look,
                    )  # fmt: skip
                assert not fails
            except asyncpg.InsufficientPrivilegeError:
                assert fails
    finally:
        async with city.database.write(SYSTEM) as db:
            await identity.lift_restrictions(db, person)
