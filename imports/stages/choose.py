"""A reviewer says what becomes of the archived children in a file (spec section 11).

It is stored on the rows before the approval, and they are worked out again, so that
the review and its counts show what the approval will do.
"""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import QuerySet

from imports.models import CohortImport, CohortRow
from imports.rules.lifecycle import Status, TransitionNotAllowed
from imports.rules.outcomes import Archived
from imports.sql import matching
from imports.stages.work_out import work_out

IN_REVIEW = frozenset({Status.IN_REVIEW, Status.IN_FURTHER_REVIEW})
# A child who has died stays archived: nobody can choose.
CHOICES = (Archived.RESTORED, Archived.KEPT)


@transaction.atomic(durable=True)
def choose(*, cohort_import: CohortImport, choices: Mapping[int, Archived]) -> None:
    """Restore or keep the archived children of some rows, by row number.

    Rows that are not of an archived child, or of one who has died, are left alone.

    :raises TransitionNotAllowed: the import does not wait for a reviewer any more
    """
    rows = _undecided(cohort_import)
    changed: list[int] = []
    for choice in CHOICES:
        numbers = [number for number, chosen in choices.items() if chosen is choice]
        changed += _choose(rows.filter(row_number__in=numbers), choice)
    _work_out_again(cohort_import, changed)


@transaction.atomic(durable=True)
def choose_for_all(*, cohort_import: CohortImport, choice: Archived) -> None:
    """Restore or keep every archived child in a file.

    :raises TransitionNotAllowed: the import does not wait for a reviewer any more
    """
    changed = _choose(_undecided(cohort_import), choice)
    _work_out_again(cohort_import, changed)


def _undecided(cohort_import: CohortImport) -> QuerySet[CohortRow]:
    """Return the rows that may be chosen about, with the import locked."""
    locked = CohortImport.objects.select_for_update(no_key=True).get(
        pk=cohort_import.pk
    )
    if locked.status not in IN_REVIEW:
        raise TransitionNotAllowed(f"{locked} is {locked.status}")
    return locked.rows.filter(committed_at=None, archived__in=CHOICES)


def _choose(rows: QuerySet[CohortRow], choice: Archived) -> list[int]:
    """Write a choice where it is another than now, and return those rows."""
    changed = list(rows.exclude(archived=choice).values_list("pk", flat=True))
    CohortRow.objects.filter(pk__in=changed).update(archive_choice=choice)
    return changed


def _work_out_again(cohort_import: CohortImport, row_ids: list[int]) -> None:
    worked_out = list(work_out(cohort_import, row_ids=row_ids))
    matching.store_worked_out(cohort_import.pk, worked_out)
