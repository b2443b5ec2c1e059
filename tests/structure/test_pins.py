"""What the platform is made of is known to the byte: each pin has a hash, the bill names it."""

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def sbom() -> ModuleType:
    spec = importlib.util.spec_from_file_location("sbom", ROOT / "build_backend" / "sbom.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["sbom"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def bill(sbom: ModuleType) -> Any:
    return json.loads(sbom.bill())


def test_the_bill_names_every_pin_with_its_hashes(sbom: ModuleType, bill: Any) -> None:
    listed = {part["purl"]: part for part in bill["components"]}
    for lock, ecosystem in (("requirements/run.lock", "pypi"), ("requirements/dev.lock", "pypi")):
        lines = [line for line in (ROOT / lock).read_text().splitlines() if line[:1].isalnum()]
        assert len(lines) > 20
        for line in lines:
            name, _, rest = line.partition("==")
            version = rest.split(" ")[0].split(";")[0]
            url = f"pkg:{ecosystem}/{name.split('[')[0]}@{version}"
            assert listed[url]["externalReferences"][0]["hashes"], url
    for lock in ("frontend/package-lock.json", "tests/demo/oidc-provider/package-lock.json"):
        for path, said in json.loads((ROOT / lock).read_text())["packages"].items():
            if path:
                name = path.rpartition("node_modules/")[2].replace("@", "%40")
                assert listed[f"pkg:npm/{name}@{said['version']}"]["externalReferences"]


def test_the_bill_is_one_by_its_own_standard(bill: Any) -> None:
    assert bill["specVersion"] == "1.6"
    validator = JsonStrictValidator(SchemaVersion.V1_6)
    assert validator.validate_str(json.dumps(bill)) is None


def test_what_runs_is_told_from_what_only_works_on_it(bill: Any) -> None:
    scope = {part["name"]: part["scope"] for part in bill["components"]}
    assert (scope["litestar"], scope["hypothesis"]) == ("required", "excluded")


HASH = "--hash=sha256:" + "ab" * 32
GOOD = f"good==1.0 \\\n    {HASH}\n"
SHA512 = "sha512-" + "A" * 86 + "=="


@pytest.mark.parametrize(
    "text",
    [
        GOOD + "bare==1.0\n",
        GOOD + "loose>=1.0 \\\n    " + HASH + "\n",
        GOOD + "short==1.0 \\\n    --hash=sha256:abcd\n",
        GOOD + "weak==1.0 \\\n    --hash=md5:" + "ab" * 16 + "\n",
        GOOD + "git+https://example.org/a.git\n",
        "bare==1.0 ; python_version < '4'\n" + GOOD,
    ],
)
def test_a_planted_pin_without_hash_is_seen(sbom: ModuleType, text: str) -> None:
    assert [pin.name for pin in sbom.python_pins(GOOD)] == ["good"]
    with pytest.raises(sbom.Unpinned):
        list(sbom.python_pins(text))


@pytest.mark.parametrize(
    "planted",
    [
        {"version": "1.0.0"},
        {"integrity": SHA512},
        {"version": "1.0.0", "integrity": "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk="},
        {"version": "1.0.0", "resolved": "https://example.org/a.tgz"},
    ],
)
def test_a_planted_package_without_hash_is_seen(sbom: ModuleType, planted: dict[str, str]) -> None:
    good = {"": {}, "node_modules/@a/b": {"version": "1.0.0", "integrity": SHA512}}
    assert [pin.name for pin in sbom.node_pins(json.dumps({"packages": good}))] == ["@a/b"]
    with pytest.raises(sbom.Unpinned):
        list(sbom.node_pins(json.dumps({"packages": good | {"node_modules/x": planted}})))


def test_what_is_installed_is_installed_by_hash() -> None:
    assert "--require-hashes" in (ROOT / "install.sh").read_text()
