"""The ways of civil status, certified copies, mediation and the insurance card."""

from tests.cases.walking import REASON, Walk

CAU_GIAY, KIM_LIEN, SOC_SON = "H26.00166", "H26.00229", "H26.00376"
REFUSAL = "KQ.X01.000000"

CIVIL_WAYS = [
    Walk(
        code="1.001193", agency=CAU_GIAY, documents=("birth_notice",), fee=16_000,
        result="KQ.G15.000031", refusal=REFUSAL,
        says=(
            "GIẤY KHAI SINH", "Nguyễn Minh Mẫu", "20/06/2026", "Hoàng Thị Lan", "Nguyễn Văn An",
            "Bệnh viện Mẫu", "Phường Cầu Giấy, Hà Nội",
        ),
    ),
    Walk(
        code="1.000894", agency=CAU_GIAY, who="hung", result="KQ.G15.000032", refusal=REFUSAL,
        says=("GIẤY CHỨNG NHẬN KẾT HÔN", "Vũ Mạnh Hùng", "Trần Thị Bình", "999304000021"),
    ),
    Walk(
        code="1.000656", agency=CAU_GIAY, who="an", documents=("death_notice",), fee=None,
        result="KQ.G15.000034", refusal=REFUSAL,
        says=("TRÍCH LỤC KHAI TỬ", "Nguyễn Văn Mẫu", "21:30, ngày 28/06/2026", "Bệnh già"),
    ),
    Walk(
        code="1.004873", agency=CAU_GIAY, who="hung", fee=None, result="KQ.G15.000038",
        refusal=REFUSAL,
        says=("TÌNH TRẠNG HÔN NHÂN", "Vũ Mạnh Hùng", "Đã ly hôn", "21/2023/QĐST-HNGĐ", "Vay vốn"),
    ),
    Walk(
        code="2.000635", agency=SOC_SON, who="binh", fee=24_000, result="KQ.G15.000342",
        refusal=REFUSAL,
        says=("GIẤY KHAI SINH (BẢN SAO)", "Trần Thị Bình", "xã Mẫu, Hà Nội, năm 1990"),
    ),
    Walk(
        code="2.000986", agency=CAU_GIAY, documents=("birth_notice",), result="KQ.G15.000031",
        refusal=REFUSAL, says=("GIẤY KHAI SINH", "Nguyễn Minh Mẫu", "Hoàng Thị Lan"),
        joined={
            "1.004222": ("H26.11.00166", "KQ.G01.000065"),
            "1.001939": ("H26.20", "KQ.G24.000004"),
        },
    ),
    Walk(
        code="2.000815", agency=KIM_LIEN, who="binh", fee=12_000, delivery="counter",
        result="KQ.G15.000021", refusal=REFUSAL,
        says=("BẢN SAO ĐÚNG VỚI BẢN CHÍNH", "Bằng tốt nghiệp đại học", "Trường Đại học Mẫu"),
    ),
    Walk(
        code="1.012812", agency=SOC_SON, who="an", result="KQ.G10.001159", refusal=REFUSAL,
        says=("BIÊN BẢN HÒA GIẢI", "Nguyễn Văn Láng", "Thửa 112, tờ bản đồ 7", REASON),
    ),
    Walk(
        code="1.001939", agency="H26.20", who="an", result="KQ.G24.000004", refusal=REFUSAL,
        says=("THẺ BẢO HIỂM Y TẾ", "Nguyễn Văn An", "Theo hộ gia đình", "Trạm y tế phường Mẫu"),
    ),
]  # fmt: skip
