"""What is taken from people, and what is not."""

import gzip
import hashlib
import struct
import zipfile
import zlib
from contextlib import suppress
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name, String
from PIL import ExifTags, Image, ImageChops
from PIL.PngImagePlugin import PngInfo

from motcua.base.errors import Invalid
from motcua.documents.rules import uploads
from motcua.documents.rules.uploads import clean_name, examine
from tests.documents import build


def zipped(name: str, content: bytes) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


def refusal(name: str, content: bytes) -> str:
    with pytest.raises(Invalid) as refused:
        examine(name, content)
    assert [fault.pointer for fault in refused.value.faults] == ["/file"]
    assert refused.value.faults[0].reason == refused.value.reason
    return refused.value.reason


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("giấy tờ.pdf", build.plain_pdf(), "application/pdf"),
        ("ảnh.PNG", build.picture("PNG"), "image/png"),
        ("ảnh.jpeg", build.picture("JPEG"), "image/jpeg"),
        ("ảnh.jpg", build.picture("JPEG", (3000, 2000)), "image/jpeg"),
    ],
)
def test_papers_and_pictures_are_taken(name: str, content: bytes, media_type: str) -> None:
    taken = examine(name, content)
    assert (taken.name, taken.media_type) == (name, media_type)
    assert taken.sent_sha256 == hashlib.sha256(content).digest()
    assert taken.sha256 == hashlib.sha256(taken.content).digest()
    if media_type == "application/pdf":  # it may be signed
        assert taken.content == content


def test_a_paper_of_ours_is_taken_back(paper: bytes) -> None:
    assert examine("phiếu.pdf", paper).media_type == "application/pdf"


@pytest.mark.parametrize(
    "content",
    [
        b"<html><script>alert(1)</script>", zipped("a.pdf", build.plain_pdf()),
        zipped("../../etc/passwd", b"x"), zipped("b.zip", zipped("a.pdf", b"x")),
        zipped("bomb", bytes(10_000_000)), gzip.compress(bytes(10_000_000)), b"Rar!\x1a\x07\x00",
        b"7z\xbc\xaf\x27\x1c", b"PK\x03\x04zip", b"GIF89a", b"MZ\x90", b"\x7fELF",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", b" %PDF-1.7", b"\0",
    ],
)  # fmt: skip
def test_what_is_something_else_is_refused_whatever_its_name(content: bytes) -> None:
    assert refusal("a.pdf", content) == "documents.type_unknown"


def test_a_name_must_fit_the_content() -> None:
    assert refusal("a.png", build.plain_pdf()) == "documents.type_mismatch"
    assert refusal("a.pdf.exe", build.plain_pdf()) == "documents.type_mismatch"
    assert refusal("a.pdf", build.picture("JPEG")) == "documents.type_mismatch"


def test_an_empty_file_is_refused() -> None:
    assert refusal("a.pdf", b"") == "documents.empty"


def test_a_file_over_the_limit_is_refused_before_it_is_read() -> None:
    whole = build.plain_pdf().ljust(uploads.FILE_BYTES_MAX, b"\n")
    assert examine("a.pdf", whole).sha256
    assert refusal("a.pdf", whole + b"\n") == "documents.too_large"


def test_a_pdf_with_a_password_is_refused() -> None:
    for user in ("", "secret"):
        out = BytesIO()
        with pikepdf.open(BytesIO(build.plain_pdf())) as pdf:
            pdf.save(out, encryption=pikepdf.Encryption(owner="owner", user=user))
        assert refusal("a.pdf", out.getvalue()) == "documents.pdf_encrypted"


