"""Who people are to this city: met at a sign-in or at a counter, and known again."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import date, timedelta
from functools import partial
from uuid import UUID

from motcua import exchange
from motcua.base import clock
from motcua.base.errors import NotAllowed, NotFound
from motcua.base.ids import SYSTEM, PersonId, new_id
from motcua.db import City, Read, Write
from motcua.identity import queries, rules
from motcua.identity.actions.keys import Keys, number_index, seal_text, unseal_text
from motcua.identity.model import REPRESENTATIVE, Account, Organisation, Person, Role, Viewer
from motcua.identity.outside import Providers

PEOPLE = "identity.people"
REPRESENTS_FOR = timedelta(hours=12)
UNCLAIMED, UNNUMBERED = "#number", "#typed"
"""Issuers of people whom a counter met; no provider of a pack can be called so."""

Represents = Callable[[str, str], Awaitable[bool]]


class BusinessRegister:
    """`city[BusinessRegister]`: who is asked whether a person may act for an organisation."""

    def __init__(self, represents: Represents) -> None:
        self.represents = represents

    @classmethod
    def of(cls, city: City) -> "BusinessRegister":
        return cls(partial(_represents, city))


async def _represents(city: City, code: str, number: str) -> bool:
    """The register's word, by tax code and personal number. Unavailable when it is down; that is
    never taken for a no."""
    answer = await exchange.ask(
        city, *exchange.playing(city, "representatives"), {"number": code}, asker=SYSTEM,
        subject=None, subject_number=number,
    )  # fmt: skip
    return any(one["number"] == number for one in answer.values.get("representatives", []))


async def known(city: City, account: Account, ask_again: bool) -> Viewer:
    """The account as a person of this city, met now if never before."""
    represents = account.organisation is None or await _represents_it(city, account, ask_again)
    async with city.database.write(SYSTEM) as db:
        person = await _meet(db, account)
        organisation, roles = await _in_whose_name(db, account, person, represents)
    return Viewer(
        person=person,
        name=account.name,
        is_officer=account.realm == "officers",
        assurance=account.assurance,
        on_behalf_of=organisation,
        organisation_name=account.organisation.name if account.organisation else None,
        roles=roles,
    )


async def _in_whose_name(
    db: Write, account: Account, person: PersonId, represents: bool
) -> tuple[PersonId | None, tuple[Role, ...]]:
    """The organisation of the account, and what this person may do for it: as its representative,
    or as a representative lets them."""
    if account.organisation is None:
        return None, ()
    if represents:
        return await _meet_organisation(db, account, account.organisation, person), REPRESENTATIVE
    subject = _organisation_subject(account.organisation.code)
    found = await queries.organisation_with(db, account.provider, subject)
    roles = await queries.roles_of(db, person, found.id, clock.now()) if found else None
    if found is None or not roles:
        raise NotAllowed("identity.not_representative")
    return PersonId(found.id), rules.in_order(roles)


async def _represents_it(city: City, account: Account, ask_again: bool) -> bool:
    """The business register decides. At a sign-in it is asked; for a token its last word may do."""
    assert account.organisation is not None
    organisation = _organisation_subject(account.organisation.code)
    given = (account.provider, organisation, account.subject, clock.now())
    if not ask_again:
        async with city.database.read(SYSTEM) as db:
            if await queries.represents_still(db, *given):
                return True
    represents = city[BusinessRegister].represents
    if account.number and await represents(account.organisation.code, account.number):
        return True
    async with city.database.write(SYSTEM) as db:
        await queries.forget_representative(db, *given)
    return False


async def _meet(db: Write, account: Account) -> PersonId:
    if account.realm == "officers":
        met = await _meet_first(db, account)
        await keep_particulars(db, met, email=account.email)
        return PersonId(met)
    met = await _met_again(db, account) or await _meet_first(db, account)
    await keep_particulars(
        db, met, account.number, account.birth_date, account.email, account.phone
    )
    return PersonId(met)


async def _met_again(db: Write, account: Account) -> UUID | None:
    """Somebody of whom a counter can have no second row: it finds them by their number."""
    if not account.number:
        return None
    return await queries.meet_again(
        db, account.provider, account.subject, number_index(db.city, account.number),
        account.name, _level(account), clock.now(),
    )  # fmt: skip


async def _meet_first(db: Write, account: Account) -> UUID:
    """Perhaps not for the first time: of some a provider says no number, or another than before."""
    is_officer = account.realm == "officers"
    if account.number and not is_officer:
        await _claim(db, account.provider, account.subject, account.number)
    return await queries.meet(
        db, new_id(), "officer" if is_officer else "person", account.provider, account.subject,
        account.name, _level(account), clock.now(),
    )  # fmt: skip


def _level(account: Account) -> int | None:
    return account.assurance.proofing if account.assurance else None


async def keep_particulars(
    db: Write,
    person: UUID,
    number: str | None = None,
    birth_date: date | None = None,
    email: str | None = None,
    phone: str | None = None,
) -> None:
    """Sealed with the person's own key; the number can still be looked for."""
    told = {
        "number": number,
        "birth_date": birth_date.isoformat() if birth_date else None,
        "email": email,
        "phone": phone,
    }
    if not any(told.values()):
        return
    if not db.city[Keys].has(person):  # their first key is written to the disk, and waited for
        await asyncio.to_thread(db.city[Keys].key, person)
    sealed = {k: seal_text(db.city, person, f"{PEOPLE}.{k}", person, v) for k, v in told.items()}
    index = number_index(db.city, number) if number else None
    await queries.keep_particulars(db, person, number_hash=index, **sealed)


