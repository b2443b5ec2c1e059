"""Officers' keys on their pages: at the door, before a sensitive act, and the list of one's own.

The browser's own window makes and shows a key, so these few things need JavaScript: the script asks
for a challenge, hands it to the browser and sends the answer as an ordinary form.
"""

from typing import Annotated, Any, ClassVar
from urllib.parse import urlencode
from uuid import UUID

from litestar import MediaType, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.handlers import HTTPRouteHandler
from litestar.params import Body, FromPath, FromQuery

from motcua.base.errors import Invalid, NotAllowed
from motcua.db import City
from motcua.identity.actions import SignedIn, confirming, enrolling, passkeys, sign_out
from motcua.identity.actions.passkeys import Challenged
from motcua.identity.model import Passkey, Viewer
from motcua.identity.pages.cookies import (
    away,
    challenge_cookie,
    challenge_of,
    device_of,
    session_cookie,
    session_of,
)
from motcua.identity.rules import local_path
from motcua.web import Throttle
from motcua.web.render import Page, render

PUBLIC, OFFICER = {"access": "public"}, {"access": "officer"}
DOOR, AGAIN, OWN = "/desk/sign-in", confirming.PasskeyNeeded.door, "/desk/passkeys"
_challenges = Throttle(60, 600, "passkey")
_codes = Throttle(20, 600, "enrolment_code")

Asked = Request[Any, Any, Any]
Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


class AgainPage(Page):
    template: ClassVar[str] = "identity/again.html"

    next: str


class CodePage(Page):
    template: ClassVar[str] = "identity/code.html"

    name: str
    is_signed_in: bool
    takes_provider: bool


class PasskeysPage(Page):
    template: ClassVar[str] = "identity/passkeys.html"

    passkeys: list[Passkey]
    needs_passkey: bool
    name: str
    """What a new key is called unless the officer says otherwise."""
    is_only_way: bool
    """Nothing else lets an officer in, so the last key stays."""


# ---- at the door


@post(f"{DOOR}/challenge", opt=PUBLIC, guards=[_challenges])
async def challenge(city: NamedDependency[City]) -> Response[Any]:
    return _options(city, await passkeys.challenge_at_door(city))


@post(f"{DOOR}/passkey", opt=PUBLIC)
async def sign_in(request: Asked, city: NamedDependency[City], data: Form) -> Response[Any]:
    next = data.get("next", "")
    secret = challenge_of(request, city.settings)
    try:
        opened = await passkeys.sign_in(
            city, secret, data.get("answer", ""), next, device_of(request)
        )
    except (Invalid, NotAllowed) as refusal:
        why = refusal.reason.partition(".")[2]
        return away(f"{DOOR}?{urlencode({'stopped': why, 'next': local_path(next, '/desk')})}", [])
    await sign_out(city, "officers", session_of(request, city.settings, "officers"))
    return _in(city, opened)


@get(f"{DOOR}/code", opt=PUBLIC)
async def ask_code(
    request: Asked, city: NamedDependency[City], viewer: NamedDependency[Viewer | None]
) -> Response[bytes]:
    passkeys.must_have_passkeys(city)
    page = CodePage(
        name=device_of(request) or "",
        is_signed_in=viewer is not None,
        takes_provider=confirming.described(city).takes_provider("officers"),
    )
    return render(page, request)


@post(f"{DOOR}/code/challenge", opt=PUBLIC, guards=[_codes])
async def challenge_with_code(
    city: NamedDependency[City], viewer: NamedDependency[Viewer | None], data: Form
) -> Response[Any]:
    return _options(city, await enrolling.challenge_with_code(city, viewer, data.get("code", "")))


@post(f"{DOOR}/code", opt=PUBLIC)
async def enrol(
    request: Asked,
    city: NamedDependency[City],
    viewer: NamedDependency[Viewer | None],
    data: Form,
) -> Response[Any]:
    """To the door, and in by the new key: so its officer sees that it works."""
    secret = challenge_of(request, city.settings)
    await enrolling.enrol(city, viewer, secret, data.get("answer", ""), data.get("name", ""))
    return away(f"{DOOR}?{urlencode({'made': 1, 'next': OWN})}", [])


