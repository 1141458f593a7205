"""Tracing: PDS is asked for the NHS number of each row, for about 20 seconds.

What comes of rows is written every few seconds, in one transaction, so that progress
shows and little is lost with a worker. PDS is asked about others meanwhile: no
transaction waits for it. When no row is left, the file as a whole is judged.
"""

import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from imports.lease import Clock, Lease
from imports.models import CohortImport, CohortRow
from imports.rules.lifecycle import Status
from imports.rules.match_rate import Judgement
from imports.sql import tracing as sql
from imports.sql.tracing import FinishedRow, TriedRow
from imports.stages.diagnose import diagnose
from imports.stages.judge import fail_with, judge_or_wait
from imports.stages.waiting import goes_on, wait_for_pds
from mavis import stopping
from pds.lookups import Traced, Tracings, Wanted
from pds.rules.outcomes import TraceOutcome, UploadedNumber
from pds.rules.sought import Sought
from pds.tracing import Tracer, store_traces
from pds.underway import Underway

ROUND_SECONDS = 5.0
# Even a slice that is nearly over gets something done.
SHORTEST_SLICE_SECONDS = 0.5
MOST_ROWS_AT_ONCE = 2000
# A row that has met a fault this often ends in error.
TRIES_ALLOWED = 5
# One for which PDS had too much to do is not one of those tries.
PUT_OFF_FOR = timedelta(seconds=5)


def run(*, lease: Lease, clock: Clock) -> None:
    """Trace rows until the slice is over, PDS is down or none is left.

    :raises LeaseLost: another worker has taken the import
    :raises Stopping: another worker is to find out why PDS knows too few of the rows
    """
    cohort_import = CohortImport.objects.select_related("team").get(pk=lease.import_id)
    asking = partial(Tracer, ods_code=cohort_import.team.ods_code, clock=clock)
    if rows := _due_rows(lease.import_id, clock()):
        was_out = cohort_import.waiting_for_pds_since is not None
        with asking() as tracer:
            while rows:
                is_of_use = _trace(rows, tracer, lease, clock, was_out=was_out)
                if not is_of_use or lease.slice_is_over():
                    return
                was_out = False
                # Those that have met a fault and may be tried again.
                rows = _due_rows(lease.import_id, clock())
    if judge_or_wait(lease, clock()) is Judgement.TOO_LOW:
        with asking() as tracer:
            findings, calls = diagnose(import_id=lease.import_id, tracer=tracer)
        # Not by what PDS was asked in half the time: what it answered is kept.
        stopping.check()
        fail_with(findings, calls, lease, clock())


def _due_rows(import_id: int, at: datetime, *, after: int = 0) -> list[CohortRow]:
    """Return the next rows to trace, after a row number."""
    rate = settings.PDS_REQUESTS_PER_SECOND
    # No more than can be asked about, and then some that are answered already.
    most = round(rate * ROUND_SECONDS) + 200 if rate else MOST_ROWS_AT_ONCE
    return list(
        CohortRow.objects.filter(
            Q(trace_not_before=None) | Q(trace_not_before__lte=at),
            cohort_import_id=import_id,
            row_number__gt=after,
            trace_outcome="",
        )
        .order_by("row_number")
        .only(
            *("row_number", "first_name", "last_name", "date_of_birth", "postcode"),
            *("nhs_number_uploaded", "trace_tries", "gender"),
        )[: min(most, MOST_ROWS_AT_ONCE)]
    )


def _trace(
    rows: Sequence[CohortRow],
    tracer: Tracer,
    lease: Lease,
    clock: Clock,
    *,
    was_out: bool,
) -> bool:
    """Trace some rows and those after them, each once, until the slice is over.

    Test if there is any use going on.
    """
    began = time.monotonic()
    until = max(lease.slice_ends, began + SHORTEST_SLICE_SECONDS)
    # How often the rows have been tried before, by id.
    tries: dict[int, int] = {}
    with tracer.underway(until=until, probe_first=was_out) as lookups:
        tries |= _add(rows, lookups, lease.import_id)
        while True:
            if lookups.wants_more(seconds=ROUND_SECONDS):
                last = rows[-1].row_number
                rows = _due_rows(lease.import_id, clock(), after=last)
                if not rows:
                    lookups.add_no_more()
                    continue
                tries |= _add(rows, lookups, lease.import_id)
            if lookups.is_over or lease.slice_is_over():
                break
            if not _store(lookups.news(), tries, lease, clock, since=began):
                return False
            began = time.monotonic()
        lookups.end()
        return _store(lookups.rest(), tries, lease, clock, since=began)


