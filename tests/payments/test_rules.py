"""A QR code says what was meant, or nothing; money that arrives has one fate."""

import string
from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from motcua.base import clock
from motcua.base.errors import Invalid
from motcua.payments import rules
from motcua.payments.model import AMOUNT_MAX, BankWord, Outcome, Request
from tests.payments import build

INFO = build.info()
PURPOSES = st.text(string.ascii_uppercase + string.digits, min_size=1, max_size=25)
AMOUNTS = st.integers(1, AMOUNT_MAX)


def test_the_checksum_is_crc16_ccitt_false() -> None:
    # Check value of CRC-16/IBM-3740, also known as CCITT-FALSE, in the catalogue of CRCs.
    assert rules._checksum("123456789") == "29B1"
    # No input at all leaves the register as it began.
    assert rules._checksum("") == "FFFF"


def test_the_code_is_laid_out_as_the_scheme_says() -> None:
    payload = rules.qr_payload(build.SCHEME, INFO, 205_000, "0123456789AB")
    assert payload[:-4] == (
        "000201"
        "010212"
        "38570010A000000727"
        "0127" "0006970403" "01130011012345678"
        "0208QRIBFTTA"
        "5303704"
        "5406205000"
        "5802VN"
        "6216" "08120123456789AB"
        "6304"
    )  # fmt: skip


@given(AMOUNTS, PURPOSES, st.integers(0, 4))
def test_what_was_built_is_what_is_read(amount: int, purpose: str, decimals: int) -> None:
    info = build.info(decimals)
    payload = rules.qr_payload(build.SCHEME, info, amount, purpose)
    read = rules.read_qr(build.SCHEME, info, payload)
    assert (read.amount, read.purpose) == (amount, purpose)
    assert (read.bank, read.account) == (build.SCHEME.bank, build.SCHEME.account)


def test_every_single_changed_character_is_noticed() -> None:
    """All of them: each place of a code, each other letter, digit and sign a scanner may read."""
    payload = rules.qr_payload(build.SCHEME, INFO, 205_000, "0123456789AB")
    assert any(c.isalpha() for c in payload[-4:]), "the checksum shows both cases"
    for place, right in enumerate(payload):
        for other in string.printable + "é":
            if other != right:
                changed = payload[:place] + other + payload[place + 1 :]
                with pytest.raises(Invalid):
                    rules.read_qr(build.SCHEME, INFO, changed)


@given(AMOUNTS, PURPOSES, st.data())
def test_two_swapped_neighbours_are_noticed(amount: int, purpose: str, data: st.DataObject) -> None:
    payload = rules.qr_payload(build.SCHEME, INFO, amount, purpose)
    place = data.draw(st.integers(0, len(payload) - 2))
    one, two = payload[place], payload[place + 1]
    assume(one != two)
    with pytest.raises(Invalid):
        rules.read_qr(build.SCHEME, INFO, payload[:place] + two + one + payload[place + 2 :])


@given(st.text(max_size=200))
def test_any_other_text_is_refused_and_breaks_nothing(text: str) -> None:
    with pytest.raises(Invalid):
        rules.read_qr(build.SCHEME, INFO, text)


@given(st.text(string.digits, max_size=60))
def test_a_right_checksum_does_not_make_a_code(text: str) -> None:
    text += "6304"
    with pytest.raises(Invalid):
        rules.read_qr(build.SCHEME, INFO, text + rules._checksum(text))


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Lệ phí hồ sơ", "LE PHI HO SO"),
        ("Đặng, thị; Bưởi!", "DANG THI BUOI"),
        ("H26.013-261123-0001", "H26 013 261123 0001"),
        ("a" * 40, "A" * 25),
        ("x" * 24 + " y", "X" * 24),
    ],
)
def test_a_purpose_keeps_only_what_every_bank_carries(written: str, kept: str) -> None:
    assert rules.purpose_text(written) == kept


@pytest.mark.parametrize(
    ("request_", "word", "outcome"),
    [
        (build.request(), build.word(), "settled"),
        (None, build.word(), "unmatched"),
        (build.request(), build.word(amount=204_999), "mismatched"),
        (build.request(), build.word(amount=205_001), "mismatched"),
        (build.request(), build.word(currency="USD"), "mismatched"),
        (build.request(closing="settled"), build.word(), "overpaid"),
        (build.request(closing="cancelled"), build.word(), "overpaid"),
    ],
)
def test_only_the_right_sum_for_an_open_request_settles(
    request_: Request | None, word: BankWord, outcome: Outcome
) -> None:
    assert rules.outcome_of(request_, word) == outcome
    earned = rules.transfer_of(request_, word, outcome).credit.startswith("revenue:")
    assert earned == (outcome == "settled")


def test_a_transaction_of_the_bank_always_names_the_same_transfer() -> None:
    word = build.word()
    again = rules.transfer_of(None, word, "unmatched").id
    assert rules.transfer_of(build.request(), word, "settled").id == again
    assert rules.transfer_of(None, build.word(), "unmatched").id != again


@pytest.mark.parametrize(
    ("closing", "refund", "state"),
    [
        (None, 0, "open"),
        (None, 5, "open"),
        ("settled", 0, "settled"),
        ("cancelled", 0, "cancelled"),
        ("settled", 5, "refund_due"),
        ("cancelled", 5, "refund_due"),
    ],
)
def test_only_an_unclosed_request_waits_for_money(
    closing: str | None, refund: int, state: str
) -> None:
    assert rules.state_of(closing, refund) == state


def test_a_call_back_is_of_now_for_five_minutes_either_way() -> None:
    now, limit = clock.now(), timedelta(seconds=300)
    assert rules.is_fresh(now - limit, now)
    assert rules.is_fresh(now + limit, now)
    assert not rules.is_fresh(now - limit - timedelta(seconds=1), now)
    assert not rules.is_fresh(now + limit + timedelta(seconds=1), now)
