"""Rows become children and school moves, a batch at a time.

Each batch is one transaction. In it every row that a change since may concern is worked
out again, under lock, and compared with what the reviewer saw: a row that has changed
is held for further review, the others are applied and marked as done. So a row is
committed once, whatever is retried or killed.
"""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import Case, F, Q, QuerySet, Value, When

from children import actions as children
from imports.lease import Clock, Lease
from imports.models import CohortImport, CohortRow, RowCandidate, Transition
from imports.rules.differences import Field
from imports.rules.lifecycle import Status
from imports.rules.outcomes import Move, Outcome
from imports.rules.worked_out import WorkedOut
from imports.sql import committing as sql
from imports.sql import matching
from imports.stages.applied import Applying
from imports.stages.apply import apply, apply_new
from imports.stages.concerned import KnownChanges, Looking
from imports.stages.work_out import work_out
from mavis.sql import is_one_of


def run(*, lease: Lease, clock: Clock) -> None:
    """Commit batches until the slice is over; end the stage when none is left.

    :raises LeaseLost: another worker has taken the import
    """
    done = _settled_rows(lease.import_id).count()
    after = 0  # rows up to here are committed or held
    changes = KnownChanges()
    while rows := _commit_batch(
        lease=lease, clock=clock, after=after, done=done, changes=changes
    ):
        after = rows[-1].row_number
        done += len(rows)
        if lease.slice_is_over():
            return
    _end(lease=lease, clock=clock)


@transaction.atomic
def give_up(*, cohort_import: CohortImport, reference: str, at: datetime) -> None:
    """End a commit that keeps failing: what is not committed waits for a person.

    :param reference: what the user is to quote to support
    """
    cohort_import.rows.filter(committed_at=None).update(held=True)
    cohort_import.change_status(
        Status.IN_FURTHER_REVIEW,
        at=at,
        by=None,
        fault_reference=reference,
        faults_in_a_row=0,
        not_before=None,
    )


def _settled_rows(import_id: int) -> QuerySet[CohortRow]:
    return CohortRow.objects.filter(
        Q(committed_at__isnull=False) | Q(held=True), cohort_import=import_id
    )


class Way(StrEnum):
    """How a row is committed. The first two need not be loaded: most of a usual file.

    - `UP_TO_DATE`: it is certainly about a child who has all that it says, and nothing
      is to be written but that it was so
    - `NEW`: it becomes a child
    """

    UP_TO_DATE = "up_to_date"
    NEW = "new"
    LOADED = "loaded"


_UP_TO_DATE = Q(
    outcome=Outcome.ALREADY_IN_MAVIS,
    other_team=None,
    additions=[],
    move=Move.NONE,
    archived="",
    restricted=False,
    deceased=False,
)
_NEW = Q(outcome=Outcome.NEW, archived="", deceased=False)
_WAY = Case(
    When(_UP_TO_DATE, then=Value(Way.UP_TO_DATE.value)),
    When(_NEW, then=Value(Way.NEW.value)),
    default=Value(Way.LOADED.value),
)
# Its child takes the NHS number of the row.
_TAKES_NUMBER = Q(nhs_number__isnull=False) & (
    Q(outcome=Outcome.NEW)
    | Q(
        outcome=Outcome.ALREADY_IN_MAVIS,
        additions__contains=[Field.NHS_NUMBER.value],
    )
)


class Due(NamedTuple):
    """What has to be known of every row that is next, as the reviewer saw it."""

    pk: int
    row_number: int
    outcome: str
    fingerprint: str
    matched_child_id: int | None
    claimed_child_id: int | None
    nhs_number: str | None
    school_id: int | None
    home_educated: bool
    move: str
    way: str
    takes_number: bool


