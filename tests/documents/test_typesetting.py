"""Papers come out archival, readable by machines and people, and run nothing of what they say."""

import subprocess
import unicodedata
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
import typst
import zxingcpp
from PIL import Image

from motcua.documents.outside.typesetting import typeset
from tests.cases import papers
from tests.documents import build

TEMPLATES = sorted(
    path
    for folder in (build.NATIONAL, build.SAMPLE, build.FORMS, build.SAMPLE_FORMS)
    for path in folder.glob("*.typ")
    if not path.name.startswith("_")
    and (path.parent.name == "results" or path.stem in build.OF_A_CASE)
)


def made(template: Path, **changed: Any) -> bytes:
    return typeset(template, told(template) | changed)


def told(template: Path) -> dict[str, Any]:
    """What a paper is made of: where a procedure makes it, that procedure says."""
    if template.parent.name == "papers":
        return build.form_facts()
    if template.stem == "general":
        return build.facts(title="Giấy Mẫu", procedure="Thủ tục mẫu", request="Hồ sơ mẫu")
    is_ours = template.stem.startswith("criminal-record") or template.parent == build.SAMPLE
    said = None if is_ours else papers.said_by(template.name)
    return build.facts(**(said or {}))


def text_of(pdf: bytes) -> str:
    read = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True)
    return " ".join(read.stdout.decode().split())


def one_page(tmp_path: Path, body: str, facts: Mapping[str, Any] | None = None) -> bytes:
    head = '#set document(title: "T", date: datetime(year: 2026, month: 1, day: 1))\n'
    head += '#set text(font: ("Be Vietnam Pro", "Noto Sans"), fallback: false)\n'
    head += "#let data = json(bytes(sys.inputs.data))\n"
    template = tmp_path / "page.typ"
    template.write_text(head + body)
    return typeset(template, {**build.facts(), **(facts or {})})


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda t: f"{t.parts[-3]}/{t.name}")
def test_every_template_makes_a_tagged_archival_paper(template: Path) -> None:
    pdf = made(template)
    with pikepdf.open(BytesIO(pdf)) as read:
        assert read.Root.MarkInfo.Marked
        assert "/StructTreeRoot" in read.Root
        assert str(read.Root.Lang).startswith("vi")
        assert read.Root.OutputIntents[0].S == "/GTS_PDFA1"
        with read.open_metadata() as xmp:
            assert (xmp["pdfaid:part"], xmp["pdfaid:conformance"]) == ("2", "A")
            assert xmp["pdfuaid:part"] == "1"
        assert "/First" not in read.Root.get("/Outlines", {})


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda t: f"{t.parts[-3]}/{t.name}")
def test_every_template_gives_its_letters_back_unchanged(template: Path) -> None:
    name = "Nguyễn Thị Ỷ Ữ Ặ Ệ Ỗ Đức Y Blŏ Kĕ H'Ĭ ƀ №"
    person = {**told(template)["person"], "name": name}
    # The register names people in its lines; elsewhere `lines` are lines of business.
    book = {"lines": [build.LINE | {"place": 1, "name": name}]}
    is_form = template.parent.name == "papers"
    text = text_of(made(template, person=person, **(book if is_form else {})))
    assert unicodedata.normalize("NFC", name) in unicodedata.normalize("NFC", text)
    assert "Công an thành phố Mẫu".lower() in text.lower()


def test_equal_facts_give_equal_bytes() -> None:
    first, second = made(TEMPLATES[0]), made(TEMPLATES[0])
    other = made(TEMPLATES[0], number="13/LLTP")
    assert first == second
    assert first != other


def test_who_has_no_conviction_is_told_so() -> None:
    text = text_of(made(build.NATIONAL / "criminal-record-1.typ"))
    assert "Không có án tích" in text
    assert "PHIẾU LÝ LỊCH TƯ PHÁP SỐ 1" in text
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in text
    assert "Độc lập - Tự do - Hạnh phúc" in text
    assert "cấm đảm nhiệm" not in text.lower()


def test_convictions_are_shown_as_they_were_given() -> None:
    template = build.NATIONAL / "criminal-record-2.typ"
    text = text_of(made(template, convictions=build.CONVICTIONS, ban_on_office=[]))
    assert "Không có án tích" not in text
    assert "12/2009/HSST" in text
    assert "Đã được xóa án tích" in text
    assert "45/2024/HSST" in text
    assert "Chưa được xóa án tích" in text
    assert "Không bị cấm đảm nhiệm chức vụ" in text


