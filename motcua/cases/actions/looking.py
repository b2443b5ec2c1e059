"""The record that somebody looked at a case: written where it is read, told to those whose it is.

One look is one officer at one case for one purpose, within ten minutes; a list names many, and is
one look a day at each. What an officer did to a case is told with them: docs/notes/0016.
"""

from datetime import datetime, time, timedelta
from uuid import UUID

from motcua import agencies, identity
from motcua.base import clock
from motcua.base.errors import NotFound
from motcua.base.ids import SYSTEM, CaseId, PersonId, new_id
from motcua.base.text import Text
from motcua.cases import queries
from motcua.cases.actions import reading
from motcua.cases.actions.procedures import InForce, Procedures
from motcua.cases.model.case import Case, may_be_code
from motcua.cases.model.desk import ACTS, LookAtCase, LookOverseen, Overseen, Usage
from motcua.cases.model.procedure import Role
from motcua.cases.model.view import EventView
from motcua.db import City, Read, Write
from motcua.db import events as happenings
from motcua.identity import Viewer
from motcua.web.language import LANGUAGES, Language, words

LOOKS_PER_PAGE = 50
LOOKS_OVERSEEN_MAX = 500
SAME_LOOK = timedelta(minutes=10)
"""A case that an officer keeps open is looked at once in so long."""
BARE_FACTS = frozenset({"status", "step", "business", "money", "handing", "sync", "due_at"})
"""What an event tells beside the act itself, without anybody's words."""
_NEWEST = UUID(int=2**128 - 1)


async def note_look(db: Write, viewer: Viewer, case: Case) -> None:
    """For every door through which an officer opens a case, but the desk: the look is written down.

    Nothing for the people of the case itself.
    """
    if not viewer.is_officer:
        return
    roles = await agencies.roles_in(db, case.at_agency)
    if roles or viewer.person not in (case.asked_by, case.applicant_id):
        known = await reading.definition(db, case)
        await record_look(db, viewer, case, known, frozenset(roles))  # type: ignore[arg-type]


async def record_look(
    db: Write,
    viewer: Viewer,
    case: Case,
    known: InForce,
    roles: frozenset[Role],
    is_asked: bool = False,
) -> None:
    step = known.procedure.route.steps.get(case.step)
    told = []
    for language in LANGUAGES:
        say = words(language).gettext
        if step and step.role in roles:
            why = say("To work on your request: %(step)s") % {"step": step.name.within(language)}
        elif is_asked and not roles:
            why = say("To say what another agency asked about your request")
        else:
            why = say("To follow a request that the agency has in hand")
        told.append(why)
    now, purpose = clock.now(), Text(*told)
    await queries.record_looks(
        db, [new_id()], [case.code], now, viewer.person, viewer.name, purpose.vi, purpose.en,
        now - SAME_LOOK, False,
    )  # fmt: skip


async def note_list(db: Write, viewer: Viewer, codes: list[str]) -> None:
    """A list names applicants: once a day each is told that this officer saw their case in it,
    unless the officer opened it on that day anyway."""
    if not codes or not viewer.is_officer:
        return
    now, calendar = clock.now(), db.city[Procedures].calendar
    midnight = calendar.aware(datetime.combine(calendar.local(now).date(), time()))
    purpose = _said("To see what waits in the agency: your request stood in the list")
    ids = [new_id() for _ in codes]
    await queries.record_looks(
        db, ids, codes, now, viewer.person, viewer.name, purpose.vi, purpose.en, midnight, True
    )


async def looks_at_my_cases(db: Read, before: UUID | None = None) -> list[LookAtCase]:
    """Which officers opened the acting person's cases or acted on them, newest first; the last
    one's id, given as `before`, reads on."""
    return await queries.looks_at_cases_of(
        db, db.person, db.behalf, list(ACTS), before or _NEWEST, LOOKS_PER_PAGE
    )


async def usages_of_me(
    db: Read, since: datetime, until: datetime, skip: int, at_most: int
) -> list[Usage]:
    """Every look at the data of the acting person, or of the organisation in whose name they act,
    from whatever room; newest first."""
    whose = db.behalf or db.person
    return await queries.usages_of(db, whose, list(ACTS), since, until, skip, at_most)


async def usages_kept_since(city: City) -> datetime:
    """Since the platform was set up: nothing was looked at before."""
    async with city.database.read(SYSTEM) as db:
        return await queries.set_up_at(db)


async def must_control(db: Read) -> None:
    """For nobody else is there such a page."""
    if not any(post.role == "control" for post in await agencies.posts_of(db)):
        raise NotFound("web.not_found")


async def oversee(
    db: Write, viewer: Viewer, code: str, language: Language, after: int = 0
) -> list[EventView]:
    """How a case went, for who controls procedures in its agency: which acts, whose, when, and
    nothing that anybody said. To anybody else the case does not exist."""
    may = viewer.is_officer and may_be_code(code)
    found = await queries.overseen(db, code) if may else None
    if found is None:
        raise NotFound("case.unknown")
    await note_oversight(db, viewer, found.id, found.agency_code)
    return await _bare_history(db, found, language, after)


async def looks_overseen(db: Read, code: str) -> tuple[list[LookOverseen], dict[PersonId, str]]:
    """Who looked at the case, newest first, with the names of officers. For whoever may `oversee`
    it; nothing to anybody else."""
    found = await queries.looks_overseen(db, code, LOOKS_OVERSEEN_MAX)
    askers = [PersonId(one.looker_id) for one in found if not one.is_own]
    return found, await identity.names(db, askers)


async def note_oversight(db: Write, viewer: Viewer, case: CaseId, agency: str) -> None:
    """Who controls procedures has looked at how a case was handled."""
    now = clock.now()
    purpose = _said("To control how the agency keeps to procedure")
    await queries.record_oversight(
        db, new_id(), now, case, viewer.person, viewer.name, agency, purpose.vi, purpose.en,
        now - SAME_LOOK,
    )  # fmt: skip


async def _bare_history(
    db: Read, found: Overseen, language: Language, after: int
) -> list[EventView]:
    seen = await happenings.history(db, found.id, after)
    officers = await identity.names(db, [PersonId(event.actor_id) for event in seen])
    say, calendar = words(language), db.city[Procedures].calendar
    return [
        EventView(
            id=event.sequence,
            at=calendar.aware(calendar.local(event.at)),
            kind=event.kind,
            text=say.pgettext("event", event.kind),
            by=officers.get(PersonId(event.actor_id)) or say.gettext("Those whose request it is"),
            on_behalf_of=None,
            facts={name: fact for name, fact in event.facts.items() if name in BARE_FACTS},
        )
        for event in seen
    ]


def _said(why: str) -> Text:
    return Text(*(words(language).gettext(why) for language in LANGUAGES))
