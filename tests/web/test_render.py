import gzip

from msgspec.structs import fields

from motcua.web import fields_used, templates
from motcua.web.refusals import Refused


def test_a_page_has_exactly_the_fields_its_template_uses():
    assert fields_used(Refused.template) == {field.name for field in fields(Refused)}


def test_partials_ask_nothing_of_a_page():
    for name in templates():
        if "/" not in name and name != Refused.template:
            assert not fields_used(name), name


def test_a_page_speaks_the_readers_language_and_says_so(client):
    vietnamese = client.get("/")
    assert '<html lang="vi"' in vietnamese.text
    assert "Bạn cần thành phố làm gì?" in vietnamese.text
    assert vietnamese.headers["content-language"] == "vi"
    english = client.get("/", headers={"accept-language": "en"})
    assert '<html lang="en"' in english.text
    assert "What do you need from the city?" in english.text


def test_the_page_of_a_signed_in_person_is_kept_by_no_cache(client):
    assert client.get("/").headers["cache-control"] == "no-cache"
    signed_in = client.get("/", headers={"cookie": "session=an"})
    assert signed_in.headers["cache-control"] == "no-store"
    assert "Nguyễn Văn An" in signed_in.text


def test_a_page_is_compressed_when_the_browser_can(client):
    plain = client.get("/", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    with client.stream("GET", "/", headers={"accept-encoding": "gzip"}) as packed:
        raw = b"".join(packed.iter_raw())
        assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(raw).startswith(b"<!doctype html>")


def test_what_a_person_typed_stays_text(client):
    hostile = '"><script>alert(1)</script>'
    for box in ("why", "note"):
        shown = client.post("/form", data={"kind": "2", box: hostile})
        assert "<script>alert" not in shown.text
        assert "&lt;script&gt;alert" in shown.text


def test_the_demonstration_says_that_it_is_one(client):
    assert "không có giá trị pháp lý" in client.get("/").text
