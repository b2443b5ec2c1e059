"""Files and papers on a real database: who may read, how numbers run, what repeating does."""

import asyncio
import hashlib
import re
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from motcua import agencies, documents
from motcua.base import clock
from motcua.base.errors import NotFound, Unavailable
from motcua.base.ids import SYSTEM, CaseId, DocumentId, PersonId, new_id
from motcua.base.keys import FolderWrapping, KeyFolder
from motcua.base.text import Text
from motcua.db import City, events
from motcua.demo import authority
from motcua.documents import Holder, Paper, actions, queries
from motcua.documents.outside.store import FolderStore
from motcua.documents.outside.typesetting import typeset
from tests import cast
from tests.documents import build
from tests.documents.test_typesetting import text_of

KIND = "KQ.G01.000200"


def someone() -> PersonId:
    return PersonId(new_id())


def case() -> CaseId:
    return CaseId(new_id())


@pytest.fixture
def agency(city: City) -> str:
    code = city[agencies.Agencies].all[0].code
    authority.signing_certificate(city.settings, code, "Công an thành phố Mẫu")
    return code


async def officer(city: City, agency: str) -> PersonId:
    person = someone()
    async with city.database.write(SYSTEM) as db:
        await agencies.appoint(db, person, agency, "handler", date(2020, 1, 1))
    return person


async def hand_in(
    city: City, person: PersonId, content: bytes | None = None, behalf: PersonId | None = None
) -> DocumentId:
    upload = await documents.examine(city, "ảnh.png", content or build.picture())
    async with city.database.write(person, behalf) as db:
        return (await documents.store_upload(db, upload)).id


async def may_read(
    city: City, person: PersonId, file_id: DocumentId, behalf: PersonId | None = None
) -> bool:
    async with city.database.write(person, behalf) as db:
        try:
            await documents.open_file(db, file_id)
        except NotFound:
            return False
        return True


def paper_for(one: CaseId, agency: str, owner: PersonId, holder: PersonId | None) -> Paper:
    return Paper(
        case=one, kind_code=KIND, kind_name=Text("Phiếu", "Certificate"), agency=agency,
        issuer_name=Text("Công an", "Police"), owner=owner, file_name="phiếu.pdf",
        holder=Holder(holder, "999 090 000 017", "Nguyễn Văn An", date(1990, 3, 12)),
    )  # fmt: skip


async def issue(
    city: City, agency: str, owner: PersonId, holder: PersonId | None = None
) -> tuple[documents.Issued, CaseId]:
    one = case()
    async with city.database.write(SYSTEM) as db:
        reserved = await documents.reserve(db, one, agency, KIND, "{sequence}/LLTP")
    prepared = await documents.prepare(city, reserved, agency, "certificate.typ", build.facts())
    async with city.database.write(SYSTEM) as db:
        paper = paper_for(one, agency, owner, holder or owner)
        return await documents.record(db, reserved, paper, prepared), one


async def test_a_file_comes_back_as_it_was_handed_in(city: City) -> None:
    an, content = someone(), build.picture()
    file_id = await hand_in(city, an, content)
    async with city.database.write(an) as db:
        file, back = await documents.open_file(db, file_id)
    assert back == content
    assert (file.name, file.media_type, file.size) == ("ảnh.png", "image/png", len(content))
    assert file.sha256 == hashlib.sha256(content).digest()


async def test_to_another_person_the_file_does_not_exist(city: City) -> None:
    an, binh = someone(), someone()
    file_id = await hand_in(city, an)
    assert await may_read(city, an, file_id)
    assert not await may_read(city, binh, file_id)


async def test_a_file_of_an_organisation_is_read_in_its_name_alone(city: City) -> None:
    an = someone()
    firm = await cast.represented(city, an)
    file_id = await hand_in(city, an, behalf=firm)
    assert await may_read(city, an, file_id, behalf=firm)
    assert not await may_read(city, an, file_id)
    # Who only says that they act in its name does not.
    assert not await may_read(city, someone(), file_id, behalf=firm)


async def test_an_agency_reads_what_was_shared_with_it(city: City, agency: str) -> None:
    an, reader = someone(), await officer(city, agency)
    file_id = await hand_in(city, an)
    assert not await may_read(city, reader, file_id)
    for _ in range(2):  # twice is once
        async with city.database.write(an) as db:
            await documents.share(db, [file_id], agency=agency)
    assert await may_read(city, reader, file_id)
    assert not await may_read(city, someone(), file_id)


