"""The description of the API (OpenAPI): what every address may refuse follows from its rules here,
so that no room says it again, and none forgets it."""

from functools import partial
from typing import Any

from litestar._openapi.schema_generation.plugins.struct import StructSchemaPlugin
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.openapi import ResponseSpec
from litestar.openapi.spec import (
    Components,
    OpenAPIFormat,
    OpenAPIMediaType,
    OpenAPIType,
    Operation,
    Parameter,
    RequestBody,
    Schema,
    SecurityScheme,
)
from litestar.typing import FieldDefinition
from msgspec import Struct

from motcua.web.guard import SAFE_METHODS
from motcua.web.once import KEY_HEADER, KEY_LENGTH_MAX

BEARER: dict[str, list[str]] = {"bearer": []}
SIGNED: dict[str, list[str]] = {"signature": []}
COMPONENTS = Components(
    security_schemes={
        "bearer": SecurityScheme(type="http", scheme="bearer"),
        "signature": SecurityScheme(
            type="apiKey",
            name="X-Signature",
            security_scheme_in="header",
            description="A detached JWS (RFC 7515, appendix F) over exactly the bytes of the body.",
        ),
    }
)


class Problem(Struct, frozen=True, rename={"kind": "type"}):
    """The shape of a problem, for the description of the API."""

    kind: str
    title: str
    status: int
    detail: str
    instance: str
    reason: str
    errors: list[dict[str, str]] = []


PROBLEMS = {
    status: ResponseSpec(
        Problem, description=said, media_type="application/problem+json", generate_examples=False
    )
    for status, said in {
        400: "It cannot be read, or has no Idempotency-Key where one is asked for.",
        401: "Nobody is signed in, or the token fits nobody.",
        403: "Known, and still no.",
        404: "It does not exist, or not for you.",
        409: "It has moved on; `actions` say what may be done instead.",
        413: "It is larger than this address takes.",
        415: "Of a kind that this address does not take.",
        422: "`errors` name every field and what is wrong with it.",
        429: "Too many in a short time: `Retry-After` says when to come back.",
        503: "An outside party is down; come back.",
    }.items()
}
"""Every refusal has this one shape (RFC 9457)."""


def describe(handler: BaseRouteHandler) -> None:
    """Add what the house answers for every room; what a handler says itself stays."""
    if not isinstance(handler, HTTPRouteHandler) or isinstance(handler.operation_class, partial):
        return
    refused = {status: PROBLEMS[status] for status in _refusals(handler)}
    handler.responses = refused | dict(handler.responses or {})
    told: Any = partial(_operation, handler, handler.operation_class)
    handler.operation_class = told


class Closed(StructSchemaPlugin):
    """What takes no other members than its own says so, as the reader of it will."""

    def is_plugin_supported_field(self, field_definition: FieldDefinition) -> bool:
        kind: Any = field_definition.origin or field_definition.annotation
        return super().is_plugin_supported_field(field_definition) and bool(
            kind.__struct_config__.forbid_unknown_fields
        )

    def to_openapi_schema(self, field_definition: FieldDefinition, schema_creator: Any) -> Schema:
        made = super().to_openapi_schema(field_definition, schema_creator)
        made.additional_properties = False
        return made


def answer_of(*media_types: str) -> type[Operation]:
    """For a handler whose answer is a file of one of these kinds."""

    def make(**told: Any) -> Operation:
        file = Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY)
        kinds = {kind: OpenAPIMediaType(schema=file) for kind in media_types}
        told["responses"]["200"].content = kinds
        return Operation(**told)

    made: Any = make
    return made  # type: ignore[no-any-return]


def body_of(media_type: str, **properties: Schema) -> type[Operation]:
    """For a handler that reads its body itself: `@post(…, operation_class=body_of(…))`."""

    def make(**told: Any) -> Operation:
        content = Schema(
            type=OpenAPIType.OBJECT, properties=dict(properties), required=list(properties)
        )
        body = RequestBody({media_type: OpenAPIMediaType(schema=content)}, required=True)
        return Operation(**{**told, "request_body": body})

    made: Any = make
    return made  # type: ignore[no-any-return]


def _refusals(handler: HTTPRouteHandler) -> set[int]:
    """401: a token that fits nobody is refused on any address; 429 and 503 may stand anywhere."""
    found = {401, 422, 429, 503}
    if handler.opt.get("access") != "public" or any("{" in path for path in handler.paths):
        found.add(404)
    if not handler.http_methods <= SAFE_METHODS:
        found |= {400, 403, 404, 409, 413, 415}
    if handler.opt.get("access") == "officer":
        found.add(403)
    return found


def _operation(handler: HTTPRouteHandler, make: type[Operation], **told: Any) -> Operation:
    made = make(**told)
    declares_400 = 400 in (handler.responses or {})
    access = handler.opt.get("access")
    if not declares_400 and made.responses:
        made.responses.pop("400", None)  # Litestar's own guess: what it means is our 422
    made.security = [] if access == "public" else [SIGNED if access == "signed" else BEARER]
    for parameter in made.parameters or []:
        if isinstance(parameter, Parameter) and parameter.name == KEY_HEADER:
            # Read by `once` itself, whose refusal says more than Litestar's would.
            parameter.required = True
            parameter.schema = Schema(
                type=OpenAPIType.STRING, min_length=1, max_length=KEY_LENGTH_MAX
            )
    return made
