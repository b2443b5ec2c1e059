"""What people see of procedures and cases: to choose, to apply, to follow."""

from typing import Any

from motcua.cases.pages import applying, checking, desk, mine, procedures, whom

routes: list[Any] = [
    *procedures.routes,
    *applying.routes,
    *whom.routes,
    *checking.routes,
    *mine.routes,
    *desk.routes,
]
