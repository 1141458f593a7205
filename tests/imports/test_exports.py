import csv
import io

import openpyxl
import pytest

from imports import exports
from imports.rules import file as rules
from imports.rules.columns import COLUMNS
from imports.rules.file import Limits, Unusable
from imports.rules.lifecycle import Status
from pds.rules.outcomes import TraceOutcome
from tests.factories import CohortImportFactory, CohortRowFactory, RowErrorFactory
from tests.files.cohorts import REQUIRED, child, csv_file, csv_text, table, xlsx_file
from tests.imports.test_stage_read import read_file, uploaded

LIMITS = Limits(rows=10, megabytes=1)
EXAMPLE = [column.example for column in COLUMNS]


def cells_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def filled_csv() -> bytes:
    return exports.template_csv() + csv_text([EXAMPLE]).encode()


def filled_xlsx() -> bytes:
    workbook = openpyxl.load_workbook(io.BytesIO(exports.template_xlsx()))
    workbook.active.append(EXAMPLE)
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


@pytest.mark.parametrize("template", [exports.template_csv, exports.template_xlsx])
def test_the_template_has_no_children_in_it(template):
    with pytest.raises(Unusable) as unusable:
        rules.inspect(template(), LIMITS)

    assert [problem.code for problem in unusable.value.problems] == ["no_rows"]


@pytest.mark.django_db
@pytest.mark.parametrize("filled", [filled_csv, filled_xlsx])
def test_the_template_filled_with_its_examples_has_nothing_wrong_with_it(filled):
    cohort_import = uploaded(filled())

    assert not cohort_import.row_errors.exists()
    assert read_file(cohort_import).status == Status.TRACING
    assert cohort_import.rows.get().row_number == 3


def test_the_templates_have_every_column_and_say_how_to_fill_it():
    header, instructions = cells_of(exports.template_csv())

    assert header == [column.header for column in COLUMNS]
    for column, instruction in zip(COLUMNS, instructions, strict=True):
        assert instruction.startswith("Required." if column.required else "Optional.")


def test_the_workbook_has_one_sheet_of_text_columns():
    workbook = openpyxl.load_workbook(io.BytesIO(exports.template_xlsx()))

    (sheet,) = workbook.worksheets
    assert [cell.value for cell in sheet[1]] == [column.header for column in COLUMNS]
    assert {
        sheet.column_dimensions[cell.column_letter].number_format for cell in sheet[1]
    } == {"@"}


@pytest.mark.django_db
def test_rows_to_mend_are_the_teams_own_with_what_to_do():
    content = csv_file(
        child(CHILD_FIRST_NAME="", CHILD_POSTCODE="SW1A"),
        {},
        child(CHILD_FIRST_NAME="Bo"),
        headers=REQUIRED,
    )

    cells = cells_of(exports.rows_to_mend(read_file(uploaded(content))))

    assert [row[:-1] for row in cells] == [
        row or [""] * len(REQUIRED) for row in table(
            [child(CHILD_FIRST_NAME="", CHILD_POSTCODE="SW1A"), {}, child(CHILD_FIRST_NAME="Bo")],
            REQUIRED,
        )
    ]  # fmt: skip
    header, first, blank, good = (row[-1] for row in cells)
    assert header == "WHAT_TO_MEND"
    assert first.startswith("CHILD_FIRST_NAME: Enter a first name. CHILD_POSTCODE: ")
    assert blank == "Delete this blank row, or fill it in."
    assert good == ""


@pytest.mark.django_db
def test_rows_to_mend_keep_their_numbers_below_an_instruction_row():
    text = csv_text([REQUIRED, ["Required"] * 5, ["", *["x"] * 4]])

    cells = cells_of(exports.rows_to_mend(read_file(uploaded(text.encode()))))

    assert cells[1] == [*["Required"] * 5, ""]
    assert cells[2][-1].startswith("CHILD_SCHOOL_URN: ")


