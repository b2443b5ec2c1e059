"""Forms: what is asked, what is accepted, and every fault with its field."""

import json
from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motcua.base.errors import Fault
from motcua.cases.model.procedure import Form
from motcua.cases.rules.forms import Checker, asked, clean, normalise, schema, without_unasked


def label(vi: str, en: str) -> dict[str, str]:
    return {"vi": vi, "en": en}


# The form of the first case, with every kind of field.
FORM = msgspec.convert(
    {
        "fields": {
            "certificate_type": {
                "label": label("Loại phiếu", "Type"),
                "kind": "choice",
                "options": [
                    {"value": 1, "label": label("Phiếu số 1", "Number 1")},
                    {"value": 2, "label": label("Phiếu số 2", "Number 2")},
                ],
            },
            "confirm_ban": {
                "label": label("Xác nhận cấm", "Ban"),
                "kind": "yes_no",
                "when": {"certificate_type": [1]},
            },
            "purpose": {
                "label": label("Mục đích", "Purpose"),
                "kind": "choice",
                "options": [
                    {"value": "employment", "label": label("Xin việc", "A job")},
                    {"value": "other", "label": label("Khác", "Other")},
                ],
            },
            "purpose_other": {
                "label": label("Mục đích khác", "Which"),
                "kind": "text",
                "max": 20,
                "when": {"purpose": ["other"]},
            },
            "note": {"label": label("Ghi chú", "Note"), "kind": "long_text", "required": False},
            "copies": {"label": label("Số bản", "Copies"), "kind": "number", "min": 1, "max": 5},
            "issued_on": {
                "label": label("Ngày cấp", "Issued on"),
                "kind": "date",
                "required": False,
            },
            "phone": {
                "label": label("Điện thoại", "Phone"),
                "kind": "text",
                "required": False,
                "pattern": "0[0-9]{9}",
            },
            "history": {
                "label": label("Quá trình cư trú", "Residence"),
                "kind": "list",
                "max": 3,
                "fields": {
                    "from": {"label": label("Từ", "From"), "kind": "month"},
                    "to": {"label": label("Đến", "To"), "kind": "month", "nullable": True},
                    "address": {"label": label("Nơi ở", "Address"), "kind": "text"},
                },
            },
            "declaration": {"label": label("Cam đoan", "Oath"), "kind": "oath"},
        },
        "pages": [
            {
                "id": "what",
                "title": label("Phiếu", "What"),
                "fields": [
                    "certificate_type",
                    "confirm_ban",
                    "purpose",
                    "purpose_other",
                    "note",
                    "copies",
                ],
            },
            {
                "id": "who",
                "title": label("Bạn", "You"),
                "fields": ["issued_on", "phone", "history", "declaration"],
            },
        ],
        "example": {
            "certificate_type": 1,
            "confirm_ban": False,
            "purpose": "employment",
            "copies": 3,
            "history": [
                {"from": "2004-03", "to": "2012-08", "address": "Xã Sóc Sơn"},
                {"from": "2012-09", "to": None, "address": "Phường Cầu Giấy"},
            ],
            "declaration": True,
        },
    },
    Form,
)
CHECKER = Checker(FORM)
TODAY = date(2026, 3, 10)


def with_(**changes: Any) -> dict[str, Any]:
    answers = json.loads(json.dumps(FORM.example)) | changes
    return {name: value for name, value in answers.items() if value != "ABSENT"}


def wrong(answers: Any) -> list[tuple[str, str]]:
    return [(f.pointer, f.reason) for f in CHECKER.faults(answers, TODAY)]


