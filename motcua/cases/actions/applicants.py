"""Who asks at a counter, and who came for them: by the registers, or by the papers they show."""

from datetime import date
from typing import Any, Literal

from msgspec import Struct, structs

from motcua import agencies, documents, exchange, identity
from motcua.base.errors import Fault, Invalid, Unavailable
from motcua.base.ids import PersonId
from motcua.base.text import Text, fold
from motcua.cases.actions import filing
from motcua.cases.actions.filing import Filing, Subject
from motcua.cases.model.counter import ApplicantGiven, RepresentativeGiven
from motcua.cases.model.procedure import Procedure
from motcua.cases.rules import forms
from motcua.db import City
from motcua.identity import Viewer
from motcua.web import Throttle
from motcua.web.language import LANGUAGES, words

Part = Literal["person", "representatives"]
LOOKUPS = Throttle(120, 600, "lookups_counter")
"""By one officer: more than anybody can serve."""


class Met(Struct, frozen=True, kw_only=True):
    """Whoever asks, as a register knows them or as the officer typed it."""

    number: str
    name: str
    birth_date: date | None = None
    """None: an organisation."""
    commune: str | None = None
    papers: str | None = None
    """What the officer was shown; typed, as number, name and birth date: no register knows them."""
    heads: list[str] = []
    """The numbers of those who may act for it, where it is an organisation."""

    @property
    def is_organisation(self) -> bool:
        return self.birth_date is None

    @property
    def subject(self) -> Subject:
        assert self.birth_date is not None
        return Subject(self.number, self.name, self.birth_date)


class Seen(Struct, frozen=True, kw_only=True):
    """What registers and papers say of everybody concerned."""

    met: Met
    whom: Subject
    """Whom it is about, as a relation to the one who stands there: so the procedure's rules of
    delegation ask for nothing else."""
    representative: dict[str, Any] | None = None
    """Who came for the applicant, as the case keeps it."""

    @property
    def subject(self) -> Subject:
        """Whom it is about, as the case keeps it."""
        if self.representative and not self.met.is_organisation:
            return self.met.subject
        return self.whom


async def see(
    city: City, viewer: Viewer, procedure: Procedure, asked: Filing, counter: str,
    met: Met | None = None,
) -> Seen:  # fmt: skip
    """Ask the registers about everybody concerned. Each look is written down before it is taken.
    `met`: an applicant who was looked up a moment ago."""
    given = asked.applicant
    if given is None:
        raise Invalid("request.faults", [Fault("/applicant", "form.required")])
    if given.kind == "organisation":
        if not procedure.sign_in.organisations:
            fault = Fault("/applicant/kind", "case.not_for_organisations")
            raise Invalid("request.faults", [fault])
        firm = met or await meet(city, viewer, given, counter)
        return await _for_organisation(city, viewer, procedure, asked, firm, counter)
    met = met or await meet(city, viewer, given, counter)
    if asked.on_behalf_of is not None and asked.on_behalf_of != met.number:
        if asked.representative is not None:
            raise Invalid("request.faults", [Fault("/representative", "case.one_in_between")])
        LOOKUPS.take(viewer.person)
        person = await identity.person_with(city, met.number)
        whom = await filing.related(
            city, viewer.person, person, met.number, asked.on_behalf_of, agency=counter
        )
        return Seen(met=met, whom=whom)
    if asked.representative is None:
        return Seen(met=met, whom=met.subject)
    came = asked.representative
    relation, name = await _relation(city, viewer, came, met, counter)
    _known_paper(procedure, came)
    kept = {"number": came.number, "name": name, "relation": relation, "document": came.document}
    whom = structs.replace(met.subject, relation=relation)
    return Seen(met=met, whom=whom, representative=kept)


async def meet(city: City, viewer: Viewer, given: ApplicantGiven, counter: str) -> Met:
    """Who asks. What was typed of a person counts only where the register knows nobody."""
    given = _cleaned(given)
    LOOKUPS.take(viewer.person)
    if given.kind == "organisation":
        return await _firm(city, viewer, given.number, counter)
    is_typed = bool(given.name and given.birth_date and given.papers)
    person = await identity.person_with(city, given.number)
    try:
        found = await _look(city, viewer, "person", given.number, person, counter)
    except Unavailable:
        if not is_typed:
            raise
        found = None
    if found is not None:
        return _as_registered(given, found)
    if not is_typed:
        raise Invalid("request.faults", _untyped(given))
    assert given.name is not None
    if wrong := documents.unprintable(given.name):
        facts: dict[str, object] = {"characters": " ".join(sorted(wrong))}
        raise Invalid("request.faults", [Fault("/applicant/name", "form.unprintable", facts)])
    return Met(
        number=given.number, name=given.name, birth_date=given.birth_date, papers=given.papers
    )


