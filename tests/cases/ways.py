"""The ways of residence, business, building, roads and research: where to file, with what."""

from tests.cases.walking import Walk

CAU_GIAY, POLICE_OF_CAU_GIAY = "H26.00166", "H26.11.00166"
FINANCE, SCIENCE = "H26.05", "H26.10"
REFUSAL = "KQ.X01.000000"

WAYS = [
    Walk(
        code="1.004222", agency=POLICE_OF_CAU_GIAY, documents=("dwelling_proof",), fee=10_000,
        result="KQ.G01.000065", refusal="KQ.G01.000067",
        says=("đã đăng ký thường trú", "Hoàng Thị Lan", "Số 9 ngõ Mẫu, Phường Tây Hồ, Hà Nội"),
    ),
    Walk(
        code="1.004194", agency=POLICE_OF_CAU_GIAY, who="binh", documents=("workplace_letter",),
        fee=7_000, result="KQ.G01.000065", refusal="KQ.G01.000067",
        says=("đã đăng ký tạm trú", "Trần Thị Bình", "01/09/2026", "10 tháng"),
    ),
    Walk(
        code="1.001612", agency=CAU_GIAY, fee=150_000, result="KQ.G12.001041",
        refusal="KQ.G12.001009",
        says=("ĐĂNG KÝ HỘ KINH DOANH", "Bún chả Mẫu", "5610", "50.000.000 đồng", "Hoàng Thị Lan"),
    ),
    Walk(
        code="2.001583", agency=FINANCE, documents=("charter",), fee=100_000,
        result="KQ.G12.001046", refusal="KQ.G12.001040",
        says=(
            "ĐĂNG KÝ DOANH NGHIỆP", "Công ty TNHH Mẫu Số Một", "6201", "500.000.000 đồng",
            "Hoàng Thị Lan", "Giám đốc",
        ),
    ),
    Walk(
        code="1.013225", agency=CAU_GIAY, who="an", answers={"by_road": True},
        documents=("land_paper", "drawings", "designer_certificate"), fee=None,
        result="KQ.G17.000311", refusal=REFUSAL,
        says=(
            "GIẤY PHÉP XÂY DỰNG", "Nguyễn Văn An", "Nhà ở riêng lẻ, cấp IV", "Thửa 17, tờ 5",
            "192 m²", "11,5 m", "Công ty Thiết kế Mẫu (HAN-00000001)",
        ),
    ),
    Walk(
        code="1.013274", agency=CAU_GIAY, answers={"part": "both"}, documents=("plan",), fee=None,
        result="KQ.G04.000509", refusal=REFUSAL,
        says=(
            "CHẤP THUẬN SỬ DỤNG TẠM THỜI", "Hoàng Thị Lan", "Đám cưới", "04/01/2099",
            "Vỉa hè và một phần lòng đường", "từ số 10 đến số 14",
        ),
    ),
    Walk(
        code="1.014445", agency=SCIENCE, who="an",
        documents=("result_proof", "production_plan", "authority"), result="KQ.X00.014445",
        refusal=REFUSAL,
        says=(
            "DOANH NGHIỆP KHOA HỌC VÀ CÔNG NGHỆ", "Công ty TNHH Thử Nghiệm", "9990000018",
            "Phần mềm nhận dạng chữ viết tay",
        ),
    ),
]  # fmt: skip
