"""What people see of procedures and cases: to choose, to apply, to follow."""

from typing import Any

from motcua.cases.pages import applying, checking, desk, mine, procedures, receiver, whom

routes: list[Any] = [
    *procedures.routes,
    *applying.routes,
    *whom.routes,
    *receiver.routes,
    *checking.routes,
    *mine.routes,
    *desk.routes,
]