@transaction.atomic(durable=True)
def _commit_batch(
    *, lease: Lease, clock: Clock, after: int, done: int, changes: KnownChanges
) -> Sequence[Due]:
    """Commit or hold the next rows, and return them: none when all are done."""
    began = time.monotonic()
    cohort_import = lease.lock()
    sql.look_up_by_index()
    due = _due(cohort_import, after=after)
    if not due:
        return due
    # Before the lock, and so while another import commits. Whatever it changes of these
    # rows or their children has the rows worked out again.
    to_load = is_one_of("pk", (row.pk for row in due if row.way == Way.LOADED))
    rows = list(CohortRow.objects.filter(to_load).order_by("row_number"))
    about = _children_of(rows)
    looking = Looking(cohort_import, due, changes)
    if sql.is_another_committing():
        looking.look_ahead()
    sql.lock_out_other_commits(for_import=cohort_import.pk)
    known = children.lock(about)
    unchanged = _unchanged(due, looking.look())
    applying = Applying(
        import_id=cohort_import.pk,
        team_id=cohort_import.team_id,
        academic_year=cohort_import.academic_year,
        by_id=_approved_by_id(cohort_import),
        at=clock(),
    )
    as_seen = [row for row in due if row.pk in unchanged]
    sql.finish_up_to_date(
        [row.pk for row in as_seen if row.way == Way.UP_TO_DATE], at=applying.at
    )
    apply_new([row for row in as_seen if row.way == Way.NEW], applying)
    apply([row for row in rows if row.pk in unchanged], known, applying)
    to_hold = is_one_of("pk", (row.pk for row in due if row.pk not in unchanged))
    CohortRow.objects.filter(to_hold).update(held=True)
    CohortImport.objects.filter(pk=cohort_import.pk).update(
        rows_done=done + len(due),
        seconds_committing=F("seconds_committing") + time.monotonic() - began,
    )
    return due


def _due(cohort_import: CohortImport, *, after: int) -> list[Due]:
    rows = (
        cohort_import.rows.filter(committed_at=None, held=False, row_number__gt=after)
        .annotate(way=_WAY, takes_number=_TAKES_NUMBER)
        .order_by("row_number")
        .values_list(*Due._fields)
    )
    return [Due._make(row) for row in rows[: settings.IMPORT_BATCH_ROWS]]


def _children_of(rows: Sequence[CohortRow]) -> set[int]:
    """Return the children that the reviewer saw beside these rows."""
    candidates = RowCandidate.objects.filter(is_one_of("row", (row.pk for row in rows)))
    return {
        *candidates.values_list("child", flat=True),
        *(row.matched_child_id for row in rows if row.matched_child_id),
    }


def _unchanged(due: Sequence[Due], again: Mapping[int, WorkedOut]) -> set[int]:
    """Return which of the rows due still are what the reviewer saw, and can be written."""
    seen = {row.pk: row.fingerprint for row in due}
    changed = {
        row_id
        for row_id, worked_out in again.items()
        if worked_out.fingerprint != seen[row_id]
    }
    unchanged = seen.keys() - changed
    return unchanged - _colliding([row for row in due if row.pk in unchanged])


def _colliding(due: Sequence[Due]) -> set[int]:
    """Return rows that would take an NHS number that another child has.

    The rules let no row do that, nor two rows have one child. Should they ever, it
    is for a person to see, and no reason to fail a whole batch.
    """
    existing = [row for row in due if row.outcome == Outcome.ALREADY_IN_MAVIS]
    numbered = [row for row in due if row.takes_number]
    numbers = Counter(row.nhs_number for row in numbered)
    matched = Counter(row.matched_child_id for row in existing)
    return {
        *sql.rows_whose_number_is_taken([row.pk for row in numbered]),
        *(row.pk for row in numbered if numbers[row.nhs_number] > 1),
        *(row.pk for row in existing if matched[row.matched_child_id] > 1),
    }


def _approved_by_id(cohort_import: CohortImport) -> int | None:
    """Return who approved last: the upload, or what had changed in it."""
    approval = (
        Transition.objects.filter(cohort_import=cohort_import, became=Status.COMMITTING)
        .order_by("pk")
        .last()
    )
    return approval.by_id if approval else cohort_import.approved_by_id


@transaction.atomic(durable=True)
def _end(*, lease: Lease, clock: Clock) -> None:
    """Complete the import, or ask for review of the rows that were held."""
    began = time.monotonic()
    cohort_import = lease.lock()
    held = list(
        cohort_import.rows.filter(committed_at=None).values_list("pk", flat=True)
    )
    if not held:
        cohort_import.change_status(Status.COMPLETED, at=clock(), by=None)
        return
    worked_out = work_out(cohort_import, held)
    # Never while it is being read: storing and reading share a connection.
    while some := list(islice(worked_out, settings.IMPORT_MATCH_BATCH_ROWS)):
        matching.store_worked_out(cohort_import.pk, some)
    cohort_import.change_status(
        Status.IN_FURTHER_REVIEW,
        at=clock(),
        by=None,
        seconds_committing=F("seconds_committing") + time.monotonic() - began,
    )
