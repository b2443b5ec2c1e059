from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motcua.base.pack import Pack, Where
from motcua.exchange import rules
from motcua.exchange.model import Register
from motcua.exchange.rules import Breaker

LIMIT, REST = 3, 10.0
moments = st.floats(min_value=0, max_value=1e6, allow_nan=False)
# What may befall a breaker: how much later, and what.
acts = st.lists(
    st.tuples(st.floats(0, 30, allow_nan=False), st.sampled_from(["ask", "good", "bad"])),
    max_size=60,
)


def opened(at: float = 0.0) -> Breaker:
    breaker = Breaker()
    for _ in range(LIMIT):
        breaker = rules.failed(breaker, at, LIMIT, REST)
    return breaker


@given(st.integers(0, LIMIT - 1), moments)
def test_fewer_failures_than_the_limit_leave_the_breaker_closed(failures: int, at: float) -> None:
    breaker = Breaker()
    for _ in range(failures):
        breaker = rules.failed(breaker, at, LIMIT, REST)
    assert rules.may_ask(breaker, at, REST) == (True, breaker)


@given(st.floats(0, REST - 0.001))
def test_an_open_breaker_lets_nothing_through_before_its_rest_is_over(after: float) -> None:
    assert rules.may_ask(opened(), after, REST)[0] is False


@given(st.floats(0, 100), st.floats(0, REST - 0.001))
def test_only_one_probe_goes_when_the_rest_is_over(late: float, soon: float) -> None:
    probed = REST + late
    goes, breaker = rules.may_ask(opened(), probed, REST)
    assert goes
    assert not rules.may_ask(breaker, probed + soon, REST)[0]


def test_a_probe_that_is_never_heard_of_again_does_not_close_the_register_for_ever() -> None:
    _, breaker = rules.may_ask(opened(), REST, REST)
    assert rules.may_ask(breaker, 2 * REST, REST)[0]


def test_one_failed_probe_opens_again_for_a_whole_rest() -> None:
    _, breaker = rules.may_ask(opened(), REST, REST)
    breaker = rules.failed(breaker, REST + 1, LIMIT, REST)
    assert not rules.may_ask(breaker, 2 * REST + 0.9, REST)[0]
    assert rules.may_ask(breaker, 2 * REST + 1, REST)[0]


def test_one_answer_closes_it_and_failures_count_from_the_beginning() -> None:
    breaker = rules.failed(rules.answered(), 0, LIMIT, REST)
    assert rules.may_ask(breaker, 0, REST)[0]


@given(acts)
def test_whatever_happens_questions_to_a_failing_register_are_rare(
    happenings: list[tuple[float, str]],
) -> None:
    """Between two answers at most LIMIT - 1 free failures, then one question for each rest."""
    now, breaker = 0.0, Breaker()
    let_through: list[float] = []
    for later, what in happenings:
        now += later
        if what == "good":
            breaker, let_through = rules.answered(), []
        elif what == "bad":
            breaker = rules.failed(breaker, now, LIMIT, REST)
        was_open = breaker.retry_at is not None
        goes, breaker = rules.may_ask(breaker, now, REST)
        if goes and was_open:
            assert all(now >= before + REST for before in let_through)
            let_through.append(now)


@given(st.integers(1, 10), st.floats(0, 1), st.floats(0, 100))
def test_a_pause_has_full_jitter_and_respects_what_the_register_asked_for(
    tried: int, chance: float, asked: float
) -> None:
    pause = rules.pause(tried, chance, asked)
    assert pause >= asked
    assert rules.pause(tried, 0.0) == 0
    assert rules.pause(tried, chance) <= rules.PAUSE_SECONDS_MAX


def test_pauses_grow_from_a_tenth_of_a_second_to_a_whole_one() -> None:
    assert [rules.pause(n, 1.0) for n in (1, 2, 3, 4, 5, 9)] == [0.1, 0.2, 0.4, 0.8, 1.0, 1.0]


def test_nothing_is_tried_that_cannot_end_within_the_budget() -> None:
    assert rules.has_time(1.0, 2.0, 4.0)
    assert not rules.has_time(1.0, 3.0, 4.0)


def test_a_pack_hears_of_statuses_with_two_meanings_and_echoes_that_echo_nothing(
    tmp_path: Path,
) -> None:
    (tmp_path / "registers").mkdir()
    sample = Path("packs/sample/registers/convictions.yaml").read_text()
    broken = sample.replace('nothing: ["01"]', 'nothing: ["00"]')
    broken = broken.replace("echo: {soDinhDanh: number}", "echo: {soDinhDanh: colour}")
    broken = broken.replace("type: yes_no}", "type: choice}")
    (tmp_path / "registers" / "convictions.yaml").write_text(broken)
    pack = Pack(tmp_path)
    found = {fault.what for fault in rules.register_faults(pack, Where(pack))}
    found = {what for what in found if "part" not in what}
    assert found == {
        "the status '00' has two meanings",
        "'colour' is not an argument that is always sent",
        "'values' does not fit the type choice",
    }


def test_the_registers_of_the_shipped_packs_have_no_faults() -> None:
    for folder in ("packs/vietnam", "packs/sample"):
        pack = Pack(Path(folder))
        assert list(rules.register_faults(pack, Where(pack))) == []


def pack_of(tmp_path: Path, *names: str, **changed: tuple[str, str]) -> Pack:
    """Some registers of the sample, each with one text changed."""
    (tmp_path / "registers").mkdir()
    for name in names:
        text = Path(f"packs/sample/registers/{name}.yaml").read_text()
        if name in changed:
            assert changed[name][0] in text
            text = text.replace(*changed[name])
        (tmp_path / "registers" / f"{name}.yaml").write_text(text)
    return Pack(tmp_path)


@pytest.mark.parametrize(
    ("names", "changed", "found"),
    [
        (("population", "business"), {}, set()),
        (
            ("population",),
            {},
            {"no operation of a register plays the part 'representatives'"},
        ),
        (
            ("population", "business"),
            {"population": ("    part: family\n", "")},
            {"no operation of a register plays the part 'family'"},
        ),
        (
            ("population", "business"),
            {"business": ("part: representatives", "part: person")},
            {
                "no operation of a register plays the part 'representatives'",
                "'person' is played by business.company too",
                "the part 'person' must answer 'birth_date'",
            },
        ),
        (
            ("population", "business"),
            {"population": ("relation:\n", "kin:\n")},
            {"the part 'family' must answer 'relation'"},
        ),
        (
            ("population", "business"),
            {"business": ("number: {to: maSoDoanhNghiep}", "code: {to: maSoDoanhNghiep}")},
            {
                "the platform asks the part 'representatives' by 'number' alone",
                "'number' is not an argument that is always sent",
            },
        ),
    ],
)
def test_a_pack_says_which_operation_plays_which_part(
    tmp_path: Path,
    names: tuple[str, ...],
    changed: dict[str, tuple[str, str]],
    found: set[str],
) -> None:
    pack = pack_of(tmp_path, *names, **changed)
    assert {fault.what for fault in rules.register_faults(pack, Where(pack))} == found


def test_a_register_by_another_name_plays_the_part(tmp_path: Path) -> None:
    pack = pack_of(tmp_path, "population", "business")
    (tmp_path / "registers" / "population.yaml").rename(tmp_path / "registers" / "people.yaml")
    registers = pack.folder("registers", Register)
    assert rules.playing(registers, "family") == [("people", "family")]
    assert rules.playing(registers, "representatives") == [("business", "company")]
