"""Where several agencies may receive a request: which one, with the nearest offered first."""

from contextlib import suppress
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec.structs import replace

from motcua.agencies import Agency
from motcua.base.errors import Fault, NotFound, Unavailable
from motcua.base.text import Text, fold
from motcua.cases.actions import drafting
from motcua.cases.model.procedure import Field, Option
from motcua.cases.pages.asking import (
    PERSON,
    RECEIVER,
    Application,
    Asking,
    Web,
    application_of,
    asked,
    keep,
    onward,
    text,
)
from motcua.db import City
from motcua.identity import Viewer
from motcua.web.forms import RADIOS_MAX
from motcua.web.language import LANGUAGES, words

ELSEWHERE = "other"


@get("/procedures/{code:str}/apply/where-to", **PERSON)
async def ask_receiver(
    request: Web, city: NamedDependency[City], viewer: NamedDependency[Viewer], code: FromPath[str]
) -> Response[Any]:
    here = await _several(request, city, viewer, code)
    return await _receiver_page(here, {}, [])


@post("/procedures/{code:str}/apply/where-to", **PERSON)
async def take_receiver(
    request: Web, city: NamedDependency[City], viewer: NamedDependency[Viewer], code: FromPath[str]
) -> Response[Any]:
    here = await _several(request, city, viewer, code)
    posted = {k: str(v) for k, v in (await request.form()).items()}
    box = "agency_other" if posted.get("agency") == ELSEWHERE else "agency"
    chosen = posted.get(box, "")
    if chosen not in {agency.code for agency in here.receivers}:
        fault = Fault(f"/{box}", "case.wrong_agency" if chosen else "case.choose_agency")
        return await _receiver_page(here, {"agency": posted.get("agency")}, [fault])
    await keep(here, replace(here.draft, agency_code=chosen))
    return onward(here, RECEIVER)


async def _several(request: Web, city: City, viewer: Viewer, code: str) -> Application:
    here = await application_of(request, city, viewer, code)
    if len(here.receivers) < 2:
        raise NotFound("web.not_found")
    return here


async def _receiver_page(
    here: Application, typed: dict[str, Any], faults: list[Fault]
) -> Response[Any]:
    near = None
    if here.needed is None:
        with suppress(Unavailable):  # then nothing is chosen beforehand
            near = await drafting.near_home(here.city, here.viewer, here.receivers)
    fields = _fields(here, near)
    answers = typed or _answers(here.draft.agency_code, near, "agency_other" in fields)
    return asked(here, Asking(stop=RECEIVER, fields=fields, answers=answers, faults=faults))


def _answers(chosen: str | None, near: Agency | None, is_split: bool) -> dict[str, Any]:
    if near and chosen in (None, near.code):
        return {"agency": near.code}
    return {"agency": ELSEWHERE, "agency_other": chosen} if is_split else {"agency": chosen}


def _fields(here: Application, near: Agency | None) -> dict[str, Field]:
    """A short list is all radios; of a long one, the nearest is a radio and the rest one list."""
    language = here.language
    others = sorted(
        (agency for agency in here.receivers if agency != near),
        key=lambda agency: fold(agency.name.within(language)),
    )
    offered = [Option(value=agency.code, label=agency.name) for agency in others]
    beside = {}
    if near:
        label = "%(name)s, where you live"
        said = (words(one).gettext(label) % {"name": near.name.within(one)} for one in LANGUAGES)
        first = Option(value=near.code, label=Text(*said))
        if len(offered) >= RADIOS_MAX:
            beside["agency_other"] = Field(
                kind="choice", label=text("Which one?"), options=tuple(offered),
                when={"agency": [ELSEWHERE]},
            )  # fmt: skip
            offered = [Option(value=ELSEWHERE, label=text("Another place"))]
        offered.insert(0, first)
    question = Field(
        kind="choice",
        label=text("Where do you want to apply?"),
        hint=text("This office takes your request and answers it."),
        options=tuple(offered),
    )
    return {"agency": question, **beside}


routes: list[Any] = [ask_receiver, take_receiver]
