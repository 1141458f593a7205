"""Erasing: what goes after 30 days, what stays for a decision, what stays for ever."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse

from imports import files, purging
from imports.models import (
    ChildBeforeImport,
    CohortRow,
    ImportFileChunk,
    RowError,
)
from imports.rules.lifecycle import TRANSITIONS, Status
from imports.rules.outcomes import Result
from mavis import clock
from pds.models import Answer, Trace
from schoolmoves.models import MoveState
from tests.factories import (
    NOW,
    ChildFactory,
    CloseMatchFactory,
    CohortImportFactory,
    CohortRowFactory,
    RowErrorFactory,
    SchoolMoveFactory,
    TeamFactory,
    TraceFactory,
    UserFactory,
)
from tests.pages.shown import Shown

pytestmark = pytest.mark.django_db

OLD = NOW - timedelta(days=31)
# What a row says of a person.
SAID = [
    field.name
    for field in CohortRow._meta.fields
    if field.name.startswith(
        (
            "first_",
            "last_",
            "preferred_",
            "parent_",
            "address_",
            "nhs_number",
            "date_of",
        )
    )
    or field.name in {"registration", "gender", "town", "postcode"}
]


def an_import(**columns):
    cohort_import = CohortImportFactory(
        **{"uploaded_at": OLD, "completed": True, **columns}
    )
    files.store(
        cohort_import,
        name="cohort.csv",
        file_format="csv",
        sha256=f"{cohort_import.pk:064}",
        content=b"CHILD_FIRST_NAME\nAmara\n",
    )
    return cohort_import


def a_row(cohort_import, **columns):
    return CohortRowFactory(
        **{
            "cohort_import": cohort_import,
            "verified": True,
            "trace": TraceFactory(),
            "committed_at": OLD,
            "result": Result.NEW,
            "address_line_1": "1 High Street",
            "parent_1_name": "Ngozi Okafor",
            "parent_1_email": "ngozi@example.com",
            "gender": "female",
            "registration": "8T5",
            **columns,
        }
    )


def says_nothing(row):
    row.refresh_from_db()
    said = {name: getattr(row, name) for name in SAID if getattr(row, name)}
    said.pop("nhs_number_confirmed", None)
    return said == {}


def test_the_file_and_what_rows_say_of_people_go_after_thirty_days():
    cohort_import = an_import()
    row = a_row(cohort_import)
    RowErrorFactory(cohort_import=cohort_import, value="Amara")
    ChildBeforeImport.objects.create(
        cohort_import=cohort_import, child=ChildFactory(), state={"first_name": "A"}
    )

    purged = purging.purge(now=NOW)

    assert (purged.imports, purged.imports_kept_in_part) == (1, 0)
    assert says_nothing(row)
    assert not ImportFileChunk.objects.exists()
    assert not ChildBeforeImport.objects.exists()
    assert RowError.objects.get().value == ""
    # Counts, statuses and the trail stay.
    cohort_import.refresh_from_db()
    assert (cohort_import.status, cohort_import.row_count) == (Status.COMPLETED, 1)
    assert (row.result, row.trace_outcome) == (Result.NEW, "found")
    # Its lookup holds its NHS number, and it became no child.
    assert not Trace.objects.exists()
    assert cohort_import.file.erased_at == NOW


def test_what_is_younger_stays():
    row = a_row(an_import(uploaded_at=NOW - timedelta(days=29, hours=23)))

    assert purging.purge(now=NOW).imports == 0
    assert not says_nothing(row)
    assert ImportFileChunk.objects.exists()


@pytest.mark.parametrize(
    "status", [status for status, following in TRANSITIONS.items() if following]
)
def test_what_a_worker_or_a_review_needs_stays(status):
    approved = {"approved": True} if status == Status.IN_FURTHER_REVIEW else {}
    row = a_row(an_import(completed=False, status=status, **approved))

    purging.purge(now=NOW)

    assert not says_nothing(row)


@pytest.mark.parametrize(
    "status", [status for status, following in TRANSITIONS.items() if not following]
)
def test_whatever_is_over_goes(status):
    reason = {"failure_reason": "low_match_rate"} if status == Status.FAILED else {}
    row = a_row(an_import(completed=False, status=status, **reason))

    purging.purge(now=NOW)

    assert says_nothing(row)


def test_an_undecided_close_match_keeps_its_row_until_it_is_settled():
    cohort_import = an_import()
    row = a_row(cohort_import, result=Result.CLOSE_MATCH)
    other = a_row(cohort_import)
    match = CloseMatchFactory(row=row, team=cohort_import.team)

    purged = purging.purge(now=NOW)
    assert (purged.imports, purged.imports_kept_in_part) == (0, 1)
    assert (says_nothing(row), says_nothing(other)) == (False, True)

    match.resolved_at, match.resolution = NOW, "keep_existing"
    match.resolved_by, match.child = cohort_import.uploaded_by, ChildFactory()
    match.save()
    assert purging.purge(now=NOW).imports == 1
    assert says_nothing(row)


@pytest.mark.parametrize(
    ("state", "kept"),
    [(MoveState.OPEN, True), (MoveState.WAITING, True), (MoveState.IGNORED, False)],
)
def test_a_row_that_is_held_with_a_move_is_kept_as_long_as_it_waits(state, kept):
    cohort_import = an_import()
    decided = (
        {} if state in (MoveState.OPEN, MoveState.WAITING) else {"decided_at": NOW}
    )
    row = a_row(
        cohort_import,
        result=Result.HELD_WITH_MOVE,
        school_move=SchoolMoveFactory(team=cohort_import.team, state=state, **decided),
    )

    purging.purge(now=NOW)

    assert says_nothing(row) is not kept


def test_answers_of_pds_go_after_a_day(capsys):
    for number, hours in enumerate((23, 24, 25)):
        Answer.objects.create(
            key=bytes([number]) * 32, body=b"", at=NOW - timedelta(hours=hours)
        )

    assert purging.purge(now=NOW).answers == 2
    assert Answer.objects.count() == 1


def test_it_may_be_repeated():
    an_import()

    assert [purging.purge(now=NOW).imports for _ in range(2)] == [1, 0]
    call_command("purge")


def test_the_pages_of_an_erased_import_still_open(client):
    nurse = UserFactory()
    client.force_login(nurse)
    cohort_import = an_import(team=nurse.teams.get(), row_count=1)
    child = ChildFactory(first_name="Zuri", team=cohort_import.team)
    a_row(cohort_import, child=child)
    purging.purge(now=NOW)

    page = Shown.at(client, reverse("imports:show", args=[cohort_import.pk]))

    assert page.status == 200
    assert page.title.startswith("Import completed")
    assert "OKAFOR, Zuri" in page.text


def test_rows_to_mend_cannot_be_downloaded_once_they_are_erased(client):
    nurse = UserFactory()
    client.force_login(nurse)
    cohort_import = an_import(
        team=nurse.teams.get(), completed=False, status=Status.INVALID
    )
    RowErrorFactory(cohort_import=cohort_import)
    purging.purge(now=NOW)

    page = Shown.at(client, reverse("imports:show", args=[cohort_import.pk]))
    download = client.get(reverse("imports:rows_to_mend", args=[cohort_import.pk]))

    assert page.status == 200
    assert not any("Download" in link for link in page.links)
    assert download.status_code == 404


def test_the_dashboard_says_from_day_25_what_is_kept_for_a_decision(client):
    nurse = UserFactory()
    client.force_login(nurse)
    team = nurse.teams.get()
    now = clock.now()
    for team_of_import, days in ((team, 24), (team, 26), (TeamFactory(), 26)):
        uploaded_at = now - timedelta(days=days)
        row = a_row(
            an_import(team=team_of_import, uploaded_at=uploaded_at),
            result=Result.CLOSE_MATCH,
        )
        CloseMatchFactory(row=row, team=team_of_import)
    review = an_import(
        team=team,
        uploaded_at=now - timedelta(days=26),
        completed=False,
        status=Status.IN_REVIEW,
    )
    a_row(review, committed_at=None, result="")

    page = Shown.at(client, "/")

    assert (
        "2 uploaded records from more than 25 days ago wait for your team" in page.text
    )
