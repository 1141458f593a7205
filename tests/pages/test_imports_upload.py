"""How a nurse hands a file over, and what is said of one that cannot be taken."""

import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from imports.models import CohortImport
from imports.receiving import OnlyAsMuchAsAllowed
from imports.rules.columns import COLUMNS
from imports.rules.lifecycle import Status
from mavis import clock
from tests.factories import SchoolFactory, UserFactory
from tests.pages.shown import Shown

pytestmark = pytest.mark.django_db

FILE_PAGE = "/imports/upload/child-records/"
HEADERS = (
    "CHILD_SCHOOL_URN,CHILD_FIRST_NAME,CHILD_LAST_NAME,"
    "CHILD_DATE_OF_BIRTH,CHILD_POSTCODE"
)
ONE_CHILD = f"{HEADERS}\n888888,Amara,Okafor,27/03/2014,SW1A 1AA\n"


@pytest.fixture
def queued(monkeypatch):
    from imports import tasks

    told = []
    monkeypatch.setattr(tasks, "queue", told.append)
    return told


@pytest.fixture
def nurse(client):
    nurse = UserFactory(name="Amina Yusuf")
    client.force_login(nurse)
    nurse.team = nurse.teams.get()
    SchoolFactory(team=nurse.team)
    return nurse


def hand_over(client, content, name="cohort.csv"):
    page = Shown.at(client, FILE_PAGE)
    return page.press("Continue", file=SimpleUploadedFile(name, content))


# --- The two pages ------------------------------------------------------------------


def test_the_type_is_asked_and_then_the_file(client, nurse):
    page = Shown.at(client, "/imports/").follow("Upload records")
    asked_again = page.press("Continue")
    file_page = page.press("Continue", type="child-records")

    assert [label.text for label in page.document.all("label")] == ["Child records"]
    assert asked_again.status == 422
    assert asked_again.errors == ["Select the type of records you are uploading"]
    assert file_page.title == "Upload child records"


@pytest.mark.parametrize(
    ("today", "year"),
    [
        (datetime.date(2026, 7, 31), "2025 to 2026"),
        (datetime.date(2026, 8, 1), "2026 to 2027"),
        (datetime.date(2027, 7, 31), "2026 to 2027"),
    ],
)
def test_the_file_page_names_the_academic_year(client, nurse, monkeypatch, today, year):
    monkeypatch.setattr(clock, "today", lambda: today)

    assert f"for the academic year {year}" in Shown.at(client, FILE_PAGE).text


def test_the_file_page_states_the_limits(client, nurse, settings):
    settings.IMPORT_MAX_ROWS = 20_000
    settings.IMPORT_MAX_MEGABYTES = 7

    text = Shown.at(client, FILE_PAGE).text
    assert "At most 20,000 rows and 7 MB" in text


def test_the_file_page_explains_every_column_and_offers_the_templates(client, nurse):
    page = Shown.at(client, FILE_PAGE)

    assert "What your CSV file must include" in page.text
    table = page.table("Columns of a cohort file")
    assert [line["Column"] for line in table] == [column.header for column in COLUMNS]
    assert [line["Required or optional"] == "Required" for line in table] == [
        column.required for column in COLUMNS
    ]
    for words in ("Cohort upload template (Excel)", "Cohort upload template (CSV)"):
        assert client.get(page.href(words)).status_code == 200


def test_the_templates_are_offered_in_both_formats(client, nurse):
    csv = client.get("/imports/template.csv")
    xlsx = client.get("/imports/template.xlsx")

    assert csv.content.decode("utf-8-sig").startswith("CHILD_SCHOOL_URN,")
    assert xlsx.content.startswith(b"PK")
    assert "attachment" in csv["Content-Disposition"]


# --- A file that is taken -----------------------------------------------------------


def test_a_file_is_taken_and_its_progress_is_shown(client, nurse, queued):
    page = hand_over(client, ONE_CHILD.encode())

    cohort_import = CohortImport.objects.get()
    assert page.title.startswith("Processing")
    assert page.details["File"] == "cohort.csv"
    assert cohort_import.status == Status.UPLOADED
    assert (cohort_import.team, cohort_import.uploaded_by) == (nurse.team, nurse)
    assert queued == [cohort_import.pk]


