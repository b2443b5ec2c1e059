"""Text as people write it: one normal form, folded for search, keyed for sorting."""

import unicodedata

import msgspec


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sentence in every language the platform speaks; a pack must give both."""

    vi: str
    en: str

    def within(self, language: str) -> str:
        return self.en if language == "en" else self.vi


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where a pack has something from. What nobody could check says `verified: false`."""

    text: str
    verified: bool = True


def nfc(text: str) -> str:
    """Composed form, so that one word has one spelling in the database and in a PDF's text."""
    return unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """Lower case without marks and with single spaces: `Lý  lịch` and `ly lich` meet here."""
    bare = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return " ".join("".join(c for c in bare if not unicodedata.combining(c)).split())
