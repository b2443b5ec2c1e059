"""Files over HTTP: one handed in by a form, one handed out so that a browser runs nothing of it."""

from typing import Any
from urllib.parse import quote

from litestar import Request
from litestar.datastructures import UploadFile

from motcua.base.errors import Fault, Invalid

ENVELOPE_BYTES_MAX = 65_536
"""What a multipart body may hold around its file."""


async def file_of(request: Request[Any, Any, Any], name: str = "file") -> tuple[str, bytes]:
    """Name and content of a form's file; the body's limit has bounded both."""
    field = (await request.form()).get(name)
    if not isinstance(field, UploadFile):
        raise Invalid("documents.no_file", [Fault(f"/{name}", "documents.no_file")])
    content = await field.read()
    await field.close()
    return field.filename, content


def safely(name: str, is_shown: bool = False) -> dict[str, str]:
    """Headers under which a browser saves a stranger's file, or shows it in a sandbox."""
    how = "inline" if is_shown else "attachment"
    return {
        "Content-Disposition": f"{how}; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
