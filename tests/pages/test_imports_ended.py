"""Pages of imports that are over, or in work: invalid, failed, completed, progress."""

import datetime

import pytest

from imports.models import CohortImport
from imports.pages.diagnosis import show_rate
from imports.pages.words import age, listed, time_left
from imports.rules.lifecycle import FailureReason, Status
from imports.rules.outcomes import NotImported, Result
from mavis import clock
from pds.rules.outcomes import TraceOutcome
from tests.factories import (
    NOW,
    ChildFactory,
    CloseMatchFactory,
    CohortImportFactory,
    CohortRowFactory,
    ImportFileFactory,
    RowErrorFactory,
    TeamFactory,
    UserFactory,
)
from tests.pages.shown import Shown

pytestmark = pytest.mark.django_db


@pytest.fixture
def nurse(client):
    nurse = UserFactory(name="Amina Yusuf")
    client.force_login(nurse)
    nurse.team = nurse.teams.get()
    return nurse


def an_import(nurse, **columns):
    cohort_import = CohortImportFactory(
        team=nurse.team, uploaded_by=nurse, **{"row_count": 12, **columns}
    )
    ImportFileFactory(cohort_import=cohort_import)
    return cohort_import


def shown(client, cohort_import):
    return Shown.at(client, f"/imports/{cohort_import.pk}/")


# --- Invalid ----------------------------------------------------------------------


@pytest.fixture
def invalid(nurse):
    return an_import(nurse, invalid=True, row_count=1200)


def test_an_invalid_file_says_how_many_rows_have_problems(client, invalid):
    RowErrorFactory(cohort_import=invalid, row_number=2)
    RowErrorFactory(cohort_import=invalid, row_number=2, column="CHILD_LAST_NAME")
    RowErrorFactory(cohort_import=invalid, row_number=9)

    page = shown(client, invalid)

    assert "2 of 1,200 rows have problems. Nothing has been imported." in page.text
    assert page.details["Status"] == "Invalid"


def test_problems_are_grouped_by_kind_and_then_by_row(client, invalid):
    for row, code, value in [
        (9, "postcode_unreadable", "M1"),
        (3, "blank", ""),
        (2, "postcode_unreadable", "LS1"),
    ]:
        RowErrorFactory(
            cohort_import=invalid,
            row_number=row,
            code=code,
            column="CHILD_POSTCODE",
            message="Enter a full postcode",
            value=value,
        )

    page = shown(client, invalid)

    captions = [caption.text for caption in page.document.all("caption")]
    assert captions == ["Nothing entered – 1 row", "Postcode unreadable – 2 rows"]
    assert page.table("Postcode unreadable") == [
        {
            "Row": row,
            "Column": "CHILD_POSTCODE",
            "What to do": "Enter a full postcode",
            "What the file says": value,
        }
        for row, value in [("2", "LS1"), ("9", "M1")]
    ]


def test_every_problem_of_a_long_list_can_be_reached(client, invalid):
    for row in range(2, 132):
        RowErrorFactory(
            cohort_import=invalid,
            row_number=row,
            code="blank" if row < 100 else "unreadable_date",
        )

    page, seen = shown(client, invalid), []
    assert "Unreadable date" in page.links
    by_kind = page.follow("Unreadable date")
    while True:
        for caption in page.document.all("caption"):
            seen += [line["Row"] for line in page.table(caption.text)]
        if "Next page" not in page.links:
            break
        page = page.follow("Next page")

    assert seen == [str(row) for row in range(2, 132)]
    assert by_kind.table("Unreadable date")[0]["Row"] == "100"


def test_a_cell_of_a_megabyte_is_cut_short_and_markup_is_only_text(client, invalid):
    RowErrorFactory(cohort_import=invalid, value="x" * 1_000_000)
    RowErrorFactory(
        cohort_import=invalid, row_number=3, value="<script>alert(1)</script>"
    )

    page = shown(client, invalid)

    assert len(page.response.content) < 100_000
    assert page.table()[0]["What the file says"].endswith("x…")
    assert page.table()[1]["What the file says"] == "<script>alert(1)</script>"
    assert b"<script>alert(1)" not in page.response.content


def test_the_page_of_an_invalid_file_costs_the_same_for_any_number_of_problems(
    client, invalid, django_assert_max_num_queries
):
    def queries():
        with django_assert_max_num_queries(60) as counted:
            shown(client, invalid)
        return len(counted)

    RowErrorFactory(cohort_import=invalid)
    once = queries()
    RowErrorFactory.create_batch(40, cohort_import=invalid)

    assert queries() == once


# --- Failed -----------------------------------------------------------------------


