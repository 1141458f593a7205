"""Whatever is uploaded, there is an answer."""

from datetime import date
from functools import partial
from io import BytesIO

from hypothesis import given, settings
from hypothesis import strategies as st

from imports import exports
from imports.rules import file as rules
from imports.rules.columns import COLUMNS
from imports.rules.file import Limits, Unusable
from imports.rules.reading import Expected, RowReader
from mavis.rules.cells import clean, neutralise
from tests.files.cohorts import REQUIRED, csv_text

LIMITS = Limits(rows=1000, megabytes=1)
EXPECTED = Expected(
    today=date(2026, 11, 24), academic_year=2026, schools={}, nursery=False
)
CELL = st.text(max_size=20)
TEMPLATE_HEADERS = [column.header for column in COLUMNS]


def read_all(content: bytes):
    """Return what all rows of a file hold, or nothing if it cannot be used."""
    try:
        inspected = rules.inspect(content, LIMITS)
    except Unusable:
        return None
    headers, rows = rules.read(partial(BytesIO, content), inspected.format)
    reader = RowReader(headers, EXPECTED)
    read = [reader.read(row) for row in rows]
    assert len(read) == inspected.row_count
    return read


@given(st.binary(max_size=2000))
def test_any_bytes_are_refused_or_read(content):
    read_all(content)


@given(st.binary(max_size=2000))
def test_any_bytes_below_good_headers_are_refused_or_read(content):
    read_all(f"{','.join(REQUIRED)}\n".encode() + content)


@settings(max_examples=10)
@given(st.binary(max_size=500))
def test_any_bytes_in_a_workbook_are_refused_or_read(content):
    workbook = exports.template_xlsx()
    middle = len(workbook) // 2

    read_all(workbook[:middle] + content + workbook[middle + len(content) :])


@given(st.lists(st.lists(CELL, min_size=22, max_size=22), min_size=1, max_size=5))
def test_any_cells_are_read_with_every_problem_in_its_row(cells):
    read = read_all(csv_text([TEMPLATE_HEADERS, *cells]).encode())

    for row in read or []:
        for problem in [*row.errors, *row.warnings]:
            assert problem.row_number == row.number
            assert problem.column in {None, *TEMPLATE_HEADERS}
            assert problem.message
            assert not problem.message.endswith(".")


@given(st.text())
def test_cleaning_clean_text_changes_nothing_but_our_own_mark(text):
    once = clean(text)

    assert clean(once) in {once, once[1:]}


@given(st.text())
def test_a_neutralised_cell_reads_as_the_cell_it_was(text):
    assert clean(neutralise(clean(text))) == clean(clean(text))


@given(st.text())
def test_no_neutralised_cell_begins_a_formula(text):
    assert neutralise(text).strip()[:1] not in {"=", "+", "-", "@"}
