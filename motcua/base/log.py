"""How every process writes its log: one JSON object a line, on stderr, never a person's data."""

import logging
import re
import sys

import msgspec

from motcua.base import clock

SECRET_LENGTH_MIN = 6  # what is shorter would take ordinary words along
HIDDEN = "***"

_secrets: set[str] = set()
# What stands where passwords and tokens stand, whoever wrote it down.
_SHAPES = re.compile(
    r"(?<=://)[^/\s:@\"]*:[^/\s@\"]+(?=@)"  # user:password in an address
    r"|(?<=[Bb]earer )[\w.~+/=-]+"
    r"|\beyJ[\w-]+\.[\w-]*(?:\.[\w-]*)*"  # a signed or sealed token
)
_encoder = msgspec.json.Encoder(enc_hook=str)
_OWN = frozenset(vars(logging.makeLogRecord({})))


class _Line(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        told = {k: v for k, v in vars(record).items() if k not in _OWN and k != "message"}
        line = {
            "at": clock.now().isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "text": record.getMessage(),
            **told,
        }
        if record.exc_info:
            # Where it happened, not what the message said: that may quote what a person wrote.
            line["failure"] = record.exc_info[0].__name__ if record.exc_info[0] else None
            line["where"] = _places(record)
        return hidden(_encoder.encode(line).decode())


def hide(secret: str) -> None:
    """Keep this out of the log of this process from now on."""
    if len(secret) >= SECRET_LENGTH_MIN:
        _secrets.add(secret)


def hidden(line: str) -> str:
    """The line without what must not be read in it."""
    for secret in _secrets:
        line = line.replace(secret, HIDDEN)
    # Nearly every line has none of these, and looking is dearer than writing it.
    if "://" in line or "eyJ" in line or "earer " in line:
        return _SHAPES.sub(HIDDEN, line)
    return line


def _places(record: logging.LogRecord) -> list[str]:
    trace = record.exc_info[2] if record.exc_info else None
    places = []
    while trace:
        code = trace.tb_frame.f_code
        places.append(f"{code.co_filename}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return places[-8:]


def begin(level: int = logging.INFO) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Line())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for talkative in ("httpx", "pgqueuer", "pyhanko", "fontTools", "asyncio"):
        logging.getLogger(talkative).setLevel(logging.WARNING)
