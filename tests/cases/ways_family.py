"""The ways of family and guardianship, certified papers, residence that goes on, and household
businesses that change: where to file, with what."""

from tests.cases.walking import REASON, Walk

CAU_GIAY, KIM_LIEN, HA_DONG, SOC_SON = "H26.00166", "H26.00229", "H26.09556", "H26.00376"
POLICE_OF_CAU_GIAY, POLICE_OF_HA_DONG = "H26.11.00166", "H26.11.09556"
REFUSAL, NO_RESIDENCE, MENDED = "KQ.X01.000000", "KQ.G01.000067", "KQ.G12.001009"

FAMILY_WAYS = [
    Walk(
        code="1.001022", agency=CAU_GIAY, who="an", fee=None,
        documents=("kinship_finding", "other_parent_consent"), result="KQ.G15.000033",
        refusal=REFUSAL,
        says=(
            "NHẬN CHA, MẸ, CON", "Cha nhận con", "Nguyễn Văn An", "Nguyễn Minh Mẫu", "15/02/2024",
            "118/2026/ADN",
        ),
    ),
    Walk(
        code="1.004837", agency=CAU_GIAY, documents=("natural_proof",), fee=8_000,
        result="KQ.G15.000035", refusal=REFUSAL,
        says=(
            "ĐĂNG KÝ GIÁM HỘ", "Hoàng Thị Lan", "Trần Gia Mẫu", "20/05/2015",
            "Giám hộ đương nhiên",
        ),
    ),
    Walk(
        code="1.004859", agency=KIM_LIEN, who="binh", documents=("grounds", "exemption_proof"),
        result="KQ.G15.000037", refusal=REFUSAL,
        says=(
            "TRÍCH LỤC CẢI CHÍNH HỘ TỊCH", "Trần Thị Bình", "Trạm xá Mẩu", "Trạm y tế xã Mẫu",
            "Giấy khai sinh",
        ),
    ),
    Walk(
        code="1.004884", agency=CAU_GIAY, documents=("other_papers",), fee=None,
        result="KQ.G15.000031", refusal=REFUSAL,
        says=(
            "GIẤY KHAI SINH", "Đăng ký lại", "Hoàng Thị Lan", "Lê Thị Mẫu", "1930",
            "xã Mẫu, huyện Mẫu, Hà Tây, năm 2005",
        ),
    ),
    Walk(
        code="2.001263", agency=HA_DONG, who="hoa", fee=400_000,
        documents=("home_confirmation", "child_health", "child_photos", "admission_decision"),
        result="KQ.G15.000002", refusal=REFUSAL,
        says=(
            "NUÔI CON NUÔI TRONG NƯỚC", "Trần Gia Mẫu", "Mẹ nuôi", "Phạm Thị Hoa",
            "Mồ côi cả cha và mẹ", "Trung tâm Nuôi dưỡng Mẫu",
        ),
    ),
    Walk(
        code="2.000884", agency=KIM_LIEN, who="binh", documents=("paper",), fee=20_000,
        delivery="counter", result="KQ.G15.000022", refusal=REFUSAL,
        says=("CHỨNG THỰC CHỮ KÝ", "Trần Thị Bình", "Sơ yếu lý lịch tự thuật", "đã ký trước mặt"),
    ),
    Walk(
        code="2.001035", agency=CAU_GIAY, who="an", documents=("draft",), fee=50_000,
        delivery="counter", result="KQ.G15.000023", refusal=REFUSAL,
        says=(
            "CHỨNG THỰC GIAO DỊCH", "Mua bán, chuyển nhượng", "29-M1 999.99", "Bên A",
            "Nguyễn Văn An", "Bên B", "Trần Thị Bình",
        ),
    ),
    Walk(
        code="2.000908", agency=SOC_SON, documents=("kinship_proof",), result="KQ.G15.000020",
        refusal=REFUSAL,
        says=("CẤP TỪ SỔ GỐC", "Nguyễn Văn Mẫu", "phân chia di sản", "2009", REASON),
    ),
    Walk(
        code="1.002755", agency=POLICE_OF_CAU_GIAY, who="hung", documents=("owner_consent",),
        fee=5_000, result="KQ.G01.000065", refusal=NO_RESIDENCE,
        says=("GIA HẠN TẠM TRÚ", "Vũ Mạnh Hùng", "05/12/2026", "12 tháng", "Đỗ Thị Giang"),
    ),
    Walk(
        code="1.010041", agency=POLICE_OF_HA_DONG, who="hoa", result="KQ.G01.000062",
        refusal=NO_RESIDENCE,
        says=(
            "THÔNG TIN VỀ CƯ TRÚ", "Phạm Thị Hoa", "Số 7 ngõ Mẫu, Phường Hà Đông, Hà Nội",
            "(thường trú)", "Ngân hàng, vay vốn",
        ),
    ),
    Walk(
        code="1.010038", agency=POLICE_OF_HA_DONG, who="hoa", documents=("consent",), fee=5_000,
        result="KQ.G01.000065", refusal=NO_RESIDENCE,
        says=("TÁCH HỘ", "Chủ hộ cũ Phạm Văn Mẫu", "Chủ hộ mới Phạm Thị Hoa", "gia đình riêng"),
    ),
    Walk(
        code="1.003677", agency=POLICE_OF_CAU_GIAY, result="KQ.G01.000061", refusal=NO_RESIDENCE,
        says=("KHAI BÁO TẠM VẮNG", "Hoàng Thị Lan", "Thành phố Huế", "01/12/2026", "30/06/2028"),
    ),
    Walk(
        code="2.000720", agency=CAU_GIAY, fee=None, result="KQ.G12.001041", refusal=MENDED,
        says=(
            "Đăng ký thay đổi", "HỘ KINH DOANH Bún chả Mẫu Mới", "Số 15 phố Mẫu",
            "80.000.000 đồng", "05/07/2026",
        ),
    ),
    Walk(
        code="1.001570", agency=CAU_GIAY, fee=None, result="KQ.G12.001049", refusal=MENDED,
        says=("ĐĂNG KÝ TẠM NGỪNG KINH DOANH", "Bún chả Mẫu", "05/01/2099", "31/03/2099"),
    ),
    Walk(
        code="1.001266", agency=CAU_GIAY, fee=None, result="KQ.G12.001349", refusal="KQ.G12.001017",
        says=("CHẤM DỨT HOẠT ĐỘNG", "Bún chả Mẫu", "8999000001", "10/07/2026", "01/07/2026"),
    ),
]  # fmt: skip

# The second papers of two procedures that end in one of two.
OTHER_ENDS = [
    Walk(
        code="2.000720", agency=CAU_GIAY, fee=None, result="KQ.G12.001347",
        answers={
            "new_name": False, "name_after": None, "new_address": False, "address_after": None,
            "other_tax_office": None, "new_capital": False, "capital_after": None,
            "new_tax": True, "tax_words": "Thêm 2 lao động",
        },
        says=("CẬP NHẬT THÔNG TIN HỘ KINH DOANH", "Bún chả Mẫu", "Thêm 2 lao động"),
    ),
    Walk(
        code="1.001570", agency=CAU_GIAY, fee=None, result="KQ.G12.001154",
        answers={
            "act": "resume", "paused_until": None, "why": None,
            "earlier_number": "Số 12/XN-TNHKD, ngày 02/11/2026", "earlier_until": "2099-06-30",
        },
        says=("TIẾP TỤC KINH DOANH", "12/XN-TNHKD", "30/06/2099", "05/01/2099"),
    ),
]  # fmt: skip
