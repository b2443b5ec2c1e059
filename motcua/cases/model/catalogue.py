"""A row of the national catalogue as it is published, and what was read from it."""

from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from msgspec import Meta, Struct

from motcua.base.text import Text
from motcua.cases.model.procedure import Field as FormField
from motcua.cases.model.procedure import FormPage, LimitText, ResultKind, Route, Sign

TEXT_LENGTH_MAX = 400_000
"""Of one cell; the longest of the sample of July 2026 has some 90,000."""

CODE = r"^[0-9]\.[0-9]{6}$"
Cell = Annotated[str, Meta(max_length=TEXT_LENGTH_MAX)]
Level = Literal["ministry", "city", "commune", "other"]
ChannelName = Literal["online", "counter", "post"]
Unit = Literal["wd", "wh", "sd", "d", "h", "m", "w", "y", "min"]
"""As `LimitText`, and weeks, years and minutes."""
Currency = Annotated[str, Meta(pattern=r"^[A-Z]{3}$")]


class Row(Struct, frozen=True, kw_only=True):
    """One procedure as the national portal words it. Columns that are not read are not named."""

    ma_thu_tuc: Annotated[str, Meta(pattern=CODE)]
    ten_thu_tuc: Annotated[str, Meta(min_length=1, max_length=5000)]
    so_quyet_dinh: Cell = ""
    cap_thuc_hien: Cell = ""
    linh_vuc: Cell = ""
    doi_tuong_thuc_hien: Cell = ""
    co_quan_thuc_hien: Cell = ""
    co_quan_co_tham_quyen: Cell = ""
    dia_chi_tiep_nhan: Cell = ""
    trinh_tu_thuc_hien: Cell = ""
    cach_thuc_thuc_hien: Cell = ""
    thanh_phan_ho_so: Cell = ""
    can_cu_phap_ly: Cell = ""
    yeu_cau_dieu_kien: Cell = ""
    ket_qua_xu_ly: Cell = ""
    bo_nganh: Cell = ""
    detail_url: Annotated[str, Meta(max_length=1000)] = ""


class Unread(Struct, frozen=True):
    """What could not be read: the text stays as it is published, and this says why."""

    code: str
    field: str
    text: str
    why: str


class ReadLimit(Struct, frozen=True, kw_only=True):
    value: int | float | None = None
    least: int | float | None = None
    """Of a range, from where to `value`."""
    unit: Unit | None = None
    case: str | None = None
    quote: str | None = None
    """The words elsewhere in the row that gave the unit, or the whole limit."""
    text: str = ""
    """The cell as it stands."""


FeeKind = Literal["free", "amount", "by_law", "unknown"]


class ReadFee(Struct, frozen=True, kw_only=True):
    kind: FeeKind
    amount: int | None = None
    currency: Currency | None = None
    case: str | None = None
    is_settled: bool = False
    """Whether it is the whole sum: nothing beside it says that more, less or several are due."""
    text: str = ""


class ReadChannel(Struct, frozen=True, kw_only=True):
    """One line of the table: a way to file, a time, a fee, a remark. A way may have many lines."""

    channel: ChannelName
    limit: ReadLimit
    fee: ReadFee


class ReadPaper(Struct, frozen=True, kw_only=True):
    name: str
    form: str | None = None
    """The name of the file that holds its form."""
    original: int | None = None
    copies: int | None = None


class ReadGroup(Struct, frozen=True, kw_only=True):
    case: str | None
    """For whom; None: for everybody."""
    papers: tuple[ReadPaper, ...]


class ReadResult(Struct, frozen=True, kw_only=True):
    name: str
    code: str | None
    is_national: bool = False
    """Whether the code has the form that the national list gives now."""


class ReadLaw(Struct, frozen=True, kw_only=True):
    title: str
    number: str | None


class Reading(Struct, frozen=True, kw_only=True):
    """Everything that was read from a row; what was not is in `unread`."""

    code: str
    name: str
    decision: str
    levels: tuple[Level, ...]
    field: str
    applicants: tuple[str, ...]
    executing: tuple[str, ...]
    """The agencies that carry it out, in the catalogue's words."""
    address: str
    channels: tuple[ReadChannel, ...]
    groups: tuple[ReadGroup, ...]
    results: tuple[ReadResult, ...]
    laws: tuple[ReadLaw, ...]
    steps: tuple[str, ...]
    conditions: str
    counts: "Counts"
    unread: tuple[Unread, ...]

    @property
    def level(self) -> Level:
        """Where in the city it is handled; `ministry` and `other` are filed elsewhere."""
        return next((one for one in _NEAREST if one in self.levels), "other")


_NEAREST: tuple[Level, ...] = ("city", "commune", "ministry", "other")


class Counts(Struct, frozen=True):
    """How many of a kind the row states, and how many of them were read: time limits that state a
    number and a word behind it; every fee; results that state a code."""

    time_limits: int = 0
    time_limits_read: int = 0
    fees: int = 0
    fees_read: int = 0
    results: int = 0
    results_read: int = 0


# What the pack says about reading.


class Headings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    channels: str
    documents: str
    laws: str
    results_end: str


