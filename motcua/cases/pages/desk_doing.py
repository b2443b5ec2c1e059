"""What a form of the desk says, done to one case."""

from collections.abc import Mapping
from hashlib import sha256

from motcua.base.errors import Fault, Invalid
from motcua.cases import actions
from motcua.cases.actions import desk
from motcua.cases.pages.desk_acts import body_of
from motcua.db import City
from motcua.identity import Viewer

KEY_LENGTH_MAX = 64
TO_AGENCIES = ("transfer", "ask_opinion")
TAKEN_ASIDE = "word"
"""What is written to a colleague is kept beside the case, and is no part of the act."""


async def do(city: City, viewer: Viewer, code: str, action: str, posted: Mapping[str, str]) -> None:
    """Once, however often the same form is sent. Refusals are the engine's."""
    if action == "ask":
        return await desk.ask_again(city, viewer, code)
    key = posted.get("key", "")
    if not 1 <= len(key) <= KEY_LENGTH_MAX:
        raise Invalid("request.no_idempotency_key")
    body = body_of(action, posted)
    word = body.pop(TAKEN_ASIDE, "")
    if action in TO_AGENCIES and "agency" in body:
        body["agency"] = await _agency(city, viewer, code, action, body["agency"])
    made = await actions.make_before(city, viewer, code, action)

    async def attempt() -> None:
        async with city.database.write(viewer.person) as db:
            await desk.act_once(db, viewer, code, action, body, made, key, word)

    await actions.with_answers(city, viewer, code, action, attempt)


def key_for(key: str, code: str) -> str:
    """One form sent about several cases is one act on each of them."""
    return sha256(f"{key} {code}".encode()).hexdigest()[:KEY_LENGTH_MAX]


async def _agency(city: City, viewer: Viewer, code: str, action: str, typed: str) -> str:
    """The one that is meant. Invalid: none is, or the officer must choose among several."""
    async with city.database.read(viewer.person) as db:
        case = await actions.open_case(db, code)
        known = await actions.definition(db, case)
    found = desk.meant(desk.agencies_for(city, case, known, action), typed)
    if len(found) != 1:
        reason = "case.which_agency" if found else "case.no_such_agency"
        raise Invalid("request.faults", [Fault("/agency", reason)])
    return found[0].code