def test_too_low_a_match_rate_says_how_many_matched_and_who_did_not(client, nurse):
    failed = an_import(nurse, failed=True)
    for number in range(2, 8):
        CohortRowFactory(cohort_import=failed, row_number=number, found=True)
    for number, outcome in enumerate(
        [TraceOutcome.NOT_FOUND] * 3 + [TraceOutcome.CONFLICT, TraceOutcome.ERROR], 8
    ):
        CohortRowFactory(cohort_import=failed, row_number=number, trace_outcome=outcome)

    page = shown(client, failed)

    assert "6 of 10 records matched an NHS number in PDS: 60%." in page.text
    assert "could not answer about 1 record, which is not counted" in page.text
    assert [(row["Row"], row["Why"]) for row in page.table()] == [
        ("8", "No match in PDS"),
        ("9", "No match in PDS"),
        ("10", "No match in PDS"),
        ("11", "PDS found more than one NHS number"),
        ("12", "PDS could not answer about this child"),
    ]
    assert page.details["Status"] == "Failed"
    download = page.href("Download the rows that did not match (CSV)")
    assert download == f"/imports/{failed.pk}/unmatched-rows.csv"


@pytest.mark.parametrize(
    ("matched", "attempted", "shown"),
    [
        (6999, 10000, "69.9%"),
        (7, 10, "70%"),
        (0, 9, "0%"),
        (0, 0, "0%"),
        (1, 3, "33.3%"),
    ],
)
def test_a_rate_is_never_rounded_up(matched, attempted, shown):
    assert show_rate(matched, attempted) == shown


def test_rows_of_the_same_child_are_named(client, nurse):
    failed = an_import(
        nurse,
        status=Status.FAILED,
        failure_reason=FailureReason.SAME_NHS_NUMBER,
    )
    RowErrorFactory(
        cohort_import=failed, code="same_nhs_number", message="The same child as row 9"
    )

    page = shown(client, failed)

    assert "1 of 12 rows has problems" in page.text
    assert page.table()[0]["What to do"] == "The same child as row 9"


def test_a_fault_shows_what_to_quote(client, nurse):
    failed = an_import(
        nurse,
        status=Status.FAILED,
        failure_reason=FailureReason.FAULT,
        fault_reference="A1B2C3D4",
    )

    page = shown(client, failed)

    assert "quote the reference A1B2C3D4" in page.text
    assert "Nothing has been imported" in page.text


# --- Progress ---------------------------------------------------------------------


@pytest.fixture
def later(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW + datetime.timedelta(minutes=1))


@pytest.mark.parametrize(
    ("status", "title", "stage"),
    [
        (Status.UPLOADED, "Processing", "Reading the file"),
        (Status.TRACING, "Processing", "Looking up children in PDS"),
        (Status.MATCHING, "Processing", "Comparing with records already in Mavis"),
        (Status.COMMITTING, "Importing", "Importing the records"),
    ],
)
def test_progress_says_the_stage_the_rows_done_and_the_time_left(
    client, nurse, later, status, title, stage
):
    working = an_import(nurse, status=status, row_count=1200, rows_done=300)

    page = shown(client, working)

    (live,) = (
        each
        for each in page.document.all("div")
        if each.attributes.get("role") == "status"
    )
    assert page.title.startswith(title)
    assert stage in live.text
    assert "300 of 1,200 rows, about 3 minutes left" in live.text
    fragment = Shown.at(client, live.attributes["hx-get"], **{"HX-Request": "true"})
    assert fragment.text == f"{live.text} {page.details['Status']}"


def test_while_pds_is_down_progress_says_that_it_waits(client, nurse, later):
    working = an_import(nurse, tracing=True, waiting_for_pds_since=NOW, rows_done=1)

    page = shown(client, working)

    assert page.details["Status"] == "Waiting for PDS"
    assert "goes on by itself" in page.text
    assert "left" not in page.document.one("progress").text


def test_without_javascript_the_page_refreshes_itself(client, nurse):
    page = shown(client, an_import(nurse, tracing=True))

    refresh = page.document.one("noscript").one("meta").attributes
    assert refresh["http-equiv"] == "refresh"


def test_when_the_work_is_done_the_whole_page_is_asked_for(client, nurse):
    ready = an_import(nurse, in_review=True)
    address = f"/imports/{ready.pk}/progress/"

    live = client.get(address, headers={"HX-Request": "true"})

    assert live["HX-Refresh"] == "true"
    assert Shown.at(client, address).title.startswith("Review and approve upload")


@pytest.mark.parametrize("status", [Status.UPLOADED, Status.TRACING, Status.MATCHING])
def test_an_upload_can_be_cancelled_while_it_is_processing(
    client, nurse, monkeypatch, status
):
    monkeypatch.setattr("imports.tasks.queue", lambda import_id: None)
    working = an_import(nurse, status=status)

    shown(client, working).press("Cancel upload")

    assert CohortImport.objects.get(pk=working.pk).status == Status.CANCELLED


