"""The questions that the city asks for every procedure: for whom, and how to get the result."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec.structs import replace

from motcua.base.errors import Fault, Invalid, Unavailable
from motcua.base.text import Text
from motcua.cases import actions
from motcua.cases.actions import drafting
from motcua.cases.actions.filing import context
from motcua.cases.model.procedure import Field, Option
from motcua.cases.pages.asking import (
    DELIVERY,
    PERSON,
    WHOM,
    Application,
    Asking,
    Web,
    application_of,
    asked,
    keep,
    onward,
    say,
    stop_of,
    text,
)
from motcua.db import City
from motcua.identity import Viewer

NUMBER_LENGTH_MAX = 40
NO_FAMILY = (
    "The population register does not answer just now, so we cannot show your family. You can go "
    "on for yourself, or come back later."
)


@get("/procedures/{code:str}/apply/for-whom", **PERSON)
async def ask_whom(
    request: Web, city: NamedDependency[City], viewer: NamedDependency[Viewer], code: FromPath[str]
) -> Response[Any]:
    here = await application_of(request, city, viewer, code)
    faults = []
    if "check" in request.query_params:
        checked = await drafting.ready(city, viewer, here.draft)
        faults = [f for f in checked.faults if stop_of(here.procedure, f) == WHOM]
    return await _whom_page(here, here.draft.subject_number, faults)


@post("/procedures/{code:str}/apply/for-whom", **PERSON)
async def take_whom(
    request: Web, city: NamedDependency[City], viewer: NamedDependency[Viewer], code: FromPath[str]
) -> Response[Any]:
    here = await application_of(request, city, viewer, code)
    posted = {k: str(v)[:NUMBER_LENGTH_MAX] for k, v in (await request.form()).items()}
    chosen = posted.get("whom", "")
    number = posted.get("number", "") if chosen == "other" else chosen
    number = "".join(letter for letter in number if letter.isalnum())
    if not chosen or not number:
        fault = Fault("/number" if chosen else "/whom", "form.required")
        return await _whom_page(here, None, [fault], chosen)
    # A number may also come as the choice itself, and not only from the list that was offered.
    if chosen != "self":
        actions.LOOKUPS.take(viewer.person)
    wanted = None if chosen == "self" else number
    faults = []
    try:
        subject = await actions.subject_of(city, viewer, wanted)
    except Unavailable:
        pass  # who it is will be looked up again before the request is sent
    except Invalid:
        faults = [Fault("/number", "case.nobody_with_number")]
    else:
        wanted = wanted if subject.relation != "self" else None
        facts = context(city, viewer, subject, {})
        found = drafting.broken_conditions(here.procedure, facts, [None])
        faults = [replace(fault, pointer="/whom") for fault in found]
    if faults:
        return await _whom_page(here, number, faults, chosen)
    await keep(here, replace(here.draft, subject_number=wanted))
    return onward(here, WHOM)


async def _whom_page(
    here: Application, number: str | None, faults: list[Fault], chosen: str | None = None
) -> Response[Any]:
    trouble, family = None, []
    if here.level_needed is None:
        try:
            family = await drafting.family_of(here.city, here.viewer)
        except Unavailable:
            trouble = say(here.language, NO_FAMILY)
    fields = _whom_fields(here, family)
    if chosen is None:
        is_kin = any(one.number == number for one in family)
        chosen = (number if is_kin else "other") if number else "self"
    answers = {"whom": chosen, "number": number if chosen == "other" else None}
    moved = [replace(f, pointer="/whom") if f.pointer == "/on_behalf_of" else f for f in faults]
    return asked(
        here,
        Asking(stop=WHOM, fields=fields, answers=answers, faults=moved, trouble=trouble),
    )


def _whom_fields(here: Application, family: list[drafting.Relative]) -> dict[str, Field]:
    rule = here.procedure.delegation
    offered = [Option(value="self", label=text("For myself"))]
    offered += [
        Option(value=one.number, label=_relative(one))
        for one in family
        if rule and one.relation in rule.family
    ]
    if rule and rule.others_document:
        offered.append(Option(value="other", label=text("For somebody else")))
    return {
        "whom": Field(
            kind="choice", label=text("Whom should the result be about?"), options=tuple(offered)
        ),
        "number": Field(
            kind="text",
            label=text("Their personal number"),
            hint=text("You need their authorisation, and they will see that you looked them up."),
            when={"whom": ["other"]},
            max=NUMBER_LENGTH_MAX,
        ),
    }


def _relative(one: drafting.Relative) -> Text:
    kin = {
        "child": "For my child %(name)s", "parent": "For my parent %(name)s",
        "spouse": "For my spouse %(name)s", "ward": "For my ward %(name)s",
    }  # fmt: skip
    return text(kin.get(one.relation, "For %(name)s"), name=one.name)


@get("/procedures/{code:str}/apply/get-result", **PERSON)
async def ask_delivery(
    request: Web, city: NamedDependency[City], viewer: NamedDependency[Viewer], code: FromPath[str]
) -> Response[Any]:
    here = await application_of(request, city, viewer, code)
    checked = await drafting.ready(city, viewer, here.draft)
    answers = {"delivery": here.draft.delivery}
    return asked(
        here,
        Asking(stop=DELIVERY, fields=delivery_fields(), answers=answers, needs=checked.needs),
    )


@post("/procedures/{code:str}/apply/get-result", **PERSON)
async def take_delivery(
    request: Web, city: NamedDependency[City], viewer: NamedDependency[Viewer], code: FromPath[str]
) -> Response[Any]:
    here = await application_of(request, city, viewer, code)
    chosen = str((await request.form()).get("delivery", ""))
    if chosen not in drafting.DELIVERIES:
        faults = [Fault("/delivery", "form.required")]
        return asked(
            here, Asking(stop=DELIVERY, fields=delivery_fields(), answers={}, faults=faults)
        )
    await keep(here, replace(here.draft, delivery=chosen))
    return onward(here, DELIVERY)


def delivery_fields() -> dict[str, Field]:
    ways = {
        "electronic": "In my vault here, as a signed file",
        "counter": "On paper, at the one-stop counter; also in my vault",
        "post": "On paper, by post to my permanent residence; also in my vault",
    }
    offered = tuple(Option(value=way, label=text(said)) for way, said in ways.items())
    label = text("How do you want to get the result?")
    hint = text("The signed file counts as much as paper, and it comes first.")
    return {"delivery": Field(kind="choice", label=label, hint=hint, options=offered)}


routes: list[Any] = [ask_whom, take_whom, ask_delivery, take_delivery]
