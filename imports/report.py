"""An import as the command line tells it: one JSON object of a stable shape."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Q

from imports.models import CohortImport, CohortRow, RowError
from imports.rules.outcomes import Move, Outcome
from imports.rules.problems import Problem
from pds.rules.outcomes import TraceOutcome, UploadedNumber


def refused(problems: Iterable[Problem]) -> dict[str, Any]:
    """Return the report of a file that was refused, of which nothing was saved."""
    return {
        "id": None,
        "status": "refused",
        "rows": 0,
        **_counts(CohortRow.objects.none()),
        "errors": [_problem(problem) for problem in problems],
        "warnings": [],
        "pds": _pds(CohortRow.objects.none(), calls=0),
        "seconds": _seconds(None),
    }


def report(cohort_import: CohortImport) -> dict[str, Any]:
    """Return how an import stands, with everything found wrong with its file."""
    rows = CohortRow.objects.filter(cohort_import=cohort_import)
    errors = RowError.objects.filter(cohort_import=cohort_import).order_by(
        "row_number", "pk"
    )
    return {
        "id": cohort_import.pk,
        "status": cohort_import.status,
        "rows": cohort_import.row_count,
        **_counts(rows),
        "errors": [_problem(error) for error in errors if not error.is_warning],
        "warnings": [_problem(error) for error in errors if error.is_warning],
        "pds": _pds(rows, calls=cohort_import.pds_calls),
        "seconds": _seconds(cohort_import),
    }


def _counts(rows: Any) -> dict[str, Any]:
    counts = rows.aggregate(
        **{outcome.value: Count("pk", Q(outcome=outcome)) for outcome in Outcome},
        school_moves=Count("pk", Q(move=Move.FOR_PERSON)),
        held=Count("pk", Q(held=True)),
        committed=Count("pk", Q(committed_at__isnull=False)),
    )
    return {
        "outcomes": {outcome.value: counts[outcome.value] for outcome in Outcome},
        "school_moves": counts["school_moves"],
        "held_for_further_review": counts["held"],
        "committed": counts["committed"],
    }


def _pds(rows: Any, *, calls: int) -> dict[str, Any]:
    counts = rows.aggregate(
        matched=Count("pk", Q(trace_outcome=TraceOutcome.FOUND)),
        # An error is not an attempt (spec section 6, 70%).
        attempted=Count(
            "pk",
            Q(trace_outcome__in=list(TraceOutcome))
            & ~Q(trace_outcome=TraceOutcome.ERROR),
        ),
        discrepancies=Count("pk", Q(uploaded_number=UploadedNumber.REPLACED)),
        waiting=Count("pk", Q(trace_outcome="")),
    )
    matched, attempted = counts["matched"], counts["attempted"]
    return {
        "attempted": attempted,
        "matched": matched,
        "rate": round(100 * matched / attempted, 2) if attempted else None,
        "discrepancies": counts["discrepancies"],
        "calls": calls,
        "waiting": counts["waiting"],
    }


def _seconds(cohort_import: CohortImport | None) -> dict[str, float]:
    seconds = {
        "read": cohort_import.seconds_reading if cohort_import else 0.0,
        "trace": cohort_import.seconds_tracing if cohort_import else 0.0,
        "match": cohort_import.seconds_matching if cohort_import else 0.0,
        "commit": cohort_import.seconds_committing if cohort_import else 0.0,
    }
    rounded = {stage: round(spent, 2) for stage, spent in seconds.items()}
    return {**rounded, "total": round(sum(seconds.values()), 2)}


def _problem(problem: Problem | RowError) -> dict[str, Any]:
    return {
        "row": problem.row_number,
        "column": problem.column,
        "code": problem.code,
        "message": problem.message,
        "value": problem.value,
    }