def test_the_example_is_accepted() -> None:
    assert wrong(FORM.example) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"purpose": "ABSENT"}, ("/purpose", "form.required")),
        ({"purpose": None}, ("/purpose", "form.required")),
        ({"purpose": "war"}, ("/purpose", "form.not_an_option")),
        ({"purpose": ["employment"]}, ("/purpose", "form.not_an_option")),
        ({"certificate_type": True, "confirm_ban": "ABSENT"},
         ("/certificate_type", "form.not_an_option")),
        ({"certificate_type": "1", "confirm_ban": "ABSENT"},
         ("/certificate_type", "form.not_an_option")),
        ({"certificate_type": 2}, ("/confirm_ban", "form.not_asked")),
        ({"confirm_ban": "ABSENT"}, ("/confirm_ban", "form.required")),
        ({"confirm_ban": "no"}, ("/confirm_ban", "form.wrong_type")),
        ({"purpose": "other"}, ("/purpose_other", "form.required")),
        ({"purpose": "other", "purpose_other": "x" * 21}, ("/purpose_other", "form.too_long")),
        ({"purpose_other": "x"}, ("/purpose_other", "form.not_asked")),
        ({"note": "x" * 4001}, ("/note", "form.too_long")),
        ({"copies": 0}, ("/copies", "form.too_small")),
        ({"copies": 6}, ("/copies", "form.too_large")),
        ({"copies": 1.5}, ("/copies", "form.not_a_number")),
        ({"copies": "3"}, ("/copies", "form.not_a_number")),
        ({"copies": 10**400}, ("/copies", "form.too_large")),
        ({"issued_on": "2026-02-30"}, ("/issued_on", "form.not_a_date")),
        ({"issued_on": "30/02/2026"}, ("/issued_on", "form.not_a_date")),
        ({"issued_on": "0001-01-01"}, ("/issued_on", "form.not_a_date")),
        ({"issued_on": 20260101}, ("/issued_on", "form.not_a_date")),
        ({"phone": "12345"}, ("/phone", "form.pattern")),
        ({"phone": "0123456789 or 1=1"}, ("/phone", "form.pattern")),
        ({"history": []}, ("/history", "form.required")),
        ({"history": "<script>"}, ("/history", "form.wrong_type")),
        ({"history": [FORM.example["history"][0]] * 4}, ("/history", "form.too_many")),
        ({"history": [{"from": "2004-03", "address": "a"}]}, ("/history/0/to", "form.required")),
        ({"history": [{"from": "2004-13", "to": None, "address": "a"}]},
         ("/history/0/from", "form.not_a_month")),
        ({"history": [{"from": "2004-03", "to": None, "address": "a", "x/y": 1}]},
         ("/history/0/x~1y", "form.unknown_field")),
        ({"history": [{"from": "2004-03", "to": "2004-02", "address": "a"}]},
         ("/history/0/to", "form.period_reversed")),
        ({"history": [{"from": "2026-04", "to": None, "address": "a"}]},
         ("/history/0/from", "form.in_the_future")),
        ({"history": [7]}, ("/history/0", "form.wrong_type")),
        ({"declaration": False}, ("/declaration", "form.oath")),
        ({"declaration": "ABSENT"}, ("/declaration", "form.oath")),
        ({"__proto__": 1}, ("/__proto__", "form.unknown_field")),
    ],
)  # fmt: skip
def test_each_wrong_answer_is_named_by_its_field(
    changes: dict[str, Any], expected: tuple[str, str]
) -> None:
    assert wrong(with_(**changes)) == [expected]


def test_all_faults_come_at_once_in_the_order_of_the_form() -> None:
    answers = with_(
        certificate_type=9, confirm_ban="ABSENT", copies=99, declaration=False, zzz=1,
        history=[{"from": "x", "to": None, "address": "a"}, {"from": "2004-03", "to": None}],
    )  # fmt: skip
    assert wrong(answers) == [
        ("/certificate_type", "form.not_an_option"),
        ("/copies", "form.too_large"),
        ("/history/0/from", "form.not_a_month"),
        ("/history/1/address", "form.required"),
        ("/declaration", "form.oath"),
        ("/zzz", "form.unknown_field"),
    ]


@pytest.mark.parametrize("answers", [None, [], "x", 3, True])
def test_answers_that_are_no_answers_at_all_are_one_fault(answers: object) -> None:
    assert wrong(answers) == [("", "form.wrong_type")]


def test_a_fault_tells_the_rule_and_never_the_value() -> None:
    secret = "bi-mat-" * 10
    faults = CHECKER.faults(
        with_(
            purpose=secret,
            copies=secret,
            phone=secret,
            issued_on=secret,
            confirm_ban=secret,
            history=[{"from": secret, "to": secret, "address": {"a": secret}}],
        ),
        TODAY,
    )
    assert len(faults) == 8
    assert secret not in repr(faults)
    long = CHECKER.faults(with_(purpose="other", purpose_other="x" * 21))[0]
    assert long.facts["max"] == 20
    assert long.facts["label"] == FORM.fields["purpose_other"].label


def test_letters_are_counted_as_people_count_them() -> None:
    assert wrong(with_(purpose="other", purpose_other="ễ" * 20)) == []
    assert wrong(with_(purpose="other", purpose_other="ễ" * 21)) != []


