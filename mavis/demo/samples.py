"""Every sample file: its rows, and what is expected of each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from imports.rules.lifecycle import FailureReason, Status
from mavis.demo import catalogue, mistakes, parts
from mavis.demo.cast import HEADERS, Expected, Part, row_of
from mavis.demo.catalogue import SampleFile

# Columns that Mavis does not use: a near miss of a header, and something else.
UNUSED = ("CHILD_PREFERRED_GIVEN_NAME", "BUS_ROUTE")

INSTRUCTIONS = dict.fromkeys(HEADERS, "Optional") | {
    "CHILD_SCHOOL_URN": "Required, 6 digits. Use 888888 for school unknown and 999999 "
    "for home-educated",
    "CHILD_FIRST_NAME": "Required",
    "CHILD_LAST_NAME": "Required",
    "CHILD_DATE_OF_BIRTH": "Required, DD/MM/YYYY",
    "CHILD_POSTCODE": "Required",
}

Cell = str | int | date


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A sample file, as it is for one academic year.

    - `expected`: by row number, as a spreadsheet numbers rows; empty when the file is
      not to reach the review.
    - `wrong_columns`: by row number, the column of the error that a file which is to
      be Invalid shows; None for the whole row.
    """

    file: SampleFile
    headers: tuple[str, ...]
    rows: tuple[Mapping[str, Cell], ...]
    status: Status
    failure_reason: FailureReason | None = None
    expected: Mapping[int, Expected]
    wrong_columns: Mapping[int, str | None]


def samples(year: int) -> tuple[Sample, ...]:
    """Return every sample file for an academic year."""
    return (
        _autumn(year),
        _starters(year),
        _special_school(year),
        _mistakes(year),
        _swapped_names(year),
        _same_child_twice(year),
    )


def _autumn(year: int) -> Sample:
    rows = [
        row | {"CHILD_PREFERRED_GIVEN_NAME": "", "BUS_ROUTE": f"{n % 4 + 1}"}
        for n, row in enumerate(_rows(parts.AUTUMN, year))
    ]
    return Sample(
        file=catalogue.AUTUMN,
        headers=(*HEADERS, *UNUSED),
        rows=tuple(rows),
        status=Status.IN_REVIEW,
        expected=_expected(parts.AUTUMN, first_row=2),
        wrong_columns={},
    )


def _starters(year: int) -> Sample:
    return Sample(
        file=catalogue.STARTERS,
        headers=HEADERS,
        rows=(INSTRUCTIONS, *_rows(parts.STARTERS, year)),
        status=Status.IN_REVIEW,
        expected=_expected(parts.STARTERS, first_row=3),
        wrong_columns={},
    )


def _special_school(year: int) -> Sample:
    return Sample(
        file=catalogue.SPECIAL_SCHOOL,
        headers=HEADERS,
        rows=tuple(
            _as_excel_would(part, row, year)
            for part, row in zip(
                parts.AT_SPECIAL_SCHOOL,
                _rows(parts.AT_SPECIAL_SCHOOL, year),
                strict=True,
            )
        ),
        status=Status.IN_REVIEW,
        expected=_expected(parts.AT_SPECIAL_SCHOOL, first_row=2),
        wrong_columns={},
    )


def _mistakes(year: int) -> Sample:
    return Sample(
        file=catalogue.MISTAKES,
        headers=HEADERS,
        rows=tuple(mistakes.rows(year)),
        status=Status.INVALID,
        expected={},
        # Row 1 is the headers, and row 2 is right.
        wrong_columns={
            row_number: mistake.column
            for row_number, mistake in enumerate(mistakes.MISTAKES, start=3)
        },
    )


def _swapped_names(year: int) -> Sample:
    rows = [
        row
        | {
            "CHILD_FIRST_NAME": row["CHILD_LAST_NAME"],
            "CHILD_LAST_NAME": row["CHILD_FIRST_NAME"],
        }
        for row in _rows(parts.STARTERS, year)
    ]
    return Sample(
        file=catalogue.SWAPPED_NAMES,
        headers=HEADERS,
        rows=tuple(rows),
        status=Status.FAILED,
        failure_reason=FailureReason.LOW_MATCH_RATE,
        expected={},
        wrong_columns={},
    )


def _same_child_twice(year: int) -> Sample:
    return Sample(
        file=catalogue.SAME_CHILD_TWICE,
        headers=HEADERS,
        rows=tuple(_rows(parts.SAME_CHILD_TWICE, year)),
        status=Status.FAILED,
        failure_reason=FailureReason.SAME_NHS_NUMBER,
        expected={},
        wrong_columns={},
    )


def _rows(of: Iterable[Part], year: int) -> list[dict[str, str]]:
    return [row_of(part, year) for part in of]


def _expected(of: Iterable[Part], *, first_row: int) -> dict[int, Expected]:
    return {
        row_number: part.expected
        for row_number, part in enumerate(of, start=first_row)
        if part.expected
    }


def _as_excel_would(part: Part, row: dict[str, str], year: int) -> dict[str, Cell]:
    """Return the cells that somebody gets who types the row into Excel."""
    cells: dict[str, Cell] = {**row, "CHILD_DATE_OF_BIRTH": part.person.born.on(year)}
    for column in ("CHILD_SCHOOL_URN", "CHILD_NHS_NUMBER", "PARENT_1_PHONE"):
        if digits := row[column].replace(" ", ""):
            cells[column] = int(digits)
    return cells
