"""Each row is compared with the children in Mavis, and the team is asked to review."""

import time
from collections.abc import Iterable, Iterator
from itertools import islice

from django.conf import settings
from django.db import transaction
from django.db.models import F

from imports.lease import Clock, Lease
from imports.models import CohortImport
from imports.rules.lifecycle import Status
from imports.rules.worked_out import WorkedOut
from imports.sql import matching as sql
from imports.sql import similarity
from imports.stages.concerned import note_as_of
from imports.stages.warn import store_warnings
from imports.stages.work_out import work_out

# The rows that a slice leaves are compared anew in the next, by whichever process.
_SLICES = 3


def run(*, lease: Lease, clock: Clock) -> None:
    """Work out rows until the slice is over; ask for review when none is left.

    Stops without a word when the user has cancelled the upload meanwhile.

    :raises LeaseLost: another worker has taken the import
    """
    began = time.monotonic()
    cohort_import = _begun(lease=lease)
    for rows in _batches(work_out(cohort_import), settings.IMPORT_MATCH_BATCH_ROWS):
        now = time.monotonic()
        is_wanted = _store(rows, lease=lease, seconds=now - began)
        began = now
        if not is_wanted or lease.slice_is_over(slices=_SLICES):
            return
    _ask_for_review(lease=lease, clock=clock)


@transaction.atomic(durable=True)
def _begun(*, lease: Lease) -> CohortImport:
    """Return the import, with the number of children that it is compared with.

    It is counted once: a commit must not judge otherwise because others have come.
    """
    cohort_import = lease.lock()
    if cohort_import.pool_size is None:
        note_as_of(cohort_import.pk)
        cohort_import.pool_size = similarity.pool_size()
        cohort_import.save(update_fields=["pool_size"])
    return cohort_import


@transaction.atomic(durable=True)
def _store(rows: list[WorkedOut], *, lease: Lease, seconds: float) -> bool:
    """Store what was worked out. Test if the import still waits for it."""
    cohort_import = lease.lock()
    if cohort_import.status != Status.MATCHING:
        return False
    stored = sql.store_worked_out(cohort_import.pk, rows)
    CohortImport.objects.filter(pk=cohort_import.pk).update(
        rows_done=F("rows_done") + stored,
        seconds_matching=F("seconds_matching") + seconds,
    )
    return True


@transaction.atomic(durable=True)
def _ask_for_review(*, lease: Lease, clock: Clock) -> None:
    cohort_import = lease.lock()
    if cohort_import.status == Status.MATCHING:
        store_warnings(cohort_import)
        cohort_import.change_status(Status.IN_REVIEW, at=clock(), by=None)


def _batches(rows: Iterable[WorkedOut], size: int) -> Iterator[list[WorkedOut]]:
    rows = iter(rows)
    while batch := list(islice(rows, size)):
        yield batch