SCRIPT = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
ACTIVE: dict[str, dict[str, Any]] = {
    "script at opening": {"OpenAction": SCRIPT},
    "program at opening": {"OpenAction": Dictionary(S=Name.Launch, F=String("cmd.exe"))},
    "script by name": {
        "Names": Dictionary(JavaScript=Dictionary(Names=Array([String("a"), SCRIPT])))
    },
    "file inside": {"Names": Dictionary(EmbeddedFiles=Dictionary(Names=Array([])))},
    "file inside, deep": {"X": Array([Array([Dictionary(Y=Dictionary(EF=Dictionary()))])])},
    "on closing": {"AA": Dictionary(WC=SCRIPT)},
    "form of code": {"AcroForm": Dictionary(XFA=Array([]), Fields=Array([]))},
    "sends itself": {"OpenAction": Dictionary(S=Name.SubmitForm, F=String("https://e.example"))},
    "second action": {
        "OpenAction": Dictionary(S=Name.URI, URI=String("https://a.example"), Next=SCRIPT)
    },
}


@pytest.mark.parametrize("how", ACTIVE)
def test_a_pdf_that_acts_or_carries_files_is_refused(how: str) -> None:
    assert refusal("a.pdf", build.plain_pdf(**ACTIVE[how])) == "documents.pdf_active"


def test_a_pdf_with_a_link_is_taken() -> None:
    link = Dictionary(S=Name.URI, URI=String("https://a.example"))
    assert examine("a.pdf", build.plain_pdf(OpenAction=link))


@pytest.mark.parametrize("content", [b"%PDF-1.7\n", b"%PDF-1.7\n" + b"\xff" * 1000])
def test_a_broken_pdf_is_refused(content: bytes) -> None:
    assert refusal("a.pdf", content) == "documents.pdf_broken"


def test_a_pdf_that_unpacks_without_end_is_refused() -> None:
    """300 MB of zeros where the reader looks for objects, in 300 kB."""
    packing = zlib.compressobj(1)
    packed = packing.compress(b"0 0 ")
    packed += b"".join(packing.compress(b" " * 1_000_000) for _ in range(300)) + packing.flush()
    stream = b"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>" % len(packed)
    head = b"%PDF-1.7\n"
    body = b"1 0 obj\n" + stream + b"\nstream\n" + packed + b"\nendstream\nendobj\n"
    rows = [(0, 0, 65535), (1, len(head), 0), (2, 1, 0), (1, len(head) + len(body), 0)]
    table = b"".join(struct.pack(">BIH", *row) for row in rows)
    keys = b"<< /Type /XRef /Size 4 /W [1 4 2] /Root 2 0 R /Length %d >>" % len(table)
    xref = (
        b"3 0 obj\n" + keys + b"\nstream\n"
        + table + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % (len(head) + len(body))
    )  # fmt: skip
    assert refusal("a.pdf", head + body + xref).startswith("documents.pdf_")
    limits = pikepdf.settings.get_qpdf_limits()
    assert limits["flate_max_memory"] == uploads.UNPACKED_BYTES_MAX  # without it: 515 MB


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def test_a_picture_that_unpacks_without_end_is_refused() -> None:
    """A PNG of 60,000 by 60,000 pixels in a few kilobytes."""
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 1, 0, 0, 0, 0)
    data = zlib.compress(b"\0" * 7_501 * 1_000, 9)
    bomb = (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    )
    assert len(bomb) < 50_000
    assert refusal("a.png", bomb) == "documents.image_too_big"


def test_the_largest_picture_is_taken() -> None:
    out = BytesIO()
    Image.new("1", (10_000, 6_000)).save(out, "PNG")
    assert examine("a.png", out.getvalue()).media_type == "image/png"


