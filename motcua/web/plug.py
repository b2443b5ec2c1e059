"""What the entrance plugs in to get the whole kit: guard, words for errors, headers, files."""

import mimetypes
from typing import Annotated, Any
from urllib.parse import quote

from litestar import Litestar, MediaType, Request, Response, get
from litestar.config.app import AppConfig
from litestar.datastructures import Cookie
from litestar.exceptions import ClientException, SerializationException
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.plugins import InitPlugin

from motcua.base.errors import NotFound
from motcua.web import refusals
from motcua.web.description import Closed, describe
from motcua.web.envelope import Envelope
from motcua.web.guard import Guard, Keep, Who
from motcua.web.language import LANGUAGES, cookie_name
from motcua.web.render import Renderer
from motcua.web.site import STATIC_ADDRESS, Files, Site

BODY_BYTES_MAX = 262_144  # an address that takes files says a larger limit of its own
JSON_DEPTH_MAX = 32  # what reads it afterwards descends by recursion
YEAR_SECONDS = 31_536_000
LOCAL_PATH_LENGTH_MAX = 2_000
ADDRESS_LETTERS = "/?#[]@!$&'()*+,;=:%~"  # what stands in an address as it is (RFC 3986)


class Kit(InitPlugin, Closed):
    """`Litestar(plugins=[build(site, who)], …)`."""

    def __init__(self, site: Site, who: Who, keep: Keep | None) -> None:
        self.site = site
        self.who = who
        self.keep = keep
        self.files = Files()

    def on_app_init(self, app_config: AppConfig) -> AppConfig:
        app_config.state["renderer"] = Renderer(self.site, self.files)
        app_config.guards.append(
            Guard(self.who, self.site.origin, self.keep, self.site.desk_origin)
        )
        app_config.exception_handlers = {
            **refusals.HANDLERS,
            **app_config.exception_handlers,
        }
        app_config.request_class = Sent
        app_config.before_send.append(Envelope(self.site.form_targets))
        app_config.on_startup.append(_limit_bodies)
        app_config.logging_config = None
        app_config.route_handlers.extend([_static(self.files), language])
        for handler in app_config.route_handlers:
            if isinstance(handler, BaseRouteHandler):
                describe(handler)
        return app_config


def build(site: Site, who: Who, keep: Keep | None = None) -> Kit:
    """`keep`: what is done with a form whose sender must sign in again first."""
    return Kit(site, who, keep)


class Sent(Request[Any, Any, Any]):
    """A request whose JSON may be read without fear: what is none, or too deep, is 400."""

    async def json(self) -> Any:
        try:
            read = await super().json()
        except (SerializationException, UnicodeDecodeError, RecursionError):
            raise ClientException from None
        if not _is_flat(read):
            raise ClientException
        return read


def _is_flat(value: Any) -> bool:
    """Nested no deeper than the limit; looked at in layers, so that depth costs nothing here."""
    layer = [value]
    for _ in range(JSON_DEPTH_MAX):
        layer = [one for one in layer if isinstance(one, dict | list)]
        if not layer:
            return True
        layer = [x for one in layer for x in (one.values() if isinstance(one, dict) else one)]
    return False


def _limit_bodies(app: Litestar) -> None:
    """Set on the app itself: Litestar 2.25 does not read this limit back from a plugin."""
    app.request_max_body_size = BODY_BYTES_MAX


def _static(files: Files) -> HTTPRouteHandler:
    @get(f"{STATIC_ADDRESS}/{{name:str}}", opt={"access": "public"}, include_in_schema=False)
    async def static(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[bytes]:
        """A name holds the hash of what it names: kept for a year, and never asked for again."""
        if name not in files.content or name.endswith((".gz", ".br", ".json")):
            raise NotFound("web.not_found")
        headers = {
            "Cache-Control": f"public, max-age={YEAR_SECONDS}, immutable",
            "Vary": "Accept-Encoding",
        }
        content = files.content[name]
        accepted = request.headers.get("accept-encoding", "")
        for encoding, ending in (("br", ".br"), ("gzip", ".gz")):
            if encoding in accepted and name + ending in files.content:
                content = files.content[name + ending]
                headers["Content-Encoding"] = encoding
                break
        return Response(content, headers=headers, media_type=_kind(name))

    return static


def _kind(name: FromPath[str]) -> str:
    known = {"js": "text/javascript", "css": "text/css", "woff2": "font/woff2"}
    ending = name.rpartition(".")[2]
    return known.get(ending) or mimetypes.guess_type(name)[0] or MediaType.TEXT


@get("/language", opt={"access": "public"}, include_in_schema=False, sync_to_thread=False)
def language(
    request: Request[Any, Any, Any],
    to: FromQuery[str] = "vi",
    back: Annotated[str, QueryParameter(max_length=LOCAL_PATH_LENGTH_MAX)] = "/",
) -> Response[bytes]:
    """The reader's choice, kept for a year; it says nothing about anyone."""
    choice = to if to in LANGUAGES else "vi"
    kept = Cookie(
        key=cookie_name(request.url.scheme), value=choice, max_age=YEAR_SECONDS, path="/",
        samesite="lax", secure=request.url.scheme == "https", httponly=True,
    )  # fmt: skip
    address = quote(local_path(back), safe=ADDRESS_LETTERS)
    return Response(b"", status_code=303, headers={"Location": address}, cookies=[kept])


def local_path(address: str) -> str:
    """The address if it stays in this house, else the front door: for every `next` and `back`."""
    is_local = (
        address.startswith("/")
        and not address.startswith("//")
        and "\\" not in address
        and len(address) <= LOCAL_PATH_LENGTH_MAX
        and address.isprintable()
    )
    return address if is_local else "/"
