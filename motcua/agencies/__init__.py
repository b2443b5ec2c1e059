"""Agencies: the offices of the city, what they decide, and the posts that officers hold in them.

An *agency* receives and decides; an *authority* is what only one agency may do; a *counter* takes
cases in for whoever decides them; a *unit* is a part of an agency; a *post* is one officer's role
in one agency, from a day on, with its *title*; who *stands in* holds an absent officer's role; a
*right* is what a role may do to a kind of thing, or to some of its fields.
"""

from motcua.agencies.actions import (
    Access,
    Agencies,
    appoint,
    come_back,
    dismiss,
    held_in,
    holds,
    posts_of,
    roles_in,
    stand_in,
    stand_ins_of,
    where_may,
)
from motcua.agencies.model import (
    WORKING,
    AccessFile,
    Agency,
    AgencyFile,
    AgencyKind,
    CompetenceFile,
    Held,
    Matter,
    Post,
    StandIn,
    Title,
    Unit,
)
from motcua.agencies.rules.access import ACCESS, access_faults
from motcua.agencies.rules.checking import (
    AGENCIES,
    COMPETENCE,
    agency_faults,
    competence_faults,
    known_codes,
)

__all__ = [
    "ACCESS",
    "AGENCIES",
    "COMPETENCE",
    "WORKING",
    "Access",
    "AccessFile",
    "Agencies",
    "Agency",
    "AgencyFile",
    "AgencyKind",
    "CompetenceFile",
    "Held",
    "Matter",
    "Post",
    "StandIn",
    "Title",
    "Unit",
    "access_faults",
    "agency_faults",
    "appoint",
    "come_back",
    "competence_faults",
    "dismiss",
    "held_in",
    "holds",
    "known_codes",
    "posts_of",
    "roles_in",
    "stand_in",
    "stand_ins_of",
    "where_may",
]
