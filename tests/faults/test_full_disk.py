"""PostgreSQL has no room: its files may not grow beyond a size."""

import resource

import psycopg
import pytest
from django.db import connection  # noqa: TID251 -- fills a table up

from imports.models import CohortImport
from imports.rules.lifecycle import FailureReason, Status
from imports.stages import review
from tests.factories import NOW
from tests.faults import nurse
from tests.faults.cohort import check_every_row_once, cohort
from tests.faults.place import prepare
from tests.faults.test_uploads import padded

# Many rows of an import that is over, so that the next rows need a larger file.
FILL_UP = """
INSERT INTO imports_cohortrow
SELECT copy.*
FROM (SELECT r FROM imports_cohortrow r LIMIT 1) AS one,
     generate_series(1, 50000) AS n,
     jsonb_populate_record(
         one.r, jsonb_build_object('id', 1000000 + n, 'row_number', 1000 + n)
     ) AS copy
"""


@pytest.mark.fault(
    done="PostgreSQL had no room for an upload, nor for what a stage would write "
    "(a file-size limit)",
    held="Who uploaded was told that nothing was saved, and nothing was; an import "
    "ended with a reference; another went on once there was room, and every row of it "
    "is there once",
)
def test_the_disk_is_full(place):
    children = cohort(60)
    user = prepare(place, children)
    place.start_beat()
    place.start_worker()
    over = place.upload(children, by=user)
    place.wait_for(over, Status.IN_REVIEW)
    over.refresh_from_db()
    review.cancel(cohort_import=over, by=user, at=NOW)
    with nurse.at(place.start_web(), user) as someone:
        start_again_with_files_up_to(filled_up(), place)

        answer = someone.uploads(padded(children.file().read()))
        assert answer.status_code == 500
        assert "Nothing that you did has been half saved" in answer.text
        assert list(CohortImport.objects.all()) == [over]
    take_away_what_was_not_saved(place)

    failing = place.upload(children, by=user)
    place.wait_for(failing, Status.FAILED)
    failing.refresh_from_db()
    assert failing.failure_reason == FailureReason.FAULT
    assert len(failing.fault_reference) == 8
    waiting = place.upload(children, by=user)
    place.wait_until(lambda: met_a_fault(waiting), "there was no room for its rows")

    start_again_with_files_up_to(resource.RLIM_INFINITY, place)
    place.finish(waiting)
    check_every_row_once(children, waiting)


def filled_up() -> int:
    """Fill a table up, and return how large its file has become."""
    with connection.cursor() as cursor:
        cursor.execute(FILL_UP)
        cursor.execute("SELECT pg_relation_size('imports_cohortrow')")
        return int(cursor.fetchone()[0])


def start_again_with_files_up_to(size, place):
    """Start PostgreSQL again: it takes the limit that this process has."""
    ours = resource.getrlimit(resource.RLIMIT_FSIZE)
    place.kill_postgres()
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, ours[1]))
    try:
        place.start_postgres()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, ours)


def take_away_what_was_not_saved(place):
    """Do at once what PostgreSQL does by itself within some minutes."""
    with psycopg.connect(place.database.url, autocommit=True) as owner:
        owner.execute("VACUUM imports_importfilechunk")


def met_a_fault(cohort_import):
    found = CohortImport.objects.filter(pk=cohort_import.pk, faults_in_a_row__gt=0)
    return found.exists()
