"""Every part of the demonstration: one invented child each."""

from mavis.demo.parts.known import ALREADY_IN_MAVIS, CLOSE_MATCHES, TWINS
from mavis.demo.parts.moves import MOVES
from mavis.demo.parts.new_children import NEW_CHILDREN
from mavis.demo.parts.numbers import NUMBERS_IN_QUESTION
from mavis.demo.parts.others import SETTLED, STRANGERS
from mavis.demo.parts.small_files import AT_SPECIAL_SCHOOL, SAME_CHILD_TWICE, STARTERS

__all__ = [
    "ALL",
    "AT_SPECIAL_SCHOOL",
    "AUTUMN",
    "SAME_CHILD_TWICE",
    "SETTLED",
    "STARTERS",
]

# The main file, in its order.
AUTUMN = (
    *NEW_CHILDREN,
    *NUMBERS_IN_QUESTION,
    *TWINS,
    *ALREADY_IN_MAVIS,
    *CLOSE_MATCHES,
    *MOVES,
)
ALL = (
    *AUTUMN,
    *STARTERS,
    *AT_SPECIAL_SCHOOL,
    *SAME_CHILD_TWICE,
    *SETTLED,
    *STRANGERS,
)