async def test_the_owner_sees_that_an_officer_opened_the_file(city: City, agency: str) -> None:
    an, reader = someone(), await officer(city, agency)
    file_id = await hand_in(city, an)
    async with city.database.write(an) as db:
        await documents.share(db, [file_id], agency=agency)
        await documents.open_file(db, file_id)
    assert await may_read(city, reader, file_id)
    async with city.database.read(an) as db:
        seen = await events.history(db, file_id)
    assert [(event.kind, event.actor_id) for event in seen] == [("document.opened", reader)]


async def test_nobody_shares_what_is_not_theirs(city: City, agency: str) -> None:
    file_id = await hand_in(city, someone())
    with pytest.raises(NotFound):
        async with city.database.write(someone()) as db:
            await documents.share(db, [file_id], agency=agency)
    # Row-level security says the same to a statement that did not ask first.
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with city.database.write(thief := someone()) as db:
            await queries.share_files(db, [file_id], None, thief, thief, clock.now())


async def test_nobody_makes_a_file_for_another(city: City) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with city.database.write(an := someone()) as db:
            await queries.add_file(
                db, new_id(), someone(), an, "a.pdf", "application/pdf", 1, b"0" * 32, clock.now(),
                "clean", b"0" * 32,
            )  # fmt: skip


async def test_with_nobody_acting_no_row_is_seen(city: City, agency: str) -> None:
    an = someone()
    await hand_in(city, an)
    await issue(city, agency, an)
    async with city.database.nobody() as db:
        for table in ("files", "shares", "sequences", "numbers", "results", "result_statuses"):
            assert (await db.fetch_row(f"SELECT count(*) FROM documents.{table}"))[0] == 0


