"""Every address says who may come in; every job has somebody to do it."""

import ast
from pathlib import Path

from motcua.app import build
from motcua.db import City, jobs
from motcua.web.guard import addresses_without_rule

HOUSE = Path(__file__).parents[2] / "motcua"


async def test_every_address_has_an_access_rule(city: City) -> None:
    app = build(city)
    assert len(app.routes) > 20
    assert [a for a in addresses_without_rule(app) if "openapi" not in a.lower()] == []


def calls(name: str) -> list[ast.Call]:
    return [
        node
        for path in HOUSE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == name
    ]


def test_every_job_that_is_queued_has_a_handler() -> None:
    import motcua.worker  # noqa: F401 - declares what the worker does

    queued = {
        arg.value
        for call in calls("jobs.enqueue")
        for arg in call.args
        if isinstance(arg, ast.Constant)
    }
    assert queued
    assert queued <= set(jobs.HANDLERS)


def test_every_event_that_is_followed_is_recorded_somewhere() -> None:
    text = "\n".join(p.read_text() for p in HOUSE.glob("*/actions/**/*.py")) + "\n".join(
        p.read_text() for p in HOUSE.rglob("actions.py")
    )
    for event in jobs.FOLLOWERS:
        room, _, verb = event.partition(".")
        assert f'"{event}"' in text or f'f"{room}.{{' in text, (event, verb)
