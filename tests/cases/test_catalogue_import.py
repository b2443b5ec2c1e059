"""The catalogue on a real database: imported, offered, filed under, imported again."""

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from msgspec import to_builtins

from motcua import cases
from motcua.base import clock
from motcua.base.errors import Invalid, NotFound
from motcua.base.ids import SYSTEM, DocumentId
from motcua.cases import actions, queries
from motcua.cases.actions.catalogue import follow_catalogue, load_catalogue
from motcua.cases.model.case import Case
from motcua.cases.model.catalogue import Imported, Reading
from motcua.db import City
from motcua.db.events import Listener
from motcua.identity import Viewer
from tests import cast
from tests.cases import build
from tests.cases import papers as by_hand
from tests.cases.catalogue import PAPERS, TABLE, encoded, filed_here, national, procedure, raw

FINANCE = "H26.05"


@pytest.fixture
async def staff(big: City) -> cast.Cast:
    return await cast.gather(big, FINANCE, "H26.03")


async def imported(city: City, *rows: dict[str, Any]) -> Imported:
    done = await cases.import_catalogue(city, encoded(*rows))
    await load_catalogue(city)
    return done


async def version_in_force(city: City, code: str) -> tuple[int, str]:
    async with city.database.read(SYSTEM) as db:
        row = await db.fetch_row(
            "SELECT number, digest FROM cases.catalogue WHERE code = $1"
            " ORDER BY number DESC LIMIT 1",
            code,
        )
    return row["number"], row["digest"]


def counts(done: Imported) -> tuple[int, int, int, int, int]:
    return done.rows, done.imported, done.created, done.changed, done.unchanged


