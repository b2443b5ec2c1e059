"""A room is entered by its door. Its tables and rules are its own."""

import grimp

KITS = {"db", "web", "base"}  # libraries, not rooms: import any file of them
MOUNTS = {"motcua.app", "motcua.worker", "motcua.cli", "motcua.serve", "motcua.doctor"}
GRAPH = grimp.build_graph("motcua")


def test_other_rooms_import_the_room_and_never_a_file_in_it() -> None:
    broken = [
        f"{importer} -> {imported}"
        for importer in sorted(GRAPH.modules - MOUNTS)
        for imported in sorted(GRAPH.find_modules_directly_imported_by(importer))
        if imported.count(".") >= 2
        and (room := imported.split(".")[1]) not in KITS
        and importer != f"motcua.{room}"
        and not importer.startswith((f"motcua.{room}.", "motcua.demo."))
    ]
    assert not broken, broken


def test_only_actions_and_jobs_touch_queries() -> None:
    for queries in (m for m in GRAPH.modules if m.endswith(".queries")):
        room = queries.removesuffix(".queries")
        if room.removeprefix("motcua.") in KITS:
            continue
        users = GRAPH.find_modules_that_directly_import(queries)
        strangers = {u for u in users if not u.startswith((f"{room}.actions", f"{room}.jobs"))}
        assert not strangers, (queries, strangers)
