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


def receipt_facts(**changed: Any) -> dict[str, Any]:
    return (
        facts(
            received_at="2026-11-23T09:30:00+07:00",
            intake_due_at="2026-11-24T09:30:00+07:00",
            due_at=None,
            procedure={"code": "3.000333", "name": "Cấp Phiếu lý lịch tư pháp"},
            documents=[{"name": "Bản chụp căn cước", "original": 0, "copies": 1}],
            fee={"total": 205000, "currency": "đồng"},
            delivery="Bản điện tử",
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
