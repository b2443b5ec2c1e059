"""A pack: a folder of YAML that makes the platform some city's, read once into frozen structs."""

from motcua.base.pack.checking import PACK, Check, Kind, Where, faults, schema
from motcua.base.pack.reading import Currency, Pack, PackBroken, PackInfo
from motcua.base.pack.yaml_file import PackFault, Place

__all__ = [
    "PACK",
    "Check",
    "Currency",
    "Kind",
    "Pack",
    "PackBroken",
    "PackFault",
    "PackInfo",
    "Place",
    "Where",
    "faults",
    "schema",
]
