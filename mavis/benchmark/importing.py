"""The product's own stages, one import at a time, with PDS left out.

What PDS would have answered is stored between reading and matching by the statements
that tracing uses; that is not part of any figure.
"""

import io
import time
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from imports import pipeline
from imports.models import CohortImport
from imports.rules.lifecycle import Status
from imports.sql.tracing import FinishedRow, store_finished
from imports.stages import review, upload
from mavis import clock
from mavis.benchmark.database import NOW, nurse, team
from mavis.benchmark.people import Row, as_csv
from pds.rules.answers import Person
from pds.rules.cascade import Asked, Result, Step
from pds.rules.outcomes import TraceOutcome, TraceSource, UploadedNumber
from pds.sql import TraceRecord, copy_traces

# Two thousand of a round's rows are stored at once while tracing.
STORED_AT_ONCE = 2_000


class EndedOtherwise(Exception):
    """The import did not take the way that the benchmark measures."""


@dataclass(frozen=True, slots=True)
class Seconds:
    """How long each stage took, by the wall clock, from its lease to its release."""

    read: float
    match: float
    commit: float

    @property
    def total(self) -> float:
        return self.read + self.match + self.commit


def import_rows(rows: Sequence[Row]) -> tuple[CohortImport, Seconds]:
    """Import a file of these rows, from upload to completion.

    :raises EndedOtherwise: it was refused, or waits for a further review
    """
    cohort_import, read, match = to_review(rows)
    return cohort_import, Seconds(read, match, approve_and_commit(cohort_import))


def to_review(rows: Sequence[Row]) -> tuple[CohortImport, float, float]:
    """Have a file of these rows in review: seconds of reading and of matching too."""
    cohort_import = uploaded(rows)
    read = _run(cohort_import, Status.UPLOADED, Status.TRACING)
    answer_for_pds(cohort_import, rows)
    _run(cohort_import, Status.TRACING, Status.MATCHING)
    match = _run(cohort_import, Status.MATCHING, Status.IN_REVIEW)
    return cohort_import, read, match


def approve_and_commit(cohort_import: CohortImport) -> float:
    """Have what is in review completed, and return the seconds of committing it."""
    approve(cohort_import)
    return _run(cohort_import, Status.COMMITTING, Status.COMPLETED)


def uploaded(rows: Sequence[Row]) -> CohortImport:
    """Hand over a file of these rows."""
    checked = upload.check(name="cohort.csv", content=io.BytesIO(as_csv(rows)))
    return upload.upload(
        checked=checked, team=team(), by=nurse(), at=NOW, today=NOW.date()
    )


def approve(cohort_import: CohortImport) -> None:
    cohort_import.refresh_from_db()
    review.approve(cohort_import=cohort_import, by=nurse(), at=clock.now())


def _run(cohort_import: CohortImport, status: Status, then: Status) -> float:
    """Run slices as workers do until a status has become another, and time them."""
    began = time.monotonic()
    while cohort_import.status == status:
        pipeline.run_next_stage(import_id=cohort_import.pk, clock=clock.now)
        cohort_import.refresh_from_db()
        if cohort_import.faults_in_a_row:
            raise EndedOtherwise(f"There was a fault while it was {status}.")
    if cohort_import.status != then:
        raise EndedOtherwise(f"It became {cohort_import.status} after {status}.")
    return time.monotonic() - began


def answer_for_pds(cohort_import: CohortImport, rows: Sequence[Row]) -> None:
    """Store what PDS would have said of each row, as tracing does."""
    ids = cohort_import.rows.order_by("row_number").values_list("pk", flat=True)
    numbered = list(zip(ids, rows, strict=True))
    for start in range(0, len(numbered), STORED_AT_ONCE):
        some = numbered[start : start + STORED_AT_ONCE]
        with transaction.atomic():
            trace_ids = copy_traces([_trace(row) for _, row in some])
            store_finished(
                [
                    _finished(row_id, trace_id, row)
                    for trace_id, (row_id, row) in zip(trace_ids, some, strict=True)
                ]
            )


def _trace(row: Row) -> TraceRecord:
    if row.traced:
        step = Step.VERIFY if row.with_number else Step.EXACT
        result = Result.VERIFIED if row.with_number else Result.ONE_MATCH
        steps = [Asked(step, result, NOW, Person(row.traced))]
    else:
        steps = [Asked(step, Result.NO_MATCHES, NOW) for step in _SEARCHES]
    return TraceRecord(
        at=NOW,
        source=TraceSource.IMPORT,
        nhs_number_uploaded=row.traced if row.with_number else None,
        uploaded_number=_uploaded_number(row),
        outcome=_outcome(row),
        nhs_number=row.traced or None,
        steps=steps,
    )


_SEARCHES = (
    Step.EXACT, Step.WILDCARD_POSTCODE, Step.WILDCARD_FIRST_NAME,
    Step.WILDCARD_LAST_NAME, Step.WITHOUT_POSTCODE,
)  # fmt: skip


def _finished(row_id: int, trace_id: int, row: Row) -> FinishedRow:
    return FinishedRow(
        row_id=row_id,
        trace_id=trace_id,
        trace_outcome=_outcome(row),
        trace_tries=0,
        trace_error_is_permanent=False,
        uploaded_number=_uploaded_number(row),
        nhs_number=row.traced or None,
        nhs_number_confirmed=bool(row.traced),
        restricted=False,
        deceased=False,
        date_of_death=None,
    )


def _outcome(row: Row) -> TraceOutcome:
    return TraceOutcome.FOUND if row.traced else TraceOutcome.NOT_FOUND


def _uploaded_number(row: Row) -> UploadedNumber:
    return UploadedNumber.VERIFIED if row.with_number else UploadedNumber.NONE
