"""Which language a reader gets, and the words of it."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Literal

from babel import Locale, negotiate_locale
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

Language = Literal["vi", "en"]
LANGUAGES: tuple[Language, ...] = ("vi", "en")
NAMES: dict[Language, str] = {"vi": "Tiếng Việt", "en": "English"}
COOKIE = "language"
SECURE_COOKIE = "__Host-language"
WORDS = Path(__file__).parent / "words"
ACCEPT_LANGUAGE_LENGTH_MAX = 200


class Words:
    """The catalogues of one language; a sentence without a translation is said as written."""

    def __init__(self, language: Language, catalogs: Iterable[Catalog]) -> None:
        self.language = language
        self.locale = Locale(language)
        self._said: dict[tuple[str | None, str], tuple[str, ...]] = {}
        for catalog in catalogs:
            for message in catalog:
                one, *_ = message.id if isinstance(message.id, list | tuple) else (message.id,)
                told = message.string if isinstance(message.string, tuple) else (message.string,)
                forms = tuple(str(form) for form in told if form)
                if one and forms:
                    self._said[message.context, one] = forms

    def knows(self, message: str, context: str | None = None) -> bool:
        return (context, message) in self._said

    def gettext(self, message: str) -> str:
        return self._said.get((None, message), (message,))[0]

    def pgettext(self, context: str, message: str) -> str:
        return self._said.get((context, message), (message,))[0]

    def ngettext(self, one: str, many: str, number: int) -> str:
        return self._plural(None, one, many, number)

    def npgettext(self, context: str, one: str, many: str, number: int) -> str:
        return self._plural(context, one, many, number)

    def _plural(self, context: str | None, one: str, many: str, number: int) -> str:
        forms = self._said.get((context, one), (one, many))
        is_one = self.language == "en" and number == 1
        return forms[0] if is_one or len(forms) == 1 else forms[1]


@cache
def words(language: Language) -> Words:
    """Read once, from `<language>.po` and `<room>.<language>.po`."""
    files = sorted([*WORDS.glob(f"{language}.po"), *WORDS.glob(f"*.{language}.po")])
    return Words(language, [_read(path) for path in files])


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, abort_invalid=True)


def cookie_name(scheme: str) -> str:
    """Over TLS one that nobody but this host can have set."""
    return SECURE_COOKIE if scheme == "https" else COOKIE


def chosen(cookie: str | None, accept: str | None) -> Language:
    """By the reader's own choice, else the browser's, else Vietnamese."""
    for language in LANGUAGES:
        if cookie == language:
            return language
    wanted = _by_weight((accept or "")[:ACCEPT_LANGUAGE_LENGTH_MAX])
    found = negotiate_locale(wanted, LANGUAGES, sep="-")
    return "en" if found == "en" else "vi"


def _by_weight(accept: str) -> list[str]:
    weighted: list[tuple[float, int, str]] = []
    for part in accept.split(","):
        name, _, weight = part.strip().partition(";q=")
        try:
            quality = float(weight) if weight else 1.0
        except ValueError:
            quality = 0.0
        if name and quality > 0:
            weighted.append((-quality, len(weighted), name))
    return [name for _, _, name in sorted(weighted)]
