"""How large what is measured is."""

from collections.abc import Sequence
from dataclasses import dataclass

from mavis.benchmark import people
from mavis.benchmark.people import Pupil, Row

TIMES = 10


@dataclass(frozen=True, slots=True)
class Size:
    """A file of so many rows and a database of so many children; both from a seed.

    What is about large files has ten times the rows, and what is about a large
    database ten times the children.
    """

    rows: int
    children: int
    seed: int
    runs: int
    with_peer: bool
    seconds: float  # for how long the pacing is watched

    @property
    def many_rows(self) -> int:
        return self.rows * TIMES

    @property
    def many_children(self) -> int:
        return self.children * TIMES

    def file(self, rows: int) -> Sequence[Row]:
        """Return the rows of a file about children of the first team."""
        return people.cohort(self._team(), rows, seed=self.seed)

    def two_files(self, rows: int) -> Sequence[Sequence[Row]]:
        """Return the rows of two files that have no child in common."""
        children = self._team()
        return [
            people.cohort(
                children[half::2],
                rows,
                seed=self.seed + half,
                newcomers=people.HALVES_OF_NEWCOMERS[half],
            )
            for half in (0, 1)
        ]

    def _team(self) -> Sequence[Pupil]:
        return people.first(self.children, seed=self.seed)


def of(rows: int, children: int) -> str:
    return f"{rows:,} rows, {children:,} children"
