"""What people see of it: the public scoreboard, the leaders' view, the same as files."""

from typing import Any

from motcua.score.pages import leaders, public

routes: list[Any] = [*public.routes, *leaders.routes]
