"""Which files are taken: PDF, JPEG and PNG, by what they are and not by what they say they are.

Nothing that would act on a reader's machine is taken, archives are not taken at all, and nothing
is unpacked beyond a limit. A picture is drawn anew (docs/notes/0018): where and with what it was
taken, and whatever else hid behind its pixels, is left behind.
"""

import hashlib
import struct
import unicodedata
from io import BytesIO
from pathlib import PurePosixPath
from threading import BoundedSemaphore

import pikepdf
from PIL import ExifTags, Image, ImageOps

from motcua.base.errors import Fault, Invalid
from motcua.documents.model import MediaType, Upload

FILE_BYTES_MAX = 10 * 1024 * 1024
NAME_LENGTH_MAX = 120
PIXELS_MAX = 60_000_000
PDF_OBJECTS_MAX = 50_000
PDF_DEPTH_MAX = 50
UNPACKED_BYTES_MAX = 64 * 1024 * 1024
PICTURES_AT_ONCE_MAX = 2  # in this process: each may hold some 400 MB of pixels for a moment
TURNED_QUALITY = 92  # of a JPEG that had to be turned upright; any other keeps its own

# For the whole process, so here where it is imported first: qpdf unpacks object streams on opening.
pikepdf.settings.set_qpdf_limits(
    flate_max_memory=UNPACKED_BYTES_MAX,
    run_length_max_memory=UNPACKED_BYTES_MAX,
    png_max_memory=UNPACKED_BYTES_MAX,
    tiff_max_memory=UNPACKED_BYTES_MAX,
    parser_max_container_size=1_000_000,
    doc_max_warnings=1_000,
)
_pictures = BoundedSemaphore(PICTURES_AT_ONCE_MAX)
Image.MAX_IMAGE_PIXELS = None  # counted below, before a pixel is unpacked

_MAGIC: dict[bytes, MediaType] = {
    b"%PDF-": "application/pdf",
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
}
_ENDINGS: dict[MediaType, tuple[str, ...]] = {
    "application/pdf": (".pdf",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
}
_ACTS = {
    "/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/GoToE", "/Rendition", "/Movie",
    "/Sound", "/RichMediaExecute",
}  # fmt: skip
_CARRIERS = {"/JS", "/JavaScript", "/EmbeddedFiles", "/EF", "/RichMediaContent", "/XFA", "/AA"}


def examine(name: str, content: bytes) -> Upload:
    """The file as it will be kept. Otherwise Invalid, at `/file`, with the reason. Blocks: may
    take some tenths of a second."""
    if not content:
        raise _refused("documents.empty")
    if len(content) > FILE_BYTES_MAX:
        raise _refused("documents.too_large", megabytes=FILE_BYTES_MAX // 1024 // 1024)
    media_type = next((kind for magic, kind in _MAGIC.items() if content.startswith(magic)), None)
    if media_type is None:
        raise _refused("documents.type_unknown")
    kept_name = clean_name(name, _ENDINGS[media_type][0])
    if not kept_name.lower().endswith(_ENDINGS[media_type]):
        raise _refused("documents.type_mismatch")
    kept = content
    if media_type == "application/pdf":
        _examine_pdf(content)
    else:
        kept = _redrawn(content, media_type)
    return Upload(kept_name, media_type, kept, _digest(kept), _digest(content))


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def clean_name(name: str, ending: str) -> str:
    """A name for people: no path, no control or direction characters, at most 120 characters."""
    last = PurePosixPath(name.replace("\\", "/")).name
    letters = unicodedata.normalize("NFC", last)
    plain = "".join(c for c in letters if not unicodedata.category(c).startswith("C"))
    plain = " ".join(plain.split()).strip(". ")
    if not plain or plain.lower() == ending.lstrip("."):
        return f"document{ending}"
    stem, dot, tail = plain.rpartition(".")
    if not dot or len(tail) > 5:
        return plain[:NAME_LENGTH_MAX]
    return stem[: NAME_LENGTH_MAX - len(tail) - 1] + "." + tail


def _examine_pdf(content: bytes) -> None:
    try:
        with pikepdf.open(BytesIO(content), suppress_warnings=True) as pdf:
            if pdf.is_encrypted:
                raise _refused("documents.pdf_encrypted")
            if len(pdf.objects) > PDF_OBJECTS_MAX:
                raise _refused("documents.pdf_too_complex")
            if len(pdf.pages) == 0:
                raise _refused("documents.pdf_broken")
            if any(_acts(thing, 0) for thing in pdf.objects) or _acts(pdf.trailer, 0):
                raise _refused("documents.pdf_active")
    except pikepdf.PasswordError:
        raise _refused("documents.pdf_encrypted") from None
    except (pikepdf.PdfError, ValueError, TypeError, RuntimeError):
        raise _refused("documents.pdf_broken") from None


def _acts(thing: object, depth: int) -> bool:
    """Does it run something, send something, or carry another file?"""
    if not isinstance(thing, pikepdf.Object) or depth > PDF_DEPTH_MAX:
        return depth > PDF_DEPTH_MAX
    if isinstance(thing, pikepdf.Array):
        parts = list(thing.as_list())
    elif isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
        names = set(thing.keys())
        if names & _CARRIERS or ("/S" in names and str(thing.get("/S")) in _ACTS):
            return True
        parts = [thing[name] for name in names]
    else:
        return False
    return any(
        _acts(part, depth + 1)
        for part in parts
        if isinstance(part, pikepdf.Object) and not part.is_indirect
    )


def _redrawn(content: bytes, media_type: MediaType) -> bytes:
    """The same pixels, upright, and nothing else of the file."""
    kind = media_type.partition("/")[2].upper()
    with _pictures:
        try:
            image: Image.Image = Image.open(BytesIO(content), formats=[kind])
            if image.width * image.height > PIXELS_MAX:
                raise _refused("documents.image_too_big", megapixels=PIXELS_MAX // 1_000_000)
            image.load()
            is_turned = image.getexif().get(ExifTags.Base.Orientation, 1) != 1
            if is_turned:
                image = ImageOps.exif_transpose(image)
            transparent = image.info.get("transparency") if kind == "PNG" else None
            image.info = {} if transparent is None else {"transparency": transparent}
            return _written(image, kind, is_turned)
        except (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, struct.error):
            raise _refused("documents.image_broken") from None


def _written(image: Image.Image, kind: str, is_turned: bool) -> bytes:
    out = BytesIO()
    if kind == "PNG":
        image.save(out, kind)
    else:
        image.save(out, kind, quality=TURNED_QUALITY if is_turned else "keep")
    return out.getvalue()


def _refused(reason: str, **facts: object) -> Invalid:
    return Invalid(reason, [Fault("/file", reason, facts)], **facts)
