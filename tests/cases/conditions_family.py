"""What family, certified papers, residence that goes on and household businesses ask of some."""

from typing import Any

Answers = dict[str, Any]

TWO_PEOPLE = [
    {"name": "Trần Văn Mẫu", "number": "999060000018"},
    {"name": "Lê Thị Mẫu", "number": "999160000019"},
]
WITNESSES = [{**one, "residence": "Xã Mẫu"} for one in TWO_PEOPLE]
SWORN: Answers = {"proof": "witnesses", "finding_number": None}
APPOINTED: Answers = {"basis": "appointed", "others_eligible": None}
ETHNICITY: Answers = {
    "act": "ethnicity", "entries": None, "old_ethnicity": "Kinh", "of_parent": "mother",
}  # fmt: skip
COUPLE: Answers = {
    "adopters": "couple", "spouse_name": "Trần Văn Mẫu", "spouse_birth_date": "1980-02-03",
}  # fmt: skip
MORTGAGE: Answers = {"deal": "mortgage", "price": None}
NEW_OWNER: Answers = {"new_owner": True, "owner_after": "Trần Văn Mẫu"}
RESUMED: Answers = {
    "act": "resume", "paused_until": None, "why": None, "earlier_until": "2099-06-30",
}  # fmt: skip

# Procedure, answers that call for a field, the field, its answer; the example does not call for it.
FIELDS: list[tuple[str, Answers, str, Any]] = [
    ("1.001022", SWORN, "witnesses", WITNESSES),
    ("1.004837", {"why": "incapacity"}, "court_decision", "21/2026/QĐST-DS"),
    ("1.004837", APPOINTED, "appointment_number", "5/QĐ-UBND"),
    ("1.004859", ETHNICITY, "new_ethnicity", "Tày"),
    ("1.004884", {"serves_state": True}, "in_staff_register", True),
    ("2.001263", COUPLE, "spouse_number", "999080000012"),
    ("2.000884", {"paper_kind": "power"}, "power", "papers"),
    ("2.000884", {"how": "neither"}, "why_neither", "Bị liệt hai tay"),
    ("2.001035", {"unable": True, "has_witnesses": True}, "witnesses", TWO_PEOPLE),
    ("2.001035", MORTGAGE, "farm_loan", True),
    ("1.010041", {"about": "none", "staying_since": "2026-03"}, "staying_at", "Số 1 phố Mẫu"),
    ("1.010041", {"about": "household"}, "others", TWO_PEOPLE),
    ("1.010041", {"purpose": "other"}, "purpose_other", "Xin việc"),
    ("1.010038", {"why": "divorced"}, "judgment", "21/2023/QĐST-HNGĐ"),
    ("1.010038", {"own_head": False}, "new_head_name", "Trần Văn Mẫu"),
    ("1.003677", {"who": "supervised"}, "supervisor", "Công an phường Mẫu, 12/GXN"),
    ("1.003677", {"why": "other"}, "why_other", "Đi biển"),
    ("2.000720", NEW_OWNER | {"owner_why": "gone"}, "owner_number", "999060000018"),
    ("2.000720", {"other_tax_office": True}, "tax_settled", True),
    (
        "2.000720", {"new_lines": True}, "lines",
        [{"code": "5610", "name": "Nhà hàng", "is_main": True}],
    ),
    ("1.001570", RESUMED, "earlier_number", "12/XN-TNHKD"),
]  # fmt: skip

# Procedure, the answers that call for a paper, the paper.
PAPERS: list[tuple[str, Answers, str]] = [
    ("1.001022", SWORN | {"witnesses": WITNESSES}, "joint_statement"),
    ("1.001022", {"fee_class": "merit"}, "exemption_proof"),
    ("1.004837", {"others_eligible": True}, "agreement"),
    ("1.004837", APPOINTED | {"appointment_number": "5/QĐ-UBND"}, "appointment"),
    ("1.004859", {"act": "change"}, "name_grounds"),
    ("1.004884", {"kept": "copy"}, "old_copy"),
    ("1.004884", {"serves_state": True, "in_staff_register": False}, "unit_confirmation"),
    ("2.001263", {"health_on_vneid": False}, "adopter_health"),
    ("2.001263", {"situation": "abandoned"}, "situation_proof"),
    ("2.000884", {"paper_kind": "foreign"}, "translation"),
    ("2.001035", {"in_database": False}, "title"),
    ("2.001035", MORTGAGE | {"farm_loan": True}, "loan_papers"),
    ("2.000908", {"whose": "represented", "kin_registered": None}, "representation"),
    ("1.002755", {"home": "lodging", "owner_name": None}, "lodging_letter"),
    ("1.002755", {"home": "barracks", "owner_name": None}, "unit_letter"),
    ("1.010038", {"why": "divorced", "judgment": "21/2023"}, "divorce_proof"),
    ("1.010038", {"why": "divorced", "judgment": "21/2023"}, "use_proof"),
    ("1.003677", {"who": "supervised", "supervisor": "Công an phường Mẫu"}, "supervisor_consent"),
    ("2.000720", NEW_OWNER | {"owner_why": "chosen"}, "owner_authorisation"),
    ("2.000720", NEW_OWNER | {"owner_why": "gone"}, "owner_gone"),
    (
        "2.000720", {"new_members": True, "has_joined": True, "members": TWO_PEOPLE},
        "member_authorisation",
    ),
    *((code, {"of_group": True}, "group_minutes") for code in ("2.000720", "1.001570", "1.001266")),
]  # fmt: skip
