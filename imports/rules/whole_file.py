"""What only all rows together can tell: the same child twice (spec section 4)."""

import struct
from array import array
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from hashlib import blake2b
from heapq import merge
from itertools import islice

from imports.rules.numbers import repeated
from imports.rules.problems import Problem

# More rows than this are counted and not named: a file may say the same thing in
# every row, and each would name all the others.
NAMED = 10

Child = tuple[str, str, date, str]  # folded first and last name, birth, postcode


class SameChildren:
    """Finds rows with the same NHS number, and rows about the same child.

    Four numbers are kept of a row: its own, its NHS number, or 0 for none, and the two
    halves of a digest of its child.
    """

    def __init__(self) -> None:
        self._rows = array("q")
        self._numbers = array("q")
        self._children = array("Q")
        self._other_halves = array("Q")

    def add(self, row_number: int, *, nhs_number: str, child: Child | None) -> None:
        """Remember a row. `child` is None where one of its details is unreadable."""
        half, other_half = 0, 0
        if child:
            first_name, last_name, birth, postcode = child
            # No cell holds a tab: clean has made a space of it.
            text = f"{first_name}\t{last_name}\t{birth.isoformat()}\t{postcode}"
            digest = blake2b(text.encode(), digest_size=16).digest()
            half, other_half = _HALVES.unpack(digest)
        self._rows.append(row_number)
        self._numbers.append(int(nhs_number or 0))
        self._children.append(half)
        self._other_halves.append(other_half)

    def problems(self) -> Iterator[Problem]:
        """Return a problem for each row that has a double, naming the others."""
        by_number: dict[int, list[int]] = {}
        for place in _doubled(self._numbers):
            by_number.setdefault(self._numbers[place], []).append(self._rows[place])
        for number, rows in by_number.items():
            for row in rows:
                yield _same_nhs_number(row, _told(number), rows)
        by_child: dict[tuple[int, int], list[tuple[int, str]]] = {}
        for place in _doubled(self._children):
            by_child.setdefault(
                (self._children[place], self._other_halves[place]), []
            ).append((self._rows[place], _told(self._numbers[place])))
        for doubles in by_child.values():
            yield from _same_child(doubles)


_HALVES = struct.Struct("=QQ")


def _doubled(values: Sequence[int]) -> Iterator[int]:
    """Return the places, in order, of what is there more than once and is not 0."""
    if twice := repeated(values) - {0}:
        yield from (place for place, value in enumerate(values) if value in twice)


def _told(nhs_number: int) -> str:
    return f"{nhs_number:010}" if nhs_number else ""


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