class Numerals(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How numbers are spelled out."""

    digits: dict[str, Annotated[int, Meta(ge=1, le=10)]]
    behind_ten: dict[str, Annotated[int, Meta(ge=1, le=9)]]
    """What a digit is called behind a ten only."""
    times: dict[str, Literal[10, 100]]
    between: tuple[str, ...]
    """Between hundreds and units, where there are no tens."""
    halves: tuple[str, ...]


class LimitWords(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    units: dict[str, Unit]
    none: tuple[str, ...]
    """A cell that says one of these states no time."""
    since: tuple[str, ...]
    until: tuple[str, ...]
    """Between the two ends of a range."""
    not_counted: tuple[str, ...]
    cases: tuple[str, ...]
    """What tells one case from another, where a cell states several times."""
    clock: tuple[str, ...]
    """In front of an hour of the day, which is no stretch of time."""
    same_day: tuple[str, ...]
    counted_from: tuple[str, ...]
    headings: tuple[str, ...]
    at_most: tuple[str, ...]
    papers: tuple[str, ...]
    other_acts: tuple[str, ...]
    answers: tuple[str, ...]


class FeeWords(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    free: str
    headings: tuple[str, ...]
    currencies: dict[str, Currency]
    money_words: dict[str, Currency]
    multipliers: dict[str, Annotated[int, Meta(gt=1)]]
    smallest: Annotated[int, Meta(ge=1)]
    none: tuple[str, ...]
    """Alone or before `nouns`, these add nothing to `free`."""
    unsaid: tuple[str, ...]
    nouns: tuple[str, ...]
    postage: tuple[str, ...]
    """What is paid to who carries the papers is no fee."""
    exemptions: tuple[str, ...]
    some_people: tuple[str, ...]
    """An exemption with one of these is not everybody's."""
    set_by: tuple[str, ...]
    by_rule: tuple[str, ...]
    payable: tuple[str, ...]
    per_case: tuple[str, ...]
    per_unit: tuple[str, ...]
    """What begins like one of `per_case` and is counted all the same."""
    varying: tuple[str, ...]
    conditions: tuple[str, ...]
    """A sum with one of these is not everybody's."""


class PaperWords(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    original: str
    copy: str
    no_group: str
    some_only: tuple[str, ...]


class ResultWords(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    code: str
    none: tuple[str, ...]
    """A cell that says one of these names no result."""
    authority: str
    """What the codes of results begin with."""
    refusals: tuple[str, ...]
    """A result that is called so is not what people come for."""
    either: tuple[str, ...]
    """Unless one of these stands between it and something else."""


class Receiver(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which agency of the city the catalogue means by these words, from a day on."""

    says: Annotated[str, Meta(min_length=2)]
    agency: str
    """A code or an authority of `agencies.yaml`."""
    valid_from: date
    valid_to: date | None = None
    """The first day on which it no longer holds."""
    verified: bool = True


class CatalogueWords(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`catalogue.yaml`: how the national catalogue is worded, and whom the city's agencies are."""

    GROWS: ClassVar[tuple[str, ...]] = ("receivers",)
    source: str
    nothing: tuple[str, ...]
    headings: Headings
    numerals: Numerals
    channels: dict[str, ChannelName]
    levels: dict[str, Level]
    applicants: tuple[str, ...]
    limits: LimitWords
    fees: FeeWords
    documents: PaperWords
    results: ResultWords
    steps: str
    receivers: tuple[Receiver, ...] = ()
    otherwise: str | None = None
    """The agency that receives what neither the row nor the rules of competence give to anybody."""


class General(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`general.yaml`: what a procedure of the catalogue gets that its row does not give."""

    sign_in: Sign
    intake_limit: LimitText
    cutoff: bool = False
    fields: dict[str, FormField]
    example: dict[str, Any]
    pages: tuple[FormPage, ...]
    """The page with `documents: true` is left out where a row asks for none."""
    fee_field: FormField
    """Asked only where the row gives several sums by case; its options are the row's own words."""
    fee_page: FormPage
    fee_reason: Text
    free_reason: Text
    summary: Text
    source: str
    """What every fact of a row rests on; {decision} and {code} are filled in, as in `summary`."""
    route: Route
    refusal: ResultKind
    """For results of a row that are a refusal by their name."""
    result: ResultKind
    """Its name is the row's, and its code where that is of the national form. Of other results the
    last digit counts up."""


# What is kept.


class Kept(Struct, frozen=True):
    """The version of a row that is in force."""

    code: str
    digest: str


class Offered(Struct, frozen=True):
    """A procedure of the catalogue that people may file here, as JSON."""

    code: str
    version: str
    definition: bytes


class Elsewhere(Struct, frozen=True):
    """A procedure that is not filed here, and what is known of where it is."""

    code: str
    name: str
    level: str
    field: str
    executing: list[str]
    address: str
    url: str


class Difference(Struct, frozen=True):
    """Where a row says something else than the procedure of the pack, which holds."""

    code: str
    what: str
    pack: str
    catalogue: str


class Imported(Struct, frozen=True):
    """What an import did. `imported`: the rows of the file that are in force now."""

    rows: int
    imported: int
    created: int
    changed: int
    unchanged: int
    read: dict[str, float]
    read_by_ministry: dict[str, dict[str, float]]
    unread: list[Unread]
    differences: list[Difference]
