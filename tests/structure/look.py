"""The longest functions and files: places to look, to be mended by meaning and not by cutting."""

import ast
from pathlib import Path

HOUSE = Path(__file__).parents[2] / "motcua"
SHOWN = 20


def main() -> None:
    functions = [
        (
            node.end_lineno - node.lineno + 1,
            f"{path.relative_to(HOUSE.parent)}:{node.lineno} {node.name}",
        )
        for path in HOUSE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno
    ]
    files = [
        (len(path.read_text().splitlines()), str(path.relative_to(HOUSE.parent)))
        for path in HOUSE.rglob("*.py")
    ]
    for lines, where in [
        *sorted(functions, reverse=True)[:SHOWN],
        *sorted(files, reverse=True)[:SHOWN],
    ]:
        print(f"{lines:>5}  {where}")


if __name__ == "__main__":
    main()
