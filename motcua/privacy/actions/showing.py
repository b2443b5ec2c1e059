"""What a person reads about their own data: which, why, how long, and what they may ask."""

from msgspec import Struct

from motcua import cases, identity
from motcua.base.text import Text
from motcua.db import Read
from motcua.identity import Consent, ConsentAsked, Viewer
from motcua.privacy import queries, rules
from motcua.privacy.actions.exporting import exports_of, whose_data
from motcua.privacy.model import Export, FieldHeld, PrivacyPack, Restriction


class RightOffered(Struct, frozen=True):
    code: str
    name: Text
    summary: Text


class About(Struct, frozen=True):
    """All of the page about one's own data."""

    pack: PrivacyPack
    forms: list[tuple[Text, list[FieldHeld]]]
    """What the procedures asked that the person has used."""
    consents: list[tuple[ConsentAsked, Consent | None]]
    """Each with the one in force."""
    past: list[Consent]
    rights: list[RightOffered]
    exports: list[Export]
    restrictions: list[Restriction]


async def about_me(db: Read, viewer: Viewer) -> About:
    """Copies are of the organisation that the viewer represents, where `db` is opened for it."""
    pack = db.city.pack.file("privacy", PrivacyPack)
    given = await identity.consents_of(db, viewer.person)
    in_force = {one.purpose: one for one in given if one.withdrawn_at is None}
    used = await cases.procedures_used(db, viewer)
    offered = db.city[cases.Procedures].today.values()
    return About(
        pack=pack,
        forms=[(one.short_name, rules.fields_held(one, pack)) for one in used],
        consents=[(one, in_force.get(one.id)) for one in identity.consents_asked(db.city)],
        past=[one for one in given if one.withdrawn_at is not None],
        rights=[
            RightOffered(one.procedure.code, one.procedure.short_name, one.procedure.summary)
            for one in sorted(offered, key=lambda known: known.procedure.code)
            if one.procedure.right
        ],
        exports=await exports_of(db, whose_data(db)),
        restrictions=await queries.restrictions_of(db, viewer.person),
    )
