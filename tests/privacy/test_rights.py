"""What a person asks of their own data is carried out when signed, or a law says why not."""

from datetime import datetime, timedelta
from typing import Any

import asyncpg
import pytest

from motcua import identity
from motcua.base import clock
from motcua.base.errors import Invalid
from motcua.base.ids import SYSTEM
from motcua.base.keys import Erased
from motcua.cases import actions as cases_of
from motcua.cases.actions import drafting
from motcua.cases.model.case import Case
from motcua.cases.pages.desk import routes as desk_pages
from motcua.cases.rules.promise import limit_of
from motcua.db import City
from motcua.identity import Viewer
from motcua.privacy import actions
from motcua.privacy.actions.rights import rights_of
from tests import cast
from tests.cases import build
from tests.cases.visit import visitors
from tests.privacy.build import somebody
from tests.privacy.conftest import OFFICE

RIGHTS = {
    "know": "9.910001", "withdraw": "9.910002", "view": "9.910003", "correct": "9.910004",
    "copy": "9.910005", "delete": "9.910006", "restrict": "9.910007", "object": "9.910008",
}  # fmt: skip
LATER = {"withdraw", "restrict", "object"}
BUSINESS = "2.000815"


async def asked(
    big: City, office: cast.Cast, who: Viewer, right: str, outcome: str = "granted", **more: Any
) -> Case:
    """From the request to the answer in the vault; what the worker does is done after it."""
    case = await build.file(big, who, build.filing(big, RIGHTS[right], **more))
    case = await build.act(big, office.reception, case, "accept")
    words = {"text": "Không đủ căn cứ."} if outcome == "refused" else {}
    case = await build.act(big, office.handler, case, "propose", outcome=outcome, **words)
    case = await build.act(big, office.leader, case, "approve")
    case = await build.act(big, office.leader, case, "sign")
    await actions.carry_out(big, case.id)
    return case


async def kinds(big: City, case: Case) -> list[str]:
    async with big.database.read(SYSTEM) as db:
        rows = await db.fetch(
            "SELECT kind FROM db.events WHERE subject_id = $1 ORDER BY sequence", case.id
        )
    return [row[0] for row in rows]


def test_every_right_of_the_law_is_a_procedure_of_its_own(big: City) -> None:
    known = big[cases_of.Procedures].of_pack
    assert {
        one.procedure.right: code for code, one in known.items() if one.procedure.right
    } == RIGHTS
    assert set(rights_of(big)) == set(RIGHTS.values())
    assert not any(known[code].procedure.verified for code in RIGHTS.values())


@pytest.mark.parametrize("right", RIGHTS)
async def test_each_has_the_clocks_that_the_decree_gives(
    right: str, big: City, office: cast.Cast
) -> None:
    """Answered within 2 working days; carried out in 15 or 10 days, 20 with a processor."""
    who = await somebody(big)
    with clock.at(datetime.fromisoformat("2026-12-01T09:00:00+07:00")):
        case = await build.file(big, who, build.filing(big, RIGHTS[right]))
        assert (case.agency_code, case.intake_due_at.date().isoformat()) == (OFFICE, "2026-12-03")
        case = await build.act(big, office.reception, case, "accept")
    assert case.due_at
    days = 15 if right in LATER else 10
    assert timedelta(days=days) <= case.due_at - case.filed_at <= timedelta(days=days + 3)
    procedure = big[cases_of.Procedures].by_code(RIGHTS[right]).procedure
    facts = cases_of_facts(big, who, {"held_by": "processor"})
    assert limit_of(procedure, facts) == "20d"


@pytest.mark.parametrize("right", sorted(LATER))
async def test_an_answer_is_put_off_once_by_at_most_15_days_with_its_reason(
    right: str, big: City, office: cast.Cast
) -> None:
    who = await somebody(big)
    why = "Phải hỏi lại đơn vị đang giữ dữ liệu."
    with clock.at(datetime.fromisoformat("2026-12-01T09:00:00+07:00")):
        case = await build.file(big, who, build.filing(big, RIGHTS[right]))
        case = await build.act(big, office.reception, case, "accept")
        due = case.due_at
        assert due
        with pytest.raises(Invalid, match=r"due\.too_far"):
            await build.act(big, office.leader, case, "apologise", limit="19d", text=why)
        assert await build.act(big, office.leader, case, "apologise", limit="15d", text=why)
        again = await build.refusal(big, office.leader, case, "apologise", limit="1d", text=why)
        assert again.reason == "case.too_late_to_apologise"
        view = await build.show(big, who, case.code)
        event = (await build.history(big, who, case.code))[-1]
    assert view.due_at
    assert timedelta(days=15) <= view.due_at - due <= timedelta(days=18)  # no rest day
    assert (event.kind, event.facts["text"]) == ("case.extended", why)
    assert event.facts["due_at"] == view.due_at.isoformat()


