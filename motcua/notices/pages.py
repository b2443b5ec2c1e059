"""The outbox of the demonstration: mail that nobody carries further."""

from typing import Any, ClassVar

from litestar import Request, Response, get
from litestar.di import NamedDependency

from motcua.db import City
from motcua.notices import actions
from motcua.notices.model import Outgoing
from motcua.web.render import Page, render


class Outbox(Page):
    template: ClassVar[str] = "notices/outbox.html"

    messages: list[Outgoing]


@get("/outbox", opt={"access": "public"}, include_in_schema=False)
async def outbox(request: Request[Any, Any, Any], city: NamedDependency[City]) -> Response[bytes]:
    """There only where every reader is invented; elsewhere the address does not exist."""
    return render(Outbox(messages=await actions.outbox(city)), request)


routes: list[Any] = [outbox]