def test_an_import_in_work_cannot_be_cancelled(client, nurse):
    working = an_import(nurse, committing=True)

    assert "Cancel upload" not in shown(client, working).buttons
    assert client.post(f"/imports/{working.pk}/cancel/").status_code == 409


# --- Completed --------------------------------------------------------------------


RESULTS = {
    Result.NEW: 3,
    Result.UPDATED: 2,
    Result.UP_TO_DATE: 1,
    Result.CLOSE_MATCH: 2,
    Result.NOT_IMPORTED: 3,
    Result.HELD_WITH_MOVE: 1,
}


@pytest.fixture
def completed(nurse):
    return an_import(nurse, completed=True)


@pytest.fixture
def every_result(completed):
    numbers = iter(range(2, 20))
    for result, times in RESULTS.items():
        for _ in range(times):
            has_child = result in (Result.NEW, Result.UPDATED, Result.UP_TO_DATE)
            CohortRowFactory(
                cohort_import=completed,
                row_number=next(numbers),
                committed_at=NOW,
                result=result,
                child=ChildFactory(team=completed.team) if has_child else None,
                not_imported_reason=(
                    NotImported.IGNORED if result == Result.NOT_IMPORTED else ""
                ),
            )
    return completed


def test_the_counts_of_a_completed_import_add_up_to_the_rows(client, every_result):
    page = shown(client, every_result)

    counts = {
        line["Result"]: int(line["Records"])
        for line in page.table("What became of the records")
    }
    total = counts.pop("Total")
    assert page.title.startswith("Import completed")
    assert page.details["Approved by"].startswith("Amina Yusuf on 24 November 2026")
    assert list(counts.values()) == list(RESULTS.values())
    assert sum(counts.values()) == total == every_result.row_count


def test_imported_records_are_links_to_the_children(client, every_result):
    page = shown(client, every_result)

    rows = page.table("6 records")
    child = every_result.rows.get(row_number=2).child

    assert "6 imported records" in page.headings
    assert [row["Result"] for row in rows] == (
        ["New record"] * 3 + ["Updated"] * 2 + ["Already up to date"]
    )
    assert page.href("OKAFOR, Amara") == f"/children/{child.pk}/"


def test_a_child_who_was_never_this_team_s_is_no_link(client, completed):
    CohortRowFactory(
        cohort_import=completed,
        committed_at=NOW,
        result=Result.NEW,
        child=ChildFactory(team=TeamFactory()),
    )

    assert "OKAFOR, Amara" not in shown(client, completed).links


def test_records_not_imported_say_why(client, every_result):
    page = shown(client, every_result)
    section = page.section("Records not imported")

    assert "3 records were not imported." in section.text
    rows = page.follow("Show 3 records on a page of their own").table()
    assert rows[0]["Why"] == "Changes ignored in further review"


def test_held_records_lead_to_school_moves(client, every_result):
    page = shown(client, every_result)

    assert "1 record is held until the child’s move is confirmed" in page.text


def test_close_matches_that_need_review_are_counted_and_listed(client, completed):
    CloseMatchFactory(
        row=CohortRowFactory(
            cohort_import=completed,
            close_match=True,
            result=Result.CLOSE_MATCH,
            committed_at=NOW,
        )
    )

    page = shown(client, completed)

    assert "Close matches to existing records - needs review" in page.headings
    issues = page.follow("1 upload issue")
    assert issues.title == "Close matches to existing records - needs review"
    assert len(issues.table()) == 1


def test_an_import_of_which_rows_were_ignored_is_partially_completed(client, nurse):
    page = shown(client, an_import(nurse, partially_completed=True))

    assert page.title.startswith("Import partially completed")
    assert page.details["Status"] == "Partially completed"


# --- Words ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], ""),
        (["gender"], "gender"),
        (["gender", "town"], "gender and town"),
        (["gender", "town", "contacts"], "gender, town and contacts"),
    ],
)
def test_words_are_listed_as_a_sentence_does(words, sentence):
    assert listed(words) == sentence


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "less than a minute left"),
        (59, "less than a minute left"),
        (60, "about 1 minute left"),
        (89 * 60, "about 89 minutes left"),
        (5 * 3600, "about 5 hours left"),
    ],
)
def test_the_time_left_is_said_roughly(seconds, words):
    assert time_left(seconds) == words


@pytest.mark.parametrize(
    ("days", "words"), [(-1, "Today"), (0, "Today"), (1, "1 day"), (40, "40 days")]
)
def test_an_age_is_said_in_days(days, words):
    assert age(NOW - datetime.timedelta(days=days), NOW) == words
