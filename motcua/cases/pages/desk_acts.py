"""What an officer may do with the case in hand, as forms; and why not, where not."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from motcua.base.errors import Fault
from motcua.base.text import nfc
from motcua.cases.actions.desk import CaseAtDesk
from motcua.cases.model.case import DONE
from motcua.cases.rules import routes
from motcua.web import reasons
from motcua.web.forms import Problem
from motcua.web.language import Language, words


class Form(Struct, frozen=True, kw_only=True):
    """One act as the desk offers it. `noun` ends the address it is posted to."""

    noun: str
    action: str
    name: str
    outcome: str = ""
    """Of a proposal."""
    key: str = ""
    box: str = ""
    """The field that must be filled in; its question is the text of `question`."""
    question: str = ""
    is_main: bool = False
    """One of the acts that bring a case forward: red, and one on a page."""


class Act(Struct, kw_only=True):
    """A form on the page, with what was typed into it before it was refused."""

    noun: str
    name: str
    outcome: str
    key: str
    box: str
    question: str
    is_main: bool
    choose: bool = False
    """The box is a choice of colleagues."""
    choices: list[tuple[str, str]] = []
    typed: str = ""
    errors: list[str] = []
    is_open: bool = False

    @property
    def id(self) -> str:
        return f"{self.noun}-{self.box}"

    @property
    def problems(self) -> list[Problem]:
        return [Problem(f"{self.name}: {error}", self.id) for error in self.errors]


_FORMS = (
    Form(noun="signature", action="sign", name="Sign", key="k", is_main=True),
    Form(noun="approval", action="approve", name="Approve", key="y", is_main=True),
    Form(noun="acceptance", action="accept", name="Accept", key="n", is_main=True),
    Form(
        noun="proposal", action="propose", outcome="granted", name="Propose to grant", key="t",
        is_main=True,
    ),
    Form(noun="release", action="release", name="Release the result", key="p", is_main=True),
    Form(noun="delivery", action="deliver", name="Hand over the result", key="r", is_main=True),
    Form(
        noun="return", action="return_to_handler", name="Return to the handler", box="text",
        question="What must be looked at again?",
    ),
    Form(
        noun="supplement-request", action="request_supplement", name="Ask for what is missing",
        box="text", question="What is missing, and how to send it?",
    ),
    Form(
        noun="proposal", action="propose", outcome="refused", name="Propose to refuse", box="text",
        question="Why should it be refused?",
    ),
    Form(
        noun="refusal", action="refuse", name="Do not accept", box="reason",
        question="Why is it not accepted, and what can the person do?",
    ),
    Form(
        noun="assignment", action="assign", name="Hand to a colleague", box="officer",
        question="Who handles it from now on?",
    ),
    Form(
        noun="message", action="message", name="Write to the applicant", box="text",
        question="Your message",
    ),
)  # fmt: skip
_ASK = Form(noun="inquiry", action="ask", name="Ask the register again", key="h", is_main=True)
ACT_OF_NOUN = {form.noun: form.action for form in (*_FORMS, _ASK)}
HINDERED_BY_OTHERS = "case.not_your_role"


def acts(
    found: CaseAtDesk, language: Language, sent: Mapping[str, str], faults: Sequence[Fault]
) -> list[Act]:
    """Only what the rules allow now; the one that brings the case forward comes first."""
    allowed = set(routes.allowed(found.known.procedure, found.state))
    offered = [form for form in _FORMS if form.action in allowed]
    if not any(form.is_main for form in offered) and _waits_for_register(found):
        offered.insert(0, _ASK)
    is_refusal = found.proposal is not None and found.proposal.outcome == "refused"
    mains = [form for form in offered if form.is_main]
    offered.sort(key=lambda form: form not in mains[:1])
    return [_act(form, form in mains[:1], is_refusal, language, sent, faults) for form in offered]


def hindrances(found: CaseAtDesk, language: Language) -> list[str]:
    """Why what this step is there for cannot be done: by now, or by this officer."""
    step = found.known.procedure.route.steps.get(found.case.step)
    if step is None or found.case.step == DONE or found.case.closed_at is not None:
        return []
    reasons_found: dict[str, None] = {}
    for action in routes.ACTIONS:
        if action in step.on:
            reason = routes.why_not(found.known.procedure, found.state, action)
            if reason is not None and action != "refuse":
                reasons_found[reason] = None
    told = []
    for reason in reasons_found:
        if reason == HINDERED_BY_OTHERS:
            role = words(language).pgettext("role", step.role)
            told.append(words(language).gettext("This step belongs to: %(role)s.") % {"role": role})
        else:
            told.append(reasons.sentence(reason, {}, language))
    return told


def body_of(action: str, posted: Mapping[str, str]) -> dict[str, str]:
    """What the form says, as the engine takes it; an empty box says nothing."""
    wanted = {form.box for form in _FORMS if form.action == action} | (
        {"outcome"} if action == "propose" else set()
    )
    return {name: said for name in wanted if name and (said := _plain(posted.get(name, "")))}


def _plain(typed: str) -> str:
    """Without what no keyboard types and no column holds."""
    return nfc("".join(c for c in typed if c.isprintable() or c in "\r\n\t")).strip()


def _waits_for_register(found: CaseAtDesk) -> bool:
    step = found.known.procedure.route.steps.get(found.case.step)
    return step is not None and any(
        routes.why_not(found.known.procedure, found.state, action) == "case.finding_missing"
        for action in routes.ACTIONS
        if action in step.on
    )


def _act(
    form: Form,
    is_main: bool,
    is_refusal: bool,
    language: Language,
    sent: Mapping[str, str],
    faults: Sequence[Fault],
) -> Act:
    say = words(language).gettext
    is_it = sent.get("noun") == form.noun and sent.get("outcome", "") == form.outcome
    errors = [reasons.sentence(f.reason, f.facts, language) for f in faults] if is_it else []
    name = "Sign the refusal" if form.action == "sign" and is_refusal else form.name
    return Act(
        noun=form.noun,
        name=say(name),
        outcome=form.outcome,
        key=form.key,
        box=form.box,
        question=say(form.question) if form.question else "",
        is_main=is_main,
        choose=form.box == "officer",
        typed=sent.get(form.box, "") if is_it and form.box else "",
        errors=errors,
        is_open=is_it,
    )