def _add(
    rows: Sequence[CohortRow], lookups: Underway, import_id: int
) -> dict[int, int]:
    """Have rows traced, and return how often each has been tried."""
    lookups.add(_wanted(rows, import_id))
    return {row.pk: row.trace_tries for row in rows}


@transaction.atomic
def _store(
    tracings: Tracings,
    tries: Mapping[int, int],
    lease: Lease,
    clock: Clock,
    *,
    since: float,
) -> bool:
    """Store what has come of rows. Test if there is any use going on."""
    cohort_import = lease.lock()
    if cohort_import.status != Status.TRACING:
        return False  # someone has cancelled it
    at = clock()
    cohort_import.rows_done += _store_rows(tracings, tries, at)
    cohort_import.pds_calls += tracings.calls
    cohort_import.seconds_tracing += time.monotonic() - since
    if tracings.is_out:
        wait_for_pds(cohort_import, tracings, at)
    elif tracings.answers:
        goes_on(cohort_import)
    cohort_import.save(
        update_fields=[
            *("rows_done", "pds_calls", "seconds_tracing"),
            *("waiting_for_pds_since", "refused_by_pds", "not_before"),
        ]
    )
    return not tracings.is_out


def _wanted(rows: Sequence[CohortRow], import_id: int) -> list[Wanted]:
    with_number = [row.pk for row in rows if row.nhs_number_uploaded]
    in_mavis = sql.rows_with_a_twin_in_mavis(with_number) if with_number else set()
    twins = sql.twins_in_the_file([row.pk for row in rows])
    return [
        Wanted(
            key=row.pk,
            sought=Sought(
                first_name=row.first_name,
                last_name=row.last_name,
                date_of_birth=row.date_of_birth,
                postcode=row.postcode,
                nhs_number=row.nhs_number_uploaded,
                may_be_twin=row.pk in in_mavis or row.pk in twins,
                twins=twins.get(row.pk, frozenset()),
                gender=row.gender,
            ),
            reference=f"import-{import_id}-row-{row.row_number}",
        )
        for row in rows
        if row.date_of_birth  # blank only once the row has been erased
    ]


def _store_rows(tracings: Tracings, tries: Mapping[int, int], at: datetime) -> int:
    """Return how many rows it has finished."""
    spent = [
        failed for failed in tracings.failed if tries[failed.key] + 1 >= TRIES_ALLOWED
    ]
    finished = [*tracings.finished, *spent]
    if finished:
        trace_ids = store_traces(finished, at=at)
        sql.store_finished(
            [
                _finished_row(traced, trace_id, tries[traced.key])
                for traced, trace_id in zip(finished, trace_ids, strict=True)
            ]
        )
    spent_keys = {failed.key for failed in spent}
    sql.store_tries(
        [
            TriedRow(
                row_id=failed.key,
                tries=tries[failed.key] + 1,
                not_before=at + timedelta(seconds=2 ** (tries[failed.key] + 1)),
            )
            for failed in tracings.failed
            if failed.key not in spent_keys
        ]
        + [
            TriedRow(row_id=key, tries=tries[key], not_before=at + PUT_OFF_FOR)
            for key in tracings.put_off
        ]
    )
    return len(finished)


def _finished_row(traced: Traced, trace_id: int, tries: int) -> FinishedRow:
    verdict = traced.verdict
    person = verdict.person
    is_error = verdict.outcome is TraceOutcome.ERROR
    serves = verdict.uploaded_number is UploadedNumber.NOT_HELD
    return FinishedRow(
        row_id=traced.key,
        trace_id=trace_id,
        trace_outcome=verdict.outcome,
        trace_tries=tries,
        # A lookup that ends in error by itself was rejected for what it asks.
        trace_error_is_permanent=is_error and not traced.is_given_up,
        uploaded_number=verdict.uploaded_number,
        nhs_number=verdict.nhs_number or (traced.sought.nhs_number if serves else None),
        nhs_number_confirmed=person is not None,
        restricted=person is not None and person.is_restricted,
        deceased=person is not None and person.is_deceased,
        date_of_death=person.date_of_death if person else None,
    )
