"""The front door, and what is one's own: requests, papers, messages, and who looked."""

from datetime import datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery, Parameter
from msgspec import Struct

from motcua import cases, documents, exchange, identity, notices
from motcua.base import clock
from motcua.base.errors import NotFound
from motcua.base.ids import SYSTEM, PersonId
from motcua.base.text import Text
from motcua.cases import CaseLine, Draft, Offer, Procedure
from motcua.db import City
from motcua.identity import Viewer
from motcua.web import Page, Throttle, language_of, render
from motcua.web.language import Language, words
from motcua.web.reasons import sentence

FOUND_MAX = 20
QUESTION_LENGTH_MAX = 200
CODE_LENGTH_MAX = 60
LOOKS_SHOWN = 3
MESSAGES_SHOWN = 5
TRIES, TRY_SECONDS = 30, 60
WAITING_FOR_PERSON = ("pay", "supplement", "collect")
Web = Request[Any, Any, Any]


class Home(Page):
    template: ClassVar[str] = "portal/home.html"

    asked: str
    found: list[Offer]
    lines: list[CaseLine]
    drafts: list[tuple[Draft, Procedure]]


class Status(Page):
    template: ClassVar[str] = "portal/status.html"

    code: str
    is_unknown: bool
    progress: dict[str, Any] | None


class Seen(Struct, frozen=True):
    """One look at the person's data, in words."""

    at: datetime
    register: Text | str
    who: str
    purpose: Text
    basis: str
    case_code: str | None
    outcome: str


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


@get("/", opt={"access": "public"}, include_in_schema=False)
async def home(
    request: Web,
    city: NamedDependency[City],
    viewer: NamedDependency[Viewer | None],
    q: Annotated[str, Parameter(max_length=QUESTION_LENGTH_MAX)] = "",
) -> Response[bytes]:
    found = cases.offers(city, q, FOUND_MAX)
    lines: list[CaseLine] = []
    drafts: list[tuple[Draft, Procedure]] = []
    if viewer and not viewer.is_officer:
        async with city.database.read(viewer.person, viewer.on_behalf_of) as db:
            lines = _waiting_first(await cases.lines_of_me(db, viewer))
            drafts = await cases.drafts_of_me(db)
    return render(Home(asked=q, found=found, lines=lines, drafts=drafts), request)


def _waiting_first(lines: list[CaseLine]) -> list[CaseLine]:
    """What is open; what waits for the person comes before what waits for the city."""
    open_ones = [line for line in lines if not line.is_over]
    return sorted(open_ones, key=lambda line: line.situation not in WAITING_FOR_PERSON)


@get(
    "/status",
    opt={"access": "public"},
    include_in_schema=False,
    guards=[Throttle(TRIES, TRY_SECONDS)],
)
async def status(
    request: Web,
    city: NamedDependency[City],
    code: Annotated[str, Parameter(max_length=CODE_LENGTH_MAX)] = "",
) -> Response[bytes]:
    """By the code on the receipt: how far it is, and nothing about anybody."""
    typed = code.strip().upper()
    if not typed:
        return render(Status(code="", is_unknown=False, progress=None), request)
    try:
        found = await cases.progress(city, typed, language_of(request))
    except NotFound:
        return render(Status(code=typed, is_unknown=True, progress=None), request, 404)
    return render(Status(code=typed, is_unknown=False, progress=found), request)


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
        looks = await exchange.looks_of_me(db)
        names = await identity.names(db, [look.asker_id for look in looks.items[:LOOKS_SHOWN]])
    page = Me(
        name=viewer.name,
        organisation=viewer.organisation_name,
        level=viewer.level,
        lines=lines,
        drafts=drafts,
        papers=papers,
        messages=messages[:MESSAGES_SHOWN],
        looks=[_seen(city, one, names, viewer, language) for one in looks.items[:LOOKS_SHOWN]],
    )
    return render(page, request)


@get("/me/looks", opt={"access": "person"}, include_in_schema=False)
async def looks(
    request: Web,
    city: NamedDependency[City],
    viewer: NamedDependency[Viewer],
    before: FromQuery[UUID | None] = None,
) -> Response[bytes]:
    """Every look at the person's data: when, where, who, why, by what law, and what came of it."""
    language = language_of(request)
    async with city.database.read(viewer.person, viewer.on_behalf_of) as db:
        found = await exchange.looks_of_me(db, before)
        names = await identity.names(db, [look.asker_id for look in found.items])
    page = Looks(
        looks=[_seen(city, look, names, viewer, language) for look in found.items],
        next=f"/me/looks?before={found.next}" if found.next else None,
        is_first=before is None,
    )
    return render(page, request)


def _seen(
    city: City,
    look: exchange.Look,
    names: dict[PersonId, str],
    viewer: Viewer,
    language: Language,
) -> Seen:
    register = city[exchange.Registers].registers.get(look.register)
    return Seen(
        at=look.at,
        register=register.name if register else look.register,
        who=_who(look.asker_id, names, viewer, language),
        purpose=look.purpose,
        basis=look.legal_basis,
        case_code=look.case_code,
        outcome=_outcome(look, language),
    )


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


routes: list[Any] = [home, status, me, looks]
