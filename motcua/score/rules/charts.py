"""Where the lines of a drawing go; a template draws them. Units are those of the drawing."""

from collections.abc import Sequence

from msgspec import Struct

WIDTH, HEIGHT, FOOT = 640, 180, 24


class Bar(Struct, frozen=True):
    """One column: its place, its height, and how much of it is the darker part."""

    label: str
    x: float
    width: float
    y: float
    height: float
    part_y: float
    part_height: float
    total: int
    part: int


def bars(rows: Sequence[tuple[str, int, int]]) -> list[Bar]:
    """Columns of a label, a total and a part of it, side by side and to one scale."""
    if not rows:
        return []
    room = HEIGHT - FOOT
    most = max(1, *(max(total, part) for _, total, part in rows))
    step = WIDTH / len(rows)
    return [
        Bar(
            label, round(i * step + step * 0.15, 1), round(step * 0.7, 1),
            round(room - total / most * room, 1), round(total / most * room, 1),
            round(room - part / most * room, 1), round(part / most * room, 1), total, part,
        )
        for i, (label, total, part) in enumerate(rows)
    ]  # fmt: skip
