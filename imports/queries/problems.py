"""What is wrong with a file, and what it is only warned about."""

from dataclasses import dataclass

from django.db.models import Case, Count, QuerySet, When
from django.db.models.functions import Left

from imports.models import CohortImport, RowError
from imports.rules.cautions import YEAR_GROUPS_OF_ANOTHER_YEAR

# What explains the others comes before them.
FIRST_OF_ALL = Case(When(code=YEAR_GROUPS_OF_ANOTHER_YEAR, then=0), default=1)
# More of a cell than this helps nobody: a cell may hold a megabyte.
CHARACTERS_SHOWN = 200


@dataclass(frozen=True)
class Kind:
    """One kind of problem: how often it occurs, in how many rows."""

    code: str
    problems: int
    rows: int


def rows_with_problems(cohort_import: CohortImport) -> int:
    """Return how many rows have at least one error."""
    return (
        _problems(cohort_import, warnings=False)
        .filter(row_number__isnull=False)
        .values("row_number")
        .distinct()
        .count()
    )


def kinds(cohort_import: CohortImport, *, warnings: bool = False) -> list[Kind]:
    """Return the kinds of problem, in the order in which the pages list them."""
    return [
        Kind(*kind)
        for kind in _problems(cohort_import, warnings=warnings)
        .values_list("code")
        .annotate(problems=Count("pk"), rows=Count("row_number", distinct=True))
        .order_by(FIRST_OF_ALL, "code")
    ]


def problems(
    cohort_import: CohortImport, *, warnings: bool = False
) -> QuerySet[RowError]:
    """Return the problems by kind and then by row.

    Each has `seen`: the beginning of the value that was in the cell.
    """
    return (
        _problems(cohort_import, warnings=warnings)
        .defer("value")
        .annotate(seen=Left("value", CHARACTERS_SHOWN + 1))
        .order_by(FIRST_OF_ALL, "code", "row_number", "pk")
    )


def first_of_all(cohort_import: CohortImport) -> list[str]:
    """Return the warnings that are told before anything is opened."""
    return list(
        _problems(cohort_import, warnings=True)
        .filter(code=YEAR_GROUPS_OF_ANOTHER_YEAR)
        .values_list("message", flat=True)
    )


def _problems(cohort_import: CohortImport, *, warnings: bool) -> QuerySet[RowError]:
    return RowError.objects.filter(cohort_import=cohort_import, is_warning=warnings)
