import logging
import re

import pytest

from tests.web.conftest import told


def test_every_answer_carries_the_protecting_headers(client):
    headers = client.get("/").headers
    policy = headers["content-security-policy"]
    for part in ("default-src 'none'", "object-src 'none'", "base-uri 'none'"):
        assert part in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "microphone=()" in headers["permissions-policy"]
    assert "access-control-allow-origin" not in headers
    assert "strict-transport-security" not in headers
    assert len(headers["x-request-id"]) == 16


def test_https_is_kept_once_seen(client):
    client.base_url = "https://testserver.local"
    assert client.get("/").headers["strict-transport-security"] == (
        "max-age=31536000; includeSubDomains"
    )


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/fails/bug"), ("GET", "/nowhere"), ("PUT", "/check"), ("GET", "/static/none")],
)
def test_errors_carry_them_too(client, method, path):
    headers = client.request(method, path).headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


def test_what_is_for_one_person_is_kept_nowhere(client):
    an = {"authorization": "Bearer an"}
    assert client.get("/mine", headers=an).headers["cache-control"] == "no-store"
    static = re.search(r"/static/main\.[0-9a-f]{10}\.css", client.get("/").text)
    assert static
    assert "public" in client.get(static[0], headers=an).headers["cache-control"]


def test_an_answer_in_letters_says_which_letters(client):
    for path in ("/", "/nowhere"):
        found = client.get(path, headers={"accept": "text/html"}).headers["content-type"]
        assert found == "text/html; charset=utf-8"


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT", "DEBUG"])
def test_other_methods_are_refused(client, method):
    assert client.request(method, "/check").status_code in (404, 405)


def test_a_refusal_is_in_the_log_by_its_reason(client, caplog):
    with caplog.at_level(logging.INFO, "motcua.access"):
        client.post("/mine", headers={"sec-fetch-site": "cross-site", "cookie": "session=an"})
        client.get("/mine")
        client.get("/desk", headers={"authorization": "Bearer an"})
        client.post("/api/v1/things", json={"copies": "x"})
    lines = [(line["status"], line["reason"]) for line in told(caplog, "motcua.access")]
    assert lines == [
        (403, "web.foreign_form"),
        (401, "web.sign_in_needed"),
        (403, "web.officers_only"),
        (422, "web.invalid"),
    ]


def test_the_language_is_kept_under_a_name_that_only_this_host_can_set(client):
    client.base_url = "https://testserver.local"
    switched = client.get("/language?to=en", follow_redirects=False)
    cookie = switched.headers["set-cookie"]
    assert cookie.startswith("__Host-language=en")
    for part in ("Secure", "HttpOnly", "Path=/", "SameSite=lax"):
        assert part in cookie
    assert "Criminal record certificate" in client.get("/case").text


def test_the_log_has_the_pattern_of_an_address_and_nothing_of_the_person(client, caplog):
    with caplog.at_level(logging.INFO, "motcua.access"):
        answer = client.get("/fails/conflict?name=Nguyen", headers={"cookie": "session=an"})
    lines = told(caplog, "motcua.access")
    assert [(line["address"], line["status"]) for line in lines] == [("/fails/{kind}", 409)]
    assert lines[0]["request"] == answer.headers["x-request-id"]
    assert not any("Nguyen" in str(line) for line in lines)