def test_size_and_depth_are_capped_before_anything_is_checked() -> None:
    deep: Any = "x"
    for _ in range(5000):
        deep = [deep]
    assert wrong(with_(note=deep)) == [("", "form.too_deep")]
    assert wrong(with_(note="x" * 300_000)) == [("", "form.too_big")]
    assert wrong(with_(history=[{}] * 30_000)) == [("", "form.too_big")]
    assert wrong({"k" * 300_000: 1}) == [("", "form.too_big")]
    assert normalise(FORM, {"note": deep})["note"] is deep


def test_hundreds_of_faults_are_cut_off() -> None:
    assert len(CHECKER.faults({f"unknown{i}": 1 for i in range(500)})) == 100


def test_a_page_is_checked_by_itself() -> None:
    faults = CHECKER.page_faults({"certificate_type": 1, "zzz": 1}, "what", TODAY)
    assert [f.pointer for f in faults] == ["/confirm_ban", "/purpose", "/copies"]


def test_the_schema_for_readers_has_titles_and_accepts_the_same() -> None:
    english = schema(FORM, "en")
    assert english["$schema"].endswith("2020-12/schema")
    assert english["properties"]["copies"]["title"] == "Copies"
    assert english["properties"]["purpose"]["oneOf"][1] == {"const": "other", "title": "Other"}
    assert (
        schema(FORM, "vi")["properties"]["history"]["items"]["properties"]["to"]["title"] == "Đến"
    )
    import jsonschema_rs

    published = jsonschema_rs.Draft202012Validator(english, validate_formats=True)
    assert published.is_valid(FORM.example)
    assert not published.is_valid(with_(certificate_type=2))


def test_a_form_cannot_make_the_checker_read_a_file() -> None:
    import jsonschema_rs

    from motcua.cases.rules.forms import _refuse_reference

    with pytest.raises((ValueError, jsonschema_rs.ReferencingError)):
        jsonschema_rs.Draft202012Validator(
            {"$ref": "file:///etc/hostname"}, retriever=_refuse_reference
        )


def test_a_page_asks_only_what_the_answers_call_for() -> None:
    assert asked(FORM, {}, "what") == ["certificate_type", "purpose", "note", "copies"]
    assert "confirm_ban" in asked(FORM, {"certificate_type": 1}, "what")
    assert "confirm_ban" not in asked(FORM, {"certificate_type": True}, "what")
    assert asked(FORM, {}, "who") == ["issued_on", "phone", "history", "declaration"]


def test_an_answer_whose_condition_has_gone_is_dropped_with_all_that_hangs_on_it() -> None:
    form = msgspec.convert(
        {
            "fields": {
                n: {"label": label(n, n), "kind": "yes_no", "when": w}
                for n, w in {"a": {}, "b": {"a": [True]}, "c": {"b": [True]}}.items()
            },
            "pages": [{"id": "p", "title": label("p", "p"), "fields": ["a", "b", "c"]}],
            "example": {},
        },
        Form,
    )
    assert without_unasked(form, {"a": False, "b": True, "c": True}) == {"a": False}
    assert asked(form, {"a": False, "b": True}) == ["a", "b"][:1]


def test_texts_are_kept_composed_and_without_what_does_not_show() -> None:
    kept = normalise(
        FORM,
        {
            "note": " a\u0302́\r\nb\x00\u202e ",
            "purpose_other": "x\ny\u00a0z\ud800",
            "phone": "  ",
            "copies": 3.0,
        },
    )
    assert kept == {"note": "ấ\nb", "purpose_other": "x y z", "copies": 3}
    assert type(kept["copies"]) is int
    assert normalise(FORM, {"history": [{"address": " Nguye\u0302\u0303n "}]}) == {
        "history": [{"address": "Nguyễn"}]
    }


@settings(max_examples=100, deadline=None)
@given(st.text(), st.booleans())
def test_cleaning_twice_changes_nothing_more(text: str, has_lines: bool) -> None:
    once = clean(text, has_lines)
    assert clean(once, has_lines) == once
    assert "\x00" not in once
    once.encode()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(list(FORM.fields)), json_values))
def test_anything_at_all_is_answered_with_faults_and_never_with_a_crash(
    answers: dict[str, Any],
) -> None:
    kept = normalise(FORM, answers)
    for fault in CHECKER.faults(kept, TODAY):
        assert isinstance(fault, Fault)
        assert fault.reason.startswith("form.")
