"""Privacy: what the city holds about people, why and how long, and what they may ask of it.

holding      one kind of data, with purpose, law, time and delicacy; words of the pack
right        what a person may ask of their own data: a procedure, carried out when it is signed
export       everything about somebody as one signed archive, made by a job, fetched for some days
erasure      somebody is forgotten; or what a law keeps is named, with the law
restriction  data is kept and not used (identity holds it; the database refuses the rest)
sweep        what time takes away is really deleted, and counted
"""

from motcua.privacy.actions.keeping import kept_for
from motcua.privacy.model import KIND
from motcua.privacy.rules import privacy_faults

__all__ = ["KIND", "kept_for", "privacy_faults"]
