"""Secrets are told once, by file or environment, and stand in no log and on no page."""

import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motcua.base import log, settings
from motcua.base.errors import Invalid
from motcua.base.log import HIDDEN, _Line, hidden

ROOT = Path(__file__).parents[2]
PLANTED = "Planted-Secret-7319"


def line(text: str, **told: object) -> str:
    record = logging.makeLogRecord({"msg": text, "levelname": "INFO", "name": "test", **told})
    return _Line().format(record)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (f"postgresql://app:{PLANTED}@db.example/motcua", "db.example/motcua"),
        (f"smtp://mail%40city:{PLANTED}@mail.example:587?from=a@b", "mail.example:587"),
        (f"Authorization: Bearer {PLANTED}.abc", "Authorization"),
        (f"got eyJhbGciOiJFUzI1NiJ9.{PLANTED}.sig", "got"),
        ("https://city.example/cases/H26?a=b:c@d", "https://city.example/cases/H26?a=b:c@d"),
        ("an@example.com at 12:30", "an@example.com at 12:30"),
    ],
)
def test_what_looks_like_a_secret_is_not_written(text: str, kept: str) -> None:
    written = line(text, extra_fact=text)
    assert PLANTED not in written
    assert kept in written
    json.loads(written)


@given(st.text(alphabet=st.characters(codec="ascii", exclude_characters='"\\'), min_size=8))
def test_what_was_told_as_a_secret_is_never_written(secret: str) -> None:
    if not secret.isprintable():
        return
    log.hide(secret)
    try:
        assert secret not in hidden(f"before {secret} after") or secret in HIDDEN
    finally:
        log._secrets.discard(secret)


def test_a_secret_is_read_from_its_file_first(tmp_path: Path) -> None:
    file = tmp_path / "url"
    file.write_text(f"postgresql://app:{PLANTED}@db/motcua\n")
    told = {"DATABASE_URL": "postgresql://other", "DATABASE_URL_FILE": str(file)}
    found = settings.secret("DATABASE_URL", told)
    assert found == f"postgresql://app:{PLANTED}@db/motcua"
    assert PLANTED not in line(f"could not reach {found}; said {PLANTED}")
    log._secrets.clear()
    assert settings.secret("DATABASE_URL", {"DATABASE_URL": "postgresql:///here"})
    assert settings.secret("DATABASE_URL", {}) is None
    with pytest.raises(Invalid):
        settings.secret("DATABASE_URL", {"DATABASE_URL_FILE": str(tmp_path / "none")})


def test_a_start_that_fails_for_its_secret_does_not_tell_it(tmp_path: Path) -> None:
    """The whole entrance as a process: what it says on both outputs, whatever went wrong."""
    file = tmp_path / "url"
    for wrong in (
        f"postgresql://app:{PLANTED}@127.0.0.1:1/none",
        f"postgresql://app:{PLANTED}@[broken/none",
    ):
        file.write_text(wrong)
        done = subprocess.run(
            [sys.executable, "-m", "motcua.app", "--port", "1"],
            env=os.environ | {
                "MOTCUA_PACK": str(ROOT / "packs" / "sample"), "MOTCUA_DATA": str(tmp_path),
                "MOTCUA_DEMO": "0", "DATABASE_URL_FILE": str(file),
            },
            cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode != 0
        assert PLANTED not in done.stdout + done.stderr, wrong
