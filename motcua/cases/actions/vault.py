"""The vault: what people have here is offered where it is asked for, and each reuse counted.

Results and accepted papers are its components; the pack says which serves where, and until when.
"""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct, structs

from motcua import agencies, documents
from motcua.base import clock
from motcua.base.errors import Conflict, Fault, Invalid, NotAllowed, NotFound
from motcua.base.ids import SYSTEM, CaseId, DocumentId
from motcua.base.text import Text
from motcua.cases import queries
from motcua.cases.actions import reading
from motcua.cases.actions.drafting import FILES_PER_DRAFT_MAX
from motcua.cases.actions.looking import note_look
from motcua.cases.actions.procedures import InForce, Procedures
from motcua.cases.actions.seeing import seen_by
from motcua.cases.model.case import WITHDRAWAL, Case, CaseDocument, Draft
from motcua.cases.model.procedure import DocumentNeed
from motcua.cases.model.vault import Component, ComponentFile, Digitised, Held
from motcua.cases.model.view import ComponentView
from motcua.cases.rules.vault import Shelf, until
from motcua.db import City, Read, Write, events
from motcua.identity import Viewer
from motcua.web.language import Language

HELD_MAX = 500
_SIGNED = Text("Đơn có chữ ký", "Signed request")
OFFERED_MAX = 5
"""For one need; the newest."""


class Components:
    """`city[Components]`: the kinds that the pack knows."""

    def __init__(self, file: ComponentFile | None) -> None:
        self.shelf = Shelf(file.components if file else ())

    @classmethod
    def of(cls, city: City) -> "Components":
        has_any = city.pack.has("components")
        return cls(city.pack.file("components", ComponentFile) if has_any else None)


class InVault(Struct, frozen=True):
    """A component as its owner sees it."""

    held: Held
    name: Text
    kinds: list[Component]
    until: date | None
    is_expired: bool


class Offered(Struct, frozen=True):
    """What somebody has here already for a document that a form asks for."""

    key: str
    """By which it is taken: the id of a file, or the name of what a register answers."""
    name: Text
    number: str | None
    issuer: Text | None
    issued_on: date | None
    until: date | None


async def vault_of_me(db: Read) -> list[InVault]:
    """Whatever lies in the vault of the acting person, or of the organisation in whose name they
    act, newest first; of papers those that may serve again."""
    shelf = db.city[Components].shelf
    found = [_in_vault(db.city, shelf, one) for one in await _held(db)]
    return [one for one in found if one.held.reference or one.kinds]


async def component_views(db: Read, language: Language) -> list[ComponentView]:
    """The vault as machines read it."""
    return [_view(db.city, one, language) for one in await vault_of_me(db)]


def _view(city: City, one: InVault, language: Language) -> ComponentView:
    held = one.held
    is_over = one.is_expired and held.status == "valid"
    address = f"{city.settings.public_url}/verify/{held.reference}" if held.reference else None
    return ComponentView(
        document=str(held.file),
        name=one.name.within(language),
        components=[kind.code for kind in one.kinds],
        source="result" if held.reference else "paper",
        status="expired" if is_over else held.status,
        number=held.number or None,
        issuer=(held.issuer_en if language == "en" else held.issuer_vi) or None,
        signer=held.signer or None,
        holder=held.holder or None,
        issued_on=held.issued_on,
        valid_until=one.until,
        media_type=held.media_type,
        size=held.size,
        verify=address,
        uses=held.uses,
    )


async def offers(
    db: Read, known: InForce, needs: Sequence[DocumentNeed]
) -> dict[str, list[Offered]]:
    """By need what serves for it; needs for which nothing can serve ask nothing."""
    shelf, code = db.city[Components].shelf, known.procedure.code
    wanted = [need.code for need in needs if (code, need.code) in shelf.asked_by]
    if not wanted:
        return {}
    held, today = await _held(db), db.city[Procedures].local_day()
    found = {}
    for need in wanted:
        serving = list(shelf.serving(held, code, need, today))[:OFFERED_MAX]
        if serving:
            found[need] = [_offered(one, kind) for one, kind in serving]
    return found


async def take(db: Read, draft: Draft, known: InForce, need: str, file: str) -> Draft:
    """With what was offered for this need, as if it had been handed in. NotFound: it was not."""
    asked = [one for one in known.procedure.documents if one.code == need]
    offered = (await offers(db, known, asked)).get(need, [])
    one = next((one for one in offered if one.key == file), None)
    if one is None:
        raise NotFound("vault.not_offered")
    if any(given["id"] == file and given["requirement"] == need for given in draft.documents):
        return draft
    if len(draft.documents) >= FILES_PER_DRAFT_MAX:
        raise Invalid("request.faults", [Fault(f"/file-{need}", "case.too_many_documents")])
    name = f"{one.name.vi} {one.number}" if one.number else one.name.vi
    added = {"requirement": need, "id": file, "name": name}
    return structs.replace(draft, documents=[*draft.documents, added])


