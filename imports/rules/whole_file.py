"""What only all rows together can tell: the same child twice (spec section 4)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b
from heapq import merge
from itertools import islice
from typing import TypeVar

from imports.rules.problems import Problem

# More rows than this are counted and not named: a file may say the same thing in
# every row, and each would name all the others.
NAMED = 10

Child = tuple[str, str, date, str]  # folded first and last name, birth, postcode


Key = TypeVar("Key")
Row = TypeVar("Row", int, tuple[int, str])


@dataclass
class SameChildren:
    """Finds rows with the same NHS number, and rows about the same child.

    Of a row that is alone, as nearly all are, little is kept: of a child the digest.
    """

    _by_number: dict[str, int | list[int]] = field(default_factory=dict)
    _by_child: dict[bytes, tuple[int, str] | list[tuple[int, str]]] = field(
        default_factory=dict
    )

    def add(self, row_number: int, *, nhs_number: str, child: Child | None) -> None:
        """Remember a row. `child` is None where one of its details is unreadable."""
        if nhs_number:
            _add(self._by_number, nhs_number, row_number)
        if child:
            digest = blake2b(repr(child).encode(), digest_size=16).digest()
            _add(self._by_child, digest, (row_number, nhs_number))

    def problems(self) -> Iterator[Problem]:
        """Return a problem for each row that has a double, naming the others."""
        for number, rows in self._by_number.items():
            if isinstance(rows, list):
                for row in rows:
                    yield _same_nhs_number(row, number, rows)
        for doubles in self._by_child.values():
            if isinstance(doubles, list):
                yield from _same_child(doubles)


def _add(rows: dict[Key, Row | list[Row]], key: Key, row: Row) -> None:
    """Put a row with those of the same key: one by itself, several as a list."""
    before = rows.get(key)
    if before is None:
        rows[key] = row
    elif isinstance(before, list):
        before.append(row)
    else:
        rows[key] = [before, row]


def _same_nhs_number(row: int, nhs_number: str, rows: Sequence[int]) -> Problem:
    return Problem(
        row,
        "CHILD_NHS_NUMBER",
        "same_nhs_number",
        f"{_others(row, rows, len(rows))} the same NHS number. Check which row has "
        "the wrong one, or remove the row that is there twice",
        nhs_number,
    )


def _same_child(doubles: Sequence[tuple[int, str]]) -> Iterator[Problem]:
    """Two rows are one child unless they have two different NHS numbers."""
    by_number: dict[str, list[int]] = {}
    for row, number in doubles:
        by_number.setdefault(number, []).append(row)
    unnumbered = by_number.get("", [])
    every = [row for row, _ in doubles]
    for row, number in doubles:
        if number:
            alike: Iterable[int] = merge(by_number[number], unnumbered)
            count = len(by_number[number]) + len(unnumbered)
        else:
            alike, count = every, len(every)
        if count > 1:
            yield Problem(
                row,
                None,
                "same_child",
                f"{_others(row, alike, count)} the same first name, last name, date of "
                "birth and postcode. Remove the rows that are there twice, or give "
                "each child’s NHS number",
            )


def _others(row: int, rows: Iterable[int], count: int) -> str:
    """Return which other rows have something, from all of them in order."""
    named = [other for other in islice(rows, NAMED + 1) if other != row][:NAMED]
    if count == 2:
        return f"Row {named[0]} has"
    more = count - 1 - len(named)
    words = [str(other) for other in named] + ([f"{more:,} more"] if more else [])
    return f"Rows {', '.join(words[:-1])} and {words[-1]} have"
