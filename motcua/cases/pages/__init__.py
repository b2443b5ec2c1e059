"""What people see of procedures and cases: to choose, to apply, to follow."""

from typing import Any

routes: list[Any] = []