async def test_the_desk_shows_the_new_date_first_and_says_how_far_the_law_goes(
    big: City, office: cast.Cast
) -> None:
    who = await somebody(big)
    case = await build.file(big, who, build.filing(big, RIGHTS["object"]))
    case = await build.act(big, office.reception, case, "accept")
    sent = {"limit": "40", "limit_unit": "d", "text": "Phải hỏi lại.", "key": "a" * 36}
    async with visitors(big, desk_pages) as enter:
        desk = enter(office.leader)
        address = f"/desk/cases/{case.code}"
        assert "Put the answer off" in (await desk.get(address)).text
        refused = await desk.post(f"{address}/apology", data=sent)
        shown = await desk.post(f"{address}/apology", data=sent | {"limit": "5"})
    assert refused.status_code == 422
    assert "It may be put off until" in refused.text
    assert shown.status_code == 200
    assert "The new promise is" in shown.text
    assert (await build.show(big, who, case.code)).due_at == case.due_at


async def test_an_answer_is_not_put_off_after_its_day(big: City, office: cast.Cast) -> None:
    who = await somebody(big)
    with clock.at(datetime.fromisoformat("2026-12-01T09:00:00+07:00")):
        case = await build.file(big, who, build.filing(big, RIGHTS["object"]))
        case = await build.act(big, office.reception, case, "accept")
    assert case.due_at
    with clock.at(case.due_at + timedelta(minutes=1)):
        late = await build.refusal(
            big, office.leader, case, "apologise", limit="5d", text="Chưa xong."
        )
    assert late.reason == "case.too_late_to_apologise"


async def test_what_has_no_law_of_its_own_is_apologised_for(big: City, office: cast.Cast) -> None:
    who = await somebody(big)
    with clock.at(datetime.fromisoformat("2026-12-01T09:00:00+07:00")):
        case = await build.file(big, who, build.filing(big, RIGHTS["view"]))
        case = await build.act(big, office.reception, case, "accept")
        await build.act(big, office.leader, case, "apologise", limit="30d", text="Xin lỗi.")
        assert (await build.history(big, who, case.code))[-1].kind == "case.apologised"


def cases_of_facts(big: City, who: Viewer, answers: dict[str, Any]) -> Any:
    from motcua.cases.actions.filing import Subject, context

    assert who.number
    assert who.birth_date
    return context(big, who, Subject(who.number, who.name, who.birth_date), answers)


@pytest.mark.parametrize("right", ["copy", "view"])
async def test_a_copy_is_made_without_being_asked_for_again(
    right: str, big: City, office: cast.Cast
) -> None:
    who = await somebody(big)
    case = await asked(big, office, who, right)
    async with big.database.read(who.person) as db:
        [export] = await actions.exports_of(db, who.person)
    assert export.state == "waiting"
    await actions.make_export(big, export.id)
    assert (await actions.fetch(big, who.person, export.id)).startswith(b"PK")
    await actions.carry_out(big, case.id)  # a job may run twice
    assert (await kinds(big, case)).count("right.carried_out") == 1
    async with big.database.read(who.person) as db:
        assert len(await actions.exports_of(db, who.person)) == 1


async def test_what_was_refused_is_not_done(big: City, office: cast.Cast) -> None:
    who = await somebody(big)
    case = await asked(big, office, who, "delete", "refused")
    assert "right.carried_out" not in await kinds(big, case)
    async with big.database.read(SYSTEM) as db:
        assert (await identity.person(db, who.person)).number == who.number


async def test_a_correction_reaches_what_the_city_holds_and_no_register(
    big: City, office: cast.Cast
) -> None:
    who = await somebody(big)
    await asked(big, office, who, "correct", email="dung@example.com")
    async with big.database.read(SYSTEM) as db:
        now = await identity.person(db, who.person)
    assert (now.email, now.phone) == ("dung@example.com", "0900000000")
    assert (now.number, now.birth_date, now.name) == (who.number, who.birth_date, who.name)


async def test_consents_are_taken_back_as_easily_as_given(big: City, office: cast.Cast) -> None:
    who = await somebody(big)
    async with big.database.read(who.person) as db:
        assert not await identity.agrees(db, who.person, "email"), "nothing is agreed beforehand"
    for _ in "12":
        async with big.database.write(who.person) as db:
            await identity.give_consent(db, "email", "en")
    async with big.database.read(who.person) as db:
        [given] = await identity.consents_of(db, who.person)
        assert await identity.agrees(db, who.person, "email")
    assert given.words == identity.consents_asked(big)[0].words.en
    await asked(big, office, who, "withdraw")
    async with big.database.read(who.person) as db:
        [taken_back] = await identity.consents_of(db, who.person)
        assert not await identity.agrees(db, who.person, "email")
    assert taken_back.withdrawn_at
    async with big.database.write(who.person) as db:
        await identity.give_consent(db, "email", "vi")
        await identity.withdraw_consent(db, "email")
    async with big.database.read(who.person) as db:
        assert len(await identity.consents_of(db, who.person)) == 2, "evidence stays"


