"""What comes slowly, or without end, over a real connection."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn

from motcua.web import arrival
from motcua.web.arrival import HEAD_BYTES_MAX, Arrival
from tests.web import trial

LINE = b"GET /check HTTP/1.1\r\nHost: localhost\r\n"
FORM = (
    b"POST /form HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    config = uvicorn.Config(trial.app(), port=0, log_level="critical", http=Arrival, ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join()


@pytest.fixture
def line(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as made:
        yield made


def heard(line: socket.socket) -> bytes:
    """Everything until the other side hangs up, or has nothing more to say."""
    said = b""
    try:
        while part := line.recv(65_536):
            said += part
    except (TimeoutError, ConnectionResetError):
        pass
    return said


def status(said: bytes) -> int:
    return int(said.split(b" ", 2)[1])


def test_a_large_head_that_still_fits_is_answered(line):
    line.sendall(
        LINE + b"X-A: " + b"a" * (HEAD_BYTES_MAX - 1_000) + b"\r\nConnection: close\r\n\r\n"
    )
    assert status(heard(line)) == 200


@pytest.mark.parametrize(
    "flood",
    [b"X-A: a\r\n" * 20_000, b"X-A: " + b"a" * 200_000, b"a" * 200_000],
    ids=["many headers", "one header", "no header"],
)
def test_a_head_without_end_is_cut_off(line, flood):
    line.sendall(LINE)
    try:
        for start in range(0, len(flood), 10_000):
            line.sendall(flood[start : start + 10_000])
            time.sleep(0.001)
    except (BrokenPipeError, ConnectionResetError):
        return  # hung up before all of it was sent
    said = heard(line)
    assert not said or status(said) in (400, 431)


def test_an_address_without_end_is_cut_off(line):
    line.sendall(b"GET /" + b"a" * 10_000)
    time.sleep(0.05)
    line.sendall(b"a" * HEAD_BYTES_MAX)
    assert status(heard(line)) in (400, 431)


@pytest.mark.parametrize("begun", [b"", LINE, LINE[:7]])
def test_a_head_that_does_not_come_is_not_waited_for(monkeypatch, port, begun):
    monkeypatch.setattr(arrival, "HEAD_SECONDS_MAX", 0.2)
    with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
        line.sendall(begun)
        started = time.monotonic()
        assert status(heard(line)) == 408
        assert time.monotonic() - started < 2


def test_a_head_that_drips_gains_no_time(monkeypatch, port):
    monkeypatch.setattr(arrival, "HEAD_SECONDS_MAX", 0.3)
    with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
        line.sendall(LINE + b"X-A: ")
        line.settimeout(0.02)
        started = time.monotonic()
        while not (said := heard(line)) and time.monotonic() - started < 3:
            line.sendall(b"a")
        assert status(said) == 408


def test_a_body_that_drips_is_not_waited_for(monkeypatch, line):
    monkeypatch.setattr(arrival, "BODY_SECONDS_MAX", 0.2)
    line.sendall(FORM + b"Content-Length: 1000\r\n\r\nkind=")
    started = time.monotonic()
    assert status(heard(line)) == 408
    assert time.monotonic() - started < 2


def test_the_same_line_is_used_again_after_a_pause(monkeypatch, line):
    monkeypatch.setattr(arrival, "HEAD_SECONDS_MAX", 0.1)
    for _ in range(2):
        line.sendall(LINE + b"\r\n")
        assert status(line.recv(65_536)) == 200
        time.sleep(0.3)  # between two requests nothing is due


@pytest.mark.parametrize(
    "lengths",
    [
        b"Content-Length: 5\r\nContent-Length: 6\r\n",
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        b"Transfer-Encoding: xchunked\r\n",
        b"Content-Length : 5\r\n",
        b"Content-Length: +5\r\n",
    ],
)
def test_a_length_told_in_two_ways_is_refused(line, lengths):
    """What one reader takes for a body another would take for the next request."""
    line.sendall(FORM + lengths + b"\r\n0\r\n\r\nGET /case HTTP/1.1\r\nHost: a\r\n\r\n")
    said = heard(line)
    assert status(said) == 400
    assert said.count(b"HTTP/1.1 ") == 1
