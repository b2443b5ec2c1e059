"""Rows of the national catalogue for tests: built by hand, or real ones from the shared data."""

import gzip
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any

import msgspec

from motcua.base.pack import Pack
from motcua.cases.model.catalogue import (
    CatalogueWords,
    Counts,
    General,
    ReadChannel,
    Reading,
    Row,
    Unread,
)
from motcua.cases.model.procedure import Procedure
from motcua.cases.rules.catalogue import Given, Grammar, make, read, rows_of
from tests.conftest import ROOT, shared

TODAY = date(2026, 11, 23)
TABLE = "Hình thức nộpThời gianPhí, lệ phíMô tả"
PAPERS = "Tên giấy tờMẫu đơn, tờ khaiSố lượng"
LAWS = "Tên văn bản pháp lýMã văn bản"


@cache
def pack() -> Pack:
    return Pack.read(ROOT / "packs" / "hanoi")


@cache
def grammar() -> Grammar:
    return Grammar(pack().file("catalogue", CatalogueWords))


@cache
def general() -> General:
    return pack().file("general", General)


def raw(code: str = "9.900001", **cells: str) -> dict[str, Any]:
    """A row as a line of the file holds it; cells that nobody names are as dull as they may be."""
    return {
        "ma_thu_tuc": code,
        "ten_thu_tuc": "Cấp giấy phép thử",
        "so_quyet_dinh": "1/QĐ-THU",
        "cap_thuc_hien": "Cấp tỉnh",
        "linh_vuc": "Thử nghiệm",
        "doi_tuong_thuc_hien": "Công dân Việt Nam",
        "co_quan_thuc_hien": "Sở Tài chính",
        "cach_thuc_thuc_hien": f"{TABLE}Trực tuyến5 Ngày làm việcMiễn phí",
        "thanh_phan_ho_so": "Không có thông tin",
        "ket_qua_xu_ly": "Giấy phép thửMã: KQ.G12.000001Từ khóaKhông có thông tin",
        "can_cu_phap_ly": "Không có thông tin",
        "trinh_tu_thuc_hien": "Bước 1: Nộp hồ sơ\nBước 2: Nhận kết quả",
        **cells,
    }


def reading(code: str = "9.900001", **cells: str) -> Reading:
    return read(grammar(), msgspec.convert(raw(code, **cells), Row))


def lines(table: str, **cells: str) -> tuple[ReadChannel, ...]:
    """What is read from the table of ways to file."""
    return reading(cach_thuc_thuc_hien=TABLE + table, **cells).channels


def procedure(of: Reading) -> Procedure:
    return make(grammar(), general(), of, TODAY, "VND")


def encoded(*rows: dict[str, Any]) -> list[bytes]:
    return [msgspec.json.encode(row) + b"\n" for row in rows]


@cache
def national() -> dict[str, tuple[Given, Reading]]:
    """Every row of the sample of July 2026, read."""
    faults: list[Unread] = []
    with gzip.open(shared("data/national-catalogue.jsonl.gz")) as source:
        found = {
            given.row.ma_thu_tuc: (given, read(grammar(), given.row))
            for given in rows_of(source, faults)
        }
    assert not faults
    return found


def filed_here() -> list[Reading]:
    return [one for _, one in national().values() if one.level in ("city", "commune")]


def of_ministries(*names: str) -> Iterator[Reading]:
    return (one for given, one in national().values() if given.raw["bo_nganh"] in names)


def total(readings: Iterator[Reading]) -> Counts:
    columns = zip(*(msgspec.structs.astuple(one.counts) for one in readings), strict=True)
    return Counts(*map(sum, columns))
