"""How an import's time grows with its rows, and with the children it is compared with."""

from collections.abc import Sequence

from mavis.benchmark import database, importing, size
from mavis.benchmark.database import Base
from mavis.benchmark.figures import Figure, ratio
from mavis.benchmark.people import Row
from mavis.benchmark.size import Size

MOST_FOR_TIMES_THE_ROWS = 12
MOST_FOR_TIMES_THE_CHILDREN = 2


def measure(of: Size) -> list[Figure]:
    """Import a small file and a large one, and the large one among many children."""
    small, large = of.file(of.rows), of.file(of.many_rows)
    with database.base(of.children, seed=of.seed) as base:
        few = [(_total(base, small), _total(base, large)) for _ in range(of.runs)]
    with database.base(of.many_children, seed=of.seed) as base:
        among_many = [_total(base, large) for _ in range(of.runs)]
    of_small = Figure(f"{size.of(of.rows, of.children)}: alone", [a for a, _ in few])
    of_large = Figure(
        f"{size.of(of.many_rows, of.children)}: total", [b for _, b in few]
    )
    of_many = Figure(f"{size.of(of.many_rows, of.many_children)}: total", among_many)
    return [
        of_small,
        of_large,
        of_many,
        ratio(
            f"{of.many_rows:,} rows / {of.rows:,} rows",
            of_large,
            of_small,
            at_most=MOST_FOR_TIMES_THE_ROWS,
        ),
        ratio(
            f"{of.many_children:,} children / {of.children:,} children",
            of_many,
            of_large,
            at_most=MOST_FOR_TIMES_THE_CHILDREN,
        ),
    ]


def _total(base: Base, rows: Sequence[Row]) -> float:
    with database.copy(base):
        _, seconds = importing.import_rows(rows)
        return seconds.total
