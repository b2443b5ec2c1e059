"""What an operator decides reaches every process of the city as it was said."""

import json
from pathlib import Path

import pytest

from motcua.base import settings
from motcua.base.settings import Settings
from motcua.doctor import examine


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"limits": {"person": "5 per minute"}},
        {"scanner": "unix:/run/clamav/clamd.ctl", "desk_url": "https://desk.city.example"},
        {"demo": True, "port": 9000, "public_url": "https://city.example"},
    ],
)
def test_another_process_reads_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: dict[str, object]
) -> None:
    said = Settings(pack=tmp_path / "pack", data=tmp_path / "data", **more)  # type: ignore[arg-type]
    monkeypatch.chdir(tmp_path)
    for name in ("DATABASE_URL", "DATABASE_URL_FILE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in said.environment().items():
        monkeypatch.setenv(name, value)
    assert settings.read() == said


def test_the_environment_goes_before_the_file_limit_by_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = 'pack = "pack"\n[limits]\nperson = "5 per minute"\nqueue = "1 per minute"\n'
    (tmp_path / "motcua.toml").write_text(written)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MOTCUA_PACK", raising=False)
    monkeypatch.setenv("MOTCUA_LIMITS", json.dumps({"person": "9 per hour"}))
    assert settings.read().limits == {"person": "9 per hour", "queue": "1 per minute"}


@pytest.mark.parametrize(
    ("what", "more", "is_well"),
    [
        ("scanner", {}, False),
        ("scanner", {"demo": True}, True),
        ("scanner", {"scanner": "none"}, True),
        ("database", {"database_url": "postgresql:///motcua"}, True),
        ("database", {"database_url": "postgresql://app@localhost/motcua"}, True),
        ("database", {"database_url": "postgresql://app@db.example/motcua"}, False),
        ("database", {"database_url": "postgresql://app@db.example/m?sslmode=require"}, False),
        ("database", {"database_url": "postgresql://app@db.example/m?sslmode=verify-full"}, True),
    ],
)
def test_the_doctor_sees_what_is_unguarded(
    tmp_path: Path, what: str, more: dict[str, object], is_well: bool
) -> None:
    sample = Path(__file__).parents[2] / "packs" / "sample"
    chosen = Settings(pack=sample, data=tmp_path, **more)  # type: ignore[arg-type]
    [found] = [one for one in examine(chosen) if one.what == what]
    assert found.is_well is is_well
