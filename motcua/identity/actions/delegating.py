"""Delegation in an organisation: its representative lets others act in its name, for a while."""

from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from motcua import exchange
from motcua.base import clock
from motcua.base.errors import Fault, Invalid, NotAllowed, NotFound
from motcua.base.ids import PersonId, new_id
from motcua.base.text import Text, fold
from motcua.db import City, Read, Write, events
from motcua.identity import queries, rules
from motcua.identity.actions.meeting import meet_at_counter
from motcua.identity.actions.sessions import Opening, SignedIn, open_session
from motcua.identity.model import Delegation, DelegationGiven, Viewer
from motcua.web import Throttle
from motcua.web.language import LANGUAGES, words

DAYS_MAX = 730
"""Nobody remembers longer than this whom they let in."""
DELEGATIONS_SHOWN_MAX = 200
LOOKUPS = Throttle(10, 600, "delegates")
"""By one representative: nobody finds out by trying which numbers belong to whom."""
WHY = "To let you act in the name of an organisation"


class Delegate(msgspec.Struct, frozen=True):
    """Somebody whom the population register knows by this number and name."""

    person: PersonId
    name: str


async def delegate_of(city: City, viewer: Viewer, given: DelegationGiven) -> Delegate:
    """Whom it is given to, met by their number if they never came here. Takes no transaction.

    The name has to be theirs: a number typed wrongly gives nobody a stranger's keys.
    """
    _must_represent(viewer)
    LOOKUPS.take(viewer.person)
    nobody = Invalid("request.faults", [Fault("/number", "identity.nobody_called_so")])
    try:
        answer = await exchange.ask(
            city, *exchange.playing(city, "person"), {"number": given.number},
            asker=viewer.person, subject=None, subject_number=given.number,
            purpose=Text(*(words(language).gettext(WHY) for language in LANGUAGES)),
        )  # fmt: skip
    except Invalid:  # longer than any number: no register is asked for it
        raise nobody from None
    if answer.state == "nothing" or fold(answer.values["name"]) != fold(given.name):
        raise nobody
    name, born = answer.values["name"], date.fromisoformat(answer.values["birth_date"])
    person = await meet_at_counter(city, given.number, name, born)
    if person == viewer.person:
        raise Invalid("request.faults", [Fault("/number", "identity.delegates_to_oneself")])
    return Delegate(person, name)


async def give(db: Write, viewer: Viewer, delegate: Delegate, given: DelegationGiven) -> Delegation:
    """From now until the end of that day; what they were let before ends with it."""
    organisation = _must_represent(viewer)
    now, until = clock.now(), _end_of(db.city, given.until)
    if not now < until <= now + timedelta(days=DAYS_MAX):
        raise Invalid("request.faults", [Fault("/until", "identity.period_wrong")])
    roles = rules.in_order(given.roles)
    made = Delegation(
        new_id(), organisation, viewer.organisation_name or "", delegate.person, delegate.name,
        list(roles), now, until,
    )  # fmt: skip
    await queries.end_delegations_of(db, organisation, delegate.person, viewer.person, now)
    await queries.give_roles(
        db, made.id, organisation, delegate.person, delegate.name, made.roles, viewer.person, now,
        until,
    )  # fmt: skip
    facts = {"roles": made.roles, "until": until.isoformat()}
    await events.record(
        db, "identity.roles_given", organisation, person=delegate.person, facts=facts
    )
    return made


async def end(db: Write, viewer: Viewer, delegation: UUID) -> None:
    """From this moment they see and do nothing in that name, in sessions that are open too."""
    organisation = _must_represent(viewer)
    person = await queries.end_delegation(db, delegation, organisation, viewer.person, clock.now())
    if person is None:
        raise NotFound("identity.no_such_delegation")
    await events.record(db, "identity.roles_ended", organisation, person=person)


async def delegations_of(db: Read, viewer: Viewer) -> list[Delegation]:
    """Those that the organisation has given, for its representative; else those that one has."""
    now = clock.now()
    if viewer.on_behalf_of is not None and viewer.may("represents"):
        return await queries.delegations_given(db, viewer.on_behalf_of, now, DELEGATIONS_SHOWN_MAX)
    return await queries.delegations_had(db, viewer.person, now, DELEGATIONS_SHOWN_MAX)


async def act_for(city: City, viewer: Viewer, organisation: UUID, device: str | None) -> SignedIn:
    """A new session in the organisation's name; the caller ends the one that it replaces."""
    async with city.database.read(viewer.person) as db:
        mine = [one for one in await queries.delegations_had(
            db, viewer.person, clock.now(), DELEGATIONS_SHOWN_MAX
        ) if one.organisation_id == organisation]  # fmt: skip
    if viewer.on_behalf_of is not None or viewer.is_officer or not mine:
        raise NotFound("identity.no_such_delegation")
    inside = Viewer(
        person=viewer.person,
        name=viewer.name,
        on_behalf_of=PersonId(organisation),
        organisation_name=mine[0].organisation_name,
        roles=rules.in_order([role for one in mine for role in one.roles]),
    )
    return await open_session(city, "residents", inside, "/me", Opening(device=device))


def _must_represent(viewer: Viewer) -> PersonId:
    if viewer.on_behalf_of is None or not viewer.may("represents"):
        raise NotAllowed("identity.only_representatives")
    return viewer.on_behalf_of


def _end_of(city: City, day: date) -> datetime:
    zone = ZoneInfo(city.pack.info.time_zone)
    return datetime.combine(day + timedelta(days=1), time(), zone)
