"""The ways of land, building, roads, vehicles, shares, help and order: where to file, with what."""

from tests.cases.walking import REASON, Walk

CAU_GIAY, SOC_SON, POLICE_OF_CAU_GIAY = "H26.00166", "H26.00376", "H26.11.00166"
FINANCE, AGRICULTURE, CONSTRUCTION = "H26.05", "H26.07", "H26.08"
POLICE, LAND_REGISTRATION = "H26.11", "H26.21"
REFUSAL = "KQ.X01.000000"

LAND_WAYS = [
    Walk(
        code="2.002043", agency=FINANCE, who="an",
        documents=("charter", "founders_list", "organisation_papers"), fee=100_000,
        result="KQ.G12.001080", refusal="KQ.G12.001362",
        says=(
            "CÔNG TY CỔ PHẦN", "Công ty Cổ phần Mẫu Số Hai", "2.000.000.000 đồng", "200.000",
            "Trần Văn Mẫu (999060000018), Tổng giám đốc", "50.000", "4649",
        ),
    ),
    Walk(
        code="1.013226", agency=CAU_GIAY, who="an", documents=("changed_drawings",), fee=None,
        result="KQ.G17.000314", refusal=REFUSAL,
        says=("XÂY DỰNG ĐIỀU CHỈNH", "15/GPXD, ngày 10/02/2026", "11,5 m", "14,8 m", "250 m²"),
    ),
    Walk(
        code="1.014159", agency=SOC_SON, who="cuong", fee=None, result="KQ.G17.000348",
        refusal=REFUSAL,
        says=("THÔNG TIN QUY HOẠCH", "Thửa 41, tờ bản đồ 12", "Chỉ giới đường đỏ", REASON),
    ),
    Walk(
        code="1.002693", agency=CAU_GIAY, answers={"is_preserved": True}, documents=("photos",),
        result="KQ.H17.000039", refusal=REFUSAL,
        says=("DỊCH CHUYỂN CÂY XANH", "Chặt hạ 1 cây", "Phượng", "120 cm", "10/01/2099"),
    ),
    Walk(
        code="1.013061", agency=CONSTRUCTION, who="an",
        answers={"closes_lane": True, "width_left": "4,5"},
        documents=("drawings", "traffic_plan", "approval"), fee=None, result="KQ.G04.000479",
        refusal=REFUSAL,
        says=(
            "GIẤY PHÉP THI CÔNG", "Công ty TNHH Thử Nghiệm", "9990000018", "180 m, 0,6 m, 1,1 m",
            "4,5 m", "từ 02/03/2099 đến hết 20/03/2099", "Từ 22 giờ đến 5 giờ",
        ),
    ),
    Walk(
        code="1.013978", agency=SOC_SON, documents=("land_papers",), fee=None,
        result="KQ.G10.001148", refusal=REFUSAL,
        says=(
            "Cấp lần đầu", "Hoàng Thị Lan", "Nguyễn Văn An", "120 m²", "05/1996",
            "Nhà ở 2 tầng, 160 m² sàn, xây năm 2004",
        ),
    ),
    Walk(
        code="1.012783", agency=LAND_REGISTRATION, documents=("old_certificate",), fee=None,
        result="KQ.G10.001147", refusal=REFUSAL,
        says=("Cấp đổi", "Nguyễn Văn An", "CM 123456, cấp ngày 12/06/2008", "64,5 m²"),
    ),
    Walk(
        code="1.012784", agency=LAND_REGISTRATION, who="binh",
        documents=("certificates", "drawing"), fee=None, result="KQ.G10.001147", refusal=REFUSAL,
        says=("SAU KHI TÁCH THỬA", "Thửa 17, tờ 5", "DA 654321", "17-2", "90,0 m²", "5,2 m"),
    ),
    Walk(
        code="1.012786", agency=LAND_REGISTRATION, who="giang", fee=None, result="KQ.G10.001148",
        refusal=REFUSAL, says=("Cấp lại do bị mất", "Đỗ Thị Giang", "02/06/2026", "112"),
    ),
    Walk(
        code="1.012575", agency=POLICE_OF_CAU_GIAY, fee=None, delivery="post",
        result="KQ.G01.000014", refusal=REFUSAL,
        says=("ĐĂNG KÝ XE", "Hoàng Thị Lan", "MAU MX 110", "RLMAU1100TY000123", REASON),
    ),
    Walk(
        code="3.000347", agency=POLICE, who="hung", fee=135_000, result="KQ.G01.000185",
        refusal=REFUSAL,
        says=("GIẤY PHÉP LÁI XE", "Vũ Mạnh Hùng", "10 năm kể từ ngày cấp", "010123456789"),
    ),
    Walk(
        code="1.000703", agency=CONSTRUCTION, who="an", documents=("manager_diploma", "mandate"),
        fee=None, result="KQ.G04.000042", refusal=REFUSAL,
        says=(
            "KINH DOANH VẬN TẢI", "Công ty TNHH Thử Nghiệm", "Hành khách theo hợp đồng", "Hàng hóa",
            "29B-123.45", "5 tấn",
        ),
    ),
    Walk(
        code="1.011607", agency=CAU_GIAY, who="cuong", result="KQ.G10.001158", refusal=REFUSAL,
        says=("HỘ CẬN NGHÈO", "công nhận hộ gia đình", "Nguyễn Văn Mẫu", "20/04/2016", REASON),
    ),
    Walk(
        code="2.001478", agency=POLICE,
        documents=("biography", "fire_safety", "household_certificate"), fee=300_000,
        result="KQ.G01.000063", refusal=REFUSAL,
        says=("VỀ AN NINH, TRẬT TỰ", "Nhà nghỉ Mẫu", "dịch vụ lưu trú", "12", "Hoàng Thị Lan"),
    ),
    Walk(
        code="1.010727", agency=AGRICULTURE, who="an", answers={"in_zone": True, "zone": "Khu Mẫu"},
        documents=("report", "feasibility_study", "mandate"), fee=None,
        result="KQ.G10.000894", refusal="KQ.G10.000895",
        says=(
            "GIẤY PHÉP MÔI TRƯỜNG", "Công ty TNHH Thử Nghiệm", "Xưởng may Mẫu", "18 m³/ngày",
            "2500 m³/giờ", "320 kg", REASON,
        ),
    ),
]  # fmt: skip

LAND_ENDS = [
    Walk(
        code="1.013978", agency=SOC_SON, documents=("transfer_papers",), fee=None,
        answers={"wants": "registration", "basis": "bought", "debts": None}, result="KQ.G10.000921",
        says=("XÁC NHẬN KẾT QUẢ ĐĂNG KÝ ĐẤT ĐAI", "Hoàng Thị Lan", "Nhận chuyển quyền"),
    ),
]  # fmt: skip
