"""Who is at the door: residents by the national e-ID, officers by a sign-in of their own.

viewer     who asks, and in whose name; made from a session's cookie or an access token
realm      `residents` or `officers`: two providers, two cookies, never mixed
provider   the OpenID provider of a realm, as the pack describes it
account    what a provider said about somebody, in our words
attempt    one sign-in under way, sealed in a cookie of the browser that began it
session    an open sign-in; only its digest is kept
kept form  what was sent when its session had ended, for the same person to send again
level      how well the e-ID knows the person; the lower of account and sign-in
representative  a person who, by the business register, may act in an organisation's name
"""

from motcua.identity.actions import (
    bearer,
    enrol_officer,
    meet_at_counter,
    names,
    person,
    person_with,
    provider,
    session_viewer,
)
from motcua.identity.model import KIND, Person, Provider, Realm, Viewer
from motcua.identity.rules import cookie_name

__all__ = [
    "KIND",
    "Person",
    "Provider",
    "Realm",
    "Viewer",
    "bearer",
    "cookie_name",
    "enrol_officer",
    "meet_at_counter",
    "names",
    "person",
    "person_with",
    "provider",
    "session_viewer",
]
