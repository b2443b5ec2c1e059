"""What counts as somebody's data, how long a period is, what goes into the archive of an export."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

import msgspec

from motcua.base.pack import Pack, PackFault, Where
from motcua.cases import Procedure
from motcua.privacy.model import Category, FieldHeld, Period, PrivacyPack

DAYS_OF_YEAR = 366  # never shorter than the year that a law means
_NAME = re.compile(r"[^\w.\-]+")
NAME_LENGTH_MAX = 80

COLUMNS: dict[str, dict[Category, str]] = {
    "db.events": {"history": "facts salt digest kind agency_code"},
    "db.answers": {"requests": "key request_digest body media_type"},
    "exchange.looks": {
        "looks": "subject_hash register operation purpose_vi purpose_en legal_basis case_code"
        " agency_code",
    },
    "exchange.look_outcomes": {"looks": "outcome"},
    "exchange.subjects": {"looks": "subject_hash"},
    "exchange.covert_orders": {"looks": "subject_hash agency_code reason legal_basis"},
    "identity.people": {
        "account": "kind issuer subject number number_hash name birth_date",
        "contact": "email phone",
    },
    "identity.representatives": {"account": "source"},
    "identity.delegations": {"account": "name roles"},
    "identity.sessions": {"sign_in": "token_hash realm device provider_sid"},
    "identity.kept_forms": {"drafts": "id_hash realm sealed"},
    "identity.restrictions": {"rights": "agency_code"},
    "identity.consents": {"rights": "purpose words language"},
    "identity.enrolments": {"sign_in": "code_hash"},
    "identity.agreements": {"sign_in": "code_hash"},
    "identity.passkeys": {"sign_in": "credential_id public_key name"},
    "identity.challenges": {"sign_in": "id_hash purpose challenge"},
    "agencies.posts": {"account": "agency_code role from_date to_date unit title"},
    "agencies.stand_ins": {"account": "agency_code role from_date to_date ended_on"},
    "documents.files": {"files": "name media_type sha256 scan sent_sha256"},
    "documents.shares": {"files": "agency_code"},
    "documents.numbers": {"results": "reference kind_code agency_code number issued_on"},
    "documents.results": {
        "results": "reference kind_code kind_name_vi kind_name_en agency_code issuer_name_vi"
        " issuer_name_en number issued_on holder_salt holder_check holder",
    },
    "documents.result_statuses": {"results": "reference status"},
    "payments.requests": {
        "payments": "reference thing_code agency_code currency lines counter_code"
    },
    "payments.receipts": {"payments": "bank_transaction reference currency outcome"},
    "payments.closings": {"payments": "closing bank_transaction"},
    "payments.shares": {"payments": "agency_code"},
    "payments.transfers": {"payments": "debit credit currency"},
    "payments.counter_receipts": {
        "payments": "bank_transaction counter_code method taken_by_name slip"
    },
    "notices.messages": {"messages": "subject body language about_kind"},
    "notices.deliveries": {"contact": "channel to_address outcome"},
    "cases.cases": {
        "requests": "code procedure_code procedure_version agency_code step filed_by_name"
        " applicant_name subject answers delivery fee due_reasons language business money handing"
        " sync regime at_agency lane channel counter_code representative step_role worked_on",
    },
    "cases.listed": {"requests": "lane words"},
    "cases.opinions": {
        "requests": "asking_agency agency_code question given_by_name outcome words"
    },
    "cases.apologies": {"requests": "words"},
    "cases.case_documents": {"files": "requirement"},
    "cases.findings": {"registers": "finding register state answer"},
    "cases.proposals": {"requests": "proposed_by_name outcome words"},
    "cases.approvals": {"requests": "approved_by_name"},
    "cases.supplements": {"requests": "words step"},
    "cases.drafts": {
        "drafts": "procedure_code answers documents subject_number agency_code delivery"
    },
    "cases.counter_drafts": {"drafts": "procedure_code held documents"},
    "cases.looks": {"looks": "officer_name agency_code purpose_vi purpose_en role"},
    "cases.hand_ins": {"files": "requirement kind"},
    "cases.papers": {"requests": "kind form agency_code number issued_on sha256"},
    "cases.digitised_papers": {
        "files": "number issuer signer holder summary issued_on valid_until agency_code"
        " digitised_by_name withdrawn_because",
    },
    "cases.reuses": {"files": "requirement component"},
    "cases.notes": {"requests": "agency_code officer_name words to_name"},
    "cases.templates": {"account": "agency_code noun name words"},
    "cases.answer_versions": {"requests": "answers"},
    "cases.ratings": {"requests": "reasons"},
    "cases.complaints": {"requests": "case_code procedure_code agency_code person_name"},
    "cases.complaint_words": {"messages": "by_name words"},
    "privacy.exports": {"rights": "state sha256"},
    "score.cases": {"history": "agency_code procedure_code field outcome punctuality"},
    "score.counts": {"history": "cut grain period agency_code field procedure_code"},
}
"""Every column of text, bytes or JSON that may say something of a person, by kind of data."""

NOBODYS = frozenset(
    {
        "cases.catalogue", "cases.numbers", "cases.piles", "cases.procedures",
        "cases.ticket_numbers", "cases.tickets", "db.deleted", "documents.sequences",
        "identity.spent", "jobs", "migrations", "payments.accounts", "payments.counter_numbers",
        "payments.creditors",
        "score.due", "score.editions", "score.gaps", "score.procedures", "score.tallies",
    }
)  # fmt: skip
"""Tables, and whole schemas, in which nothing of a person stands."""


def period(written: Period) -> timedelta:
    number, unit = int(written[:-1]), written[-1]
    if unit == "h":
        return timedelta(hours=number)
    return timedelta(days=number * (DAYS_OF_YEAR if unit == "y" else 1))


def fields_held(procedure: Procedure, pack: PrivacyPack) -> list[FieldHeld]:
    """What a procedure's form asks, each field with its purpose, law, time and delicacy."""
    whole = procedure.personal_data
    found = []
    for name, field in procedure.form.fields.items():
        own = whole.fields.get(name)
        sensitivity = (own and own.sensitivity) or whole.sensitivity
        if field.kind == "oath" or sensitivity == "none":
            continue
        basis = (own and own.basis) or whole.basis
        found.append(
            FieldHeld(
                label=field.label,
                purpose=(own and own.purpose) or whole.purpose or pack.purpose,
                basis=(basis.text,) if basis else tuple(s.text for s in procedure.legal_basis),
                retention=pack.classes[(own and own.retention) or whole.retention],
                sensitivity=sensitivity,
            )
        )
    return found


