"""Builds the committed fonts from the subsets of npm's @fontsource/be-vietnam-pro: run by hand.

Typst and a page both want one file for a weight: three subsets of one family do not add up in a
PDF, and overlapping unicode ranges make a browser fetch all of them. Usage, after `npm ci`:
python frontend/fonts.py
"""

from copy import deepcopy
from pathlib import Path

from fontTools.merge import Merger
from fontTools.otlLib.builder import buildLookup, buildSingleSubstSubtable
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables import otTables

ROOT = Path(__file__).parent.parent
FROM = ROOT / "frontend/node_modules/@fontsource/be-vietnam-pro"
WEB = ROOT / "motcua/web/fonts"
PDF = ROOT / "motcua/documents/fonts"
WEIGHTS = {400: "Regular", 600: "SemiBold"}
# The page of a city: Latin-1, Vietnamese, the marks a keyboard may compose with, and the
# punctuation, arrows and signs that our words use. Anything else falls to the system's font.
WEB_RANGES = [
    (0x20, 0x7E), (0xA0, 0xFF), (0x102, 0x103), (0x110, 0x111), (0x128, 0x129), (0x131, 0x131),
    (0x152, 0x153), (0x160, 0x161), (0x168, 0x169), (0x17D, 0x17E), (0x1A0, 0x1A1), (0x1AF, 0x1B0),
    (0x300, 0x301), (0x303, 0x303), (0x309, 0x309), (0x323, 0x323), (0x1EA0, 0x1EF9),
    (0x2009, 0x200B), (0x2010, 0x2015), (0x2018, 0x201E), (0x2020, 0x2022), (0x2026, 0x2026),
    (0x202F, 0x2030), (0x2032, 0x2033), (0x2039, 0x203A), (0x20AB, 0x20AC), (0x2122, 0x2122),
    (0x2190, 0x2193), (0x2212, 0x2212), (0x2248, 0x2248), (0x2260, 0x2265),
]  # fmt: skip
MODIFIED = 3_786_912_000
"""1 January 2024 in the font's own epoch: the same bytes at every build, in every PDF."""


def main() -> None:
    for weight, style in WEIGHTS.items():
        parts = [
            str(FROM / f"files/be-vietnam-pro-{part}-{weight}-normal.woff")
            for part in ("latin", "latin-ext", "vietnamese")
        ]
        whole = Merger().merge(parts)
        _name(whole, weight, style)
        _tabular_figures(whole)
        PDF.mkdir(parents=True, exist_ok=True)
        whole.save(PDF / f"BeVietnamPro-{style}.ttf", reorderTables=True)
        _web(PDF / f"BeVietnamPro-{style}.ttf", WEB / f"be-vietnam-pro-{weight}.woff2")
    for folder in (WEB, PDF):
        (folder / "OFL.txt").write_text((FROM / "LICENSE").read_text())


def _name(font: TTFont, weight: int, style: str) -> None:
    font.recalcTimestamp = False
    font["head"].created = font["head"].modified = MODIFIED
    font["OS/2"].usWeightClass = weight
    names = font["name"]
    full, plain = f"Be Vietnam Pro {style}", style == "Regular"
    family = "Be Vietnam Pro" if plain else full
    for number, text in {
        1: family, 2: "Regular", 4: full, 6: f"BeVietnamPro-{style}",
        16: "Be Vietnam Pro", 17: style,
    }.items():  # fmt: skip
        names.removeNames(nameID=number)
        names.setName(text, number, 3, 1, 0x409)


def _tabular_figures(font: TTFont) -> None:
    """Feature tnum, which the source lacks: sums and dates in a column line up digit by digit."""
    cmap, widths = font.getBestCmap(), font["hmtx"]
    plain = [cmap[ord(digit)] for digit in "0123456789"]
    width = widths[cmap[ord("8")]][0]
    font.setGlyphOrder([*font.getGlyphOrder(), *(f"{name}.tnum" for name in plain)])
    for name in plain:
        advance, bearing = widths[name]
        shift = (width - advance) // 2
        glyph = deepcopy(font["glyf"][name])
        glyph.coordinates.translate((shift, 0))
        font["glyf"][f"{name}.tnum"] = glyph
        widths[f"{name}.tnum"] = (width, bearing + shift)
    gsub = font["GSUB"].table
    swap = buildLookup([buildSingleSubstSubtable({name: f"{name}.tnum" for name in plain})])
    gsub.LookupList.Lookup.append(swap)
    gsub.LookupList.LookupCount = len(gsub.LookupList.Lookup)
    record = otTables.FeatureRecord()
    record.FeatureTag, record.Feature = "tnum", otTables.Feature()
    record.Feature.FeatureParams = None
    record.Feature.LookupListIndex = [gsub.LookupList.LookupCount - 1]
    record.Feature.LookupCount = 1
    gsub.FeatureList.FeatureRecord.append(record)
    gsub.FeatureList.FeatureCount += 1
    for script in gsub.ScriptList.ScriptRecord:
        systems = [script.Script.DefaultLangSys, *(r.LangSys for r in script.Script.LangSysRecord)]
        for system in filter(None, systems):
            system.FeatureIndex.append(gsub.FeatureList.FeatureCount - 1)
            system.FeatureCount += 1


def _web(source: Path, target: Path) -> None:
    font = TTFont(source, recalcTimestamp=False)
    options = Options(
        hinting=False, desubroutinize=True, layout_features=["kern", "mark", "mkmk", "ccmp", "locl",
        "liga", "calt", "tnum"], name_IDs=[0, 1, 2, 4, 6, 13, 14, 16, 17], notdef_outline=True,
        drop_tables=["DSIG", "GASP"], flavor="woff2", recalc_timestamp=False,
    )  # fmt: skip
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=[c for a, b in WEB_RANGES for c in range(a, b + 1)])
    subsetter.subset(font)
    font.flavor = "woff2"
    target.parent.mkdir(parents=True, exist_ok=True)
    font.save(target)


if __name__ == "__main__":
    main()
