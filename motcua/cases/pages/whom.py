"""The questions that the city asks for every procedure: for whom, and how to get the result."""

import re
from datetime import date
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
from motcua.cases.model.procedure import Delegation, Field, Option
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
from motcua.web import forms

NUMBER_LENGTH_MAX = 40
SAID_LENGTH_MAX = 200
STATED = {
    "authority_kind": "kind",
    "authority_number": "number",
    "authority_issuer": "issuer",
    "authority_signed": "signed_on",
    "authority_until": "until",
}
"""The boxes of the page, and what they are of an authority."""
POINTERS = {
    "/on_behalf_of": "/whom",
    "/authority": "/authority_kind",
    **{f"/authority/{part}": f"/{name}" for name, part in STATED.items()},
    "/authority/procedures": "/authority_scope",
}
CODES_MAX = 50
_CODE = re.compile(r"[0-9]\.[0-9]{6}")
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
    posted = {k: str(v)[:SAID_LENGTH_MAX] for k, v in (await request.form()).items()}
    chosen = posted.get("whom", "")
    number = posted.get("number", "")[:NUMBER_LENGTH_MAX] if chosen == "other" else chosen
    number = "".join(letter for letter in number if letter.isalnum())
    if not chosen or not number:
        fault = Fault("/number" if chosen else "/whom", "form.required")
        return await _whom_page(here, None, [fault], chosen)
    # A number may also come as the choice itself, and not only from the list that was offered.
    if chosen != "self":
        actions.LOOKUPS.take(viewer.person)
    wanted = None if chosen == "self" else number
    said, faults = _stated(here, posted) if chosen == "other" else ({}, [])
    try:
        subject = await actions.subject_of(city, viewer, wanted)
    except Unavailable:
        pass  # who it is will be looked up again before the request is sent
    except Invalid:
        faults.append(Fault("/number", "case.nobody_with_number"))
    else:
        if subject.relation != "other":
            said, faults = {}, []  # whom the register joins to them needs no paper
        wanted = wanted if subject.relation != "self" else None
        facts = context(city, viewer, subject, {})
        found = drafting.broken_conditions(here.procedure, facts, [None])
        faults += [replace(fault, pointer="/whom") for fault in found]
    if faults:
        return await _whom_page(here, number, faults, chosen, said)
    await keep(here, replace(here.draft, subject_number=wanted, authority=_authority(here, said)))
    return onward(here, WHOM)


async def _whom_page(
    here: Application, number: str | None, faults: list[Fault], chosen: str | None = None,
    said: dict[str, Any] | None = None,
) -> Response[Any]:  # fmt: skip
    trouble, family = None, []
    if here.needed is None:
        try:
            family = await drafting.family_of(here.city, here.viewer)
        except Unavailable:
            trouble = say(here.language, NO_FAMILY)
    fields = _whom_fields(here, family)
    if chosen is None:
        is_kin = any(one.number == number for one in family)
        chosen = (number if is_kin else "other") if number else "self"
    answers = {"whom": chosen, "number": number if chosen == "other" else None}
    kept = here.draft.authority or {}
    answers |= _as_typed(here, kept) if said is None else said
    moved = [replace(f, pointer=POINTERS.get(f.pointer, f.pointer)) for f in faults]
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
    } | _authority_fields(rule)


def _authority_fields(rule: Delegation | None) -> dict[str, Field]:
    """The paper by which one acts for somebody else, where the procedure holds one to it."""
    if rule is None or not rule.others_stated:
        return {}
    when: dict[str, list[str | int | bool]] = {"whom": ["other"]}
    kinds = [Option(value="authorised", label=text("A notarised authorisation"))]
    if rule.guardian_document:
        kinds.append(
            Option(value="guardian", label=text("A document that makes me their guardian"))
        )
    return {
        "authority_kind": Field(
            kind="choice", label=text("By what do you act for them?"), options=tuple(kinds),
            when=when,
        ),
        "authority_number": Field(
            kind="text", label=text("Number of that document"), when=when, max=60
        ),
        "authority_issuer": Field(
            kind="text", label=text("Who notarised or issued it"), when=when, max=SAID_LENGTH_MAX
        ),
        "authority_signed": Field(kind="date", label=text("Its date"), when=when),
        "authority_until": Field(
            kind="date", label=text("Until when it holds"), required=False, when=when,
            hint=text("Leave this empty where it names no day."),
        ),
        "authority_scope": Field(
            kind="choice", label=text("What does the document let you do for them?"),
            options=tuple(Option(value=scope, label=text(said)) for scope, said in SCOPES.items()),
            when=when,
        ),
        "authority_procedures": Field(
            kind="text", label=text("Codes of the procedures that it names"),
            hint=text("As in 1.004873, 2.000815"), when={"authority_scope": ["named"]},
            max=SAID_LENGTH_MAX,
        ),
    }  # fmt: skip


