"""The kit of pages: how a page looks and speaks, who may open it, and how it says no.

Words: a *page* is a struct that names its template; a *site* is what all pages of one city share;
a *question* is a field of a form as a page shows it; the *promise line* is drawn from a *promise*.
"""

from motcua.web.guard import SignInNeeded, Who
from motcua.web.plug import BODY_BYTES_MAX, build, local_path
from motcua.web.promise import Promise
from motcua.web.render import Page, SignedIn, fields_used, language_of, render, templates
from motcua.web.site import Link, Site
from motcua.web.throttle import Throttle

__all__ = [
    "BODY_BYTES_MAX",
    "Link",
    "Page",
    "Promise",
    "SignInNeeded",
    "SignedIn",
    "Site",
    "Throttle",
    "Who",
    "build",
    "fields_used",
    "language_of",
    "local_path",
    "render",
    "templates",
]
