"""The patterns that the catalogue is read by, made once from the pack's words.

Cells run into one another, so a pattern is a chain of what may stand next to what: a way to file,
a time, a fee, its note. Longer words come first, so that `working day` is not read as `day`.
"""

import re
from collections.abc import Collection, Iterable

from motcua.base.text import fold, nfc
from motcua.cases.model.catalogue import CatalogueWords

LOWER = (
    "aàáảãạăằắẳẵặâầấẩẫậbcdđeèéẻẽẹêềếểễệfghiìíỉĩịjklmnoòóỏõọôồốổỗộơờớởỡợpqrstuùúủũụưừứửữựvwxyỳýỷỹỵz"
)
UPPER = LOWER.upper()
VOWELS = "".join(letter for letter in LOWER if fold(letter) in "aeiouy")
"""By name: in Unicode's order capitals and small letters with marks stand mixed."""
FREE_CELL_MAX = 200
"""Letters of a time or a fee that is told in words instead of a number."""
CASE_MAX = 150
NUMERALS_MAX = 6
"""Words behind the first of a number below a thousand: `nine hundred and ninety nine` has five."""

_GROUPED = r"[1-9][0-9]{0,2}(?:(?:,[0-9]{3}){0,4}|(?:\.[0-9]{3}){1,4})"
"""How the portal prints a sum: so a bare number of four digits is a time and a sum in one."""
SEAM = (
    rf"(?<=[{LOWER}0-9.)%])(?=[{UPPER}][{LOWER}])|(?<=[{UPPER}])(?=[{UPPER}][{LOWER}])"
    rf"|(?<=[{LOWER}])(?=[0-9])"
)
"""Where a cell in words ends and the next begins: a capital or a digit right behind a letter."""


