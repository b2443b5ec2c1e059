"""What a register answers in the place of a paper: offered, and taken as an extract."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

import msgspec

from motcua import documents, exchange
from motcua.base import clock
from motcua.base.errors import NotFound, Unavailable
from motcua.cases.actions.filing import Subject
from motcua.cases.actions.procedures import InForce, Procedures
from motcua.cases.actions.vault import Components, Offered
from motcua.cases.model.procedure import DocumentNeed
from motcua.cases.model.vault import AnsweredBy, Component
from motcua.cases.rules import expressions
from motcua.cases.rules.expressions import Facts
from motcua.db import City
from motcua.exchange import Answer
from motcua.identity import Viewer
from motcua.web.figures import written_day
from motcua.web.language import words

BY_REGISTER = "register:"
"""Before the code of a component that is no file yet."""
TEMPLATE = "extract.typ"


async def offers(
    city: City, viewer: Viewer, known: InForce, needs: Sequence[DocumentNeed], subject: Subject
) -> dict[str, list[Offered]]:
    """By need what a register answers for oneself. While it is down it offers nothing: then the
    paper is handed in as ever. Takes no transaction."""
    found: dict[str, list[Offered]] = {}
    for need in needs:
        for kind, asked in _answering(city, known, need.code):
            try:
                answer = await _ask(city, viewer, asked, subject)
            except Unavailable:
                continue
            if _rows(asked, answer):
                register = city[exchange.Registers].registers[asked.register].name
                key = BY_REGISTER + kind.code
                one = Offered(key, kind.name, None, register, None, None)
                found.setdefault(need.code, []).append(one)
    return found


async def take(
    city: City, viewer: Viewer, known: InForce, need: str, key: str, subject: Subject
) -> documents.Upload:
    """The extract, to be stored as if it had been handed in. NotFound: no register answers this
    need; Unavailable: it does not answer now."""
    code = key.removeprefix(BY_REGISTER)
    for kind, asked in _answering(city, known, need):
        if kind.code == code:
            answer = await _ask(city, viewer, asked, subject)
            if rows := _rows(asked, answer):
                return await _extract(city, kind, asked, rows, subject)
    raise NotFound("vault.not_offered")


def _answering(city: City, known: InForce, need: str) -> list[tuple[Component, AnsweredBy]]:
    asked = city[Components].shelf.asked_by.get((known.procedure.code, need), [])
    return [(kind, kind.register) for kind, _ in asked if kind.register]


async def _ask(city: City, viewer: Viewer, asked: AnsweredBy, subject: Subject) -> Answer:
    facts = Facts({"subject": msgspec.to_builtins(subject)})
    given = {name: expressions.read(rule).answer(facts) for name, rule in asked.with_.items()}
    return await exchange.ask(
        city, asked.register, asked.operation, given, asker=viewer.person, subject=viewer.person,
        subject_number=subject.number,
    )  # fmt: skip


def _rows(asked: AnsweredBy, answer: Answer) -> list[dict[str, Any]]:
    if answer.state == "nothing":
        return []
    rows = answer.values.get(asked.rows) or [] if asked.rows else [answer.values]
    return [row for row in rows if any(row.get(name) for name in asked.columns)]


async def _extract(
    city: City, kind: Component, asked: AnsweredBy, rows: list[dict[str, Any]], subject: Subject
) -> documents.Upload:
    register = city[exchange.Registers].registers[asked.register].name.vi
    at = city[Procedures].calendar.local(clock.now())
    facts = {
        "form": {"name": kind.name.vi},
        "issuer": {"name": register},
        "issued_on": at.date().isoformat(),
        "answered_at": at.isoformat(timespec="minutes"),
        "verify_url": city.settings.public_url,
        "place": city.pack.info.name.vi,
        "number": "",
        "reference": "",
        "signer": {"name": register, "title": ""},
        "person": {"name": subject.name, "number": subject.number},
        "columns": [label.vi for label in asked.columns.values()],
        "rows": [[_said(row.get(name)) for name in asked.columns] for row in rows],
    }
    pdf = await documents.hand_out(city, TEMPLATE, facts, None)
    digest = sha256(pdf).digest()
    return documents.Upload(f"{kind.name.vi}.pdf", "application/pdf", pdf, digest, digest, "own")


def _said(value: Any) -> str:
    if value is None:
        return ""
    return words("vi").pgettext("value", written_day(str(value), "vi"))
