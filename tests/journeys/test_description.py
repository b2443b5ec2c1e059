"""The API is as its description says: schemathesis, an independent reader of it, tries each address
with many requests, right ones and wrong ones, singly and one after the other."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from motcua.demo import eid
from tests.journeys.staged import RECORD, Stage

HERE = Path(__file__).parent / "description"
CASES_MIN = 1_000
SECONDS_MAX = 120
# Limits have tests of their own; here nothing may hide behind a 429.
UNLIMITED = dict.fromkeys(
    ("client", "lookups", "messages", "person", "queue", "status", "uploads", "verify_client",
     "verify_paper"),
    "1000000 per second",
)  # fmt: skip


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MOTCUA_LIMITS", json.dumps(UNLIMITED))
        with Stage(tmp_path_factory.mktemp("description")) as found:
            yield found


def known(city: Stage) -> dict[str, Any]:
    """What exists there, and what is accepted there, by the API's own word."""
    procedure = city.http.get(f"/api/v1/procedures/{RECORD}").json()
    answers = procedure["form"]["example"]
    agencies = city.http.get("/api/v1/agencies", params={"procedure": RECORD}).json()["items"]
    return {
        "cases": [city.file("an", answers)["code"]],
        "procedures": [RECORD],
        "agencies": [agency["code"] for agency in agencies],
        "bodies": {
            "POST /api/v1/cases": [{"procedure": RECORD, "answers": answers}],
            "POST /api/v1/cases/{code}/actions": [
                {"action": "message", "text": "Tôi cần sớm"}, {"action": "withdraw"},
                {"action": "accept"}, {"action": "pay"},
            ],
        },
    }  # fmt: skip


def test_every_answer_is_as_the_description_says(city: Stage, tmp_path: Path) -> None:
    environment = os.environ | {
        "SCHEMATHESIS_HOOKS": "hooks",
        "PYTHONPATH": str(HERE),
        "DESCRIPTION_PERSON": eid.mint(city.settings, "an"),
        "DESCRIPTION_OFFICER": eid.mint(city.settings, "reception"),
        "DESCRIPTION_KNOWN": json.dumps(known(city)),
    }
    done = subprocess.run(
        [str(Path(sys.executable).with_name("st")), "--config-file",
         str(HERE / "schemathesis.toml"), "run", f"{city.url}/api/openapi.json",
         "--workers", "2"],
        env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=SECONDS_MAX,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-8_000:] + done.stderr[-2_000:]
    told = re.search(r"Test cases:\s+([0-9]+) generated", done.stdout)
    assert told
    assert int(told[1]) >= CASES_MIN
