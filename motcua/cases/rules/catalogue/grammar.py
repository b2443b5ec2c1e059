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
FREE_TIME_MAX = 200
"""Letters of a time that is told in words instead of a number."""

_GROUPED = r"[1-9][0-9]{0,2}(?:,[0-9]{3})*"
"""How the portal prints a sum: so a bare number of four digits is a time and a sum in one."""


class Grammar:
    """`words` with every pattern compiled; no state, so one serves all rows."""

    def __init__(self, words: CatalogueWords) -> None:
        self.words = words
        limits, fees, papers = words.limits, words.fees, words.documents
        nothing = any_of(words.nothing)
        self.fee = re.compile(
            rf"{nothing}|{re.escape(fees.free)}|{_GROUPED} {any_of(fees.currencies)}"
        )
        unit = any_of(limits.units)
        way, fee, currency = any_of(words.channels), self.fee.pattern, any_of(fees.currencies)
        told = rf"{nothing}|{re.escape(fees.free)}"
        self.line = re.compile(
            rf"(?P<way>{way})"
            # A bare number run into the fee; a number with its unit; or the time told in words.
            rf"(?:(?P<joined>[0-9][0-9,]*(?: {currency}|{told}))"
            rf"|(?P<time>[0-9]+ [^\W\d_]+(?: [^\W\d_]+){{0,2}}?|{nothing}|)(?P<fee>{fee})"
            rf"|(?P<said>[{UPPER}][^:0-9\n]{{1,{FREE_TIME_MAX}}}?)\s?(?P<said_fee>{fee}))"
        )
        self.way = re.compile(way)
        self.time = re.compile(r"([0-9]+) (.+)", re.DOTALL)
        self.mention = re.compile(
            rf"(?<![0-9/.,])0*([1-9][0-9]{{0,3}})\s*(?:\([^()]{{1,30}}\)\s*)?({unit})\b", re.I
        )
        self.whole_limit = re.compile(
            rf"[-+*\s]*(?:{any_of(limits.headings)}\s*:?\s*)?(?:{any_of(limits.at_most)} )?"
            rf"0*([1-9][0-9]{{0,3}})\s*(?:\([^()]{{1,30}}\)\s*)?({unit})\b(?P<after>[^\n]*)",
            re.I,
        )
        self.counted_from = spoken(limits.counted_from)
        self.limit_heading = spoken(limits.headings)
        self.papers = spoken(limits.papers)
        self.other_acts = spoken(limits.other_acts)
        self.answers = spoken(limits.answers)
        self.same_day = spoken(limits.same_day)
        self.money = re.compile(
            r"(?<![0-9.,/])([1-9][0-9]{0,2}(?:[.,][0-9]{3})+|0*[1-9][0-9]*(?:[.,][0-9]{1,2})?)\s*"
            rf"(?:({any_of(fees.multipliers)})?\s*({any_of(fees.money_words)})(?![^\W_])|(?<=[.,][0-9]{{3}})(?=\s?/))"
            r"(?:\s*/\s*(?:0?1\s+)?([^\W\d_]+(?: [^\W\d_]+){0,2}))?",
            re.I,
        )
        self.set_by = spoken(fees.set_by)
        self.by_rule = spoken(fees.by_rule)
        # Where the cell gives the sum and the note begins with `/page` or `dong/page`.
        self.bare_per = re.compile(
            rf"^\W*(?:{any_of(fees.money_words)})?\s*/\s*(?:0?1\s+)?([^\W\d_]+(?: [^\W\d_]+)?)",
            re.I,
        )
        self.exempt = spoken(fees.exemptions)
        self.some_people = spoken(fees.some_people)
        self.payable = spoken(fees.payable)
        self.varying = spoken(fees.varying)
        self.count = re.compile(
            rf"(?<![0-9])(?P<run>[0-9]{{1,8}}) {re.escape(papers.original)}"
            rf"(?:,(?P<copies>[0-9]+) {re.escape(papers.copy)})?"
            # Not where the count comes right behind: a name may end with `1 original` itself.
            rf"(?![0-9]+ {re.escape(papers.original)})(?=$|[^\s.,;:)\]/{LOWER}]|[a-zđ][).])"
        )
        self.form_file = re.compile(r"\.(?:docx?|pdf|xlsx?|rar|zip|rtf|jpe?g|png|odt)", re.I)
        self.some_only = spoken(papers.some_only)
        authority = re.escape(words.results.authority)
        self.result = re.compile(
            rf"{re.escape(words.results.code)}\s*(?P<code>{authority}\.[A-Z][0-9]{{2}}\.[0-9]{{6}}(?![0-9])"
            rf"|{authority}\.[a-z][0-9]{{2}}\.[0-9]{{6}}"
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
