"""One YAML file with the line of its every part: read by YAML 1.2 rules, within limits.

`yes`, `no` and `on` are text, a date is text, `00004` is text; only `true`, `false`, plain
numbers and `null` are something else. A key written twice is a fault.
"""

import re
from pathlib import Path

import msgspec
import yaml

from motcua.base.text import nfc

FILE_BYTES_MAX = 1_000_000
NODES_MAX = 100_000  # counted after aliases are followed, so that a bomb of aliases stays small
DEPTH_MAX = 40

Place = tuple[str | int, ...]
"""Where in a file: keys and list positions from the top."""


class PackFault(msgspec.Struct, frozen=True, order=True):
    """One thing wrong in a pack, and how to mend it."""

    file: str
    line: int
    what: str
    mend: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}; {self.mend}"


class YamlFile(msgspec.Struct, frozen=True):
    path: Path
    value: object
    lines: dict[Place, int]
    faults: tuple[PackFault, ...]

    def line(self, place: Place) -> int:
        """The line of this place, or of the nearest part around it that is written down."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def fault(self, place: Place, what: str, mend: str) -> PackFault:
        return PackFault(str(self.path), self.line(place), what, mend)


def read(path: Path) -> YamlFile:
    """Never raises for what is written in the file: all of that is in `faults`."""
    if path.stat().st_size > FILE_BYTES_MAX:
        return _unread(path, 1, f"larger than {FILE_BYTES_MAX} bytes", "split it")
    try:
        text = path.read_text("utf-8")
        if _is_too_deep(text):
            return _unread(path, 1, "nested too deeply", "make the file simpler")
        node = yaml.compose(text, Loader=_Core)
    except UnicodeDecodeError:
        return _unread(path, 1, "not UTF-8", "save the file as UTF-8")
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        return _unread(path, line, f"not YAML: {error.problem}", "mend the indentation or quotes")
    except yaml.YAMLError:
        return _unread(path, 1, "not YAML", "remove control characters")
    reading = _Reading(path)
    value = reading.value(node, ()) if node else None
    return YamlFile(path, value, reading.lines, tuple(reading.faults))


def _is_too_deep(text: str) -> bool:
    """Asked before composing: the composer recurses in C, and deep nesting ends the process."""
    depth = 0
    for event in yaml.parse(text, Loader=_Core):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEPTH_MAX:
            return True
    return False


def _unread(path: Path, line: int, what: str, mend: str) -> YamlFile:
    return YamlFile(path, None, {}, (PackFault(str(path), line, what, mend),))


_TAG = "tag:yaml.org,2002:"


class _Core(yaml.CSafeLoader):
    """What a bare word means: YAML 1.2's core rules, and `00004` stays text."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 - its base says so


_Core.add_implicit_resolver(f"{_TAG}bool", re.compile(r"^(true|false)$"), ["t", "f"])
_Core.add_implicit_resolver(f"{_TAG}null", re.compile(r"^(null|~|)$"), ["n", "~", ""])
_Core.add_implicit_resolver(f"{_TAG}int", re.compile(r"^-?(0|[1-9][0-9]*)$"), [*"-0123456789"])
_Core.add_implicit_resolver(
    f"{_TAG}float", re.compile(r"^-?(0|[1-9][0-9]*)\.[0-9]+$"), [*"-0123456789"]
)


class _Reading:
    """Turns nodes into values and notes the line of each."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines: dict[Place, int] = {}
        self.faults: list[PackFault] = []
        self.nodes = 0
        self.is_full = False

    def value(self, node: yaml.Node, place: Place) -> object:
        self.nodes += 1
        self.lines.setdefault(place, node.start_mark.line + 1)
        if not self.is_full and (self.nodes > NODES_MAX or len(place) > DEPTH_MAX):
            self.is_full = True
            what = "too large once aliases are followed"
            line = self.lines[place[:1]]  # where it is used; the node stands where it was written
            self.faults.append(PackFault(str(self.path), line, what, "make the file simpler"))
        if self.is_full:
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(part, (*place, i)) for i, part in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, object]:
        found: dict[str, object] = {}
        for key, part in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._fault(key, "a key that is not a word", "use a plain word as the key")
                continue
            name = nfc(key.value)
            if name in found:
                self._fault(key, f"'{name}' is written twice", "keep one of the two")
                continue
            self.lines[(*place, name)] = key.start_mark.line + 1
            found[name] = self.value(part, (*place, name))
        return found

    def _scalar(self, node: yaml.Node) -> object:
        text = str(node.value)
        match node.tag.removeprefix(_TAG):
            case "str" | "!":
                return nfc(text)
            case "bool":
                return text == "true"
            case "null":
                return None
            case "int" if len(text) <= 15:
                return int(text)
            case "float" if len(text) <= 20:
                return float(text)
            case "int" | "float":
                self._fault(node, "a number too long to be exact", "put it between quotes")
            case tag:
                self._fault(node, f"the tag '{tag}' is not used in packs", "remove it")
        return text

    def _fault(self, node: yaml.Node, what: str, mend: str) -> None:
        self.faults.append(PackFault(str(self.path), node.start_mark.line + 1, what, mend))
