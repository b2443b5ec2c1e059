"""What people see of procedures and cases: to choose, to apply, to follow."""

from typing import Any

from motcua.cases.pages import (
    applying,
    checking,
    counter,
    counter_acts,
    counter_form,
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
    *counter_form.routes,
    *counter_acts.routes,
    *queue.routes,
]
