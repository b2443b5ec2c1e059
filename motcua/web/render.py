"""From a page to a response: one Jinja environment for each language."""

import gzip
from functools import cache, partial
from pathlib import Path
from typing import Any, ClassVar, Protocol
from urllib.parse import urlencode

import jinja2
from jinja2 import meta, nodes
from litestar import Response
from litestar.connection import ASGIConnection
from msgspec import Struct
from msgspec.structs import fields

from motcua.base import clock
from motcua.base.ids import PersonId
from motcua.base.text import Text
from motcua.web import figures
from motcua.web.language import LANGUAGES, NAMES, Language, chosen, cookie_name, words
from motcua.web.promise import promise_hair, promise_line
from motcua.web.site import Files, Site

ROOMS = Path(__file__).parent.parent
COMPRESS_FROM = 1_000  # bytes; below it gzip only costs
Connection = ASGIConnection[Any, Any, Any, Any]


class Page(Struct):
    """What one page shows. A subclass names its template and has exactly the fields it uses."""

    template: ClassVar[str]


class SignedIn(Protocol):
    """Whoever is signed in, as far as a page's head must know."""

    @property
    def person(self) -> PersonId: ...
    @property
    def name(self) -> str: ...
    @property
    def is_officer(self) -> bool: ...


# What the kit itself gives to every template, beside the fields of its page.
KIT_NAMES = frozenset({"site", "language", "languages", "viewer", "path", "here"})


def render(
    page: Page,
    connection: Connection,
    status: int = 200,
    headers: dict[str, str] | None = None,
    language: Language | None = None,
) -> Response[bytes]:
    """In the reader's language; a signed-in person's page is kept by no cache."""
    language = language or language_of(connection)
    viewer: SignedIn | None = connection.scope.get("state", {}).get("viewer")
    body = renderer_of(connection).html(page, language, viewer, connection).encode()
    head = {
        "Cache-Control": "no-store" if viewer else "no-cache",
        "Vary": "Accept, Accept-Language, Accept-Encoding, Cookie",
        "Content-Language": language,
        **(headers or {}),
    }
    if len(body) > COMPRESS_FROM and "gzip" in connection.headers.get("accept-encoding", ""):
        body = gzip.compress(body, compresslevel=6)
        head["Content-Encoding"] = "gzip"
    return Response(body, status_code=status, headers=head, media_type="text/html")


def language_of(connection: Connection) -> Language:
    kept = connection.cookies.get(cookie_name(connection.scope.get("scheme", "http")))
    return chosen(kept, connection.headers.get("accept-language"))


def renderer_of(connection: Connection) -> "Renderer":
    found: Renderer = connection.app.state.renderer
    return found


class Renderer:
    """The templates of one site, in every language. Made once by the entrance."""

    def __init__(self, site: Site, files: Files) -> None:
        self.site = site
        self.files = files
        self.environments = {name: self._environment(name) for name in LANGUAGES}

    def html(
        self, page: Page, language: Language, viewer: SignedIn | None, connection: Connection
    ) -> str:
        path = connection.url.path
        query = connection.url.query
        kit = {
            "site": self.site,
            "language": language,
            "languages": [(name, said) for name, said in NAMES.items() if name != language],
            "viewer": viewer,
            "path": path,
            "here": f"{path}?{query}" if query else path,
        }
        shown = {field.name: getattr(page, field.name) for field in fields(page)}
        template = self.environments[language].get_template(page.template)
        return template.render({**kit, **shown})

    def _environment(self, language: Language) -> jinja2.Environment:
        environment = _bare_environment()
        say, zone = words(language), self.site.zone
        environment.install_gettext_callables(  # type: ignore[attr-defined]
            say.gettext, say.ngettext, newstyle=True,
            pgettext=say.pgettext, npgettext=say.npgettext,
        )  # fmt: skip
        environment.finalize = partial(_spoken, language=language)
        environment.filters.update(
            words=partial(_spoken, language=language),
            money=lambda amount: figures.money(amount, self.site.currency, language),
            number=lambda value: figures.number(value, language),
            day=lambda at: figures.day(at, language, zone, clock.now().astimezone(zone).date()),
            short_day=lambda at: figures.short_day(at, language, zone),
            full_day=lambda at: figures.full_day(at, language, zone),
            clock=lambda at: figures.clock(at, zone),
            moment=lambda at: figures.moment(at, language, zone, clock.now()),
            iso=lambda at: at.astimezone(zone).isoformat(timespec="seconds"),
        )
        environment.globals.update(
            static=self.files.address,
            query=lambda **named: urlencode(named),
            promise_line=lambda promise: promise_line(promise, language, zone),
            promise_hair=lambda promise: promise_hair(promise, language, zone),
        )
        return environment


def _spoken(value: Any, language: Language = "vi") -> Any:
    """A text of the pack is said in the reader's language wherever it is printed."""
    return value.within(language) if isinstance(value, Text) else value


@cache
def _loader() -> jinja2.BaseLoader:
    """`cases/show.html` is motcua/cases/html/show.html; a bare name is one of the kit's own."""
    rooms: dict[str, jinja2.BaseLoader] = {
        folder.parent.name: jinja2.FileSystemLoader(folder)
        for folder in ROOMS.glob("*/html")
        if folder.parent.name != "web"
    }
    kit = jinja2.FileSystemLoader(ROOMS / "web" / "html")
    return jinja2.ChoiceLoader([kit, jinja2.PrefixLoader(rooms)])


def _bare_environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=_loader(),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )


FILTERS = ("words", "money", "number", "day", "short_day", "full_day", "clock", "moment", "iso")
GLOBALS = frozenset(
    {"_", "gettext", "ngettext", "pgettext", "npgettext", "static", "query", "promise_line",
     "promise_hair", "range", "dict", "lipsum", "cycler", "joiner", "namespace"}
)  # fmt: skip


def fields_used(template: str) -> set[str]:
    """The names a template wants from its page, with all that it extends and includes.

    For the structure test that compares them with the page's struct.
    """
    environment = _bare_environment()
    environment.filters.update(dict.fromkeys(FILTERS, str))
    wanted: set[str] = set()
    waiting, seen = [template], set()
    while waiting:
        name = waiting.pop()
        seen.add(name)
        source, _, _ = _loader().get_source(environment, name)
        tree = environment.parse(source)
        wanted |= meta.find_undeclared_variables(tree) - _made_here(tree)
        named = meta.find_referenced_templates(tree)
        waiting += [other for other in named if other and other not in seen]
    return wanted - KIT_NAMES - GLOBALS


def _made_here(tree: nodes.Template) -> set[str]:
    """What a template imports, defines or sets for its blocks: Jinja itself misses these."""
    made = {macro.name for macro in tree.find_all(nodes.Macro)}
    made |= {imported.target for imported in tree.find_all(nodes.Import)}
    for imported in tree.find_all(nodes.FromImport):
        made |= {name if isinstance(name, str) else name[1] for name in imported.names}
    for assigned in tree.find_all(nodes.Assign):
        made |= {name.name for name in assigned.find_all(nodes.Name) if name.ctx == "store"}
    return made


def templates() -> list[str]:
    """Every template of the house, for structure tests."""
    return _loader().list_templates()
