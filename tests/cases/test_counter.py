"""At the counter: an officer files for whoever stands there. On a real database; the population
register is the demonstration's process."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from asyncpg import InsufficientPrivilegeError
from msgspec import structs

from motcua import exchange, identity
from motcua.base.errors import Invalid, NotAllowed, NotFound, Unavailable
from motcua.base.settings import Settings
from motcua.cases import actions
from motcua.cases.actions import counter
from motcua.cases.actions.applicants import Met, Seen
from motcua.cases.actions.counter import Prepared
from motcua.cases.actions.filing import context
from motcua.cases.actions.issuing import handed_in, who_came
from motcua.cases.model.counter import ApplicantGiven, RepresentativeGiven
from motcua.db import City
from motcua.identity.model import Account
from tests import cast
from tests.cases import build, machine
from tests.cases.build import AGENCY, OTHER, RECORD, SAMPLE
from tests.cases.machine import Api
from tests.cases.windows import (
    BRANCH,
    FOREIGNER,
    Windows,
    asked,
    gather,
    numbered,
    refused,
    take_in,
)
from tests.exchange.build import simulator


@pytest.fixture(scope="module")
def population(settings: Settings) -> Iterator[None]:
    with simulator(settings, "population"):
        yield


@pytest.fixture
async def windows(city: City, staff: cast.Cast) -> Windows:
    return await gather(city)


# Whose case it is


@pytest.mark.usefixtures("population")
async def test_the_case_is_the_applicants_the_agency_decides_and_the_officer_wrote_it(
    city: City, staff: cast.Cast, windows: Windows
) -> None:
    case = await take_in(city, windows.taker, asked(city, "an"))
    assert (case.applicant_id, case.filed_by) == (staff.an.person, windows.taker.person)
    assert (case.agency_code, case.counter_code, case.channel) == (AGENCY, BRANCH, "counter")
    assert case.code.startswith(f"{AGENCY}-")
    assert case.subject["relation"] == "self"
    seen = await build.show(city, staff.an, case.code)
    assert (seen.acted_by, seen.on_behalf_of) == ("Đỗ Thị Quầy", "Nguyễn Văn An")
    assert seen.counter
    assert seen.counter.code == BRANCH
    [first, *_] = await build.history(city, staff.an, case.code)
    assert (first.by, first.on_behalf_of) == ("Đỗ Thị Quầy", "Nguyễn Văn An")


@pytest.mark.usefixtures("population")
async def test_who_never_signed_in_finds_the_case_in_their_account_later(
    city: City, staff: cast.Cast, windows: Windows
) -> None:
    case = await take_in(city, windows.taker, asked(city, "giang"))
    again = await take_in(city, windows.colleague, asked(city, "giang"))
    assert again.applicant_id == case.applicant_id
    giang = await cast.resident(city, "giang")
    assert giang.person == case.applicant_id
    assert (await build.show(city, giang, case.code)).code == case.code
    async with city.database.read(giang.person) as db:
        looks = await db.fetch_row(
            "SELECT count(*) FROM exchange.looks l"
            " JOIN exchange.look_subjects s ON s.look_id = l.id WHERE s.person_id = $1"
            " AND l.purpose_vi LIKE '%Chi nhánh Một cửa%'", giang.person,
        )  # fmt: skip
    assert looks[0] == 2
    third = await take_in(city, windows.taker, asked(city, "giang"))
    assert third.applicant_id == giang.person


async def test_only_the_number_that_the_provider_vouches_for_joins(
    city: City, staff: cast.Cast
) -> None:
    number = f"999{uuid4().int % 10**9:09d}"
    met = await identity.meet_at_counter(city, number, "Người Chưa Đăng Nhập", date(1950, 1, 1))
    provider = identity.provider(city, "residents").id
    account = Account(
        realm="residents", provider=provider, subject=f"s-{uuid4()}", name="Kẻ Giả Danh",
    )  # fmt: skip
    strangers = [
        account,
        structs.replace(account, number=f"998{number[3:]}", subject=f"s-{uuid4()}"),
        # A subject of the provider that looks like the number opens nothing.
        structs.replace(account, subject=number),
        structs.replace(
            account, realm="officers", number=number, subject=f"o-{uuid4()}"
        ),
    ]  # fmt: skip
    for one in strangers:
        assert (await identity.actions.known(city, one, ask_again=False)).person != met
    mine = structs.replace(account, number=number, subject=f"s-{uuid4()}")
    assert (await identity.actions.known(city, mine, ask_again=False)).person == met
    # Claimed once: another account with the same number is another account.
    second = structs.replace(mine, subject=f"s-{uuid4()}")
    assert (await identity.actions.known(city, second, ask_again=False)).person != met
    assert await identity.person_with(city, number) is not None


@pytest.mark.usefixtures("population")
async def test_an_officer_may_give_nobody_anothers_account(
    city: City, staff: cast.Cast, windows: Windows
) -> None:
    async with city.database.write(windows.taker.person) as db:
        await db.execute("UPDATE identity.people SET subject = 'mine' WHERE kind = 'person'")
        left = await db.fetch_row("SELECT count(*) FROM identity.people WHERE subject = 'mine'")
    assert left[0] == 0


@pytest.mark.usefixtures("population")
async def test_whom_no_register_knows_is_typed_and_marked_so(
    city: City, staff: cast.Cast, windows: Windows
) -> None:
    case = await take_in(city, windows.taker, asked(city, FOREIGNER))
    assert case.subject | {"typed": True, "papers": "Hộ chiếu Hoa Kỳ"} == case.subject
    assert case.subject["number"] == "XX1234567"
    other = await take_in(city, windows.taker, asked(city, FOREIGNER))
    assert other.applicant_id != case.applicant_id
    found = await refused(city, windows.taker, asked(city, FOREIGNER, delivery="electronic"))
    assert found == {"/delivery": "case.no_vault"}
    hostile = structs.replace(FOREIGNER, name="Jane\x00 \u202eDoe 🦆")
    assert await refused(city, windows.taker, asked(city, hostile)) == {
        "/applicant/name": "form.unprintable"
    }
    unknown = ApplicantGiven(number="999000000000")
    assert await refused(city, windows.taker, asked(city, unknown)) == {
        "/applicant/number": "case.nobody_with_number", "/applicant/name": "form.required",
        "/applicant/birth_date": "form.required", "/applicant/papers": "form.required",
    }  # fmt: skip


@pytest.mark.usefixtures("population")
async def test_while_the_register_is_down_papers_say_who_somebody_is(
    city: City, staff: cast.Cast, windows: Windows
) -> None:
    shown = structs.replace(FOREIGNER, number=cast.number(city, "an"))
    await exchange.fault(city, "population", "down")
    try:
        with pytest.raises(Unavailable):
            await take_in(city, windows.taker, asked(city, "an"))
        case = await take_in(city, windows.taker, asked(city, shown))
    finally:
        await exchange.fault(city, "population", "ok")
    assert case.subject["typed"] is True
    assert case.applicant_id != staff.an.person, "typed: nobody has shown that the number is theirs"


@pytest.mark.usefixtures("population")
async def test_what_was_typed_must_agree_with_the_register(
    city: City, staff: cast.Cast, windows: Windows
) -> None:
    wrong = structs.replace(FOREIGNER, number=cast.number(city, "an"))
    assert await refused(city, windows.taker, asked(city, wrong)) == {
        "/applicant/name": "case.register_differs",
        "/applicant/birth_date": "case.register_differs",
    }


# Who may take it in, and where


@pytest.mark.usefixtures("population")
async def test_an_officer_files_only_at_their_own_counter(
    city: City, staff: cast.Cast, windows: Windows
) -> None:
    wrong, none = "case.not_at_this_counter", "case.officers_do_not_file"
    for officer, at, reason in (
        (windows.taker, AGENCY, wrong), (windows.taker, "SM.9", wrong), (windows.taker, "", wrong),
        (staff.elsewhere, BRANCH, wrong), (windows.back_office, BRANCH, none),
        (staff.handler, AGENCY, none), (staff.leader, None, none),
    ):  # fmt: skip
        with pytest.raises(NotAllowed) as no:
            await take_in(city, officer, asked(city, "an", counter=at))
        assert no.value.reason == reason
    assert await refused(city, staff.elsewhere, asked(city, "an", counter=OTHER)) == {
        "/counter": "case.not_taken_in_here"
    }
    own = await take_in(city, staff.reception, asked(city, "an", counter=None))
    assert (own.counter_code, own.agency_code) == (AGENCY, AGENCY)


@pytest.mark.usefixtures("population")
async def test_an_officer_does_not_take_in_their_own_case(
    city: City, staff: cast.Cast, windows: Windows
) -> None:
    namesake = structs.replace(windows.taker, name="nguyen van AN")
    assert await refused(city, namesake, asked(city, "an")) == {"/applicant": "case.own_name"}
    helper = RepresentativeGiven(number=cast.number(city, "an"), document="authorisation")
    paper = actions.Attached("authorisation", kind="original")
    by_them = asked(city, "cuong", representative=helper, documents=[paper])
    assert await refused(city, namesake, by_them) == {"/applicant": "case.own_name"}


async def test_the_database_lets_nobody_file_at_a_counter_that_is_not_theirs(
    city: City, staff: cast.Cast, windows: Windows
) -> None:
    known = city[actions.Procedures].by_code(SAMPLE)
    for who, at in ((staff.handler, BRANCH), (staff.an, BRANCH), (windows.taker, AGENCY)):
        ready = Prepared(
            known=known, filing=asked(city, "cuong", counter=at), counter=at, agency=AGENCY,
            applicant=staff.cuong.person, seen=_seen(city), facts=_facts(city, staff),
        )  # fmt: skip
        with pytest.raises(InsufficientPrivilegeError):
            async with city.database.write(who.person) as db:
                await counter.take_in(db, who, ready, "vi")


def _subject(city: City) -> actions.Subject:
    one = cast.sample(city, "cuong")
    assert one.birth_date
    assert one.number
    return actions.Subject(one.number, one.name, one.birth_date)


def _seen(city: City) -> Seen:
    them = _subject(city)
    met = Met(number=them.number, name=them.name, birth_date=them.birth_date)
    return Seen(met=met, whom=them)


def _facts(city: City, staff: cast.Cast) -> Any:
    return context(city, staff.an, _subject(city), build.example(city))


@pytest.mark.usefixtures("population")
async def test_residents_have_no_counter(city: City, staff: cast.Cast) -> None:
    online = build.filing(city)
    for given, at in (
        ({"applicant": numbered(city, "binh")}, "/applicant"), ({"counter": BRANCH}, "/counter"),
        ({"channel": "post"}, "/channel"),
        ({"representative": RepresentativeGiven(name="x")}, "/representative"),
    ):  # fmt: skip
        with pytest.raises(Invalid) as no:
            await build.file(city, staff.an, structs.replace(online, **given))
        assert [(f.pointer, f.reason) for f in no.value.faults] == [(at, "case.only_at_a_counter")]
    paper = structs.replace(
        build.filing(city, fee_class="student"), documents=[actions.Attached("student_card")]
    )
    with pytest.raises(Invalid) as no:
        await build.file(city, staff.an, paper)
    assert [(f.pointer, f.reason) for f in no.value.faults] == [
        ("/documents/0", "documents.no_file")
    ]


@pytest.mark.usefixtures("population")
async def test_who_decides_follows_from_where_the_applicant_lives(
    city: City, staff: cast.Cast, windows: Windows
) -> None:
    home = cast.sample(city, "an").commune
    case = await take_in(city, windows.taker, asked(city, "an", agency=None))
    assert case.agency_code == f"SM.{home}"
    found = await refused(city, windows.taker, asked(city, FOREIGNER, agency=None))
    assert found == {"/agency": "case.choose_agency"}
    found = await refused(city, windows.taker, asked(city, "an", agency=OTHER))
    assert found == {"/agency": "case.wrong_agency"}


@pytest.mark.usefixtures("population")
async def test_papers_have_their_own_intake_clock(city: City, windows: Windows) -> None:
    procedure = structs.replace(
        city[actions.Procedures].by_code(SAMPLE).procedure,
        intake_limit_by={"counter": "1wh", "post": "2wd"},
    )
    dues = []
    for channel in ("counter", "post"):
        ready = await counter.prepare(city, windows.taker, asked(city, "an", channel=channel))
        known = actions.InForce(procedure, ready.known.version)
        async with city.database.write(windows.taker.person) as db:
            filed = await counter.take_in(
                db, windows.taker, structs.replace(ready, known=known), "vi"
            )
        dues.append((filed.case.channel, filed.case.intake_due_at))
    assert [one for one, _ in dues] == ["counter", "post"]
    assert dues[0][1] < dues[1][1]


# For somebody who is not there


@pytest.mark.usefixtures("population")
async def test_an_authorised_person_brings_the_authorisation(
    city: City, staff: cast.Cast, windows: Windows
) -> None:
    helper = RepresentativeGiven(number=cast.number(city, "hung"), document="authorisation")
    bare = asked(city, "cuong", representative=helper)
    assert await refused(city, windows.taker, bare) == {"/documents": "case.document_missing"}
    paper = actions.Attached("authorisation", kind="original", pages=2)
    case = await take_in(city, windows.taker, structs.replace(bare, documents=[paper]))
    assert case.applicant_id == staff.cuong.person
    assert case.subject["relation"] == "self"
    assert case.representative
    assert case.representative["name"] == cast.sample(city, "hung").name
    seen = await build.show(city, windows.taker, case.code)
    assert seen.representative == cast.sample(city, "hung").name
    with pytest.raises(NotFound):
        await build.show(city, staff.hung, case.code)
    async with city.database.read(windows.taker.person) as db:
        papers = await handed_in(db, case, city[actions.Procedures].by_code(SAMPLE))
    names = tuple(cast.sample(city, id).name for id in ("hung", "cuong"))
    assert who_came(case) == names
    assert papers == [{"name": "Giấy ủy quyền", "original": 1, "copies": 0}]


@pytest.mark.usefixtures("population")
async def test_a_parent_needs_no_authorisation_and_a_stranger_does_not_become_one(
    city: City, staff: cast.Cast, windows: Windows
) -> None:
    mother = RepresentativeGiven(number=cast.number(city, "hoa"))
    assert await take_in(city, windows.taker, asked(city, "dung", representative=mother))
    typed = RepresentativeGiven(name="Phạm Thị Hoa")
    found = await refused(city, windows.taker, asked(city, "dung", representative=typed))
    assert found == {"/documents": "case.document_missing"}
    own = RepresentativeGiven(number=cast.number(city, "dung"))
    found = await refused(city, windows.taker, asked(city, "dung", representative=own))
    assert found == {"/representative/number": "case.represents_oneself"}


@pytest.mark.usefixtures("population")
async def test_a_mother_files_for_her_child_at_the_counter(
    city: City, staff: cast.Cast, windows: Windows
) -> None:
    child = cast.number(city, "dung")
    case = await take_in(city, windows.taker, asked(city, "hoa", on_behalf_of=child))
    assert (case.applicant_id, case.subject["relation"]) == (staff.hoa.person, "child")
    assert case.subject["number"] == child


async def test_nobody_stands_in_for_a_criminal_record_of_the_second_kind(
    big: City, police: cast.Cast
) -> None:
    with simulator(big.settings, "population"):
        helper = RepresentativeGiven(number=cast.number(big, "binh"), document="authorisation")
        paper = actions.Attached("authorisation", kind="original")
        first = actions.Filing(
            RECORD, build.example(big, RECORD), [paper], applicant=numbered(big, "an"),
            channel="counter", delivery="counter", representative=helper,
        )  # fmt: skip
        assert (await take_in(big, police.reception, first)).subject["relation"] == "self"
        answers = first.answers | {"certificate_type": 2}
        del answers["confirm_ban_on_office"]
        second = structs.replace(first, answers=answers)
        assert await refused(big, police.reception, second) == {"/representative": "case.condition"}
        alone = structs.replace(second, representative=None, documents=[])
        case = await take_in(big, police.reception, alone)
        assert case.agency_code == build.POLICE
        online = await build.file(big, police.an, build.filing(big, RECORD))
        assert case.intake_due_at < online.intake_due_at, "within an hour, not eight"


# Over HTTP


@pytest.mark.usefixtures("population")
async def test_a_machine_takes_a_case_in_with_one_request(api: Api, city: City) -> None:
    body = {
        **machine.request_of(city, fee_class="student"),
        "applicant": {"number": cast.number(city, "cuong")}, "channel": "post",
        "delivery": "post",
        "documents": [{"requirement": "student_card", "kind": "original", "pages": 2}],
    }  # fmt: skip
    key = machine.keyed()
    made = await api("reception").post("/api/v1/cases", json=body, headers=key)
    assert made.status_code == 201, made.text
    said = made.json()
    assert (said["channel"], said["counter"]["code"]) == ("post", AGENCY)
    assert said["documents"] == [
        {"code": None, "name": "Student card", "requirement": "student_card",
         "on_paper": {"kind": "original", "pages": 2, "digitised": 0, "returned_at": None}}
    ]  # fmt: skip
    again = await api("reception").post("/api/v1/cases", json=body, headers=key)
    assert again.json()["code"] == said["code"]
    acts = {one["action"]: one["schema"] for one in said["actions"]}
    assert {"digitise", "take_fee"} <= set(acts)
    code = said["code"]
    back = await machine.post_act(
        api("reception"), code, "digitise", requirement="student_card", returned=True
    )
    assert back.json()["documents"][0]["on_paper"]["returned_at"]
    paid = await machine.post_act(api("reception"), code, "take_fee", method="cash")
    assert paid.json()["states"]["money"] == "settled"
    accepted = await machine.post_act(api("reception"), code, "accept")
    assert accepted.json()["accepted_at"]
    mine = (await api("cuong").get(f"/api/v1/cases/{code}")).json()
    assert mine["acted_by"] == cast.sample(city, "reception").name
    for body in (
        {"requirement": "student_card", "id": "x"},
        {"requirement": "nothing", "returned": True},
    ):
        machine.problem(await machine.post_act(api("reception"), code, "digitise", **body), 422)
    machine.problem(await machine.post_act(api("handler"), code, "take_fee", method="cash"), 409)


async def test_a_resident_cannot_speak_as_a_counter(api: Api, city: City) -> None:
    body = machine.request_of(city) | {"counter": AGENCY, "channel": "counter"}
    told = await api("an").post("/api/v1/cases", json=body, headers=machine.keyed())
    found = machine.problem(told, 422)
    assert {one["pointer"] for one in found["errors"]} == {"/channel", "/counter"}
