"""What the payer sees: the sum and why, the way to the bank, and whether the money has arrived."""

from typing import Any, ClassVar
from uuid import UUID

import segno
from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from markupsafe import Markup

from motcua.base.errors import NotAllowed, NotFound
from motcua.db import City
from motcua.identity import Viewer
from motcua.payments import actions
from motcua.payments.model import BankPlace, Line, Payment
from motcua.web.render import Page, render

QR_SCALE = 5  # pixels a module: about 5 cm on a screen, which a phone reads at arm's length


class Show(Page):
    """The bill: one red button to the bank, or the code for a banking app."""

    template: ClassVar[str] = "payments/show.html"

    id: UUID
    thing_code: str
    reference: str
    lines: list[Line]
    bank: BankPlace
    account: str
    payment: Payment
    qr: Markup | None


class Return(Page):
    """Back from the bank. What the browser brings along is not believed; the books are."""

    template: ClassVar[str] = "payments/return.html"

    id: UUID
    thing_code: str
    payment: Payment


@get("/pay/{request_id:uuid}", opt={"access": "person"})
async def show(
    request: Request[Any, Any, Any],
    city: NamedDependency[City],
    viewer: NamedDependency[Viewer],
    request_id: FromPath[UUID],
) -> Response[bytes]:
    _for_the_payer(viewer)
    _must_pay(viewer)
    async with city.database.read(viewer.person, viewer.on_behalf_of) as db:
        bill = await actions.bill(db, request_id)
    page = Show(
        id=request_id,
        thing_code=bill.request.thing_code,
        reference=bill.request.reference,
        lines=bill.lines,
        bank=bill.bank,
        account=bill.account,
        payment=bill.payment,
        qr=qr_svg(bill.payment.qr) if bill.payment.qr else None,
    )
    return render(page, request)


# A link and not a form: it changes nothing here, and a strict content policy lets no form of ours
# lead to another origin.
@get("/pay/{request_id:uuid}/bank", opt={"access": "person"})
async def to_bank(
    city: NamedDependency[City], viewer: NamedDependency[Viewer], request_id: FromPath[UUID]
) -> Redirect:
    _for_the_payer(viewer)
    _must_pay(viewer)
    async with city.database.read(viewer.person, viewer.on_behalf_of) as db:
        return Redirect(await actions.order_url(db, request_id), status_code=303)


@get("/pay/{request_id:uuid}/return", opt={"access": "person"})
async def back(
    request: Request[Any, Any, Any],
    city: NamedDependency[City],
    viewer: NamedDependency[Viewer],
    request_id: FromPath[UUID],
) -> Response[bytes]:
    _for_the_payer(viewer)
    async with city.database.read(viewer.person, viewer.on_behalf_of) as db:
        bill = await actions.bill(db, request_id)
    if "hx-request" in request.headers and bill.payment.state == "open":
        # The page asks by itself; nothing new, so nothing is read out again.
        return Response(b"", status_code=204)
    return render(
        Return(id=request_id, thing_code=bill.request.thing_code, payment=bill.payment), request
    )


def _for_the_payer(viewer: Viewer) -> None:
    """Officers see what is owed where they see the case, and there it is written down."""
    if viewer.is_officer:
        raise NotFound("payment.not_found")


def _must_pay(viewer: Viewer) -> None:
    """An organisation lets some file for it, and others pay."""
    if not viewer.may("pays"):
        raise NotAllowed("identity.role_missing")


def qr_svg(payload: str) -> Markup:
    """Dark on light in both modes: scanners expect it so. The page gives it its name."""
    code = segno.make_qr(payload, error="m", boost_error=False)
    return Markup(code.svg_inline(dark="#000", light="#fff", scale=QR_SCALE))


routes: list[Any] = [show, to_bank, back]