class Grammar:
    """`words` with every pattern compiled; no state, so one serves all rows."""

    def __init__(self, words: CatalogueWords) -> None:
        self.words = words
        self.units = {fold(word): unit for word, unit in words.limits.units.items()}
        self.spelled_out = _spelled_out(words)
        self._cut_lines(words)
        self._tell_times(words)
        self._tell_fees(words)
        self._tell_papers(words)

    def _cut_lines(self, words: CatalogueWords) -> None:
        """A way to file begins a line where the next cell is run into it."""
        nothing, free = any_of(words.nothing), re.escape(words.fees.free)
        told, way = rf"{nothing}|{free}", any_of(words.channels)
        # A remark may be run into `dong`; a single letter alone would be the beginning of a word.
        currency = rf"(?i:{any_of(words.fees.currencies)})(?<![0-9 ][^\W\d_](?=[{LOWER}]))"
        # A sum with `/page` or a second sum behind it is a fee in words.
        more = any_of([*words.limits.until, *words.results.either])
        alone = rf"(?!\s?/|\s+{more}\s+[0-9])"
        unit = rf"(?i:{any_of(words.limits.units)})"
        begins = rf"(?:{any_of([*words.limits.at_most, *words.limits.since])}) "
        in_words = rf"(?:(?!{SEAM})[^\n(]){{0,{FREE_CELL_MAX}}}"
        self.sum = re.compile(rf"(?P<number>{_GROUPED}|0)\s?(?P<currency>{currency}){alone}")
        fee = rf"(?:{told}|(?:{_GROUPED}|0)\s?{currency}{alone})"
        self.line = re.compile(
            rf"(?P<way>{way})(?!{way})"
            # A bare number run into the fee; a number with its unit.
            rf"(?:(?P<joined>[0-9][0-9,]*(?: {currency}{alone}|{told}))"
            rf"|(?P<time>[0-9]+ [^\W\d_]+(?: [^\W\d_]+){{0,2}}?|{nothing}|)(?P<fee>{fee})"
            # A time, and a fee told in words.
            rf"|(?P<plain>[0-9]+(?!{unit}(?![{LOWER}]))(?=[{UPPER}])|[0-9]+ {unit}(?=[{UPPER}0-9])"
            rf"|{nothing})"
            rf"(?P<told_fee>[{UPPER}0-9]{in_words})"
            # A time told in words; a number with something behind it that nobody knows.
            rf"|(?P<said>(?=[{UPPER}0-9½-]|{begins}|{self.spelled_out})"
            rf"(?:(?!{way}[{UPPER}0-9])[^\n]){{1,{FREE_CELL_MAX}}}?)"
            rf"\s?(?<![0-9](?=[0-9]))(?P<said_fee>{fee})(?![{LOWER}\s,.;:])"
            rf"|(?P<odd>[0-9]{in_words}))"
        )
        self.way = re.compile(way)
        self.time = re.compile(r"([0-9]+) (.+)", re.DOTALL)

    def _tell_times(self, words: CatalogueWords) -> None:
        limits = words.limits
        unit = rf"{_units(limits.units)}(?![^\W_])"
        # `15 (fifteen)`, `fifteen (15)`, or one of them alone.
        number = (
            r"(?:(?<![0-9/.,])[0-9]{1,4}(?:[.,][0-9])?(?![0-9])\s*(?:\([^()]{1,30}\)\s*)?"
            rf"|(?<![^\W_]){self.spelled_out}\s*(?:\([0-9]{{1,4}}\)\s*)?|\([0-9]{{1,4}}\)\s*)"
        )
        heading, at_most = any_of(limits.headings), any_of(limits.at_most)
        self.mention = re.compile(rf"(?P<number>{number})(?P<unit>{unit})", re.I)
        # Nothing stands before it but a bullet, the case that it is for, a heading, `at most`.
        self.stated = re.compile(
            r"[-+*•\s]*(?:[a-zđ0-9]{1,2}[).]\s+)?"
            rf"(?:(?P<case>[^:;\n]{{2,{CASE_MAX}}}?)\s*(?::|\s(?={at_most}\s)))??"
            rf"\s*(?:{heading}\s*:?\s*)?(?:{at_most}\s*:?\s+){{0,3}}"
            rf"(?:(?:{any_of(limits.since)}\s+)?(?P<least>{number})(?P<least_unit>{unit})?\s*"
            rf"{any_of(limits.until)}\s*)?(?P<number>{number})(?P<unit>{unit})(?P<after>[^\n]*)",
            re.I,
        )
        self.cases = spoken(limits.cases)
        self.next_case = re.compile(
            rf"\s*[;\n]\s*|\s*,\s+(?={self.cases.pattern}|(?:{at_most}\s+){{0,3}}{number}{unit})",
            re.I,
        )
        hours = any_of(word for word, unit in limits.units.items() if unit == "h")
        self.clock = re.compile(
            rf"{any_of(limits.clock)}\s+[0-9]{{1,2}}\s*{hours}(?![^\W_])(?!\s+{any_of(limits.counted_from)})",
            re.I,
        )
        self.not_counted = spoken(limits.not_counted)
        self.counted_from = spoken(limits.counted_from)
        self.limit_heading = spoken(limits.headings)
        self.papers = spoken(limits.papers)
        self.other_acts = spoken(limits.other_acts)
        self.answers = spoken(limits.answers)
        self.same_day = spoken(limits.same_day)

    def _tell_fees(self, words: CatalogueWords) -> None:
        fees = words.fees
        nouns, money = any_of(fees.nouns), any_of(fees.money_words)
        thousands = any_of(fees.multipliers)
        per = r"(?:\s*/\s*(?:0?1\s+)?(?P<per>[^\W\d_]+(?: [^\W\d_]+){0,2}))?"
        self.money = re.compile(
            r"(?:(?<![0-9.,/])(?P<number>[1-9][0-9]{0,2}(?:[.,][0-9]{3}){1,4}|0{0,3}[1-9][0-9]{0,11}(?:[.,][0-9]{1,2})?)"
            rf"\s*(?:(?P<times>{thousands})?\s*(?P<money>{money})(?![^\W_])|(?<=[.,][0-9]{{3}})(?=\s?/))"
            rf"|(?<![^\W_])(?P<words>{self.spelled_out}(?:\s{thousands}(?:\s{self.spelled_out})?){{1,4}})"
            rf"\s(?P<said_money>{money})(?![^\W_])){per}",
            re.I,
        )
        # Where the cell gives the sum and the note begins with `/page` or `dong/page`.
        self.bare_per = re.compile(
            rf"^\W*(?:{money})?\s*/\s*(?:0?1\s+)?([^\W\d_]+(?: [^\W\d_]+)?)", re.I
        )
        self.fee_heading = re.compile(
            rf"{any_of(fees.headings)}(?: [^:;.\n]{{1,60}})?\s*:\s*", re.I
        )
        self.bare_sum = re.compile(
            r"(?<![0-9.,/])[1-9][0-9]{0,2}(?:[.,][0-9]{3})+(?![0-9/])"
            rf"|[0-9]\s?{money}(?![^\W_])",
            re.I,
        )
        none, either = any_of(fees.none), any_of(words.results.either)
        nothing = rf"(?:{any_of([*fees.nouns, *fees.headings])}\s*:?\s*)?0+\s*{money}(?![^\W_])"
        self.none = re.compile(
            rf"{none}(?:\s*(?:,|/|{either})?\s*{nouns}){{0,4}}|{nothing}(?:\s*/.{{1,30}})?", re.I
        )
        self.none_said = re.compile(rf"{nouns}\s*:\s*{none}(?![^\W_])|{nothing}", re.I)
        self.percent = re.compile(r"(?<![0-9.,])(?!100(?:[.,]0+)?\s?%)[0-9]+(?:[.,][0-9]+)?\s?%")
        self.nouns = spoken(fees.nouns)
        self.postage = spoken(fees.postage)
        self.set_by = spoken(fees.set_by)
        self.by_rule = spoken(fees.by_rule)
        self.exempt = spoken(fees.exemptions)
        self.some_people = spoken(fees.some_people)
        self.payable = spoken(fees.payable)
        self.varying = spoken(fees.varying)
        self.conditions = spoken(fees.conditions)

    def _tell_papers(self, words: CatalogueWords) -> None:
        papers = words.documents
        self.count = re.compile(
            rf"(?<![0-9])(?P<run>[0-9]{{1,8}}) {re.escape(papers.original)}"
            rf"(?:,(?P<copies>[0-9]{{1,4}}) {re.escape(papers.copy)})?"
            # Not where the count comes right behind: a name may end with `1 original` itself.
            rf"(?![0-9]+ {re.escape(papers.original)})(?=$|[^\s.,;:)\]/{LOWER}]|[a-zđ][).])"
        )
        self.form_file = re.compile(r"\.(?:docx?|pdf|xlsx?|rar|zip|rtf|jpe?g|png|odt)", re.I)
        self.some_only = spoken(papers.some_only)
        authority = re.escape(words.results.authority)
        code = re.escape(words.results.code.removesuffix(":"))
        self.result = re.compile(
            rf"{code}\s?:\s*(?P<code>{authority}\.[A-Z][0-9]{{2}}\.[0-9]{{6}}"
            # The next name may be numbered: `000001` and `2. Refusal`.
            rf"(?![0-9](?![0-9]?[.)]\s?[{UPPER}]))"
            rf"|(?i:{authority}\.[a-z][0-9]{{2}}\.[0-9]{{6}}(?![0-9]))"
            rf"|(?=[A-Z0-9._-]*(?:{authority}|[A-Y][0-9]{{2}}))[A-Z0-9][A-Z0-9._-]*[0-9]|)"
        )
        self.typed = re.compile(rf"\s*(?:[a-z0-9]+(?=[{UPPER}]|$)|[A-Za-z0-9_]+$)")
        self.national_code = re.compile(rf"{authority}\.[A-Z][0-9]{{2}}\.[0-9]{{4,6}}")
        self.refusal = spoken(words.results.refusals)
        self.either = spoken(words.results.either)
        body = rf"TTg|[{UPPER}]*QH[0-9]{{1,2}}|[{UPPER}]+"
        self.law_number = re.compile(
            rf"(?:(?<![0-9])[0-9]{{1,2}}\.)?[0-9]{{1,8}}/(?:[0-9]{{4}}/)?"
            rf"(?:{body})(?:[/-] ?(?:{body}))*"
        )
        self.step = re.compile(rf"^[\s\-+*•]*(?={re.escape(words.steps)} [0-9]+)", re.M)
        self.applicants = re.compile(any_of(words.applicants))
        self.levels = re.compile(any_of(words.levels))


