"""The simulated business register: companies and who may act for them."""

from collections.abc import Mapping
from typing import Any

from motcua.base.settings import Settings
from motcua.demo.people import people, tax_code
from motcua.demo.registers.simulator import FOUND, NOTHING, Found

ANOTHER = tax_code("999000002")
"""A company that exists only to be mistaken for another."""


class Business:
    """Knows the sample firms."""

    def __init__(self, city: Settings) -> None:
        everyone = people(city)
        names = {one.id: one for one in everyone}
        self._companies: dict[str, dict[str, Any]] = {
            ANOTHER: _company(ANOTHER, "Công ty TNHH Nhầm Lẫn", "Số 2 đường Mẫu", []),
        }
        for firm in everyone:
            if firm.kind != "organisation" or firm.number is None or firm.represented_by is None:
                continue
            head = names[firm.represented_by]
            acting = {
                "soDinhDanh": head.number,
                "hoVaTen": head.name,
                "chucDanh": "Giám đốc",
                "tuNgay": "15/01/2020",
            }
            self._companies[firm.number] = _company(firm.number, firm.name, firm.address, [acting])

    def answer(self, path: str, question: Mapping[str, Any]) -> Found | None:
        if path != "/doanh-nghiep/chi-tiet":
            return None
        about = {"maSoDoanhNghiep": str(question.get("maSoDoanhNghiep"))}
        company = self._companies.get(about["maSoDoanhNghiep"])
        return Found(FOUND if company else NOTHING, about, company)

    def somebody_else(self, question: Mapping[str, Any]) -> dict[str, Any]:
        asked = question.get("maSoDoanhNghiep")
        return {"maSoDoanhNghiep": next(n for n in self._companies if n != asked)}


def _company(
    number: str, name: str, address: str | None, heads: list[dict[str, Any]]
) -> dict[str, Any]:
    return {
        "maSoDoanhNghiep": number,
        "tenDoanhNghiep": name,
        "diaChi": address,
        "tinhTrang": "DANG_HOAT_DONG",
        "nguoiDaiDien": heads,
    }
