"""Everything about somebody, and nothing about anybody else, signed by the city."""

import io
import json
import secrets
import zipfile
from datetime import timedelta
from hashlib import sha256
from uuid import UUID, uuid4

import asyncpg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from msgspec import structs

from motcua import identity, notices
from motcua.base import clock
from motcua.base.errors import Conflict, NotFound
from motcua.base.ids import SYSTEM, new_id
from motcua.cases.actions import drafting
from motcua.db import City
from motcua.identity import Viewer
from motcua.identity import model as identity_model
from motcua.identity.actions import delegating
from motcua.identity.actions.sessions import Opening, open_session
from motcua.notices import About
from motcua.privacy import actions
from motcua.privacy.rules import NOBODYS
from tests import cast
from tests.cases import build
from tests.cases.build import AGENCY, SAMPLE
from tests.privacy.build import BORN, somebody

ONLY_OFFICERS = {
    "agencies.posts", "agencies.stand_ins", "cases.counter_drafts", "identity.administrators",
    "identity.agreements", "identity.challenges", "identity.enrolments", "identity.passkeys",
}  # fmt: skip
TOMORROW = (clock.now() + timedelta(days=1)).date()
HIDDEN_BY_LAW = {"exchange.covert_orders"}


async def made(city: City, who: Viewer) -> zipfile.ZipFile:
    whose = who.person, who.on_behalf_of
    async with city.database.write(*whose) as db:
        id = await actions.ask_export(db)
    await actions.make_export(city, id)
    return zipfile.ZipFile(io.BytesIO(await actions.fetch(city, whose[0], id, whose[1])))


async def lived(city: City, staff: cast.Cast) -> Viewer:
    """Somebody with a row in as many tables as a request has to do with."""
    build.keys(city, AGENCY)
    who = await somebody(city)
    upload = await build.upload(city, who, "giấy tờ.pdf")
    asked = build.filing(city, documents={"student_card": upload}, fee_class="student")
    case = await build.file(city, who, asked)
    await build.pay(city, case)
    case = await build.act(city, staff.reception, case, "accept")
    given = {"number": who.number, "name": who.name, "birth_date": str(BORN), "residence": None}
    await build.answer(city, case, staff.handler, "identity", given)
    case = await build.act(city, staff.handler, case, "propose", outcome="granted")
    case = await build.act(city, staff.leader, case, "approve")
    await build.act(city, staff.leader, case, "sign")
    async with city.database.write(who.person) as db:
        draft = drafting.new_draft(who, SAMPLE)
        await drafting.keep(db, draft)
    async with city.database.write(SYSTEM) as db:
        facts: dict[str, notices.Fact] = {
            "code": case.code, "procedure": "p", "agency": "a", "officer": "o",
            "at": clock.now(), "due_at": clock.now(), "address": "https://x.example",
        }  # fmt: skip
        message = await notices.send(db, who.person, "case.accepted", facts, About("case", case.id))
    await notices.actions.deliver(city, message)
    return who


async def test_every_table_with_a_row_of_theirs_is_in_it(
    city: City, staff: cast.Cast, database_url: str
) -> None:
    who = await lived(city, staff)
    archive = await made(city, who)
    told = {
        n.removeprefix("data/").removesuffix(".json") for n in archive.namelist() if "data/" in n
    }
    held = await tables_with_rows_of(database_url, who.person)
    assert len(held) > 15
    assert held - told - HIDDEN_BY_LAW == set()
    assert not told & ONLY_OFFICERS


async def tables_with_rows_of(url: str, person: UUID) -> set[str]:
    """By the catalogue of columns: wherever an id of theirs, or of what is theirs, stands."""
    admin = await asyncpg.connect(url)
    try:
        columns = await admin.fetch(
            "SELECT table_schema || '.' || table_name, column_name FROM information_schema.columns"
            " WHERE data_type = 'uuid' AND table_schema !~ '^(pg_|information_schema)'"
        )
        ids = [person]
        for table, column, of in (
            ("cases.cases", "id", "applicant_id"), ("documents.files", "id", "owner_id"),
            ("notices.messages", "id", "person_id"), ("payments.requests", "id", "payer_id"),
            ("privacy.exports", "id", "person_id"),
        ):  # fmt: skip
            found = await admin.fetch(f"SELECT {column} FROM {table} WHERE {of} = $1", person)
            ids += [row[0] for row in found]
        proposals = await admin.fetch(
            "SELECT id FROM cases.proposals WHERE case_id = ANY ($1)", ids
        )
        ids += [row[0] for row in proposals]
        return {
            table
            for table, column in columns
            if table not in NOBODYS
            and table.split(".")[0] not in NOBODYS
            and await admin.fetchval(
                f"SELECT EXISTS (SELECT FROM {table} WHERE {column} = ANY ($1))", ids
            )
        }
    finally:
        await admin.close()


