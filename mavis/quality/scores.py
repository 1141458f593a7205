"""How many of the proposed pairs are right, and how many right pairs are proposed."""

from collections.abc import Iterable
from dataclasses import dataclass

from mavis.quality.labelled import Labelled


@dataclass(frozen=True, slots=True)
class Proposal:
    """A row and a child who may be one person; a greater weight is more likely."""

    row_id: int
    child_id: int
    weight: float


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of proposed pairs that are right, that are wrong, and of right pairs."""

    right: int
    wrong: int
    true: int

    @property
    def precision(self) -> float:
        proposed = self.right + self.wrong
        return self.right / proposed if proposed else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.true if self.true else 1.0

    @property
    def f1(self) -> float:
        return 2 * self.right / (self.right + self.wrong + self.true)


def score(proposals: Iterable[Proposal], data: Labelled) -> Score:
    """Count what is right and what is wrong among proposed pairs."""
    pairs = {(one.row_id, one.child_id) for one in proposals}
    right = sum(data.child_of.get(row_id) == child_id for row_id, child_id in pairs)
    return Score(right, len(pairs) - right, len(data.child_of))


def one_to_one(proposals: Iterable[Proposal]) -> list[Proposal]:
    """Return the proposals of which no row and no child is in two, likeliest first."""
    rows: set[int] = set()
    children: set[int] = set()
    kept = []
    for one in sorted(proposals, key=lambda p: (-p.weight, p.row_id, p.child_id)):
        if one.row_id not in rows and one.child_id not in children:
            rows.add(one.row_id)
            children.add(one.child_id)
            kept.append(one)
    return kept


def best_cut(proposals: Iterable[Proposal], data: Labelled) -> list[Proposal]:
    """Return the likeliest of the proposals, as many as give the greatest F1.

    This looks at the truth: whoever is measured so is measured at their best.
    """
    likeliest_first = sorted(proposals, key=lambda p: -p.weight)
    best, count, right = 0.0, 0, 0
    for proposed, one in enumerate(likeliest_first, start=1):
        right += data.child_of.get(one.row_id) == one.child_id
        f1 = 2 * right / (proposed + len(data.child_of))
        if f1 > best:
            best, count = f1, proposed
    return likeliest_first[:count]
