"""A cohort file as a whole: what may be uploaded, and its rows one by one.

Row numbers are those that a spreadsheet shows (spec section 3). Reading is lazy: a
row is forgotten once it has been given out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import NamedTuple

from imports.rules import file_headers, file_kinds, file_text, file_workbook
from imports.rules.file_headers import Headers, MissingColumns
from imports.rules.file_kinds import XLSX, NotUsable
from imports.rules.file_text import Open
from imports.rules.problems import Problem
from mavis.rules.cells import clean

# What a spreadsheet can hold. A file of line breaks alone may have fifty times as many.
MOST_ROWS = 1_048_576

_INSTRUCTION = re.compile(r"(?:Required|Optional)(?:[,.:]|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a file may be."""

    rows: int
    megabytes: int


class Row(NamedTuple):
    """One row of the file as it is written; without cells it is blank."""

    number: int
    cells: list[str]

    @property
    def is_blank(self) -> bool:
        return not self.cells


@dataclass(frozen=True, slots=True)
class Inspected:
    """What is known of a file that can be uploaded."""

    format: str  # "csv" or "xlsx"
    row_count: int
    warnings: tuple[Problem, ...]


class Unusable(Exception):
    """Nothing of this file can be imported. `problems` are about the whole of it."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("the file cannot be used")
        self.problems = problems


def inspect(content: bytes, limits: Limits) -> Inspected:
    """Look at a file as far as a person can wait for it (section 3, steps 1 to 5).

    :raises Unusable: with every problem of the file as a whole
    """
    try:
        if len(content) > limits.megabytes * 1024 * 1024:
            raise _too_large(limits.megabytes)
        file_format = file_kinds.kind_of(content)
        headers, rows = read(partial(BytesIO, content), file_format)
        count = 0
        for _row in rows:
            count += 1
        if count == 0:
            raise _no_rows()
        if count > limits.rows:
            raise _too_many_rows(count, limits.rows)
    except NotUsable as reason:
        problem = Problem(None, reason.column, reason.code, reason.message)
        raise Unusable((problem,)) from reason
    except MissingColumns as missing:
        raise Unusable(missing.problems) from missing
    return Inspected(format=file_format, row_count=count, warnings=headers.warnings)


def read(file: Open, file_format: str) -> tuple[Headers, Iterator[Row]]:
    """Return the headers of a file, and then its data rows one by one.

    Blank rows at the end are left out; one in between is given without cells. The
    instruction row of the template is left out too, but it counts.

    :raises NotUsable, MissingColumns: at once, or while the rows are taken
    """
    rows = all_rows(file, file_format)
    first = next((row for row in rows if not row.is_blank), None)
    if first is None:
        raise NotUsable("empty_file", "The file is empty. Add the children to it")
    return file_headers.read(first.cells), _data_rows(rows)


def all_rows(file: Open, file_format: str) -> Iterator[Row]:
    """Return every row as it stands in the file, headers and blank rows too.

    :raises NotUsable: it cannot be read, or not to its end
    """
    if file_format == XLSX:
        with file() as workbook:
            file = partial(file_workbook.as_csv, workbook.read())
        encoding = "utf-8"
    else:
        encoding = file_text.encoding_of(file)
    for number, cells in file_text.records(file, encoding):
        if number > MOST_ROWS:
            raise _more_than_a_spreadsheet()
        # Most rows begin with a letter or digit, which nothing takes away.
        filled = cells and (cells[0][:1].isalnum() or any(map(clean, cells)))
        yield Row(number, cells if filled else [])


def _data_rows(rows: Iterator[Row]) -> Iterator[Row]:
    blank = 0  # rows right before this one
    is_first = True
    for row in rows:
        if row.is_blank:
            blank += 1
        elif is_first and is_instruction(row):
            # It stands right below the headers; blank rows before it are in between.
            pass
        else:
            for number in range(row.number - blank, row.number):
                yield Row(number, [])
            blank = 0
            yield row
        is_first = False


def is_instruction(row: Row) -> bool:
    """Test if this is the template's second row, which says how to fill a column."""
    return bool(row.cells) and _INSTRUCTION.match(clean(row.cells[0])) is not None


def _too_large(most: int) -> NotUsable:
    return NotUsable(
        "file_too_large",
        f"The file may be at most {most} MB. Split it into smaller files and upload "
        "them one after the other",
    )


def _too_many_rows(count: int, most: int) -> NotUsable:
    return NotUsable(
        "too_many_rows",
        f"The file has {count:,} rows and may have at most {most:,}. Split it into "
        "smaller files and upload them one after the other",
    )


def _more_than_a_spreadsheet() -> NotUsable:
    return NotUsable(
        "too_many_rows",
        f"The file has more than {MOST_ROWS:,} rows, blank ones counted too. Delete the "
        "rows that are blank, then upload it again",
    )


def _no_rows() -> NotUsable:
    return NotUsable(
        "no_rows", "The file has headers but no children. Add a row for each child"
    )
