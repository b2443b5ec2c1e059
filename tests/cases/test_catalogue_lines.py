"""Hostile files: every fault is told by its line and stops nobody else; no text breaks a reader."""

import gzip
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motcua import cli
from motcua.cases.model.catalogue import TEXT_LENGTH_MAX, Row, Unread
from motcua.cases.rules.catalogue import read, rows_of
from motcua.cases.rules.catalogue.rows import LINE_BYTES_MAX
from tests.cases.catalogue import LAWS, PAPERS, TABLE, encoded, grammar, procedure, raw

GOOD = encoded(raw("9.900011"), raw("9.900012"))

BAD: list[tuple[bytes, str]] = [
    (b"{\n", "row.not_json"),
    (b"\xff\xfe\n", "row.not_json"),
    (b"[" * 100_000 + b"\n", "row.not_json"),
    (b"[1, 2]\n", "row.not_an_object"),
    (b'"x"\n', "row.not_an_object"),
    (b"{}\n", "row.no_code"),
    (b'{"ma_thu_tuc": 1}\n', "row.no_code"),
    (b'{"ma_thu_tuc": "1.00001; DROP TABLE"}\n', "row.no_code"),
    (b'{"ma_thu_tuc": "1.000013"}\n', "row.wrong_form"),
    (b'{"ma_thu_tuc": "1.000013", "ten_thu_tuc": ["x"]}\n', "row.wrong_form"),
    (b'{"ma_thu_tuc": "1.000013", "ten_thu_tuc": ""}\n', "row.wrong_form"),
    (b'{"ma_thu_tuc": "1.000013", "ten_thu_tuc": null}\n', "row.wrong_form"),
    (b'{"ma_thu_tuc": null, "ten_thu_tuc": "x"}\n', "row.no_code"),
    (b'{"ma_thu_tuc": "1.000013", "ten_thu_tuc": "x"\n', "row.not_json"),
    (b" " * 10 + b'"' + b"x" * (LINE_BYTES_MAX + 1) + b'"\n', "row.too_long"),
    (GOOD[0], "row.twice"),
    # Another version of a code that the file had: nobody says which is newer, so the first stands.
    (encoded(raw("9.900011", ten_thu_tuc="Bản khác"))[0], "row.twice"),
]


@pytest.mark.parametrize(("line", "why"), BAD, ids=[f"{w}-{n}" for n, (_, w) in enumerate(BAD)])
def test_a_bad_line_is_told_and_the_others_are_read(line: bytes, why: str) -> None:
    faults: list[Unread] = []
    found = list(rows_of([GOOD[0], b"\n", line, GOOD[1]], faults))
    assert [one.row.ma_thu_tuc for one in found] == ["9.900011", "9.900012"]
    assert [(one.field, one.why) for one in faults] == [("line 3", why)]
    assert len(faults[0].text) <= 200


CELLS_UNREAD = [
    (None, None),
    ("", None),
    (7, "cell.not_text"),
    (True, "cell.not_text"),
    (["Cấp tỉnh"], "cell.not_text"),
    ({"vi": "Cấp tỉnh"}, "cell.not_text"),
    ("x" * (TEXT_LENGTH_MAX + 1), "cell.too_long"),
]


@pytest.mark.parametrize(("cell", "why"), CELLS_UNREAD, ids=[str(c)[:12] for c, _ in CELLS_UNREAD])
def test_a_cell_that_is_no_text_leaves_the_rest_of_its_row(cell: object, why: str | None) -> None:
    faults: list[Unread] = []
    given = {**raw("9.900015"), "ket_qua_xu_ly": cell, "khong_ai_biet": cell}
    [one] = rows_of(encoded(given), faults)
    assert one.row.ket_qua_xu_ly == ""
    assert one.raw["ket_qua_xu_ly"] == cell
    assert [(u.code, u.field, u.why) for u in faults] == (
        [("9.900015", "ket_qua_xu_ly", why)] if why else []
    )
    assert [line.limit.value for line in read(grammar(), one.row).channels] == [5]


def test_a_row_of_code_and_name_is_read() -> None:
    faults: list[Unread] = []
    [one] = rows_of([b'{"ma_thu_tuc": "9.900016", "ten_thu_tuc": "x"}'], faults)
    assert (faults, read(grammar(), one.row).level) == ([], "other")


def test_the_mark_of_an_editor_and_its_line_ends_are_no_fault() -> None:
    faults: list[Unread] = []
    lines = [b"\xef\xbb\xbf" + GOOD[0].replace(b"\n", b"\r\n"), b"\r\n", GOOD[1]]
    assert [one.row.ma_thu_tuc for one in rows_of(lines, faults)] == ["9.900011", "9.900012"]
    assert not faults


def test_what_a_page_hides_is_no_part_of_a_text() -> None:
    faults: list[Unread] = []
    name = "C\u1ea5p&nbsp;ph\u00e9p\t&amp;\u00a0gia\u200b h\u1ea1n &khong; &copy=1"
    given = {**raw("9.900017"), "ten_thu_tuc": name}
    [one] = rows_of(encoded(given), faults)
    assert one.row.ten_thu_tuc == "Cấp phép & gia hạn &khong; &copy=1"


