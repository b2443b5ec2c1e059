import logging

import pytest

from tests.web.conftest import told

PAGE = {"accept": "text/html,application/xhtml+xml"}


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("not-found", 404),
        ("not-allowed", 403),
        ("conflict", 409),
        ("invalid", 422),
        ("unavailable", 503),
        ("bug", 500),
    ],
)
def test_each_refusal_has_its_status_as_problem_and_as_page(client, kind, status):
    problem = client.get(f"/fails/{kind}")
    assert problem.status_code == status == problem.json()["status"]
    assert problem.headers["content-type"] == "application/problem+json"
    page = client.get(f"/fails/{kind}", headers=PAGE)
    assert page.status_code == status
    assert page.headers["content-type"].startswith("text/html")
    assert problem.json()["title"] in page.text


def test_a_conflict_carries_the_facts_and_cannot_be_passed_off(client):
    problem = client.get("/fails/conflict").json()
    assert problem["actions"] == ["pay"]
    assert problem["state"] == "accepted"
    assert problem["reason"] == "trial.unknown"


def test_every_fault_names_its_field_in_the_readers_language(client):
    errors = client.get("/fails/invalid", headers={"accept-language": "en"}).json()["errors"]
    assert [error["pointer"] for error in errors] == ["/kind", "/born", "/residence/0/from"]
    assert errors[0] == {
        "pointer": "/kind",
        "reason": "trial.unknown",
        "detail": "This value cannot be used.",
    }


def test_who_must_wait_is_told_how_long(client):
    assert client.get("/fails/unavailable").headers["retry-after"] == "30"


def test_a_body_of_the_wrong_shape_names_the_place(client):
    wrong = client.post("/api/v1/things", json={"copies": "two"})
    assert wrong.status_code == 422
    assert wrong.json()["errors"][0]["pointer"] == "/copies"
    broken = client.post(
        "/api/v1/things", content=b"{", headers={"content-type": "application/json"}
    )
    assert broken.status_code in (400, 422)
    assert broken.headers["content-type"] == "application/problem+json"


def test_a_body_that_is_too_large_is_refused(client):
    assert client.post("/api/v1/things", json={"copies": "x" * 300_000}).status_code == 413


def test_an_unknown_address_gets_words_and_the_protecting_headers(client):
    missing = client.get("/nowhere", headers=PAGE)
    assert missing.status_code == 404
    assert "Không có gì ở địa chỉ này" in missing.text
    assert "frame-ancestors 'none'" in missing.headers["content-security-policy"]


def test_a_wrong_method_is_told_which_are_right(client):
    wrong = client.put("/check")
    assert wrong.status_code == 405
    assert "GET" in wrong.headers["allow"]


def test_a_bug_is_logged_once_with_its_number_and_without_what_it_said(client, caplog):
    with caplog.at_level(logging.ERROR):
        answer = client.get("/fails/bug")
    lines = told(caplog, "motcua.error")
    assert [line["failure"] for line in lines] == ["builtins.ZeroDivisionError"]
    assert lines[0]["request"] == answer.headers["x-request-id"]
    assert not any("secret" in str(line) for line in lines)
    assert "secret" not in answer.text
