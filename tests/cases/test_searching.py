"""Search: what people type, and the procedure they mean."""

import msgspec
import pytest

from motcua.cases.model.procedure import Procedure
from motcua.cases.rules.searching import Index

T = {"vi": "x", "en": "x"}


def procedure(code: str, vi: str, en: str, short: str = "", *keywords: str) -> Procedure:
    return msgspec.convert(
        {
            "code": code, "valid_from": "2026-01-01", "name": {"vi": vi, "en": en},
            "short_name": {"vi": short or vi, "en": en}, "summary": T, "keywords": keywords,
            "level": "city", "field": T, "applicants": [T], "agencies": {"codes": ["X"]},
            "channels": [], "steps": [], "legal_basis": [], "sign_in": {},
            "form": {"fields": {}, "pages": [{"id": "p", "title": T}], "example": {}},
            "fee": [], "fee_source": {"text": "x"}, "intake_limit": "8wh", "limit": "10d",
            "results": [], "route": {"start": "s", "steps": {}},
        },
        Procedure,
    )  # fmt: skip


INDEX = Index(
    [
        procedure(
            "3.000333", "Cấp Phiếu lý lịch tư pháp cho công dân Việt Nam",
            "Criminal-record certificate", "Lý lịch tư pháp", "tiền án", "án tích"),
        procedure("3.000334", "Cấp Phiếu lý lịch tư pháp cho cơ quan nhà nước, tổ chức chính trị",
                  "Criminal-record certificate for state agencies"),
        procedure("1.001193", "Thủ tục đăng ký khai sinh", "Birth registration", "Khai sinh"),
        procedure("1.000656", "Thủ tục đăng ký khai tử", "Death registration", "Khai tử"),
        procedure("1.004222", "Đăng ký thường trú", "Permanent residence", "Hộ khẩu"),
        procedure("1.004194", "Đăng ký tạm trú", "Temporary residence"),
        procedure("1.000894", "Thủ tục đăng ký kết hôn", "Marriage registration", "Kết hôn"),
        procedure("1.000500", "Xóa án cho người bị phạt", "Clearing a sentence"),
        procedure("1.000501", "Ăn uống công cộng: cấp phép", "Food licence"),
    ]
)  # fmt: skip


def first(words: str) -> str:
    return (INDEX.search(words, 5) or ["nothing"])[0]


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("ly lich tu phap", "3.000333"),
        ("lý lịch tư pháp", "3.000333"),
        ("LÝ LỊCH TƯ PHÁP", "3.000333"),
        ("tư pháp lý lịch", "3.000333"),  # another order
        ("ly lich tu pha", "3.000333"),  # not yet finished
        ("ly lihc tu phap", "3.000333"),  # two letters exchanged
        ("lly lichh tu phap", "3.000333"),
        ("criminal record", "3.000333"),
        ("crimnal recrd", "3.000333"),
        ("giấy xác nhận không tiền án", "3.000333"),  # the rare words count most
        ("tien an", "3.000333"),  # a keyword
        ("ly lich tu phap cho co quan nha nuoc", "3.000334"),
        ("khai sinh", "1.001193"),
        ("đăng ký khai tử", "1.000656"),
        ("dang ky ket hon", "1.000894"),
        ("ho khau", "1.004222"),
        ("dang ky tam tru", "1.004194"),
        ("3.000333", "3.000333"),
        ("1.000894", "1.000894"),
        ("kai sinh", "1.001193"),  # one word is enough when the other is unknown
        ("birth registation", "1.001193"),
    ],
)
def test_what_people_type_finds_what_they_mean(typed: str, code: str) -> None:
    assert first(typed) == code


def test_a_word_with_marks_prefers_equal_marks_and_without_them_finds_all() -> None:
    assert first("án") != "1.000501"
    assert first("ăn") == "1.000501"
    assert set(INDEX.search("an", 9)) >= {"1.000501", "1.000500", "3.000333"}


def test_decomposed_letters_are_the_same_letters() -> None:
    import unicodedata

    assert first(unicodedata.normalize("NFD", "lý lịch tư pháp")) == "3.000333"


@pytest.mark.parametrize(
    "typed", ["", "   ", "???", "qwertyuiop", "' OR 1=1 --", "\x00", "%", "😀", "xyzzy " * 5000]
)
def test_a_question_without_an_answer_finds_nothing(typed: str) -> None:
    assert INDEX.search(typed, 5) == []


def test_no_more_than_asked_for_comes_back_and_each_once() -> None:
    assert len(INDEX.search("dang ky", 2)) == 2
    found = INDEX.search("dang ky", 50)
    assert sorted(found) == sorted(set(found))


def test_an_empty_city_finds_nothing() -> None:
    assert Index([]).search("ly lich", 5) == []
