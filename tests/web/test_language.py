import re

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po

from motcua.web import refusals
from motcua.web.language import LANGUAGES, WORDS, chosen, words
from motcua.web.render import ROOMS


@pytest.mark.parametrize(
    ("cookie", "accept", "language"),
    [
        (None, None, "vi"),
        (None, "en-GB,en;q=0.9", "en"),
        (None, "fr-FR,fr;q=0.9", "vi"),
        (None, "en;q=0.3,vi;q=0.8", "vi"),
        (None, "en;q=nonsense,;;,", "vi"),
        ("en", "vi-VN", "en"),
        ("vi", "en-GB", "vi"),
        ("<script>", "en", "en"),
    ],
)
def test_the_readers_choice_comes_before_the_browsers(cookie, accept, language):
    assert chosen(cookie, accept) == language


def test_vietnamese_has_one_form_and_english_two():
    assert words("vi").ngettext(
        "One thing must be put right", "%(num)s things must be put right", 1
    ) == ("Có %(num)s chỗ cần sửa")
    assert words("en").ngettext("One thing", "%(num)s things", 1) == "One thing"
    assert words("en").ngettext("One thing", "%(num)s things", 2) == "%(num)s things"


def test_every_sentence_of_the_kit_has_vietnamese_words():
    wanted = set(refusals.TITLES.values())
    for path in [*(ROOMS / "web" / "html").glob("*.html"), *(ROOMS / "web").glob("*.py")]:
        with path.open("rb") as file:
            method = "jinja2.ext:babel_extract" if path.suffix == ".html" else "python"
            keywords = {"_": None, "say": None, "gettext": None, "ngettext": (1, 2)}
            for _, message, _, _ in extract(method, file, keywords=keywords):
                wanted.add(message if isinstance(message, str) else message[0])
    missing = sorted(m for m in wanted if m and m[0].isupper() and not words("vi").knows(m))
    assert not missing, missing


def kit_words(language: str) -> Catalog:
    with (WORDS / f"web.{language}.po").open("rb") as file:
        return read_po(file)


def test_both_languages_give_the_same_reasons_meanings_and_advice():
    by_language = {
        language: {
            (message.context, message.id) for message in kit_words(language) if message.context
        }
        for language in LANGUAGES
    }
    assert by_language["vi"] == by_language["en"]
    for status in refusals.TITLES:
        assert ("meaning", str(status)) in by_language["vi"]
        assert ("advice", str(status)) in by_language["vi"]


def test_translations_keep_the_places_of_facts():
    place = re.compile(r"%\((\w+)\)s")
    for message in kit_words("vi"):
        if message.context is None and isinstance(message.id, str) and message.id:
            assert set(place.findall(message.id)) == set(place.findall(str(message.string)))
