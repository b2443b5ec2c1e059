"""What an officer may do with the case in hand, as forms; and why not, where not."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from msgspec import Struct, structs

from motcua.base.errors import Fault
from motcua.base.text import nfc
from motcua.cases.actions.desk import CaseAtDesk
from motcua.cases.actions.templates import Offered
from motcua.cases.model.case import DONE, Opinion
from motcua.cases.rules import routes
from motcua.web import reasons
from motcua.web.forms import Problem
from motcua.web.language import Language, words

Shape = Literal["words", "one_of", "either", "agency", "limit", "amount"]
LIMIT_UNITS = ("wd", "wh", "d", "m")
DIGITS_MAX = 15
APPLIED = "sure"
"""The field by which an officer has seen the new promise and still wants it."""


class Box(Struct, frozen=True, kw_only=True):
    """One field of a form; `name` is the engine's."""

    name: str
    question: str
    shape: Shape = "words"
    hint: str = ""


class Form(Struct, frozen=True, kw_only=True):
    """One act as the desk offers it. `noun` ends the address it is posted to."""

    noun: str
    action: routes.Action | Literal["ask"]
    name: str
    outcome: str = ""
    """Of a proposal."""
    key: str = ""
    boxes: tuple[Box, ...] = ()
    is_main: bool = False
    """One of the acts that bring a case forward: red, and one on a page."""


class Field(Struct, kw_only=True):
    """A box on the page, with what was typed into it before it was refused."""

    id: str
    name: str
    question: str
    shape: Shape
    hint: str
    choices: list[tuple[str, str]] = []
    typed: str = ""
    unit: str = ""
    """Of a limit."""
    errors: list[str] = []

    @property
    def is_words(self) -> bool:
        return self.shape == "words"


class Act(Struct, kw_only=True):
    """A form on the page."""

    noun: str
    action: str
    name: str
    outcome: str
    key: str
    is_main: bool
    fields: list[Field] = []
    is_open: bool = False
    promise: datetime | None = None
    """What an apology would promise: shown before it is sent."""
    sure: str = ""
    templates: list[tuple[str, str]] = []
    """Words that may be put in, each with its name."""

    @property
    def id(self) -> str:
        return f"{self.noun}-{self.outcome}"

    @property
    def problems(self) -> list[Problem]:
        return [Problem(f"{self.name}: {e}", one.id) for one in self.fields for e in one.errors]


def _words(question: str) -> tuple[Box, ...]:
    return (Box(name="text", question=question),)


