"""What is done with cases: file, look, ask registers, act, issue."""

from typing import Any

from motcua.cases.actions.acting import act, ask_before
from motcua.cases.actions.desk import looks_at_my_cases, note_look
from motcua.cases.actions.filing import (
    LOOKUPS,
    Attached,
    Filing,
    Subject,
    file,
    may_file,
    other_of,
    receivers_of,
    subject_of,
)
from motcua.cases.actions.findings import ask_registers
from motcua.cases.actions.issuing import Made
from motcua.cases.actions.procedures import InForce, Procedures, keep_procedures
from motcua.cases.actions.reading import (
    case_by_id,
    case_view,
    definition,
    find_procedures,
    history,
    list_cases,
    open_case,
    procedure_view,
    progress,
    show_case,
    status_name,
)
from motcua.cases.actions.standing import actions_open_to, fresh_standing, standing
from motcua.cases.model.view import CaseView
from motcua.db import Write
from motcua.identity import Viewer
from motcua.web.language import Language

__all__ = [
    "LOOKUPS",
    "Attached",
    "Filing",
    "InForce",
    "Made",
    "Procedures",
    "Subject",
    "act",
    "act_and_show",
    "actions_open_to",
    "ask_before",
    "ask_registers",
    "case_by_id",
    "case_view",
    "definition",
    "file",
    "file_and_show",
    "find_procedures",
    "fresh_standing",
    "history",
    "keep_procedures",
    "list_cases",
    "looks_at_my_cases",
    "may_file",
    "note_look",
    "open_case",
    "other_of",
    "procedure_view",
    "progress",
    "receivers_of",
    "show_case",
    "standing",
    "status_name",
    "subject_of",
]


async def file_and_show(
    db: Write, viewer: Viewer, filing: Filing, other: Subject | None, language: Language
) -> CaseView:
    filed = await file(db, viewer, filing, other)
    state = fresh_standing(filed.case, viewer, filed.payment.state == "open")
    may = actions_open_to(state, filed.known)
    hides = filed.case.subject["relation"] == "other"
    return case_view(db, filed.case, filed.known, filed.payment, language, may, hides)


async def act_and_show(
    db: Write,
    viewer: Viewer,
    code: str,
    action: str,
    body: dict[str, Any],
    language: Language,
    made: Made | None = None,
) -> CaseView:
    case = await act(db, viewer, code, action, body, made)
    return await show_case(db, viewer, case, language)
