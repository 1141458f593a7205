"""What takes an import from one stage to the next, whoever runs it.

What comes next is read off the status. A stage does a slice of about 20 seconds and
leaves the rest undone; nobody asks whether it is the last.
"""

import secrets
import traceback
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from django.db import transaction
from structlog.contextvars import bound_contextvars

from imports import lease as leases
from imports.lease import Clock, Lease, LeaseLost
from imports.models import CohortImport
from imports.rules.lifecycle import WORKING, FailureReason, Status
from imports.stages import commit, match, read, trace
from mavis import counting
from mavis.stopping import Stopping

log = structlog.get_logger()

# A slice that fails this often in a row will not succeed by being tried again.
FAULTS_ALLOWED = 5


# An import that ended so has not had all its rows done.
ENDED_EARLY = frozenset({Status.INVALID, Status.FAILED, Status.CANCELLED})


class Stage(Protocol):
    def __call__(self, *, lease: Lease, clock: Clock) -> None: ...


STAGES: Mapping[Status, Stage] = {
    Status.UPLOADED: read.run,
    Status.TRACING: trace.run,
    Status.MATCHING: match.run,
    Status.COMMITTING: commit.run,
}


def run_next_stage(*, import_id: int, clock: Clock) -> bool:
    """Run a slice of what this import waits for. Test if a worker can go on now."""
    lease = leases.take(import_id, now=clock())
    if lease is None:
        return False  # another worker holds it, or it waits for a person or for PDS
    cohort_import = CohortImport.objects.get(pk=import_id)
    try:
        with lease.kept(), bound_contextvars(import_id=import_id):
            _run_slice(cohort_import, lease, clock)
    except LeaseLost:
        log.warning("import.lease_lost", import_id=import_id)
    finally:
        lease.release()
    return import_id in waiting_import_ids(now=clock(), of=import_id)


def seconds_until_due(*, import_id: int, now: datetime) -> float | None:
    """Return how long this import waits for PDS, or after a fault, if it does."""
    not_before = (
        CohortImport.objects.filter(
            pk=import_id, status__in=list(WORKING), not_before__gt=now
        )
        .values_list("not_before", flat=True)
        .first()
    )
    return None if not_before is None else (not_before - now).total_seconds()


def waiting_import_ids(*, now: datetime, of: int | None = None) -> list[int]:
    """Return the imports that a worker could take on now, oldest first."""
    waiting = CohortImport.objects.filter(leases.free_to_take(now)).order_by("pk")
    if of is not None:
        waiting = waiting.filter(pk=of)
    return list(waiting.values_list("pk", flat=True))


def _run_slice(before: CohortImport, lease: Lease, clock: Clock) -> None:
    stage = STAGES[Status(before.status)]
    try:
        stage(lease=lease, clock=clock)
    except LeaseLost:
        raise
    except Stopping:
        log.info("import.handed_back", import_id=lease.import_id)
    except Exception as fault:  # noqa: BLE001 -- counted, and after five the import ends
        _count_fault(lease, fault, clock())
    else:
        CohortImport.objects.filter(
            pk=lease.import_id, lease_token=lease.token, faults_in_a_row__gt=0
        ).update(faults_in_a_row=0)
    _count_rows(before)


def _count_rows(before: CohortImport) -> None:
    """Count and log the rows that a slice has done; a killed slice's are not counted."""
    after = CohortImport.objects.get(pk=before.pk)
    stays = after.status == before.status
    done = (after.rows_done if stays else after.row_count) - before.rows_done
    if not stays and after.status in ENDED_EARLY:
        done = 0
    log.info("import.slice_done", stage=before.status, rows=max(0, done))
    if done > 0:
        counting.add("mavis_import_rows_total", before.status, done)


@transaction.atomic
def _count_fault(lease: Lease, fault: Exception, at: datetime) -> None:
    """Remember that a slice failed, and end the stage when it has failed too often."""
    cohort_import = lease.lock()
    faults = cohort_import.faults_in_a_row + 1
    reference = secrets.token_hex(4).upper()
    # The message of an exception may quote a child's data; where it arose does not.
    log.error(
        "import.fault",
        import_id=cohort_import.pk,
        status=cohort_import.status,
        faults=faults,
        reference=reference,
        fault=type(fault).__qualname__,
        where=traceback.format_tb(fault.__traceback__)[-6:],
    )
    if faults < FAULTS_ALLOWED:
        cohort_import.faults_in_a_row = faults
        cohort_import.not_before = at + timedelta(seconds=2 ** (faults - 1))
        cohort_import.save(update_fields=["faults_in_a_row", "not_before"])
        return
    if cohort_import.status == Status.COMMITTING:
        commit.give_up(cohort_import=cohort_import, reference=reference, at=at)
    else:
        cohort_import.change_status(
            Status.FAILED,
            at=at,
            by=None,
            failure_reason=FailureReason.FAULT,
            fault_reference=reference,
            faults_in_a_row=0,
            not_before=None,
        )


def run_until_it_waits_for_a_person(
    *, import_id: int, clock: Clock, pause: Callable[[], None]
) -> CohortImport:
    """Run every stage that is due, and return the import as it then stands.

    `pause` is called each time there is nothing to do but wait: for another worker
    that holds the import, or for PDS.
    """
    while True:
        if not run_next_stage(import_id=import_id, clock=clock):
            cohort_import = CohortImport.objects.get(pk=import_id)
            if Status(cohort_import.status) not in STAGES:
                return cohort_import
            pause()
