"""Score: how well the city keeps its word, counted from the history of cases and from nothing else.

count      how often something happened, in a month or a day, along a cut
cut        the whole city, an agency, a field, a procedure, these within an agency, an officer
fold       add what happened since to the counts: after the acts, each event once
edition    all counts together; one is shown while another may be counted anew beside it
gap        the number of an event that nobody can see yet
figure     a sum of counts over another, as the pack says; a *tile* where it is shown by itself
framework  figures that a rule lays down, with their points
floor      of fewer cases than this the public is told nothing
"""

from motcua.score.actions import cases_behind, fold, rebuild, tell
from motcua.score.model import Asked, CaseBehind, Counts, Rebuilt
from motcua.score.rules.marking import KIND, score_faults
from motcua.score.rules.periods import period

__all__ = [
    "KIND",
    "Asked",
    "CaseBehind",
    "Counts",
    "Rebuilt",
    "cases_behind",
    "fold",
    "period",
    "rebuild",
    "score_faults",
    "tell",
]
