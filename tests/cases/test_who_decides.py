"""What machines are told about agencies: who decides, by procedure and by commune."""

from typing import Any

import pytest

from tests.cases.build import SAMPLE
from tests.cases.machine import Api, problem


async def asked(api: Api, **params: str) -> list[dict[str, Any]]:
    answer = await api().get("/api/v1/agencies", params=params)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told.keys() == {"items", "next"}
    items: list[dict[str, Any]] = told["items"]
    return items


async def test_an_agency_is_told_with_its_kind_and_its_parent(api: Api) -> None:
    told = {one["code"]: one for one in await asked(api)}
    assert told["SM.B"] == {
        "code": "SM.B",
        "name": "One-Stop Branch",
        "kind": "branch",
        "parent": "SM.C",
        "former_code": None,
    }
    assert told["SM.1"]["parent"] is None
    assert "SM.X" not in told, "it is no more"


@pytest.mark.parametrize("words", ["W", "Khu Tây", "khu tay", "Tây", "west", "West Quarter"])
async def test_a_commune_is_meant_by_its_code_or_its_name(api: Api, words: str) -> None:
    codes = {one["code"] for one in await asked(api, commune=words)}
    assert "SM.W" in codes
    assert "SM.1" in codes, "works for all of them"
    assert not codes & {"SM.N", "SM.E", "SM.S", "SM.P", "SM.Y"}


async def test_of_a_procedure_those_are_told_that_decide_it_there(api: Api) -> None:
    everywhere = [one["code"] for one in await asked(api, procedure=SAMPLE)]
    there = [one["code"] for one in await asked(api, procedure=SAMPLE, commune="W")]
    assert "SM.1" in there
    assert there == [code for code in everywhere if code in ("SM.1", "SM.W")]


@pytest.mark.parametrize(
    ("params", "pointer"),
    [
        ({"procedure": "1.000000"}, "/procedure"),
        ({"procedure": SAMPLE, "commune": "Atlantis"}, "/commune"),
        ({"commune": "Khu"}, "/commune"),
    ],
)
@pytest.mark.parametrize("language", ["en", "vi"])
async def test_what_is_not_known_is_said_with_its_field(
    api: Api, params: dict[str, str], pointer: str, language: str
) -> None:
    told = problem(await api("", language).get("/api/v1/agencies", params=params), 422)
    (fault,) = told["errors"]
    assert fault["pointer"].endswith(pointer)
    assert fault["detail"]
