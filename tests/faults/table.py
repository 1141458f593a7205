"""The table of docs/reliability.md: what was done to Mavis, how often, and what held.

Each fault test says its line by `@pytest.mark.fault(done=…, held=…)`.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests import faults

DOCUMENT = Path(__file__).resolve().parent.parent.parent / "docs" / "reliability.md"
BEGINS = "| What was done | Times | What held |\n|---|---|---|\n"


@dataclass(frozen=True)
class Line:
    """What one test does, and what it sees hold."""

    done: str
    held: str


def lines() -> list[Line]:
    """Return the line of every fault test, as they stand in the folder."""
    found: dict[Line, None] = {}
    for module in sorted(pkgutil.iter_modules(faults.__path__), key=lambda m: m.name):
        if module.name.startswith("test_"):
            imported = importlib.import_module(f"{faults.__name__}.{module.name}")
            for name, test in inspect.getmembers(imported, inspect.isfunction):
                if name.startswith("test_"):
                    found[line_of(name, test.pytestmark)] = None
    return list(found)


def line_of(name: str, marks: Iterable[object]) -> Line:
    for mark in marks:
        if getattr(mark, "name", "") == "fault":
            return Line(**getattr(mark, "kwargs"))  # noqa: B009 -- any mark
    raise AssertionError(f"{name} has no mark that says what it does to Mavis")


def written() -> dict[Line, str]:
    """Return the lines of the document, and how often each was done."""
    return {
        Line(done, held): times
        for done, times, held in _cells(DOCUMENT.read_text().partition(BEGINS)[2])
    }


def _cells(table: str) -> Iterator[tuple[str, str, str]]:
    for row in table.splitlines():
        if not row.startswith("|"):
            return
        done, times, held = (cell.strip() for cell in row.strip("|").split("|"))
        yield done, times, held


def write(times: Mapping[Line, str]) -> None:
    """Put these lines in the place of those that the document has."""
    before, begins, after = DOCUMENT.read_text().partition(BEGINS)
    rows = [f"| {line.done} | {times[line]} | {line.held} |\n" for line in times]
    rest = after.splitlines(keepends=True)
    while rest and rest[0].startswith("|"):
        rest.pop(0)
    DOCUMENT.write_text("".join([before, begins, *rows, *rest]))
