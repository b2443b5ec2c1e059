"""Work lists as one would write them down by hand: each row that the policies show, one by one."""

from datetime import datetime, timedelta
from typing import Any

from motcua.base.text import fold
from motcua.cases.actions import work
from motcua.cases.actions.work import Wanted
from motcua.cases.rules.states import WAITING
from motcua.db import City
from motcua.identity import Viewer

Row = dict[str, Any]

SEEN = """
    SELECT id, code, procedure_code, agency_code, at_agency, status, business, lane, step_role,
           channel, handler_id, filed_at, closed_at, applicant_name,
           coalesce(due_at, intake_due_at) AS promised_at
    FROM cases.cases
"""


async def seen(city: City, viewer: Viewer) -> list[Row]:
    """Every case that this person finds."""
    async with city.database.read(viewer.person) as db:
        return [dict(row) for row in await db.fetch(SEEN)]


def expected(
    city: City, viewer: Viewer, posts: set[tuple[str, str]], rows: list[Row], wanted: Wanted,
    now: datetime,
) -> list[str]:  # fmt: skip
    """The codes of the whole list in their order."""
    held = {agency for agency, _ in posts if wanted.agency in ("", agency)}
    tomorrow, next_week = work._midnights(city, now)
    before = {"late": now, "today": tomorrow, "week": next_week}.get(wanted.due)
    since = work._midnight(city, wanted.since)
    until = work._midnight(city, wanted.until and wanted.until + timedelta(days=1))

    def fits(row: Row) -> bool:
        is_open = row["closed_at"] is None
        works = is_open and row["business"] not in WAITING
        turn = {(row["at_agency"], row["step_role"])} & posts or not row["step_role"]
        places = {row["at_agency"]} | (set() if wanted.state == "open" else {row["agency_code"]})
        return bool(
            places & held
            and (wanted.state == "all" or is_open == (wanted.state == "open"))
            and (not wanted.is_mine or (works and turn))
            and (before is None or (works and row["promised_at"] < before))
            and wanted.procedure in ("", row["procedure_code"])
            and wanted.status in (0, row["status"])
            and wanted.channel in ("", row["channel"])
            and _is_assigned(row, wanted, viewer)
            and (since is None or row["filed_at"] >= since)
            and (until is None or row["filed_at"] < until)
            and _says(row, wanted.words)
        )

    found = [row for row in rows if fits(row)]
    if wanted.state == "open" and wanted.sort == "due":
        found.sort(key=lambda row: (row["lane"], row["promised_at"], row["id"]))
    else:
        found.sort(key=lambda row: (row["filed_at"], row["id"]), reverse=wanted.sort != "oldest")
    return [row["code"] for row in found]


def _is_assigned(row: Row, wanted: Wanted, viewer: Viewer) -> bool:
    if not wanted.assigned:
        return True
    whose = {work.NOBODY: None, work.ME: viewer.person}[wanted.assigned]
    return row["closed_at"] is None and row["handler_id"] == whose


def _says(row: Row, said: str) -> bool:
    if not said:
        return True
    if said.upper() == row["code"]:
        return True
    there = fold(row["applicant_name"] + " " + row["code"]).replace("-", " ").split()
    *whole, last = fold(said).replace("-", " ").split()
    if len(last) == 1:  # too little to begin a word
        return all(word in there for word in [*whole, last])
    return all(word in there for word in whole) and any(one.startswith(last) for one in there)
