"""The verification page and the files' addresses, over HTTP as strangers may use them."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import unquote
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx
import pytest
from litestar import Litestar, Request
from litestar.di import Provide

from motcua import documents, web
from motcua.base.ids import SYSTEM, PersonId, new_id
from motcua.base.text import Text
from motcua.db import City
from motcua.documents import api, pages
from motcua.documents.rules import uploads
from motcua.identity import Viewer
from motcua.web import Throttle, fields_used
from tests.documents import build
from tests.documents.test_actions import agency, issue, someone

__all__ = ["agency"]

PAGE = {"accept": "text/html"}
NUMBER = {"number": "999090000017"}


@pytest.fixture
async def client(city: City, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    async def who(connection: Any) -> Viewer | None:
        given = connection.headers.get("x-person")
        return Viewer(person=PersonId(UUID(given)), name="An") if given else None

    def viewer(request: Request[Any, Any, Any]) -> Viewer | None:
        found: Viewer | None = request.scope["state"]["viewer"]
        return found

    for name in ("_by_client", "_by_reference", "_files_by_client"):
        getattr(pages, name).forget()
    site = web.Site(
        name=Text("Mẫu", "Sample"), zone=ZoneInfo("UTC"), currency=city.pack.info.currency.code
    )
    app = Litestar(
        [*pages.routes, *api.routes],
        plugins=[web.build(site, who)],
        dependencies={
            "city": Provide(lambda: city, sync_to_thread=False),
            "viewer": Provide(viewer, sync_to_thread=False),
        },
        openapi_config=None,
    )
    app.state.city = city
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as made:
        yield made


def upload_headers(person: PersonId, key: str | None = None) -> dict[str, str]:
    return {"x-person": str(person), "idempotency-key": key or str(new_id())}


async def pdf_of(city: City, issued: documents.Issued) -> bytes:
    async with city.database.write(SYSTEM) as db:
        return (await documents.open_file(db, issued.document))[1]


def in_groups(reference: str) -> str:
    return " ".join(re.findall(".{5}", reference))


def test_pages_have_exactly_what_their_templates_use() -> None:
    for page in (pages.Seen, pages.Asked):
        assert fields_used(page.template) == set(page.__struct_fields__)


async def test_a_program_reads_the_record(
    client: httpx.AsyncClient, city: City, agency: str
) -> None:
    issued, _ = await issue(city, agency, someone())
    answer = await client.get(f"/verify/{issued.reference}", headers={"accept-language": "en"})
    said = answer.json()
    assert answer.status_code == 200
    assert said["issuer"] == "Police"
    assert said["kind"] == {"code": "KQ.G01.000200", "name": "Certificate"}
    assert said["number"] == issued.number
    assert said["issued_on"] == issued.issued_on.isoformat()
    assert said["status"] == "valid"
    assert "Nguyễn" not in answer.text
    assert "1990" not in answer.text
    assert "999090000017" not in answer.text


async def test_a_person_reads_the_same_as_a_page(
    client: httpx.AsyncClient, city: City, agency: str
) -> None:
    issued, _ = await issue(city, agency, someone())
    answer = await client.get(f"/verify/{issued.reference}", headers=PAGE)
    assert answer.status_code == 200
    assert issued.number in answer.text
    assert f">{in_groups(issued.reference)}<" in answer.text
    assert "Công an" in answer.text
    assert "Nguyễn" not in answer.text
    assert "<script>" not in answer.text


async def test_a_revoked_paper_says_so(client: httpx.AsyncClient, city: City, agency: str) -> None:
    issued, _ = await issue(city, agency, someone())
    async with city.database.write(SYSTEM) as db:
        await documents.declare(db, issued.reference, "revoked")
    assert (await client.get(f"/verify/{issued.reference}")).json()["status"] == "revoked"
    headers = {**PAGE, "accept-language": "en"}
    assert (
        "Do not rely on it"
        in (await client.get(f"/verify/{issued.reference}", headers=headers)).text
    )


@pytest.mark.parametrize(
    "reference", ["0" * 20, "x", "%00", "..%2f..%2fetc", "' OR 1=1 --", "<script>", "a" * 2000]
)
async def test_an_unknown_paper_is_not_found(client: httpx.AsyncClient, reference: str) -> None:
    answer = await client.get(f"/verify/{reference}")
    assert answer.status_code == 404
    answer = await client.get(f"/verify/{reference}", headers=PAGE)
    assert answer.status_code == 404
    assert "<script>" not in answer.text


async def test_the_number_on_the_paper_shows_the_person(
    client: httpx.AsyncClient, city: City, agency: str
) -> None:
    issued, _ = await issue(city, agency, someone())
    address = f"/verify/{issued.reference}"
    said = (await client.post(address, json=NUMBER)).json()
    assert said["holder"] == {"name": "Nguyễn Văn An", "birth_date": "1990-03-12"}
    page = await client.post(address, data=NUMBER, headers=PAGE)
    assert "Nguyễn Văn An" in page.text
    assert "12/03/1990" in page.text
    assert page.headers["cache-control"] == "no-store"
    assert NUMBER["number"] not in page.text


@pytest.mark.parametrize(
    "given", [{"number": "999090000018"}, {"number": ""}, {}, {"number": 7}, []]
)
async def test_another_number_shows_nobody(
    client: httpx.AsyncClient, city: City, agency: str, given: Any
) -> None:
    issued, _ = await issue(city, agency, someone())
    answer = await client.post(f"/verify/{issued.reference}", json=given)
    assert answer.status_code == 200
    assert answer.json()["holder"] is None
    assert "Nguyễn" not in answer.text


@pytest.mark.parametrize(
    "body", [b"{", b"[" * 60_000, b'{"a": ' + b"[" * 300 + b"]" * 300 + b"}", b'"\xff"']
)
async def test_json_that_is_none_or_too_deep_is_refused(
    client: httpx.AsyncClient, city: City, agency: str, body: bytes
) -> None:
    head = {"content-type": "application/json"}
    answer = await client.post(f"/verify/{'0' * 20}", content=body, headers=head)
    assert answer.status_code == 400


async def test_nobody_tries_all_numbers(client: httpx.AsyncClient, city: City, agency: str) -> None:
    issued, _ = await issue(city, agency, someone())
    address = f"/verify/{issued.reference}"
    codes = [(await client.post(address, json={"number": str(n)})).status_code for n in range(12)]
    assert codes == [200] * 10 + [429] * 2
    last = await client.post(address, json=NUMBER)
    assert last.status_code == 429
    assert 0 < int(last.headers["retry-after"]) <= 60
    # From elsewhere the same paper stays closed: the tries are counted for it, too.
    pages._by_client.forget()
    assert (await client.post(address, json=NUMBER)).status_code == 429


async def test_the_very_file_is_found_real(
    client: httpx.AsyncClient, city: City, agency: str
) -> None:
    issued, _ = await issue(city, agency, someone())
    pdf = await pdf_of(city, issued)
    said = (await client.post("/verify/file", files={"file": ("p.pdf", pdf)})).json()
    assert said["finding"] == "same"
    assert said["record"]["number"] == issued.number
    page = await client.post(
        "/verify/file", files={"file": ("p.pdf", pdf)}, headers={**PAGE, "accept-language": "en"}
    )
    assert "The file is real." in page.text


async def test_a_forged_file_with_a_real_code_is_found_out(
    client: httpx.AsyncClient, city: City, agency: str, paper: bytes
) -> None:
    issued, _ = await issue(city, agency, someone())
    pdf = await pdf_of(city, issued)
    bent = bytearray(pdf)
    bent[len(pdf) // 3] ^= 1
    for file, finding in (
        (bytes(bent), "changed"),
        (pdf + b"\n", "changed"),
        (paper, "not_ours"),  # of another authority with names like ours
        (build.plain_pdf(), "unsigned"),
        (b"hello", "unsigned"),
    ):
        said = (await client.post("/verify/file", files={"file": ("p.pdf", file)})).json()
        assert said["finding"] == finding
        assert said["record"] is None


async def test_the_start_page_leads_to_the_paper(
    client: httpx.AsyncClient, city: City, agency: str
) -> None:
    issued, _ = await issue(city, agency, someone())
    assert (await client.get("/verify", headers=PAGE)).status_code == 200
    spaced = in_groups(issued.reference)
    for typed in (
        issued.reference.lower(),
        spaced,
        spaced.replace(" ", "-").lower(),
        f" {spaced} ",
    ):
        answer = await client.get("/verify", params={"reference": typed})
        assert answer.status_code == 303
        assert answer.headers["location"] == f"/verify/{issued.reference}"
    wrong = await client.get("/verify", params={"reference": '"><script>'}, headers=PAGE)
    assert wrong.status_code == 404
    assert "<script>" not in wrong.text


async def test_anyone_gets_the_anchors(client: httpx.AsyncClient, city: City, agency: str) -> None:
    answer = await client.get("/trust.pem")
    assert answer.text.startswith("-----BEGIN CERTIFICATE-----")
    assert answer.content == documents.trust_anchors(city.settings)


async def test_a_file_is_handed_in_and_read_back(client: httpx.AsyncClient) -> None:
    an, content = someone(), build.picture()
    answer = await client.post(
        "/api/v1/documents", files={"file": ("../ảnh thẻ.png", content)}, headers=upload_headers(an)
    )
    assert answer.status_code == 201, answer.text
    said = answer.json()
    assert set(said) == {"id", "name", "media_type", "size", "sha256", "scan"}
    assert said["scan"] == "not_scanned"  # this city has no scanner, and says so
    assert (said["name"], said["media_type"]) == ("ảnh thẻ.png", "image/png")
    back = await client.get(f"/api/v1/documents/{said['id']}", headers={"x-person": str(an)})
    assert back.content == content
    assert back.headers["content-type"] == "image/png"
    assert back.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in back.headers["content-security-policy"]
    disposition = back.headers["content-disposition"]
    assert disposition.startswith("attachment;")
    assert unquote(disposition.partition("''")[2]) == "ảnh thẻ.png"


async def test_to_a_stranger_the_file_does_not_exist(client: httpx.AsyncClient) -> None:
    files = {"file": ("a.png", build.picture())}
    said = await client.post("/api/v1/documents", files=files, headers=upload_headers(someone()))
    stranger = {"x-person": str(someone())}
    hidden = await client.get(f"/api/v1/documents/{said.json()['id']}", headers=stranger)
    missing = await client.get(f"/api/v1/documents/{new_id()}", headers=stranger)
    assert (hidden.status_code, missing.status_code) == (404, 404)
    assert hidden.json()["reason"] == missing.json()["reason"]
    assert (await client.get("/api/v1/documents/x", headers=stranger)).status_code == 404
    nobody = await client.get(f"/api/v1/documents/{said.json()['id']}")
    assert nobody.status_code == 401


async def test_the_same_file_under_the_same_key_is_one_file(client: httpx.AsyncClient) -> None:
    headers = upload_headers(someone())
    answers = [
        await client.post("/api/v1/documents", files={"file": ("a.png", content)}, headers=headers)
        for content in (build.picture(), build.picture(), build.picture("PNG", (41, 30)))
    ]
    assert [answer.status_code for answer in answers] == [201, 201, 422]
    assert answers[0].json() == answers[1].json()


async def test_a_file_needs_a_key(client: httpx.AsyncClient) -> None:
    answer = await client.post(
        "/api/v1/documents", files={"file": ("a.png", build.picture())},
        headers={"x-person": str(someone())},
    )  # fmt: skip
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"file": ("a.pdf", b"<html>")}, "documents.type_unknown"),
        ({"file": ("a.exe", build.picture())}, "documents.type_mismatch"),
        ({"file": ("a.png", b"")}, "documents.empty"),
        ({"other": ("a.png", build.picture())}, "documents.no_file"),
        ({"file": (None, b"text")}, "documents.no_file"),
    ],
)
async def test_a_refused_file_says_why_and_where(
    client: httpx.AsyncClient, files: Any, reason: str
) -> None:
    answer = await client.post(
        "/api/v1/documents",
        files=files,
        headers={**upload_headers(someone()), "accept-language": "en"},
    )
    assert answer.status_code == 422
    said = answer.json()
    assert said["reason"] == reason
    assert [(e["pointer"], e["reason"]) for e in said["errors"]] == [("/file", reason)]


# Litestar drops the half-read file and leaves closing it to the collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_a_body_far_over_the_limit_is_not_read(client: httpx.AsyncClient) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
        while sent < 50:
            sent += 1
            await asyncio.sleep(0)
            yield b"\0" * 1_000_000

    answer = await client.post(
        "/api/v1/documents", content=endless(),
        headers={**upload_headers(someone()), "content-type": "multipart/form-data; boundary=x"},
    )  # fmt: skip
    assert answer.status_code == 413
    assert sent <= uploads.FILE_BYTES_MAX // 1_000_000 + 2


def test_tries_are_counted_per_minute() -> None:
    assert (pages._by_client.limit, pages._by_client.seconds) == (10, 60)
    assert isinstance(pages._by_reference, Throttle)
