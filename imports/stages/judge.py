"""What becomes of a file once PDS was asked about each of its rows."""

import secrets
from collections.abc import Sequence
from datetime import datetime

import structlog
from django.db import transaction
from django.db.models import Min

from imports.lease import Lease
from imports.models import CohortImport, DiagnosisFinding, RowError
from imports.rules import match_rate, same_number
from imports.rules.diagnosis import Finding
from imports.rules.lifecycle import FailureReason, Status
from imports.rules.match_rate import RETRIED_AFTER, Judgement
from imports.sql import tracing as sql

log = structlog.get_logger()


@transaction.atomic
def judge_or_wait(lease: Lease, at: datetime) -> Judgement | None:
    """Judge the whole file, or wait for the rows that are to be tried later.

    Returns what was judged. A file of which too little was found is left as it is:
    PDS is to be asked why.
    """
    cohort_import = lease.lock()
    if cohort_import.status != Status.TRACING:
        return None
    waiting = cohort_import.rows.filter(trace_outcome="")
    if waiting.exists():
        # Some rows may have become due just now: they are not to be waited for.
        cohort_import.not_before = waiting.aggregate(due=Min("trace_not_before"))["due"]
        cohort_import.save(update_fields=["not_before"])
        return None
    counts = sql.count_outcomes(import_id=cohort_import.pk)
    judgement = match_rate.judge(counts, rounds=cohort_import.trace_rounds)
    match judgement:
        case Judgement.TOO_LOW:
            pass
        case Judgement.NOTHING_ATTEMPTED:
            _fail(cohort_import, FailureReason.FAULT, at)
        case _ if same := sql.rows_with_the_same_number(import_id=cohort_import.pk):
            _say_which_rows_share_a_number(cohort_import, same)
            _fail(cohort_import, FailureReason.SAME_NHS_NUMBER, at)
        case Judgement.TRY_ERRORS_AGAIN:
            _try_errors_again(cohort_import, at)
        case Judgement.PASSES:
            sql.give_up_numbers_of_other_rows(import_id=cohort_import.pk)
            cohort_import.change_status(
                Status.MATCHING,
                at=at,
                by=None,
                waiting_for_pds_since=None,
                refused_by_pds=False,
                not_before=None,
            )
    return judgement


@transaction.atomic
def fail_with(
    findings: Sequence[Finding], calls: int, lease: Lease, at: datetime
) -> None:
    """End an import of which too little was found, with what was found out about why."""
    cohort_import = lease.lock()
    if cohort_import.status != Status.TRACING:
        return  # someone has cancelled it
    DiagnosisFinding.objects.bulk_create(
        DiagnosisFinding(
            cohort_import=cohort_import,
            mistake=finding.mistake,
            wanted=finding.wanted,
            tried=finding.tried,
            matched=finding.matched,
        )
        for finding in findings
    )
    cohort_import.pds_calls += calls
    cohort_import.save(update_fields=["pds_calls"])
    _fail(cohort_import, FailureReason.LOW_MATCH_RATE, at)


def _try_errors_again(cohort_import: CohortImport, at: datetime) -> None:
    due = at + RETRIED_AFTER[cohort_import.trace_rounds]
    rows = sql.try_errors_again(import_id=cohort_import.pk, not_before=due)
    cohort_import.trace_rounds += 1
    cohort_import.rows_done = max(0, cohort_import.rows_done - rows)
    cohort_import.not_before = due
    cohort_import.save(update_fields=["trace_rounds", "rows_done", "not_before"])


def _say_which_rows_share_a_number(
    cohort_import: CohortImport, same: Sequence[same_number.SameNumber]
) -> None:
    RowError.objects.bulk_create(
        RowError(
            cohort_import=cohort_import,
            row_number=problem.row_number,
            column=problem.column,
            code=problem.code,
            message=problem.message,
            value=problem.value,
        )
        for problem in same_number.problems(same)
    )


def _fail(cohort_import: CohortImport, reason: FailureReason, at: datetime) -> None:
    reference = ""
    if reason is FailureReason.FAULT:
        reference = secrets.token_hex(4).upper()
        log.error(
            "import.nothing_traced", import_id=cohort_import.pk, reference=reference
        )
    cohort_import.change_status(
        Status.FAILED,
        at=at,
        by=None,
        failure_reason=reason,
        fault_reference=reference,
        waiting_for_pds_since=None,
        refused_by_pds=False,
        not_before=None,
    )
