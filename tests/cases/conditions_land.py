"""What land, building, roads, vehicles, shares, help and order ask of some: the tables of
`test_walks_conditions_2` go on here."""

from typing import Any

Answers = dict[str, Any]

PLOT: Answers = {"parcel": "17", "map_sheet": "5", "serial": "DA 654321", "area": "180,0"}
NEW_PLOT: Answers = {"name": "17-1", "area": "90,0", "front": "5,0", "reached_by": "public"}
COACH: Answers = {"plate": "29B-123.45", "kind": "coach", "capacity": "29 chỗ", "is_tracked": True}
FOUNDER: Answers = {"name": "Trần Văn Mẫu", "kind": "person", "number": "999060000018", "shares": 9}
ONLY_USE = {
    "changes_height": False, "floors_before": None, "floors_after": None, "height_before": None,
    "height_after": None, "changes_area": False, "area_before": None, "area_after": None,
    "changes_use": True, "use_after": "Cửa hàng", "needs_fire_appraisal": True,
}  # fmt: skip
MOVE = {"act": "move", "reason": "danger", "replants": None}
ANOTHER = {"is_responsible": False, "responsible_name": "Trần Văn Mẫu"}
ABROAD = {"owner_kind": "organisation"}

# Procedure, answers that call for a field, the field, its answer; the example does not call for it.
FIELDS: list[tuple[str, Answers, str, Any]] = [
    ("2.002043", {"origin": "from_household"}, "household_number", "8999000001"),
    ("1.013226", {"has_started": True}, "built_so_far", "Xong móng"),
    ("1.013226", {"changes_front": True}, "front", "Thêm ban công tầng 2"),
    ("1.014159", {"extent": "area"}, "hectares", "1,5"),
    ("1.002693", MOVE, "new_place", "Vườn hoa Mẫu"),
    ("1.002693", {"reason": "harm"}, "harm", "Rễ làm nứt tường"),
    ("1.013061", {"closes_lane": True}, "width_left", "4,5"),
    ("1.013978", {"basis": "none"}, "origin", "Gia đình tôi khai hoang từ năm 1980."),
    ("1.012783", {"is_mortgaged": True}, "bank", "Ngân hàng Mẫu"),
    (
        "1.012783",
        {
            "reason": "measured", "spouse_name": None, "spouse_number": None,
            "boundary_same": True,
        },
        "measured_area", "66,0",
    ),
    ("1.012784", {"drawn_by": "office"}, "phone", "0900000024"),
    ("1.012786", ABROAD, "announced_in", "Báo Mẫu, ngày 01, 05 và 10/06/2026"),
    ("1.012575", {"plate": "own"}, "plate_number", "29A1-123.45"),
    ("1.012575", {"vehicle": "truck"}, "payload", 5000),
    ("3.000347", {"reason": "wrong"}, "what_is_wrong", "Sai năm sinh, đúng là 1988"),
    ("1.000703", {"fixed_route": True}, "route_names", "Bến xe Mẫu đi Bến xe Thử"),
    ("1.011607", {"was_recognised": True}, "recognised_year", 2022),
    ("2.001478", ANOTHER, "responsible_number", "999060000018"),
    ("2.001478", {"business_kind": "enterprise"}, "enterprise_number", "9990000018"),
    ("2.001478", {"trade": "guards", "rooms": None, "has_diploma": True}, "guards", 20),
    ("1.010727", {"stage": "assessed", "changed": False}, "assessment", "12/QĐ-BNNMT, 05/01/2026"),
]  # fmt: skip

