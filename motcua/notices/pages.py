"""What officers were told of their keys; and the outbox of the demonstration, whose mail nobody
carries further."""

from typing import Any, ClassVar

from litestar import Request, Response, get
from litestar.di import NamedDependency

from motcua.db import City
from motcua.identity import Viewer
from motcua.notices import actions
from motcua.notices.model import Message, Outgoing
from motcua.web.render import Page, render


class Outbox(Page):
    template: ClassVar[str] = "notices/outbox.html"

    messages: list[Outgoing]


class Messages(Page):
    template: ClassVar[str] = "notices/messages.html"

    messages: list[Message]


@get("/desk/messages", opt={"access": "officer"}, include_in_schema=False)
async def messages(
    request: Request[Any, Any, Any], city: NamedDependency[City], viewer: NamedDependency[Viewer]
) -> Response[bytes]:
    async with city.database.read(viewer.person) as db:
        return render(Messages(messages=await actions.messages_of_me(db)), request)


@get("/outbox", opt={"access": "public"}, include_in_schema=False)
async def outbox(request: Request[Any, Any, Any], city: NamedDependency[City]) -> Response[bytes]:
    """There only where every reader is invented; elsewhere the address does not exist."""
    return render(Outbox(messages=await actions.outbox(city)), request)


routes: list[Any] = [messages, outbox]