def test_a_receipt_promises_a_day_only_once_there_is_one() -> None:
    template = build.FORMS / "receipt.typ"
    before = text_of(made(template, due_at=None))
    after = text_of(made(template))
    assert "09 giờ 30, ngày 24/11/2026" in before
    assert "Tính từ khi hồ sơ được tiếp nhận" in before
    assert "09 giờ 30, ngày 03/12/2026" in after
    assert "205.000 đồng" in after


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda t: f"{t.parts[-3]}/{t.name}")
def test_a_phone_reads_the_code_on_the_printed_paper(template: Path, tmp_path: Path) -> None:
    (tmp_path / "p.pdf").write_bytes(made(template))
    command = ["pdftoppm", "-r", "150", "-png", "p.pdf", "p"]
    subprocess.run(command, cwd=tmp_path, check=True, stderr=subprocess.DEVNULL)
    codes = []
    for image in sorted(tmp_path.glob("p*.png")):
        with Image.open(image) as page:
            codes += [code.text for code in zxingcpp.read_barcodes(page)]
    # A sheet for the hands of officers leads nobody anywhere.
    is_sheet = template.parent == build.FORMS and template.stem in (
        "control",
        "register",
        "extract",
    )
    assert codes == ([] if is_sheet else [build.facts()["verify_url"]])


HOSTILE = [
    '#panic("x")',
    ']) #panic("x") [',
    '"); panic("x"); ("',
    '$ sum $ \\ #read("/etc/passwd")',
    "<b>An</b> = * _ ` @ref <label>",
    "//* bình luận",
    '#import "@preview/x:1.0.0"',
]


@pytest.mark.parametrize("name", HOSTILE)
def test_source_code_in_a_name_is_printed_and_not_run(name: str) -> None:
    person = {**build.facts()["person"], "name": name}
    text = text_of(made(build.NATIONAL / "criminal-record-1.typ", person=person))
    assert "".join(name.split()) in "".join(text.split())


def test_a_letter_no_font_has_stops_the_paper() -> None:
    person = {**build.facts()["person"], "name": "漢"}
    with pytest.raises((typst.TypstError, ValueError)):
        made(build.NATIONAL / "criminal-record-1.typ", person=person)


def test_a_warning_of_the_typesetter_stops_the_paper(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="unknown font family"):
        one_page(tmp_path, '#set text(font: "No Such Font", fallback: true)\nA')


def test_a_template_reads_nothing_outside_its_folder(tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    (tmp_path / "secret.txt").write_text("secret")
    with pytest.raises(typst.TypstError):
        one_page(tmp_path / "inside", '#read("../secret.txt")')


def test_a_template_that_wants_a_package_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="packages are not allowed"):
        one_page(tmp_path, '#import "@preview/cades:0.3.0": qr-code')


def test_a_picture_without_words_for_the_blind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(typst.TypstError, match="alt"):
        one_page(tmp_path, '#image(bytes(data.qr), format: "svg")')


def _people() -> list[dict[str, Any]]:
    short = build.facts()["person"]
    long = short | {
        "other_name": "An Còi",
        "birth_place": "Bệnh viện Mẫu, phường Mẫu, thành phố Mẫu",
        "residence": "Số 12, ngõ 34, phố Mẫu có tên rất dài, Phường Mẫu, thành phố Mẫu",
        "temporary_residence": "Số 99, đường có nhiều tên gọi khác nhau, xã Mẫu, tỉnh Mẫu",
        "father": "Nguyễn Văn Bố", "mother": "Trần Thị Mẹ", "spouse": "Lê Thị Vợ",
    }  # fmt: skip
    return [short, long]


BAN = {"decision": "12/QĐ", "decided_on": "2024-01-01", "court": "Tòa án Mẫu", "office": "Giám đốc"}
COUNTS = (0, 1, 2, 3, 4, 5, 6, 8, 9, 13, 16, 20)


@pytest.mark.parametrize("kind", ["1", "2"])
@pytest.mark.parametrize("bans", [None, [], [BAN]], ids=["unasked", "none", "one"])
def test_no_signature_stands_alone_on_a_page(kind: str, bans: list[dict[str, str]] | None) -> None:
    for person in _people():
        for count in COUNTS:
            convictions = (build.CONVICTIONS * 10)[:count]
            template = build.NATIONAL / f"criminal-record-{kind}.typ"
            paper = made(template, person=person, convictions=convictions, ban_on_office=bans)
            assert _above_signature(paper), (person["name"], count)


def _above_signature(paper: bytes) -> str:
    """What stands above the signer's title on the page of the signature."""
    read = subprocess.run(["pdftotext", "-", "-"], input=paper, capture_output=True, check=True)
    page = next(p for p in read.stdout.decode().split("\f") if "PHÓ GIÁM ĐỐC" in p)
    return page.partition("PHÓ GIÁM ĐỐC")[0].strip()


def test_a_receipt_speaks_english_beside_the_form_to_who_filed_in_english() -> None:
    template = build.FORMS / "receipt.typ"
    plain, english = text_of(made(template)), text_of(made(template, language="en"))
    for words in ("GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ", "Người nộp"):
        assert words in plain
        assert words in english
    assert "Filed by" in english
    assert "Filed by" not in plain
