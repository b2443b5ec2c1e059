"""For schemathesis: now and then a name that exists, so that it comes past "not found"."""

import json
import os
import random
from typing import Any
from urllib.parse import quote

import schemathesis

KNOWN: dict[str, Any] = json.loads(os.environ["DESCRIPTION_KNOWN"])
CODES = {
    "/api/v1/cases/": "cases",
    "/api/v1/status/": "cases",
    "/api/v1/procedures/": "procedures",
    "/api/v1/agencies/": "agencies",
}


@schemathesis.hook
def map_path_parameters(context: Any, path_parameters: Any) -> Any:
    path = context.operation.path
    kind = next((kind for start, kind in CODES.items() if path.startswith(start)), None)
    if kind and path_parameters and "code" in path_parameters and random.random() < 0.5:
        path_parameters["code"] = quote(random.choice(KNOWN[kind]))
    return path_parameters


@schemathesis.hook
def map_body(context: Any, body: Any) -> Any:
    wanted = KNOWN["bodies"].get(f"{context.operation.method.upper()} {context.operation.path}")
    if wanted and isinstance(body, dict) and random.random() < 0.3:
        return random.choice(wanted)
    return body
