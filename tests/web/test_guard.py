import pytest

from motcua.web.guard import addresses_without_rule
from tests.web import trial

PAGE = {"accept": "text/html"}
AN = {"cookie": "session=an"}


def test_an_address_without_a_rule_is_closed(client):
    assert client.get("/closed").status_code == 403


def test_addresses_without_a_rule_are_found():
    assert [line.split()[0] for line in addresses_without_rule(trial.app())] == ["/closed"]


def test_a_stranger_is_led_to_sign_in_and_back(client):
    led = client.get("/mine?page=2", headers=PAGE, follow_redirects=False)
    assert led.status_code == 303
    assert led.headers["location"] == "/sign-in?next=%2Fmine%3Fpage%3D2"
    desk = client.get("/desk", headers=PAGE | AN, follow_redirects=False)
    assert desk.headers["location"] == "/desk/sign-in?next=%2Fdesk"


def test_who_sent_a_form_too_late_comes_back_to_its_page(client):
    sent = PAGE | {"sec-fetch-site": "same-origin"}
    for referer, back in (
        ("http://testserver.local/mine?page=2", "%2Fmine%3Fpage%3D2"),
        ("https://evil.example/mine", "%2F"),
        ("", "%2F"),
    ):
        led = client.post("/mine", headers=sent | {"referer": referer}, follow_redirects=False)
        assert led.headers["location"] == f"/sign-in?next={back}"


def test_a_program_without_a_token_is_told_so(client):
    refused = client.get("/mine")
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == "Bearer"
    assert client.get("/desk", headers={"authorization": "Bearer an"}).status_code == 403


def test_who_may_come_in_does(client):
    assert client.get("/mine", headers=AN).text == "yours"
    assert client.get("/desk", headers={"cookie": "session=officer"}).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "same-origin"}, 201),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "http://testserver.local"}, 201),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({}, 403),
    ],
)
def test_a_change_made_with_a_cookie_comes_from_our_own_pages(client, headers, status):
    assert client.post("/mine", headers=headers | AN).status_code == status


def test_another_kind_of_authorization_does_not_open_the_door_to_a_cookie(client):
    forged = {"authorization": "Basic eDp5", "origin": "https://evil.example"}
    assert client.post("/mine", headers=forged | AN).status_code == 403


def test_a_token_is_no_cookie_and_a_bank_signs_its_own_call(client):
    token = {"authorization": "Bearer an", "sec-fetch-site": "cross-site"}
    assert client.post("/mine", headers=token).status_code == 201
    assert client.post("/call-back", headers={"origin": "https://bank.example"}).status_code == 201


def test_the_description_of_the_api_is_open(client):
    assert client.get("/api/openapi.json").status_code == 200
