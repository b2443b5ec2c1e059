"""Every sentence is said in both languages; every page uses exactly what it is given."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_file

from motcua.web import Page, fields_used, templates
from motcua.web.language import words

HOUSE = Path(__file__).parents[2] / "motcua"
REFUSALS = {
    "NotFound", "NotAllowed", "Conflict", "Unavailable", "Invalid", "Fault",
}  # fmt: skip


def reasons() -> set[str]:
    """The first text of every refusal raised, and every reason that rules return."""
    found = set()
    for path in HOUSE.rglob("*.py"):
        if "demo" in path.parts:
            continue
        tree = ast.parse(path.read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in REFUSALS:
                place = 1 if getattr(node.func, "id", "") == "Fault" else 0
                for branch in ast.walk(node.args[place]) if len(node.args) > place else ():
                    if isinstance(branch, ast.Constant) and isinstance(branch.value, str):
                        found.add(branch.value)
    routes = (HOUSE / "cases" / "rules" / "routes.py").read_text()
    found |= set(re.findall(r'"(case\.[a-z_]+)"', routes))
    return {reason for reason in found if re.fullmatch(r"[a-z_]+\.[a-z_]+", reason)}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_reason_has_words(language: str) -> None:
    say = words(language)
    silent = sorted(r for r in reasons() if not say.knows(r, "reason"))
    assert not silent, silent


def test_every_sentence_of_a_template_is_said_in_vietnamese() -> None:
    say, silent = words("vi"), set()
    for path in HOUSE.glob("*/html/*.html"):
        for _, message, _, _ in extract_from_file("jinja2.ext:babel_extract", path):
            one = message[0] if isinstance(message, tuple) else message
            if one and not (say.knows(one) or any(say.knows(one, c) for c in ("page",))):
                silent.add((path.name, one))
    assert not silent, sorted(silent)


def pages() -> list[type[Page]]:
    import motcua.app  # noqa: F401 - declares every page

    found, left = [], [Page]
    while left:
        kind = left.pop()
        left += kind.__subclasses__()
        if "template" in vars(kind):
            found.append(kind)
    return sorted(
        (k for k in found if k.__module__.startswith("motcua.")), key=lambda k: k.__name__
    )


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.__name__)
def test_a_template_uses_exactly_the_fields_of_its_page(page: type[Page]) -> None:
    assert fields_used(page.template) == set(page.__struct_fields__)


def test_no_template_is_without_a_page() -> None:
    shown = {page.template for page in pages()}
    kit = {name for name in templates() if "/" not in name}
    lonely = {
        name
        for name in set(templates()) - shown - kit
        if not name.rpartition("/")[2].startswith("_")
    }
    assert not lonely
