"""What programs see of files: hand one in, read one back."""

from typing import Any, get_args

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import ResponseSpec
from litestar.openapi.spec import OpenAPIFormat, OpenAPIType, Schema
from litestar.params import FromPath

from motcua.base.ids import DocumentId
from motcua.db import City, Write
from motcua.documents import actions
from motcua.documents.model import File, MediaType, Scan
from motcua.documents.rules.uploads import FILE_BYTES_MAX
from motcua.identity import Viewer
from motcua.web import Throttle
from motcua.web.description import answer_of, body_of
from motcua.web.files import ENVELOPE_BYTES_MAX, file_of, safely
from motcua.web.once import IdempotencyKey, once

Asking = Request[Any, Any, Any]
UPLOADS = Throttle(60, 3600, "uploads")  # by one person: more than any procedure asks for


class FileSaid(msgspec.Struct, frozen=True):
    id: DocumentId
    name: str
    media_type: str
    size: int
    sha256: str
    scan: Scan
    """`quarantined`: kept, and to be attached only when the scanner has judged it."""


@post(
    "/api/v1/documents",
    opt={"access": "person"},
    request_max_body_size=FILE_BYTES_MAX + ENVELOPE_BYTES_MAX,
    operation_class=body_of(
        "multipart/form-data", file=Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY)
    ),
    responses={
        201: ResponseSpec(FileSaid, description="The file as it is kept.", generate_examples=False)
    },
)
async def hand_in(
    request: Asking,
    city: NamedDependency[City],
    viewer: NamedDependency[Viewer],
    idempotency_key: IdempotencyKey = None,
) -> Response[bytes]:
    """A PDF, JPEG or PNG in the field `file`, up to 10 MB."""
    UPLOADS.take(viewer.person)
    name, content = await file_of(request)
    upload = await actions.examine(city, name, content)

    async def act(db: Write) -> FileSaid:
        return said(await actions.store_upload(db, upload))

    return await once(
        request,
        viewer.person,
        viewer.on_behalf_of,
        act,
        said=upload.name.encode() + upload.sent_sha256,
    )


@get(
    "/api/v1/documents/{file_id:str}",
    opt={"access": "person"},
    operation_class=answer_of(*get_args(MediaType)),
)
async def read(
    city: NamedDependency[City], viewer: NamedDependency[Viewer], file_id: FromPath[str]
) -> Response[bytes]:
    """The bytes of a file, for those who may read it."""
    async with city.database.write(viewer.person, viewer.on_behalf_of) as db:
        file, content = await actions.open_file(db, actions.file_id_of(file_id))
    return Response(content, media_type=file.media_type, headers=safely(file.name))


def said(file: File) -> FileSaid:
    return FileSaid(file.id, file.name, file.media_type, file.size, file.sha256.hex(), file.scan)


routes: list[HTTPRouteHandler] = [hand_in, read]
