"""Ranks that say no more than is known, and numbers small enough to point at somebody."""

from collections.abc import Iterable, Mapping
from math import sqrt

from motcua.score.model import Counts, Ranked

Z = 1.959964
"""Of the normal distribution: nineteen times in twenty."""


def wilson(hits: float, among: int) -> tuple[float, float]:
    """Between which shares the true one lies, by Wilson's score interval; of nothing, anywhere."""
    if not among:
        return 0.0, 1.0
    share, z2 = hits / among, Z * Z
    middle = (share + z2 / (2 * among)) / (1 + z2 / among)
    spread = Z / (1 + z2 / among) * sqrt(share * (1 - share) / among + z2 / (4 * among * among))
    return max(0.0, middle - spread), min(1.0, middle + spread)


def ranked(shares: Iterable[tuple[str, float, int]]) -> list[Ranked]:
    """Of name, hits, and how many: best first. Whose intervals touch share their ranks."""
    found = [(name, hits, among, *wilson(hits, among)) for name, hits, among in shares if among]
    rows = [
        Ranked(
            name, hits / among, among, low, high,
            1 + sum(other[3] > high for other in found),
            len(found) - sum(other[4] < low for other in found),
        )
        for name, hits, among, low, high in found
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (-row.value, -row.among, row.name))


def withheld(rows: Iterable[Counts], floor: int) -> set[str]:
    """Which rows the public is not told: those below the floor. The sum over all would give away
    how many these are together; where that is below the floor as well, the next smallest too."""
    sizes: Mapping[str, int] = {row.name: size(row) for row in rows}
    small = {name for name, count in sizes.items() if count < floor}
    for name in sorted(sizes.keys() - small, key=lambda name: (sizes[name], name)):
        if not small or sum(sizes[one] for one in small) >= floor:
            break
        small.add(name)
    return small


def size(row: Counts) -> int:
    """Of how many cases a row speaks, at the least."""
    ended = row.granted + row.denied + row.refused + row.withdrawn + row.stopped
    some = [count for count in (row.received, ended) if count]
    return min(some, default=0)
