"""What can be printed is known before anybody signs."""

from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st

from motcua.documents import unprintable
from motcua.documents.model import FONTS
from motcua.documents.rules import letters

VIETNAMESE = (
    "aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệghiìỉĩíịklmnoòỏõóọôồổỗốộơờởỡớợpqrstuùủũúụưừửữứựvxyỳỷỹýỵ"
)


def test_every_vietnamese_letter_can_be_printed() -> None:
    assert unprintable(VIETNAMESE + VIETNAMESE.upper()) == set()


def test_names_of_the_highlands_can_be_printed() -> None:
    assert unprintable("Y Blŏ Kĕ H'Ĭ ƀ ʼ ơ\u0306 № ₫") == set()


def test_decomposed_letters_count_as_composed() -> None:
    assert unprintable("Nguye\u0302\u0303n") == set()


def test_what_no_font_has_is_named() -> None:
    assert unprintable("An 漢\u202e\x00") == {"漢", "\u202e", "\x00"}


def test_the_table_agrees_with_a_second_reader() -> None:
    expected: set[int] = set()
    for name in ("BeVietnamPro-Regular.ttf", "NotoSans-Regular.ttf"):
        with TTFont(FONTS / name) as font:
            expected |= set(font.getBestCmap())
    assert letters._printable() == {chr(code) for code in expected} | {"\n", "\r", "\t"}


def test_bold_letters_are_there_where_plain_ones_are() -> None:
    def characters(*names: str) -> set[int]:
        return set().union(*(letters._characters(FONTS / name) for name in names))

    plain = characters("BeVietnamPro-Regular.ttf", "NotoSans-Regular.ttf")
    assert plain == characters("BeVietnamPro-SemiBold.ttf", "NotoSans-Bold.ttf")


@given(st.text(max_size=50))
def test_any_text_has_an_answer(text: str) -> None:
    assert unprintable(text) <= set(text) | unprintable("".join(unprintable(text)))