async def test_what_was_recorded_can_be_changed_by_nobody(city: City, agency: str) -> None:
    await issue(city, agency, someone())
    for statement in (
        "UPDATE documents.results SET number = '1'",
        "DELETE FROM documents.results",
        "UPDATE documents.result_statuses SET status = 'valid'",
        "UPDATE documents.files SET sha256 = sha256",
        "UPDATE documents.numbers SET number = '1'",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with city.database.write(SYSTEM) as db:
                await db.execute(statement)
    # Time takes away files that nothing names; the file of a paper stays as long as the paper.
    deletion = "WITH gone AS (DELETE FROM documents.shares) DELETE FROM documents.files"
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        async with city.database.write(SYSTEM) as db:
            await db.execute(deletion)


async def test_numbers_run_without_gaps_in_one_year(city: City, agency: str) -> None:
    kind = f"KQ.T.{new_id().int % 10**6:06}"

    async def one() -> str:
        async with city.database.write(SYSTEM) as db:
            return (await documents.reserve(db, case(), agency, kind, "{sequence}/{year}")).number

    async def gives_up() -> None:
        async with city.database.write(SYSTEM) as db:
            await documents.reserve(db, case(), agency, kind, "{sequence}/{year}")
            raise RuntimeError

    with clock.at(datetime(2026, 12, 31, 3, tzinfo=UTC)):
        some = await asyncio.gather(
            *(one() for _ in range(5)), *(gives_up() for _ in range(3)), return_exceptions=True
        )
        some.append(await one())
    with clock.at(datetime(2027, 1, 1, 3, tzinfo=UTC)):
        next_year = await one()
    numbers = sorted(str(n) for n in some if not isinstance(n, BaseException))
    assert numbers == [f"{n}/2026" for n in range(1, 7)]
    assert next_year == "1/2027"


async def test_a_second_try_gets_the_same_number_and_is_one_paper(city: City, agency: str) -> None:
    one, an = case(), someone()
    reserved, issued = [], []
    for _ in range(2):
        async with city.database.write(SYSTEM) as db:
            reserved.append(await documents.reserve(db, one, agency, KIND, "{sequence}/LLTP"))
        prepared = await documents.prepare(
            city, reserved[-1], agency, "certificate.typ", build.facts()
        )
        async with city.database.write(SYSTEM) as db:
            paper = paper_for(one, agency, an, an)
            issued.append(await documents.record(db, reserved[-1], paper, prepared))
    assert reserved[0] == reserved[1]
    assert issued[0] == issued[1]
    async with city.database.read(an) as db:
        assert await documents.of_case(db, one) == issued[:1]


async def test_a_receipt_carries_the_number_of_its_case(city: City, agency: str) -> None:
    async with city.database.write(SYSTEM) as db:
        reserved = await documents.reserve(db, case(), agency, "receipt", "H1.2-261123-0001")
    assert reserved.number == "H1.2-261123-0001"
    assert len(reserved.reference) == 20


async def test_an_issued_paper_is_genuine_and_in_the_vault(city: City, agency: str) -> None:
    an = someone()
    issued, _ = await issue(city, agency, an)
    async with city.database.write(an) as db:
        file, pdf = await documents.open_file(db, issued.document)
        (kept,) = await documents.vault(db)
    anchors = documents.trust_anchors(city.settings)
    verdict = await asyncio.to_thread(documents.check, pdf, anchors, clock.now())
    assert (verdict.outcome, verdict.reference) == ("valid", issued.reference)
    assert file.name == "phiếu.pdf"
    printed = " ".join(re.findall(".{5}", issued.reference))
    assert printed in text_of(pdf)  # in groups, as the page shows it
    assert (kept.reference, kept.status, kept.document) == (
        issued.reference, "valid", issued.document,
    )  # fmt: skip


async def test_a_parent_and_a_child_both_hold_the_childs_paper(city: City, agency: str) -> None:
    parent, child, stranger = someone(), someone(), someone()
    issued, _ = await issue(city, agency, parent, child)
    for person, sees in ((parent, True), (child, True), (stranger, False)):
        assert await may_read(city, person, issued.document) is sees
        async with city.database.read(person) as db:
            assert [p.reference for p in await documents.vault(db)] == [issued.reference] * sees


async def test_only_the_agency_issues_in_its_name(city: City, agency: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with city.database.write(someone()) as db:
            await documents.reserve(db, case(), agency, KIND, "{sequence}/LLTP")
    other = city[agencies.Agencies].all[-1].code
    assert other != agency
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with city.database.write(await officer(city, other)) as db:
            await documents.reserve(db, case(), agency, KIND, "{sequence}/LLTP")
    async with city.database.write(await officer(city, agency)) as db:
        assert await documents.reserve(db, case(), agency, KIND, "{sequence}/LLTP")


async def test_the_record_names_the_paper_and_not_the_person(city: City, agency: str) -> None:
    issued, _ = await issue(city, agency, someone())
    record = await documents.record_of(city, issued.reference)
    assert (record.number, record.status, record.kind_name_en) == (
        issued.number, "valid", "Certificate",
    )  # fmt: skip
    assert "Nguyễn" not in str(record)
    with pytest.raises(NotFound):
        await documents.record_of(city, "0" * 20)


async def test_a_reference_is_read_as_people_write_it(city: City, agency: str) -> None:
    issued, _ = await issue(city, agency, someone())
    typed = " ".join(issued.reference.lower().replace("0", "o")).replace("1", "l")
    assert (await documents.record_of(city, typed)).reference == issued.reference


async def test_a_paper_goes_to_replaced_to_revoked_and_never_back(city: City, agency: str) -> None:
    issued, _ = await issue(city, agency, someone())
    seen = []
    for status in ("replaced", "revoked", "replaced", "valid"):
        async with city.database.write(await officer(city, agency)) as db:
            await documents.declare(db, issued.reference, status)
        seen.append((await documents.record_of(city, issued.reference)).status)
    assert seen == ["replaced", "revoked", "revoked", "revoked"]


async def test_a_holder_does_not_revoke_their_own_paper(city: City, agency: str) -> None:
    an = someone()
    issued, _ = await issue(city, agency, an)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with city.database.write(an) as db:
            await documents.declare(db, issued.reference, "revoked")


async def test_the_number_on_the_paper_opens_the_person_and_the_person_is_told(
    city: City, agency: str
) -> None:
    an = someone()
    issued, _ = await issue(city, agency, an)
    assert await actions.show_holder(city, issued.reference, "999090000018") is None
    assert await actions.show_holder(city, "0" * 20, "999090000017") is None
    shown = await actions.show_holder(city, issued.reference, " 999.090.000-017 ")
    assert shown is not None
    assert (shown.name, shown.birth_date) == ("Nguyễn Văn An", date(1990, 3, 12))
    async with city.database.read(an) as db:
        seen = await events.history(db, issued.document)
    assert [event.kind for event in seen] == ["document.shown"]


async def test_a_dropped_file_must_be_the_very_paper(city: City, agency: str) -> None:
    an = someone()
    issued, _ = await issue(city, agency, an)
    async with city.database.write(an) as db:
        _, pdf = await documents.open_file(db, issued.document)
    verdict, record, is_same = await actions.check_file(city, pdf)
    assert (verdict.outcome, is_same) == ("valid", True)
    assert record is not None
    assert record.reference == issued.reference
    # The agency's own signature over another text with the same code, as an insider might make.
    facts = build.facts(
        verify_url=f"{city.settings.public_url}/verify/{issued.reference}", number="1/X"
    )
    signer = city[documents.Signers].by_agency(agency)
    draft = typeset(build.SAMPLE / "certificate.typ", facts)
    forged = await asyncio.to_thread(signer.sign, draft, clock.now())
    verdict, record, is_same = await actions.check_file(city, forged)
    assert (verdict.outcome, is_same) == ("valid", False)


async def test_without_a_key_nothing_is_set_or_signed(city: City) -> None:
    async with city.database.write(SYSTEM) as db:
        reserved = await documents.reserve(db, case(), "keyless", KIND, "{sequence}")
    with pytest.raises(Unavailable) as refused:
        await documents.prepare(city, reserved, "keyless", "certificate.typ", build.facts())
    assert refused.value.reason == "documents.no_signing_key"


async def test_the_loop_goes_on_while_papers_are_signed(city: City, agency: str) -> None:
    longest = 0.0

    async def watch() -> None:
        nonlocal longest
        loop = asyncio.get_running_loop()
        while True:
            before = loop.time()
            await asyncio.sleep(0.001)
            longest = max(longest, loop.time() - before)

    async with city.database.write(SYSTEM) as db:
        reserved = await documents.reserve(db, case(), agency, KIND, "{sequence}")
    await documents.prepare(city, reserved, agency, "certificate.typ", build.facts())  # warm
    watching = asyncio.create_task(watch())
    started = asyncio.get_running_loop().time()
    for _ in range(10):
        await documents.prepare(city, reserved, agency, "certificate.typ", build.facts())
    total = asyncio.get_running_loop().time() - started
    watching.cancel()
    assert longest < total / 4, (longest, total)


def own_keys(folder: Path) -> KeyFolder:
    return KeyFolder(folder / "keys", FolderWrapping(folder / "city"))


def test_the_store_keeps_the_same_bytes_once(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "files", own_keys(tmp_path))
    first, second = store.put(b"abc"), store.put(b"abc")
    assert first == second == hashlib.sha256(b"abc").digest()
    kept = [path for path in (tmp_path / "files").glob("*/*") if path.is_file()]
    assert len(kept) == 1
    assert kept[0].stat().st_mode & 0o077 == 0
    assert b"abc" not in kept[0].read_bytes()
    assert store.get(first) == b"abc"


def test_a_file_that_rotted_on_disk_is_not_served(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "files", own_keys(tmp_path))
    digest = store.put(b"abc")
    (kept,) = (path for path in (tmp_path / "files").glob("*/*") if path.is_file())
    kept.write_bytes(b"abd")
    with pytest.raises(AssertionError):
        store.get(digest)


def test_an_id_that_is_none_names_nothing() -> None:
    assert actions.file_id_of(str(uuid4()))
    with pytest.raises(NotFound):
        actions.file_id_of("../../etc/passwd")


async def test_many_papers_signed_at_once_are_all_genuine(city: City, agency: str) -> None:
    issued = await asyncio.gather(*(issue(city, agency, someone()) for _ in range(8)))
    anchors = documents.trust_anchors(city.settings)
    for paper, _ in issued:
        async with city.database.write(SYSTEM) as db:
            _, pdf = await documents.open_file(db, paper.document)
        verdict = await asyncio.to_thread(documents.check, pdf, anchors, clock.now())
        assert (verdict.outcome, verdict.reference) == ("valid", paper.reference)
    assert len({paper.number for paper, _ in issued}) == 8
