"""What the bank's machine sees: one address, and nothing is believed there without a signature."""

from typing import Any

from litestar import Request, post
from litestar.di import NamedDependency
from litestar.exceptions import NotAuthorizedException
from msgspec import Struct

from motcua.base.errors import NotAllowed
from motcua.base.ids import SYSTEM
from motcua.db import City
from motcua.payments import actions
from motcua.payments.model import CALLBACK_BYTES_MAX, Outcome
from motcua.web.description import body_of


class Heard(Struct, frozen=True):
    """The same answer however often the bank says the same."""

    transaction: str
    reference: str
    state: Outcome


@post(
    "/api/v1/payments/callback",
    opt={"access": "signed"},
    status_code=200,
    request_max_body_size=CALLBACK_BYTES_MAX,
    operation_class=body_of("application/json"),
)
async def callback(request: Request[Any, Any, Any], city: NamedDependency[City]) -> Heard:
    """The bank says that money has arrived. Header `X-Signature`: ES256 over the body, detached."""
    body = await request.body()
    try:
        word = actions.hear(city, body, request.headers.get("x-signature", ""))
    except NotAllowed:
        # Not "you may not" but "I do not know you"; and a forger learns no more than that.
        raise NotAuthorizedException from None
    async with city.database.write(SYSTEM) as db:
        outcome = await actions.book(db, word)
    return Heard(word.transaction, word.reference, outcome)


routes: list[Any] = [callback]
