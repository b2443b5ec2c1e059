"""What people see of procedures and cases: to choose, to apply, to follow."""

from typing import Any

from motcua.cases.pages import (
    applying,
    checking,
    counter,
    desk,
    mine,
    procedures,
    queue,
    receiver,
    whom,
)

routes: list[Any] = [
    *procedures.routes,
    *applying.routes,
    *whom.routes,
    *receiver.routes,
    *checking.routes,
    *mine.routes,
    *desk.routes,
    *counter.routes,
    *queue.routes,
]
