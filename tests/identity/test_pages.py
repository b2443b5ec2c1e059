"""The walk of a browser: our pages in process, the provider a process of its own."""

from collections.abc import AsyncIterator
from functools import partial
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import msgspec
import pytest
from httpx import ASGITransport, AsyncClient
from litestar import Litestar, get
from litestar.di import NamedDependency, Provide
from litestar.types import Scope

from motcua import identity, web
from motcua.base.errors import Unavailable
from motcua.db.city import City
from motcua.identity import Viewer, pages
from motcua.identity.actions import BusinessRegister
from tests.identity import build


@get("/who", opt={"access": "public"})
async def who_am_i(viewer: NamedDependency[Viewer | None]) -> dict[str, Any]:
    return {"name": viewer.name, "is_officer": viewer.is_officer} if viewer else {}


@get("/desk/who", opt={"access": "public"})
async def which_officer(viewer: NamedDependency[Viewer | None]) -> dict[str, Any]:
    return {"name": viewer.name, "is_officer": viewer.is_officer} if viewer else {}


async def who(city: City, connection: Any) -> Viewer | None:
    realm: identity.Realm = "officers" if connection.url.path.startswith("/desk") else "residents"
    here = city.settings
    origin = here.desk_origin if realm == "officers" else here.public_url
    cookie = connection.cookies.get(identity.cookie_name(origin, realm))
    return await identity.session_viewer(city, realm, cookie)


def viewer_of(scope: Scope) -> Viewer | None:
    found: Viewer | None = scope["state"].get("viewer")
    return found


def application(city: City) -> Litestar:
    info = city.pack.info
    site = web.Site(
        name=info.name, zone=ZoneInfo(info.time_zone), currency="VND",
        origin=city.settings.public_url, desk_origin=city.settings.desk_url or "",
    )  # fmt: skip
    return Litestar(
        [*pages.routes, who_am_i, which_officer],
        plugins=[web.build(site, partial(who, city))],
        dependencies={
            "city": Provide(lambda: city, sync_to_thread=False),
            "viewer": Provide(viewer_of, sync_to_thread=False),
        },
    )


@pytest.fixture
async def browser(wired: City) -> AsyncIterator[AsyncClient]:
    async with a_browser(wired) as client:
        yield client


def a_browser(city: City) -> AsyncClient:
    return AsyncClient(
        transport=ASGITransport(cast(Any, application(city))),
        base_url=city.settings.public_url,
        headers={"sec-fetch-site": "same-origin", "accept": "text/html"},
    )


async def start(browser: AsyncClient, door: str, to: str | None = None) -> str:
    answer = await browser.get(f"{door}/start", params={"next": to} if to else {})
    assert answer.status_code == 303
    return str(answer.headers["location"])


async def arrive(browser: AsyncClient, door: str, answer: build.Answer) -> Any:
    return await browser.get(f"{door}/callback", params=answer)


async def stop(browser: AsyncClient, door: str, answer: build.Answer) -> Any:
    """The page that says why, reached by an address that repeats nothing of the answer."""
    away = await arrive(browser, door, answer)
    assert away.status_code == 303
    assert away.headers["location"].startswith(f"{door}?stopped=")
    for secret in ("code", "state"):
        assert not answer.get(secret) or answer[secret] not in away.headers["location"]
    return await browser.get(away.headers["location"])


async def test_a_resident_signs_in_and_lands_where_they_were_going(
    browser: AsyncClient, residents_provider: str
) -> None:
    page = await browser.get("/sign-in", params={"next": "/cases/H26.1?x=2"})
    assert page.status_code == 200
    assert "/sign-in/start?next=%2Fcases%2FH26.1%3Fx%3D2" in page.text
    away = await start(browser, "/sign-in", "/cases/H26.1?x=2")
    assert away.startswith(f"{residents_provider}/authorize?")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(away).query).items()}
    assert asked["code_challenge_method"] == "S256"
    assert asked["acr_values"] == "loa2 loa1 loa3 loa4"
    assert {"state", "nonce", "code_challenge"} <= asked.keys()
    landed = await arrive(browser, "/sign-in", await build.choose(away, "an"))
    assert (landed.status_code, landed.headers["location"]) == (303, "/cases/H26.1?x=2")
    assert (await browser.get("/who")).json() == {"name": "Nguyễn Văn An", "is_officer": False}
    assert (await browser.get("/desk/who")).json() == {}
    assert list(browser.cookies) == ["session"]  # the attempt's cookie is gone


