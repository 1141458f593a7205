"""What may be uploaded, and what a row's number is (spec section 3)."""

import datetime
import io
import zipfile
from functools import partial
from io import BytesIO

import pytest

from imports.rules import file as rules
from imports.rules import file_workbook
from imports.rules.file import Limits, Unusable
from tests.files.cohorts import (
    AMARA,
    HEADERS,
    REQUIRED,
    child,
    csv_file,
    csv_text,
    table,
    xlsx_file,
)

LIMITS = Limits(rows=5, megabytes=1)
AMARAS_CELLS = [AMARA[header] for header in REQUIRED]


def problems_of(content: bytes, limits: Limits = LIMITS):
    with pytest.raises(Unusable) as raised:
        rules.inspect(content, limits)
    return raised.value.problems


def rows_of(content: bytes) -> list[tuple[int, list[str]]]:
    _, rows = rules.read(
        partial(BytesIO, content), rules.inspect(content, LIMITS).format
    )
    return [(row.number, row.cells) for row in rows]


def archive(*parts: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as made:
        for part in parts:
            made.writestr(part, "")
    return content.getvalue()


HEADER_LINE = ",".join(REQUIRED)
ROW_LINE = ",".join(AMARAS_CELLS)
SEMICOLONS = f"{HEADER_LINE}\n{ROW_LINE}\n".replace(",", ";").encode()
QUOTED = ",".join(f'"{header}"' for header in REQUIRED).encode() + b"\n"
TABS = f"{HEADER_LINE}\n{ROW_LINE}\n".replace(",", "\t")


@pytest.mark.parametrize(
    ("content", "code", "named"),
    [
        (b"", "empty_file", "empty"),
        (b"\xef\xbb\xbf", "empty_file", "empty"),
        (b" \r\n\r\n", "empty_file", "empty"),
        (b",,,\n,,\n", "empty_file", "empty"),
        (b"%PDF-1.7 ...", "looks_like_pdf", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "looks_like_old_excel", ".xls"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "has_password",
            "password",
        ),
        (SEMICOLONS, "looks_like_semicolons", "semicolons"),
        (TABS.encode(), "looks_like_tabs", "tabs"),
        (QUOTED.replace(b",", b";"), "looks_like_semicolons", "semicolons"),
        (b"\n\n" + QUOTED.replace(b",", b"\t"), "looks_like_tabs", "tabs"),
        (TABS.encode("utf-16"), "looks_like_unicode_text", "Unicode"),
        (SEMICOLONS.replace(b";", b"|"), "looks_like_vertical_bars", "bars"),
        (b"<!DOCTYPE html><table>", "looks_like_web_page", "web page"),
        (b"<?xml version='1.0'?><Workbook>", "looks_like_web_page", "XML"),
        (b"{\\rtf1 Children}", "looks_like_document", "document"),
        (b"\x89PNG\r\n\x1a\n", "looks_like_image", "picture"),
        (archive("word/document.xml"), "looks_like_document", "Word"),
        (archive("xl/workbook.bin"), "looks_like_binary_workbook", ".xlsb"),
        (archive("content.xml"), "looks_like_open_document", "in LibreOffice or Excel and save"),
        (archive("Index/Document.iwa"), "looks_like_numbers", "File, Export To"),
        (archive("cohort.csv"), "looks_like_archive", "zip"),
        (archive("xl/workbook.xml"), "workbook_damaged", "damaged"),
        (b"PK\x03\x04 and nothing more", "workbook_damaged", "damaged"),
        (b"CHILD_FIRST_NAME\nAmara\n", "one_column", "one column"),
        (f"{HEADER_LINE}\n".encode(), "no_rows", "no children"),
        (f"{HEADER_LINE}\n,,,,\n".encode(), "no_rows", "no children"),
        (f"{HEADER_LINE}\nRequired,,,,\n".encode(), "no_rows", "no children"),
        (f"{HEADER_LINE}\n{ROW_LINE}\0\n".encode(), "nul_characters", "Line 2"),
        (f"{HEADER_LINE}\n{ROW_LINE}\x02\n".encode(), "control_character", "Line 2"),
        (f"{HEADER_LINE}\n{ROW_LINE}\n\x1a".encode(), "control_character", "U+001A"),
        (bytes(range(1, 256)), "not_text", "CSV"),
        # Not UTF-8, and 0x81 is no character of Windows-1252 either.
        (f"{HEADER_LINE}\n{ROW_LINE}".encode() + b"\x81\n", "not_text", "CSV"),
        (b"x" * (1024 * 1024 + 1), "file_too_large", "1 MB"),
        (csv_file(*[child()] * 6), "too_many_rows", "6 rows"),
        (",".join(f"H{n}" for n in range(10_000)).encode(), "too_many_columns", "10,000"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_told_apart(content, code, named):
    (problem,) = problems_of(content)

    assert problem.code == code
    assert named in problem.message
    assert problem.row_number is None


@pytest.mark.parametrize("rows", [1, 5])
def test_a_file_of_as_many_rows_as_allowed_is_taken(rows):
    assert rules.inspect(csv_file(*[child()] * rows), LIMITS).row_count == rows


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "Zoë"),
        ("utf-8-sig", "Zoë"),
        ("cp1252", "Zoë"),
        ("cp1252", "O’Brien"),
        ("utf-8", "Nguyễn"),
    ],
)
def test_letters_survive_however_excel_has_saved_them(encoding, name):
    content = csv_text(table([child(CHILD_FIRST_NAME=name)], REQUIRED)).encode(encoding)

    [(_, cells)] = rows_of(content)
    assert cells[1] == name


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_lines_may_end_as_on_any_computer(line_end):
    content = csv_file(child(), child()).replace(b"\r\n", line_end.encode())

    assert [number for number, _ in rows_of(content)] == [2, 3]


# --- Quotation marks ---------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        ('1,"2\n3,4\n', 2),
        ('"1","2\n3,4', 2),
        ('"x\ny","2\n3,4', 3),
        ('1,2\n3,"4\n', 3),
        # A later quotation mark would close it, and the rows between would be gone.
        ('1,"2\n3,4\n5,"6"\n7,8\n', 2),
        ('"Jo" Bloggs,2\n', 2),
        ('"one ""quoted"" word",2\n1,"x ""y\n', 3),
    ],
)
def test_a_quotation_mark_that_is_not_closed_is_found_on_its_line(rows, line):
    (problem,) = problems_of(f"{HEADER_LINE}\n{rows}".encode())

    assert problem.code == "quote_not_closed"
    assert f"on line {line} of the file" in problem.message


