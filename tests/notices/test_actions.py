"""A notice is written with the act it tells of, carried once, and read by its reader alone."""

import asyncio
import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest

from motcua import identity, notices
from motcua.base.errors import NotFound, Unavailable
from motcua.base.ids import SYSTEM, PersonId, new_id
from motcua.db import City
from motcua.notices import About, actions, jobs, queries
from motcua.notices.outside import Post
from tests import cast

FACTS: dict[str, notices.Fact] = {
    "code": "X1.01-261123-0001",
    "procedure": "Cấp giấy",
    "agency": "Sở Mẫu",
    "officer": "Bùi Quang Minh",
    "at": datetime(2026, 11, 23, 2, 30, tzinfo=UTC),
    "due_at": datetime(2026, 11, 30, 2, 30, tzinfo=UTC),
    "address": "https://city.example/cases/X1.01-261123-0001",
}


async def somebody(city: City, email: str | None) -> PersonId:
    """A person as identity writes them at the first sign-in."""
    person = PersonId(new_id())
    async with city.database.write(SYSTEM) as db:
        await db.execute(
            "INSERT INTO identity.people (id, kind, issuer, subject, name, first_seen_at, seen_at)"
            " VALUES ($1, 'person', 'test', $2, 'An', now(), now())",
            person, str(person),
        )  # fmt: skip
        await identity.correct_contact(db, person, email, None)
    return person


async def send(city: City, person: PersonId, actor: PersonId = SYSTEM) -> UUID:
    async with city.database.write(actor) as db:
        return await notices.send(db, person, "case.accepted", FACTS, About("case", uuid4()))


async def deliveries(city: City, message: UUID) -> list[tuple[Any, ...]]:
    async with city.database.read(SYSTEM) as db:
        rows = await db.fetch(
            "SELECT attempt, channel, to_address, outcome FROM notices.deliveries"
            " WHERE message_id = $1 ORDER BY attempt",
            message,
        )
        message_of = await queries.message_by_id(db, message)
    assert message_of
    return [
        (n, channel, actions.opened_address(city, message_of.person, message, to), outcome)
        for n, channel, to, outcome in rows
    ]


class MailServer:
    """Speaks just enough SMTP; answers the recipient as told."""

    def __init__(self) -> None:
        self.answer = "250 ok"
        self.mails: list[str] = []
        self.heard: list[str] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._listening.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            with connection, connection.makefile("rwb") as talk:
                self._talk(talk)

    def _talk(self, talk: Any) -> None:
        def say(line: str) -> None:
            talk.write(line.encode() + b"\r\n")
            talk.flush()

        say("220 test")
        while line := talk.readline().decode().strip():
            self.heard.append(line.upper())
            if line.upper() == "DATA":
                say("354 go on")
                lines = iter(talk.readline, b".\r\n")
                self.mails.append(b"".join(lines).decode())
                say("250 taken")
            elif line.upper() == "QUIT":
                say("221 bye")
                return
            else:
                say(self.answer if line.upper().startswith("RCPT") else "250 ok")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    made = MailServer()
    url = f"smtp://127.0.0.1:{made.port}?from=no-reply@city.example"
    monkeypatch.setenv("MOTCUA_SMTP_URL", url)
    yield made
    made.close()


@pytest.fixture
def no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MOTCUA_SMTP_URL", raising=False)


async def test_a_notice_and_its_job_exist_only_if_the_act_does(city: City) -> None:
    person = await somebody(city, "an@example.com")
    with suppress(ZeroDivisionError):
        async with city.database.write(SYSTEM) as db:
            message = await notices.send(db, person, "case.accepted", FACTS, About("case", uuid4()))
            raise ZeroDivisionError
    kept = await send(city, person)
    async with city.database.read(SYSTEM) as db:
        queued = await db.fetch(
            "SELECT payload FROM jobs.pgqueuer WHERE entrypoint = 'notices.deliver'"
        )
    payloads = [bytes(row["payload"]).decode() for row in queued]
    assert f'{{"message":"{kept}"}}' in payloads
    assert not [p for p in payloads if str(message) in p]


async def test_writing_a_notice_is_two_statements(city: City) -> None:
    person = await somebody(city, None)
    async with city.database.write(SYSTEM) as db:
        before = db.round_trips
        await notices.send(db, person, "case.accepted", FACTS, About("case", uuid4()))
        assert db.round_trips - before == 2


async def test_one_cause_tells_one_person_once(city: City) -> None:
    one, other, officer = [await somebody(city, None) for _ in range(3)]
    cause = uuid4()
    told = []
    for person in (one, one, other):
        async with city.database.write(officer) as db:
            about = About("case", uuid4())
            told.append(await notices.send(db, person, "case.accepted", FACTS, about, cause=cause))
    assert told[0] == told[1] != told[2]
    async with city.database.read(one) as db:
        assert len(await notices.messages_of_me(db)) == 1


async def test_only_its_reader_reads_it(city: City) -> None:
    person = await somebody(city, "an@example.com")
    message = await send(city, person)
    async with city.database.read(person) as db:
        mine = await notices.messages_of_me(db)
        assert [m.id for m in mine] == [message]
        assert "Sở Mẫu" in mine[0].body
    async with city.database.read(PersonId(uuid4())) as db:
        assert await notices.messages_of_me(db) == []
        assert await db.fetch("SELECT 1 FROM notices.messages WHERE id = $1", message) == []
    async with city.database.nobody() as db:
        assert await db.fetch("SELECT 1 FROM notices.messages") == []
        assert await db.fetch("SELECT 1 FROM notices.deliveries") == []