@pytest.mark.parametrize("is_packed", [False, True])
@pytest.mark.parametrize("name", ["rows.jsonl", "rows.jsonl.gz"])
def test_a_file_is_read_line_by_line_and_an_endless_line_in_part(
    name: str, is_packed: bool, tmp_path: Path
) -> None:
    long = b"x" * (3 * LINE_BYTES_MAX)
    file = tmp_path / name
    with gzip.open(file, "wb") if is_packed else file.open("wb") as target:
        target.write(GOOD[0] + long + b"\n" + GOOD[1] + b"no end")
    found = list(cli._lines(file))
    assert [len(line) for line in found] == [
        len(GOOD[0]), LINE_BYTES_MAX + 1, len(GOOD[1]), len(b"no end"),
    ]  # fmt: skip


def test_letters_that_no_database_takes_are_left_out() -> None:
    faults: list[Unread] = []
    line = rb'{"ma_thu_tuc": "9.900014", "ten_thu_tuc": "a\u0000b\r\nc", "them": {"x": ["\u0000"]}}'
    [one] = rows_of([line], faults)
    assert (one.row.ten_thu_tuc, one.raw["them"]) == ("ab\nc", {"x": [""]})


PIECES = st.sampled_from(
    [
        "Trực tuyến", "Trực tiếp", "Dịch vụ bưu chính", "5 Ngày làm việc", "999999999999 Ngày",
        "0 Ngày", "7", "Miễn phí", "Không có thông tin", "100,000 VNĐ", "1,000,000,000,000 VNĐ",
        "9" + ",999" * 9 + " VNĐ", "9" * 30 + " tỷ đồng", "1,5 đồng", "hai ba triệu đồng",
        "999.999.999.999 tỷ đồng", "1 bản chính," + "9" * 30 + " bản sao",
        "120 VNĐ", "50 USD", "(", ")", "(Thông tư số 1/2020/TT-BTC)", "(1 triệu đồng)", "\n", " ",
        "Mười lăm ngày", "(mười)", "từ 3 đến ", "30-45 Ngày", "1/2 ngày", "; ", "đối với ", "0 VNĐ",
        "ba triệu đồng", "Theo Thông tư", "0,1 %", "/trang", "&nbsp;",
        "Mã: KQ.G01.000001", "Mã:", "Từ khóa", TABLE, PAPERS, LAWS, "1 bản chính", ",1 bản sao",
        "10 bản chính", "Đơn.docx", "28/2009/QH12", "20112/2012/NĐ-CP", "/", "Bước 1", "Cấp tỉnh",
        "Cấp xã", "Công dân Việt Nam", ",", "\u0301", "𝔛", "'\"\\",
    ]
)  # fmt: skip
TEXT = st.lists(st.one_of(PIECES, st.text(max_size=5)), max_size=25).map("".join)
TEXTS = (
    "cach_thuc_thuc_hien",
    "thanh_phan_ho_so",
    "ket_qua_xu_ly",
    "can_cu_phap_ly",
    "trinh_tu_thuc_hien",
    "doi_tuong_thuc_hien",
    "co_quan_thuc_hien",
    "linh_vuc",
    "so_quyet_dinh",
)
CELLS = st.fixed_dictionaries({}, optional=dict.fromkeys(TEXTS, TEXT))


@settings(deadline=None)  # the first example also compiles the patterns
@given(CELLS)
def test_whatever_a_row_says_becomes_a_procedure(cells: dict[str, Any]) -> None:
    row = msgspec.convert(raw(**cells), Row)
    found = read(grammar(), row)
    counts = found.counts
    assert counts.time_limits_read <= counts.time_limits
    assert counts.fees_read <= counts.fees
    assert counts.results_read <= counts.results
    made = procedure(found)
    encoded_once = msgspec.json.encode(made)
    assert msgspec.json.decode(encoded_once, type=type(made)) == made


@pytest.mark.parametrize(
    "cell",
    ["Trực tuyến5 Ngày làm việc" * 8_000, "Trực tuyếnmột hai ba" + " năm" * 40_000,
     "Trực tuyếnKhông có thông tinMiễn phí" + "10 ngày, " * 20_000,
     "Trực tuyến5 NgàyMiễn phí(" + "một triệu " * 20_000, "Trực tuyếnMiễn phí(" + "phí, " * 30_000,
     "Trực tuyến5 NgàyTheo" + "a" * 100_000, "Trực tuyến" * 20_000, "(" * 100_000,
     "1" * 100_000, "Trực tuyếnA" + "a " * 50_000, "Trực tuyến5 Ngày100,000 VNĐ(" + "ba " * 60_000,
     "Trực tuyếnKhông có thông tinMiễn phíTrong" + " trong" * 30_000,
     "Trực tuyến1 " + "a " * 50_000, "1 bản chính" * 10_000, "1/" * 50_000, "A" * 100_000],
    ids=lambda cell: cell[:12],
)  # fmt: skip
def test_a_long_cell_takes_no_long_time(cell: str) -> None:
    started = time.perf_counter()
    row = msgspec.convert(
        raw(
            cach_thuc_thuc_hien=TABLE + cell,
            thanh_phan_ho_so="--" + PAPERS + cell,
            can_cu_phap_ly=LAWS + cell,
            ket_qua_xu_ly=cell,
            trinh_tu_thuc_hien=cell,
            doi_tuong_thuc_hien=cell,
        ),
        Row,
    )
    procedure(read(grammar(), row))
    assert time.perf_counter() - started < 5
