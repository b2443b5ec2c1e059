"""Typesetting: a template of the pack and what it says become a PDF/A-2a that screen readers read.

The paper's facts go in as JSON in one input of the template, never as source, so nothing a person
wrote is ever run. Equal facts give equal bytes.
"""

import re
import threading
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import segno
import typst

from motcua.documents.model import FONTS

# A template that names a package would fetch it from the network at the first paper.
_PACKAGE = re.compile(r"@(preview|local)\b")


def typeset(template: Path, facts: Mapping[str, Any]) -> bytes:
    """The paper that `template` makes of `facts`, with the QR code of `facts["verify_url"]`.

    Whatever typst warns of is a fault of the template and stops the paper: its font fallbacks and
    missing letters would otherwise end in an archive. Blocks for some milliseconds.
    """
    data = {**facts, "qr": qr_code(facts["verify_url"])}
    text = msgspec.json.encode(data).decode()
    folder = _root(template)
    compiler, lock = _compiler(folder)
    with lock:
        pdf, warnings = compiler.compile_with_warnings(
            input=str(template),
            format="pdf",
            sys_inputs={"data": text},
            pdf_standards=["a-2a", "ua-1"],
        )
    if warnings:
        raise ValueError(f"{template.name}: {warnings[0].message}")
    assert isinstance(pdf, bytes)
    return pdf


def qr_code(url: str) -> str:
    """The link as SVG. Level M survives a fold and a stamp; the border is in the drawing."""
    return str(segno.make_qr(url, error="m").svg_inline(border=2, omitsize=True))


def _root(template: Path) -> Path:
    """What a template may read: its folder; in a pack also the pack's other folders."""
    folder = template.parent
    return folder.parent if (folder.parent / "pack.yaml").is_file() else folder


@cache
def _compiler(folder: Path) -> tuple[typst.Compiler, threading.Lock]:
    for source in folder.glob("**/*.typ"):
        if _PACKAGE.search(source.read_text()):
            raise ValueError(
                f"{source}: packages are not allowed; put the file beside the template"
            )
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)]
    )
    compiler = typst.Compiler(root=str(folder), font_paths=fonts, ignore_system_fonts=True)
    return compiler, threading.Lock()
