"""How every benchmark says what it measured: one JSON value for programs, a column for people."""

import json
from typing import Any


def tell(found: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        print(f"{name:<28} {value}")