def test_a_quotation_mark_may_stay_open_from_the_first_line_on():
    (problem,) = problems_of(f'"{HEADER_LINE}\n{ROW_LINE}\n'.encode())

    assert "on line 1 of the file" in problem.message


def test_a_cell_may_hold_commas_quotation_marks_and_line_breaks():
    address = '1 High Street,\r\n"The Elms"'
    content = csv_file(child(CHILD_ADDRESS_LINE_1=address), child())

    (first, cells), (second, _) = rows_of(content)
    assert cells[HEADERS.index("CHILD_ADDRESS_LINE_1")] == address
    assert (first, second) == (2, 3)


# --- Headers -----------------------------------------------------------------


@pytest.mark.parametrize(
    "change", [str.lower, str.title, lambda h: h.replace("_", " "), lambda h: f" {h} ",
               lambda h: h.replace("_", "-"), lambda h: f"\u200b{h}\u00a0"]
)  # fmt: skip
def test_headers_may_be_written_in_many_ways(change):
    content = csv_text([[change(header) for header in REQUIRED], AMARAS_CELLS])

    inspected = rules.inspect(content.encode(), LIMITS)
    assert inspected.warnings == ()


def test_columns_may_come_in_any_order():
    headers = HEADERS[::-1]
    read, _ = rules.read(partial(BytesIO, csv_file(child(), headers=headers)), "csv")

    assert read.places["CHILD_FIRST_NAME"] == headers.index("CHILD_FIRST_NAME")


