"""What the check of a pack finds: every fault in one run, each at its line."""

import shutil
from pathlib import Path

import pytest

from motcua.doctor import pack_faults
from tests.conftest import ROOT

PACKS = ROOT / "packs"

PROCEDURE = "procedures/9.000001.yaml"


class Broken:
    """A copy of the sample pack in which single words are changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "sample"
        shutil.copytree(PACKS / "sample", self.folder)
        self.expected: list[tuple[str, int, str]] = []

    def change(self, old: str, new: str, *said: str, file: str = PROCEDURE, below: int = 0) -> None:
        """Replace the one place where `old` stands; `said` is expected on its line (+ `below`)."""
        path = self.folder / file
        text = path.read_text("utf-8")
        assert text.count(old) == 1, (old, text.count(old))
        self.line = text[: text.index(old)].count("\n") + 1
        line = self.line + below
        # Lines stay where they are, so that faults of other changes do too.
        assert old.count("\n") == new.count("\n")
        path.write_text(text.replace(old, new), "utf-8")
        self.expected += [(file, line, what) for what in said]

    def found(self) -> list[tuple[str, int, str]]:
        return [
            (Path(f.file).relative_to(self.folder).as_posix(), f.line, f.what)
            for f in pack_faults(self.folder)
        ]


@pytest.fixture
def broken(tmp_path: Path) -> Broken:
    return Broken(tmp_path)


def test_a_pack_with_many_faults_is_told_all_of_them_in_one_run(broken: Broken) -> None:
    change = broken.change
    change("level: city", "levle: city", "unknown key 'levle'")
    broken.expected.append((PROCEDURE, 2, "'level' is missing"))
    change(
        "short_name: {vi: Giấy xác nhận cư trú, en: Residence certificate}",
        "short_name: {vi: Giấy xác nhận cư trú}",
        "text missing in English",
    )
    change("codes: [residents,", "codes: [police,", "unknown agency 'police'")
    change(
        "intake_limit: 8wh",
        "intake_limit: 8",
        "'intake_limit' is number, not string",
        "deadline without unit: 8",
    )
    change("\nlimit: 5wd", '\nlimit: "5"', "'limit' is '5'", "deadline without unit: 5", below=1)
    change(
        "required_if: answers.fee_class == 'student'",
        "required_if: answers.fee_class == ",
        "bad CEL: it stops making sense at column 21",
    )
    change(
        "when: answers.copies > 2",
        "when: answers.copeis > 2",
        "unknown name 'answers.copeis' in CEL",
        "CEL fails on answers that the form offers: unknown key",
    )
    change(
        "amount: (answers.copies - 2) * 50",
        "amount: (aswers.copies - 2) * 50",
        "unknown name 'aswers' in CEL",
    )
    change(
        "when: {purpose: [other]}",
        "when: {purpose: [others], copis: [1]}",
        "'when' names 'others', which 'purpose' cannot be",
        "'when' names an unknown field 'copis'",
        # For nobody is it asked then, so its own page comes before what it depends on.
    )
    change(
        "fields: [fee_class]",
        "fields: [fee_clas]",
        "the page asks for an unknown field 'fee_clas'",
    )
    broken.expected.append((PROCEDURE, line_of("    fee_class:"), "no page asks for 'fee_class'"))
    change(
        "      on: {propose: decide}",
        "      on: {propose: examine}",
        below=-4,
    )
    change("operation: person", "operation: persno", "'population' has no operation 'persno'")
    change("template: certificate.typ", "template: paper.typ", "there is no results/paper.typ")
    change("{value: school,", "{value: other,", "'other' is offered twice", below=1)
    change("code: SM.2,", "code: SM.1,", "code 'SM.1' is used twice", file="agencies.yaml")
    change("residents: SM.1", "residents: SM.9", "unknown agency 'SM.9'", file="agencies.yaml")
    change("2026-03-02", "2026-02-30", "'date' is '2026-02-30'", file="calendar.yaml")
    change('"17:00"', '"08:00"', "office hours overlap or run backwards", file="calendar.yaml")
    change("cut_off:", "cutoff:", "unknown key 'cutoff'", file="calendar.yaml")
    found = broken.found()
    missing = [one for one in broken.expected if one not in found]
    assert not missing, (missing, found)


def line_of(text: str) -> int:
    lines = (PACKS / "sample" / PROCEDURE).read_text("utf-8").splitlines()
    return lines.index(text) + 1


ONE_BY_ONE = [
    # Structure.
    ("sign_in: {level: 2}", "sign_in: {level: 3}", "'level' cannot be '3'"),
    ("kind: number", "kind: numbr", "'kind' cannot be 'numbr'"),
    ("on: {deliver: end}", "on: {delivr: end}", "unknown action 'delivr'"),
    ("code: KQ.SM.000001", "code: KQ.1", "'code' is 'KQ.1'"),
    ("keywords: [", "keywords: [5, ", "'0' is number, not string"),
    ("en: Sign in and answer a few questions.", "en: ''", "text is empty in English"),
    # The route.
    ("start: intake", "start: intak", "unknown step 'intak'"),
    ("{sign: release}", "{sign: relase}", "'sign' leads to an unknown step 'relase'"),
    ("on: {propose: decide}", "on: {propose: examine}", "step 'examine' leads nowhere"),
    ("on: {propose: decide}", "on: {propose: signing}", "step 'decide' cannot be reached"),
    ("before: propose", "before: accept", None),
    # The form.
    ("kind: number", "kind: list", "'fields' and kind 'list' go together"),
    ("      max: 10", "      max: 0", "'min' is more than 'max'"),
    ("fields: [declaration]", "fields: [declaration, copies]", "'copies' is asked twice"),
    ("- id: fee", "- id: purpose", "two pages are called 'purpose'"),
    ("{purpose: [other]}", "{copies: [true]}", None),
    ("{purpose: [other]}", "{declaration: [true]}", "asked before 'declaration'"),
    ("copies: 1, fee_class", "copies: 99, fee_class", "the form does not accept its example"),
    ("example: {purpose: school, ", "example: {", "the form does not accept its example"),
    # Rules in CEL.
    ("'student' ? 250 : 500", "'student' ? 250 : 'x'", "CEL gives 'x', not a whole number"),
    ("'student' ? 250 : 500", "'student' ? -250 : 500", "the fee can be negative: -250"),
    ("when: answers.copies > 2", "when: channel == 'counter'", None),
    ("required_if: answers.fee_class", "required_if: channel", "unknown name 'channel' in CEL"),
    ("amount: (answers.copies - 2) * 50", "amount: channel", "CEL gives 'online', not a whole"),
    (
        "amount: (answers.copies - 2) * 50",
        "amount: \"channel == 'post' ? -9000 : 0\"",
        "the fee can be negative: -",
    ),
    # A register that is asked of some cases only has perhaps said nothing.
    ("before: propose", "when: answers.fee_class == 'student'", "'findings.identity' may be"),
    ("before: propose", "when: answers.fee_clas == 'student'", "unknown name 'answers.fee_clas'"),
    ("before: propose", "when: person.level == 2", "unknown name 'person' in CEL"),
    ("when: answers.copies > 2", "when: answers.copies", "CEL gives 1, not true or false"),
    ("when: answers.copies > 2", "when: answers.purpose > 2", "CEL fails on answers"),
    ("when: answers.copies > 2", "when: size(findings) > 2", "unknown name 'findings' in CEL"),
    ("when: answers.copies > 2", "when: person.nam == ''", "unknown name 'person.nam' in CEL"),
    ("when: answers.copies > 2", "when: aeg(today) > 2", "unknown function 'aeg' in CEL"),
    (
        "when: answers.copies > 2",
        f"when: answers.copies > 2{' && true' * 150}",
        "'when' breaks its maxLength",
    ),
    (
        "when: answers.copies > 2",
        "when: answers.purpose_other == 'x'",
        "'answers.purpose_other' may be missing",
    ),
    (
        "when: answers.copies > 2",
        "when: has(answers.purpose_other) && answers.purpose_other == 'x'",
        None,
    ),
    ("{number: subject.number,", "{numbr: subject.number,", "'person' does not take numbr"),
    # Fees, papers, names.
    ("{kind: amount, amount: 500,", "{kind: amount,", "'amount' and kind 'amount' go together"),
    ("{kind: amount, amount: 500,", "{kind: amount, amount: -5,", "a published fee is negative"),
    ("rule: extra_copies", "rule: base", "duplicate rule 'base' in fee"),
    ("code: student_card", "code: authorisation", "duplicate code 'authorisation' in documents"),
    ("others_document: authorisation", "others_document: letter", "unknown document 'letter'"),
    ("documents: true", "documents: false", "no page asks for the documents"),
    ('number: "{sequence}/{year}"', 'number: "{year}"', "'{sequence}' is missing"),
    ("register: population", "register: people", "unknown register 'people'"),
    ("from: population.name", "from: people.name", "unknown register 'people'"),
    (
        "agencies: {codes: [residents, SM.N, SM.E, SM.S, SM.W]}",
        "agencies: {}",
        "no agency may receive it",
    ),
    ("agencies: {codes: [residents, SM.N, SM.E, SM.S, SM.W]}", "agencies: {kind: commune}", None),
    ('code: "9.000001"', 'code: "9.000002"', "the file is not named after its code"),
]


@pytest.mark.parametrize(("old", "new", "what"), ONE_BY_ONE)
def test_a_fault_is_named_at_its_line(broken: Broken, old: str, new: str, what: str | None) -> None:
    broken.change(old, new)
    found = broken.found()
    if what is None:
        assert found == []
        return
    (line,) = {line for _, line, said in found if what in said}
    assert line - broken.line == LINES_APART.get(what, 0)


# What a route may not say: the act, where it leads now, and what is told of it.
OUT_OF_ORDER = [
    ("{accept: examine,", "{release: examine,", "'release' at step 'intake' can never happen"),
    ("{accept: examine,", "{accept: decide,", "'approve' at step 'decide' can never happen"),
    ("{propose: decide}", "{approve: decide}", "'approve' at step 'examine' can never happen"),
    ("{propose: decide}", "{propose: end}", "'propose' ends the case before anything is signed"),
    ("{approve: signing, return", "{sign: signing, return", "'sign' at step 'decide' can never"),
    ("{sign: release}", "{accept: release}", "'accept' at step 'signing' can never happen"),
    ("{sign: release}", "{return_to_handler: release}", "'release' at step 'release' can never"),
    ("{release: delivery}", "{refuse: delivery}", "'refuse' at step 'release' can never happen"),
    ("{propose: decide}", "{deliver: decide}", "'deliver' at step 'examine' can never happen"),
    ("{propose: decide}", "{return_to_handler: decide}", "'return_to_handler' at step 'examine'"),
]


@pytest.mark.parametrize(("old", "new", "what"), OUT_OF_ORDER)
def test_an_act_that_can_never_happen_in_order_is_refused_at_its_line(
    broken: Broken, old: str, new: str, what: str
) -> None:
    broken.change(old, new)
    told = [(line, said) for _, line, said in broken.found() if what in said]
    steps = [line for line, _ in told]
    assert steps, broken.found()
    assert all(0 <= line - broken.line <= 15 for line in steps), "at the act, or a step after it"


def test_a_step_with_nothing_left_to_do_is_named(broken: Broken) -> None:
    """Two ways lead to the signature, and on one of them nobody has approved."""
    change = "on: {approve: signing, return_to_handler: signing}"
    broken.change("on: {approve: signing, return_to_handler: examine}", change)
    what = "step 'signing' has nothing to do for a case that is only proposed"
    assert [(line, said) for _, line, said in broken.found()] == [(broken.line + 1, what)]


# What is told where the part begins, and not where the word stands that makes it wrong.
LINES_APART = {
    "step 'examine' leads nowhere": -4,  # its first line
    "step 'decide' cannot be reached": 1,  # the next step
    "'fields' and kind 'list' go together": -1,
    "'min' is more than 'max'": -1,
    "asked before 'declaration'": 22,  # the page that asks it
    "the fee can be negative: -250": -2,  # `fee:`
    "the fee can be negative: -": -7,
    "'findings.identity' may be": 40,  # the result that tells it
    "duplicate code 'authorisation' in documents": 3,  # the second of them
    "no page asks for the documents": -12,  # `pages:`
}


KNOWN_ROWS = """
      known_from:
        register: population
        operation: residence
        with: {number: subject.number}
        rows: places
        fields: {address: address}