async def test_an_officer_may_send_but_not_read(city: City) -> None:
    person, officer = await somebody(city, "an@example.com"), PersonId(uuid4())
    message = await send(city, person, officer)
    async with city.database.read(officer) as db:
        assert await db.fetch("SELECT 1 FROM notices.messages WHERE id = $1", message) == []


async def test_an_organisations_notices_are_read_by_who_acts_for_it(city: City) -> None:
    clerk, stranger = await somebody(city, None), await somebody(city, None)
    firm = await cast.represented(city, clerk)
    message = await send(city, firm)
    async with city.database.read(clerk, firm) as db:
        assert [m.id for m in await notices.messages_of_me(db)] == [message]
    async with city.database.read(stranger, firm) as db:
        assert await notices.messages_of_me(db) == []


async def test_what_was_said_stays_said(city: City) -> None:
    """Only time takes it away, by the platform's hand (motcua.privacy)."""
    person = await somebody(city, None)
    message = await send(city, person)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with city.database.write(SYSTEM) as db:
            await db.execute("UPDATE notices.messages SET body = 'x' WHERE id = $1", message)
    async with city.database.write(person) as db:
        await db.execute("DELETE FROM notices.messages WHERE id = $1", message)
        assert [m.id for m in await notices.messages_of_me(db)] == [message]


@pytest.mark.usefixtures("no_server")
async def test_without_a_mail_server_it_stays_in_the_outbox(city: City) -> None:
    message = await send(city, await somebody(city, "an@example.com"))
    await jobs.deliver(city, {"message": str(message)})
    await jobs.deliver(city, {"message": str(message)})
    assert await deliveries(city, message) == [(1, "email", "an@example.com", "kept")]
    shown = next(m for m in await actions.outbox(city) if m.id == message)
    assert (shown.to_address, shown.outcome) == ("an@example.com", "kept")


async def test_without_an_address_it_waits_to_be_read(city: City, server: MailServer) -> None:
    message = await send(city, await somebody(city, None))
    await jobs.deliver(city, {"message": str(message)})
    assert await deliveries(city, message) == [(1, "inbox", None, "kept")]
    assert server.mails == []


async def test_it_is_mailed_once(city: City, server: MailServer) -> None:
    message = await send(city, await somebody(city, "an@example.com"))
    await jobs.deliver(city, {"message": str(message)})
    await jobs.deliver(city, {"message": str(message)})
    assert await deliveries(city, message) == [(1, "email", "an@example.com", "sent")]
    (mail,) = server.mails
    assert "To: an@example.com" in mail
    assert f"Message-ID: <{message}@city.example>" in mail


async def test_a_busy_server_is_tried_again_and_the_tries_are_kept(
    city: City, server: MailServer
) -> None:
    message = await send(city, await somebody(city, "an@example.com"))
    server.answer = "451 later"
    for _ in range(2):
        with pytest.raises(Unavailable):
            await jobs.deliver(city, {"message": str(message)})
    server.answer = "250 ok"
    await jobs.deliver(city, {"message": str(message)})
    assert [d[3] for d in await deliveries(city, message)] == ["failed", "failed", "sent"]
    assert len(server.mails) == 1


async def test_a_refused_address_is_not_tried_again(city: City, server: MailServer) -> None:
    message = await send(city, await somebody(city, "an@example.com"))
    server.answer = "550 unknown"
    await jobs.deliver(city, {"message": str(message)})
    await jobs.deliver(city, {"message": str(message)})
    assert [d[3] for d in await deliveries(city, message)] == ["refused"]


@pytest.mark.parametrize("address", ["no address", "a@b\r\nBcc: all@example.com", "@", "a@b, c@d"])
async def test_a_hostile_address_is_refused_before_the_server_hears_it(
    city: City, server: MailServer, address: str
) -> None:
    message = await send(city, await somebody(city, address))
    await jobs.deliver(city, {"message": str(message)})
    assert [d[3] for d in await deliveries(city, message)] == ["refused"]
    assert server.mails == []


async def test_no_address_and_no_text_is_logged(
    city: City, server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    message = await send(city, await somebody(city, "an-secret@example.com"))
    server.answer = "451 later"
    with pytest.raises(Unavailable) as refusal:
        await jobs.deliver(city, {"message": str(message)})
    assert "secret" not in caplog.text + str(refusal.value) + repr(refusal.value.facts)


async def test_two_workers_at_once_record_one_try(city: City, server: MailServer) -> None:
    message = await send(city, await somebody(city, "an@example.com"))
    given = {"message": str(message)}
    await asyncio.gather(jobs.deliver(city, given), jobs.deliver(city, given))
    assert await deliveries(city, message) == [(1, "email", "an@example.com", "sent")]


async def test_a_notice_that_never_was_is_not_delivered(city: City) -> None:
    with pytest.raises(NotFound):
        await jobs.deliver(city, {"message": str(uuid4())})


async def test_outside_the_demonstration_there_is_no_outbox(city: City) -> None:
    real = City(msgspec.structs.replace(city.settings, demo=False), city.pack, city.database.url)
    with pytest.raises(NotFound):
        await actions.outbox(real)


async def test_a_password_never_travels_in_the_open(city: City, server: MailServer) -> None:
    """This server offers no STARTTLS, so it is told neither name nor secret."""
    post = Post(f"smtp://user:secret@127.0.0.1:{server.port}?from=a@b.example")
    message = await send(city, await somebody(city, None))
    async with city.database.read(SYSTEM) as db:
        found = await queries.message_by_id(db, message)
    assert found is not None
    assert await asyncio.to_thread(post.carry, found, "an@example.com") == "failed"
    assert server.mails == []
    assert not [line for line in server.heard if line.startswith("AUTH")]
