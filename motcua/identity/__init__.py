"""Who is at the door: residents by the national e-ID, officers by a sign-in of their own.

viewer     who asks, and in whose name; made from a session's cookie or an access token
realm      `residents` or `officers`: two providers, two cookies, never mixed
provider   the OpenID provider of a realm, as the pack describes it
account    what a provider said about somebody, in our words
attempt    one sign-in under way, sealed in a cookie of the browser that began it
session    an open sign-in; only its digest is kept
key        a person's own, outside the database: what is theirs lies sealed with it and goes with it
restriction  a person's data is kept and not used, at their request
kept form  what was sent when its session had ended, for the same person to send again
assurance  how sure the city may be, on two axes: who somebody is, and that it is they who sign in
level      the first of them, as screens call it; the lower of account and sign-in
proof      that whoever shows a token holds the key to which it is bound
passkey    by which an officer signs in: no false page can use it, and there is nothing to tell one
enrolment  leave for an officer to make a passkey, given by one administrator or by two
representative  a person who, by the business register, may act in an organisation's name
"""

from motcua.identity.actions import (
    SEALED,
    Keys,
    Proof,
    agrees,
    bearer,
    consents_asked,
    consents_of,
    correct_contact,
    destroy_again,
    enrol_officer,
    erase_person,
    give_consent,
    invite,
    is_restricted,
    lift_restrictions,
    meet_at_counter,
    meet_organisation,
    must_be_fresh,
    name_administrator,
    names,
    person,
    person_with,
    provider,
    restrict,
    seal,
    seal_old_people,
    seal_some,
    session_viewer,
    unseal,
    unseal_some,
    withdraw_consent,
)
from motcua.identity.model import (
    CONSENTS,
    EMAIL,
    KIND,
    ORDINARY,
    Assurance,
    Consent,
    ConsentAsked,
    Person,
    Provider,
    Realm,
    Viewer,
)
from motcua.identity.rules import cookie_name

__all__ = [
    "CONSENTS",
    "EMAIL",
    "KIND",
    "ORDINARY",
    "SEALED",
    "Assurance",
    "Consent",
    "ConsentAsked",
    "Keys",
    "Person",
    "Proof",
    "Provider",
    "Realm",
    "Viewer",
    "agrees",
    "bearer",
    "consents_asked",
    "consents_of",
    "cookie_name",
    "correct_contact",
    "destroy_again",
    "enrol_officer",
    "erase_person",
    "give_consent",
    "invite",
    "is_restricted",
    "lift_restrictions",
    "meet_at_counter",
    "meet_organisation",
    "must_be_fresh",
    "name_administrator",
    "names",
    "person",
    "person_with",
    "provider",
    "restrict",
    "seal",
    "seal_old_people",
    "seal_some",
    "session_viewer",
    "unseal",
    "unseal_some",
    "withdraw_consent",
]
