"""Why PDS knows too few children of a file: what is tried, and what it says.

On a sample of the rows that were not found, each mistake that whole files have is
undone, and PDS asked once more (spec section 6). Nothing of it becomes a match.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from pds.rules.sought import Sought

# Each costs one request at the most for each kind of mistake.
ROWS_TRIED = 20


class Mistake(StrEnum):
    """What may be wrong with a file as a whole."""

    NAMES_SWAPPED = "names_swapped"
    DAY_AND_MONTH_SWAPPED = "day_and_month_swapped"
    # Each name stands one row above, or below, the rest of its child.
    NAMES_TOO_HIGH = "names_too_high"
    NAMES_TOO_LOW = "names_too_low"


@dataclass(frozen=True, slots=True)
class Finding:
    """On how many rows undoing a mistake was tried, and how many then matched.

    `wanted`: on how many it was to be tried: more than it was, if PDS did not answer.
    """

    mistake: Mistake
    tried: int
    matched: int
    wanted: int

    @property
    def is_likely(self) -> bool:
        """Test if this is probably what is wrong with the file."""
        return self.tried > 0 and 2 * self.matched >= self.tried


def sample(row_numbers: Sequence[int]) -> list[int]:
    """Return some of the rows, spread evenly over them.

    >>> sample([2, 3, 4]), sample(range(100))[:3]
    ([2, 3, 4], [0, 5, 10])
    """
    count = min(len(row_numbers), ROWS_TRIED)
    return [row_numbers[place * len(row_numbers) // count] for place in range(count)]


def undone(
    row_number: int, file: Mapping[int, Sought]
) -> Iterator[tuple[Mistake, Sought]]:
    """Yield a row as it would be without each mistake that it may hold.

    :param file: the row and its neighbours by their numbers, as far as there are any
    """
    row = file[row_number]
    others = {_identity(each) for number, each in file.items() if number != row_number}
    for mistake, mended in _mended(row_number, file):
        # Not what it was already; and a brother or sister one row above, with the same
        # date of birth and postcode, is found because that row is right.
        if _identity(mended) not in {_identity(row), *others}:
            yield mistake, replace(mended, nhs_number=None)


def _mended(
    row_number: int, file: Mapping[int, Sought]
) -> Iterator[tuple[Mistake, Sought]]:
    row = file[row_number]
    yield (
        Mistake.NAMES_SWAPPED,
        replace(row, first_name=row.last_name, last_name=row.first_name),
    )
    if swapped := _day_and_month_swapped(row.date_of_birth):
        yield Mistake.DAY_AND_MONTH_SWAPPED, replace(row, date_of_birth=swapped)
    for mistake, place in (
        (Mistake.NAMES_TOO_HIGH, row_number - 1),
        (Mistake.NAMES_TOO_LOW, row_number + 1),
    ):
        if other := file.get(place):
            yield (
                mistake,
                replace(row, first_name=other.first_name, last_name=other.last_name),
            )


def _day_and_month_swapped(born: date) -> date | None:
    return date(born.year, born.day, born.month) if born.day <= 12 else None


def _identity(row: Sought) -> tuple[str, str, date, str]:
    return (
        row.first_name.casefold(),
        row.last_name.casefold(),
        row.date_of_birth,
        row.postcode,
    )


def likely_first(findings: Sequence[Finding]) -> list[Finding]:
    """Return findings with the one that explains most of the sample first."""
    return sorted(findings, key=lambda each: -each.matched / max(each.tried, 1))
