"""The 70% rule: whether enough rows were found in PDS (spec section 6).

Fewer means that the file is probably wrong as a whole: columns swapped, or dates of
birth that are not theirs.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

# Fewer rows than this are never failed: one odd child would decide.
FEWEST_ROWS = 10
LOWEST_PERCENTAGE = 70
# When the rows in error are all tried again, round by round.
RETRIED_AFTER = (timedelta(seconds=30), timedelta(minutes=2))


class Judgement(StrEnum):
    PASSES = "passes"
    TRY_ERRORS_AGAIN = "try_errors_again"
    TOO_LOW = "too_low"
    NOTHING_ATTEMPTED = "nothing_attempted"


@dataclass(frozen=True, slots=True)
class Counts:
    """The rows of a file by the outcome of their lookup; every row is finished.

    `permanent_errors` are those of `errors` that it is no use to try again.
    """

    found: int
    not_found: int
    conflict: int
    errors: int
    permanent_errors: int = 0

    @property
    def rows(self) -> int:
        return self.attempted + self.errors

    @property
    def attempted(self) -> int:
        return self.found + self.not_found + self.conflict


def judge(counts: Counts, *, rounds: int) -> Judgement:
    """Decide whether a file goes on, fails, or has its rows in error tried again.

    :param rounds: how often they have all been tried again already
    """
    if counts.rows < FEWEST_ROWS:
        return Judgement.PASSES
    if counts.attempted and _reaches(counts.found, counts.attempted):
        return Judgement.PASSES
    could_still_pass = not counts.attempted or _reaches(
        counts.found + counts.errors, counts.rows
    )
    can_be_tried = counts.errors > counts.permanent_errors
    if could_still_pass and can_be_tried and rounds < len(RETRIED_AFTER):
        return Judgement.TRY_ERRORS_AGAIN
    return Judgement.TOO_LOW if counts.attempted else Judgement.NOTHING_ATTEMPTED


def _reaches(part: int, whole: int) -> bool:
    # In whole numbers: 7 of 10 is exactly enough.
    return 100 * part >= LOWEST_PERCENTAGE * whole