async def test_what_lies_sealed_is_told_open(city: City, staff: cast.Cast) -> None:
    who = await lived(city, staff)
    archive = await made(city, who)
    [me] = json.loads(archive.read("data/identity.people.json"))
    assert (me["number"], me["birth_date"], me["email"]) == (
        who.number, str(BORN), "moi@example.com",
    )  # fmt: skip
    [case] = json.loads(archive.read("data/cases.cases.json"))
    assert case["answers"]["purpose"] == "school"
    assert case["subject"]["number"] == who.number
    [finding] = json.loads(archive.read("data/cases.findings.json"))
    assert finding["answer"]["number"] == who.number
    [sent] = json.loads(archive.read("data/notices.deliveries.json"))
    assert sent["to_address"] == "moi@example.com"
    assert "~" not in "".join(archive.read(n).decode() for n in archive.namelist() if "data/" in n)


async def test_no_secret_of_the_house_is_in_it(city: City, staff: cast.Cast) -> None:
    archive = await made(city, await lived(city, staff))
    names = {
        key
        for name in archive.namelist()
        if name.startswith("data/")
        for row in json.loads(archive.read(name))
        for key in row
    }
    assert not names & {
        "token_hash", "id_hash", "number_hash", "subject_hash", "holder_salt", "holder_check",
        "salt",
    }  # fmt: skip


async def test_nothing_of_anybody_else_is_in_it(city: City, staff: cast.Cast) -> None:
    other = await lived(city, staff)
    archive = await made(city, await lived(city, staff))
    whole = b"".join(archive.read(name) for name in archive.namelist())
    assert other.number
    assert other.number.encode() not in whole
    assert str(other.person).encode() not in whole


async def test_files_and_papers_are_in_it_as_they_are(city: City, staff: cast.Cast) -> None:
    archive = await made(city, await lived(city, staff))
    files = [name for name in archive.namelist() if name.startswith("files/")]
    assert [name.split("/")[1] for name in files] == ["uploads", "results"]
    assert all(archive.read(name).startswith(b"%PDF") for name in files)
    assert json.loads(archive.read("left-out.json")) == []


async def test_each_part_is_named_with_its_digest_and_the_whole_is_signed(
    city: City, staff: cast.Cast
) -> None:
    archive = await made(city, await lived(city, staff))
    said = archive.read("manifest.json")
    parts = {one["name"]: one for one in json.loads(said)["parts"]}
    rest = {"manifest.json", "manifest.sig", "certificate.pem"}
    assert set(parts) == set(archive.namelist()) - rest
    for name, one in parts.items():
        content = archive.read(name)
        assert (one["sha256"], one["size"]) == (sha256(content).hexdigest(), len(content))
    certificate = x509.load_pem_x509_certificate(archive.read("certificate.pem"))
    key = certificate.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    key.verify(archive.read("manifest.sig"), said, ec.ECDSA(hashes.SHA256()))


async def test_the_archive_lies_sealed(city: City, staff: cast.Cast) -> None:
    who = await lived(city, staff)
    await made(city, who)
    stored = [p for p in (city.settings.data / "files").glob("*/*") if p.stat().st_size > 100]
    assert not [p for p in stored if p.read_bytes().startswith(b"PK")]


async def test_a_person_has_only_so_many_and_fetches_each_only_so_often(
    city: City, staff: cast.Cast
) -> None:
    build.keys(city, AGENCY)
    who = await somebody(city)
    ids = []
    for _ in range(3):
        async with city.database.write(who.person) as db:
            ids.append(await actions.ask_export(db))
    with pytest.raises(Conflict, match="too_many"):
        async with city.database.write(who.person) as db:
            await actions.ask_export(db)
    with pytest.raises(NotFound):
        await actions.fetch(city, who.person, ids[0])  # not made yet
    await actions.make_export(city, ids[0])
    await actions.make_export(city, ids[0])
    with pytest.raises(NotFound):
        await actions.fetch(city, staff.an.person, ids[0])  # another's
    for _ in range(5):
        await actions.fetch(city, who.person, ids[0])
    with pytest.raises(NotFound):
        await actions.fetch(city, who.person, ids[0])
    await actions.make_export(city, ids[1])
    with clock.at(clock.now() + timedelta(days=7, minutes=1)):
        with pytest.raises(NotFound):
            await actions.fetch(city, who.person, ids[1])
        async with city.database.write(who.person) as db:
            await actions.ask_export(db)


async def test_an_export_that_nobody_asked_for_is_not_made(city: City) -> None:
    await actions.make_export(city, uuid4())