def test_each_missing_required_column_is_reported_once():
    content = csv_text([["CHILD_FIRST_NAME", "CHILD_TOWN"], ["Amara", "Leeds"]])

    problems = problems_of(content.encode())
    assert [problem.column for problem in problems] == [
        "CHILD_SCHOOL_URN",
        "CHILD_LAST_NAME",
        "CHILD_DATE_OF_BIRTH",
        "CHILD_POSTCODE",
    ]
    assert {problem.code for problem in problems} == {"column_missing"}


def test_a_missing_column_that_has_another_name_is_to_be_renamed():
    headers = [header.replace("LAST_NAME", "SURNAME") for header in REQUIRED]

    (problem,) = problems_of(csv_text([headers, AMARAS_CELLS]).encode())
    assert problem.message == "Rename the column CHILD_SURNAME to CHILD_LAST_NAME"


@pytest.mark.parametrize(
    ("header", "meant"),
    [
        ("NHS No", "CHILD_NHS_NUMBER"),
        ("CHILD_PREFERRED_GIVEN_NAME", "CHILD_PREFERRED_FIRST_NAME"),
        ("CHILD_PREFERED_LAST_NAME", "CHILD_PREFERRED_LAST_NAME"),
        ("NHS_NUMBER", "CHILD_NHS_NUMBER"),
        ("Child sex", "CHILD_GENDER"),
        ("PARENT_2_EMAL", "PARENT_2_EMAIL"),
        ("PARENT_3_EMAIL", None),
        ("SHOE_SIZE", None),
    ],
)
def test_a_header_that_is_not_used_is_a_warning_with_what_may_be_meant(header, meant):
    content = csv_text([[*REQUIRED, header], [*AMARAS_CELLS, "x"]])

    (warning,) = rules.inspect(content.encode(), LIMITS).warnings
    assert warning.code == "column_not_used"
    assert warning.column == header.upper().replace(" ", "_")
    if meant:
        assert warning.message.endswith(f"Did you mean {meant}?")
    else:
        assert "Did you mean" not in warning.message


def test_a_column_called_name_is_not_said_to_be_the_last_name():
    problems = problems_of(b"Name,Age\nAmara Okafor,7\n")

    assert not [each for each in problems if "Rename" in each.message]


def test_nothing_is_suggested_that_the_file_already_has():
    headers = [*REQUIRED, "CHILD_TOWN", "CHILD_TOWNS"]

    (warning,) = rules.inspect(
        csv_text([headers, [*AMARAS_CELLS, "Leeds", "York"]]).encode(), LIMITS
    ).warnings
    assert "CHILD_TOWN?" not in warning.message


def test_of_a_repeated_column_the_first_is_read_and_a_warning_given():
    content = csv_text(
        [[*REQUIRED, "CHILD_TOWN", "child town"], [*AMARAS_CELLS, "Leeds", "York"]]
    ).encode()

    headers, _ = rules.read(partial(BytesIO, content), "csv")
    assert headers.places["CHILD_TOWN"] == len(REQUIRED)
    assert [warning.code for warning in headers.warnings] == ["column_repeated"]


def test_the_column_of_our_own_download_is_no_news():
    content = csv_text([[*REQUIRED, "WHAT_TO_MEND"], [*AMARAS_CELLS, "All of it"]])

    assert rules.inspect(content.encode(), LIMITS).warnings == ()


# --- Row numbers -------------------------------------------------------------


@pytest.mark.parametrize(
    "first_cell", ["Required", "Optional", "required. 6 digits", "Optional, text", "REQUIRED: x"]
)  # fmt: skip
def test_an_instruction_row_is_dropped_and_still_counted(first_cell):
    content = csv_text([REQUIRED, [first_cell, "", "", "", ""], AMARAS_CELLS]).encode()

    assert rows_of(content) == [(3, AMARAS_CELLS)]


