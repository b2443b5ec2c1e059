"""Cases: whatever a person asks the city for, from filing to answer.

procedure  what may be asked for, under which rules; data of the pack, versioned by date
catalogue  the national list of procedures; a row becomes a procedure with a general form
filing     answers and documents on their way to become a case
case       one request, with a code, a fee and a clock
step       where a case stands and who has it in hand
finding    what a register answered about a case; a register that is down gives none
proposal   what a handler would answer; somebody else approves it
supplement what is missing, asked for once
promise    the moment by which the city must answer, and why
"""

from motcua.cases.actions import (
    Procedures,
    keep_procedures,
    looks_at_my_cases,
    progress,
    usages_kept_since,
    usages_of_me,
)
from motcua.cases.actions.catalogue import (
    elsewhere,
    follow_catalogue,
    import_catalogue,
    load_catalogue,
    reading_of,
)
from motcua.cases.actions.drafting import drafts_of_me
from motcua.cases.actions.folding import list_anew
from motcua.cases.actions.listing import PAGES_MAX, Choices, Listed, Offer, Wanted, browse, choices
from motcua.cases.actions.ratings import Ratings
from motcua.cases.actions.reading import due_reason
from motcua.cases.actions.rights import RightAsked, procedures_used, right_asked
from motcua.cases.actions.sealing import opened_row, seal_old_cases
from motcua.cases.actions.telling import CaseLine, lines_of_me
from motcua.cases.model.case import Draft
from motcua.cases.model.desk import LookAtCase, Usage
from motcua.cases.model.offered import ProgressView
from motcua.cases.model.procedure import Procedure
from motcua.cases.model.search import LifeEvent

__all__ = [
    "PAGES_MAX",
    "CaseLine",
    "Choices",
    "Draft",
    "LifeEvent",
    "Listed",
    "LookAtCase",
    "Offer",
    "Procedure",
    "Procedures",
    "ProgressView",
    "Ratings",
    "RightAsked",
    "Usage",
    "Wanted",
    "browse",
    "choices",
    "drafts_of_me",
    "due_reason",
    "elsewhere",
    "follow_catalogue",
    "import_catalogue",
    "keep_procedures",
    "lines_of_me",
    "list_anew",
    "load_catalogue",
    "looks_at_my_cases",
    "opened_row",
    "procedures_used",
    "progress",
    "reading_of",
    "right_asked",
    "seal_old_cases",
    "usages_kept_since",
    "usages_of_me",
]
