"""The pages that join rooms: the front door, all procedures, and what is one's own."""

from typing import Any

from motcua.portal.pages import front, mine, procedures

routes: list[Any] = [*front.routes, *procedures.routes, *mine.routes]