def test_the_same_bytes_again_are_a_question_first(client, nurse, queued):
    hand_over(client, ONE_CHILD.encode())

    page = hand_over(client, ONE_CHILD.encode(), name="again.csv")

    first = CohortImport.objects.get()
    assert page.title == "This file has already been uploaded"
    assert f"/imports/{first.pk}/" in [
        link.attributes["href"] for link in page.document.one("main").all("a")
    ]
    second = page.press("Upload it again")
    assert second.details["File"] == "again.csv"
    assert CohortImport.objects.count() == 2


def test_the_same_bytes_of_another_team_are_no_question(client, nurse, queued):
    hand_over(client, ONE_CHILD.encode())
    client.force_login(UserFactory())

    assert hand_over(client, ONE_CHILD.encode()).title.startswith("Processing")


def test_another_teams_file_cannot_be_uploaded_again(client, nurse, queued):
    hand_over(client, ONE_CHILD.encode())
    client.force_login(UserFactory())
    its_id = CohortImport.objects.get().pk

    response = client.post(f"{FILE_PAGE}again/", {"again": its_id, "name": "x.csv"})

    assert response.status_code == 404
    assert CohortImport.objects.count() == 1


# --- A file that is not -------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(b"", "empty", id="an empty file"),
        pytest.param(b"%PDF-1.7 ...", "PDF", id="a PDF"),
        pytest.param(f"{HEADERS}\n".encode(), "", id="no rows"),
        pytest.param(b"CHILD_FIRST_NAME\nAmara\n", "only one column", id="one column"),
        pytest.param(
            b"CHILD_FIRST_NAME,CHILD_POSTCODE\nAmara,SW1A 1AA\n",
            "CHILD_LAST_NAME",
            id="columns missing",
        ),
        pytest.param(b"\x00" * 100, "", id="NUL bytes"),
        pytest.param(
            ONE_CHILD.replace(",", ";").encode(), "semicolon", id="semicolons"
        ),
        pytest.param(
            (",".join(f"C{n}" for n in range(10_000)) + "\n1\n").encode(),
            "10,000 columns",
            id="a header of 10,000 columns",
        ),
    ],
)
def test_a_file_that_is_wrong_as_a_whole_is_refused_on_the_page(
    client, nurse, queued, content, says
):
    page = hand_over(client, content)

    assert page.status == 422
    assert page.errors
    assert says in " ".join(page.errors)
    assert CohortImport.objects.count() == 0
    assert queued == []


def test_no_file_is_an_error_on_the_page(client, nurse):
    page = Shown.at(client, FILE_PAGE).press("Continue")

    assert page.status == 422
    assert page.errors == ["Select a CSV or Excel file to upload"]


def test_a_file_that_is_too_large_is_refused_and_not_kept(client, nurse, settings):
    settings.IMPORT_MAX_MEGABYTES = 1
    large = ONE_CHILD.encode() + b"x" * (3 * 1024 * 1024)

    page = hand_over(client, large)

    assert page.status == 422
    assert page.errors[0].startswith("The file is 4 MB and may be at most 1 MB.")
    assert CohortImport.objects.count() == 0


def test_what_is_beyond_the_limit_is_dropped_as_it_comes(settings):
    settings.IMPORT_MAX_MEGABYTES = 1
    handler = OnlyAsMuchAsAllowed()
    megabyte = 1024 * 1024

    assert handler.receive_data_chunk(b"x", megabyte) == b"x"
    assert handler.receive_data_chunk(b"x", megabyte + 1) is None
    assert handler.file_complete(megabyte) is None


def test_the_name_of_a_refused_file_is_never_read_as_markup(client, nurse):
    page = hand_over(client, b"%PDF-1.7", name="<img src=x>.csv")

    assert b"<img src=x" not in page.response.content
