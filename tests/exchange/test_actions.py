"""Asking with the record of looks: who sees what, and what it never holds."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import pytest

from motcua import exchange
from motcua.base.errors import Invalid, Unavailable
from motcua.base.ids import SYSTEM, PersonId, new_id
from motcua.base.text import Text
from motcua.db import City
from motcua.demo.people import person
from motcua.exchange import Answer, Look, LookPage, Registers


@pytest.fixture
async def asked(city: City, simulators: None) -> AsyncIterator[City]:
    yield city
    for name in city[Registers].registers:
        await exchange.fault(city, name, "ok")
    await city[Registers].close()


def somebody() -> PersonId:
    return PersonId(uuid4())


async def look_up(
    city: City, asker: PersonId, subject: PersonId | None, who: str = "an", case: str | None = None
) -> Answer:
    one = person(city.settings, who)
    assert one.number
    return await exchange.ask(
        city, "population", "person", {"number": one.number},
        asker=asker, subject=subject, subject_number=one.number, case_code=case,
    )  # fmt: skip


async def seen_by(city: City, who: PersonId, behalf: PersonId | None = None) -> list[Look]:
    async with city.database.read(who, behalf) as db:
        return (await exchange.looks_of_me(db)).items


async def test_the_population_register_fills_in_a_person(asked: City) -> None:
    answer = await look_up(asked, somebody(), somebody())
    assert answer.state == "found"
    assert answer.values == {
        "number": "999090000017",
        "name": "Nguyễn Văn An",
        "birth_date": "1990-03-12",
        "sex": "male",
        "nationality": "Việt Nam",
        "ethnicity": "Kinh",
        "residence": {
            "commune": "N",
            "address": "Số 12 đường Mẫu, Khu Bắc, Thành phố Mẫu",
        },
        "occupation": "Kỹ sư",
    }
    assert (answer.fresh_until - answer.asked_at).total_seconds() == 24 * 3600


async def test_the_subject_sees_who_looked_and_why(asked: City) -> None:
    officer, subject = somebody(), somebody()
    answer = await look_up(asked, officer, subject, case="X1.01-261123-0001")
    [look] = await seen_by(asked, subject)
    assert look.id == answer.look_id
    assert (look.asker_id, look.register, look.operation) == (officer, "population", "person")
    assert (look.case_code, look.outcome) == ("X1.01-261123-0001", "found")
    assert "khai lại" in look.purpose.vi
    assert look.legal_basis


async def test_a_purpose_given_goes_before_the_packs_own(asked: City) -> None:
    subject, purpose = somebody(), Text("Xét đơn của mẹ bạn", "To handle your mother's request")
    await exchange.ask(
        asked, "business", "company", {"number": "0000000000"},
        asker=somebody(), subject=subject, subject_number="0000000000", purpose=purpose,
    )  # fmt: skip
    [look] = await seen_by(asked, subject)
    assert (look.purpose, look.outcome) == (purpose, "nothing")


async def test_others_see_nothing_of_it(asked: City) -> None:
    officer, subject = somebody(), somebody()
    await look_up(asked, officer, subject)
    assert await seen_by(asked, somebody()) == []
    # Looking at others is not being looked at.
    assert await seen_by(asked, officer) == []
    async with asked.database.read(somebody()) as db:
        for table in ("looks", "look_subjects", "look_outcomes"):
            assert (await db.fetch_row(f"SELECT count(*) FROM exchange.{table}"))[0] == 0
    async with asked.database.read(officer) as db:
        assert (await db.fetch_row("SELECT count(*) FROM exchange.looks"))[0] == 1
        assert (await db.fetch_row("SELECT count(*) FROM exchange.look_outcomes"))[0] == 1


async def test_the_subject_of_one_look_sees_no_look_at_others(asked: City) -> None:
    subject = somebody()
    answer = await look_up(asked, somebody(), subject)
    await look_up(asked, somebody(), somebody())
    async with asked.database.read(subject) as db:
        for table, column in (
            ("looks", "id"),
            ("look_subjects", "look_id"),
            ("look_outcomes", "look_id"),
        ):
            rows = await db.fetch(f"SELECT {column} FROM exchange.{table}")
            assert [row[0] for row in rows] == [answer.look_id]


async def test_who_acts_for_an_organisation_sees_the_looks_at_it(asked: City) -> None:
    firm, head = somebody(), somebody()
    await look_up(asked, somebody(), firm)
    assert len(await seen_by(asked, head, firm)) == 1
    assert await seen_by(asked, head) == []


async def test_the_look_is_recorded_before_the_question_leaves(asked: City) -> None:
    subject = somebody()
    await exchange.fault(asked, "population", "slow")
    asking = asyncio.create_task(look_up(asked, somebody(), subject))
    await asyncio.sleep(0.5)
    [look] = await seen_by(asked, subject)
    assert look.outcome is None
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    # Whoever gave up has still looked.
    assert len(await seen_by(asked, subject)) == 1


async def test_a_failed_look_is_shown_with_its_reason(asked: City) -> None:
    subject = somebody()
    await exchange.fault(asked, "population", "other-person")
    with pytest.raises(Unavailable):
        await look_up(asked, somebody(), subject)
    [look] = await seen_by(asked, subject)
    assert look.outcome == "register.other_person"


async def test_unusable_arguments_are_no_look(asked: City) -> None:
    subject = somebody()
    with pytest.raises(Invalid):
        await exchange.ask(
            asked, "population", "person", {},
            asker=somebody(), subject=subject, subject_number="1",
        )  # fmt: skip
    assert await seen_by(asked, subject) == []


async def test_the_record_holds_no_number_name_or_answer(asked: City) -> None:
    await look_up(asked, somebody(), somebody())
    async with asked.database.read(SYSTEM) as db:
        for table in ("looks", "look_subjects", "look_outcomes"):
            rows = str(await db.fetch(f"SELECT * FROM exchange.{table}"))
            assert "999090000017" not in rows
            assert "Nguyễn Văn An" not in rows


async def test_a_look_before_the_first_sign_in_finds_its_person_later(asked: City) -> None:
    mother, binh = somebody(), somebody()
    number = person(asked.settings, "binh").number
    assert number
    answer = await look_up(asked, mother, None, who="binh")
    assert await seen_by(asked, binh) == []
    # Other tests share the database, and look her up too.
    for _ in range(2):
        async with asked.database.write(SYSTEM) as db:
            await exchange.claim_looks(db, binh, number)
    seen = [look.id for look in await seen_by(asked, binh)]
    assert seen.count(answer.look_id) == 1


async def test_nobody_ties_anothers_look_to_a_person(asked: City) -> None:
    answer, me = await look_up(asked, somebody(), None), somebody()
    await look_up(asked, me, None)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with asked.database.write(me) as db:
            await db.execute(
                "INSERT INTO exchange.look_subjects VALUES ($1, $2)", me, answer.look_id
            )
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with asked.database.write(me) as db:
            await db.execute(
                "INSERT INTO exchange.look_outcomes VALUES ($1, now(), 'found', 1, 1)",
                answer.look_id,
            )


@pytest.mark.parametrize(
    ("table", "column"), [("looks", "id"), ("look_subjects", "look_id"), ("look_outcomes", "at")]
)
async def test_nobody_changes_or_forgets_a_look(asked: City, table: str, column: str) -> None:
    """Time takes it away, by the platform; neither who looked nor who was looked at does."""
    asker, subject = somebody(), somebody()
    await look_up(asked, asker, subject)
    for who in (asker, subject, SYSTEM):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with asked.database.write(who) as db:
                await db.execute(f"UPDATE exchange.{table} SET {column} = NULL")
    for who in (asker, subject):
        async with asked.database.write(who) as db:
            await db.execute(f"DELETE FROM exchange.{table}")
    [look] = await seen_by(asked, subject)
    assert look.outcome == "found"


async def test_looks_come_newest_first_fifty_a_page(asked: City) -> None:
    asker, subject = somebody(), somebody()
    ids = [new_id() for _ in range(103)]
    async with asked.database.write(asker) as db:
        for id in ids:
            await db.execute(
                "INSERT INTO exchange.looks VALUES"
                " ($1, now(), $2, $3, 'population', 'person', 'v', 'e', 'law')",
                id, asker, b"0" * 32,
            )  # fmt: skip
            await db.execute("INSERT INTO exchange.look_subjects VALUES ($1, $2)", subject, id)
    pages: list[LookPage] = []
    async with asked.database.read(subject) as db:
        while not pages or pages[-1].next:
            pages.append(await exchange.looks_of_me(db, pages[-1].next if pages else None))
    assert [len(page.items) for page in pages] == [50, 50, 3]
    found = [look.id for page in pages for look in page.items]
    assert found == sorted(ids, reverse=True)


@pytest.mark.parametrize(
    ("mode", "state", "reason"),
    [
        ("ok", "up", None),
        ("duplicate", "up", None),
        ("down", "down", "register.down"),
        ("slow", "degraded", "register.slow"),
        ("limit", "degraded", "register.busy"),
        ("cut", "degraded", "register.cut_off"),
        ("schema", "degraded", "register.bad_answer"),
        ("certificate", "degraded", "register.credential"),
        ("other-person", "degraded", "register.other_request"),
        ("skew", "degraded", "register.clock"),
    ],
)
async def test_the_state_of_a_register_is_what_it_is_now(
    asked: City, mode: str, state: str, reason: str | None
) -> None:
    await exchange.fault(asked, "business", mode)
    states = {status.name: status for status in await exchange.status(asked)}
    assert set(states) == {"business", "convictions", "population"}
    assert (states["business"].state, states["business"].reason) == (state, reason)
    assert states["population"].state == "up"
    assert states["population"].operations == ["family", "person", "residence"]
    assert states["population"].wire == "json"


async def test_calls_and_failures_are_counted(asked: City) -> None:
    async def counts() -> tuple[int, int]:
        [convictions] = [s for s in await exchange.status(asked) if s.name == "convictions"]
        return convictions.calls, convictions.failures

    calls, failures = await counts()
    hung = person(asked.settings, "hung")
    assert hung.number
    given = {"number": hung.number, "name": hung.name, "birth_date": hung.birth_date}
    for mode in ("ok", "schema"):
        await exchange.fault(asked, "convictions", mode)
        try:
            await exchange.ask(
                asked, "convictions", "record", given,
                asker=somebody(), subject=None, subject_number=hung.number,
            )  # fmt: skip
        except Unavailable:
            assert mode == "schema"
    assert await counts() == (calls + 2, failures + 1)


async def test_an_unknown_fault_is_refused(asked: City) -> None:
    with pytest.raises(Invalid):
        await exchange.fault(asked, "population", "explode")