@pytest.mark.parametrize(
    "first_cell", ["Requiredness", "Optional text", "Not required"]
)
def test_a_row_that_only_looks_like_an_instruction_is_kept(first_cell):
    content = csv_text([REQUIRED, [first_cell, "", "", "", ""], AMARAS_CELLS]).encode()

    assert [number for number, _ in rows_of(content)] == [2, 3]


def test_an_instruction_row_stands_right_below_the_headers():
    content = csv_text(
        [REQUIRED, AMARAS_CELLS, ["Required", *AMARAS_CELLS[1:]]]
    ).encode()

    assert [number for number, _ in rows_of(content)] == [2, 3]


def test_blank_rows_are_dropped_at_the_end_and_kept_in_between():
    content = csv_file(child(), {}, child()) + b"\r\n,,,,\r\n \r\n"

    assert [(number, bool(cells)) for number, cells in rows_of(content)] == [
        (2, True),
        (3, False),
        (4, True),
    ]


def test_rows_are_numbered_as_a_spreadsheet_does_above_the_headers_too():
    assert rows_of(b"\r\n,,\r\n" + csv_file(child(), headers=REQUIRED)) == [
        (4, AMARAS_CELLS)
    ]


# --- Workbooks ---------------------------------------------------------------


def test_a_workbook_cell_is_what_a_person_sees_in_it():
    row = [
        888888,
        "Amara",
        "Okafor",
        datetime.date(2014, 3, 27),
        "SW1A 1AA",
        9990000018,
        8.0,
        8.5,
        True,
        # A spreadsheet's dates have no time zone.
        datetime.datetime(2014, 3, 27),  # noqa: DTZ001
        datetime.datetime(2014, 3, 27, 12, 30),  # noqa: DTZ001
        None,
        " two\nlines",
    ]
    headers = [*REQUIRED, *[f"H{n}" for n in range(len(row) - len(REQUIRED))]]

    [(number, cells)] = rows_of(xlsx_file(headers, row))
    assert number == 2
    assert cells == [
        "888888",
        "Amara",
        "Okafor",
        "2014-03-27",
        "SW1A 1AA",
        "9990000018",
        "8",
        "8.5",
        "TRUE",
        "2014-03-27",
        "2014-03-27 12:30:00",
        "",
        " two\nlines",
    ]


@pytest.mark.parametrize(
    ("stored", "text"),
    [
        ("a, b", "a, b"),
        ('"b" a', '"b" a'),
        ("a\nb", "a\nb"),
        ("a_x000D_b", "a\rb"),  # a workbook writes a carriage return so
        ('",\n"', '",\n"'),
    ],
)
def test_a_cell_of_a_workbook_may_hold_what_csv_quotes(stored, text):
    content = xlsx_file(REQUIRED, ["Amara", stored, "Okafor"], AMARAS_CELLS)

    assert rows_of(content) == [(2, ["Amara", text, "Okafor"]), (3, AMARAS_CELLS)]


def test_what_a_cell_shows_instead_of_its_value_is_no_blank():
    # Left of the table nothing stands; behind the second sheet's name is another part.
    shown = ["#N/A" if cell == "Amara" else cell for cell in AMARAS_CELLS]
    content = xlsx_file(
        more_sheets={"Year 7": [[], [None, *REQUIRED], [None, *shown, "#REF!"]]}
    )

    assert rows_of(content) == [(3, [*shown, "#REF!"])]


def test_rows_of_a_workbook_keep_their_numbers():
    content = xlsx_file([], REQUIRED, ["Required"], [], AMARAS_CELLS, [], [" "])

    assert rows_of(content) == [(4, []), (5, AMARAS_CELLS)]


