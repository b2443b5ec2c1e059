"""What is one's own: requests, papers, messages, and who looked."""

from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from msgspec import Struct
from msgspec.structs import astuple, replace

from motcua import agencies, cases, documents, exchange, identity, notices
from motcua.base import clock
from motcua.base.ids import SYSTEM, PersonId
from motcua.base.text import Text
from motcua.cases import CaseLine, Draft, Procedure
from motcua.db import City, Read
from motcua.identity import Viewer
from motcua.web import Page, language_of, render
from motcua.web.language import Language, words
from motcua.web.reasons import sentence

SAME_LOOK = timedelta(hours=1)
LOOKS_SHOWN, LOOKS_PER_PAGE = 3, 25  # each room tells 50 at once, so 25 are surely all there are
MESSAGES_SHOWN = 5
Web = Request[Any, Any, Any]


class Seen(Struct, frozen=True):
    """One look at the person's data, in words."""

    id: UUID
    at: datetime
    who: str
    where: Text | str
    """The agency or the register."""
    why: Text | str
    case_code: str | None = None
    outcome: str = ""
    basis: str = ""
    office: Text | str = ""
    """What they are there; of a register, for which agency it was asked."""
    times: int = 1
    """The same look, again and again within an hour, is one line."""

    def is_same(self, other: "Seen") -> bool:
        mine, theirs = (astuple(one)[2:9] for one in (self, other))
        return mine == theirs and abs(self.at - other.at) < SAME_LOOK


class Me(Page):
    template: ClassVar[str] = "portal/me.html"

    name: str
    organisation: str | None
    level: int | None
    lines: list[CaseLine]
    drafts: list[tuple[Draft, Procedure]]
    papers: list[documents.VaultPaper]
    messages: list[notices.Message]
    looks: list[Seen]


class Looks(Page):
    template: ClassVar[str] = "portal/looks.html"

    looks: list[Seen]
    next: str | None
    is_first: bool


@get("/me", opt={"access": "person"}, include_in_schema=False)
async def me(
    request: Web, city: NamedDependency[City], viewer: NamedDependency[Viewer]
) -> Response[bytes]:
    language = language_of(request)
    async with city.database.read(viewer.person, viewer.on_behalf_of) as db:
        lines = await cases.lines_of_me(db, viewer)
        drafts = await cases.drafts_of_me(db)
        papers = await documents.vault(db)
        messages = await notices.messages_of_me(db)
        looks = await _looks(db, viewer, language)
    page = Me(
        name=viewer.name,
        organisation=viewer.organisation_name,
        level=viewer.level,
        lines=lines,
        drafts=drafts,
        papers=papers,
        messages=messages[:MESSAGES_SHOWN],
        looks=_folded(looks)[:LOOKS_SHOWN],
    )
    return render(page, request)


@get("/me/looks", opt={"access": "person"}, include_in_schema=False)
async def looks(
    request: Web,
    city: NamedDependency[City],
    viewer: NamedDependency[Viewer],
    before: FromQuery[UUID | None] = None,
) -> Response[bytes]:
    """Every look at the person's data: who, where, why and when; for registers also by what law,
    and what came of it."""
    language = language_of(request)
    async with city.database.read(viewer.person, viewer.on_behalf_of) as db:
        found = await _looks(db, viewer, language, before)
    shown = found[:LOOKS_PER_PAGE]
    page = Looks(
        looks=_folded(shown),
        next=f"/me/looks?before={shown[-1].id}" if len(found) > LOOKS_PER_PAGE else None,
        is_first=before is None,
    )
    return render(page, request)


async def _looks(
    db: Read, viewer: Viewer, language: Language, before: UUID | None = None
) -> list[Seen]:
    """Questions to registers, openings of cases and of papers as one list, newest first."""
    asked = (await exchange.looks_of_me(db, before)).items
    opened = await cases.looks_at_my_cases(db, before)
    papers = await documents.openings_of_me(db, before)
    people = [look.asker_id for look in asked] + [one.actor_id for one in papers]
    names = await identity.names(db, people)
    seen = [
        *(_asked(db.city, look, names, viewer, language) for look in asked),
        *(_opened(db.city, look, language) for look in opened),
        *(_read(db.city, one, names, language) for one in papers),
    ]
    return sorted(seen, key=lambda one: one.id, reverse=True)


def _folded(seen: list[Seen]) -> list[Seen]:
    lines: list[Seen] = []
    for one in seen:
        place = next((i for i, line in enumerate(lines) if line.is_same(one)), None)
        if place is None:
            lines.append(one)
        else:
            lines[place] = replace(lines[place], times=lines[place].times + 1)
    return lines


def _asked(
    city: City,
    look: exchange.Look,
    names: dict[PersonId, str],
    viewer: Viewer,
    language: Language,
) -> Seen:
    register = city[exchange.Registers].registers.get(look.register)
    return Seen(
        id=look.id,
        at=look.at,
        who=_who(look.asker_id, names, viewer, language),
        where=register.name if register else look.register,
        why=look.purpose,
        case_code=look.case_code,
        outcome=_outcome(look, language),
        basis=look.legal_basis,
        office=city[agencies.Agencies].name(look.agency_code) if look.agency_code else "",
    )


def _opened(city: City, look: cases.LookAtCase, language: Language) -> Seen:
    roles = city[agencies.Access].file.roles
    return Seen(
        id=look.id,
        at=look.at,
        who=look.officer_name,
        where=city[agencies.Agencies].name(look.agency_code),
        why=look.purpose or words(language).pgettext("event", str(look.act)),
        case_code=look.case_code,
        office=roles[look.role].name if look.role in roles else "",
    )


def _read(
    city: City, one: documents.Opening, names: dict[PersonId, str], language: Language
) -> Seen:
    say = words(language).gettext
    if one.is_shown:
        who = say("Somebody who has the paper and typed the number on it")
        why = say("To see whose paper it is")
    else:
        who = names.get(one.actor_id) or say("Somebody else who uses this platform")
        why = say("To read a file of your request")
    office = city[agencies.Agencies].name(one.agency_code) if one.agency_code else ""
    where = one.name_within(language)
    return Seen(id=one.id, at=one.at, who=who, where=where, why=why, office=office)


def _who(asker: PersonId, names: dict[PersonId, str], viewer: Viewer, language: Language) -> str:
    say = words(language).gettext
    if asker == viewer.person:
        return say("You, while filling in a request")
    if asker == SYSTEM:
        return say("The platform, for your request")
    return names.get(asker) or say("Somebody else who uses this platform")


def _outcome(look: exchange.Look, language: Language) -> str:
    say = words(language).gettext
    if look.outcome is None:
        is_fresh = (clock.now() - look.at).total_seconds() < 60
        return say("Being asked just now") if is_fresh else say("No answer came")
    if look.outcome == "found":
        return say("The register answered")
    if look.outcome == "nothing":
        return say("The register knows nothing of it")
    return sentence(look.outcome, {"register": look.register}, language)


routes: list[Any] = [me, looks]
