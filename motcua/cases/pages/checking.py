"""The last page of an application: everything at one glance, the oath, and sending it once."""

from typing import Any, ClassVar

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec.structs import replace

from motcua.base.errors import Fault
from motcua.base.text import Text
from motcua.cases.actions import Subject, drafting
from motcua.cases.actions.drafting import Ready
from motcua.cases.model.procedure import DocumentNeed, Procedure
from motcua.cases.pages.asking import (
    CHECK,
    DELIVERY,
    PERSON,
    RECEIVER,
    WHOM,
    Application,
    Web,
    application_of,
    asked_of,
    is_oath,
    no_subject,
    oaths_of,
    problems_of,
    say,
    stops,
    text,
)
from motcua.cases.pages.whom import delivery_fields
from motcua.cases.rules.fees import Fee
from motcua.db import City
from motcua.identity import Assurance, Viewer
from motcua.web import Page, forms, render
from motcua.web.forms import Answered, Problem, Question

KEY_LENGTH_MAX = 200


class Check(Page):
    template: ClassVar[str] = "cases/apply_check.html"

    procedure: Procedure
    back: str
    action: str
    key: str
    about: list[Answered]
    pages: list[tuple[Text, list[Answered]]]
    delivery: list[Answered]
    fee: Fee | None
    oaths: list[Question]
    problems: list[Problem]
    trouble: str | None
    is_changed: bool
    needed: Assurance | None
    sign_in_again: str


@get("/procedures/{code:str}/apply/check-answers", **PERSON)
async def ask_check(
    request: Web, city: NamedDependency[City], viewer: NamedDependency[Viewer], code: FromPath[str]
) -> Response[Any]:
    here = await application_of(request, city, viewer, code)
    checked = await here.ready()
    if page := unfinished(here, checked):
        return Redirect(f"{here.address(page)}?change&check", status_code=303)
    return _check_page(here, checked, checked.faults, {})


@post("/procedures/{code:str}/apply/check-answers", **PERSON)
async def send(
    request: Web, city: NamedDependency[City], viewer: NamedDependency[Viewer], code: FromPath[str]
) -> Response[Any]:
    posted = {k: str(v) for k, v in (await request.form()).items()}
    key = posted.get("key", "")[:KEY_LENGTH_MAX]
    here = await application_of(request, city, viewer, code)
    is_changed = key != drafting.send_key(here.draft)
    if is_changed:
        async with city.database.read(viewer.person, viewer.on_behalf_of) as db:
            sent = await drafting.sent_before(db, key)
        if sent:
            return Redirect(f"/cases/{sent}", status_code=303)
    names = oaths_of(here.procedure)
    sworn = forms.read(here.procedure.form.fields, names, posted).answers
    draft = replace(here.draft, answers={**here.draft.answers, **sworn})
    checked = await drafting.ready(city, viewer, draft)
    if page := unfinished(here, checked):
        return Redirect(f"{here.address(page)}?change&check", status_code=303)
    if checked.faults or checked.subject is None or here.needed or is_changed:
        status = 409 if is_changed else 403 if here.needed else 422
        return _check_page(here, checked, checked.faults, sworn, is_changed, status)
    async with city.database.write(viewer.person, viewer.on_behalf_of) as db:
        sent = await drafting.send(db, viewer, checked, here.language)
    return Redirect(f"/cases/{sent}", status_code=303)


def _check_page(
    here: Application, checked: Ready, faults: list[Fault], sworn: dict[str, Any],
    is_changed: bool = False, status: int = 200,
) -> Response[Any]:  # fmt: skip
    form, draft = here.procedure.form, here.draft
    delivery = delivery_fields()
    page = Check(
        procedure=here.procedure,
        back=here.address(DELIVERY),
        action=here.address(CHECK),
        key=drafting.send_key(draft),
        about=[*_asking(here), _about(here, checked.subject), _receiver(here)],
        pages=summed_up(here, checked),
        delivery=forms.summary(delivery, ["delivery"], {"delivery": draft.delivery},
                               here.language, f"{here.address(DELIVERY)}?change"),
        fee=checked.fee,
        oaths=forms.questions(form.fields, oaths_of(here.procedure), sworn, here.language, faults),
        problems=problems_of(faults, here.language, form.fields),
        trouble=no_subject(here.language) if checked.subject is None else None,
        is_changed=is_changed,
        needed=here.needed,
        sign_in_again=here.sign_in_again,
    )  # fmt: skip
    return render(page, here.request, status)


def summed_up(here: Application, checked: Ready) -> list[tuple[Text, list[Answered]]]:
    """What the procedure's own pages were told, each line with the way back to its page."""
    form = here.procedure.form
    change = {page.id: f"{here.address(page.id)}?change" for page in form.pages}
    pages = [
        (page.title, forms.summary(form.fields, asked_of(here, page), here.draft.answers,
                                   here.language, change[page.id]))
        for page in form.pages
        if asked_of(here, page) and not is_oath(here.procedure, page)
    ]  # fmt: skip
    handed = [_handed_in(here, need, change) for need in checked.needs]
    if handed and checked.subject is not None:
        pages.append((text("Documents"), handed))
    return pages


def _asking(here: Application) -> list[Answered]:
    rows = [Answered(say(here.language, "You"), [here.viewer.name])]
    if here.viewer.organisation_name:
        firm = here.viewer.organisation_name
        rows.append(Answered(say(here.language, "In the name of"), [firm]))
    return rows


def _receiver(here: Application) -> Answered:
    may = here.receivers
    name = next((a.name for a in may if len(may) == 1 or a.code == here.draft.agency_code), None)
    change = f"{here.address(RECEIVER)}?change" if len(may) > 1 else ""
    lines = [name.within(here.language)] if name else []
    return Answered(say(here.language, "Who receives it"), lines, change)


def _about(here: Application, subject: Subject | None) -> Answered:
    number = here.draft.subject_number
    said = number or ""
    if number is None:
        said = say(here.language, "Myself")
    elif subject and subject.relation != "other":
        said = f"{subject.name} · {number}"
    can_change = here.procedure.delegation is not None
    change = f"{here.address(WHOM)}?change" if can_change else ""
    return Answered(say(here.language, "The result is about"), [said], change)


def _handed_in(here: Application, need: DocumentNeed, change: dict[str, str]) -> Answered:
    names = [one["name"] for one in here.draft.documents if one["requirement"] == need.code]
    names += [say(here.language, "On paper")] if not names and need.code in here.given else []
    place = next((page.id for page in here.procedure.form.pages if page.documents), "")
    none = [say(here.language, "Nothing handed in yet")]
    return Answered(need.name, names or none, change.get(place, ""))


def unfinished(here: Application, checked: Ready) -> str | None:
    """The first page on which something is still wrong."""
    order = stops(here)
    found = [here.stop_of(fault) for fault in checked.faults]
    return min((s for s in found if s in order and s != CHECK), key=order.index, default=None)


routes: list[Any] = [ask_check, send]
