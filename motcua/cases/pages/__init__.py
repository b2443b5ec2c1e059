"""What people see of procedures and cases: to choose, to apply, to follow."""

from typing import Any

from motcua.cases.pages import (
    applying,
    book,
    checking,
    counter,
    counter_acts,
    counter_form,
    desk,
    desk_bulk,
    desk_complaints,
    desk_history,
    desk_templates,
    mine,
    papers,
    procedures,
    queue,
    rating,
    receiver,
    vault,
    whom,
)

routes: list[Any] = [
    *procedures.routes,
    *applying.routes,
    *whom.routes,
    *receiver.routes,
    *checking.routes,
    *mine.routes,
    *papers.routes,
    *vault.routes,
    *book.routes,
    *rating.routes,
    *desk.routes,
    *desk_bulk.routes,
    *desk_templates.routes,
    *desk_complaints.routes,
    *desk_history.routes,
    *counter.routes,
    *counter_form.routes,
    *counter_acts.routes,
    *queue.routes,
]