SCOPES = {
    "this": "This procedure only",
    "any": "Whatever may be done in their name: it names no procedure",
    "named": "Several procedures that it names",
}


def _as_typed(here: Application, kept: dict[str, Any]) -> dict[str, Any]:
    """What was stated before, as the boxes have it."""
    typed = {name: kept.get(part) for name, part in STATED.items()}
    if not kept:
        return typed
    codes = kept.get("procedures", [])
    scope = "any" if not codes else "this" if codes == [here.procedure.code] else "named"
    return typed | {"authority_scope": scope, "authority_procedures": ", ".join(codes)}


def _stated(here: Application, posted: dict[str, str]) -> tuple[dict[str, Any], list[Fault]]:
    fields = _authority_fields(here.procedure.delegation)
    said = forms.read(fields, list(fields), posted, {"whom": "other"}).answers
    faults = [
        Fault(f"/{name}", "form.required")
        for name, field in fields.items()
        if field.required
        and not said.get(name)
        and forms.is_asked(field, {"whom": "other", **said})
    ]
    codes = _codes(here, said)
    if said.get("authority_procedures") and not codes:
        faults.append(Fault("/authority_procedures", "form.pattern"))
    elif codes and here.procedure.code not in codes:
        faults.append(Fault("/authority_scope", "case.authority_not_for_this"))
    for name in ("authority_signed", "authority_until"):
        try:
            date.fromisoformat(said.get(name) or "2000-01-01")
        except ValueError:
            faults.append(Fault(f"/{name}", "form.not_a_date"))
    return said, faults


def _codes(here: Application, said: dict[str, Any]) -> list[str]:
    """Of the procedures that the document names; none where it names none, or no code was typed."""
    if said.get("authority_scope") == "this":
        return [here.procedure.code]
    return _CODE.findall(str(said.get("authority_procedures", "")))[:CODES_MAX]


def _authority(here: Application, said: dict[str, Any]) -> dict[str, Any] | None:
    told = {part: said[name] for name, part in STATED.items() if said.get(name)}
    codes = _codes(here, said)
    return (told | ({"procedures": codes} if codes else {})) or None


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
    return await show_delivery(await application_of(request, city, viewer, code), delivery_fields())


async def show_delivery(here: Application, fields: dict[str, Field]) -> Response[Any]:
    checked = await here.ready()
    is_checking = "check" in here.request.query_params
    faults = [f for f in checked.faults if is_checking and here.stop_of(f) == DELIVERY]
    answers = {"delivery": here.draft.delivery}
    return asked(here, Asking(
        stop=DELIVERY, fields=fields, answers=answers, needs=checked.needs, faults=faults
    ))  # fmt: skip


@post("/procedures/{code:str}/apply/get-result", **PERSON)
async def take_delivery(
    request: Web, city: NamedDependency[City], viewer: NamedDependency[Viewer], code: FromPath[str]
) -> Response[Any]:
    return await take_way(await application_of(request, city, viewer, code), delivery_fields())


async def take_way(here: Application, fields: dict[str, Field]) -> Response[Any]:
    chosen = str((await here.request.form()).get("delivery", ""))
    if chosen not in drafting.DELIVERIES:
        faults = [Fault("/delivery", "form.required")]
        return asked(here, Asking(stop=DELIVERY, fields=fields, answers={}, faults=faults))
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
