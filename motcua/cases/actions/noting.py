"""What officers keep beside a case for each other: notes, and what its form said before."""

from datetime import datetime
from hashlib import sha256
from typing import Any

import msgspec
from msgspec import Struct, structs

from motcua import agencies
from motcua.base import clock
from motcua.base.errors import Conflict, Fault, Invalid
from motcua.base.ids import new_id
from motcua.cases import queries
from motcua.cases.actions import reading
from motcua.cases.actions.sealing import opened
from motcua.cases.model.case import Case
from motcua.cases.model.working import Note
from motcua.cases.rules.forms import clean
from motcua.db import Read, Write, answers
from motcua.identity import Viewer

NOTE_LENGTH_MAX = 4000
NOTES_SHOWN_MAX = 100
KEY_LENGTH_MAX = 64


class Version(Struct, frozen=True):
    """What the form said before its person put it right, and what it said from then on."""

    until: datetime
    before: dict[str, Any]
    after: dict[str, Any]


async def note(db: Write, viewer: Viewer, code: str, words: str) -> None:
    """For the officers of one's own agency, and for nobody else."""
    await keep_note(db, viewer, await reading.open_case(db, code), words)


async def note_once(db: Write, viewer: Viewer, code: str, words: str, key: str) -> None:
    """As `note`; the same form sent twice writes one. Invalid: nothing was written, or too much."""
    words = clean(words, has_lines=True)
    if not words or len(words) > NOTE_LENGTH_MAX:
        reason = "form.too_long" if words else "form.required"
        raise Invalid("request.faults", [Fault("/note", reason, {"max": NOTE_LENGTH_MAX})])
    if not 1 <= len(key) <= KEY_LENGTH_MAX:
        raise Invalid("request.no_idempotency_key")
    digest = sha256(msgspec.json.encode([code, words])).digest()
    if await answers.take_turn(db, f"note {key}", digest) is None:
        await note(db, viewer, code, words)
        await answers.keep(db, f"note {key}", digest, 303, b"", "text/html")


async def keep_note(
    db: Write, viewer: Viewer, case: Case, words: str, to_name: str | None = None
) -> None:
    agency = await _my_agency(db, case)
    if agency is None:
        raise Conflict("case.not_your_role")
    await queries.keep_note(
        db, new_id(), case.id, clock.now(), agency, viewer.person, viewer.name, words, to_name
    )
    db.touched.add(agency)


async def notes_of(db: Read, case: Case) -> list[Note]:
    """The latest first; those of agencies in which the officer holds no post are not there."""
    return await queries.notes_of_case(db, case.id, NOTES_SHOWN_MAX)


async def versions_of(db: Read, case: Case) -> list[Version]:
    """Each time the form was put right, the last one last. `case`: opened, as it stands now."""
    kept = await queries.answers_before(db, case.id)
    was = [opened(db.city, structs.replace(case, answers=one.answers)).answers for one in kept]
    return [
        Version(one.until, before, after)
        for one, before, after in zip(kept, was, [*was[1:], case.answers], strict=True)
    ]


async def _my_agency(db: Read, case: Case) -> str | None:
    """Where the officer works: first where the case is in hand."""
    mine = {post.agency_code for post in await agencies.posts_of(db)}
    places = [case.at_agency, case.agency_code, case.counter_code, *sorted(mine)]
    return next((place for place in places if place in mine), None)
