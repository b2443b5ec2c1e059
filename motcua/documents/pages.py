"""The page behind the QR code: is this paper real, and does it still hold?"""

from datetime import date, datetime
from typing import Any, ClassVar, Literal

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import ResponseSpec
from litestar.openapi.spec import OpenAPIType, Schema
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from msgspec import Struct, structs

from motcua.base.errors import NotFound
from motcua.base.text import Text
from motcua.db import City
from motcua.documents import actions
from motcua.documents.model import Record, Shown, Verdict
from motcua.documents.rules import papers
from motcua.documents.rules.verdict import FILE_BYTES_MAX
from motcua.web import Page, Throttle, language_of, render
from motcua.web.description import body_of
from motcua.web.files import ENVELOPE_BYTES_MAX, file_of

Asking = Request[Any, Any, Any]

TRIES, TRY_SECONDS = 10, 60
NUMBER_LENGTH_MAX = 40
REFERENCE_LENGTH_MAX = 60

_by_client = Throttle(TRIES, TRY_SECONDS, "verify_client")
_by_reference = Throttle(TRIES, TRY_SECONDS, "verify_paper")
_files_by_client = Throttle(TRIES, TRY_SECONDS, "verify_file")


class Kind(Struct, frozen=True):
    code: str
    name: str


class RecordSaid(Struct, frozen=True):
    """The record of a paper for programs, in the reader's language."""

    reference: str
    issuer: str
    kind: Kind
    number: str
    issued_on: date
    status: str
    status_since: datetime
    sha256: str


class HolderSaid(RecordSaid, frozen=True):
    """And of whom the paper speaks; null where the number typed is not on it."""

    holder: Shown | None


Finding = Literal["same", "other_file", "not_ours", "unsigned", "changed", "unclear"]


class Seen(Page):
    """One paper as the record has it."""

    template: ClassVar[str] = "documents/verify.html"
    reference: str
    spaced: str
    """The reference as it is printed."""
    kind: Text
    issuer: Text
    number: str
    issued_on: date
    status: str
    status_since: datetime
    holder: Shown | None = None
    """Shown after the right number was typed."""
    is_wrong: bool = False
    """A number was typed, and it is not the paper's."""
    finding: Finding | None = None
    """What came of the file that was dropped here."""


class Asked(Page):
    """Where one arrives without a reference: type it, or drop the file."""

    template: ClassVar[str] = "documents/verify_start.html"
    finding: Finding | None = None
    typed: str = ""
    is_unknown: bool = False


@get("/verify", opt={"access": "public"}, include_in_schema=False)
async def start(
    request: Asking, city: NamedDependency[City], reference: FromQuery[str] = ""
) -> Response[Any] | Redirect:
    typed = papers.plain_reference(reference[:REFERENCE_LENGTH_MAX])
    if not typed:
        return render(Asked(), request)
    try:
        found = await actions.record_of(city, typed)
    except NotFound:
        return render(Asked(typed=papers.grouped(typed), is_unknown=True), request, status=404)
    return Redirect(f"/verify/{found.reference}", status_code=303)


@get(
    "/verify/{reference:str}",
    opt={"access": "public"},
    responses={
        200: ResponseSpec(
            RecordSaid, description="The record; to a browser, its page.", generate_examples=False
        )
    },
)
async def look(
    request: Asking, city: NamedDependency[City], reference: FromPath[str]
) -> Response[Any]:
    """Who issued the paper, its kind, number and day, and whether it still holds. No person."""
    record = await actions.record_of(city, reference)
    if wants_page(request):
        return render(_seen(record), request)
    return Response(_said(record, request), headers={"Cache-Control": "no-cache"})


