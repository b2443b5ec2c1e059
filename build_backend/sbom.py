"""What the platform is made of, as a bill of materials (CycloneDX 1.6, JSON) from the lock files.

`python build_backend/sbom.py [FILE]`, else on stdout. A pin without the hash of its
content stops it.
"""

import base64
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

ROOT = Path(__file__).parent.parent
PYTHON = {"requirements/run.lock": True, "requirements/dev.lock": False}
"""Each lock, and whether the platform needs it to run; the rest is for those who work on it."""
NODE = {"frontend/package-lock.json": False, "tests/demo/oidc-provider/package-lock.json": False}
PIN = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\\]+)")
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})(?=\s|$)")
INTEGRITY = {"sha512": HashAlgorithm.SHA_512, "sha256": HashAlgorithm.SHA_256}


class Unpinned(Exception):
    """A line of a lock that names no exact version, or no hash of what it stands for."""


@dataclass(frozen=True)
class Pin:
    ecosystem: str
    name: str
    version: str
    hashes: tuple[tuple[HashAlgorithm, str], ...]
    runs: bool = field(compare=False, default=False)


def python_pins(text: str, runs: bool = False) -> Iterator[Pin]:
    """Those of a lock of `uv pip compile --generate-hashes`."""
    for entry in re.split(r"\n(?=\S)", text.replace("\\\n", " ").strip()):
        if not entry or entry.startswith("#"):
            continue
        named, hashes = PIN.match(entry), HASH.findall(entry)
        if named is None or not hashes:
            raise Unpinned(entry.split(" --hash")[0].strip())
        found = tuple((HashAlgorithm.SHA_256, one) for one in hashes)
        yield Pin("pypi", named[1].lower(), named[2], found, runs)


def node_pins(text: str, runs: bool = False) -> Iterator[Pin]:
    """Those of a package-lock.json, version 3."""
    for path, said in json.loads(text)["packages"].items():
        if not path:
            continue  # the project itself
        kind, _, coded = said.get("integrity", "").split(" ")[0].partition("-")
        if kind not in INTEGRITY or "version" not in said:
            raise Unpinned(path)
        name = said.get("name") or path.rpartition("node_modules/")[2]
        digest = base64.b64decode(coded).hex()
        yield Pin("npm", name, said["version"], ((INTEGRITY[kind], digest),), runs)


def pins() -> list[Pin]:
    """Every pin of every lock, once; one that the platform runs on is told as that."""
    found: dict[tuple[str, str, str], Pin] = {}
    for locks, read in ((PYTHON, python_pins), (NODE, node_pins)):
        for file, runs in locks.items():
            for pin in read((ROOT / file).read_text(), runs):
                found.setdefault((pin.ecosystem, pin.name, pin.version), pin)
    return list(found.values())


def bill() -> str:
    parts = [_component(pin) for pin in pins()]
    bom = Bom(components=parts)
    bom.metadata.component = Component(name="motcua", type=ComponentType.APPLICATION)
    # The locks are flat: who asked for what is not in them.
    bom.register_dependency(bom.metadata.component, parts)
    return JsonV1Dot6(bom).output_as_string(indent=1)


def _component(pin: Pin) -> Component:
    group, _, name = pin.name.rpartition("/")
    url = PackageURL(pin.ecosystem, group or None, name, pin.version)
    hashes = [HashType(alg=kind, content=digest) for kind, digest in pin.hashes]
    # One pin of Python stands for several files: each of them has its hash.
    files = ExternalReference(
        type=ExternalReferenceType.DISTRIBUTION, url=XsUri(str(url)), hashes=hashes
    )
    return Component(
        name=name,
        group=group or None,
        version=pin.version,
        purl=url,
        bom_ref=str(url),
        scope=ComponentScope.REQUIRED if pin.runs else ComponentScope.EXCLUDED,
        external_references=[files],
    )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(bill())
    else:
        print(bill())
