"""The simulated population register: who people are, their family, where they live, and the numbers
that it gives to the newborn."""

import zlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from motcua.base.settings import Settings
from motcua.demo.people import SamplePerson, people, personal_number
from motcua.demo.registers.simulator import FOUND, NOTHING, Found

# Residence registers went electronic on this day (Luật Cư trú 2020); the sample people are recorded
# at their present address from then, or from birth.
ELECTRONIC_SINCE = "07/2021"

_OF_A_CHILD = ("soDinhDanh", "hoVaTenTre", "ngaySinhTre")


class Population:
    """Knows every sample resident."""

    def __init__(self, city: Settings) -> None:
        residents = [one for one in people(city) if one.kind == "resident"]
        self._by_id = {one.id: one for one in residents}
        self._by_number = {one.number: one for one in residents}

    def answer(self, path: str, question: Mapping[str, Any]) -> Found | None:
        services = {
            "/dan-cu/thong-tin-cong-dan": self._person,
            "/dan-cu/quan-he-gia-dinh": self._family,
            "/dan-cu/qua-trinh-cu-tru": self._residence,
        }
        if path == "/dan-cu/cap-so-dinh-danh":
            return self._newborn(question)
        if path not in services:
            return None
        about = {"soDinhDanh": str(question.get("soDinhDanh"))}
        one = self._by_number.get(about["soDinhDanh"])
        if one is None or not is_the_same(one, question):
            return Found(NOTHING, about)
        return Found(FOUND, about, about | services[path](one))

    def _newborn(self, question: Mapping[str, Any]) -> Found:
        """The same child, registered by the same person, always gets the same number."""
        about = {name: str(question.get(name)) for name in _OF_A_CHILD}
        if about["soDinhDanh"] not in self._by_number:
            return Found(NOTHING, about)
        born = datetime.strptime(about["ngaySinhTre"], "%d/%m/%Y").date()  # noqa: DTZ007 - a day
        # Sample people have serials below 100000.
        serial = 100_000 + zlib.crc32("\n".join(about.values()).encode()) % 900_000
        number = personal_number(str(question.get("gioiTinhTre")), born, str(serial))
        return Found(FOUND, about, about | {"soDinhDanhTre": number})

    def somebody_else(self, question: Mapping[str, Any]) -> dict[str, Any]:
        other = next(n for n in self._by_number if n != question.get("soDinhDanh"))
        return {"soDinhDanh": other}

    def _person(self, one: SamplePerson) -> dict[str, Any]:
        return {
            **_named(one),
            "gioiTinh": {"male": "1", "female": "2"}[str(one.sex)],
            "quocTich": "Việt Nam",
            "danToc": "Kinh",
            "noiThuongTru": {"maXa": one.commune, "diaChi": one.address},
            "ngheNghiep": one.occupation,
        }

    def _family(self, one: SamplePerson) -> dict[str, Any]:
        partner = {"male": "CHONG", "female": "VO"}
        kin = [("CHA", one.father), ("ME", one.mother), *(("CON", child) for child in one.children)]
        rows = [(word, self._by_id[id]) for word, id in kin if id]
        if one.spouse:
            spouse = self._by_id[one.spouse]
            rows.append((partner[str(spouse.sex)], spouse))
        return {"nguoiThan": [{"quanHe": word, **_named(other)} for word, other in rows]}

    def _residence(self, one: SamplePerson) -> dict[str, Any]:
        assert one.birth_date is not None
        born = one.birth_date.strftime("%m/%Y")
        since = born if one.birth_date.year > 2021 else ELECTRONIC_SINCE
        row = {"tuThang": since, "denThang": None, "loai": "THUONG_TRU", "diaChi": one.address}
        return {"quaTrinh": [row]}


def is_the_same(one: SamplePerson, question: Mapping[str, Any]) -> bool:
    """Whatever is given must agree: number, name and date of birth."""
    named = _named(one)
    return all(question.get(field) in (None, value) for field, value in named.items())


def _named(one: SamplePerson) -> dict[str, Any]:
    assert one.birth_date is not None
    return {
        "soDinhDanh": one.number,
        "hoVaTen": one.name,
        "ngaySinh": one.birth_date.strftime("%d/%m/%Y"),
    }
