"""The simulated conviction register: judgments, spent or not, and bans on holding office."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from motcua.base.settings import Settings
from motcua.demo.people import first_start, people, person
from motcua.demo.registers.population import is_the_same
from motcua.demo.registers.simulator import FOUND, MISMATCH, NOTHING, Found


class Convictions:
    """Knows only people with a judgment or a ban. Of anyone else it says that it knows nothing."""

    def __init__(self, city: Settings) -> None:
        convicted = person(city, "hung")
        self._convicted = {convicted.number: convicted}
        self._records = {convicted.number: _record(first_start(city))}
        self._others = [one.number for one in people(city) if one.number and one.id == "an"]

    def answer(self, path: str, question: Mapping[str, Any]) -> Found | None:
        if path != "/ly-lich-tu-phap/tra-cuu":
            return None
        about = {"soDinhDanh": str(question.get("soDinhDanh"))}
        one = self._convicted.get(about["soDinhDanh"])
        if one is None:
            return Found(NOTHING, about)
        if not is_the_same(one, question):
            # "Nothing" would be a clean certificate for somebody whose name was misspelt.
            return Found(MISMATCH, about)
        return Found(FOUND, about, about | self._records[one.number])

    def somebody_else(self, question: Mapping[str, Any]) -> dict[str, Any]:
        known = [*self._convicted, *self._others]
        return {"soDinhDanh": next(n for n in known if n != question.get("soDinhDanh"))}


def _record(start: date) -> dict[str, Any]:
    """One conviction long spent, one that stays unspent for as long as a demo lives."""
    judged = start - timedelta(days=400)
    spent = {
        "soBanAn": "45/2009/HSST",
        "ngayBanAn": "18/06/2009",
        "toaDaTuyen": "Tòa án nhân dân quận Mẫu",
        "toiDanh": "Trộm cắp tài sản",
        "dieuKhoan": "Khoản 1 Điều 138 Bộ luật Hình sự 1999",
        "hinhPhatChinh": "06 tháng tù, cho hưởng án treo",
        "hinhPhatBoSung": None,
        "anPhiDaNop": True,
        "daXoaAnTich": True,
        "ngayXoaAnTich": "18/06/2011",
    }
    unspent = {
        "soBanAn": f"112/{judged.year}/HS-ST",
        "ngayBanAn": judged.strftime("%d/%m/%Y"),
        "toaDaTuyen": "Tòa án nhân dân khu vực Mẫu",
        "toiDanh": "Vi phạm quy định về tham gia giao thông đường bộ",
        "dieuKhoan": "Khoản 1 Điều 260 Bộ luật Hình sự 2015",
        "hinhPhatChinh": "24 tháng tù, cho hưởng án treo",
        "hinhPhatBoSung": "Cấm hành nghề lái xe 02 năm",
        "anPhiDaNop": True,
        "daXoaAnTich": False,
        "ngayXoaAnTich": None,
    }
    ban = {
        "soQuyetDinh": f"03/{judged.year}/QĐ-TBPS",
        "ngayQuyetDinh": judged.strftime("%d/%m/%Y"),
        "toaAn": "Tòa án nhân dân khu vực Mẫu",
        "chucVuCam": "Giám đốc hợp tác xã; thành lập, quản lý doanh nghiệp, hợp tác xã",
        "camDenNgay": (judged + timedelta(days=3 * 365)).strftime("%d/%m/%Y"),
    }
    return {"anTich": [unspent, spent], "camDamNhiem": [ban]}
