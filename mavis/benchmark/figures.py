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
    """One thing that was measured several times: seconds, megabytes, or a ratio.

    It may be meant to be at most or at least so much.
    """

    name: str
    values: Sequence[float]
    at_most: float | None = None
    at_least: float | None = None

    @property
    def median(self) -> float:
        return median(self.values)

    @property
    def is_met(self) -> bool | None:
        """Test if the median is what it is meant to be; None if nothing is meant."""
        if self.at_most is not None:
            return self.median <= self.at_most
        if self.at_least is not None:
            return self.median >= self.at_least
        return None


def ratio(
    name: str,
    figure: Figure,
    to: Figure,
    *,
    at_most: float | None = None,
    at_least: float | None = None,
) -> Figure:
    """Return how many times one figure is another, run by run."""
    pairs = zip(figure.values, to.values, strict=True)
    values = [one / other for one, other in pairs]
    return Figure(name, values, at_most=at_most, at_least=at_least)


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
    """Return a line for each figure: its median, range, target and last release's."""
    width = max(len(figure.name) for figure in figures)
    return [
        f"{figure.name:{width}}{figure.median:10.2f}"
        f"   {min(figure.values):.2f} to {max(figure.values):.2f}"
        + _target(figure)
        + (
            f"   last release {before[figure.name]:.2f}"
            if figure.name in before
            else ""
        )
        for figure in figures
    ]


def _target(figure: Figure) -> str:
    if figure.is_met is None:
        return ""
    wanted = (
        f"at most {figure.at_most:g}"
        if figure.at_most is not None
        else f"at least {figure.at_least:g}"
    )
    return f"   {wanted}: {'met' if figure.is_met else 'not met'}"
