"""Search: what people type, and the procedure they mean."""

import time
import unicodedata

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from motcua.base.text import Text, fold
from motcua.cases.model.procedure import Procedure
from motcua.cases.model.search import Entry, LifeEvent, Often, SearchWords, Synonym
from motcua.cases.rules.searching import Index, entry, life_events

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
    entry(one)
    for one in [
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


# What holds for whatever is typed.

NAMES = {
    "1.001193": "Thủ tục đăng ký khai sinh",
    "1.000656": "Thủ tục đăng ký khai tử",
    "1.000894": "Thủ tục đăng ký kết hôn",
    "1.004222": "Đăng ký thường trú",
    "3.000347": "Đổi giấy phép lái xe",
    "2.001583": "Đăng ký thành lập công ty TNHH một thành viên",
    "1.012812": "Hòa giải tranh chấp đất đai",
    "1.013225": "Cấp giấy phép xây dựng mới nhà ở riêng lẻ",
    "2.001077": "Đổi tiền không đủ tiêu chuẩn lưu thông",
    "1.004359": "Cấp, cấp lại Giấy phép khai thác thủy sản",
}
KNOWN = SearchWords(
    skip=("làm xin cần tôi ở cho",),
    synonyms=(
        Synonym(say=("bằng lái", "gplx"), mean=("giấy phép lái xe",)),
        Synonym(say=("ông/bà mất/qua_đời",), mean=("đăng ký khai tử",)),
        Synonym(say=("mở cty",), procedures=("2.001583", "9.999999")),
        Synonym(say=("bí mật",), mean=("đổi tiền",)),
    ),
    life_events=(
        LifeEvent(id="birth", name=Text("Sinh con", "Having a child"), words=("em bé",),
                  procedures=("1.001193", "1.004222")),
        LifeEvent(id="move", name=Text("Dọn đi", "Moving"), procedures=("1.013225", "1.004222")),
        LifeEvent(id="moon", name=Text("Lên trăng", "To the moon"), procedures=("9.999999",)),
    ),
    often=(Often(procedures=("1.001193",), reason="many ask"),),
)  # fmt: skip
CITY = Index([Entry(code=code, names=(name,)) for code, name in NAMES.items()], KNOWN)
ANY_NAME = st.sampled_from(sorted(NAMES))

TELEX = {
    "\u0300": "f", "\u0301": "s", "\u0309": "r", "\u0303": "x", "\u0323": "j",
    "\u0302": "^", "\u0306": "w", "\u031b": "w",
}  # fmt: skip


def telex(text: str) -> str:
    """What the keys for these letters leave when the keyboard makes no marks of them."""
    typed = []
    for word in text.lower().replace("đ", "dd").split():
        letters, tone = "", ""
        for c in unicodedata.normalize("NFD", word):
            key = TELEX.get(c, c)
            if key == "^":
                letters += letters[-1]
            elif key in "fsrxj" and c in TELEX:
                tone = key
            else:
                letters += key
        typed.append(letters + tone)
    return " ".join(typed)


@pytest.mark.parametrize("code", sorted(NAMES))
def test_marks_make_no_difference_to_what_is_found_first(code: str) -> None:
    name = NAMES[code]
    assert CITY.search(name, 1) == CITY.search(fold(name), 1) == [code]
    assert CITY.search(name.upper(), 1) == CITY.search(unicodedata.normalize("NFD", name), 1)


@pytest.mark.parametrize("code", sorted(NAMES))
def test_keys_that_should_have_become_marks_find_the_same(code: str) -> None:
    assert CITY.search(telex(NAMES[code].replace(",", "")), 1) == [code]


@given(ANY_NAME, st.data())
def test_a_name_typed_so_far_already_finds(code: str, data: st.DataObject) -> None:
    name = NAMES[code]
    typed = name[: data.draw(st.integers(len(name) // 2, len(name)))]
    assert code in CITY.search(typed, 5)


@given(ANY_NAME, st.data())
def test_one_slip_of_the_finger_still_finds(code: str, data: st.DataObject) -> None:
    name = fold(NAMES[code])
    at = data.draw(st.integers(0, len(name) - 2))
    slip = data.draw(st.sampled_from(["lost", "doubled", "swapped", "wrong"]))
    one, other = name[at], name[at + 1]
    made = {
        "lost": other,
        "doubled": one + one + other,
        "swapped": other + one,
        "wrong": "q" + other,
    }
    assert code in CITY.search(name[:at] + made[slip] + name[at + 2 :], 3)


@given(ANY_NAME, st.data())
def test_a_missing_space_still_finds(code: str, data: st.DataObject) -> None:
    name = fold(NAMES[code])
    spaces = [at for at, c in enumerate(name) if c == " "]
    at = data.draw(st.sampled_from(spaces))
    assert code in CITY.search(name[:at] + name[at + 1 :], 3)


@given(ANY_NAME, st.text(max_size=40), st.text(max_size=40))
def test_an_exact_code_is_always_first(code: str, before: str, after: str) -> None:
    assert CITY.search(f"{before} {code} {after}", 3)[0] in {
        code, *(other for other in NAMES if other in before or other in after),
    }  # fmt: skip
    assert CITY.search(code.replace(".", ""), 1) == [code]
    assert CITY.search(f"{code}.000.00.00.H26", 1) == [code]


@given(st.text(max_size=2000), st.integers(1, 20))
def test_whatever_is_typed_is_answered_with_known_codes_each_once(typed: str, limit: int) -> None:
    found = CITY.search(typed, limit)
    assert len(found) <= limit
    assert len(set(found)) == len(found)
    assert set(found) <= set(NAMES)


@pytest.mark.parametrize(
    "typed",
    ["a" * 100_000, "đăng ký " * 20_000, "dang ki " * 20_000, "x" * 200, "aa ee oo dd " * 50,
     "\u0301" * 5000, "1.001193 " * 5000, "/_/_" * 100, "qwe rty uio pas dfg hjk lzx cvb nmq wer"],
)  # fmt: skip
def test_long_and_hostile_questions_are_soon_done_with(typed: str) -> None:
    begun = time.process_time()
    CITY.search(typed, 20)
    assert time.process_time() - begun < 0.2


# Everyday words, events, and what is asked for often.


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("bằng lái", "3.000347"),
        ("đổi bằng lái", "3.000347"),
        ("doi gplx", "3.000347"),
        ("bà mất", "1.000656"),
        ("ba qua doi", "1.000656"),
        ("bà tôi qua đời", "1.000656"),  # a word that says nothing may lie between
        ("mở cty", "2.001583"),
        ("tôi cần mở cty", "2.001583"),
        ("sinh con", "1.001193"),
        ("em bé", "1.001193"),
        ("having a child", "1.001193"),
        ("chanh trap", "1.012812"),  # as it sounds
        ("khaisinh", "1.001193"),
        ("tranhchap", "1.012812"),
        ("thuo", "1.004222"),  # not yet finished
        ("kí kết hôn", "1.000894"),
    ],
)
def test_everyday_words_find_what_they_mean(typed: str, code: str) -> None:
    assert CITY.search(typed, 1) == [code]


def test_an_event_leads_to_everything_that_it_names_the_first_thing_first() -> None:
    assert CITY.search("em bé", 5) == ["1.001193", "1.004222"]
    assert CITY.search("dọn đi", 5) == ["1.013225", "1.004222"]


def test_words_that_stand_together_as_they_were_meant_come_first() -> None:
    titles = ("Giấy xe phép lái", "Giấy phép lái xe")
    index = Index([Entry(code=f"1.00000{n}", names=(t,)) for n, t in enumerate(titles)], KNOWN)
    assert index.search("gplx", 1) == ["1.000001"]


def test_marks_that_were_typed_tell_phrases_apart() -> None:
    """`bị mắt` is not `bí mật`, though without marks they are the same."""
    assert "2.001077" in CITY.search("bi mat", 3)
    assert CITY.search("bí mật", 1) == ["2.001077"]
    plain, other = (CITY._reader.read(typed) for typed in ("bí mật", "bị mắt"))
    assert plain[0].meanings[0].likeness > other[0].meanings[0].likeness


def test_what_many_ask_for_stands_before_its_like() -> None:
    twins = [Entry(code=code, names=("Cấp bản sao",)) for code in ("1.000001", "1.000002")]
    often = SearchWords(often=(Often(procedures=("1.000002",), reason="many ask"),))
    assert Index(twins).search("bản sao", 2) == ["1.000001", "1.000002"]
    assert Index(twins, often).search("bản sao", 2) == ["1.000002", "1.000001"]


def test_what_is_filed_here_stands_before_what_only_a_ministry_receives() -> None:
    twins = [
        Entry(code="1.000001", names=("Cấp bản sao",), is_local=False),
        Entry(code="1.000002", names=("Cấp bản sao",)),
    ]
    assert Index(twins).search("bản sao", 2) == ["1.000002", "1.000001"]


@pytest.mark.parametrize("typed", ["gplx", "em bé", "bà mất", "1.001193", "đăng ký"])
def test_an_empty_city_with_words_finds_nothing_either(typed: str) -> None:
    assert Index([], KNOWN).search(typed, 5) == []


def test_a_city_shows_the_events_for_which_it_has_something() -> None:
    [event] = life_events(KNOWN, {"1.001193"})
    assert (event.id, event.procedures) == ("birth", ("1.001193",))
    assert life_events(KNOWN, ()) == []
