"""A program of its own that turns an .xlsx workbook into CSV text.

It is run by file_workbook, never imported: whatever a workbook does to the memory
or the time it takes, only this process ends. Standard input is the workbook,
standard output the text. With exit status 3 standard output is one JSON object
that says what is wrong with the sheets; with 4 the text would be too long.
"""

import csv
import datetime
import io
import json
import resource
import sys
from typing import Any

import python_calamine

MEMORY, SECONDS = 2 * 1024**3, 120
REFUSED, TOO_LONG = 3, 4
# A short workbook can repeat one long text in every cell.
LONGEST_TEXT = 256 * 1024**2


def main() -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with python_calamine.load_workbook(io.BytesIO(sys.stdin.buffer.read())) as book:
        filled = [
            (sheet.name, sheet.visible)
            for sheet in book.sheets_metadata
            if sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
            and _has_data(book.get_sheet_by_name(sheet.name))
        ]
        if len(filled) != 1:
            names = [
                {
                    "name": name,
                    "hidden": visible != python_calamine.SheetVisibleEnum.Visible,
                }
                for name, visible in filled
            ]
            sys.stdout.write(json.dumps({"sheets": names}))
            return REFUSED
        return _write(book.get_sheet_by_name(filled[0][0]))


def _has_data(sheet: Any) -> bool:
    return any(cell_text(value).strip() for row in sheet.iter_rows() for value in row)


def _write(sheet: Any) -> int:
    """Write the sheet's rows, blank ones too, so that each keeps its number."""
    out = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="")
    writer = csv.writer(out)
    blank_rows = written = 0
    for row in sheet.iter_rows():
        cells = [cell_text(value) for value in row]
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            blank_rows += 1
            continue
        out.write("\r\n" * blank_rows)
        writer.writerow(cells)
        written += blank_rows + sum(map(len, cells)) + len(cells)
        blank_rows = 0
        if written > LONGEST_TEXT:
            return TOO_LONG
    out.flush()
    return 0


def cell_text(value: Any) -> str:
    """Return what a person sees in a cell, in the form that the columns take.

    A whole number is its digits, and a date is that date.
    """
    kind = type(value)
    if kind is str:
        text: str = value.replace("\0", "") if "\0" in value else value
        return text
    if kind is float and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if kind is bool:
        return str(value).upper()
    if kind is datetime.datetime:
        if value.time() == datetime.time():
            return str(value.date())
        return str(value)
    return str(value)


if __name__ == "__main__":
    sys.exit(main())
