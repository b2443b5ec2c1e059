"""Which parts of a case somebody sees: by what they are where it lies, as the pack's rights say."""

from collections.abc import Iterable

from motcua import agencies
from motcua.cases.model.case import Case
from motcua.db import City, Read
from motcua.identity import Viewer


def held(viewer: Viewer, case: Case, posts: Iterable[agencies.Post]) -> agencies.Held:
    """What the viewer is, seen from this case. `posts`: theirs where it lies, at the least."""
    if not viewer.is_officer:
        return frozenset({("own", "applicant")})
    lies = {"hand": case.at_agency, "receiver": case.agency_code, "counter": case.counter_code}
    found = {(place, p.role) for p in posts for place in lies if p.agency_code == lies[place]}
    if ("hand", case.step_role) in found:
        found.add(("step", case.step_role))
    if not found and viewer.person in (case.filed_by, case.applicant_id):
        return frozenset({("own", "applicant")})
    # The database shows it to officers of no other agencies than those that were asked about it or
    # had it before; which of these theirs is makes no difference to what they see.
    return frozenset(found or {("beside", role) for role in agencies.WORKING})


def seen(city: City, viewer: Viewer, case: Case, posts: Iterable[agencies.Post]) -> frozenset[str]:
    """The parts of the case that are open to this viewer; the names are those of `access.yaml`."""
    return city[agencies.Access].fields("see", "case", held(viewer, case, posts))


async def seen_by(db: Read, viewer: Viewer, case: Case) -> frozenset[str]:
    """As `seen`, where nothing was read yet of what the viewer is."""
    lies = (case.at_agency, case.agency_code, case.counter_code)
    places = [code for code in lies if code]
    posts = await agencies.posts_of(db, places) if viewer.is_officer else []
    return seen(db.city, viewer, case, posts)
