import re

import pytest

from motcua.web import local_path


def test_the_files_of_the_look_are_kept_for_a_year(client):
    name = re.search(r'href="(/static/main\.[0-9a-f]{10}\.css)"', client.get("/").text)
    assert name
    style = client.get(name[1], headers={"accept-encoding": "gzip, br"})
    assert style.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert style.headers["content-type"].startswith("text/css")
    assert style.headers["content-encoding"] == "br"
    plain = client.get(name[1], headers={"accept-encoding": "identity"})
    assert "--seal:" in plain.text


@pytest.mark.parametrize("name", ["names.json", "..%2Fsite.py", "main.css", "x" * 300])
def test_no_other_file_is_served(client, name):
    assert client.get(f"/static/{name}").status_code == 404


def test_the_language_switch_is_remembered_and_leads_back(client):
    switched = client.get("/language?to=en&back=/case%3Fhow%3Dlate", follow_redirects=False)
    assert switched.status_code == 303
    assert switched.headers["location"] == "/case?how=late"
    assert "Criminal record certificate" in client.get("/case").text


@pytest.mark.parametrize(
    "address",
    ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:x", "", "/a\nb"],
)
def test_nobody_is_led_out_of_the_house(client, address):
    assert local_path(address) == "/"
    answer = client.get("/language", params={"to": "en", "back": address}, follow_redirects=False)
    assert answer.headers["location"] == "/"


def test_an_address_in_vietnamese_letters_leads_back_too(client):
    back = {"to": "en", "back": "/tìm?q=hộ%20khẩu"}
    led = client.get("/language", params=back, follow_redirects=False)
    assert led.headers["location"] == "/t%C3%ACm?q=h%E1%BB%99%20kh%E1%BA%A9u"


def test_an_unknown_language_is_vietnamese(client):
    client.get("/language?to=xx", follow_redirects=False)
    assert client.cookies["language"] == "vi"