"""


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("", "", None),
        ("register: population", "register: people", "unknown register 'people'"),
        ("operation: residence", "operation: homes", "'population' has no operation 'homes'"),
        ("number: subject", "numbr: subject", "'residence' does not take numbr"),
        ("subject.number", "subject.nr", "unknown name 'subject.nr' in CEL"),
        ("rows: places", "rows: homes", "'residence' answers with no list 'homes'"),
        ("{address: address}", "{address: street}", "'places' has no 'street'"),
        ("{address: address}", "{street: address}", "the list has no column 'street'"),
    ],
)
def test_rows_known_by_a_register_are_held_against_it(
    broken: Broken, old: str, new: str, what: str | None
) -> None:
    path = broken.folder / PROCEDURE
    column = "{kind: text, label: {vi: Nơi ở, en: Address}}"
    homes = f"""    homes:
      kind: list
      label: {{vi: Nơi đã ở, en: Homes}}
      required: false
      fields: {{address: {column}}}{KNOWN_ROWS.replace(old, new) if old else KNOWN_ROWS}"""
    text = path.read_text("utf-8").replace("    copies:\n", f"{homes}    copies:\n", 1)
    text = text.replace("purpose_other, copies]", "purpose_other, homes, copies]")
    path.write_text(text, "utf-8")
    assert [said for _, _, said in broken.found()] == ([what] if what else [])


OPINION = "opinions: [{id: roads, question: {vi: Được không?, en: May they?}, limit: 2wd, "


@pytest.mark.parametrize(
    ("written", "what"),
    [
        ("limit_if: [{when: answers.purpose == 'other', limit: 1d}]", None),
        ("limit_if: [{when: answers.purpos == 'x', limit: 1d}]", "unknown name 'answers.purpos'"),
        ("limit_if: [{when: person.level == 2, limit: 1d}]", "unknown name 'person'"),
        ("green_if: answers.purpos == 'x'", "unknown name 'answers.purpos'"),
        ("fee_assessed: channel == 'post'", None),
        ("fee_assessed: chanel == 'post'", "unknown name 'chanel'"),
        (OPINION + "agencies: {codes: [SM.2]}}]", None),
        (OPINION + "agencies: {codes: [SM.9]}}]", "unknown agency 'SM.9'"),
        (OPINION + "agencies: {codes: [SM.2]}, when: answer.purpose}]", "unknown name 'answer'"),
    ],
)
def test_whom_a_case_sets_to_work_and_when_is_held_against_the_pack(
    broken: Broken, written: str, what: str | None
) -> None:
    path = broken.folder / PROCEDURE
    text = path.read_text("utf-8").replace("cutoff: true\n", f"cutoff: true\n{written}\n")
    path.write_text(text, "utf-8")
    found = [said for _, _, said in broken.found()]
    assert [said.startswith(what) for said in found] == [True] if what else found == []


@pytest.mark.parametrize(
    ("hours", "limit", "what"),
    [
        # Five working days leave 40 hours; a week of the calendar has five of them.
        ((8, 16, 8, 8), "5wd", None),
        ((8, 17, 8, 8), "5wd", "the steps may take 41 office hours, and 5wd leaves 40"),
        ((8, 16, 8, 8), "7d", None),
        ((2, 3, 2, 1), "1d", None),
        ((2, 3, 2, 2), "1d", "the steps may take 9 office hours, and 1d leaves 8"),
        ((2, 3, 2, 2), "1sd", "the steps may take 9 office hours, and 1sd leaves 8"),
        # Friday and six days: a weekend and four days of work.
        ((8, 8, 8, 8), "6d", None),
        ((8, 9, 8, 8), "6d", "the steps may take 33 office hours, and 6d leaves 32"),
        ((40, 40, 40, 40), "1m", None),
        ((40, 41, 40, 40), "1m", "the steps may take 161 office hours, and 1m leaves 160"),
        ((4, 8, 4, 1), "48h", "the steps may take 17 office hours, and 48h leaves 8"),
    ],
)
def test_the_steps_take_no_longer_than_the_promise(
    broken: Broken, hours: tuple[int, ...], limit: str, what: str | None
) -> None:
    path = broken.folder / PROCEDURE
    text = path.read_text("utf-8").replace("\nlimit: 5wd", f"\nlimit: {limit}")
    for name, count in zip(("accept", "propose", "approve", "sign"), hours, strict=True):
        text = text.replace(
            f"      on: {{{name}: ", f"      limit: {count}wh\n      on: {{{name}: "
        )
    path.write_text(text, "utf-8")
    assert [said for _, _, said in broken.found()] == ([what] if what else [])


def test_a_paper_does_not_say_anew_what_every_paper_says(broken: Broken) -> None:
    path = broken.folder / PROCEDURE
    text = path.read_text("utf-8").replace(
        "    data:\n", "    data:\n      place: answers.purpose\n"
    )
    path.write_text(text, "utf-8")
    assert [said for _, _, said in broken.found()] == [
        "'place' is said by every paper, and would be written over"
    ]


def test_two_files_with_one_code_are_told(broken: Broken) -> None:
    text = (broken.folder / PROCEDURE).read_text("utf-8")
    (broken.folder / "procedures/9.000002.yaml").write_text(text, "utf-8")
    assert broken.found() == [
        ("procedures/9.000002.yaml", 2, "the code '9.000001' is also in 9.000001.yaml")
    ]


def test_a_national_pack_may_name_authorities_that_only_a_city_has(broken: Broken) -> None:
    (broken.folder / "agencies.yaml").unlink()
    assert broken.found() == []


def test_the_calendar_is_held_against_itself(broken: Broken) -> None:
    broken.change("2025-03-03", "2024-03-04", file="calendar.yaml")
    broken.change("{year: 2027}", "{year: 2037}", file="calendar.yaml")
    broken.change('cut_off: "16:00"', 'cut_off: "18:00"', file="calendar.yaml")
    broken.change("time_zone: Asia/Tokyo", "time_zone: Asia/Kyoto", file="calendar.yaml")
    found = [(line, what) for file, line, what in broken.found() if file == "calendar.yaml"]
    assert found == [
        (2, "unknown time zone 'Asia/Kyoto'"),
        (5, "the cut-off hour is outside office hours"),
        (6, "years are missing, doubled or out of order"),
        (16, "2024-03-04 is listed twice"),
        (20, "2027-03-01 is in no listed year"),
        (21, "2027-03-05 is in no listed year"),
    ]