def test_the_table_of_a_workbook_may_begin_anywhere_in_it():
    content = xlsx_file([], [], [None, *REQUIRED], [None, *AMARAS_CELLS])

    assert rows_of(content) == [(4, AMARAS_CELLS)]


def test_a_workbook_has_one_sheet_that_holds_data():
    content = xlsx_file(
        REQUIRED, AMARAS_CELLS, more_sheets={"Empty": [], "Blank": [[" "]]}
    )

    assert rules.inspect(content, LIMITS).format == "xlsx"


def test_a_workbook_with_two_filled_sheets_is_refused_with_their_names():
    content = xlsx_file(REQUIRED, AMARAS_CELLS, more_sheets={"Year 7": [["Amara"]]})

    (problem,) = problems_of(content)
    assert problem.code == "several_sheets"
    assert "“Sheet”, “Year 7”" in problem.message


def test_a_workbook_with_very_many_filled_sheets_is_refused_with_some_of_their_names():
    more = {f"School {number:>20}": [["Amara"]] for number in range(1200)}
    content = xlsx_file(REQUIRED, more_sheets=more)

    (problem,) = problems_of(content)

    assert problem.code == "several_sheets"
    assert problem.message.count("“School") == 9
    assert "has 1201 sheets" in problem.message


def test_a_workbook_without_data_is_empty():
    (problem,) = problems_of(xlsx_file())

    assert problem.code == "empty_file"


def test_a_workbook_that_names_its_last_cell_takes_down_nothing():
    content = xlsx_file(REQUIRED, AMARAS_CELLS)
    far = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(far, "w") as new:
        for part in old.namelist():
            text = old.read(part)
            if part == "xl/worksheets/sheet1.xml":
                cell = (
                    b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
                )
                text = text.replace(b"</sheetData>", cell)
            new.writestr(part, text)

    (problem,) = problems_of(far.getvalue())
    assert problem.code == "workbook_too_large"


def test_a_workbook_that_unpacks_to_far_more_than_it_is_is_not_unpacked(monkeypatch):
    monkeypatch.setattr("imports.rules.file_workbook._MOST_BYTES_UNPACKED", 1000)

    (problem,) = problems_of(xlsx_file(REQUIRED, AMARAS_CELLS))
    assert problem.code == "workbook_too_large"


@pytest.fixture
def sheets(monkeypatch):
    """The processes that have been started for a workbook."""
    started = []

    class Sheet(file_workbook._Sheet):
        def __init__(self, content):
            super().__init__(content)
            started.append(self._child)

    monkeypatch.setattr(file_workbook, "_Sheet", Sheet)
    return started


@pytest.mark.parametrize("taken", [1, 3])
def test_nothing_is_left_of_a_workbook_that_is_not_read_to_its_end(taken, sheets):
    content = xlsx_file(REQUIRED, *[AMARAS_CELLS] * 50_000)
    rows = rules.all_rows(partial(BytesIO, content), "xlsx")

    for _row in range(taken):
        next(rows)
    rows.close()

    (process,) = sheets
    assert process.returncode is not None


def test_a_workbook_that_takes_for_ever_is_given_up(sheets, monkeypatch, tmp_path):
    reader = tmp_path / "reader.py"
    reader.write_text("import time; time.sleep(3600)")
    monkeypatch.setattr(file_workbook, "_READER", reader)
    monkeypatch.setattr(file_workbook, "_LONGEST_SECONDS", 0.1)
    # Longer than what a pipe holds, so it is still being handed over.
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("xl/workbook.xml", b"x" * 1000 * 1000)

    (problem,) = problems_of(content.getvalue())

    assert problem.code == "workbook_too_large"
    assert sheets[0].returncode is not None


def test_a_cell_of_a_megabyte_is_no_reason_to_stop():
    limits = Limits(rows=5, megabytes=3)
    content = csv_file(child(CHILD_TOWN="x" * 1024 * 1024))

    assert rules.inspect(content, limits).row_count == 1