async def test_an_officer_has_a_cookie_of_their_own_beside_the_residents(
    browser: AsyncClient, residents_provider: str, officers_provider: str
) -> None:
    for door, account in (("/sign-in", "binh"), ("/desk/sign-in", "leader")):
        answer = await build.choose(await start(browser, door), account)
        assert (await arrive(browser, door, answer)).status_code == 303
    assert sorted(browser.cookies) == ["desk", "session"]
    assert (await browser.get("/who")).json()["name"] == "Trần Thị Bình"
    assert (await browser.get("/desk/who")).json() == {"name": "Ngô Thanh Sơn", "is_officer": True}
    gone = await browser.post("/desk/sign-out")
    assert gone.headers["location"] == "/desk/sign-in"
    assert (await browser.get("/desk/who")).json() == {}
    assert (await browser.get("/who")).json()["name"] == "Trần Thị Bình"


async def test_cookies_cannot_be_read_by_scripts_or_sent_by_other_sites(
    browser: AsyncClient, residents_provider: str
) -> None:
    begun = await browser.get("/sign-in/start")
    answer = await build.choose(begun.headers["location"], "an")
    landed = await arrive(browser, "/sign-in", answer)
    for cookie in begun.headers.get_list("set-cookie") + landed.headers.get_list("set-cookie"):
        assert "httponly" in cookie.lower()
        assert "samesite=lax" in cookie.lower()
        assert "path=/" in cookie.lower()
        assert "secure" not in cookie.lower()  # http://localhost


async def test_over_tls_cookies_are_bound_to_the_host(wired: City, residents_provider: str) -> None:
    settings = msgspec.structs.replace(wired.settings, public_url="https://city.example")
    city = City(settings, wired.pack, wired.database.url)
    build.close_with(wired, city._kept)
    city.database = wired.database
    async with a_browser(city) as browser:
        begun = await browser.get("/sign-in/start")
    (cookie,) = begun.headers.get_list("set-cookie")
    assert cookie.startswith("__Host-attempt-")
    assert "secure" in cookie.lower()
    assert "redirect_uri=https%3A%2F%2Fcity.example%2Fsign-in%2Fcallback" in str(
        begun.headers["location"]
    )


async def test_a_new_sign_in_makes_a_new_session_and_ends_the_old(
    wired: City, browser: AsyncClient, residents_provider: str
) -> None:
    cookies = []
    for account in ("an", "an@thu-nghiem"):
        await arrive(
            browser, "/sign-in", await build.choose(await start(browser, "/sign-in"), account)
        )
        cookies.append(browser.cookies["session"])
    assert cookies[0] != cookies[1]
    assert await identity.session_viewer(wired, "residents", cookies[0]) is None
    kept = await identity.session_viewer(wired, "residents", cookies[1])
    assert kept is not None
    assert kept.organisation_name == "Công ty TNHH Thử Nghiệm"


async def test_two_windows_may_sign_in_at_once(
    browser: AsyncClient, residents_provider: str
) -> None:
    first, second = await start(browser, "/sign-in", "/a"), await start(browser, "/sign-in", "/b")
    for away, to in ((second, "/b"), (first, "/a")):
        landed = await arrive(browser, "/sign-in", await build.choose(away, "an"))
        assert landed.headers["location"] == to


async def test_signing_out_ends_the_session_itself(
    wired: City, browser: AsyncClient, residents_provider: str
) -> None:
    await arrive(browser, "/sign-in", await build.choose(await start(browser, "/sign-in"), "an"))
    stolen = browser.cookies["session"]
    foreign = await browser.post("/sign-out", headers={"sec-fetch-site": "cross-site"})
    assert foreign.status_code == 403
    assert await identity.session_viewer(wired, "residents", stolen) is not None
    assert (await browser.post("/sign-out")).headers["location"] == "/"
    assert "session" not in browser.cookies
    assert await identity.session_viewer(wired, "residents", stolen) is None


@pytest.mark.parametrize("to", ["//evil.example", "https://evil.example/", "/\\evil.example"])
async def test_nobody_is_sent_to_another_site(
    browser: AsyncClient, residents_provider: str, to: str
) -> None:
    page = await browser.get("/sign-in", params={"next": to})
    assert "evil" not in page.text.replace("here", "").split("<main")[1]
    answer = await build.choose(await start(browser, "/sign-in", to), "an")
    assert (await arrive(browser, "/sign-in", answer)).headers["location"] == "/"


