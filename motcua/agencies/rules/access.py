"""Who may do what to which kind of thing, and which of its fields they see, by the pack's rules.

What of all things exists for somebody is held by the database; this decides what they may do with
what they find, and which parts of it stay closed.
"""

from collections import defaultdict
from collections.abc import Iterator

from motcua.agencies.model import WORKING, AccessFile, Held
from motcua.base.pack import Kind, Pack, PackFault, Where

ACCESS = Kind(name="access", place="access.yaml", type=AccessFile)

NOTHING: frozenset[str] = frozenset()


class Rules:
    """The rights of one pack, ready to be asked of every case of a list."""

    def __init__(self, file: AccessFile) -> None:
        self.file = file
        self._granted: dict[tuple[str, str, str], set[tuple[str, str]]] = defaultdict(set)
        for right in file.rights:
            held = {(place, role) for place in right.places for role in right.roles}
            for field in right.fields or ("",):
                self._granted[right.act, right.on, field] |= held
        self._known: dict[tuple[str, str, Held], frozenset[str]] = {}

    def may(self, act: str, on: str, held: Held, field: str = "") -> bool:
        """Whether somebody who is all this, where the thing lies, may do it; `field`: to that part.

        What no right names is refused.
        """
        return not held.isdisjoint(self._granted.get((act, on, field), NOTHING))

    def fields(self, act: str, on: str, held: Held) -> frozenset[str]:
        """Every part of such a thing that they may."""
        if (act, on, held) not in self._known:
            named = {f for a, o, f in self._granted if (a, o) == (act, on)}
            self._known[act, on, held] = frozenset(
                field for field in named if self.may(act, on, held, field)
            )
        return self._known[act, on, held]

    def acts(self, on: str, held: Held) -> frozenset[str]:
        """Everything that they may do to such a thing by right of what they are."""
        wanted = ("", on, held)
        if wanted not in self._known:
            named = {a for a, o, f in self._granted if o == on and not f}
            self._known[wanted] = frozenset(act for act in named if self.may(act, on, held))
        return self._known[wanted]


def access_faults(pack: Pack, where: Where) -> Iterator[PackFault]:
    """Roles that nobody describes, and work on cases for roles to which the database shows none."""
    if not pack.has("access"):
        return
    file = pack.file("access", AccessFile)
    for name, role in file.roles.items():
        if role.works != (name in WORKING):
            what = f"'works' does not fit the role '{name}'"
            mend = f"write 'works: true' for {', '.join(WORKING)}, and for no other"
            yield where.fault("access.yaml", ("roles", name), what, mend)
    for i, right in enumerate(file.rights):
        for j, name in enumerate(right.roles):
            if name not in file.roles and name != "applicant":
                what = f"unknown role '{name}'"
                mend = "describe it under 'roles'"
                yield where.fault("access.yaml", ("rights", i, "roles", j), what, mend)
