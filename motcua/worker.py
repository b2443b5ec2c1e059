"""The entrance of jobs: does what the rooms put off, until told to stop."""

import asyncio
import signal

from motcua.base import log, settings
from motcua.base.pack import Pack
from motcua.cases import jobs as _cases  # noqa: F401 - declares its handlers
from motcua.db import City, jobs
from motcua.db.migrate import app_url
from motcua.documents import jobs as _documents  # noqa: F401
from motcua.notices import jobs as _notices  # noqa: F401
from motcua.payments import jobs as _payments  # noqa: F401
from motcua.privacy import jobs as _privacy  # noqa: F401
from motcua.score import jobs as _score  # noqa: F401


async def main() -> None:
    chosen = settings.read()
    log.begin()
    city = City(chosen, Pack.read(chosen.pack), app_url(chosen))
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, stop.set)
    await city.database.open()
    try:
        await jobs.work(city, stop)
    finally:
        await city.close()


if __name__ == "__main__":
    asyncio.run(main())
