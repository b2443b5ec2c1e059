"""What the API finds: what is filed here, and what is filed elsewhere with where to go."""

import msgspec
import pytest
from jsonschema_rs import Draft202012Validator
from msgspec import to_builtins

from motcua.app import build
from motcua.base.errors import NotFound
from motcua.cases import actions
from motcua.cases.actions import Procedures
from motcua.cases.model.catalogue import Elsewhere
from motcua.db import City
from motcua.web.language import LANGUAGES, Language
from tests.cases.build import SAMPLE

MINISTRYS = Elsewhere(
    code="8.000001", name="Cấp giấy phép phóng vệ tinh", level="ministry", field="Viễn thông",
    executing=["Cục Viễn thông"], address="Số 1 phố Mẫu", url="https://example.com/8.000001",
)  # fmt: skip


@pytest.fixture
def shelf(city: City) -> City:
    city[Procedures].offer((), [MINISTRYS])
    return city


def found(city: City, words: str, field: str = "", agency: str = "") -> list[str]:
    kept, _ = actions.list_procedures(city, words, field, agency, "", 20)
    return [actions.procedure_view(city, one, "vi").code for one in kept]


def test_what_is_filed_elsewhere_is_found_marked_with_where_to_file(shelf: City) -> None:
    assert MINISTRYS.code in found(shelf, "phong ve tinh")
    view = actions.procedure_view(shelf, actions.any_procedure(shelf, MINISTRYS.code), "vi")
    assert to_builtins(view.elsewhere) == {
        "agencies": ["Cục Viễn thông"], "address": "Số 1 phố Mẫu",
        "url": "https://example.com/8.000001",
    }  # fmt: skip
    assert view.form is None
    here = actions.procedure_view(shelf, actions.any_procedure(shelf, SAMPLE), "vi")
    assert here.elsewhere is None
    with pytest.raises(NotFound):
        actions.any_procedure(shelf, "8.999999")


def test_nobody_is_told_of_elsewhere_who_did_not_search(shelf: City) -> None:
    assert MINISTRYS.code not in found(shelf, "")


@pytest.mark.parametrize(
    ("field", "agency", "is_there"),
    [("Viễn thông", "", True), ("Dân cư", "", False), ("", "SM.1", False)],
)
def test_elsewhere_is_cut_by_field_and_never_an_agencys_of_ours(
    shelf: City, field: str, agency: str, is_there: bool
) -> None:
    assert (MINISTRYS.code in found(shelf, "phóng vệ tinh", field, agency)) == is_there


@pytest.mark.parametrize("words", ["phong dan cu", "residents office"])
def test_an_agencys_name_leads_to_what_it_decides(shelf: City, words: str) -> None:
    assert SAMPLE in found(shelf, words)


def test_so_does_the_name_of_whoever_does_it_elsewhere(shelf: City) -> None:
    assert MINISTRYS.code in found(shelf, "cuc vien thong")


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_view_is_as_the_description_says(shelf: City, language: Language) -> None:
    said = msgspec.json.encode(build(shelf).openapi_schema.to_schema(), enc_hook=str)
    described = msgspec.json.decode(said)
    answer = described["paths"]["/api/v1/procedures/{code}"]["get"]["responses"]["200"]
    schema = answer["content"]["application/json"]["schema"]
    told = Draft202012Validator({**schema, "components": described["components"]})
    everything = [*shelf[Procedures].all(), actions.any_procedure(shelf, MINISTRYS.code)]
    for one in everything:
        view = actions.procedure_view(shelf, one, language)
        told.validate(msgspec.json.decode(msgspec.json.encode(view)))
    assert not told.is_valid({"code": "1.000001"})
