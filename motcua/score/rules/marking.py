"""Figures and points of some counts, by what the pack says; a missing thing is left out, not
taken for nought."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec.structs import asdict, fields

from motcua.base.pack import Kind, Pack, PackFault, Where
from motcua.score.model import (
    Band,
    Counts,
    Figure,
    Framework,
    Group,
    GroupMarked,
    Marked,
    Scored,
    ScorePack,
    Share,
)

KIND = Kind(name="score", place="score.yaml", type=ScorePack)

COUNTED = tuple(field.name for field in fields(Counts))[1:]
SUMS: Mapping[str, tuple[str, ...]] = {
    "answered": ("granted", "denied"),
    "ended": ("granted", "denied", "refused", "withdrawn", "stopped"),
    "opinions": ("opinions_early", "opinions_on_time", "opinions_late"),
    "rated": ("rated_1", "rated_2", "rated_3", "rated_4"),
    "fields": ("fields_asked", "fields_known"),
    "nothing": (),
}
"""Sums with a name of their own."""
OF_THE_CITY = (
    "agencies_live", "agencies_in_force", "procedures_handled", "procedures_in_force",
    "procedures_online",
)  # fmt: skip
"""What is known of the city as a whole, and of nothing smaller."""
KNOWN = frozenset((*COUNTED, *SUMS, *OF_THE_CITY))
OF_PEOPLE = frozenset(name for name in KNOWN if name.startswith(("rated", "complain")))
"""What single people said of their cases: nobody is told of fewer than the floor."""


def values(counts: Counts, more: Mapping[str, int] | None = None) -> dict[str, float]:
    """Everything that a pack's figure may name."""
    found: dict[str, float] = {**asdict(counts), **(more or {})}
    del found["name"]
    return found | {name: sum(found[one] for one in parts) for name, parts in SUMS.items()}


def mark(
    figure: Figure, known: Mapping[str, float], floor: int = 1, is_public: bool = True
) -> Marked:
    """Its value, or None where nothing can be said, or of fewer than `floor`."""
    if figure.bands:
        return _by_bands(figure, known)
    among = figure.share.among if figure.share else figure.mean.among if figure.mean else ()
    if not among or not all(name in known for name in (*_weighed(figure), *among)):
        return Marked(figure, None, 0)
    below = sum(known[name] for name in among)
    is_guarded = is_public or not OF_PEOPLE.isdisjoint(among)
    if not below or (is_guarded and below < floor):
        return Marked(figure, None, 0)
    above = sum(weight * known[name] for name, weight in _weighed(figure).items())
    per = figure.mean.per if figure.mean else 1
    value, points = above / below / per, None
    if figure.points_max is not None:
        points = min(max(value, 0.0), 1.0) * figure.points_max if figure.share else value
    return Marked(figure, value, int(below), points)


def _weighed(figure: Figure) -> Mapping[str, float]:
    if figure.mean:
        return figure.mean.weights
    return dict.fromkeys(figure.share.of, 1.0) if figure.share else {}


def _by_bands(figure: Figure, known: Mapping[str, float]) -> Marked:
    for band in figure.bands:
        fits = _fits(band, known)
        if fits is None:
            return Marked(figure, None, 0)
        if fits:
            return Marked(figure, band.points, 0, band.points)
    return Marked(figure, 0.0, 0, 0.0)


def _fits(band: Band, known: Mapping[str, float]) -> bool | None:
    """None: something that it asks about is not known."""
    answers = []
    for condition in band.all:
        value = _share(condition.share, known)
        if value is None:
            return None
        answers.append(
            (condition.at_least is None or value >= condition.at_least)
            and (condition.at_most is None or value <= condition.at_most)
        )
    return all(answers)


def _share(share: Share, known: Mapping[str, float]) -> float | None:
    if not all(name in known for name in (*share.of, *share.among)):
        return None
    below = sum(known[name] for name in share.among)
    return sum(known[name] for name in share.of) / below if below else None


def score(
    framework: Framework, known: Mapping[str, float], floor: int = 1, is_public: bool = True
) -> Scored:
    """Its points by what is known, and how many of them could be had so."""
    groups = tuple(
        _group(group, [mark(one, known, floor, is_public) for one in group.figures])
        for group in framework.groups
    )
    points = sum(one.points for one in groups)
    reachable = sum(one.reachable for one in groups)
    is_whole = abs(reachable - framework.points_max) < 1e-9
    grade = next((g.name for g in framework.grades if points >= g.at_least), None)
    return Scored(framework, groups, points, reachable, grade if is_whole else None)


def _group(group: Group, marked: Sequence[Marked]) -> GroupMarked:
    scored = [one for one in marked if one.points is not None]
    reachable = sum(one.figure.points_max or 0.0 for one in scored)
    return GroupMarked(group, tuple(marked), sum(one.points or 0.0 for one in scored), reachable)


def score_faults(pack: Pack, where: Where) -> Iterator[PackFault]:
    """Names that nothing counts, ids said twice, points that do not add up."""
    if not pack.has("score"):
        return
    said = pack.file("score", ScorePack)
    yield from _figure_faults(said.tiles, ("tiles",), where)
    tiles = {one.id: one for one in said.tiles}
    if said.ranked not in tiles or tiles[said.ranked].share is None:
        mend = "name a tile that has a share"
        yield where.fault("score.yaml", ("ranked",), f"no share '{said.ranked}'", mend)
    for i, framework in enumerate(said.frameworks):
        for j, group in enumerate(framework.groups):
            place = ("frameworks", i, "groups", j)
            yield from _figure_faults(group.figures, (*place, "figures"), where)
            if sum(one.points_max or 0 for one in group.figures) > group.points_max:
                what, mend = "its figures give more points than it has", "correct 'points_max'"
                yield where.fault("score.yaml", (*place, "points_max"), what, mend)


def _figure_faults(
    figures: Iterable[Figure], place: tuple[str | int, ...], where: Where
) -> Iterator[PackFault]:
    seen: set[str] = set()
    for i, one in enumerate(figures):
        at = (*place, i)
        if one.id in seen:
            yield where.fault("score.yaml", (*at, "id"), f"'{one.id}' twice", "keep one")
        seen.add(one.id)
        if bool(one.share) + bool(one.mean) + bool(one.bands) > 1:
            what, mend = "more than one way to count it", "keep one of share, mean, bands"
            yield where.fault("score.yaml", at, what, mend)
        for name in sorted(named(one) - KNOWN):
            mend = f"known are {', '.join(sorted(KNOWN))}"
            yield where.fault("score.yaml", at, f"nothing counts '{name}'", mend)


def named(figure: Figure) -> set[str]:
    """All counts that it needs."""
    return {*_named(figure)}


def _named(figure: Figure) -> Iterator[str]:
    shares = [condition.share for band in figure.bands for condition in band.all]
    for share in [*shares, *([figure.share] if figure.share else [])]:
        yield from (*share.of, *share.among)
    if figure.mean:
        yield from (*figure.mean.weights, *figure.mean.among)
