"""What rests on consent: given in plain words, kept as evidence, taken back as easily as given."""

from motcua.base import clock
from motcua.base.errors import NotFound
from motcua.base.ids import PersonId, new_id
from motcua.db import City, Read, Write, events
from motcua.identity import queries
from motcua.identity.model import Consent, ConsentAsked, ConsentsPack
from motcua.web.language import Language

CONSENTS_SHOWN_MAX = 100


def consents_asked(city: City) -> tuple[ConsentAsked, ...]:
    """All that this city does only for who agrees to it."""
    if not city.pack.has("consents"):
        return ()
    return city.pack.file("consents", ConsentsPack).consents


async def give_consent(db: Write, purpose: str, language: Language) -> None:
    """The acting person's own, for the words as they stand today. Given twice is given once."""
    asked = next((one for one in consents_asked(db.city) if one.id == purpose), None)
    if asked is None:
        raise NotFound("privacy.no_such_consent")
    id, said = new_id(), asked.words.within(language)
    if await queries.give_consent(db, id, db.person, purpose, said, language, clock.now()):
        await events.record(db, "consent.given", id, person=db.person, facts={"purpose": purpose})


async def withdraw_consent(db: Write, purpose: str, person: PersonId | None = None) -> None:
    """Counts from now on; what was done until now stays lawful. Taken back twice is once."""
    who = person or db.person
    if id := await queries.withdraw_consent(db, who, purpose, clock.now()):
        await events.record(db, "consent.withdrawn", id, person=who, facts={"purpose": purpose})


async def consents_of(db: Read, person: PersonId) -> list[Consent]:
    """Newest first, those that were taken back too."""
    return await queries.consents_of(db, person, CONSENTS_SHOWN_MAX)


async def agrees(db: Read, person: PersonId, purpose: str) -> bool:
    """Whether this may be done for them. What the pack does not ask for rests on law."""
    if all(one.id != purpose for one in consents_asked(db.city)):
        return True
    kept = await consents_of(db, person)
    return any(one.purpose == purpose and one.withdrawn_at is None for one in kept)
