"""Every fault of a pack in one run: structure by the schemas, meaning by the rooms' checks."""

import difflib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from motcua.base.pack import structure
from motcua.base.pack.loose import loosely
from motcua.base.pack.reading import Pack, PackBroken, PackInfo, is_layered
from motcua.base.pack.yaml_file import PackFault, Place


class Kind(Struct, frozen=True, kw_only=True):
    """A kind of file in a pack. `place` is a file (`calendar.yaml`) or a folder (`procedures/`)."""

    name: str
    place: str
    type: type

    def holds(self, path: Path, folder: Path) -> bool:
        inside = path.relative_to(folder).as_posix()
        if self.place.endswith("/"):
            return inside == f"{self.place}{path.name}"
        return inside == self.place


PACK = Kind(name="pack", place="pack.yaml", type=PackInfo)


class Where:
    """Gives the checks the line of what they found wrong."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack

    def fault(self, file: str, place: Place, what: str, mend: str) -> PackFault:
        """`file` inside the pack (`procedures/1.000001.yaml`): the child's, else the parent's."""
        path = next((p for f in self._pack.folders if (p := f / file).is_file()), None)
        if path is None:
            return PackFault(str(self._pack.folders[0] / file), 1, what, mend)
        return self._pack.source(path).fault(place, what, mend)


Check = Callable[[Pack, Where], Iterable[PackFault]]


def faults(folder: Path, kinds: Sequence[Kind], checks: Sequence[Check]) -> list[PackFault]:
    """Sorted by file and line, each once. Parents are checked too: the city runs on both."""
    if not (folder / "pack.yaml").is_file():
        missing = "there is no pack.yaml here"
        return [PackFault(str(folder), 1, missing, "name the folder of a pack")]
    try:
        pack = Pack(folder, decode=loosely)
        found = {*_structure(pack, (PACK, *kinds))}
        for check in checks:
            found.update(_asked(check, pack))
    except PackBroken as broken:
        found = {*broken.faults}
    return sorted(found or _as_the_platform_reads(folder, kinds))


def _as_the_platform_reads(folder: Path, kinds: Sequence[Kind]) -> Iterator[PackFault]:
    """The last word, where a struct refuses what its JSON Schema cannot say."""
    pack = Pack(folder)
    for kind in (PACK, *kinds):
        name = kind.place.removesuffix("/").removesuffix(".yaml")
        try:
            if kind.place.endswith("/"):
                pack.folder(name, kind.type)
            elif pack.has(name):
                pack.file(name, kind.type)
        except PackBroken as broken:
            yield from broken.faults


def schema(kind: Kind) -> dict[str, Any]:
    """JSON Schema 2020-12 of a kind of file; what editors complete and check with."""
    return structure.schema(kind.type)


def _asked(check: Check, pack: Pack) -> Iterator[PackFault]:
    try:
        yield from check(pack, Where(pack))
    except PackBroken as broken:
        yield from broken.faults


def _structure(pack: Pack, kinds: Sequence[Kind]) -> Iterator[PackFault]:
    for folder in pack.folders:
        is_child = folder != pack.folders[-1]
        for path in sorted(folder.rglob("*.y*ml")):
            file = pack.source(path)
            yield from file.faults
            kind = next((k for k in kinds if k.holds(path, folder)), None)
            if kind is None:
                places = [k.place for k in kinds]
                inside = path.relative_to(folder).as_posix()
                near = difflib.get_close_matches(inside, places, 1)
                mend = f"did you mean {near[0]}?" if near else f"places: {', '.join(places)}"
                yield file.fault((), "no kind of file lies here", mend)
            elif not file.faults or file.value is not None:
                partial = is_child and is_layered(kind.type)
                yield from structure.breaches(file, kind.type, partial=partial)
