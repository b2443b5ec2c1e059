"""What is done about people's own data: shown, handed out, forgotten, deleted in time."""

from motcua.privacy.actions.exporting import ask_export, exports_of, fetch, make_export
from motcua.privacy.actions.keeping import forget_old, sweep
from motcua.privacy.actions.rights import carry_out
from motcua.privacy.actions.showing import About, RightOffered, about_me

__all__ = [
    "About",
    "RightOffered",
    "about_me",
    "ask_export",
    "carry_out",
    "exports_of",
    "fetch",
    "forget_old",
    "make_export",
    "sweep",
]