# Procedure, the answers that call for a paper, the paper.
PAPERS: list[tuple[str, Answers, str]] = [
    ("2.002043", {"has_beneficial_owners": True}, "beneficial_owners"),
    ("2.002043", {"founders": [{**FOUNDER, "kind": "foreign"}] * 3}, "foreign_papers"),
    ("2.002043", {"origin": "social"}, "social_commitment"),
    ("2.002043", {"origin": "securities"}, "securities_licence"),
    ("2.002043", {"origin": "from_household"}, "household_tax"),
    ("1.013226", {"permit_issuer": "other"}, "permit"),
    ("1.013226", {"has_started": True}, "structure_report"),
    ("1.013226", ONLY_USE, "fire_appraisal"),
    ("1.014159", {"known_by": "address", "parcel": None}, "sketch"),
    ("1.014159", {"extent": "area", "hectares": "2"}, "coordinates"),
    ("1.002693", {"reason": "construction"}, "building_permit"),
    ("1.002693", {"act": "move", "replants": None}, "moving_plan"),
    ("1.002693", {"trees": [{"species": "Sấu", "girth": 90, "height": 7}] * 2}, "sketch"),
    ("1.013061", {"work": "emergency", "approval_number": None}, "incident_record"),
    ("1.013978", {"basis": "bought"}, "transfer_papers"),
    ("1.013978", {"basis": "inherited"}, "inheritance_papers"),
    ("1.013978", {"basis": "allotted"}, "allotment_papers"),
    ("1.013978", {"registered_before": True}, "confirmation_notice"),
    ("1.013978", {"holder": "shared"}, "shared_agreement"),
    ("1.013978", {"holder": "household"}, "household_members"),
    ("1.013978", {"was_fined": True}, "penalty_papers"),
    ("1.013978", {"has_neighbour_right": True}, "neighbour_right"),
    ("1.012783", {"is_mortgaged": True}, "bank_letter"),
    ("1.012783", {"reason": "measured"}, "survey"),
    ("1.012784", {"why": "ordered"}, "authority_paper"),
    ("1.012784", {"is_shared": True}, "owners_agreement"),
    ("1.012786", {"lost": "page"}, "main_certificate"),
    ("1.012786", {"measures_anew": True}, "survey"),
    ("1.012786", ABROAD, "announcement"),
    ("1.012575", {"slip": "paper", "slip_number": None}, "factory_slip"),
    ("1.012575", {"plate": "auction"}, "auction_result"),
    ("3.000347", {"health_online": False}, "health_certificate"),
    ("3.000347", {"holder": "foreigner"}, "passport"),
    ("3.000347", {"is_suspended": True}, "suspension_decision"),
    ("3.000347", {"reason": "wrong"}, "right_particulars"),
    ("1.000703", {"taxi": True}, "safety_unit"),
    ("1.000703", {"app_name": "Ứng dụng Mẫu"}, "software_contract"),
    ("1.000703", {"business_kind": "household"}, "household_certificate"),
    ("2.001478", ANOTHER, "criminal_record"),
    ("2.001478", {"responsible_from": "abroad"}, "passport"),
    ("2.001478", {"trade": "guards"}, "diploma"),
    ("2.001478", {"trade": "betting"}, "betting_licence"),
    ("2.001478", {"trade": "pawn", "warehouse": "rented"}, "warehouse_contract"),
]  # fmt: skip

# Procedure, answers that cannot stand together, the field that is told.
CONTRADICTIONS: list[tuple[str, Answers, str]] = [
    ("2.002043", {"company_name": "Công ty TNHH Mẫu"}, "company_name"),
    ("2.002043", {"founder_shares": 39_999}, "founder_shares"),
    ("2.002043", {"founders": [{**FOUNDER, "shares": 120_001}] * 3}, "founders"),
    ("1.013226", {"permit_date": "2099-01-01"}, "permit_date"),
    ("1.013226", {"floors_after": 3, "height_after": "11,5"}, "floors_after"),
    ("1.014159", {"asks_use": False, "asks_building": False, "asks_lines": False}, "asks_use"),
    ("1.013061", {"until": "2099-03-01"}, "until"),
    ("1.013978", {"used_since": "2099-01"}, "used_since"),
    ("1.012783", {"issued_on": "2099-01-01"}, "issued_on"),
    ("1.012784", {"after": [NEW_PLOT]}, "after"),
    ("1.012784", {"act": "join"}, "before"),
    ("1.012784", {"after": [NEW_PLOT, {**NEW_PLOT, "reached_by": "none"}]}, "after"),
    ("1.012784", {"in_dispute": True}, "in_dispute"),
    ("1.012786", {"is_pledged": True}, "is_pledged"),
    ("1.012575", {"invoice_date": "2099-01-01"}, "invoice_date"),
    ("1.000703", {"contract": False, "goods": False, "goods_kind": None}, "fixed_route"),
    ("1.000703", {"taxi": True}, "vehicles"),
    ("1.000703", {"vehicles": [COACH]}, "vehicles"),
    ("1.000703", {"vehicles": [{**COACH, "kind": "lorry", "is_tracked": False}]}, "vehicles"),
    (
        "2.001478", {"trade": "guards", "rooms": None, "guards": 20, "has_diploma": False},
        "has_diploma",
    ),
    (
        "1.010727",
        {"has_water": False, "water": None, "has_gas": False, "gas": None}, "has_water",
    ),
]  # fmt: skip