@pytest.mark.django_db
def test_mended_rows_can_be_uploaded_as_they_are():
    content = csv_file(child(PARENT_1_PHONE="+447700900123", CHILD_FIRST_NAME=""))
    once = exports.rows_to_mend(read_file(uploaded(content)))
    assert b"'+447700900123" in once

    again = read_file(uploaded(once))
    twice = exports.rows_to_mend(again)
    mended = read_file(uploaded(twice.replace(b",,Okafor", b",Amara,Okafor")))

    assert cells_of(twice) == cells_of(once)
    assert mended.status == Status.TRACING
    assert mended.rows.get().parent_1_phone == "+447700900123"
    assert not mended.row_errors.exists()


@pytest.mark.django_db
def test_rows_to_mend_of_a_workbook_are_csv_too():
    content = xlsx_file(REQUIRED, [888888, None, "Okafor", "27/03/2014", "SW1A 1AA"])

    cells = cells_of(exports.rows_to_mend(read_file(uploaded(content))))

    assert cells[1] == [
        "888888",
        "",
        "Okafor",
        "27/03/2014",
        "SW1A 1AA",
        "CHILD_FIRST_NAME: Enter a first name.",
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("start", ["=", "+", "-", "@", " =", "\t="])
def test_no_cell_of_a_download_is_a_formula(start):
    content = csv_file(child(CHILD_FIRST_NAME=f"{start}HYPERLINK(1)"))

    cells = cells_of(exports.rows_to_mend(read_file(uploaded(content))))

    assert cells[1][1] == f"'{start}HYPERLINK(1)"


@pytest.mark.django_db
def test_rows_to_mend_are_those_of_this_import_alone():
    other = RowErrorFactory(row_number=2, message="Of another team")
    cohort_import = read_file(uploaded(csv_file(child(CHILD_FIRST_NAME=""))))

    assert other.message.encode() not in exports.rows_to_mend(cohort_import)


@pytest.mark.django_db
def test_unmatched_rows_say_why():
    cohort_import = CohortImportFactory(failed=True)
    CohortRowFactory(
        cohort_import=cohort_import, row_number=2, found=True, trace_outcome="found"
    )
    for number, outcome in enumerate(exports.NOT_MATCHED, start=3):
        CohortRowFactory(
            cohort_import=cohort_import, row_number=number, trace_outcome=outcome
        )
    CohortRowFactory(row_number=9)

    header, *rows = cells_of(exports.unmatched_rows(cohort_import))

    assert [row[0] for row in rows] == ["3", "4", "5"]
    assert header[-1] == "WHY_NOT_MATCHED"
    assert rows[0] == [
        "3",
        "Amara",
        "Okafor",
        "27/03/2014",
        "SW1A 1AA",
        "",
        exports.NOT_MATCHED[TraceOutcome.NOT_FOUND],
    ]


@pytest.mark.django_db
def test_where_a_restricted_child_lives_is_hidden():
    row = CohortRowFactory(restricted=True)

    (_, cells) = cells_of(exports.unmatched_rows(row.cohort_import))

    assert row.postcode not in cells
    assert "Hidden" in cells


@pytest.mark.django_db
def test_where_a_restricted_child_lives_is_left_out_of_the_rows_to_mend():
    headers = [*REQUIRED, "PARENT_1_NAME", "STREET"]
    rows = [
        child(CHILD_FIRST_NAME=name, PARENT_1_NAME="Ngozi Okafor", STREET="1 Quarry")
        for name in ("Amara", "Bo")
    ]
    cohort_import = read_file(uploaded(csv_file(*rows, headers=headers)))
    cohort_import.rows.filter(first_name="Amara").update(restricted=True)

    _, restricted, other = cells_of(exports.rows_to_mend(cohort_import))

    assert restricted == [
        *("888888", "Amara", "Okafor", "27/03/2014", "", "", ""),
        exports.LEFT_OUT,
    ]
    assert other[4:] == ["SW1A 1AA", "Ngozi Okafor", "1 Quarry", ""]
