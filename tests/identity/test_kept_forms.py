"""What was typed into a form outlives its session: for the same person, for ten minutes, unreadable
to everybody else."""

import html
import re
from collections.abc import AsyncIterator
from functools import partial
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from httpx import ASGITransport, AsyncClient, Response
from litestar import Litestar, Request, post
from litestar.di import Provide

from motcua import identity, web
from motcua.db.city import City
from motcua.identity import pages
from motcua.identity.pages import signing_in
from motcua.identity.rules import form_name
from motcua.web import fields_used
from tests.identity import build
from tests.identity.test_pages import viewer_of, who

TYPED = {"purpose": 'Đi học "xa" & <b>lâu</b>', "copies": "2"}
FORM_PAGE = "/cases/X-1/question?page=2"
pytestmark = pytest.mark.usefixtures("residents_provider")


@post("/cases/{code:str}/question", opt={"access": "person"}, status_code=200)
async def question(request: Request[Any, Any, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in (await request.form()).items()}


@pytest.fixture
async def browser(wired: City) -> AsyncIterator[AsyncClient]:
    info = wired.pack.info
    site = web.Site(
        name=info.name, zone=ZoneInfo(info.time_zone), currency="VND",
        origin=wired.settings.public_url,
    )  # fmt: skip
    app = Litestar(
        [*pages.routes, question],
        plugins=[web.build(site, partial(who, wired), partial(pages.keep_form, wired))],
        dependencies={
            "city": Provide(lambda: wired, sync_to_thread=False),
            "viewer": Provide(viewer_of, sync_to_thread=False),
        },
    )
    signing_in._forms_by_client.forget()
    async with AsyncClient(
        transport=ASGITransport(cast(Any, app)),
        base_url=wired.settings.public_url,
        headers={
            "sec-fetch-site": "same-origin", "accept": "text/html", "accept-language": "en",
            "referer": f"{wired.settings.public_url}{FORM_PAGE}",
        },
    ) as client:  # fmt: skip
        yield client


async def sign_in(browser: AsyncClient, account: str, to: str = "/") -> str:
    """Where the browser lands."""
    begun = await browser.get("/sign-in/start", params={"next": to})
    answer = await build.choose(begun.headers["location"], account)
    done = await browser.get("/sign-in/callback", params=answer)
    return str(done.headers["location"])


async def change(database_url: str, statement: str) -> None:
    connection = await asyncpg.connect(database_url)
    await connection.execute(statement)
    await connection.close()


async def end_sessions(database_url: str) -> None:
    await change(
        database_url,
        "UPDATE identity.sessions SET made_at = made_at - interval '3 hours',"
        " seen_at = seen_at - interval '3 hours'",
    )


async def send(browser: AsyncClient, **how: Any) -> tuple[Response, str]:
    """Send the form too late; the answer, and where a sign-in will lead."""
    answer = await browser.post("/cases/X-1/question", **(how or {"data": TYPED}))
    assert answer.status_code == 303
    to = urlsplit(answer.headers["location"])
    assert to.path == "/sign-in"
    return answer, parse_qs(to.query)["next"][0]


def typed_in(page: str) -> dict[str, str]:
    found = re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', page)
    return {html.unescape(name): html.unescape(value) for name, value in found}


def test_the_page_has_exactly_what_its_template_uses() -> None:
    assert fields_used(signing_in.KeptPage.template) == set(signing_in.KeptPage.__struct_fields__)


async def test_what_was_typed_is_given_back_to_the_same_person_and_sent_by_them(
    browser: AsyncClient, database_url: str
) -> None:
    await sign_in(browser, "an")
    await end_sessions(database_url)
    answer, to = await send(browser)
    assert to.startswith("/sign-in/kept?next=")
    for name in TYPED:
        assert name not in answer.headers["location"]
    assert await sign_in(browser, "an", to) == to
    page = await browser.get(to)
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    assert 'action="/cases/X-1/question"' in page.text
    assert typed_in(page.text) == TYPED
    assert "<b>lâu" not in page.text
    assert f'href="{html.escape(FORM_PAGE)}"' in page.text
    sent = await browser.post("/cases/X-1/question", data=typed_in(page.text))
    assert sent.json() == TYPED


async def test_to_another_person_it_does_not_exist(browser: AsyncClient, database_url: str) -> None:
    await sign_in(browser, "an")
    await end_sessions(database_url)
    _, to = await send(browser)
    await sign_in(browser, "binh", to)
    page = await browser.get(to)
    assert page.status_code == 303
    assert page.headers["location"] == FORM_PAGE


async def test_who_showed_no_session_finds_it_again(browser: AsyncClient) -> None:
    _, to = await send(browser)
    await sign_in(browser, "binh", to)
    assert typed_in((await browser.get(to)).text) == TYPED


async def test_where_nobody_knows_whose_the_session_was_nothing_is_kept(
    wired: City, browser: AsyncClient
) -> None:
    name = identity.cookie_name(wired.settings.public_url, "residents")
    browser.cookies.set(name, "x" * 43)
    answer, to = await send(browser)
    assert to == FORM_PAGE
    assert "set-cookie" not in answer.headers


async def test_after_ten_minutes_it_is_gone(browser: AsyncClient, database_url: str) -> None:
    _, to = await send(browser)
    await sign_in(browser, "an", to)
    await change(
        database_url, "UPDATE identity.kept_forms SET made_at = made_at - interval '11 minutes'"
    )
    assert (await browser.get(to)).status_code == 303


async def test_the_next_one_sweeps_out_the_old(browser: AsyncClient, database_url: str) -> None:
    await send(browser)
    await change(
        database_url, "UPDATE identity.kept_forms SET made_at = made_at - interval '11 minutes'"
    )
    await send(browser)
    connection = await asyncpg.connect(database_url)
    kept = await connection.fetch("SELECT made_at < now() - interval '5 minutes' AS is_old,"
                                  " sealed FROM identity.kept_forms")  # fmt: skip
    await connection.close()
    assert [row["is_old"] for row in kept] == [False]
    for value in (TYPED["purpose"], "X-1/question", "purpose"):
        assert value.encode() not in kept[0]["sealed"]


@pytest.mark.parametrize("cookie", ["", "x", "ă" * 5, "y" * 43, "z" * 5000])
async def test_a_made_up_cookie_gives_nothing(
    wired: City, browser: AsyncClient, cookie: str
) -> None:
    await send(browser)
    await sign_in(browser, "an")
    name = form_name(wired.settings.public_url, "residents")
    del browser.cookies[name]
    shown = "; ".join(f"{k}={v}" for k, v in [*browser.cookies.items(), (name, cookie)])
    page = await browser.get("/sign-in/kept", headers={b"cookie": shown.encode()})
    assert (page.status_code, page.headers["location"]) == (303, "/")


async def test_a_form_that_is_too_large_is_not_kept(browser: AsyncClient) -> None:
    _, to = await send(browser, data={"text": "x" * signing_in.FORM_BYTES_MAX})
    assert to == FORM_PAGE
    _, to = await send(browser, json=TYPED)
    assert to == FORM_PAGE


async def test_of_a_form_with_files_the_words_are_kept(browser: AsyncClient) -> None:
    _, to = await send(browser, data=TYPED, files={"file": ("thẻ.png", b"\x89PNG", "image/png")})
    await sign_in(browser, "an", to)
    page = (await browser.get(to)).text
    assert typed_in(page) == TYPED
    assert "please choose them again" in page


async def test_one_network_address_cannot_fill_the_table(browser: AsyncClient) -> None:
    ends = [(await send(browser))[1] for _ in range(31)]
    assert all(to.startswith("/sign-in/kept") for to in ends[:30])
    assert ends[30] == FORM_PAGE
