"""A program of its own that turns an .xlsx workbook into CSV text.

It is run by file_workbook, never imported: whatever a workbook does to the memory
or the time it takes, only this process ends. Standard input is the workbook,
standard output the text. With exit status 3 standard error is one JSON object
that says what is wrong with the sheets; with 4 the text would be too long.
"""

import csv
import datetime
import io
import json
import posixpath
import re
import resource
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from xml.etree import ElementTree

import python_calamine

MEMORY, SECONDS = 2 * 1024**3, 120
REFUSED, TOO_LONG = 3, 4
# A short workbook can repeat one long text in every cell. In bytes.
LONGEST_TEXT = 256 * 1024**2
AT_ONCE = 100  # rows that are written
NAMED = 10  # of the sheets of a workbook that has too many

# A cell that shows an error, like #N/A from a look-up that found nothing. calamine
# gives it as a blank one.
ERROR_CELL = re.compile(rb"""<(?:\w+:)?c\s([^<>]*\bt=["']e["'][^<>]*)>""")
PLACE = re.compile(rb"""\br=["']([A-Z]{1,3})([0-9]{1,7})["']""")
SHOWN = re.compile(rb"<(?:\w+:)?v>([^<]*)<")
LONGEST_FORMULA = 50_000
RELATIONSHIP = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

Errors = dict[int, dict[int, str]]  # what cells show, by row and column from 0


def main() -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    content = sys.stdin.buffer.read()
    with python_calamine.load_workbook(io.BytesIO(content)) as book:
        worksheets = [
            sheet
            for sheet in book.sheets_metadata
            if sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
        ]
        # To open a large sheet takes seconds, and as it is opened it is all in memory:
        # one that is alone is opened once, several are opened one at a time.
        sheet = errors = None
        if len(worksheets) == 1:
            sheet, errors = _opened(book, content, worksheets[0].name)
            filled = worksheets if _has_data(sheet) else []
        else:
            filled = [
                each
                for each in worksheets
                if _has_data(book.get_sheet_by_name(each.name))
            ]
        if len(filled) != 1:
            # The first of them: standard error is not read before we end, and a pipe
            # holds little.
            names = [
                {
                    "name": each.name,
                    "hidden": each.visible != python_calamine.SheetVisibleEnum.Visible,
                }
                for each in filled[:NAMED]
            ]
            sys.stderr.write(json.dumps({"count": len(filled), "sheets": names}))
            return REFUSED
        name = filled[0].name
        if sheet is None or errors is None:
            sheet, errors = _opened(book, content, name)
        return _write(sheet, errors)


def _opened(book: Any, content: bytes, name: str) -> tuple[Any, Errors]:
    """Open a sheet, and look meanwhile for errors in it."""
    with ThreadPoolExecutor(max_workers=1) as beside:
        errors = beside.submit(error_cells, io.BytesIO(content), name)
        return book.get_sheet_by_name(name), errors.result()


def _has_data(sheet: Any) -> bool:
    return any(cell_text(value).strip() for row in sheet.iter_rows() for value in row)


def error_cells(workbook: io.BytesIO, sheet_name: str) -> Errors:
    """Return the cells of a sheet that show an error in place of what was meant."""
    found: Errors = {}
    with zipfile.ZipFile(workbook) as archive:
        part = _part_of(archive, sheet_name)
        if part is None or not _may_show_errors(archive, part):
            return found
        text = archive.read(part)
    cells = ERROR_CELL.finditer(text)
    following = next(cells, None)
    while cell := following:
        following = next(cells, None)
        place = PLACE.search(cell[1])
        end = cell.end() + LONGEST_FORMULA
        # No text is looked through twice: there may be a million such cells.
        end = min(end, following.start()) if following else end
        shown = SHOWN.search(text, cell.end(), end)
        if place and shown:
            row = found.setdefault(int(place[2]) - 1, {})
            row[_column(place[1])] = shown[1].decode()
    return found


def _part_of(archive: zipfile.ZipFile, sheet_name: str) -> str | None:
    """Return the part of the archive that holds a sheet."""
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 -- memory and time are limited
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    for sheet in book.iter():
        if sheet.tag.endswith("}sheet") and sheet.get("name") == sheet_name:
            target = targets.get(sheet.get(RELATIONSHIP), "")
            part = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
            return part if part in archive.namelist() else None
    return None


def _may_show_errors(archive: zipfile.ZipFile, part: str) -> bool:
    """Test it a piece at a time: most sheets have no such cell, and some are large."""
    end = b""
    with archive.open(part) as text:
        while piece := text.read(1024**2):
            if b't="e"' in end + piece or b"t='e'" in end + piece:
                return True
            end = piece[-4:]
    return False


def _column(letters: bytes) -> int:
    """Return the place of a column from 0: A is 0, Z is 25, AA is 26."""
    place = 0
    for letter in letters:
        place = place * 26 + letter - ord("A") + 1
    return place - 1


def _write(sheet: Any, errors: Errors) -> int:
    """Write the sheet's rows, blank ones too, so that each keeps its number."""
    written = 0
    rows: list[list[str]] = []
    blank_rows = 0
    first_column = sheet.start[1] if sheet.start else 0
    for number, row in enumerate(sheet.iter_rows()):
        # Nearly all are text, and a call for each would take half a second of a large
        # workbook.
        cells = [value if type(value) is str else cell_text(value) for value in row]
        for column, shown in errors.get(number, {}).items():
            if 0 <= column - first_column < len(cells):
                cells[column - first_column] = shown
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            blank_rows += 1
            continue
        rows += [[]] * blank_rows
        rows.append(cells)
        blank_rows = 0
        if len(rows) >= AT_ONCE:
            written += _write_rows(rows)
            rows.clear()
            if written > LONGEST_TEXT:
                return TOO_LONG
    written += _write_rows(rows)
    return TOO_LONG if written > LONGEST_TEXT else 0


def _write_rows(rows: list[list[str]]) -> int:
    """Write rows to standard output in UTF-8, without NUL, and return how many bytes."""
    text = io.StringIO()
    quoting = csv.writer(text)
    for cells in rows:
        line = ",".join(cells)
        # Most rows need no quotation marks, and to look for what does in a whole line
        # takes a quarter of the time that it takes in each cell.
        if (
            line.count(",") == len(cells) - 1
            and '"' not in line
            and "\r" not in line
            and "\n" not in line
        ):
            text.write(f"{line}\r\n")
        else:
            quoting.writerow(cells)
    return sys.stdout.buffer.write(text.getvalue().replace("\0", "").encode())


def cell_text(value: Any) -> str:
    """Return what a person sees in a cell, in the form that the columns take.

    A whole number is its digits, and a date is that date.
    """
    kind = type(value)
    if kind is str:
        text: str = value
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
