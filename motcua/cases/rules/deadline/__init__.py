"""By when the city must answer, and why: day-adding, hour-filling and the days that do not count.

All arithmetic is in the wall-clock time of the pack's zone. A case keeps the office hours and the
cut-off hour of the day on which it was received, even when they change before it is due.
"""

from motcua.cases.model.regime import SupplementPolicy
from motcua.cases.rules.deadline.calendar import Calendar, Hours
from motcua.cases.rules.deadline.command import due_command
from motcua.cases.rules.deadline.limits import Limit, Unit, read_limit
from motcua.cases.rules.deadline.reasons import Due, Reason
from motcua.cases.rules.deadline.reckoning import (
    Pause,
    due_after_supplement,
    explain,
    moment,
    reappointed,
)
from motcua.cases.rules.deadline.spending import (
    Span,
    elapsed,
    rest_spans,
    share_used,
    step_due,
    transfer_by,
)

due_at = explain
"""The name by which the actions know it."""

__all__ = [
    "Calendar",
    "Due",
    "Hours",
    "Limit",
    "Pause",
    "Reason",
    "Span",
    "SupplementPolicy",
    "Unit",
    "due_after_supplement",
    "due_at",
    "due_command",
    "elapsed",
    "explain",
    "moment",
    "read_limit",
    "reappointed",
    "rest_spans",
    "share_used",
    "step_due",
    "transfer_by",
]