async def test_importing_again_changes_nothing(big: City, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [raw("9.980001"), raw("9.980002", cap_thuc_hien="Cấp bộ")]
    assert counts(await imported(big, *rows)) == (2, 2, 2, 0, 0)
    before = big[cases.Procedures].by_code("9.980001").version
    later = clock.now() + timedelta(days=40)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert counts(await imported(big, *rows)) == (2, 2, 0, 0, 2)
    assert big[cases.Procedures].by_code("9.980001").version == before
    assert (await version_in_force(big, "9.980001"))[0] == 1


async def test_a_changed_row_makes_a_new_version_and_cases_keep_theirs(
    big: City, staff: cast.Cast
) -> None:
    await imported(big, raw("9.980003"))
    case = await build.file(big, staff.an, build.filing(big, "9.980003"))
    table = f"{TABLE}Trực tuyến9 Ngày làm việcMiễn phí"
    done = await imported(big, raw("9.980003", cach_thuc_thuc_hien=table))
    assert counts(done) == (1, 1, 0, 1, 0)
    assert (await version_in_force(big, "9.980003"))[0] == 2
    now = big[cases.Procedures].by_code("9.980003")
    assert now.procedure.limit == "9wd"
    assert now.version != case.procedure_version
    async with big.database.read(SYSTEM) as db:
        kept = await actions.definition(db, case)
    assert kept.procedure.limit == "5wd"
    assert kept.version == case.procedure_version
    # And back: a third version, with the words of the first.
    assert counts(await imported(big, raw("9.980003"))) == (1, 1, 0, 1, 0)
    assert big[cases.Procedures].by_code("9.980003").procedure.limit == "5wd"


async def test_bad_lines_are_told_and_the_others_count(big: City) -> None:
    lines = [b"{\n", *encoded(raw("9.980004"), raw("9.980004")), b"[]\n"]
    done = await cases.import_catalogue(big, lines)
    assert counts(done) == (4, 1, 1, 0, 0)
    assert [(one.field, one.why) for one in done.unread] == [
        ("line 1", "row.not_json"),
        ("line 3", "row.twice"),
        ("line 4", "row.not_an_object"),
    ]


async def test_nothing_to_import_is_no_fault(big: City) -> None:
    done = await cases.import_catalogue(big, [])
    assert counts(done) == (0, 0, 0, 0, 0)
    assert done.read == {"time_limits": 1.0, "fees": 1.0, "results": 1.0}
    assert done.read_by_ministry == {}


async def test_the_shares_are_told_for_each_ministry(big: City) -> None:
    done = await cases.import_catalogue(
        big,
        encoded(
            raw("9.980031", bo_nganh="bo-y-te", cach_thuc_thuc_hien=f"{TABLE}Trực tuyến5 Kỳ20 VNĐ"),
            raw("9.980032", bo_nganh="bo-xay-dung"),
        ),
    )
    assert done.read == {"time_limits": 0.5, "fees": 0.5, "results": 1.0}
    assert done.read_by_ministry == {
        "bo-xay-dung": {"time_limits": 1.0, "fees": 1.0, "results": 1.0},
        "bo-y-te": {"time_limits": 0.0, "fees": 0.0, "results": 1.0},
    }


async def test_a_cell_that_is_no_text_is_told_and_its_row_is_imported(big: City) -> None:
    done = await cases.import_catalogue(big, encoded({**raw("9.980033"), "ket_qua_xu_ly": 7}))
    assert counts(done) == (1, 1, 1, 0, 0)
    assert [(one.code, one.field, one.why) for one in done.unread] == [
        ("9.980033", "ket_qua_xu_ly", "cell.not_text")
    ]


async def test_what_the_city_does_not_handle_is_kept_and_not_offered(big: City) -> None:
    await imported(
        big,
        raw("9.980005", cap_thuc_hien="Cấp bộ", co_quan_thuc_hien="Cục Thử, Cục Hai"),
        raw("9.980006", cap_thuc_hien="Cơ quan khác"),
    )
    for code in ("9.980005", "9.980006"):
        with pytest.raises(NotFound):
            big[cases.Procedures].by_code(code)
    async with big.database.read(SYSTEM) as db:
        found = {one.code: one for one in await cases.elsewhere(db)}
        read = await cases.reading_of(db, "9.980005")
    assert found["9.980005"].executing == ["Cục Thử", "Cục Hai"]
    assert found["9.980006"].level == "other"
    assert read is not None
    assert read.name == "Cấp giấy phép thử"


async def test_a_row_never_takes_the_place_of_a_procedure_of_the_pack(big: City) -> None:
    before = big[cases.Procedures].by_code("3.000333").version
    law = "(Thực hiện theo Thông tư số 244/2016/TT-BTC)"
    done = await imported(
        big,
        raw("3.000333", cach_thuc_thuc_hien=f"{TABLE}Trực tuyến10 NgàyMiễn phí{law}"),
    )
    told = {one.what: (one.pack, one.catalogue) for one in done.differences}
    assert told["fees"] == ("100000 VND, 200000 VND, 5000 VND, free", "by_law")
    assert "limits" not in told
    assert big[cases.Procedures].by_code("3.000333").version == before
    assert big[cases.Procedures].by_code("3.000333").procedure.origin == "pack"


async def test_an_import_reaches_the_processes_that_run(big: City) -> None:
    listener = big[Listener]
    listener.start()
    following = asyncio.create_task(follow_catalogue(big, await load_catalogue(big)))
    try:
        for _ in range(100):
            if listener.streams:
                break
            await asyncio.sleep(0.01)
        await cases.import_catalogue(big, encoded(raw("9.980007")))
        for _ in range(500):
            if "9.980007" in big[cases.Procedures].today:
                break
            await asyncio.sleep(0.01)
        assert big[cases.Procedures].search("cấp giấy phép thử", 200)
        assert "9.980007" in big[cases.Procedures].today
    finally:
        following.cancel()
        await listener.stop()


async def test_only_the_platform_imports(big: City, staff: cast.Cast) -> None:
    await cases.import_catalogue(big, encoded(raw("9.980008")))
    async with big.database.read(staff.an.person) as db:
        assert await queries.catalogue_kept(db)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with big.database.write(staff.an.person) as db:
            await queries.keep_catalogue(
                db, ["9.980008"], ["x"], ["other"], ["{}"], ["{}"], [""],
                clock.now().date(), clock.now(),
            )  # fmt: skip


async def walk(city: City, staff: cast.Cast, case: Case) -> Case:
    case = await build.act(city, staff.reception, case, "accept")
    case = await build.act(city, staff.handler, case, "propose", outcome="granted")
    await build.act(city, staff.leader, case, "approve")
    build.keys(city, FINANCE)
    return await build.act(city, staff.leader, case, "sign")


async def test_a_case_walks_from_filing_to_its_result(big: City, staff: cast.Cast) -> None:
    await imported(big, raw("9.980009", thanh_phan_ho_so=f"--{PAPERS}Đơn đề nghị1 bản chính"))
    with pytest.raises(Invalid, match=r"request\.faults"):
        await build.file(big, staff.an, build.filing(big, "9.980009"))
    paper = await build.upload(big, staff.an)
    asked = build.filing(big, "9.980009", {"d1": paper})
    case = await walk(big, staff, await build.file(big, staff.an, asked))
    view = await build.show(big, staff.an, case.code)
    assert view.result is not None
    assert view.result.number.endswith("/KQGQ")


RECEIVED = [
    ({"co_quan_thuc_hien": "Sở Tư pháp"}, ["H26.04"]),
    # Nobody is named, and the rules of competence know the field.
    ({"co_quan_thuc_hien": "Cơ quan chủ quản", "linh_vuc": "Thi hành án dân sự"}, ["H26.25"]),
    # Nor do they.
    ({"co_quan_thuc_hien": "Cơ quan chủ quản"}, ["H26.02"]),
]


async def test_who_receives_is_named_ruled_or_the_service_centre(big: City) -> None:
    for number, (cells, expected) in enumerate(RECEIVED):
        code = f"9.98002{number}"
        await imported(big, raw(code, **cells))
        known = big[cases.Procedures].by_code(code)
        assert [one.code for one in actions.receivers_of(big, known.procedure)] == expected


def view_of(city: City, code: str) -> dict[str, Any]:
    view = actions.procedure_view(city, city[cases.Procedures].by_code(code), "vi")
    told: dict[str, Any] = to_builtins(view)
    return told


async def test_the_api_tells_what_is_stated_and_null_where_it_is_not(big: City) -> None:
    await imported(
        big,
        raw(
            "9.980010",
            cach_thuc_thuc_hien=f"{TABLE}Trực tuyến3Miễn phíTrực tiếp5 Ngày20,000 VNĐ(Cấp mới)",
            ket_qua_xu_ly="Giấy phépMã: KQ.G12.000008Thông báoMã: Chưa xác địnhTừ khóa",
        ),
    )
    view = view_of(big, "9.980010")
    online, counter = view["channels"]
    assert [(one["value"], one["unit"]) for one in online["limits"]] == [(3, None)]
    assert [(one["value"], one["unit"]) for one in counter["limits"]] == [(5, "d")]
    assert online["fees"][0]["kind"] == "free"
    assert {k: counter["fees"][0][k] for k in ("kind", "amount", "currency", "case")} == {
        "kind": "amount", "amount": 20_000, "currency": "VND", "case": "Cấp mới",
    }  # fmt: skip
    assert [one["code"] for one in view["results"]] == ["KQ.G12.000008", None]


def shapes() -> dict[tuple[object, ...], Reading]:
    """A real row of every shape, but none that the pack models: level, fee, limit, papers."""
    found: dict[tuple[object, ...], Reading] = {}
    modelled = by_hand.procedures()
    for read in filed_here():
        if read.code in modelled:
            continue
        made = procedure(read)
        fee = "assessed" if made.fee_assessed else [line.amount != "0" for line in made.fee]
        shape = (
            made.level, made.agencies.kind, str(fee), made.limit is None,
            any(need.required_if == "true" for need in made.documents),
        )  # fmt: skip
        found.setdefault(shape, read)
    return found


@pytest.mark.shared
async def test_one_real_procedure_of_every_shape_is_filed(big: City, staff: cast.Cast) -> None:
    chosen = shapes()
    assert len(chosen) > 15
    codes = [read.code for read in chosen.values()]
    rows = [national()[code][0].raw for code in codes]
    done = await imported(big, *rows)
    assert done.imported == len(codes)
    for code in codes:
        known = big[cases.Procedures].by_code(code)
        agency = actions.receivers_of(big, known.procedure)[0].code
        papers = await _papers(big, staff.an, code)
        asked = build.filing(big, code, papers, agency=agency)
        case = await build.file(big, staff.an, asked)
        assert case.procedure_code == code
        assert case.step == "intake"


async def _papers(city: City, viewer: Viewer, code: str) -> dict[str, DocumentId]:
    needs = city[cases.Procedures].by_code(code).procedure.documents
    demanded = [need.code for need in needs if need.required_if == "true"]
    if not demanded:
        return {}
    first = await build.upload(city, viewer)
    return dict.fromkeys(demanded[:1], first) | {
        need: await build.upload(city, viewer, f"{need}.pdf") for need in demanded[1:]
    }
