"""The kit between rooms and PostgreSQL: who acts, declared queries, events, jobs, migrations."""

from motcua.db.city import City
from motcua.db.database import Database, Read, Write
from motcua.db.query import statement

__all__ = ["City", "Database", "Read", "Write", "statement"]
