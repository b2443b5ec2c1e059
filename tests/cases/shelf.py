"""A shelf that a test filled from the catalogue, emptied again: all tests share one database."""

import asyncpg


async def empty(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute("DELETE FROM cases.catalogue")
    finally:
        await connection.close()
