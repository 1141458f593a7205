"""A reviewer says what becomes of the archived children in a file (spec section 11).

It is stored on the rows before the approval, and they are worked out again, so that
the review and its counts show what the approval will do.
"""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from imports.models import CohortImport, CohortRow
from imports.rules.lifecycle import TransitionNotAllowed
from imports.rules.outcomes import Archived
from imports.sql import matching
from imports.stages.work_out import work_out
from mavis import audit
from mavis.models import EventKind, User
from mavis.rules.permissions import Action, can_be_done

# A child who has died stays archived: nobody can choose.
CHOICES = (Archived.RESTORED, Archived.KEPT)


@transaction.atomic(durable=True)
def choose(
    *,
    cohort_import: CohortImport,
    choices: Mapping[int, Archived],
    by: User,
    at: datetime,
) -> None:
    """Restore or keep the archived children of some rows, by row number.

    Rows that are not of an archived child, or of one who has died, are left alone.

    :raises TransitionNotAllowed: the import does not wait for a reviewer any more
    """
    rows = _undecided(cohort_import)
    changed: list[CohortRow] = []
    for choice in CHOICES:
        numbers = [number for number, chosen in choices.items() if chosen is choice]
        changed += _choose(rows.filter(row_number__in=numbers), choice)
    _work_out_again(cohort_import, changed)
    _tell(cohort_import, changed, by, at)


@transaction.atomic(durable=True)
def choose_for_all(
    *, cohort_import: CohortImport, choice: Archived, by: User, at: datetime
) -> None:
    """Restore or keep every archived child in a file.

    :raises TransitionNotAllowed: the import does not wait for a reviewer any more
    """
    changed = _choose(_undecided(cohort_import), choice)
    _work_out_again(cohort_import, changed)
    _tell(cohort_import, changed, by, at)


def _undecided(cohort_import: CohortImport) -> QuerySet[CohortRow]:
    """Return the rows that may be chosen about, with the import locked."""
    locked = CohortImport.objects.select_for_update(no_key=True).get(
        pk=cohort_import.pk
    )
    if not can_be_done(Action.CHOOSE_ARCHIVED, locked.status):
        raise TransitionNotAllowed(f"{locked} is {locked.status}")
    return locked.rows.filter(committed_at=None, archived__in=CHOICES)


def _choose(rows: QuerySet[CohortRow], choice: Archived) -> list[CohortRow]:
    """Write a choice where it is another than now; return those rows as they were."""
    changed = list(rows.exclude(archived=choice))
    CohortRow.objects.filter(pk__in=[row.pk for row in changed]).update(
        archive_choice=choice
    )
    return changed


def _work_out_again(cohort_import: CohortImport, rows: list[CohortRow]) -> None:
    worked_out = list(work_out(cohort_import, [row.pk for row in rows]))
    matching.store_worked_out(cohort_import.pk, worked_out)


def _tell(
    cohort_import: CohortImport, rows: list[CohortRow], by: User, at: datetime
) -> None:
    """Say in the log which of the two was chosen, where it is another than before."""
    audit.record_all(
        audit.Event(
            kind=EventKind.ARCHIVED_CHOSEN,
            at=at,
            by_id=by.pk,
            team_id=cohort_import.team_id,
            import_id=cohort_import.pk,
            row_number=row.row_number,
            changes={"archived_child": (row.archived, _other(row.archived))},
        )
        for row in rows
    )


def _other(choice: str) -> str:
    (other,) = (each.value for each in CHOICES if each != choice)
    return other
