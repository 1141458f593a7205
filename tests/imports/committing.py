"""What tests of review and commit share: taking an import there, and looking after."""

import time
from datetime import timedelta
from uuid import uuid4

from django.db import connection  # noqa: TID251 -- a test is one transaction

from imports.lease import Lease
from imports.models import CohortImport, CohortRow
from imports.stages import commit, match, review
from tests.factories import NOW

LATER = NOW + timedelta(minutes=5)


def lease_of(cohort_import, *, seconds=20.0):
    """Take an import for a worker of the test."""
    token = uuid4()
    CohortImport.objects.filter(pk=cohort_import.pk).update(
        lease_token=token, lease_expires_at=NOW + timedelta(minutes=1)
    )
    return Lease(cohort_import.pk, token, time.monotonic() + seconds)


def match_rows(cohort_import):
    """Bring an import with rows to its review."""
    cohort_import.row_count = cohort_import.rows.count()
    cohort_import.save(update_fields=["row_count"])
    match.run(lease=lease_of(cohort_import), clock=lambda: NOW)
    cohort_import.refresh_from_db()


def approve(cohort_import, *, by=None):
    review.approve(
        cohort_import=cohort_import, by=by or cohort_import.uploaded_by, at=LATER
    )


def commit_rows(cohort_import, **options):
    """Run one slice of the commit."""
    commit.run(lease=lease_of(cohort_import, **options), clock=lambda: LATER)
    with connection.cursor() as cursor:
        # As when a transaction of its own has ended.
        cursor.execute("SET LOCAL mavis.committing_import = ''")
    cohort_import.refresh_from_db()


def imported(cohort_import):
    """Match, approve and commit an import; return its rows in order."""
    match_rows(cohort_import)
    approve(cohort_import)
    commit_rows(cohort_import)
    return rows_of(cohort_import)


def rows_of(cohort_import):
    return list(CohortRow.objects.filter(cohort_import=cohort_import).order_by("pk"))
