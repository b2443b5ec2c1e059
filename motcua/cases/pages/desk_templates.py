"""Words that an agency writes again and again: made, and dropped when they serve no more."""

from typing import Any, ClassVar
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Struct

from motcua import agencies
from motcua.base.errors import Fault, Invalid
from motcua.base.text import Text
from motcua.cases.actions import templates
from motcua.cases.model.working import Template
from motcua.cases.pages.desk_acts import FORMS
from motcua.cases.rules.forms import clean
from motcua.cases.rules.templates import PLACEHOLDERS
from motcua.db import City
from motcua.identity import Viewer
from motcua.web import Page, reasons, render
from motcua.web.forms import Problem
from motcua.web.language import Language, words
from motcua.web.render import language_of

OFFICER = {"access": "officer"}
TEMPLATES = "/desk/templates"

Web = Request[Any, Any, Any]


class Option(Struct, frozen=True):
    value: str
    name: Text | str
    is_chosen: bool


class Own(Struct, frozen=True, kw_only=True):
    """A template of one's agency."""

    id: UUID
    agency: Text
    act: str
    name: str
    words: str


class Placeholder(Struct, frozen=True):
    name: str
    meaning: str


class TemplatesPage(Page):
    template: ClassVar[str] = "cases/desk_templates.html"

    own: list[Own]
    offices: list[Option]
    acts: list[Option]
    name: str
    text: str
    placeholders: list[Placeholder]
    problems: list[Problem]
    wrong: dict[str, str]
    """What is wrong with a field of the form, by its name."""


@get(TEMPLATES, opt=OFFICER, include_in_schema=False)
async def show(
    request: Web, city: NamedDependency[City], viewer: NamedDependency[Viewer]
) -> Response[Any]:
    return await _page(request, city, viewer, {}, [])


@post(TEMPLATES, opt=OFFICER, include_in_schema=False)
async def make(
    request: Web, city: NamedDependency[City], viewer: NamedDependency[Viewer]
) -> Response[Any]:
    posted = {name: str(value) for name, value in (await request.form()).items()}
    noun = posted.get("noun", "")
    try:
        if noun not in {noun for noun, _ in _acts()}:
            raise Invalid("request.faults", [Fault("/noun", "form.not_an_option")])
        async with city.database.write(viewer.person) as db:
            await templates.make_template(
                db, viewer, posted.get("agency", ""), noun, clean(posted.get("name", "")),
                clean(posted.get("text", ""), has_lines=True),
            )  # fmt: skip
    except Invalid as refusal:
        return await _page(request, city, viewer, posted, refusal.faults)
    return _see(TEMPLATES)


@post("/desk/templates/{template:uuid}/end", opt=OFFICER, include_in_schema=False)
async def drop(
    city: NamedDependency[City], viewer: NamedDependency[Viewer], template: FromPath[UUID]
) -> Response[Any]:
    async with city.database.write(viewer.person) as db:
        await templates.drop_template(db, template)
    return _see(TEMPLATES)


def _acts() -> list[tuple[str, str]]:
    """The forms with words in them, each once; a word to a colleague is nobody's template."""
    found = {
        form.noun: form.name
        for form in FORMS
        if any(box.shape == "words" and box.name != "word" for box in form.boxes)
    }
    return list(found.items())


async def _page(
    request: Web, city: City, viewer: Viewer, typed: dict[str, str], faults: list[Fault]
) -> Response[Any]:
    language, book = language_of(request), city[agencies.Agencies]
    async with city.database.read(viewer.person) as db:
        mine = sorted({post.agency_code for post in await agencies.posts_of(db)})
        kept = await templates.own_templates(db)
    say, names = words(language), dict(_acts())
    wrong = {f.pointer[1:]: reasons.sentence(f.reason, f.facts, language) for f in faults}
    page = TemplatesPage(
        own=[_own(book, one, names, language) for one in kept],
        offices=[Option(code, book.name(code), code == typed.get("agency")) for code in mine],
        acts=[
            Option(noun, say.gettext(name), noun == typed.get("noun"))
            for noun, name in names.items()
        ],
        name=typed.get("name", ""),
        text=typed.get("text", ""),
        placeholders=[
            Placeholder(f"{{{name}}}", say.pgettext("placeholder", name)) for name in PLACEHOLDERS
        ],
        problems=[Problem(said, name) for name, said in wrong.items()],
        wrong=wrong,
    )
    return render(page, request, 422 if faults else 200)


def _own(book: agencies.Agencies, one: Template, names: dict[str, str], language: Language) -> Own:
    return Own(
        id=one.id,
        agency=book.name(one.agency_code),
        act=words(language).gettext(names.get(one.noun, one.noun)),
        name=one.name,
        words=one.words,
    )


def _see(address: str) -> Response[Any]:
    return Response(b"", status_code=303, headers={"Location": address})


routes: list[HTTPRouteHandler] = [show, make, drop]
