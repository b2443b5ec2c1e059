"""Where PostgreSQL lives: nobody else looks in, and nobody else answers in its place."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from motcua.base.errors import Unavailable
from motcua.db.server import Server, _in_child


@pytest.fixture
def far(tmp_path: Path) -> Path:
    """So long a path that the socket must go to the common temporary folder."""
    return tmp_path / ("x" * 100)


def test_a_socket_folder_made_by_somebody_else_is_refused(far: Path) -> None:
    server = Server(far)
    server.socket.mkdir(mode=0o777)
    server.socket.chmod(0o777)
    try:
        with pytest.raises(Unavailable, match=r"database\.foreign_socket"):
            server.start()
    finally:
        server.stop()
        server.socket.rmdir()


def test_a_link_in_place_of_the_socket_folder_is_refused(far: Path, tmp_path: Path) -> None:
    server, aim = Server(far), tmp_path / "aim"
    aim.mkdir(mode=0o700)
    server.socket.symlink_to(aim)
    try:
        with pytest.raises(Unavailable, match=r"database\.foreign_socket"):
            server.start()
        assert aim.stat().st_uid == os.geteuid()  # and it was given to nobody
    finally:
        server.stop()
        server.socket.unlink()


def test_the_data_is_for_no_other_eyes(tmp_path: Path) -> None:
    with Server(tmp_path / "city"):
        assert (tmp_path / "city").stat().st_mode & 0o077 & ~0o011 == 0
        assert (tmp_path / "city" / "postgres").stat().st_mode & 0o077 == 0


def test_what_lies_in_a_folder_of_root_is_found_by_who_is_not_root(tmp_path: Path) -> None:
    """`initdb` looks for its neighbours by access(2), also in a checkout under /root."""
    (tmp_path / "closed").mkdir(mode=0o700)
    (tmp_path / "closed" / "tool").touch(mode=0o755)
    asked = "import os, sys; sys.exit(not os.access(sys.argv[1], os.X_OK))"
    subprocess.run(
        [sys.executable, "-c", asked, tmp_path / "closed" / "tool"],
        preexec_fn=_in_child(),
        check=True,
    )
