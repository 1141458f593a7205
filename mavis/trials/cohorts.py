"""The people of the simulator, and the file that is drawn from them."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pds.simulator.cohort import draw
from pds.simulator.cohort_rows import HEADERS
from pds.simulator.generate import generate
from pds.simulator.labels import Born, Label, LabelledRow

# A kind of error in so many rows each that its share of found rows says something.
# Of the rarest there are fewer: as many as the population has.
EVERY_KIND: Mapping[Label, float] = {
    Label.NAMESAKE_IN_NEW_AREA: 0.008,
    Label.TWINS_WITH_SWAPPED_NUMBERS: 0.04,
    Label.RESTRICTED: 0.02,
    Label.SUPERSEDED: 0.02,
    Label.NAMESAKE: 0.012,
    Label.TYPING_SLIP: 0.06,
    Label.NICKNAME: 0.05,
    Label.SWAPPED_NAMES: 0.03,
    Label.SWAPPED_DAY_AND_MONTH: 0.03,
    Label.MOVED_HOUSE: 0.05,
    Label.CHANGED_NAME: 0.03,
    Label.TWIN: 0.05,
    Label.TWIN_NOT_ON_PDS: 0.04,
    Label.NOT_ON_PDS: 0.04,
}


@dataclass(frozen=True, slots=True)
class Cohort:
    """A file, and how to generate the people from whom it is drawn."""

    people: int
    seed: int
    rows: Sequence[LabelledRow]

    def file(self) -> io.BytesIO:
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, HEADERS)
        writer.writeheader()
        writer.writerows(row.cells for row in self.rows)
        return io.BytesIO(text.getvalue().encode())

    @property
    def by_row_number(self) -> Mapping[int, LabelledRow]:
        """The rows by their numbers in a spreadsheet: the headers are row 1."""
        return dict(enumerate(self.rows, start=2))


def cohort(
    *,
    people: int,
    rows: int,
    seed: int,
    academic_year: int,
    with_number: float,
    shares: Mapping[Label, float],
) -> Cohort:
    """Draw a file of children from Reception to Year 11."""
    drawn = draw(
        generate(people, seed=seed),
        # Three in four of those generated are of school age.
        generate(rows, seed=seed + 1),
        rows=rows,
        seed=seed,
        born=Born.for_school_years(academic_year),
        with_number=with_number,
        shares=shares,
    )
    return Cohort(people, seed, drawn)
