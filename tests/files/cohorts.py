"""Cohort files for tests: rows of the template's columns, as CSV or a workbook."""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

import openpyxl

from imports.rules.columns import COLUMNS

HEADERS = [column.header for column in COLUMNS]
REQUIRED = [column.header for column in COLUMNS if column.required]

# One child whom every rule accepts, in the academic year 2026.
AMARA = {
    "CHILD_SCHOOL_URN": "888888",
    "CHILD_FIRST_NAME": "Amara",
    "CHILD_LAST_NAME": "Okafor",
    "CHILD_DATE_OF_BIRTH": "27/03/2014",
    "CHILD_POSTCODE": "SW1A 1AA",
}


def child(**cells: str) -> dict[str, str]:
    """Return Amara's row with other cells: child(CHILD_TOWN="Leeds")."""
    return AMARA | cells


def table(rows: Iterable[Mapping[str, str]], headers: list[str]) -> list[list[str]]:
    """Return headers and rows as lists of cells; an empty row is a blank one."""
    return [
        headers,
        *([row.get(header, "") for header in headers] if row else [] for row in rows),
    ]


def csv_text(cells: Iterable[Iterable[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(cells)
    return text.getvalue()


def csv_file(*rows: Mapping[str, str], headers: list[str] = HEADERS) -> bytes:
    """Return a CSV file with these rows."""
    return csv_text(table(rows, headers)).encode()


def xlsx_file(
    *cells: Iterable[Any], more_sheets: Mapping[str, Any] | None = None
) -> bytes:
    """Return a workbook whose first sheet has these cells, and maybe other sheets."""
    workbook = openpyxl.Workbook()
    for row in cells:
        workbook.active.append(list(row))
    for title, rows in (more_sheets or {}).items():
        sheet = workbook.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()