def _spelled_out(words: CatalogueWords) -> str:
    """A number in words, without its thousands."""
    numerals = words.numerals
    first = any_of([*numerals.digits, *numerals.halves])
    more = [*numerals.digits, *numerals.behind_ten, *numerals.times, *numerals.between]
    return rf"(?i:{first}(?: {any_of(more)}){{0,{NUMERALS_MAX}}}(?![^\W_]))"


def _units(units: Iterable[str]) -> str:
    """Also with what a word adds in brackets: `days (working)`."""
    bracketed = (
        rf"{re.escape(first)}\s*\(\s*{re.escape(rest)}\s*\)"
        for first, _, rest in (unit.partition(" ") for unit in units)
        if rest
    )
    return "(?:" + "|".join([*bracketed, any_of(units)]) + ")"


def any_of(words: Iterable[str]) -> str:
    """Longest first."""
    return "(?:" + "|".join(re.escape(nfc(w)) for w in sorted(words, key=len, reverse=True)) + ")"


def spoken(words: Collection[str]) -> re.Pattern[str]:
    """Whole words, in capitals or not; a sign such as % may stand anywhere."""
    signs = [word for word in words if not fold(word)[:1].isalnum()]
    letters = [word for word in words if word not in signs]
    whole = rf"(?<![^\W_]){any_of(letters)}(?![^\W_])"
    return re.compile(f"{whole}|{any_of(signs)}" if signs else whole, re.I)


def squeezed(text: str) -> str:
    """One line, single spaces."""
    return " ".join(text.split())
