import io
import time
from uuid import uuid4

import pytest

from imports import lease as leases
from imports.models import CohortImport, CohortRow, RowError
from imports.rules.lifecycle import Status
from imports.stages import read, upload
from tests.factories import NOW, SchoolFactory, TeamFactory, UserFactory
from tests.files.cohorts import child, csv_file

pytestmark = pytest.mark.django_db


def uploaded(content: bytes, team=None, name: str = "cohort.csv") -> CohortImport:
    """Return the import of a file that a nurse of the team has just uploaded."""
    team = team or TeamFactory()
    checked = upload.check(name=name, content=io.BytesIO(content))
    return upload.upload(
        checked=checked,
        team=team,
        by=UserFactory(team=team),
        at=NOW,
        today=NOW.date(),
    )


def read_file(cohort_import: CohortImport) -> CohortImport:
    """Return the import after a worker has read its file."""
    lease = leases.take(cohort_import.pk, now=NOW)
    assert lease is not None
    read.run(lease=lease, clock=lambda: NOW)
    cohort_import.refresh_from_db()
    return cohort_import


def test_the_rows_of_a_good_file_wait_for_pds():
    cohort_import = read_file(uploaded(csv_file(child(), child(CHILD_FIRST_NAME="Bo"))))

    assert cohort_import.status == Status.TRACING
    assert cohort_import.row_count == 2
    rows = CohortRow.objects.filter(cohort_import=cohort_import).order_by("row_number")
    assert [(row.row_number, row.first_name) for row in rows] == [(2, "Amara"), (3, "Bo")]
