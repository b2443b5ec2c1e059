"""Every refusal and error, as problem details (RFC 9457) or as a page, in one place."""

import logging
import traceback
from collections.abc import Callable, Mapping
from typing import Any, ClassVar
from urllib.parse import urlencode, urlsplit

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException

from motcua.base.errors import (
    Conflict,
    Fault,
    Invalid,
    NotAllowed,
    NotFound,
    Refusal,
    Unavailable,
)
from motcua.web import reasons
from motcua.web.envelope import note_refusal, number_of
from motcua.web.guard import SignInNeeded
from motcua.web.language import Language, words
from motcua.web.once import KeyMissing
from motcua.web.render import Page, language_of, render, renderer_of

log = logging.getLogger("motcua.error")

STATUS: dict[type[Refusal], int] = {
    SignInNeeded: 401,
    NotAllowed: 403,
    NotFound: 404,
    Conflict: 409,
    Invalid: 422,
    KeyMissing: 400,
    Unavailable: 503,
}
RETRY_SECONDS = 30
# Litestar's own errors, by status. What is not here is a wrong request: 400.
REASONS = {
    401: "web.sign_in_needed",
    403: "web.not_allowed",
    404: "web.not_found",
    405: "web.wrong_method",
    413: "web.too_large",
    415: "web.wrong_media_type",
    422: "web.invalid",
    429: "web.too_many",
    503: "web.unavailable",
}
# The titles of problems and of pages.
TITLES = {
    400: "We could not read this request",
    401: "Please sign in",
    403: "You may not open this",
    404: "There is nothing here",
    405: "This page cannot do that",
    409: "This has changed in the meantime",
    413: "This is too large",
    415: "We cannot read this kind of file",
    422: "Something must be put right",
    429: "Too many tries in a short time",
    500: "Something broke on our side",
    503: "A service we need does not answer",
}


class Refused(Page):
    """An error in words: what happened, what it means for you, what to do."""

    template: ClassVar[str] = "refused.html"
    status: int
    title: str
    happened: str
    meaning: str
    advice: str
    faults: list[str]
    number: str


def answer_refusal(request: Request[Any, Any, Any], refusal: Refusal) -> Response[Any]:
    status = next(STATUS[kind] for kind in type(refusal).__mro__ if kind in STATUS)
    headers = {"Retry-After": str(RETRY_SECONDS)} if status == 503 else {}
    if isinstance(refusal, SignInNeeded):
        if wants_page(request):
            return _to_sign_in(request, refusal)
        headers["WWW-Authenticate"] = "Bearer"
    faults = refusal.faults if isinstance(refusal, Invalid) else []
    return _answer(request, status, refusal.reason, refusal.facts, faults, headers)


