"""Forms of a pack as questions on a page, and what is posted back as answers.

Names of inputs: `field`, `field-day`/`-month`/`-year` for dates, `field-0-column` for the rows of
a list; the buttons `add=field` and `remove=field-0` change the rows without any script.
"""

from motcua.web.forms.asked import (
    RADIOS_MAX,
    ROWS_MAX,
    Answered,
    Asked,
    Choice,
    Known,
    Offered,
    Part,
    Posted,
    Problem,
    Question,
    is_asked,
)
from motcua.web.forms.posted import read
from motcua.web.forms.shown import problems, questions
from motcua.web.forms.summed_up import summary

__all__ = [
    "RADIOS_MAX",
    "ROWS_MAX",
    "Answered",
    "Asked",
    "Choice",
    "Known",
    "Offered",
    "Part",
    "Posted",
    "Problem",
    "Question",
    "is_asked",
    "problems",
    "questions",
    "read",
    "summary",
]