_LIMIT = Box(name="limit", question="Within which time?", shape="limit")
FORMS = (
    Form(noun="signature", action="sign", name="Sign", key="k", is_main=True),
    Form(noun="approval", action="approve", name="Approve", key="y", is_main=True),
    Form(noun="acceptance", action="accept", name="Accept", key="n", is_main=True),
    Form(
        noun="proposal", action="propose", outcome="granted", name="Propose to grant", key="t",
        is_main=True,
    ),
    Form(
        noun="fee", action="state_fee", name="State the fee", key="l", is_main=True,
        boxes=(
            Box(name="amount", question="How much is to be paid?", shape="amount",
                hint="A whole number; 0 where nothing is to be paid."),
            Box(name="text", question="Which law sets it, and how was it reckoned?"),
        ),
    ),
    Form(noun="release", action="release", name="Release the result", key="p", is_main=True),
    Form(noun="delivery", action="deliver", name="Hand over the result", key="r", is_main=True),
    Form(
        noun="opinion", action="give_opinion", name="Give the opinion", key="g", is_main=True,
        boxes=(
            Box(name="opinion", question="Which question do you answer?", shape="one_of"),
            Box(name="outcome", question="What does your agency say?", shape="either"),
            Box(name="text", question="Why, and under which conditions?"),
        ),
    ),
    Form(
        noun="return", action="return_to_handler", name="Return to the handler",
        boxes=_words("What must be looked at again?"),
    ),
    Form(
        noun="supplement-request", action="request_supplement", name="Ask for what is missing",
        boxes=_words("What is missing, and how to send it?"),
    ),
    Form(
        noun="question", action="ask_opinion", name="Ask another agency",
        boxes=(
            Box(name="agency", question="Whom do you ask?", shape="agency",
                hint="Type a part of the name; if several fit, you choose."),
            Box(name="text", question="What do you want to know?"),
            _LIMIT,
        ),
    ),
    Form(
        noun="proposal", action="propose", outcome="refused", name="Propose to refuse",
        boxes=_words("Why should it be refused?"),
    ),
    Form(
        noun="transfer", action="transfer", name="Send to the agency it belongs to",
        boxes=(
            Box(name="agency", question="Which agency should it go to?", shape="agency",
                hint="Type a part of the name; if several fit, you choose."),
            Box(name="text", question="Why does it belong there? The applicant reads this."),
        ),
    ),
    Form(
        noun="refusal", action="refuse", name="Do not accept",
        boxes=(
            Box(name="reason", question="Why is it not accepted, and what can the person do?"),
        ),
    ),
    Form(
        noun="apology", action="apologise", name="Apologise and promise anew",
        boxes=(
            Box(name="limit", question="How much more time, after what is promised now?",
                shape="limit"),
            Box(name="text", question="Why, in words for the applicant?"),
        ),
    ),
    Form(
        noun="stop", action="stop", name="Stop working on it",
        boxes=_words("Why can it not be gone on with? The applicant reads this."),
    ),
    Form(
        noun="assignment", action="assign", name="Hand to a colleague",
        boxes=(
            Box(name="officer", question="Who handles it from now on?", shape="one_of"),
            Box(name="word", question="A word to them",
                hint="May stay empty. Only officers of your agency read it."),
        ),
    ),
    Form(
        noun="message", action="message", name="Write to the applicant",
        boxes=_words("Your message"),
    ),
)  # fmt: skip
_ASK = Form(noun="inquiry", action="ask", name="Ask the register again", key="h", is_main=True)
LIMIT_NEEDED = structs.replace(
    _LIMIT,
    question="No time is published for it. Within which time do you promise the answer?",
)
ACT_OF_NOUN: Mapping[str, str] = {form.noun: form.action for form in (*FORMS, _ASK)}
HINDERED_BY_OTHERS = "case.not_your_role"


def acts(
    found: CaseAtDesk,
    language: Language,
    sent: Mapping[str, str],
    faults: Sequence[Fault],
    templates: Sequence[Offered] = (),
) -> list[Act]:
    """Only what the rules allow now; the one that brings the case forward comes first."""
    allowed = set(routes.allowed(found.known.procedure, found.state))
    offered = [form for form in FORMS if form.action in allowed]
    if not any(form.is_main for form in offered) and _waits_for_register(found):
        offered.insert(0, _ASK)
    mains = [form for form in offered if form.is_main]
    offered.sort(key=lambda form: form not in mains[:1])
    made = [_act(form, form in mains[:1], found, language, sent, faults) for form in offered]
    for one in made:
        if any(field.is_words for field in one.fields):
            one.templates = [(t.id, t.name) for t in templates if t.noun == one.noun]
    return made


def hindrances(found: CaseAtDesk, language: Language) -> list[str]:
    """Why what this step is there for cannot be done: by now, or by this officer."""
    step = found.known.procedure.route.steps.get(found.case.step)
    if step is None or found.case.step == DONE or found.case.closed_at is not None:
        return []
    if found.state.is_asked and not found.state.roles:
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


def body_of(action: str, posted: Mapping[str, str]) -> dict[str, Any]:
    """What the form says, as the engine takes it; an empty box says nothing."""
    boxes = {box.name: box for form in FORMS if form.action == action for box in form.boxes}
    if action == "accept":
        boxes[_LIMIT.name] = _LIMIT
    if action == "propose":
        boxes["outcome"] = Box(name="outcome", question="", shape="either")
    said = {name: _said(box, posted) for name, box in boxes.items()}
    return {name: value for name, value in said.items() if value != ""}


