from motcua.base.errors import Fault
from motcua.web import forms
from tests.web.trial import FIELDS, field

NAMES = list(FIELDS)


def test_what_is_posted_becomes_answers_of_the_right_kind():
    posted = forms.read(
        FIELDS, NAMES,
        {
            "kind": "2", "why": "  Xin việc ", "ban": "false", "copies": "1.000",
            "born-day": "7", "born-month": "3", "born-year": "1990",
            "residence-0-from-month": "9", "residence-0-from-year": "2004",
            "residence-0-place": "Phường Láng", "residence-1-place": "", "oath": "true",
        },
    )  # fmt: skip
    assert posted.answers == {
        "kind": 2, "why": "Xin việc", "ban": False, "copies": 1000, "born": "1990-03-07",
        "residence": [{"from": "2004-09", "place": "Phường Láng"}], "oath": True,
    }  # fmt: skip
    assert not posted.is_editing


def test_what_cannot_be_read_stays_as_typed_so_that_the_check_can_name_it():
    odd = {"copies": "hai", "born-day": "31", "born-month": "x", "born-year": "", "kind": "3"}
    answers = forms.read(FIELDS, NAMES, odd).answers
    assert answers == {"copies": "hai", "born": "-x-31", "kind": "3"}


def test_an_answer_that_is_not_asked_is_left_out():
    assert "why" not in forms.read(FIELDS, NAMES, {"kind": "1", "why": "Xin việc"}).answers


def test_rows_are_added_and_taken_away_without_a_script():
    rows = {"residence-0-place": "Láng", "residence-1-place": "Sóc Sơn"}
    added = forms.read(FIELDS, NAMES, {**rows, "add": "residence"})
    assert added.is_editing
    assert added.answers["residence"] == [{"place": "Láng"}, {"place": "Sóc Sơn"}, {}]
    taken = forms.read(FIELDS, NAMES, {**rows, "remove": "residence-0"})
    assert taken.answers["residence"] == [{"place": "Sóc Sơn"}]
    full = {f"residence-{n}-place": "x" for n in range(3)}
    assert len(forms.read(FIELDS, NAMES, {**full, "add": "residence"}).answers["residence"]) == 3


def test_more_rows_than_the_limit_are_not_read():
    many = {f"residence-{n}-place": "x" for n in range(200)}
    assert len(forms.read(FIELDS, NAMES, many).answers["residence"]) == forms.ROWS_MAX


def test_a_question_that_hangs_on_a_choice_stands_under_it():
    made = forms.questions(FIELDS, NAMES, {}, "vi")
    assert [q.name for q in made] == [name for name in NAMES if name != "why"]
    assert [[q.name for q in c.reveals] for c in made[0].choices] == [[], ["why"]]


def test_a_fault_finds_its_box():
    faults = [Fault("/answers/residence/0/from", "web.wrong_shape"), Fault("/residence", "web.x")]
    problems = forms.problems(faults, "en", FIELDS)
    assert [p.anchor for p in problems] == ["residence-0-from", "residence-0-from"]
    residence = forms.questions(FIELDS, ["residence"], {}, "en", faults)[0]
    assert residence.rows[0][0].errors == ["This is missing, or not of the kind it must be."]
    assert residence.rows[0][0].parts[0].id == "residence-0-from"


def test_true_is_not_one():
    hanging = field("Vì sao?", "Why?", "text", when={"kind": [1]})
    assert not forms.is_asked(hanging, {"kind": True})
    assert forms.is_asked(hanging, {"kind": 1})


def test_a_summary_says_answers_in_words():
    answers = {"kind": 1, "ban": True, "born": "1990-03-27", "copies": 1200}
    rows = forms.summary(FIELDS, ["kind", "why", "ban", "born", "copies", "note"], answers, "vi")
    assert [row.lines for row in rows] == [
        ["Phiếu số 1"], ["Có"], ["27/03/1990"], ["1.200"], ["Chưa trả lời"],
    ]  # fmt: skip