@post(
    "/verify/{reference:str}",
    opt={"access": "public"},
    status_code=200,
    operation_class=body_of("application/json", number=Schema(type=OpenAPIType.STRING)),
    responses={
        200: ResponseSpec(
            HolderSaid, description="The record; to a browser, its page.", generate_examples=False
        )
    },
)
async def look_closer(
    request: Asking, city: NamedDependency[City], reference: FromPath[str]
) -> Response[Any]:
    """The same, and of whom the paper speaks, for one who types the personal number on it."""
    _count(request, reference)
    form = await request.json() if _is_json(request) else await request.form()
    typed = form.get("number") if hasattr(form, "get") else None
    number = typed[:NUMBER_LENGTH_MAX] if isinstance(typed, str) else ""
    shown = await actions.show_holder(city, reference, number)
    record = await actions.record_of(city, reference)
    never_kept = {"Cache-Control": "no-store"}
    if wants_page(request):
        page = _seen(record, holder=shown, is_wrong=shown is None)
        return render(page, request, headers=never_kept)
    said = HolderSaid(**structs.asdict(_said(record, request)), holder=shown)
    return Response(said, headers=never_kept)


@post(
    "/verify/file",
    opt={"access": "public"},
    status_code=200,
    guards=[_files_by_client],
    request_max_body_size=FILE_BYTES_MAX + ENVELOPE_BYTES_MAX,
)
async def check_file(request: Asking, city: NamedDependency[City]) -> Response[Any]:
    """Is the file dropped here the very paper of the record? A copied QR code is not enough."""
    _, content = await file_of(request)
    verdict, record, is_same = await actions.check_file(city, content)
    finding = _finding(verdict, record, is_same)
    if wants_page(request):
        page: Page = _seen(record, finding=finding) if record else Asked(finding=finding)
        return render(page, request, headers={"Cache-Control": "no-store"})
    said = {
        "finding": finding,
        "verdict": verdict,
        "record": _said(record, request) if record else None,
    }
    return Response(said, headers={"Cache-Control": "no-store"})


@get(
    "/trust.pem",
    opt={"access": "public"},
    include_in_schema=False,
    media_type="application/x-pem-file",
)
async def trust(city: NamedDependency[City]) -> Response[bytes]:
    """The certificates by which papers of this city are checked off line."""
    anchors = actions.trust_anchors(city.settings)
    if not anchors:
        raise NotFound("documents.no_trust_anchor")
    return Response(anchors)


def wants_page(request: Asking) -> bool:
    return "text/html" in request.headers.get("accept", "")


def _is_json(request: Asking) -> bool:
    return request.content_type[0] == "application/json"


def _count(request: Asking, reference: str) -> None:
    _by_client.take_from(request)
    _by_reference.take(papers.plain_reference(reference))


def _seen(
    record: Record,
    holder: Shown | None = None,
    is_wrong: bool = False,
    finding: Finding | None = None,
) -> Seen:
    return Seen(
        reference=record.reference,
        spaced=papers.grouped(record.reference),
        kind=Text(record.kind_name_vi, record.kind_name_en),
        issuer=Text(record.issuer_name_vi, record.issuer_name_en),
        number=record.number,
        issued_on=record.issued_on,
        status=record.status,
        status_since=record.status_since,
        holder=holder,
        is_wrong=is_wrong,
        finding=finding,
    )


def _said(record: Record, request: Asking) -> RecordSaid:
    language = language_of(request)
    return RecordSaid(
        reference=record.reference,
        issuer=Text(record.issuer_name_vi, record.issuer_name_en).within(language),
        kind=Kind(
            record.kind_code, Text(record.kind_name_vi, record.kind_name_en).within(language)
        ),
        number=record.number,
        issued_on=record.issued_on,
        status=record.status,
        status_since=record.status_since,
        sha256=record.sha256.hex(),
    )


def _finding(verdict: Verdict, record: Record | None, is_same: bool) -> Finding:
    if is_same:
        return "same"
    if verdict.outcome == "valid":
        return "other_file"
    if verdict.outcome == "invalid":
        return "not_ours" if verdict.reason == "untrusted" else "changed"
    return "unsigned" if verdict.reason in ("no_signature", "not_a_pdf") else "unclear"


routes: list[HTTPRouteHandler] = [start, look, look_closer, check_file, trust]
