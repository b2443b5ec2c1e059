"""Every limit of how often has a name, and an operator finds it where limits are told."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]


def named() -> list[str | None]:
    """The third argument of each `Throttle(…)`, or nothing."""
    return [
        node.args[2].value
        if len(node.args) == 3 and isinstance(node.args[2], ast.Constant)
        else None  # type: ignore[misc]
        for path in (ROOT / "motcua").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("Throttle")
    ]


def test_every_limit_has_a_name_of_its_own_and_is_told() -> None:
    names = named()
    assert len(names) > 10
    assert None not in names
    assert len(set(names)) == len(names)
    told = (ROOT / "docs" / "reference" / "security.md").read_text()
    table = told.partition("| Name |")[2].partition("\n\n")[0]
    assert [name for name in names if f"`{name}`" not in table] == []