async def test_nobody_agrees_for_another(big: City, office: cast.Cast) -> None:
    who = await somebody(big)
    insert = (
        "INSERT INTO identity.consents (id, person_id, purpose, words, language, given_at)"
        " VALUES (gen_random_uuid(), $1, 'email', 'x', 'vi', now())"
    )
    for actor in (office.leader.person, SYSTEM):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with big.database.write(actor) as db:
                await db.execute(insert, who.person)


@pytest.mark.parametrize("right", ["restrict", "object"])
async def test_a_restriction_stops_every_other_office(
    right: str, big: City, office: cast.Cast
) -> None:
    who = await somebody(big)
    other = await filed_elsewhere(big, who)
    elsewhere = await cast.gather(big, other.agency_code, "H26.03")
    await asked(big, office, who, right)
    refused = await build.refusal(big, elsewhere.reception, other, "accept")
    assert refused.reason == "case.restricted"
    # Rights can still be asked for, and answered.
    await asked(big, office, who, "know")


async def filed_elsewhere(big: City, who: Viewer) -> Case:
    commune = big[cases_of.Procedures].by_code(BUSINESS).procedure
    agency = cases_of.receivers_of(big, commune)[0].code
    upload = await build.upload(big, who)
    return await build.file(
        big, who, build.filing(big, BUSINESS, {"original": upload}, agency=agency)
    )


async def test_who_has_nothing_that_a_law_keeps_is_forgotten_whole(
    big: City, office: cast.Cast, database_url: str
) -> None:
    who = await somebody(big, "Ngô Thị Biến Mất")
    loose = await build.upload(big, who)
    async with big.database.write(who.person) as db:
        await drafting.keep(db, drafting.new_draft(who, BUSINESS))
        await identity.give_consent(db, "email", "vi")
    async with big.database.read(SYSTEM) as db:
        before = await db.fetch_row("SELECT number FROM identity.people WHERE id = $1", who.person)
    case = await asked(big, office, who, "delete")
    assert (await kinds(big, case))[-1] == "right.carried_out"
    admin = await asyncpg.connect(database_url)
    try:
        for table, column in (
            ("cases.drafts", "person_id"), ("identity.sessions", "person_id"),
            ("identity.consents", "person_id"), ("privacy.exports", "person_id"),
            ("identity.kept_forms", "person_id"), ("db.answers", "person_id"),
        ):  # fmt: skip
            left = f"SELECT count(*) FROM {table} WHERE {column} = $1"
            assert await admin.fetchval(left, who.person) == 0, table
        assert not await admin.fetchval(
            "SELECT EXISTS (SELECT FROM documents.files WHERE id = $1)", loose
        )
        row = await admin.fetchrow("SELECT * FROM identity.people WHERE id = $1", who.person)
        kept = await admin.fetchrow("SELECT * FROM privacy.erasures WHERE case_id = $1", case.id)
    finally:
        await admin.close()
    assert row["name"] != who.name
    assert all(row[name] is None for name in ("number", "number_hash", "birth_date", "email"))
    assert (kept["is_whole"], kept["kept"]) == (True, 0)
    big[identity.Keys]._known.clear()
    with pytest.raises(Erased):
        identity.unseal(big, who.person, "identity.people.number", who.person, before[0])


async def test_what_the_archive_law_keeps_stays_and_the_rest_goes(
    big: City, office: cast.Cast
) -> None:
    who = await somebody(big)
    other = await filed_elsewhere(big, who)
    async with big.database.write(who.person) as db:
        await drafting.keep(db, drafting.new_draft(who, RIGHTS["know"]))
    case = await asked(big, office, who, "delete")
    async with big.database.read(SYSTEM) as db:
        told = await db.fetch_row(
            "SELECT facts FROM db.events WHERE subject_id = $1 AND kind = 'right.carried_out'",
            case.id,
        )
        left = await db.fetch_row(
            "SELECT count(*) FROM cases.drafts WHERE person_id = $1", who.person
        )
        still = await cases_of.open_case(db, other.code)
        me = await identity.person(db, who.person)
    assert told[0] == {"right": "delete", "is_whole": False, "kept": 1}
    assert left[0] == 0
    assert still.answers == other.answers
    assert me.number == who.number
    async with big.database.read(who.person) as db:
        said = (await actions.about_me(db, who)).pack.must_keep
    assert "Lưu trữ" in said.source.text
