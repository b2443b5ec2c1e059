"""A notice says who, which agency and when, in the reader's language, with nothing left open."""

import re
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from motcua.base.text import Text
from motcua.notices import actions, rules
from motcua.notices.model import Fact, Sum
from motcua.web.language import LANGUAGES, Language, words

ZONE = ZoneInfo("Asia/Bangkok")  # seven hours ahead, all year
AT = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)

FACTS: dict[str, Fact] = {
    "code": "X1.01-261123-0001",
    "procedure": Text(vi="Cấp giấy", en="A paper"),
    "agency": Text(vi="Sở Mẫu", en="Sample Department"),
    "officer": "Bùi Quang Minh",
    "at": AT,
    "address": "https://city.example/cases/X1.01-261123-0001",
    "intake_due_at": AT,
    "due_at": AT,
    "new_due_at": AT,
    "reason": "thiếu chữ ký",
    "missing": "bản sao",
    "amount": Sum(205_000),
}


CASES = sorted(name for name in rules.TEMPLATES if not name.startswith("account."))
ACCOUNTS = sorted(set(rules.TEMPLATES) - set(CASES))


def write(name: str, language: Language, **changed: Any) -> tuple[str, str]:
    facts = {**FACTS, **changed}
    return actions.written(rules.TEMPLATES[name], facts, language, ZONE, "VND")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CASES)
def test_each_names_agency_person_and_time(name: str, language: Language) -> None:
    subject, body = write(name, language)
    assert "X1.01-261123-0001" in subject
    assert {"vi": "Sở Mẫu", "en": "Sample Department"}[language] in body
    assert "Bùi Quang Minh" in body
    assert {"vi": "09:30 23/11/2026", "en": "09:30 23 November 2026"}[language] in body
    assert "%(" not in subject + body


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ACCOUNTS)
def test_each_of_an_account_names_who_did_it_and_when(name: str, language: Language) -> None:
    subject, body = write(name, language)
    assert "Bùi Quang Minh" in body
    assert {"vi": "09:30 23/11/2026", "en": "09:30 23 November 2026"}[language] in body
    assert "Sở Mẫu" not in body  # no case, no agency
    assert "%(" not in subject + body


@pytest.mark.parametrize("name", sorted(rules.TEMPLATES))
def test_each_is_written_in_vietnamese_with_the_same_facts(name: str) -> None:
    say = words("vi")
    template = rules.TEMPLATES[name]
    for sentence in (template.subject, template.body, template.signed):
        assert say.knows(sentence, rules.CONTEXT), sentence
        told = say.pgettext(rules.CONTEXT, sentence)
        places = re.compile(r"%\((\w+)\)s")
        assert sorted(places.findall(told)) == sorted(places.findall(sentence))


def test_money_is_written_as_the_reader_writes_it() -> None:
    assert "205.000" in write("payment.settled", "vi")[1]
    assert "205,000" in write("payment.settled", "en")[1]


def test_a_missing_fact_is_found_where_the_notice_is_written() -> None:
    facts = {name: fact for name, fact in FACTS.items() if name != "officer"}
    with pytest.raises(KeyError):
        actions.written(rules.TEMPLATES["case.accepted"], facts, "vi", ZONE, "VND")


def test_a_subject_stays_one_line_whatever_the_facts() -> None:
    subject, _ = write("case.received", "en", code="X\r\nBcc: all@example.com")
    assert "\n" not in subject
    assert "\r" not in subject


def test_a_fact_is_never_read_as_a_sentence() -> None:
    _, body = write("case.refused", "en", reason="100 % %(code)s %d {code}")
    assert "100 % %(code)s %d {code}" in body


@pytest.mark.parametrize("name", sorted(rules.TEMPLATES))
def test_however_long_the_facts_the_notice_keeps_its_limits_and_its_signature(name: str) -> None:
    texts = {name: "x" * 20_000 for name, fact in FACTS.items() if isinstance(fact, str)}
    subject, body = write(name, "vi", **{**texts, "address": "https://city.example/a"})
    assert len(subject) <= 200
    assert len(body) <= 10_000
    assert body.endswith("https://city.example/a\n")
