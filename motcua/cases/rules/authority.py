"""Whether the paper by which somebody acts for another reaches as far as what they ask for."""

from datetime import date

from motcua.base.errors import Fault
from motcua.cases.model.authority import Authority
from motcua.cases.model.procedure import Delegation

AT = "/authority"


def relation_by(rule: Delegation | None, authority: Authority | None, relation: str) -> str:
    """What somebody is to whom they act for: a guardian by document is one as by the register."""
    is_guardian = authority is not None and authority.kind == "guardian"
    takes_guardians = rule is not None and rule.guardian_document is not None
    return "ward" if relation == "other" and is_guardian and takes_guardians else relation


def document_by(rule: Delegation, authority: Authority | None) -> str | None:
    """The requirement under which the paper itself is handed in."""
    if authority is not None and authority.kind == "guardian":
        return rule.guardian_document
    return rule.others_document


def faults(
    rule: Delegation | None, authority: Authority | None, relation: str, code: str, today: date
) -> list[Fault]:
    """`relation`: by the register alone. Whom it joins to them needs no paper; who acts for
    themselves has none."""
    if relation != "other":
        return [] if authority is None else [Fault(AT, "case.authority_needless")]
    if authority is None:
        is_owed = rule is not None and rule.others_stated
        return [Fault(AT, "case.authority_missing")] if is_owed else []
    found = []
    if authority.kind == "guardian" and (rule is None or rule.guardian_document is None):
        found.append(Fault(f"{AT}/kind", "case.authority_no_guardian"))
    if authority.signed_on > today:
        found.append(Fault(f"{AT}/signed_on", "case.authority_not_yet"))
    if authority.until is not None and authority.until < today:
        found.append(Fault(f"{AT}/until", "case.authority_ended"))
    if authority.procedures and code not in authority.procedures:
        found.append(Fault(f"{AT}/procedures", "case.authority_not_for_this"))
    return found
