"""The pack as the platform uses it: what the child says, else what its parent says."""

from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from motcua.base.pack import structure, yaml_file
from motcua.base.pack.yaml_file import PackFault, YamlFile
from motcua.base.text import Text

FILES_MAX = 2000  # in one folder of a pack
PARENTS_MAX = 3

T = TypeVar("T")
Decode = Callable[[object, type[Any]], Any]


class Currency(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    code: Annotated[str, Meta(pattern=r"^[A-Z]{3}$", description="ISO 4217, such as VND.")]
    number: Annotated[str, Meta(pattern=r"^[0-9]{3}$", description="ISO 4217, such as '704'.")]
    decimals: Annotated[int, Meta(ge=0, le=4)]
    """How many digits of the smallest unit stand behind the point. Amounts are in that unit."""
    symbol: str
    name: Text


class PackInfo(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`pack.yaml`."""

    GROWS: ClassVar[tuple[str, ...]] = ()
    code: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{0,40}$")]
    name: Text
    extends: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{0,40}$")] | None = None
    """The name of a sibling folder."""
    country: Text
    country_code: Annotated[str, Meta(pattern=r"^[A-Z]{2}$", description="ISO 3166-1.")]
    time_zone: str
    """An IANA name."""
    currency: Currency
    languages: Annotated[tuple[Literal["vi", "en"], ...], Meta(min_length=1)]
    """The first is spoken unless the reader asks otherwise."""
    level1: str
    """The code of the city's government; the codes of its agencies begin with it."""
    address: Text
    """How the city speaks to a person: bạn, ông/bà, you."""


class PackBroken(Exception):
    """The platform cannot start with this pack; the message names file, line and mend."""

    def __init__(self, *faults: PackFault) -> None:
        super().__init__("\n".join(str(f) for f in faults))
        self.faults = faults


class Pack:
    """Files are read once. `decode` differs only for the checks, which read faulty files too."""

    def __init__(self, folder: Path, decode: Decode | None = None) -> None:
        self.decode = decode
        self.folders = tuple(_with_parents(folder))
        self._read: dict[tuple[str, type], Any] = {}
        self._sources: dict[Path, YamlFile] = {}

    @classmethod
    def read(cls, folder: Path) -> "Pack":
        pack = cls(folder)
        pack.info  # noqa: B018 - a pack that cannot say who it is stops here
        return pack

    @cached_property
    def info(self) -> PackInfo:
        return self.file("pack", PackInfo)

    def file(self, name: str, kind: type[T]) -> T:
        """The one file `<name>.yaml`: the child's whole, else the parent's.

        A struct with `GROWS` is put together key by key, the child's over the parent's; to the
        lists that `GROWS` names the child's items are added.
        """
        key = (name, kind)
        if key not in self._read:
            sources = [self.source(p) for f in self.folders if (p := f / f"{name}.yaml").is_file()]
            if not sources:
                where = str(self.folders[0] / f"{name}.yaml")
                raise PackBroken(PackFault(where, 1, "the file is missing", "write it"))
            if is_layered(kind):
                sources = [_merged(sources, kind.GROWS)]  # type: ignore[attr-defined]
            self._read[key] = self._decoded(sources[0], kind)
        return self._read[key]  # type: ignore[no-any-return]

    def has(self, name: str) -> bool:
        return any((f / f"{name}.yaml").is_file() for f in self.folders)

    def folder(self, name: str, kind: type[T]) -> dict[str, T]:
        """Every file of a folder by its stem; a child's file replaces its parent's whole."""
        key = (f"{name}/", kind)
        if key not in self._read:
            self._read[key] = {
                stem: self._decoded(self.source(path), kind)
                for stem, path in sorted(self.stems(name).items())
            }
        return self._read[key]  # type: ignore[no-any-return]

    def stems(self, name: str) -> dict[str, Path]:
        found: dict[str, Path] = {}
        for folder in reversed(self.folders):
            paths = sorted((folder / name).glob("*.yaml"))
            if len(paths) > FILES_MAX:
                fault = PackFault(str(folder / name), 1, f"over {FILES_MAX} files", "use fewer")
                raise PackBroken(fault)
            found.update({path.stem: path for path in paths})
        return found

    def path(self, *names: str) -> Path:
        """A file of any kind (`results`, `certificate.typ`): the child's, else the parent's."""
        if any(n in ("", ".", "..") or "/" in n or "\\" in n for n in names):
            raise PackBroken(PackFault("/".join(names), 1, "outside the pack", "use a file's name"))
        for folder in self.folders:
            if (path := folder.joinpath(*names)).is_file():
                return path
        where = str(self.folders[0].joinpath(*names))
        raise PackBroken(PackFault(where, 1, "the file is missing", "write it"))

    def source(self, path: Path) -> YamlFile:
        if path not in self._sources:
            self._sources[path] = yaml_file.read(path)
        return self._sources[path]

    def _decoded(self, file: YamlFile, kind: type[T]) -> T:
        if self.decode:
            return self.decode(file.value, kind)  # type: ignore[no-any-return]
        if file.faults:
            raise PackBroken(*file.faults)
        try:
            return msgspec.convert(file.value, kind)
        except msgspec.ValidationError as error:
            faults = [*structure.breaches(file, kind)] or [file.fault((), str(error), "mend it")]
            raise PackBroken(*faults) from None


def is_layered(kind: type) -> bool:
    return hasattr(kind, "GROWS")


def _merged(sources: list[YamlFile], grows: tuple[str, ...]) -> YamlFile:
    whole: dict[str, Any] = {}
    for source in reversed(sources):
        layer = source.value if isinstance(source.value, dict) else {}
        grown = {k: [*whole.get(k, []), *layer[k]] for k in grows if isinstance(layer.get(k), list)}
        whole = {**whole, **layer, **grown}
    faults = tuple(f for s in sources for f in s.faults)
    return YamlFile(sources[0].path, whole, sources[0].lines, faults)


def _with_parents(folder: Path) -> Iterator[Path]:
    """The folder, then the sibling it extends, and so on."""
    folder = folder if folder.name else folder.resolve()
    for _ in range(PARENTS_MAX):
        yield folder
        file = folder / "pack.yaml"
        said = yaml_file.read(file).value if file.is_file() else None
        parent = said.get("extends") if isinstance(said, dict) else None
        if not isinstance(parent, str) or Path(parent).name != parent:
            return
        folder = folder.parent / parent
        if not folder.is_dir():
            fault = yaml_file.read(file).fault(
                ("extends",), f"there is no folder '{parent}' beside this one", "name a sibling"
            )
            raise PackBroken(fault)
