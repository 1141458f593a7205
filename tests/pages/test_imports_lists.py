"""The Imports page and its three tabs."""

import datetime

import pytest
from django.urls import reverse

from imports.models import RowCandidate
from imports.rules.lifecycle import FailureReason, Status
from imports.rules.resolutions import Resolution
from mavis import clock
from mavis.pages import show_nhs_number
from tests.factories import (
    NOW,
    ChildFactory,
    CloseMatchFactory,
    CohortImportFactory,
    CohortRowFactory,
    ImportFileFactory,
    TeamFactory,
    UserFactory,
)
from tests.pages.shown import Shown

pytestmark = pytest.mark.django_db


@pytest.fixture
def nurse(client):
    nurse = UserFactory()
    client.force_login(nurse)
    nurse.team = nurse.teams.get()
    return nurse


def an_import(team, status, **columns):
    reason = FailureReason.FAULT if status == Status.FAILED else ""
    cohort_import = CohortImportFactory(
        team=team, status=status, failure_reason=reason, **columns
    )
    ImportFileFactory(cohort_import=cohort_import)
    return cohort_import


@pytest.mark.parametrize(
    ("status", "label"),
    [
        (Status.UPLOADED, "Processing"),
        (Status.TRACING, "Processing"),
        (Status.MATCHING, "Processing"),
        (Status.INVALID, "Invalid"),
        (Status.FAILED, "Failed"),
        (Status.IN_REVIEW, "Review and approve"),
        (Status.COMMITTING, "Importing"),
        (Status.IN_FURTHER_REVIEW, "Review"),
        (Status.CANCELLED, "Cancelled"),
    ],
)
def test_an_upload_that_is_not_completed_is_on_the_first_tab(
    client, nurse, status, label
):
    an_import(nurse.team, status)

    (line,) = Shown.at(client, "/imports/").table("Incomplete uploads")
    assert line["Status"].startswith(label)
    assert "Completed" not in Shown.at(client, "/imports/completed/").links[-1]
    assert not Shown.at(client, "/imports/completed/").document.all("table")


@pytest.mark.parametrize(
    ("status", "label"),
    [
        (Status.COMPLETED, "Completed"),
        (Status.PARTIALLY_COMPLETED, "Partially completed"),
    ],
)
def test_a_completed_import_is_on_the_second_tab(client, nurse, status, label):
    an_import(nurse.team, status)

    (line,) = Shown.at(client, "/imports/completed/").table("Completed imports")
    assert line["Status"] == label
    assert not Shown.at(client, "/imports/").document.all("table")


def test_every_status_has_its_words():
    from imports.pages.statuses import LABELS, STAGES
    from imports.rules.lifecycle import WORKING

    assert set(LABELS) == set(Status)
    assert set(STAGES) == WORKING


def test_an_upload_says_when_what_and_how_far(client, nurse):
    cohort_import = an_import(nurse.team, Status.TRACING, row_count=1200, rows_done=340)

    page = Shown.at(client, "/imports/")

    assert page.title == "Imports"
    assert page.table("Incomplete uploads") == [
        {
            "Date and time": "24 November 2026 at 9:00am",
            "File name": "cohort.csv",
            "Type": "Child records",
            "Status": "Processing Looking up children in PDS: 340 of 1,200",
            "Records": "1,200",
        }
    ]
    assert page.href("24 November 2026 at 9:00am") == f"/imports/{cohort_import.pk}/"
    assert page.href("Upload records") == reverse("imports:upload")


def test_an_upload_that_waits_for_pds_says_so(client, nurse):
    an_import(nurse.team, Status.TRACING, waiting_for_pds_since=NOW)

    (line,) = Shown.at(client, "/imports/").table("Incomplete uploads")
    assert line["Status"].startswith("Waiting for PDS")


def test_uploads_are_newest_first_twenty_a_page(client, nurse):
    for number in range(21):
        cohort_import = CohortImportFactory(
            team=nurse.team, uploaded_at=NOW + datetime.timedelta(days=number)
        )
        ImportFileFactory(cohort_import=cohort_import, name=f"{number}.csv")

    first = Shown.at(client, "/imports/").table()
    second = Shown.at(client, "/imports/?page=2").table()

    assert [line["File name"] for line in first] == [
        f"{n}.csv" for n in range(20, 0, -1)
    ]
    assert [line["File name"] for line in second] == ["0.csv"]


def test_a_team_sees_its_own_uploads_only(client, nurse):
    an_import(TeamFactory(), Status.IN_REVIEW)
    an_import(TeamFactory(), Status.COMPLETED)

    assert "cohort.csv" not in Shown.at(client, "/imports/").text
    assert "cohort.csv" not in Shown.at(client, "/imports/completed/").text