def privacy_faults(pack: Pack, where: Where) -> Iterator[PackFault]:
    """What `privacy.yaml` and the procedures must say to each other."""
    if not pack.has("privacy"):
        return
    said, file = pack.file("privacy", PrivacyPack), "privacy.yaml"
    there = [one.id for one in said.holdings]
    wanted = {category for parts in COLUMNS.values() for category in parts}
    for missing in sorted(wanted - set(there)):
        yield where.fault(file, ("holdings",), f"'{missing}' is held and not told", "add it")
    for place, name in enumerate(there):
        if name in there[:place]:
            yield where.fault(file, ("holdings", place, "id"), f"'{name}' twice", "keep one")
    for code, procedure in pack.folder("procedures", Procedure).items():
        yield from _use_faults(code, procedure, said, where)


def _use_faults(
    code: str, procedure: Procedure, said: PrivacyPack, where: Where
) -> Iterator[PackFault]:
    file, whole = f"procedures/{code}.yaml", procedure.personal_data
    named: list[tuple[tuple[str, ...], str]] = [(("retention",), whole.retention)]
    for name, use in whole.fields.items():
        if name not in procedure.form.fields:
            mend = "name a field of the form"
            yield where.fault(
                file, ("personal_data", "fields", name), f"the form has no field '{name}'", mend
            )
        if use.retention:
            named.append((("fields", name, "retention"), use.retention))
    for place, kept in named:
        if kept not in said.classes:
            mend = f"known in privacy.yaml: {', '.join(said.classes)}"
            yield where.fault(
                file, ("personal_data", *place), f"there is no class '{kept}' of keeping", mend
            )


def file_name(kind: str, number: int, name: str) -> str:
    """Of a file in an archive: numbered, and nothing that leads out of it."""
    plain = _NAME.sub("_", name).strip("._")[-NAME_LENGTH_MAX:] or "file"
    return f"{kind}/{number:03}-{plain}"


def manifest(city: str, made_at: str, parts: Iterable[tuple[str, bytes]]) -> bytes:
    """Names every part with its digest; what is signed is this."""
    listed: list[dict[str, Any]] = [
        {"name": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in parts
    ]
    said = {"city": city, "made_at": made_at, "digest": "sha256", "parts": listed}
    return msgspec.json.format(msgspec.json.encode(said), indent=1)
