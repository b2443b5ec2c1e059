"""The loader of statements leaves alone what is not a parameter."""

from pathlib import Path

from motcua.db.query import row_type, statements


def test_parameters_are_numbered_and_everything_else_stays(tmp_path: Path) -> None:
    source = tmp_path / "queries.sql"
    source.write_text(
        "-- name: one\nSELECT ':no', \":no\", a::text, $$ :no $$ FROM t -- :no\n"
        "WHERE b = :b AND c = :c AND d = :b;\n\n-- name: two\nDELETE FROM t;\n"
    )
    found = statements(source)
    assert found["one"].parameters == ("b", "c")
    assert found["one"].sql.endswith("WHERE b = $1 AND c = $2 AND d = $1")
    assert "':no', \":no\", a::text, $$ :no $$ FROM t -- :no" in found["one"].sql
    assert found["two"].sql == "DELETE FROM t"


def test_the_annotation_says_how_many_rows() -> None:
    assert row_type(None) == ("none", None)
    assert row_type(int) == ("one", int)
    assert row_type(int | None) == ("maybe", int)
    assert row_type(list[int]) == ("many", int)