def answer_litestar(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """Its own sentences are English and may repeat what was sent: only its status is used."""
    status = 422 if isinstance(error, ValidationException) else error.status_code
    if status >= 500:
        return answer_bug(request, error)
    given = error.headers or {}
    headers = {k: v for k, v in given.items() if k.lower() in ("retry-after", "allow")}
    faults = _faults_of_litestar(error) if status == 422 else []
    return _answer(request, status, REASONS.get(status, "web.bad_request"), {}, faults, headers)


def answer_msgspec(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """A body that is not what the address takes; msgspec names the first fault only."""
    pointer, reason = "", "web.wrong_shape"
    if isinstance(error, msgspec.ValidationError):
        pointer = _pointer(str(error))
        return _answer(request, 422, "web.invalid", {}, [Fault(pointer, reason)], {})
    return _answer(request, 400, "web.bad_request", {}, [], {})


def answer_bug(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Logged once under the request's number: kind and places, never a message (it may quote)."""
    frames = traceback.extract_tb(error.__traceback__)
    told = {
        "request": number_of(request.scope),
        "failure": f"{type(error).__module__}.{type(error).__qualname__}",
        "where": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-8:]],
    }
    log.error("failed", extra=told)
    return _answer(request, 500, "web.bug", {}, [], {})


HANDLERS: dict[type[Exception] | int, Callable[..., Response[Any]]] = {
    Refusal: answer_refusal,
    msgspec.MsgspecError: answer_msgspec,
    HTTPException: answer_litestar,
    Exception: answer_bug,
}


def wants_page(request: Request[Any, Any, Any]) -> bool:
    return (
        "text/html" in request.headers.get("accept", "")
        and not request.url.path.startswith("/api/")
        and request.headers.get("authorization") is None
    )


def _answer(
    request: Request[Any, Any, Any],
    status: int,
    reason: str,
    facts: Mapping[str, object],
    faults: list[Fault],
    headers: dict[str, str],
) -> Response[Any]:
    note_refusal(request.scope, reason)
    language = language_of(request)
    said = reasons.sentence(reason, facts, language)
    if wants_page(request):
        page = _page(request, language, status, said, faults)
        return render(page, request, status, headers, language)
    title = words(language).gettext(TITLES.get(status, TITLES[400]))
    errors = [
        {
            "pointer": f.pointer,
            "detail": reasons.sentence(f.reason, f.facts, language),
            "reason": f.reason,
        }
        for f in faults
    ]
    problem: dict[str, object] = {
        # Facts come first, so that none of them can pass for the problem's own members.
        **{name: msgspec.to_builtins(value, enc_hook=str) for name, value in facts.items()},
        "type": f"/problems/{reason}",
        "title": title,
        "status": status,
        "detail": said,
        "instance": f"urn:request:{number_of(request.scope)}",
        "reason": reason,
        **({"errors": errors} if errors else {}),
    }
    return Response(
        msgspec.json.encode(problem),
        status_code=status,
        headers={"Content-Language": language, "Cache-Control": "no-store", **headers},
        media_type="application/problem+json",
    )


def _page(
    request: Request[Any, Any, Any],
    language: Language,
    status: int,
    said: str,
    faults: list[Fault],
) -> Refused:
    say = words(language)
    kind = str(status if status in TITLES else 400)
    return Refused(
        status=status,
        title=say.gettext(TITLES.get(status, TITLES[400])),
        happened=said,
        meaning=say.pgettext("meaning", kind),
        advice=say.pgettext("advice", kind),
        faults=[reasons.sentence(f.reason, f.facts, language) for f in faults],
        number=number_of(request.scope),
    )


def _to_sign_in(request: Request[Any, Any, Any], refusal: SignInNeeded) -> Response[Any]:
    """Back to where the person was going; after a form was sent, to the page it stands on."""
    site = renderer_of(request).site
    to = refusal.door or (site.desk_sign_in if refusal.is_desk else site.sign_in)
    from_page = urlsplit(request.headers.get("referer", ""))
    own = (site.origin, f"{request.url.scheme}://{request.headers.get('host', '')}")
    back = site.home
    if request.method == "GET":
        back = _local(request.url.path, request.url.query)
    elif f"{from_page.scheme}://{from_page.netloc}" in own:
        back = _local(from_page.path, from_page.query)
    cookies = []
    if refusal.kept:
        cookies.append(refusal.kept.cookie)
        back = f"{refusal.kept.address}?{urlencode({'next': back})}"
    head = {"Location": f"{to}?{urlencode({'next': back})}"}
    return Response(b"", status_code=303, headers=head, cookies=cookies)


def _local(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path


def _faults_of_litestar(error: HTTPException) -> list[Fault]:
    extra = error.extra if isinstance(error.extra, list) else []
    keys = [str(part.get("key", "")) for part in extra if isinstance(part, dict)]
    return [
        Fault(_pointer(f"`$.{key}`" if key != "data" else ""), "web.wrong_shape") for key in keys
    ]


def _pointer(message: str) -> str:
    """msgspec's `Expected … - at `$.a[0].b`` as /a/0/b."""
    _, found, path = message.rpartition("`$")
    if not found:
        return ""
    return path.rstrip("`").replace("[", ".").replace("]", "").replace(".", "/")
