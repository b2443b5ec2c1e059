import logging

from tests.web.conftest import told


def test_every_answer_carries_the_protecting_headers(client):
    headers = client.get("/").headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "strict-transport-security" not in headers
    assert len(headers["x-request-id"]) == 16


def test_https_is_kept_once_seen(client):
    client.base_url = "https://testserver.local"
    assert "max-age=31536000" in client.get("/").headers["strict-transport-security"]


def test_the_log_has_the_pattern_of_an_address_and_nothing_of_the_person(client, caplog):
    with caplog.at_level(logging.INFO, "motcua.access"):
        answer = client.get("/fails/conflict?name=Nguyen", headers={"cookie": "session=an"})
    lines = told(caplog, "motcua.access")
    assert [(line["address"], line["status"]) for line in lines] == [("/fails/{kind}", 409)]
    assert lines[0]["request"] == answer.headers["x-request-id"]
    assert not any("Nguyen" in str(line) for line in lines)