async def test_cancelling_is_said_in_words_and_leads_back(
    browser: AsyncClient, residents_provider: str
) -> None:
    answer = await build.choose(await start(browser, "/sign-in", "/cases/new"), "")
    vietnamese = await stop(browser, "/sign-in", answer)
    assert vietnamese.status_code == 200
    assert "Bạn đã dừng đăng nhập giữa chừng." in vietnamese.text
    assert "/sign-in/start?next=%2Fcases%2Fnew" in vietnamese.text
    assert "session" not in browser.cookies
    browser.headers["accept-language"] = "en"
    answer = await build.choose(await start(browser, "/sign-in"), "")
    assert "You stopped signing in." in (await stop(browser, "/sign-in", answer)).text


@pytest.mark.parametrize(
    ("change", "status", "sentence"),
    [
        ({"state": "another"}, 400, "did not begin in this browser"),
        ({"state": ""}, 400, "did not begin in this browser"),
        ({"iss": "https://evil.example"}, 400, "not come from where you signed in"),
        ({"code": "unknown"}, 400, "has expired or was used before"),
    ],
)
async def test_a_false_answer_opens_no_session_and_says_what_to_do(
    browser: AsyncClient,
    residents_provider: str,
    change: dict[str, str],
    status: int,
    sentence: str,
) -> None:
    browser.headers["accept-language"] = "en"
    answer = await build.choose(await start(browser, "/sign-in"), "an")
    stopped = await stop(browser, "/sign-in", {**answer, **change})
    assert stopped.status_code == status
    assert sentence in stopped.text
    assert "session" not in browser.cookies


async def test_an_answer_without_anything_is_refused(
    browser: AsyncClient, residents_provider: str
) -> None:
    assert (await stop(browser, "/sign-in", {})).status_code == 400


async def test_who_does_not_represent_the_firm_is_told(
    wired: City, browser: AsyncClient, residents_provider: str
) -> None:
    async def no(_code: str, _number: str) -> bool:
        return False

    wired[BusinessRegister].represents = no
    answer = await build.choose(await start(browser, "/sign-in"), "an@thu-nghiem")
    stopped = await stop(browser, "/sign-in", answer)
    assert stopped.status_code == 403
    assert "người đại diện của tổ chức" in stopped.text
    assert "session" not in browser.cookies


async def test_a_provider_that_is_down_is_said_in_words(wired: City, unused_tcp_port: int) -> None:
    settings = msgspec.structs.replace(wired.settings, port=unused_tcp_port - 10)
    city = City(settings, wired.pack, wired.database.url)
    build.close_with(wired, city._kept)
    city.database = wired.database
    async with a_browser(city) as browser:
        page = await browser.get("/sign-in")
        away = await browser.get("/sign-in/start", params={"next": "/me"})
        assert away.headers["location"] == "/sign-in?stopped=provider_down&next=%2Fme"
        stopped = await browser.get(away.headers["location"])
    assert page.status_code == 200
    assert stopped.status_code == 503
    assert "không trả lời" in stopped.text


async def test_the_same_answer_again_opens_no_second_session(
    browser: AsyncClient, residents_provider: str
) -> None:
    away = await start(browser, "/sign-in")
    attempts = dict(browser.cookies)
    answer = await build.choose(away, "an")
    assert (await arrive(browser, "/sign-in", answer)).headers["location"] == "/"
    browser.cookies.clear()
    assert "did not begin" in (await stop_in_english(browser, answer)).text
    browser.cookies.update(attempts)  # a copy of the attempt's cookie does not help
    assert "used before" in (await stop_in_english(browser, answer)).text
    assert "session" not in browser.cookies


async def stop_in_english(browser: AsyncClient, answer: build.Answer) -> Any:
    browser.headers["accept-language"] = "en"
    return await stop(browser, "/sign-in", answer)


async def test_a_made_up_reason_says_nothing(browser: AsyncClient) -> None:
    page = await browser.get("/sign-in", params={"stopped": "<b>call 0900</b>"})
    assert page.status_code == 200
    assert "0900" not in page.text.split("<main")[1]
    assert "Bạn chưa đăng nhập được" not in page.text


async def test_a_business_register_that_is_down_is_said_in_words(
    wired: City, browser: AsyncClient, residents_provider: str
) -> None:
    async def down(_code: str, _number: str) -> bool:
        raise Unavailable("register.down", register="business")

    wired[BusinessRegister].represents = down
    answer = await build.choose(await start(browser, "/sign-in"), "an@thu-nghiem")
    stopped = await stop(browser, "/sign-in", answer)
    assert stopped.status_code == 503
    assert "đăng ký doanh nghiệp đang không trả lời" in stopped.text
