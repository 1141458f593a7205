"""Files that a person takes away: templates, and their own rows with what to do."""

import io
from collections.abc import Iterator
from functools import partial
from itertools import groupby
from operator import itemgetter

import openpyxl
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from children.rules.merging import ADDRESS
from imports import files
from imports.models import CohortImport, CohortRow, RowError
from imports.rules import file as file_rules
from imports.rules.columns import COLUMNS
from imports.rules.file_headers import TO_MEND, normalise
from mavis.downloads import csv_of
from pds.rules.outcomes import TraceOutcome

_AS_TEXT = "@"

# What is left out of a restricted child's row: where it lives, its contacts, and
# columns that Mavis does not know and that may hold either.
SHOWN_OF_RESTRICTED = frozenset(
    column.header
    for column in COLUMNS
    if column.field not in ADDRESS and not column.header.startswith("PARENT_")
)
LEFT_OUT = (
    "PDS restricts this child’s record: address, postcode and contacts are left out "
    "here. Copy them from your own file."
)

# Why a row has no NHS number from PDS.
NOT_MATCHED = {
    TraceOutcome.NOT_FOUND: "PDS has no record with these details",
    TraceOutcome.CONFLICT: "PDS found different NHS numbers for these details",
    TraceOutcome.ERROR: "PDS could not be asked about this row",
}


def template_csv() -> bytes:
    """Return the template: a row of headers and one of instructions."""
    return csv_of(
        [
            [column.header for column in COLUMNS],
            [column.instruction for column in COLUMNS],
        ]
    )


def template_xlsx() -> bytes:
    """Return the template as a workbook with one sheet of text columns.

    Excel leaves text as it is typed: dates, long numbers and the 0 of a phone number.
    """
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "Child records"
    for place, column in enumerate(COLUMNS, start=1):
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].number_format = _AS_TEXT
        sheet.column_dimensions[letter].width = max(len(column.header) + 2, 24)
        header = sheet.cell(1, place, column.header)
        header.font = Font(bold=True)
        instruction = sheet.cell(2, place, column.instruction)
        instruction.alignment = Alignment(wrap_text=True, vertical="top")
        header.number_format = instruction.number_format = _AS_TEXT
    sheet.freeze_panes = "A2"
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


def rows_to_mend(cohort_import: CohortImport) -> bytes:
    """Return the rows of the file as CSV, with a column that says what to mend.

    All rows are there, in their places, so that the mended file can be uploaded
    whole and a row keeps the number by which the messages call it. Of a child whose
    record PDS restricts, address, postcode and contacts are left out.
    """
    return csv_of(_with_what_to_mend(cohort_import))


def unmatched_rows(cohort_import: CohortImport) -> bytes:
    """Return the rows for which PDS gave no NHS number as CSV, each with why."""
    rows = (
        CohortRow.objects.filter(
            cohort_import=cohort_import, trace_outcome__in=list(NOT_MATCHED)
        )
        .order_by("row_number")
        .only(
            "row_number", "first_name", "last_name", "date_of_birth", "postcode",
            "nhs_number_uploaded", "restricted", "trace_outcome",
        )
    )  # fmt: skip
    header = [
        "ROW", "CHILD_FIRST_NAME", "CHILD_LAST_NAME", "CHILD_DATE_OF_BIRTH",
        "CHILD_POSTCODE", "CHILD_NHS_NUMBER", "WHY_NOT_MATCHED",
    ]  # fmt: skip
    return csv_of([header, *map(_unmatched, rows.iterator(chunk_size=2000))])


def _unmatched(row: CohortRow) -> list[str]:
    born = row.date_of_birth
    return [
        str(row.row_number),
        row.first_name,
        row.last_name,
        f"{born:%d/%m/%Y}" if born else "",
        "Hidden" if row.restricted else row.postcode,
        row.nhs_number_uploaded or "",
        NOT_MATCHED[TraceOutcome(row.trace_outcome)],
    ]


def _with_what_to_mend(cohort_import: CohortImport) -> Iterator[list[str]]:
    """Return every row of the file with one cell more, or one filled again."""
    file = cohort_import.file
    messages = _messages(cohort_import)
    due = next(messages, None)
    restricted = set(
        cohort_import.rows.filter(restricted=True).values_list("row_number", flat=True)
    )
    headers: list[str] | None = None
    for row in file_rules.all_rows(partial(files.opened, file), file.format):
        told = ""
        if due and due[0] == row.number:
            told = due[1]
            due = next(messages, None)
        if headers is None:
            headers = [normalise(cell) for cell in row.cells] or None
            told = TO_MEND if headers else ""
        cells = row.cells
        if row.number in restricted and headers:
            cells = [
                cell if header in SHOWN_OF_RESTRICTED else ""
                for header, cell in zip(headers, cells, strict=False)
            ]
            told = f"{told} {LEFT_OUT}".strip()
        yield _with(cells, told, headers or [])


def _messages(cohort_import: CohortImport) -> Iterator[tuple[int, str]]:
    """Return for each row with errors what to do about them, in order."""
    errors = (
        RowError.objects.filter(
            cohort_import=cohort_import, is_warning=False, row_number__isnull=False
        )
        .order_by("row_number", "pk")
        .values_list("row_number", "column", "message")
    )
    for number, group in groupby(errors.iterator(chunk_size=5000), itemgetter(0)):
        told = [
            f"{column}: {message}." if column else f"{message}."
            for _, column, message in group
        ]
        yield number, " ".join(told)


def _with(cells: list[str], told: str, headers: list[str]) -> list[str]:
    """Return cells with what to mend in its column, which may be there already."""
    there = TO_MEND in headers
    place = headers.index(TO_MEND) if there else len(headers)
    padded = cells + [""] * (place - len(cells))
    return [*padded[:place], told, *padded[place + there :]]