def telling(kind: str, turned: int = 1) -> bytes:
    """A picture that says where and with what it was taken, and carries an archive behind it."""
    image = Image.effect_mandelbrot((60, 40), (-2, -1, 1, 1), 50).convert("RGB")
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Secret Phone"
    exif[ExifTags.Base.Orientation] = turned
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSAreaInformation] = "21.0285 N"
    words = PngInfo()
    words.add_text("Author", "Secret Author")
    words.add_itxt("XML:com.adobe.xmp", "<x>Secret XMP</x>")
    more: dict[str, Any] = {"pnginfo": words} if kind == "PNG" else {"comment": b"Secret Comment"}
    out = BytesIO()
    image.save(out, kind, exif=exif, icc_profile=b"Secret Profile", **more)
    return out.getvalue() + zipped("Secret.js", b"x")


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_is_kept_without_what_it_tells_beside_its_pixels(kind: str) -> None:
    sent = telling(kind)
    assert sent.count(b"Secret") >= 3
    kept = examine(f"a.{kind.lower()}", sent).content
    assert b"Secret" not in kept
    assert b"PK" not in kept[-300:]
    image = Image.open(BytesIO(kept))
    assert not image.getexif()
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    apart = max(ImageChops.difference(image, Image.open(BytesIO(sent))).convert("L").tobytes())
    assert apart <= (0 if kind == "PNG" else 16)  # of 255: a JPEG is rounded once more


def test_a_picture_taken_on_its_side_is_kept_upright() -> None:
    image = Image.open(BytesIO(examine("a.jpg", telling("JPEG", turned=6)).content))
    assert image.size == (40, 60)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_a_picture_of_any_kind_keeps_its_pixels(mode: str) -> None:
    source = Image.effect_mandelbrot((30, 20), (-2, -1, 1, 1), 50)
    drawn = source.convert("I").convert(mode) if mode == "I;16" else source.convert(mode)
    out = BytesIO()
    drawn.save(out, "PNG")
    kept = Image.open(BytesIO(examine("a.png", out.getvalue()).content))
    assert (kept.mode, kept.tobytes()) == (drawn.mode, drawn.tobytes())


def test_a_picture_drawn_in_the_press_colours_is_taken() -> None:
    out = BytesIO()
    Image.new("CMYK", (30, 20), (10, 20, 30, 40)).save(out, "JPEG")
    assert Image.open(BytesIO(examine("a.jpg", out.getvalue()).content)).mode == "CMYK"


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_broken_picture_is_refused(kind: str) -> None:
    whole = build.picture(kind, (400, 300))
    name = f"a.{kind.lower()}"
    assert refusal(name, whole[: len(whole) // 2]) == "documents.image_broken"
    assert refusal(name, whole[:12]) == "documents.image_broken"


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\An\\căn cước.pdf", "căn cước.pdf"),
        ("/etc/cron.d/x.pdf", "x.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie: x.pdf"),
        ("a\x00b.pdf", "ab.pdf"),
        ("\u202efdp.exe.pdf", "fdp.exe.pdf"),
        ("Nguye\u0302\u0303n.pdf", "Nguyễn.pdf"),
        ("  nhiều   dấu cách .pdf", "nhiều dấu cách .pdf"),
        ("", "document.pdf"),
        ("..", "document.pdf"),
        (".pdf", "document.pdf"),
        ("không đuôi", "không đuôi"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_a_files_name_is_made_plain(given_name: str, kept: str) -> None:
    assert clean_name(given_name, ".pdf") == kept


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_any_name_becomes_a_name_the_table_takes(name: str) -> None:
    kept = clean_name(name, ".pdf")
    assert 1 <= len(kept) <= uploads.NAME_LENGTH_MAX
    assert not set("/\\\r\n\0") & set(kept)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_bent_files_are_taken_or_refused_and_never_crash(data: st.DataObject) -> None:
    name, content = data.draw(
        st.sampled_from(
            [
                ("a.pdf", build.plain_pdf()),
                ("a.png", build.picture()),
                ("a.jpg", build.picture("JPEG")),
            ]
        )
    )
    bent = bytearray(content)
    for _ in range(data.draw(st.integers(1, 20))):
        bent[data.draw(st.integers(8, len(bent) - 1))] = data.draw(st.integers(0, 255))
    with suppress(Invalid):
        examine(name, bytes(bent))
