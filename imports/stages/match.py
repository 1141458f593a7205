"""Each row is compared with the children in Mavis, and the team is asked to review.

Batch by batch, so that a file takes the memory of a batch, and a slice leaves nothing
to be done again. That two rows claim one child is known only when both have been
compared: a row that another one comes to compete with afterwards is worked out again.
"""

import time
from collections.abc import Iterator, Sequence

from django.conf import settings
from django.db import transaction
from django.db.models import F

from imports.lease import Clock, Lease
from imports.models import CohortImport
from imports.rules.lifecycle import Status
from imports.rules.matching import competing_rows
from imports.rules.worked_out import WorkedOut
from imports.sql import matching as sql
from imports.sql import similarity
from imports.stages.concerned import note_as_of
from imports.stages.warn import store_warnings
from imports.stages.work_out import work_out


def run(*, lease: Lease, clock: Clock) -> None:
    """Work out rows until the slice is over; ask for review when none is left.

    Stops without a word when the user has cancelled the upload meanwhile.

    :raises LeaseLost: another worker has taken the import
    """
    began = time.monotonic()
    cohort_import = _begun(lease=lease)
    for row_ids, is_new in _due(cohort_import.pk):
        rows = list(work_out(cohort_import, row_ids))
        now = time.monotonic()
        is_wanted = _store(
            rows, lease=lease, done=len(rows) if is_new else 0, seconds=now - began
        )
        began = now
        if not is_wanted or lease.slice_is_over():
            return
    _ask_for_review(lease=lease, clock=clock)


def _due(import_id: int) -> Iterator[tuple[Sequence[int], bool]]:
    """Return the rows to be worked out next, and whether for the first time.

    What has been returned before is to be stored before more is asked for.
    """
    after = 0
    while undecided := sql.undecided_rows(
        import_id=import_id, after=after, most=settings.IMPORT_MATCH_BATCH_ROWS
    ):
        after = undecided[-1][1]
        yield [row_id for row_id, _ in undecided], True
    while unsettled := _unsettled(import_id):
        for start in range(0, len(unsettled), settings.IMPORT_MATCH_BATCH_ROWS):
            yield unsettled[start : start + settings.IMPORT_MATCH_BATCH_ROWS], False


def _unsettled(import_id: int) -> list[int]:
    """Return the rows with whom others compete than was stored of them."""
    return sorted(
        row_id
        for claims, stored in sql.contested_claims(import_id=import_id)
        for row_id, competing in stored.items()
        if competing_rows(row_id, claims) != competing
    )


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
def _store(
    rows: Sequence[WorkedOut], *, lease: Lease, done: int, seconds: float
) -> bool:
    """Store what was worked out. Test if the import still waits for it.

    :param done: how many of these rows had not been worked out before
    """
    cohort_import = lease.lock()
    if cohort_import.status != Status.MATCHING:
        return False
    sql.store_worked_out(cohort_import.pk, rows)
    CohortImport.objects.filter(pk=cohort_import.pk).update(
        rows_done=F("rows_done") + done,
        seconds_matching=F("seconds_matching") + seconds,
    )
    return True


@transaction.atomic(durable=True)
def _ask_for_review(*, lease: Lease, clock: Clock) -> None:
    cohort_import = lease.lock()
    if cohort_import.status == Status.MATCHING:
        store_warnings(cohort_import)
        cohort_import.change_status(Status.IN_REVIEW, at=clock(), by=None)