async def count_reuses(city: City, case_id: CaseId) -> None:
    """Which documents of a case its person had here before; each is counted once, and told."""
    async with city.database.write(SYSTEM) as db:
        found = await queries.reused_in(db, case_id, WITHDRAWAL)
        if not found:
            return
        case, shelf = await reading.case_by_id(db, case_id), city[Components].shelf
        components = []
        for one in found:
            kinds = shelf.kinds_of(one.result_code, one.procedure_code, one.earlier_requirement)
            asked = shelf.asked_by.get((case.procedure_code, one.requirement), [])
            serving = [kind.code for kind, _ in asked if kind in kinds]
            components.append(serving[0] if serving else "")
        counted = await queries.count_reuses(
            db, case.id, [one.file_id for one in found], [one.requirement for one in found],
            components, [3 if one.is_result else 2 for one in found], case.filed_by, clock.now(),
        )  # fmt: skip
        if counted:
            facts = {"results": counted.count(3), "papers": counted.count(2)}
            await events.record(
                db, "case.components_reused", case.id, person=case.applicant_id,
                agency=case.agency_code, facts=facts,
            )  # fmt: skip


# What officers write down of a digitised paper


class PaperAtDesk(Struct, frozen=True):
    case: Case
    document: CaseDocument
    file: documents.File
    name: Text
    known: Digitised | None


class Metadata(Struct, frozen=True, kw_only=True):
    number: str = ""
    issuer: str = ""
    signer: str = ""
    holder: str = ""
    summary: str = ""
    issued_on: date | None = None
    valid_until: date | None = None
    because: str = ""
    """Why it may not be taken for later requests any more; empty: it may."""


async def paper_at_desk(db: Write, viewer: Viewer, code: str, file: DocumentId) -> PaperAtDesk:
    """A document of a case with what is known of it, for an officer of the case."""
    case = await reading.open_case(db, code)
    await note_look(db, viewer, case)
    if "documents" not in await seen_by(db, viewer, case):
        raise NotAllowed("case.not_your_role")
    attached = await queries.documents_of_case(db, case.id)
    document = next((one for one in attached if one.file_id == file), None)
    found = await documents.describe(db, [file])
    if document is None or not found:
        raise NotFound("documents.no_such_file")
    known = await reading.definition(db, case)
    names = {need.code: need.name for need in known.procedure.documents}
    name = names.get(document.requirement, Text(found[0].name, found[0].name))
    return PaperAtDesk(case, document, found[0], name, await queries.digitised_paper(db, file))


async def files_of(db: Read, viewer: Viewer, case: Case) -> list[tuple[DocumentId, Text]]:
    """The documents of a case that this viewer may read, by name."""
    if "documents" not in await seen_by(db, viewer, case):
        return []
    known = await reading.definition(db, case)
    names = {need.code: need.name for need in known.procedure.documents}
    attached = await queries.documents_of_case(db, case.id)
    return [(one.file_id, names.get(one.requirement, _SIGNED)) for one in attached]


async def describe(db: Write, viewer: Viewer, code: str, file: DocumentId, told: Metadata) -> None:
    """Write down what the paper says of itself (circular 01/2023); what is withdrawn stays so."""
    paper = await paper_at_desk(db, viewer, code, file)
    places = {paper.case.agency_code, paper.case.at_agency, paper.case.taken_in_by}
    if not places & {post.agency_code for post in await agencies.posts_of(db)}:
        raise NotAllowed("case.not_your_role")  # who was only asked reads, and describes nothing
    if await _is_from_elsewhere(db, paper):
        raise Conflict("vault.described_elsewhere")
    if told.issued_on and told.valid_until and told.valid_until < told.issued_on:
        raise Invalid("request.faults", [Fault("/valid_until", "vault.ends_before_it_begins")])
    case = paper.case
    await queries.describe_paper(
        db, file, case.id, told.number, told.issuer, told.signer, told.holder, told.summary,
        told.issued_on, told.valid_until, case.at_agency, viewer.person, viewer.name, clock.now(),
        clock.now() if told.because else None, told.because or None,
    )  # fmt: skip


async def _is_from_elsewhere(db: Read, paper: PaperAtDesk) -> bool:
    """It came with an earlier case, whose officers know the paper, or it is a result."""
    found = await queries.reused_in(db, paper.case.id, WITHDRAWAL)
    counted = await queries.was_reused(db, paper.case.id, paper.file.id)
    return counted or any(one.file_id == paper.file.id for one in found)


async def _held(db: Read) -> list[Held]:
    return await queries.held_by(db, db.behalf or db.person, HELD_MAX)


def _in_vault(city: City, shelf: Shelf, held: Held) -> InVault:
    kinds = shelf.kinds(held)
    ends = next((end for kind in kinds if (end := until(kind, held))), held.stated_until)
    is_expired = ends is not None and ends < city[Procedures].local_day()
    return InVault(held, _name(held, kinds), kinds, ends, is_expired)


def _offered(held: Held, kind: Component) -> Offered:
    issuer = Text(held.issuer_vi, held.issuer_en or held.issuer_vi) if held.issuer_vi else None
    return Offered(
        str(held.file), _name(held, [kind]), held.number or None, issuer, held.issued_on,
        until(kind, held),
    )  # fmt: skip


def _name(held: Held, kinds: Sequence[Component]) -> Text:
    """Of a result as it is called; of a paper its kind, else its file's."""
    if held.name_vi:
        return Text(held.name_vi, held.name_en or held.name_vi)
    return kinds[0].name if kinds else Text(held.file_name, held.file_name)
