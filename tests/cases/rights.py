"""What roles may do to a case in the hands of their agency, as the sample pack's rights say."""

from collections.abc import Iterable
from pathlib import Path

from motcua.agencies import AccessFile
from motcua.agencies.rules.access import Rules
from motcua.base.pack import Pack

PACK = Path(__file__).parents[2] / "packs" / "sample"
RULES = Rules(Pack.read(PACK).file("access", AccessFile))


def grants(roles: Iterable[str]) -> frozenset[str]:
    return RULES.acts("case", frozenset({("hand", role) for role in roles}))
