"""`python -m motcua.demo.registers NAME --port N --data DIR --pack DIR` runs one simulator."""

import argparse
from collections.abc import Callable

import uvicorn

from motcua.base import settings
from motcua.base.settings import Settings
from motcua.demo.registers.business import Business
from motcua.demo.registers.convictions import Convictions
from motcua.demo.registers.population import Population
from motcua.demo.registers.simulator import Book, Simulator, key_of

BOOKS: dict[str, Callable[[Settings], Book]] = {
    "population": Population,
    "business": Business,
    "convictions": Convictions,
}


def main() -> None:
    given = argparse.ArgumentParser(prog="motcua.demo.registers", description=__doc__)
    given.add_argument("name", choices=sorted(BOOKS))
    given.add_argument("--port", type=int, required=True)
    given.add_argument("--data", required=True)
    given.add_argument("--pack", required=True)
    flags = given.parse_args()
    city = settings.read(pack=flags.pack, data=flags.data, demo=True)
    book = BOOKS[flags.name](city)
    uvicorn.run(
        Simulator(book, key_of(city, flags.name)),
        host="127.0.0.1",
        port=flags.port,
        lifespan="off",
        access_log=False,
        log_level="critical",  # a broken-off answer is meant
        timeout_graceful_shutdown=1,
    )


main()
