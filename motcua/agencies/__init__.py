"""Agencies: the offices of the city, and the posts that officers hold in them.

An *agency* receives and decides; an *authority* is what only one agency may do; a *post* is one
officer's role in one agency, from a day on.
"""

from motcua.agencies.actions import Agencies, appoint, holds, posts_of, roles_in
from motcua.agencies.model import Agency, AgencyFile, AgencyKind, Post
from motcua.agencies.rules import AGENCIES, agency_faults, known_codes

__all__ = [
    "AGENCIES",
    "Agencies",
    "Agency",
    "AgencyFile",
    "AgencyKind",
    "Post",
    "agency_faults",
    "appoint",
    "holds",
    "known_codes",
    "posts_of",
    "roles_in",
]