async def _claim(db: Write, provider: str, subject: str, number: str) -> None:
    """Whom a counter met by this number is from now on whoever the provider says has it: their
    cases, and the looks that were taken at them."""
    index = number_index(db.city, number).hex()
    await queries.lock_number(db, index)
    if met := await queries.claim_person(db, provider, subject, index, UNCLAIMED):
        await exchange.claim_looks(db, PersonId(met), number)


async def _meet_organisation(
    db: Write, account: Account, organisation: Organisation, person: PersonId
) -> PersonId:
    code, now = organisation.code, clock.now()
    met = await queries.meet(
        db, new_id(), "organisation", account.provider, _organisation_subject(code),
        organisation.name, None, now,
    )  # fmt: skip
    await keep_particulars(db, met, code)
    source, _ = exchange.playing(db.city, "representatives")
    await queries.learn_representative(db, met, person, source, now + REPRESENTS_FOR)
    return PersonId(met)


def _organisation_subject(code: str) -> str:
    return f"organisation:{code}"


async def person(db: Read, id: PersonId) -> Person:
    """Somebody whom the acting person may know: themselves, an officer, their organisation."""
    kept = await queries.person_by_id(db, id)
    if kept is None:
        raise NotFound("identity.no_such_person")
    told = {
        name: unseal_text(db.city, kept.id, f"{PEOPLE}.{name}", kept.id, getattr(kept, name))
        for name in ("number", "birth_date", "email", "phone")
    }
    born = told["birth_date"]
    return Person(
        kept.id, kept.kind, kept.name, told["number"], date.fromisoformat(born) if born else None,
        told["email"], told["phone"], kept.level,
    )  # fmt: skip


async def names(db: Read, ids: Iterable[PersonId]) -> dict[PersonId, str]:
    """Names by id; whom the acting person may not know is left out."""
    return {PersonId(p.id): p.name for p in await queries.people_by_ids(db, list(set(ids)))}


async def person_with(city: City, number: str) -> PersonId | None:
    """Who has this number, as far as the platform has met them: at a sign-in or at a counter."""
    async with city.database.read(SYSTEM) as db:
        issuer = db.city[Providers].residents.described.id
        index = number_index(city, number)
        found = await queries.person_by_number(db, index, issuer, UNCLAIMED)
    return PersonId(found) if found else None


async def meet_at_counter(
    city: City, number: str | None, name: str, birth_date: date | None
) -> PersonId:
    """Somebody who has perhaps never signed in. With a number: as the population register knows
    them; whoever a provider later says has it becomes this person. Without: nobody ever does."""
    async with city.database.write(SYSTEM) as db:
        if number is None:
            issuer, subject = UNNUMBERED, new_id().hex
        else:
            index = number_index(city, number)
            issuer, subject = UNCLAIMED, index.hex()
            await queries.lock_number(db, subject)
            provider = db.city[Providers].residents.described.id
            if found := await queries.person_by_number(db, index, provider, UNCLAIMED):
                return PersonId(found)
        met = await queries.meet(db, new_id(), "person", issuer, subject, name, None, clock.now())
        await keep_particulars(db, met, number, birth_date)
    return PersonId(met)


async def meet_organisation(city: City, code: str, name: str) -> PersonId:
    """An organisation for which somebody came to a counter, as the business register names it: the
    same for which its representatives sign in."""
    async with city.database.write(SYSTEM) as db:
        issuer = db.city[Providers].residents.described.id
        met = await queries.meet(
            db, new_id(), "organisation", issuer, _organisation_subject(code), name, None,
            clock.now(),
        )  # fmt: skip
        await keep_particulars(db, met, code)
    return PersonId(met)


async def enrol_officer(db: Write, subject: str, name: str, email: str | None = None) -> PersonId:
    """An officer before their first sign-in, so that posts can be given. Acts as SYSTEM."""
    provider = db.city[Providers].officers.described.id
    return await _meet(
        db, Account(realm="officers", provider=provider, subject=subject, name=name, email=email)
    )
