"""The rows of uploads that propose a school move."""

from imports.models import CohortRow
from imports.rules.outcomes import Result
from schoolmoves.models import SchoolMove


def latest_row_of(move: SchoolMove) -> CohortRow | None:
    """Return the row that proposed a move last; none if no file did."""
    return (
        CohortRow.objects.filter(school_move=move, date_of_birth__isnull=False)
        .select_related("cohort_import__file", "school")
        .order_by("-committed_at", "-pk")
        .first()
    )


def held_rows_of(move: SchoolMove) -> int:
    """Return how many rows of uploads wait for the decision of a move."""
    return CohortRow.objects.filter(
        school_move=move, result=Result.HELD_WITH_MOVE
    ).count()
