"""What can be measured, by name, and how large it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mavis.benchmark import (
    beside,
    opening,
    pacing,
    scaling,
    uploading,
    working,
)
from mavis.benchmark.figures import Figure
from mavis.benchmark.size import Size


@dataclass(frozen=True)
class Measurement:
    """`run` returns the figures of one measurement.

    `more_rows_than`: a file needs more, to be told from the small ones beside it.
    """

    run: Callable[[Size], list[Figure]]
    about: str
    more_rows_than: int = 0


MEASUREMENTS: Mapping[str, Measurement] = {
    "import": Measurement(beside.measure, "an import beside the peer and the floor"),
    "scale": Measurement(scaling.measure, "ten times the rows, ten times the children"),
    "pages": Measurement(opening.measure, "the pages of a large upload, and searches"),
    "upload": Measurement(uploading.measure, "the request that hands over a file"),
    "memory": Measurement(
        working.measure_memory, "what a worker takes", working.SMALL_FILE
    ),
    "side-by-side": Measurement(
        working.measure_side_by_side,
        "two imports at once, and a small one meanwhile",
        working.SMALL_FILE,
    ),
    "pacing": Measurement(pacing.measure, "how evenly and how fast PDS is asked"),
}
