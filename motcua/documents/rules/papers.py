"""How papers are numbered, and how what people type from a paper is read."""

import re

_REFERENCE = re.compile(r"[0-9A-HJKMNP-TV-Z]{20}")
GROUP_LENGTH = 5
_READ_AS = str.maketrans("OIL", "011")


def numbered(pattern: str, sequence: int | None, year: int) -> str:
    """`{sequence}/LLTP` with what is known filled in. Nothing else in it is special."""
    return pattern.replace("{sequence}", str(sequence or "")).replace("{year}", str(year))


def plain_reference(typed: str) -> str:
    """As printed: capitals, no spaces, and the letters that look like digits read as digits."""
    return re.sub(r"[\s-]", "", typed).upper().translate(_READ_AS)


def grouped(reference: str) -> str:
    """As it is printed and shown: five characters at a time can be compared and typed."""
    return " ".join(
        reference[at : at + GROUP_LENGTH] for at in range(0, len(reference), GROUP_LENGTH)
    )


def is_reference(text: str) -> bool:
    return _REFERENCE.fullmatch(text) is not None


def plain_number(typed: str) -> str:
    """A personal number without the spaces, dots and dashes that people put into it."""
    return re.sub(r"[^0-9A-Z]", "", typed.upper())
