"""Words that officers use again and again: the pack's and those of their agency."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from motcua import agencies
from motcua.base import clock
from motcua.base.errors import Fault, Invalid, NotFound
from motcua.base.ids import new_id
from motcua.cases import queries
from motcua.cases.actions.procedures import InForce, Procedures
from motcua.cases.model.case import Case
from motcua.cases.model.working import Template, TemplatesFile
from motcua.cases.rules.templates import PLACEHOLDERS, TEMPLATES, filled, unknown_in
from motcua.db import City, Read, Write
from motcua.identity import Viewer
from motcua.web import figures
from motcua.web.language import Language

TEMPLATES_MAX = 200
"""Of all agencies of an officer: who wants more should say less."""
NAME_LENGTH_MAX = 100
WORDS_LENGTH_MAX = 4000


class Templates:
    """`city[Templates]`: those of the pack."""

    def __init__(self, file: TemplatesFile) -> None:
        self.file = file

    @classmethod
    def of(cls, city: City) -> "Templates":
        there = city.pack.has(TEMPLATES.name)
        return cls(city.pack.file(TEMPLATES.name, TemplatesFile) if there else TemplatesFile())


class Offered(Struct, frozen=True):
    """One template for one form of the desk, with its braces still in it."""

    id: str
    noun: str
    name: str
    words: str


async def templates_for(db: Read, agency: str, language: Language) -> list[Offered]:
    """The agency's own first. `language`: of whoever is to read what is written."""
    own = [
        Offered(str(one.id), one.noun, one.name, one.words)
        for one in await queries.templates_of(db, [agency], TEMPLATES_MAX)
    ]
    return [
        *own,
        *(
            Offered(one.id, noun, one.name.within(language), one.words.within(language))
            for one in db.city[Templates].file.templates
            for noun in one.nouns
        ),
    ]


async def own_templates(db: Read) -> list[Template]:
    """Of every agency in which the acting officer holds a post."""
    mine = sorted({post.agency_code for post in await agencies.posts_of(db)})
    return await queries.templates_of(db, mine, TEMPLATES_MAX)


async def make_template(
    db: Write, viewer: Viewer, agency: str, noun: str, name: str, words: str
) -> None:
    mine = {post.agency_code for post in await agencies.posts_of(db)}
    faults = [] if agency in mine else [Fault("/agency", "form.not_an_option")]
    for pointer, text, most in (
        ("/name", name, NAME_LENGTH_MAX),
        ("/text", words, WORDS_LENGTH_MAX),
    ):
        if not text:
            faults.append(Fault(pointer, "form.required"))
        elif len(text) > most:
            faults.append(Fault(pointer, "form.too_long", {"max": most}))
    if unknown := unknown_in(words):
        known = " ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        facts: dict[str, object] = {"name": unknown[0], "known": known}
        faults.append(Fault("/text", "case.unknown_placeholder", facts))
    if not faults and len(await queries.templates_of(db, [agency], TEMPLATES_MAX)) >= TEMPLATES_MAX:
        faults = [Fault("/name", "case.too_many_templates", {"max": TEMPLATES_MAX})]
    if faults:
        raise Invalid("request.faults", faults)
    await queries.keep_template(db, new_id(), agency, noun, name, words, viewer.person, clock.now())


async def drop_template(db: Write, id: UUID) -> None:
    if not await queries.drop_template(db, id, clock.now()):
        raise NotFound("case.no_such_template")


def fill(
    city: City, words: str, case: Case, known: InForce, viewer: Viewer, language: Language
) -> str:
    """The words about this case."""
    zone = city[Procedures].calendar.zone

    def said(moment: datetime) -> str:
        return f"{figures.clock(moment, zone)} {figures.full_day(moment, language, zone)}"

    facts = {
        "code": case.code,
        "applicant": case.applicant_name,
        "procedure": known.procedure.short_name.within(language),
        "agency": city[agencies.Agencies].name(case.at_agency).within(language),
        "officer": viewer.name,
        "due": said(case.promised_at),
        "today": figures.full_day(clock.now(), language, zone),
    }
    return filled(words, facts)
