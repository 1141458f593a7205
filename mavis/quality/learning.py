"""What each likeness is worth, counted in labelled people.

The points of imports.rules.similarity are rounded from this by hand, and from nothing
that quality is then measured on.
"""

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import log2

from imports.rules.likeness import Likeness
from imports.rules.similarity import Resemblance
from mavis.quality.labelled import Labelled
from mavis.quality.ours import compare

DETAILS = ("first_name", "last_name", "date_of_birth", "postcode")
PAIRS_OF_TWO_PEOPLE = 200_000
SEED = 11


@dataclass(frozen=True, slots=True)
class Worth:
    """How often a likeness of a detail is seen, and how many points that makes."""

    detail: str
    likeness: str
    among_same: int
    among_others: int
    points: float


def count(data: Labelled) -> Iterator[Worth]:
    """Compare each row with its child, and many rows with children that they are not."""
    same = _counts(compare(data, *pair) for pair in data.child_of.items())
    others = _counts(compare(data, *pair) for pair in _of_two_people(data))
    for detail in DETAILS:
        seen, by_chance = same[detail], others[detail]
        for likeness in Likeness:
            if not seen[likeness] and not by_chance[likeness]:
                continue
            # Half a case more, so that what was never seen is rare and not impossible.
            often = (seen[likeness] + 0.5) / seen.total()
            rarely = (by_chance[likeness] + 0.5) / by_chance.total()
            points = round(log2(often / rarely), 1)
            yield Worth(detail, likeness, seen[likeness], by_chance[likeness], points)


def _counts(compared: Iterable[Resemblance]) -> dict[str, Counter[str]]:
    counts: dict[str, Counter[str]] = {detail: Counter() for detail in DETAILS}
    for one in compared:
        for detail in DETAILS:
            counts[detail][getattr(one, detail)] += 1
    return counts


def _of_two_people(data: Labelled) -> Iterator[tuple[int, int]]:
    rng = random.Random(SEED)  # noqa: S311 a sample is no secret
    rows, children = list(data.rows), list(data.children)
    for _ in range(PAIRS_OF_TWO_PEOPLE):
        row_id, child_id = rng.choice(rows), rng.choice(children)
        if data.child_of.get(row_id) != child_id:
            yield row_id, child_id