def a_close_match(team, *, child, differences=("postcode",), raised_at=NOW, **row):
    cohort_import = an_import(team, Status.COMPLETED, approved=True)
    match = CloseMatchFactory(
        row=CohortRowFactory(
            cohort_import=cohort_import, row_number=7, close_match=True, **row
        ),
        raised_at=raised_at,
    )
    RowCandidate.objects.create(
        row=match.row, child=child, differences=list(differences)
    )
    return match


def test_an_issue_says_who_what_differs_which_upload_and_how_old(
    client, nurse, monkeypatch
):
    monkeypatch.setattr(clock, "now", lambda: NOW + datetime.timedelta(days=3))
    match = a_close_match(
        nurse.team,
        child=ChildFactory(team=nurse.team, first_name="Amaro"),
        differences=("first_name", "nhs_number"),
    )

    page = Shown.at(client, "/imports/issues/")

    assert "1 uploaded record needs review" in page.headings
    assert page.table() == [
        {
            "Uploaded record": "OKAFOR, Amara",
            "Existing record, and what differs": (
                "OKAFOR, Amaro: different first name and NHS number"
            ),
            "Upload": "24 November 2026 at 9:00am cohort.csv, row 7",
            "Waiting for": "3 days",
            "Review": "Review OKAFOR, Amara, row 7",
        }
    ]
    upload = f"/imports/{match.row.cohort_import_id}/"
    assert page.href("24 November 2026 at 9:00am") == upload


def test_the_number_of_issues_stands_beside_imports_and_issues(client, nurse):
    for _ in range(2):
        a_close_match(nurse.team, child=ChildFactory(team=nurse.team))

    page = Shown.at(client, "/imports/")

    assert "Imports (2)" in page.links
    assert "Issues (2)" in page.links
    assert "2 uploaded records need review" in page.follow("Issues (2)").headings


def test_a_settled_close_match_and_another_teams_are_not_listed(client, nurse):
    other = TeamFactory()
    a_close_match(other, child=ChildFactory(team=other))
    child = ChildFactory(team=nurse.team)
    settled = a_close_match(nurse.team, child=child)
    settled.resolved_at, settled.resolved_by = NOW, nurse
    settled.resolution, settled.child = Resolution.KEEP_EXISTING, child
    settled.save()

    page = Shown.at(client, "/imports/issues/")

    assert "No uploaded records need review" in page.headings
    assert "Issues" in page.links


def test_of_another_teams_child_only_name_team_and_fields_are_shown(client, nurse):
    other = TeamFactory(name="Northfield SAIS team")
    child = ChildFactory(team=other, with_address=True, traced=True, postcode="LS1 4AP")
    a_close_match(nurse.team, child=child, other_team=other)

    page = Shown.at(client, "/imports/issues/")

    (issue,) = page.table()
    assert issue["Existing record, and what differs"] == (
        "OKAFOR, Amara (with Northfield SAIS team): different postcode"
    )
    assert "LS1 4AP" not in page.response.content.decode()
    assert child.nhs_number not in page.text.replace(" ", "")


def test_children_of_one_name_are_told_apart_by_what_the_team_may_see(client, nurse):
    other = TeamFactory(name="Northfield SAIS team")
    traced = ChildFactory(team=nurse.team, traced=True, postcode="M1 1AE")
    restricted = ChildFactory(team=nurse.team, restricted=True, postcode="LS1 4AP")
    elsewhere = ChildFactory(team=other, traced=True, postcode="BL1 1AA")
    match = a_close_match(nurse.team, child=traced)
    for child in (restricted, elsewhere):
        RowCandidate.objects.create(row=match.row, child=child, differences=[])

    page = Shown.at(client, "/imports/issues/")

    (issue,) = page.table()
    assert issue["Existing record, and what differs"] == (
        f"OKAFOR, Amara, born 27 March 2014, NHS number "
        f"{show_nhs_number(traced.nhs_number)}, Unknown school: different postcode "
        "OKAFOR, Amara, born 27 March 2014, no NHS number, Unknown school: "
        "nothing differs "
        "OKAFOR, Amara (with Northfield SAIS team): nothing differs"
    )


def test_of_many_children_a_row_names_a_few_and_how_many_more_there_are(client, nurse):
    children = ChildFactory.create_batch(6, team=nurse.team, traced=True)
    match = a_close_match(nurse.team, child=children[0])
    for child in children[1:]:
        RowCandidate.objects.create(row=match.row, child=child, differences=[])

    page = Shown.at(client, "/imports/issues/")

    (issue,) = page.table()
    named = issue["Existing record, and what differs"]
    assert named.count("OKAFOR, Amara") == 4
    assert named.endswith("nothing differs 2 more records")
