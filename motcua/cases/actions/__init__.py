"""What is done with cases: file, look, ask registers, act, issue."""

from motcua.cases.actions.acting import act, act_and_show, make_before, with_answers
from motcua.cases.actions.deeds.promising import settle
from motcua.cases.actions.escalating import escalate
from motcua.cases.actions.filing import (
    LOOKUPS,
    Attached,
    Filing,
    Subject,
    file,
    matter_of,
    may_file,
    other_of,
    receivers_of,
    subject_of,
)
from motcua.cases.actions.findings import ask_registers
from motcua.cases.actions.issuing import Made
from motcua.cases.actions.joining import close_lead, open_joined
from motcua.cases.actions.looking import (
    looks_at_my_cases,
    note_list,
    note_look,
    oversee,
    usages_kept_since,
    usages_of_me,
)
from motcua.cases.actions.offering import any_procedure, list_procedures, procedure_view
from motcua.cases.actions.procedures import InForce, Procedures, keep_procedures
from motcua.cases.actions.reading import (
    case_by_id,
    case_view,
    definition,
    history,
    list_cases,
    open_case,
    progress,
    show_case,
    show_cases,
    status_name,
)
from motcua.cases.actions.seeing import seen_by
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
    "any_procedure",
    "ask_registers",
    "case_by_id",
    "case_view",
    "close_lead",
    "definition",
    "escalate",
    "file",
    "file_and_show",
    "fresh_standing",
    "history",
    "keep_procedures",
    "list_cases",
    "list_procedures",
    "looks_at_my_cases",
    "make_before",
    "matter_of",
    "may_file",
    "note_list",
    "note_look",
    "open_case",
    "open_joined",
    "other_of",
    "oversee",
    "procedure_view",
    "progress",
    "receivers_of",
    "seen_by",
    "settle",
    "show_case",
    "show_cases",
    "standing",
    "status_name",
    "subject_of",
    "usages_kept_since",
    "usages_of_me",
    "with_answers",
]


async def file_and_show(
    db: Write, viewer: Viewer, filing: Filing, other: Subject | None, language: Language
) -> CaseView:
    filed = await file(db, viewer, filing, other, language)
    state = fresh_standing(filed.case, viewer, filed.payment.state == "open")
    may = actions_open_to(state, filed.known)
    hides = filed.case.subject["relation"] == "other"
    return case_view(db, filed.case, filed.known, filed.payment, language, may, hides)
