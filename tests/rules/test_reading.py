"""What a row holds, column by column."""

from datetime import date
from functools import partial
from io import BytesIO

import pytest

from imports.rules import file as rules
from imports.rules.reading import Expected, RowReader
from tests.files.cohorts import HEADERS, child, csv_file

EXPECTED = Expected(
    today=date(2026, 11, 24), academic_year=2026, schools={}, nursery=False
)


@pytest.mark.parametrize("header", HEADERS)
def test_an_error_of_excel_is_no_value_of_any_column(header):
    content = csv_file(child(**{header: "#N/A"}))
    headers, rows = rules.read(partial(BytesIO, content), "csv")

    (row,) = map(RowReader(headers, EXPECTED).read, rows)
    assert [(each.column, each.code, each.value) for each in row.errors] == [
        (header, "excel_error", "#N/A")
    ]
