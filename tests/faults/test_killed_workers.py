"""A worker is killed in the middle of each stage, and the import still ends right.

A kill counts only if the test saw, just before it, the status of that stage, a live
lease, and rows still to do.
"""

import csv
import io
import threading
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from children.models import Child, CohortMembership
from imports import tasks
from imports.models import CohortImport, CohortRow
from imports.rules.lifecycle import Status
from imports.rules.outcomes import Result
from imports.stages import review, upload
from mavis.models import ActivityEvent, EventKind
from tests.factories import (
    NOW,
    SchoolFactory,
    TeamFactory,
    UserFactory,
    unissued_nhs_number,
)

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 180  # seconds until a test gives up on a condition; busy machines are slow
WORKER = {
    "IMPORT_LEASE_SECONDS": "2",
    "IMPORT_SLICE_SECONDS": "1",
    "PDS_REQUESTS_PER_SECOND": "0",
}


@pytest.fixture
def cohort(pds_simulator):
    """Upload a file of so many children whom PDS knows, and return the import."""

    def make(rows, *, simulator=()):
        team = TeamFactory()
        school = SchoolFactory(team=team)
        people = [
            {
                "NHS_NUMBER": unissued_nhs_number(serial),
                "FAMILY_NAME": f"Ashdown{letters(serial)}",
                "GIVEN_NAME": f"Robin{letters(serial)}",
                "DATE_OF_BIRTH": "2014-03-27",
                "POSTCODE": postcode(serial),
            }
            for serial in range(rows)
        ]
        pds_simulator(*people, options=simulator)
        checked = upload.check(name="cohort.csv", content=cohort_file(people, school))
        return upload.upload(
            checked=checked,
            team=team,
            by=UserFactory(team=team),
            at=NOW,
            today=NOW.date(),
        )

    return make


def letters(number):
    """Return a number in letters: names hold no digits."""
    return "".join(chr(ord("a") + int(digit)) for digit in str(number))


def postcode(number):
    """Return one of 3,600: neighbours of one birthday would all be compared."""
    letters = "ABDEFGHJLNPQRSTUWXYZ"
    unit = letters[number % 20] + letters[number // 20 % 20]
    return f"SW1A {number // 400 % 9 + 1}{unit}"


def cohort_file(people, school):
    text = io.StringIO()
    lines = csv.writer(text)
    lines.writerow(
        (
            *("CHILD_SCHOOL_URN", "CHILD_FIRST_NAME", "CHILD_LAST_NAME"),
            *("CHILD_DATE_OF_BIRTH", "CHILD_POSTCODE", "CHILD_NHS_NUMBER"),
        )
    )
    for person in people:
        lines.writerow(
            (
                *(school.urn, person["GIVEN_NAME"], person["FAMILY_NAME"]),
                *("27/03/2014", person["POSTCODE"], person["NHS_NUMBER"]),
            )
        )
    return io.BytesIO(text.getvalue().encode())


def wait_until(condition, *, sweep=False, doing=""):
    """Wait for a condition; with `sweep`, look for stalled imports as beat does."""
    gives_up = time.monotonic() + PATIENCE
    swept = 0.0
    between_looks = threading.Event()
    while not condition():
        between_looks.wait(0.005)
        assert time.monotonic() < gives_up, f"still waiting until {doing}"
        if sweep and time.monotonic() - swept > 0.5:
            tasks.advance_stalled()
            swept = time.monotonic()


def stands(cohort_import, *statuses):
    return (
        CohortImport.objects.values_list("status", flat=True).get(pk=cohort_import.pk)
        in statuses
    )


def seen_at_work(cohort_import, status, rows_to_do):
    """Test if a worker holds the import in this status with rows still to do."""
    return (
        CohortImport.objects.filter(
            pk=cohort_import.pk, status=status, lease_expires_at__gt=timezone.now()
        ).exists()
        and rows_to_do()
    )


def kill_while(cohort_import, status, worker, rows_to_do):
    tasks.queue(cohort_import.pk)
    wait_until(
        lambda: seen_at_work(cohort_import, status, rows_to_do),
        doing=f"a worker is seen {status}",
    )
    worker.kill()
    assert stands(cohort_import, status), "the stage ended before the kill"
    assert rows_to_do(), "nothing was left to do when the worker was killed"


def finish(cohort_import, worker):
    """Let another worker take over, approve, and wait for the end."""
    worker.start()
    if not stands(cohort_import, Status.COMMITTING):
        wait_until(
            lambda: stands(cohort_import, Status.IN_REVIEW),
            sweep=True,
            doing="the upload can be reviewed",
        )
        approve(cohort_import)
    wait_until(
        lambda: stands(cohort_import, Status.COMPLETED),
        sweep=True,
        doing="the import is completed",
    )


def approve(cohort_import):
    cohort_import.refresh_from_db()
    review.approve(
        cohort_import=cohort_import,
        by=cohort_import.uploaded_by,
        at=NOW + timedelta(minutes=1),
    )
    tasks.queue(cohort_import.pk)


def every_row_is_there_once(cohort_import):
    count = cohort_import.row_count
    rows = CohortRow.objects.filter(cohort_import=cohort_import)
    assert rows.count() == count
    assert rows.filter(result=Result.NEW, committed_at__isnull=False).count() == count
    assert rows.values("child").distinct().count() == count
    assert Child.objects.count() == count
    assert CohortMembership.objects.filter(archived_at=None).count() == count
    imported = ActivityEvent.objects.filter(kind=EventKind.IMPORTED)
    assert imported.count() == count
    return True


def test_killed_while_reading(cohort, start_worker):
    cohort_import = cohort(6000)
    worker = start_worker(**WORKER)

    kill_while(
        cohort_import,
        Status.UPLOADED,
        worker,
        lambda: not CohortRow.objects.filter(cohort_import=cohort_import).exists(),
    )
    finish(cohort_import, worker)

    assert every_row_is_there_once(cohort_import)


def test_killed_while_tracing(cohort, start_worker):
    cohort_import = cohort(1200, simulator=("--latency-ms", "60"))
    worker = start_worker(**WORKER)
    rows = CohortRow.objects.filter(cohort_import=cohort_import)

    kill_while(
        cohort_import,
        Status.TRACING,
        worker,
        lambda: (
            rows.exclude(trace_outcome="").exists()
            and rows.filter(trace_outcome="").exists()
        ),
    )
    finish(cohort_import, worker)

    assert every_row_is_there_once(cohort_import)


def test_killed_while_committing(cohort, start_worker):
    cohort_import = cohort(1200)
    worker = start_worker(**WORKER, IMPORT_BATCH_ROWS="20")
    tasks.queue(cohort_import.pk)
    wait_until(
        lambda: stands(cohort_import, Status.IN_REVIEW), doing="it can be reviewed"
    )
    rows = CohortRow.objects.filter(cohort_import=cohort_import)
    approve(cohort_import)

    kill_while(
        cohort_import,
        Status.COMMITTING,
        worker,
        lambda: (
            rows.exclude(committed_at=None).exists()
            and rows.filter(committed_at=None).exists()
        ),
    )
    finish(cohort_import, worker)

    assert every_row_is_there_once(cohort_import)