LIMITS: list[tuple[str, Answers, str]] = [
    ("2.002043", {}, "3wd"),
    ("1.013226", {}, "20d"),
    ("1.014159", {}, "10d"),
    ("1.002693", {}, "10wd"),
    ("1.002693", {"is_preserved": True}, "20wd"),
    ("1.013061", {}, "5wd"),
    ("1.013978", {}, "20wd"),
    ("1.013978", {"wants": "registration"}, "17wd"),
    ("1.012783", {}, "5wd"),
    ("1.012783", {"reason": "measured"}, "10wd"),
    ("1.012784", {}, "12wd"),
    ("1.012786", {}, "25wd"),
    ("1.012786", {"lost": "page"}, "10wd"),
    ("1.012575", {}, "2wd"),
    ("1.012575", {"plate": "auction"}, "7wd"),
    ("3.000347", {}, "5wd"),
    ("1.000703", {}, "4wd"),
    ("1.011607", {}, "15d"),
    ("2.001478", {}, "5wd"),
    ("1.010727", {}, "30d"),
    ("1.010727", {"needs_trial": False}, "15d"),
]

OPINIONS: list[tuple[str, Answers, list[str]]] = [
    ("1.013226", {}, []),
    ("1.013226", ONLY_USE, ["fire"]),
    ("1.014159", {}, []),
    ("1.014159", {"extent": "area"}, ["planning"]),
    ("1.002693", {}, []),
    ("1.002693", {"is_preserved": True}, ["trees"]),
    ("1.013061", {}, []),
    ("1.013061", {"closes_lane": True}, ["traffic"]),
    ("1.013061", {"closes_lane": True, "work": "emergency"}, []),
    ("1.013978", {}, ["tax"]),
    ("1.013978", {"wants": "registration"}, []),
    ("1.010727", {}, []),
    ("1.010727", {"in_zone": True}, ["zone"]),
]

FINDINGS: list[tuple[str, Answers, list[str]]] = [
    ("1.012783", {}, ["identity", "family"]),
    ("1.012783", {"reason": "worn"}, ["identity"]),
    # Nobody's convictions are asked for but one's own, and only in place of a certificate.
    ("2.001478", {}, ["identity", "record"]),
    ("2.001478", ANOTHER, ["identity"]),
    ("2.001478", {"responsible_from": "abroad"}, ["identity"]),
    ("2.001478", {"business_kind": "enterprise"}, ["identity", "company", "record"]),
]

# What a paper says beyond the example.
SAID: list[tuple[str, Answers, tuple[str, ...]]] = [
    (
        "1.013226", {**ONLY_USE, "changes_front": True, "front": "Thêm ban công"},
        ("Cửa hàng", "Thêm ban công"),
    ),
    (
        "1.014159", {"extent": "area", "hectares": "1,5", "more": "Có làm hầm được không?"},
        ("1,5 ha", "làm hầm"),
    ),
    (
        "1.002693", {**MOVE, "new_place": "Vườn hoa Mẫu"},
        ("Dịch chuyển 1 cây", "Trồng lại tại", "Vườn hoa Mẫu"),
    ),
    ("1.013978", {"has_house": False, "house_area": None}, ("Không có tài sản được ghi.",)),
    (
        "1.012783",
        {
            "reason": "household", "spouse_name": None, "spouse_number": None,
            "members": [{"name": "Nguyễn Minh Khôi", "relation": "child"}], "is_mortgaged": True,
            "bank": "Ngân hàng Mẫu",
        },
        ("Nguyễn Minh Khôi", "Ghi đủ thành viên hộ gia đình", "Ngân hàng Mẫu"),
    ),
    (
        "1.012784",
        {
            "act": "join", "before": [PLOT, {**PLOT, "parcel": "18"}],
            "after": [{**NEW_PLOT, "reached_by": "part"}],
        },
        ("SAU KHI HỢP THỬA", "Thửa 18, tờ 5", "Lối đi trên đất"),
    ),
    ("1.012786", {"lost": "page", "serial": "CM 123456"}, ("Trang bổ sung", "CM 123456")),
    (
        "1.012575",
        {"vehicle": "truck", "payload": 5000, "plate": "own", "plate_number": "29A1-123.45"},
        ("Ô tô tải", "5.000 kg", "29A1-123.45"),
    ),
    ("3.000347", {"licence_class": "A1", "expires_on": None}, ("A1", "Không thời hạn")),
    ("3.000347", {"licence_class": "D2"}, ("D2", "5 năm kể từ ngày cấp")),
    ("1.011607", {"asks_for": "left", "members": None}, ("đưa ra khỏi danh sách",)),
    (
        "2.001478",
        {
            "business_kind": "enterprise", "enterprise_number": "9990000018", **ANOTHER,
            "trade": "guards", "rooms": None,
        },
        ("9990000018", "Dịch vụ bảo vệ", "Trần Văn Mẫu"),
    ),
    (
        "1.010727", {"has_gas": False, "gas": None, "has_hazardous": False, "hazardous": None},
        ("Nước thải được phép xả",),
    ),
]  # fmt: skip