def put_in(noun: str, words: str, posted: Mapping[str, str]) -> dict[str, str]:
    """What was typed, with these words behind what stands in the form's first box for words."""
    form = next(form for form in FORMS if form.noun == noun)
    name = next(box.name for box in form.boxes if box.shape == "words")
    typed = _plain(posted.get(name, ""))
    return {**posted, name: f"{typed}\n\n{words}" if typed else words}


def _said(box: Box, posted: Mapping[str, str]) -> Any:
    typed = _plain(posted.get(box.name, ""))
    if box.shape == "limit":
        return f"{typed}{posted.get(f'{box.name}_unit', '')[:2]}" if typed else ""
    if box.shape == "amount":
        digits = "".join(c for c in typed if c not in _BETWEEN_DIGITS)
        is_number = digits.isascii() and digits.isdecimal() and len(digits) <= DIGITS_MAX
        return int(digits) if is_number else typed
    return typed


_BETWEEN_DIGITS = " .,\N{NO-BREAK SPACE}"


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
    found: CaseAtDesk,
    language: Language,
    sent: Mapping[str, str],
    faults: Sequence[Fault],
) -> Act:
    say = words(language).gettext
    is_it = sent.get("noun") == form.noun and sent.get("outcome", "") in (form.outcome, *_OPINIONS)
    made = Act(
        noun=form.noun,
        action=form.action,
        name=say(_name(form, found)),
        outcome=form.outcome,
        key=form.key,
        is_main=is_main,
        is_open=is_it,
    )
    wanted = wanted_opinions(found)
    made.fields = [
        field_of(f"{form.noun}-{box.name}", box, wanted, language, sent if is_it else {})
        for box in _boxes(form, found)
    ]
    if is_it:
        complain(made, faults, language)
    return made


_OPINIONS = ("agrees", "objects")


def _name(form: Form, found: CaseAtDesk) -> str:
    is_refusal = found.proposal is not None and found.proposal.outcome == "refused"
    if form.action == "apologise" and found.known.procedure.extension:
        return "Put the answer off"
    return "Sign the refusal" if form.action == "sign" and is_refusal else form.name


def _boxes(form: Form, found: CaseAtDesk) -> tuple[Box, ...]:
    if form.action == "accept" and found.known.procedure.limit is None:
        return (LIMIT_NEEDED,)
    if form.action == "give_opinion" and len(wanted_opinions(found)) < 2:
        return tuple(box for box in form.boxes if box.name != "opinion")
    return form.boxes


def wanted_opinions(found: CaseAtDesk) -> list[Opinion]:
    """What is asked of the officer's own agencies and not answered yet."""
    own = found.own
    return [one for one in found.opinions if one.given_at is None and one.agency_code in own]


def field_of(
    id: str, box: Box, wanted: Sequence[Opinion], language: Language, sent: Mapping[str, str]
) -> Field:
    say = words(language)
    choices: list[tuple[str, str]] = []
    if box.shape == "either":
        choices = [(one, say.pgettext("opinion", one)) for one in _OPINIONS]
    elif box.shape == "limit":
        choices = [(unit, say.pgettext("unit", unit)) for unit in LIMIT_UNITS]
    elif box.name == "opinion":
        choices = [(str(one.id), one.question) for one in wanted]
    return Field(
        id=id,
        name=box.name,
        question=say.gettext(box.question),
        shape=box.shape,
        hint=say.gettext(box.hint) if box.hint else "",
        choices=choices,
        typed=sent.get(box.name, ""),
        unit=sent.get(f"{box.name}_unit", ""),
    )


def complain(made: Act, faults: Sequence[Fault], language: Language) -> None:
    """Each fault at its field; what names none stands at the first."""
    for fault in faults:
        named = [one for one in made.fields if fault.pointer == f"/{one.name}"]
        for one in (named or made.fields)[:1]:
            one.errors = [*one.errors, reasons.sentence(fault.reason, fault.facts, language)]