async def test_what_an_order_hides_is_not_in_it(
    city: City, staff: cast.Cast, database_url: str
) -> None:
    who = await lived(city, staff)
    hidden = new_id()
    order = new_id()
    admin = await asyncpg.connect(database_url)
    try:
        await admin.execute(
            "INSERT INTO exchange.covert_orders (id, subject_hash, agency_code, reason,"
            " legal_basis, from_at, until, ordered_by, ordered_at)"
            " VALUES ($1, $2, 'SM.1', 'r', 'l', now(), now() + interval '1 day', $3, now())",
            order, bytes(32), staff.leader.person,
        )  # fmt: skip
        await admin.execute(
            "INSERT INTO exchange.looks (id, at, asker_id, subject_hash, register, operation,"
            " purpose_vi, purpose_en, legal_basis, covert_id)"
            " VALUES ($1, now(), $2, $3, 'r', 'o', 'v', 'e', 'l', $4)",
            hidden, staff.leader.person, bytes(32), order,
        )  # fmt: skip
        await admin.execute(
            "INSERT INTO exchange.look_subjects (person_id, look_id, covert_id)"
            " VALUES ($1, $2, $3)",
            who.person, hidden, order,
        )  # fmt: skip
    finally:
        await admin.close()
    archive = await made(city, who)
    whole = b"".join(archive.read(name) for name in archive.namelist())
    assert str(hidden).encode() not in whole
    assert str(order).encode() not in whole


async def test_consents_are_in_it(big: City, office: cast.Cast) -> None:
    who = await somebody(big)
    async with big.database.write(who.person) as db:
        await identity.give_consent(db, "email", "vi")
    [given] = json.loads((await made(big, who)).read("data/identity.consents.json"))
    assert given["words"].startswith("Tôi đồng ý")


# ---- an organisation's


async def a_firm(city: City, who: Viewer) -> Viewer:
    """In the name of an organisation that nobody else has to do with."""
    firm = await identity.meet_organisation(city, f"99{secrets.randbelow(10**8):08}", "Hãng Mới")
    async with city.database.write(SYSTEM) as db:
        await db.execute(
            "INSERT INTO identity.representatives (organisation_id, person_id, source, until)"
            " VALUES ($1, $2, 'test', now() + interval '1 hour')",
            firm, who.person,
        )  # fmt: skip
    return structs.replace(
        who, on_behalf_of=firm, organisation_name="Hãng Mới", assurance=None,
        roles=identity_model.REPRESENTATIVE,
    )  # fmt: skip


async def test_a_representative_has_everything_about_the_organisation_and_nothing_of_their_own(
    city: City, staff: cast.Cast, database_url: str
) -> None:
    own = await lived(city, staff)
    firm = await a_firm(city, own)
    assert firm.on_behalf_of
    case = await build.file(city, firm, build.filing(city))
    await open_session(city, "residents", firm, "/", Opening(device="Chrome, Linux"))
    archive = await made(city, firm)
    held = await tables_with_rows_of(database_url, firm.on_behalf_of)
    told = {
        n.removeprefix("data/").removesuffix(".json") for n in archive.namelist() if "data/" in n
    }
    assert {"cases.cases", "identity.sessions", "identity.representatives"} <= held
    assert held - told == set()
    [me] = json.loads(archive.read("data/identity.people.json"))
    assert (me["id"], me["kind"], len(me["number"])) == (
        str(firm.on_behalf_of), "organisation", 10,
    )  # fmt: skip
    [told_case] = json.loads(archive.read("data/cases.cases.json"))
    assert told_case["code"] == case.code
    [session] = json.loads(archive.read("data/identity.sessions.json"))
    assert "device" not in session
    assert not [name for name in archive.namelist() if name.startswith("files/")]
    # Nor is the organisation's in what the person has of themselves.
    mine = json.loads((await made(city, own)).read("data/cases.cases.json"))
    assert case.code not in {one["code"] for one in mine if one["applicant_id"] == str(own.person)}


async def test_whom_a_representative_lets_act_has_no_copy_of_it(
    city: City, staff: cast.Cast
) -> None:
    build.keys(city, AGENCY)
    firm = await a_firm(city, await somebody(city))
    assert firm.on_behalf_of
    other = await somebody(city, "Người Được Giao")
    async with city.database.write(firm.person, firm.on_behalf_of) as db:
        given = identity_model.DelegationGiven(
            "999000000123", other.name, ["files", "pays", "receives"], TOMORROW
        )
        await delegating.give(db, firm, delegating.Delegate(other.person, other.name), given)
        asked_for = await actions.ask_export(db)
    await actions.make_export(city, asked_for)
    with pytest.raises(NotFound):
        await actions.fetch(city, other.person, asked_for, firm.on_behalf_of)
    with pytest.raises(NotFound):
        await actions.fetch(city, firm.person, asked_for)  # in their own name it is not theirs
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with city.database.write(other.person, firm.on_behalf_of) as db:
            await actions.ask_export(db)
    assert await actions.fetch(city, firm.person, asked_for, firm.on_behalf_of)
