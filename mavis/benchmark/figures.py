"""What was measured, and the figures of the last release beside it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from mavis.embedded.supervisor import ROOT

PAGE = ROOT / "docs" / "benchmarks.md"
_LINE = re.compile(r"\| (?P<name>[^|]+?) \| (?P<value>[0-9.]+) \|")


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing that was measured several times, in seconds, or a ratio of two."""

    name: str
    values: Sequence[float]

    @property
    def median(self) -> float:
        return median(self.values)


def ratio(name: str, figure: Figure, to: Figure) -> Figure:
    """Return how many times one figure is another, run by run."""
    pairs = zip(figure.values, to.values, strict=True)
    return Figure(name, [one / other for one, other in pairs])


def last_release(page: Path = PAGE) -> Mapping[str, float]:
    """Return the figures that were kept, by name; none if there is no page."""
    if not page.exists():
        return {}
    return {
        found["name"]: float(found["value"])
        for line in page.read_text().splitlines()
        if (found := _LINE.match(line))
    }


def told(figures: Sequence[Figure], before: Mapping[str, float]) -> list[str]:
    """Return a line for each figure: its median, range, and the last release's."""
    width = max(len(figure.name) for figure in figures)
    return [
        f"{figure.name:{width}}{figure.median:10.2f}"
        f"   {min(figure.values):.2f} to {max(figure.values):.2f}"
        + (
            f"   last release {before[figure.name]:.2f}"
            if figure.name in before
            else ""
        )
        for figure in figures
    ]