def _cleaned(given: ApplicantGiven) -> ApplicantGiven:
    """Nothing in it that does not show; nothing at all is not said."""
    return structs.replace(
        given,
        number=forms.clean(given.number),
        name=forms.clean(given.name or "") or None,
        papers=forms.clean(given.papers or "") or None,
    )


async def _look(
    city: City, viewer: Viewer, part: Part, number: str, person: PersonId | None, counter: str
) -> dict[str, Any] | None:
    name = city[agencies.Agencies].name(counter)
    why = "To take in your request at the counter: %(counter)s"
    told = (words(one).gettext(why) % {"counter": name.within(one)} for one in LANGUAGES)
    try:
        answer = await exchange.ask(
            city, *exchange.playing(city, part), {"number": number}, asker=viewer.person,
            subject=person, subject_number=number, agency=counter, purpose=Text(*told),
        )  # fmt: skip
    except Invalid:  # no number that any register could be asked for
        return None
    return answer.values if answer.state == "found" else None


def _as_registered(given: ApplicantGiven, found: dict[str, Any]) -> Met:
    """What was typed beside the number must agree: else it is somebody else's number."""
    born = date.fromisoformat(found["birth_date"])
    faults = []
    if given.name is not None and fold(given.name) != fold(found["name"]):
        faults.append(Fault("/applicant/name", "case.register_differs"))
    if given.birth_date not in (None, born):
        faults.append(Fault("/applicant/birth_date", "case.register_differs"))
    if faults:
        raise Invalid("request.faults", faults)
    home = (found.get("residence") or {}).get("commune")
    return Met(number=given.number, name=found["name"], birth_date=born, commune=home)


def _untyped(given: ApplicantGiven) -> list[Fault]:
    """The register knows nobody: then their papers say who they are, and all of it is typed."""
    return [Fault("/applicant/number", "case.nobody_with_number")] + [
        Fault(f"/applicant/{name}", "form.required")
        for name in ("name", "birth_date", "papers")
        if not getattr(given, name)
    ]


async def _relation(
    city: City, viewer: Viewer, given: RepresentativeGiven, met: Met, counter: str
) -> tuple[str, str]:
    """What the applicant is to them, and their name: by the registers where there is a number."""
    at = "/representative/number"
    if given.number is None:
        name = forms.clean(given.name or "")
        if not name:
            raise Invalid("request.faults", [Fault("/representative/name", "form.required")])
        return "other", name
    if given.number == met.number:
        raise Invalid("request.faults", [Fault(at, "case.represents_oneself")])
    LOOKUPS.take(viewer.person)
    person = await identity.person_with(city, given.number)
    them = await filing.by_number(city, viewer.person, given.number, at, person, counter)
    if met.papers:
        return "other", them.name
    whom = await filing.related(
        city, viewer.person, person, given.number, met.number, "/applicant/number", counter
    )
    return whom.relation, them.name


def _known_paper(procedure: Procedure, given: RepresentativeGiven) -> None:
    rule = procedure.delegation
    if given.document and given.document != (rule and rule.others_document):
        facts: dict[str, object] = {"requirement": given.document}
        fault = Fault("/representative/document", "case.unknown_requirement", facts)
        raise Invalid("request.faults", [fault])


# ---- organisations


async def _for_organisation(
    city: City, viewer: Viewer, procedure: Procedure, asked: Filing, firm: Met, counter: str
) -> Seen:
    """The register names the firm and who may act for it; it is about whoever came, as on line."""
    came = asked.representative
    faults = []
    if asked.on_behalf_of is not None:
        faults.append(Fault("/on_behalf_of", "case.one_in_between"))
    if came is None or came.number is None:
        faults.append(Fault("/representative/number", "form.required"))
    if faults:
        raise Invalid("request.faults", faults)
    assert came is not None
    assert came.number is not None
    LOOKUPS.take(viewer.person)
    person = await identity.person_with(city, came.number)
    at = "/representative/number"
    them = await filing.by_number(city, viewer.person, came.number, at, person, counter)
    papers = forms.clean(came.papers or "") or None
    is_head = came.number in firm.heads
    _known_paper(procedure, came)
    if not (is_head or papers or came.document):
        raise Invalid("request.faults", [Fault("/representative/papers", "case.may_not_represent")])
    kept = {
        "number": came.number, "name": them.name, "relation": "head" if is_head else "authorised",
        "document": came.document, "papers": papers,
    }  # fmt: skip
    whom = structs.replace(them, relation="self")
    return Seen(met=firm, whom=whom, representative=kept)


async def _firm(city: City, viewer: Viewer, number: str, counter: str) -> Met:
    found = await _look(city, viewer, "representatives", number, None, counter)
    if found is None:
        raise Invalid("request.faults", [Fault("/applicant/number", "case.no_such_organisation")])
    if found.get("state") == "dissolved":
        raise Invalid("request.faults", [Fault("/applicant/number", "case.dissolved_organisation")])
    heads = [one["number"] for one in found.get("representatives", [])]
    return Met(number=number, name=found["name"], heads=heads)
