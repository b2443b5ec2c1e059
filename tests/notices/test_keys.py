"""What happens to an officer's keys is told to them, wherever and by whomever it was done."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from motcua import identity
from motcua.base.ids import SYSTEM, PersonId
from motcua.db import City
from motcua.db.jobs import following
from motcua.identity.actions import enrolling, passkeys
from motcua.notices import actions, jobs, pages
from tests.cases.visit import visitors
from tests.identity.authenticator import Authenticator
from tests.identity.officers import altered, an_administrator, signed_in, with_key

ADDED = "Tài khoản của bạn có thêm một khóa truy cập"
REMOVED = "Một khóa truy cập của bạn đã bị xóa"
ASKED = "Có yêu cầu cấp khóa truy cập mới cho bạn"
AGREED = "Có mã mở được tài khoản của bạn"
SHUT_OUT = "Khóa truy cập và phiên đăng nhập của bạn đã bị khóa"


@pytest.fixture
def keyed(city: City, tmp_path: Path) -> Iterator[City]:
    there = city.database.city
    yield altered(city, tmp_path, officers_by="passkey", passkeys={"fresh_for": ["sign"]})
    city.database.city = there


@pytest.fixture
def browser(city: City) -> Authenticator:
    return Authenticator(city.settings.public_url)


async def told(city: City, officer: PersonId) -> list[tuple[str, str]]:
    """After the worker's jobs, each done twice: what the officer reads, the oldest first."""
    async with city.database.read(SYSTEM) as db:
        happened = await db.fetch(
            "SELECT id, kind, subject_id, facts FROM db.events WHERE subject_id = $1"
            " ORDER BY sequence",
            officer,
        )
    for id, kind, subject, facts in happened:
        if "notices.tell_of_keys" in following(kind):
            payload = {"event": str(id), "kind": kind, "subject": str(subject), "facts": facts}
            await jobs.tell_of_keys(city, payload)
            await jobs.tell_of_keys(city, payload)
    async with city.database.read(officer) as db:
        messages = await actions.messages_of_me(db)
    return [(message.subject, message.body) for message in reversed(messages)]


async def test_one_reads_of_ones_own_new_and_removed_keys(
    keyed: City, browser: Authenticator
) -> None:
    officer = await with_key(keyed, browser)
    viewer = (await signed_in(keyed, browser)).viewer
    asked = await passkeys.challenge_to_add(keyed, viewer)
    await passkeys.add(keyed, viewer, asked.cookie, browser.make(asked.options), "Khóa hai")
    async with keyed.database.write(officer) as db:
        [first, _] = await passkeys.passkeys_of_me(db)
        await passkeys.remove(db, viewer, first.id)
    read = await told(keyed, officer)
    assert [subject for subject, _ in read] == [ASKED, ADDED, ADDED, REMOVED]
    assert "Người vận hành hệ thống" in read[0][1]
    assert viewer.name in read[1][1]


async def test_one_reads_what_administrators_did_and_who_they_were(
    keyed: City, browser: Authenticator
) -> None:
    officer = await with_key(keyed, Authenticator(keyed.settings.public_url))
    first = replace(await an_administrator(keyed, browser), name="x")
    second = await an_administrator(keyed, Authenticator(keyed.settings.public_url))
    async with keyed.database.write(first.person) as db:
        await enrolling.ask_for_entrance(db, first, officer)
    async with keyed.database.write(second.person) as db:
        [wanted] = await enrolling.open_enrolments(db, officer)
        await enrolling.agree(db, second, wanted.id)
    async with keyed.database.write(first.person) as db:
        await enrolling.shut_out(db, first, officer)
        names = await identity.names(db, [first.person, second.person])
    read = (await told(keyed, officer))[2:]  # past how they came to their first key
    assert [subject for subject, _ in read] == [ASKED, AGREED, SHUT_OUT]
    assert names[first.person] in read[0][1]
    assert names[second.person] in read[1][1]
    async with keyed.database.read(second.person) as db:
        assert not [m for m in await actions.messages_of_me(db) if m.subject == SHUT_OUT]


async def test_it_goes_to_the_officers_address_without_a_consent(
    keyed: City, browser: Authenticator
) -> None:
    async with keyed.database.write(SYSTEM) as db:
        officer = await identity.enrol_officer(db, f"mail-{id(browser)}", "Có Thư", "ct@example.vn")
        await identity.invite(db, officer)
    assert [subject for subject, _ in await told(keyed, officer)] == [ASKED]
    async with keyed.database.read(SYSTEM) as db:
        [row] = await db.fetch("SELECT id FROM notices.messages WHERE person_id = $1", officer)
    await actions.deliver(keyed, row[0])
    async with keyed.database.read(SYSTEM) as db:
        [sent] = await db.fetch(
            "SELECT channel FROM notices.deliveries WHERE message_id = $1", row[0]
        )
    assert sent[0] == "email"


async def test_the_desk_has_a_page_of_them(keyed: City, browser: Authenticator) -> None:
    officer = await with_key(keyed, browser)
    await told(keyed, officer)
    viewer = (await signed_in(keyed, browser)).viewer
    async with visitors(keyed, pages.routes) as enter:
        page = (await enter(viewer).get("/desk/messages")).text
        other = (await enter(replace(viewer, person=SYSTEM)).get("/desk/messages")).text
    assert ADDED in page
    assert '<li lang="vi"' in page
    assert ADDED not in other
