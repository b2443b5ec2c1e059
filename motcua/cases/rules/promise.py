"""How long a case may take: the procedure's limit, or that of the first kind of case that it is."""

from motcua.cases.model.procedure import LimitText, Procedure
from motcua.cases.rules.expressions import Facts, read


def limit_of(procedure: Procedure, facts: Facts) -> LimitText | None:
    """None: the officer who accepts says how long."""
    special = (one.limit for one in procedure.limit_if if read(one.when).holds(facts))
    return next(special, procedure.limit)
