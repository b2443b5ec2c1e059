"""Facts, papers and files for the tests of this room."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
from PIL import Image

from motcua.base import clock
from motcua.base.settings import Settings
from motcua.demo import authority
from motcua.documents.outside.signing import Signer
from motcua.documents.outside.typesetting import typeset

PACKS = Path(__file__).parents[2] / "packs"
NATIONAL, SAMPLE = PACKS / "vietnam" / "results", PACKS / "sample" / "results"
FORMS, SAMPLE_FORMS = PACKS / "vietnam" / "papers", PACKS / "sample" / "papers"
OF_A_CASE = {
    "apology", "control", "extract", "letter", "receipt", "refusal", "register", "stop",
    "supplement",
}  # fmt: skip
"""Of the papers that are nobody's result; what a room makes of them besides, it tests itself."""
REFERENCE = "0123456789ABCDEFGHJK"

CONVICTIONS = [
    {
        "judgment": "12/2009/HSST", "judged_on": "2009-05-14", "court": "Tòa án quận Mẫu",
        "offence": "Trộm cắp tài sản", "article": "khoản 1 Điều 138", "penalty": "9 tháng tù",
        "spent": True, "spent_on": "2011-05-14",
    },
    {
        "judgment": "45/2024/HSST", "judged_on": "2024-02-20", "court": "Tòa án thành phố Mẫu",
        "offence": "Đánh bạc", "article": "khoản 1 Điều 321",
        "penalty": "Phạt tiền 30.000.000 đồng", "spent": False,
    },
]  # fmt: skip


HANDOVER = {
    "source": "Thẩm định · Nguyễn Văn An", "target": "Ký duyệt", "at": "2026-11-24T09:30",
    "outcome": "late", "note": "Đề xuất",
}  # fmt: skip
LINE = {
    "code": "H1.2-261123-0001", "procedure": "Thủ tục mẫu", "name": "Nguyễn Văn An",
    "agency": "Công an thành phố Mẫu", "filed_at": "2026-11-23T09:30", "due_at": None,
    "closed_at": None, "delivery": "Bản điện tử",
}  # fmt: skip


def facts(**changed: Any) -> dict[str, Any]:
    return {
        "issuer": {"parent": "Bộ Mẫu", "name": "Công an thành phố Mẫu"},
        "place": "Thành phố Mẫu",
        "number": "12/LLTP",
        "issued_on": "2026-11-23",
        "reference": REFERENCE,
        "verify_url": f"https://mau.example/verify/{REFERENCE}",
        "person": {
            "name": "Nguyễn Văn An", "birth_date": "1990-03-12", "sex": "Nam",
            "nationality": "Việt Nam", "number": "999090000017", "residence": "Phường Mẫu",
        },
        "convictions": [],
        "ban_on_office": None,
        "signer": {"name": "Đỗ Thị Lãnh Đạo", "title": "Phó Giám đốc"},
        **changed,
    }  # fmt: skip


def form_facts(**changed: Any) -> dict[str, Any]:
    """What any form of a case may be made of."""
    return (
        facts(
            form={"number": "01", "name": "Giấy tiếp nhận hồ sơ và hẹn trả kết quả"},
            case_code="H1.2-261123-0001",
            received_at="2026-11-23T09:30:00+07:00",
            intake_due_at="2026-11-24T09:30:00+07:00",
            due_at="2026-12-03T09:30:00+07:00",
            procedure={"code": "3.000333", "name": "Cấp Phiếu lý lịch tư pháp"},
            documents=[{"name": "Bản chụp căn cước", "original": 0, "copies": 1}],
            fee={"total": 205000, "currency": "đồng"},
            delivery="Bản điện tử",
            words="Giấy tờ bị mờ.\nĐề nghị nộp lại.",
            wanted=["Bản chụp căn cước"],
            promised_at="2026-11-26T09:30:00+07:00",
            happened_at="2026-11-25T09:30:00+07:00",
            printed_at="2026-11-25T09:30:00+07:00",
            handovers=[HANDOVER],
            lines=[LINE | {"place": place} for place in (1, 2)],
            volume="01/2026",
            answered_at="2026-11-25T09:30:00+07:00",
            columns=["Quan hệ", "Họ tên"],
            rows=[["Mẹ", "Phạm Thị Hoa"]],
            from_day="2026-01-01",
            to_day="2026-12-31",
        )
        | changed
    )


def signer(settings: Settings, agency: str = "police") -> Signer:
    authority.signing_certificate(settings, agency, "Công an thành phố Mẫu")
    return Signer.load(settings.keys, agency)


def signed_paper(settings: Settings, **changed: Any) -> bytes:
    pdf = typeset(NATIONAL / "criminal-record-1.typ", facts(**changed))
    return signer(settings).sign(pdf, clock.now())


def trust(settings: Settings) -> bytes:
    return (settings.keys / "trust.pem").read_bytes()


def plain_pdf(**root: Any) -> bytes:
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        for name, value in root.items():
            pdf.Root[f"/{name}"] = value
        out = BytesIO()
        pdf.save(out)
    return out.getvalue()


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30)) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, "#c8102e").save(out, kind)
    return out.getvalue()
