"""The page about one's own data: what is held, consents, rights, a copy of everything."""

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest

from motcua.db import City
from motcua.privacy import actions, pages
from tests import cast
from tests.cases import build
from tests.cases.visit import Enter, visitors
from tests.privacy.build import somebody

PAGE = "/me/privacy"


@pytest.fixture
async def enter(big: City) -> AsyncIterator[Enter]:
    async with visitors(big, pages.routes) as found:
        yield found


async def test_it_tells_what_is_held_why_by_which_law_and_how_long(
    big: City, office: cast.Cast, enter: Enter
) -> None:
    who = await somebody(big)
    await build.file(big, who, build.filing(big, "9.910001"))
    page = (await enter(who).get(PAGE)).text
    for words in (
        "What registers said", "Sensitive", "Luật Bảo vệ dữ liệu cá nhân 91/2025/QH15",
        "not verified", "90 days", "Luật Lưu trữ 33/2024/QH15",
        "Ask how your personal data is used", "To carry out your right over your data",
        "/procedures/9.910006",
    ):  # fmt: skip
        assert words in page, words
    assert page.count('<summary class="govuk-details__summary">') == 14


async def test_nothing_is_agreed_before_the_person_says_so(
    big: City, office: cast.Cast, enter: Enter
) -> None:
    browser = enter(await somebody(big))
    page = (await browser.get(PAGE)).text
    assert "checked" not in page
    assert page.count("I agree</button>") == 1
    answer = await browser.post("/me/consents/email")
    assert (answer.status_code, answer.headers["location"]) == (303, "/me/privacy#consents")
    page = (await browser.get(PAGE)).text
    assert "I no longer agree</button>" in page
    assert "I agree</button>" not in page
    await browser.post("/me/consents/email/withdrawal")
    page = (await browser.get(PAGE)).text
    assert "I agree</button>" in page
    assert "What you took back" in page
    assert (await browser.post("/me/consents/everything")).status_code == 404


async def test_a_copy_is_asked_for_made_and_fetched(
    big: City, office: cast.Cast, enter: Enter
) -> None:
    who = await somebody(big)
    browser, stranger = enter(who), enter(office.an)
    assert (await browser.post(f"{PAGE}/exports")).status_code == 303
    page = (await browser.get(PAGE)).text
    assert "Being made: 0 of 100" in page
    async with big.database.read(who.person) as db:
        [export] = await actions.exports_of(db, who.person)
    address = f"{PAGE}/exports/{export.id}"
    assert (await browser.get(address)).status_code == 404
    await actions.make_export(big, export.id)
    assert address in (await browser.get(PAGE)).text
    assert (await stranger.get(address)).status_code == 404
    assert (await browser.get(f"{PAGE}/exports/{uuid4()}")).status_code == 404
    got = await browser.get(address)
    assert (got.status_code, got.content[:2]) == (200, b"PK")
    assert got.headers["content-disposition"].startswith("attachment")
    assert got.headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}/exports/{UUID(int=7)}"])
async def test_it_is_for_who_is_signed_in(path: str, big: City, enter: Enter) -> None:
    answer = await enter(None).get(path)
    assert answer.status_code in (302, 303, 401)
    assert "Luật" not in answer.text


async def test_it_speaks_vietnamese(big: City, office: cast.Cast, enter: Enter) -> None:
    head = {"accept-language": "vi"}
    page = (await enter(await somebody(big)).get(PAGE, headers=head)).text
    for words in ("Dữ liệu của tôi", "Tôi đồng ý", "Kết quả tra cứu", "Bạn có thể yêu cầu"):
        assert words in page
