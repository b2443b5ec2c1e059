"""The JSON wire by its own, with a mapping that no simulator speaks."""

from datetime import date
from typing import Any

import msgspec
import pytest

from motcua.base.errors import Invalid, Unavailable
from motcua.base.text import Source, Text
from motcua.exchange.model import Envelope, Operation, Sent, Told
from motcua.exchange.wires.json import Wire

NOW = 1_800_000_000.0
NOW_TEXT = "2027-01-15T08:00:00+00:00"  # the same moment
ENVELOPE = Envelope(
    request_id="id", status="code", found=("OK",), nothing=("NONE",), not_permitted=("SECRET",),
    mismatch=("WRONG",), time="at", records="rows",
)  # fmt: skip
OPERATION = Operation(
    label=Text("a", "a"),
    path="/a",
    request={
        "number": Sent(to="no"),
        "born": Sent(to="dob", type="date", format="%d/%m/%Y", required=False),
    },
    echo={"no": "number"},
    response={
        "name": Told(from_="n"),
        "born": Told(from_="dob", type="date", format="%d.%m.%Y", optional=True),
        "since": Told(from_="since", type="month", format="%m/%Y", optional=True),
        "sex": Told(from_="sex", type="choice", values={"1": "male", "2": "female"}),
        "home": Told(from_="home", type="group", optional=True, fields={"town": Told(from_="t")}),
        "marks": Told(
            from_="marks",
            type="list",
            optional=True,
            fields={"points": Told(from_="p", type="integer")},
        ),
    },
    fresh_hours=1,
    purpose=Text("a", "a"),
    legal_basis=Source(text="a"),
)
WIRE = Wire("book", ENVELOPE, {"look": OPERATION})
RECORD = {"no": "7", "n": "Ann", "sex": "2"}


def told(*records: dict[str, Any], **changed: Any) -> bytes:
    whole = {"id": "q1", "code": "OK", "at": NOW_TEXT, "no": "7", "rows": list(records)}
    return msgspec.json.encode({k: v for k, v in {**whole, **changed}.items() if v is not ...})


def read(body: bytes) -> tuple[str, dict[str, Any]]:
    return WIRE.answer("look", {"number": "7"}, body, "q1", NOW)


def refusal(body: bytes) -> str:
    with pytest.raises(Unavailable) as caught:
        read(body)
    assert caught.value.facts == {"register": "book"}
    return caught.value.reason


def test_our_arguments_go_out_in_their_words() -> None:
    asked = WIRE.question("look", {"number": "7", "born": date(1990, 3, 12)}, "q1")
    assert msgspec.json.decode(asked) == {"id": "q1", "no": "7", "dob": "12/03/1990"}
    asked = WIRE.question("look", {"number": "7", "born": "1990-03-12", "more": 1}, "q1")
    assert msgspec.json.decode(asked) == {"id": "q1", "no": "7", "dob": "12/03/1990"}


@pytest.mark.parametrize(
    "arguments", [{}, {"number": ""}, {"number": "7", "born": "soon"}, {"number": "7" * 2001}]
)
def test_unusable_arguments_are_refused_before_anybody_is_asked(arguments: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        WIRE.question("look", arguments, "q1")


def test_their_values_come_home_in_our_words() -> None:
    record = RECORD | {
        "dob": "12.03.1990", "since": "07/2021", "home": {"t": "Here"}, "marks": [{"p": 3}], "x": 1,
    }  # fmt: skip
    assert read(told(record)) == (
        "found",
        {
            "name": "Ann", "born": "1990-03-12", "since": "2021-07", "sex": "female",
            "home": {"town": "Here"}, "marks": [{"points": 3}],
        },
    )  # fmt: skip


def test_what_may_be_missing_is_null_and_a_missing_list_is_empty() -> None:
    _, values = read(told(RECORD | {"dob": ""}))
    assert (values["born"], values["since"], values["home"], values["marks"]) == (
        None,
        None,
        None,
        [],
    )


def test_an_explicit_nothing_is_an_answer() -> None:
    assert read(told(code="NONE")) == ("nothing", {})
    assert read(told(code="NONE", rows=...)) == ("nothing", {})


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"code": "SECRET"}, "register.not_permitted"),
        ({"code": "WRONG"}, "register.mismatch"),
        ({"code": "OOPS"}, "register.failed"),
        ({"code": "OK"}, "register.bad_answer"),  # found, and no record
        ({"rows": None}, "register.bad_answer"),
        ({"code": ""}, "register.failed"),
        ({"code": None}, "register.bad_answer"),
        ({"code": ...}, "register.bad_answer"),
        ({"code": "NONE", "rows": [RECORD]}, "register.bad_answer"),
        ({"code": "NONE", "no": "8"}, "register.other_person"),
        ({"code": "NONE", "no": ...}, "register.other_person"),
        ({"code": "NONE", "id": "q0"}, "register.other_request"),
        ({"code": "NONE", "at": "2027-01-15T08:05:01+00:00"}, "register.clock"),
        ({"code": "NONE", "at": "2027-01-15T07:54:59+00:00"}, "register.clock"),
        ({"code": "NONE", "at": "2027-01-15T08:00:00"}, "register.bad_answer"),
        ({"code": "NONE", "at": "today"}, "register.bad_answer"),
        ({"code": "NONE", "at": ...}, "register.bad_answer"),
    ],
)
def test_nothing_else_is_taken_for_nothing(changed: dict[str, Any], reason: str) -> None:
    assert refusal(told(**changed)) == reason


def test_a_clock_five_minutes_off_is_still_believed() -> None:
    assert read(told(code="NONE", at="2027-01-15T15:05:00+07:00")) == ("nothing", {})


@pytest.mark.parametrize(
    "record",
    [
        {"no": "7", "sex": "2"},
        RECORD | {"n": ""},
        RECORD | {"n": 5},
        RECORD | {"n": "A" * 2001},
        RECORD | {"sex": "3"},
        RECORD | {"dob": "30.02.1990"},
        RECORD | {"dob": "1990-03-12"},
        RECORD | {"marks": [{"p": "3"}]},
        RECORD | {"marks": [{"p": i} for i in range(501)]},
        RECORD | {"home": {}},
    ],
)
def test_a_record_of_another_shape_is_no_answer(record: dict[str, Any]) -> None:
    assert refusal(told(record)) == "register.bad_answer"


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"\xff", b'"q1"', b"[" * 100_000, told(RECORD)[:-1]]
)
def test_a_broken_message_is_no_answer(body: bytes) -> None:
    assert refusal(body) == "register.bad_answer"


def test_a_record_about_another_person_under_our_number_is_noticed() -> None:
    assert refusal(told(RECORD | {"no": "8"})) == "register.other_person"


def test_what_is_told_twice_counts_once() -> None:
    once = RECORD | {"marks": [{"p": 3}, {"p": 4}]}
    twice = RECORD | {"marks": [{"p": 3}, {"p": 4}, {"p": 3}, {"p": 4}]}
    assert read(told(twice, twice)) == read(told(once))


def test_two_different_records_are_no_answer() -> None:
    assert refusal(told(RECORD, RECORD | {"n": "Bea"})) == "register.bad_answer"
