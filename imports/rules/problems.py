"""What can be wrong with a file, a row or a cell."""

from dataclasses import dataclass

# More of a cell than this is not kept with its problem: a cell may hold a megabyte.
VALUE_KEPT = 500


@dataclass(frozen=True, slots=True)
class Problem:
    """An error or a warning, where it is, and what to do about it."""

    row_number: int | None  # None: the whole file
    column: str | None  # None: the whole row
    code: str  # snake_case, and never changed: other programs read it
    message: str
    value: str = ""
