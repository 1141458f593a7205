"""One row of the file as values, and everything that is wrong with it.

Every column is read and every rule is checked: the team mends a file once. Cells
repeat from row to row (schools, dates, towns), so what such a column made of a text is
remembered while a file is read; it is what makes a large file quick.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from imports.rules.columns import BY_HEADER, Column
from imports.rules.file import Row
from imports.rules.file_headers import Headers
from imports.rules.problems import VALUE_KEPT, Problem
from imports.rules.whole_file import Child
from mavis.rules import academic_year, urn
from mavis.rules.cells import clean
from mavis.rules.names import fold
from mavis.rules.readers import Unreadable, refuse_excel_error

_REMEMBERED = 20_000  # different texts of one column
_DIGIT = re.compile("[0-9]")
_NAMES = (
    "first_name", "last_name", "preferred_first_name", "preferred_last_name",
    "parent_1_name", "parent_2_name",
)  # fmt: skip
_HEADERS = {column.field: column.header for column in BY_HEADER.values()}
# The relationship of a parent, and what of the parent it needs beside it.
_RELATIONSHIPS = {
    f"{parent}_relationship": (f"{parent}_name", f"{parent}_phone", f"{parent}_email")
    for parent in ("parent_1", "parent_2")
}


@dataclass(frozen=True, slots=True)
class KnownSchool:
    """A school of the team."""

    id: int
    special: bool


@dataclass(frozen=True, slots=True)
class Expected:
    """What the rows of one upload are held against."""

    today: date  # the day of the upload
    academic_year: int
    schools: Mapping[str, KnownSchool]  # the team's, by URN
    nursery: bool  # the team vaccinates nursery children


@dataclass(slots=True)
class RowRead:
    """What one row holds, by field; a field that cannot be read is not there."""

    number: int
    values: dict[str, Any] = field(default_factory=dict)
    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    # The year group is an error unless Mavis has a child like this one whose year
    # group was given: looked up for all rows at once.
    year_group_error: Problem | None = None

    @property
    def person(self) -> tuple[date, str, str]:
        """The date of birth and folded names, which are all there if this is asked."""
        values = self.values
        born: date = values["date_of_birth"]
        return born, values["first_name_key"], values["last_name_key"]

    @property
    def child(self) -> Child | None:
        """By what two rows are recognised as the same child, if all of it is there."""
        values = self.values
        names = values.get("first_name"), values.get("last_name")
        birth, postcode = values.get("date_of_birth"), values.get("postcode")
        if not (all(names) and birth and postcode):
            return None
        return values["first_name_key"], values["last_name_key"], birth, postcode


class RowReader:
    """Reads the rows of one file. Not to be shared: it remembers what they hold."""

    def __init__(self, headers: Headers, expected: Expected) -> None:
        self._expected = expected
        self._width = headers.width
        # Of a wide file only the columns that are read: a short row stays short.
        self._read_width = max(headers.places.values(), default=-1) + 1
        self._columns: list[tuple[int, str, Column, dict[str, Any]]] = [
            (headers.places[header], column.field, column, {"": _read(column, "")})
            for header, column in BY_HEADER.items()
            if header in headers.places
        ]
        self._absent = {
            column.field: ""
            for header, column in BY_HEADER.items()
            if header not in headers.places
        }
        self._places = headers.places
        self._unnamed = headers.unnamed
        # Those of them that hold something.
        self.unnamed_used: set[int] = set()
        self._keys: dict[str, str] = {}

    def read(self, row: Row) -> RowRead:
        """Return what the row holds and all that is wrong with it."""
        found = RowRead(row.number, dict(self._absent))
        if row.is_blank:
            found.errors.append(_blank_row(row.number))
            return found
        cells = row.cells
        if len(cells) > self._width and any(map(clean, cells[self._width :])):
            found.errors.append(_too_many_cells(row.number, len(cells), self._width))
        self._note_unnamed(cells)
        if len(cells) < self._read_width:
            cells = cells + [""] * (self._read_width - len(cells))
        values = found.values
        for place, field_name, column, remembered in self._columns:
            text = cells[place]
            value = remembered.get(text)
            if value is None:
                value = _read(column, text)
                if not column.differs and len(remembered) < _REMEMBERED:
                    remembered[text] = value
            if value.__class__ is Unreadable:
                found.errors.append(_problem(row.number, column.header, value, text))
            else:
                values[field_name] = value
        self._check(found, cells)
        return found

    def _note_unnamed(self, cells: Sequence[str]) -> None:
        """Remember which cells below no header hold something."""
        for place in self._unnamed:
            if place >= len(cells):
                return
            if clean(cells[place]):
                self.unnamed_used.add(place)

    def _check(self, found: RowRead, cells: Sequence[str]) -> None:
        self._check_school(found, cells)
        self._check_birth(found, cells)
        values = found.values
        for relationship in _RELATIONSHIPS:
            if values.get(relationship):
                self._check_relationship(found, cells, relationship)
        # Looked through together: hardly any has a digit.
        if _DIGIT.search("".join([values.get(name, "") for name in _NAMES])):
            self._warn_of_digits(found)
        values["first_name_key"] = self._fold(values.get("first_name", ""))
        values["last_name_key"] = self._fold(values.get("last_name", ""))

    def _warn_of_digits(self, found: RowRead) -> None:
        for name in _NAMES:
            value = found.values.get(name, "")
            if _DIGIT.search(value):
                found.warnings.append(_digits(found.number, _HEADERS[name], value))

    def _check_school(self, found: RowRead, cells: Sequence[str]) -> None:
        given = found.values.get("school_urn")
        if given and urn.is_school(given) and given not in self._expected.schools:
            del found.values["school_urn"]
            self._add(
                found, cells, "CHILD_SCHOOL_URN", "school_not_in_team",
                "Enter the URN of one of your team’s schools, 888888 for school "
                "unknown or 999999 for home-educated",
            )  # fmt: skip

    def _check_birth(self, found: RowRead, cells: Sequence[str]) -> None:
        values = found.values
        born = values.get("date_of_birth")
        if born and born > self._expected.today:
            del values["date_of_birth"]
            self._add(
                found, cells, "CHILD_DATE_OF_BIRTH", "date_in_future",
                "Enter a date of birth that is not in the future",
            )  # fmt: skip
        elif born and "year_group" in values:
            self._check_year_group(found, cells, born)

    def _check_year_group(
        self, found: RowRead, cells: Sequence[str], born: date
    ) -> None:
        """Check the year group, given or not, and work out what is stored of it."""
        values = found.values
        given = values["year_group"] != ""
        in_year = self._expected.academic_year
        birth_year = academic_year.containing(born)
        if given:
            birth_year = academic_year.birth_academic_year(
                values["year_group"], in_year
            )
        values["birth_academic_year"] = birth_year
        values["birth_academic_year_given"] = given
        year_group = academic_year.year_group(birth_year, in_year)
        if year_group in self._allowed(values.get("school_urn")):
            return
        header = "CHILD_YEAR_GROUP" if given else "CHILD_DATE_OF_BIRTH"
        seen = clean(cells[self._places[header]])
        problem = _not_allowed(
            found.number, header, seen, year_group, nursery=self._expected.nursery
        )
        if given:
            found.errors.append(problem)
        else:
            found.year_group_error = problem

    def _allowed(self, school_urn: str | None) -> range:
        school = self._expected.schools.get(school_urn or "")
        # A school that cannot be read has its own error, and may be a special one.
        special = school_urn is None or (school is not None and school.special)
        return academic_year.allowed_year_groups(
            special_school=special, nursery=self._expected.nursery
        )

    def _check_relationship(
        self, found: RowRead, cells: Sequence[str], relationship: str
    ) -> None:
        # What is there but cannot be read has an error of its own.
        if not any(
            found.values.get(detail, "unreadable")
            for detail in _RELATIONSHIPS[relationship]
        ):
            self._add(
                found, cells, _HEADERS[relationship],
                "relationship_without_parent",
                "Enter the parent’s name, phone number or email address too, or "
                "leave the relationship blank",
            )  # fmt: skip

    def _fold(self, name: str) -> str:
        key = self._keys.get(name)
        if key is None:
            key = fold(name)
            if len(self._keys) < _REMEMBERED:
                self._keys[name] = key
        return key

    def _add(
        self, found: RowRead, cells: Sequence[str], header: str, code: str, message: str
    ) -> None:
        value = clean(cells[self._places[header]])[:VALUE_KEPT]
        found.errors.append(Problem(found.number, header, code, message, value))


def _read(column: Column, text: str) -> Any:
    """Return what a cell holds, or the Unreadable that says why it is not known."""
    cleaned = clean(text)
    if not cleaned:
        if column.required:
            return Unreadable("blank", column.blank)
        return ""
    try:
        refuse_excel_error(cleaned)
        return column.read(cleaned)
    except Unreadable as unreadable:
        # Remembered without the stack in which it arose, which holds the cells.
        return unreadable.with_traceback(None)


def _problem(row_number: int, header: str, reason: Unreadable, text: str) -> Problem:
    value = clean(text)[:VALUE_KEPT]
    return Problem(row_number, header, reason.code, reason.message, value)


def _blank_row(row_number: int) -> Problem:
    return Problem(
        row_number, None, "blank_row", "Delete this blank row, or fill it in"
    )


def _too_many_cells(row_number: int, cells: int, width: int) -> Problem:
    return Problem(
        row_number,
        None,
        "too_many_cells",
        f"This row has {cells:,} cells and there are {width:,} headers. Put quotation "
        "marks around a cell that holds a comma",
    )


def _digits(row_number: int, header: str, name: str) -> Problem:
    return Problem(
        row_number,
        header,
        "digits_in_name",
        "This name has a digit in it. Check that it is right",
        name[:VALUE_KEPT],
    )


def _not_allowed(
    row_number: int, header: str, seen: str, year_group: int, *, nursery: bool
) -> Problem:
    youngest = "nursery" if nursery else "Reception"
    expected = f"{youngest} to Year 11, or to Year 14 at a special school"
    if header == "CHILD_YEAR_GROUP":
        message = f"Enter a year group from {expected}"
    else:
        place = f"too young for {youngest}"
        if year_group > 0:
            place = f"in {academic_year.describe_year_group(year_group)}"
        message = (
            f"Check the date of birth: the child would be {place}, and Mavis takes "
            f"{expected}. If it is right, enter the child’s year group"
        )
    return Problem(
        row_number, header, "year_group_not_allowed", message, seen[:VALUE_KEPT]
    )