# ---- once more


@get(AGAIN, opt=OFFICER)
async def ask_again(
    request: Asked, city: NamedDependency[City], next: FromQuery[str | None] = None
) -> Response[bytes]:
    passkeys.must_have_passkeys(city)
    return render(AgainPage(next=local_path(next, "/desk")), request)


@post(f"{AGAIN}/challenge", opt=OFFICER, guards=[_challenges])
async def challenge_again(
    city: NamedDependency[City], viewer: NamedDependency[Viewer]
) -> Response[Any]:
    return _options(city, await passkeys.challenge_again(city, viewer))


@post(AGAIN, opt=OFFICER)
async def confirm(
    request: Asked, city: NamedDependency[City], viewer: NamedDependency[Viewer], data: Form
) -> Response[Any]:
    secret, answer = challenge_of(request, city.settings), data.get("answer", "")
    return _in(
        city,
        await passkeys.confirm(
            city, viewer, secret, answer, data.get("next", ""), device_of(request)
        ),
    )


# ---- one's own keys


@get(OWN, opt=OFFICER)
async def show(
    request: Asked, city: NamedDependency[City], viewer: NamedDependency[Viewer]
) -> Response[bytes]:
    passkeys.must_have_passkeys(city)
    async with city.database.read(viewer.person) as db:
        page = PasskeysPage(
            passkeys=await passkeys.passkeys_of_me(db),
            needs_passkey=await confirming.needs_passkey(db, viewer),
            name=device_of(request) or "",
            is_only_way=not confirming.described(city).takes_provider("officers"),
        )
    return render(page, request)


@post(f"{OWN}/challenge", opt=OFFICER, guards=[_challenges])
async def challenge_to_add(
    city: NamedDependency[City], viewer: NamedDependency[Viewer]
) -> Response[Any]:
    return _options(city, await passkeys.challenge_to_add(city, viewer))


@post(OWN, opt=OFFICER)
async def add(
    request: Asked, city: NamedDependency[City], viewer: NamedDependency[Viewer], data: Form
) -> Response[Any]:
    secret, answer = challenge_of(request, city.settings), data.get("answer", "")
    await passkeys.add(city, viewer, secret, answer, data.get("name", ""))
    return away(OWN, [])


@post(f"{OWN}/{{key:uuid}}/name", opt=OFFICER)
async def rename(
    city: NamedDependency[City],
    viewer: NamedDependency[Viewer],
    key: FromPath[UUID],
    data: Form,
) -> Response[Any]:
    async with city.database.write(viewer.person) as db:
        await passkeys.rename(db, viewer, key, data.get("name", ""))
    return away(OWN, [])


@post(f"{OWN}/{{key:uuid}}/removal", opt=OFFICER)
async def remove(
    city: NamedDependency[City], viewer: NamedDependency[Viewer], key: FromPath[UUID]
) -> Response[Any]:
    async with city.database.write(viewer.person) as db:
        await passkeys.remove(db, viewer, key)
    return away(OWN, [])


routes: list[HTTPRouteHandler] = [
    challenge, sign_in, ask_code, challenge_with_code, enrol, ask_again, challenge_again, confirm,
    show, challenge_to_add, add, rename, remove,
]  # fmt: skip


def _options(city: City, asked: Challenged) -> Response[Any]:
    head = {"Cache-Control": "no-store"}
    cookies = [challenge_cookie(city.settings, asked.cookie)]
    return Response(
        asked.options, status_code=200, headers=head, cookies=cookies, media_type=MediaType.JSON
    )


def _in(city: City, opened: SignedIn) -> Response[Any]:
    return away(opened.return_to, [session_cookie(city.settings, "officers", opened)])
