"""Files that are made to do harm, through the upload and the stage that reads them.

Whatever is handed over, there is an upload with its file, or there is nothing; and it
costs no more time and memory than the largest good file.
"""

import io
import subprocess
import sys
import unicodedata
import zipfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imports.models import CohortImport, ImportFile, ImportFileChunk, RowError
from imports.rules import file as rules
from imports.rules.file import Limits, Unusable
from imports.rules.lifecycle import Status
from imports.stages import upload
from mavis.rules.readers import read_name
from tests.factories import UserFactory
from tests.files.cohorts import (
    AMARA,
    HEADERS,
    REQUIRED,
    child,
    csv_file,
    csv_text,
    xlsx_file,
)
from tests.imports.test_stage_read import read_file, uploaded

ROOT = Path(__file__).resolve().parents[2]
HEADER = ",".join(REQUIRED).encode() + b"\n"
GOOD = csv_file(child())

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "utf-32", "utf-7")
CELLS = st.one_of(
    st.sampled_from(
        [
            *AMARA.values(), "=1+1", "+44", "-1", "@x", "\t=1", "\r", "\uff1d1+1", '"',
            '""', 'a"b', "a\r\nb", "\u202eabc", "e\u0301\u0327" * 50, "\ufdfa" * 30,
            "\u200b", "x" * 5000, "9" * 5000, "9.99E+09", "1/1/1", "99999999",
            "00000000", "+" + "9" * 40, "a@" + "b." * 100, "Infinity", "<b>&amp;'",
            "C\u0413\u0417", "\U0001f600", "\u0663", "\u00b2", "#N/A",
        ]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
)  # fmt: skip


def archive(parts, *, of=None):
    """Return a zip of these parts; of the parts of a workbook too, if one is given."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        if of is not None:
            with zipfile.ZipFile(io.BytesIO(of)) as source:
                for name in source.namelist():
                    if name not in parts:
                        made.writestr(name, source.read(name))
        for name, content in parts.items():
            made.writestr(name, content)
    return out.getvalue()


WORKBOOK = xlsx_file(REQUIRED, list(AMARA.values()))
SHEET = "xl/worksheets/sheet1.xml"
SPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def sheet(rows, *, before="", dimension="A1:E2"):
    return archive(
        {
            SHEET: f'<?xml version="1.0"?>{before}<worksheet {SPACE}>'
            f'<dimension ref="{dimension}"/><sheetData>{rows}</sheetData></worksheet>'
        },
        of=WORKBOOK,
    )


def text_cell(place, text):
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


LAUGHS = (
    '<!DOCTYPE l [<!ENTITY a "lol">'
    + "".join(
        f'<!ENTITY {name} "{("&" + before + ";") * 10}">'
        for before, name in zip("abcdefghi", "bcdefghij", strict=True)
    )
    + "]>"
)
EXTERNAL = '<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


def with_lying_size():
    """A part that says that it has a byte, and has a million."""
    content = bytearray(
        archive({"xl/sharedStrings.xml": b"x" * 1_000_000}, of=WORKBOOK)
    )
    place = content.rfind(b"PK\x01\x02")
    content[place + 24 : place + 28] = (1).to_bytes(4, "little")
    return bytes(content)


BOOKS = {
    "billion laughs in the sheet": sheet(
        f"<row r='1'>{text_cell('A1', '&j;')}</row>", before=LAUGHS
    ),
    "billion laughs in the book": archive(
        {"xl/workbook.xml": f'<?xml version="1.0"?>{LAUGHS}<workbook {SPACE}>&j;</workbook>'},
        of=WORKBOOK,
    ),
    "an external entity": sheet(
        f"<row r='1'>{text_cell('A1', '&x;')}</row>", before=EXTERNAL
    ),
    "a size that is a lie": with_lying_size(),
    "the last cell of a sheet": sheet(
        f"<row r='1048576'>{text_cell('XFD1048576', 'x')}</row>", dimension="A1:XFD1048576"
    ),
    "two cells at the ends": sheet(
        f"<row r='1'>{text_cell('A1', 'x')}</row>"
        f"<row r='1048576'>{text_cell('XFD1048576', 'x')}</row>",
        dimension="A1:XFD1048576",
    ),
    "a cell beyond the sheet": sheet(f"<row r='9999999999'>{text_cell('ZZZZ1', 'x')}</row>"),
    "a shared string that is not there": sheet(
        "<row r='1'><c r='A1' t='s'><v>99999999999</v></c></row>"
    ),
    "no sheet": archive({SHEET: ""}, of=WORKBOOK),
    "binary": archive({"xl/workbook.bin": b"x"}),
    "ods": archive({"mimetype": "x", "content.xml": "<a/>"}),
    "cut off": WORKBOOK[: len(WORKBOOK) // 2],
    "many parts": archive({f"p{n}": b"" for n in range(10_001)}, of=WORKBOOK),
    "a million error cells without a value": sheet(
        "<row r='1'>" + "<c r='A1' t='e'></c>" * 300_000 + "</row>"
    ),
}  # fmt: skip


def hand_over(content, name="cohort.csv"):
    """Upload a file and read it, as far as it goes; return the upload if there is one."""
    team = UserFactory().teams.get()
    try:
        checked = upload.check(name=name, content=io.BytesIO(content))
    except upload.Refused as refused:
        told = [problem.message for problem in refused.problems]
    else:
        return read_file(uploaded(content, name=checked.name, team=team))
    assert told
    assert all(told)
    return None


def is_saved_whole(cohort_import):
    """Test if there is an upload with all of its file, or nothing of it at all."""
    if cohort_import is None:
        return not any(
            model.objects.exists()
            for model in (CohortImport, ImportFile, ImportFileChunk, RowError)
        )
    rows = cohort_import.rows.count()
    wrong = cohort_import.row_errors.filter(is_warning=False).count()
    read = rows == cohort_import.row_count and not wrong
    return (
        read if cohort_import.status == Status.TRACING else not rows and wrong
    ) and (cohort_import.file.chunks.exists())


pytestmark = pytest.mark.django_db
PATIENT = settings(
    max_examples=40,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def each_from_nothing(content, name="cohort.csv"):
    """Hand a file over, look what is saved, and take it back."""
    before = transaction.savepoint()
    assert is_saved_whole(hand_over(content, name))
    transaction.savepoint_rollback(before)


@PATIENT
@given(st.lists(st.lists(CELLS, max_size=24), min_size=1, max_size=4), st.data())
def test_any_cells_in_any_encoding_are_saved_whole_or_not_at_all(rows, data):
    encoding = data.draw(st.sampled_from(ENCODINGS))
    headers = data.draw(
        st.one_of(
            st.just(HEADERS),
            st.permutations([*HEADERS, "", "=1+1", "СHILD_TOWN", "CHILD_TOWN"]),
            st.lists(CELLS, max_size=8),
        )
    )
    end = data.draw(st.sampled_from(["\n", "\r\n", "\r"]))
    text = csv_text([headers, *rows]).replace("\r\n", end)

    each_from_nothing(text.encode(encoding, "replace"))


@PATIENT
@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_are_saved_whole_or_not_at_all(content, below_headers):
    each_from_nothing(GOOD + content if below_headers else content)


@pytest.mark.parametrize("what", sorted(BOOKS))
def test_a_workbook_made_to_do_harm_is_refused(what):
    assert hand_over(BOOKS[what], "cohort.xlsx") is None
    assert is_saved_whole(None)


MACROS = {
    "[Content_Types].xml": zipfile.ZipFile(io.BytesIO(WORKBOOK))
    .read("[Content_Types].xml")
    .replace(
        b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main",
        b"application/vnd.ms-excel.sheet.macroEnabled.main",
    ),
    "xl/vbaProject.bin": b"\xd0\xcf\x11\xe0" * 100,
}
LINKS = {
    "xl/externalLinks/externalLink1.xml": f"<externalLink {SPACE}/>",
    "xl/externalLinks/_rels/externalLink1.xml.rels": '<Relationships><Relationship Id="r"'
    ' Target="http://192.0.2.1/x" TargetMode="External"/></Relationships>',
    "xl/connections.xml": f"<connections {SPACE}/>",
}


@pytest.mark.parametrize("parts", [MACROS, LINKS], ids=["macros", "links"])
def test_of_a_workbook_that_can_do_more_only_what_its_cells_show_is_read(parts):
    cohort_import = hand_over(archive(parts, of=WORKBOOK), "cohort.xlsm")

    assert cohort_import.rows.get().first_name == "Amara"


def test_a_part_with_a_path_that_climbs_is_never_unpacked():
    climbing = archive({"../../etc/passwd": "x"}, of=WORKBOOK)

    assert hand_over(climbing, "cohort.xlsx").row_count == 1


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd", "..\\..\\boot.ini", "a\0b.csv", "x" * 3000, "con", "",
        "<script>alert(1)</script>.csv", "\udcff.csv", "\u202evsc.exe", "\r\nX: 1.csv", " ",
    ],
)  # fmt: skip
def test_a_file_of_any_name_is_taken_under_a_name_that_can_be_shown(name):
    cohort_import = hand_over(GOOD, name)

    stored = cohort_import.file.name
    assert 0 < len(stored) <= 255
    assert not set(stored) & set("/\\\0\r\n\udcff")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(b"\n" * 1_100_000, "empty_file", id="nothing but line breaks"),
        pytest.param(
            HEADER + b"\n" * 1_100_000 + b"x",
            "too_many_rows",
            id="blank rows in between",
        ),
        pytest.param(b"a," * 300_000, "too_many_cells", id="a row of very many cells"),
        pytest.param(
            HEADER + b'"a' + b",\n" * 300_000, "quote_not_closed", id="an open quote"
        ),
    ],
)
def test_a_text_that_would_take_much_memory_is_refused(content, code):
    with pytest.raises(Unusable) as unusable:
        rules.inspect(content, Limits(rows=100_000, megabytes=50))

    assert [problem.code for problem in unusable.value.problems] == [code]


# The highest the process itself has been: getrusage counts what it was begun by, too.
MEASURED = """
import resource, sys
from imports.rules import file
def highest():
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
before = highest()
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
try:
    file.inspect(sys.stdin.buffer.read(), file.Limits(rows=100_000, megabytes=50))
except file.Unusable as unusable:
    code = unusable.problems[0].code
print(code, (highest() - before) // 1024)
"""


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(HEADER + b"\n" * 20_000_000 + b"x", "too_many_rows", id="line breaks"),
        pytest.param(b"ab," * 7_000_000, "too_many_cells", id="cells"),
        pytest.param(b"a,b\n" + b'"' + b"\n" * 20_000_000, "column_missing", id="a quote"),
        pytest.param(BOOKS["two cells at the ends"], "workbook_damaged", id="a sheet"),
    ],
)  # fmt: skip
def test_the_largest_of_them_take_little_memory(content, code):
    measured = subprocess.run(
        [sys.executable, "-c", MEASURED],
        input=content, capture_output=True, check=True, cwd=ROOT, timeout=300,
    )  # fmt: skip

    told, megabytes = measured.stdout.split()
    assert told.decode() == code
    assert int(megabytes) < 200


def test_a_name_of_very_many_accents_is_read_in_no_time():
    """Its normal form takes a time that grows with the square of their number."""
    name = "e" + "\u0301\u0327" * 1_000_000

    cohort_import = hand_over(csv_file(child(CHILD_FIRST_NAME=name)))

    assert [error.code for error in cohort_import.row_errors.all()] == ["too_long"]


def test_a_name_is_as_long_as_its_normal_form():
    name = "\u01d8" * 300

    assert read_name(unicodedata.normalize("NFD", name)) == name


@pytest.mark.parametrize("name", ["../x.csv", '<b>&".csv', "\u202ex.csv"])
def test_a_file_that_is_refused_or_taken_leaves_no_page_without_an_answer(client, name):
    client.force_login(UserFactory())

    for content in (GOOD, b"\xff" * 100, WORKBOOK, BOOKS["an external entity"], b"\0"):
        response = client.post(
            "/imports/upload/child-records/",
            {"file": SimpleUploadedFile(name, content, content_type="text/html")},
            follow=True,
        )
        assert response.status_code in {200, 422}
        assert b"<b>&" not in response.content
    assert CohortImport.objects.count() == 2
