"""A school move is decided, and with it what becomes of the rows held with it.

A row about another team's child waits with its move (spec section 7): confirmed, it
is worked out again, now that the child is the team's own; ignored, it is not imported.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from children import actions as children
from children.models import CohortMembership
from imports.models import ChildBeforeImport, CohortRow
from imports.rules.matching import Match, Strength
from imports.rules.outcomes import Move, NotImported, Outcome, Result
from imports.rules.worked_out import Importing, WorkedOut
from imports.rules.working_out import conclude
from imports.sql import committing as sql
from imports.sql import known, matching
from imports.stages.applied import Applying
from imports.stages.apply import apply
from imports.stages.work_out import work_out
from mavis import audit
from mavis.models import EventKind, Team, User
from schoolmoves import deciding
from schoolmoves.models import MoveState, SchoolMove

UNDECIDED = (MoveState.OPEN, MoveState.WAITING)
# Rows settled in one transaction when their moves have gone.
AT_ONCE = 100


@transaction.atomic
def confirm(
    *, move_id: int, team: Team, seen: str, by: User, at: datetime
) -> SchoolMove:
    """Confirm a move, and apply the rows that were held with it.

    :raises Http404: there is no such move of this team
    :raises MoveChanged: it is not what the person saw, or not to be decided any more
    """
    # Before the child is locked, as a commit does: neither then waits for the other.
    sql.lock_out_other_commits()
    move = deciding.confirm(move_id=move_id, team=team, seen=seen, by=by, at=at)
    for row in held_with([move.pk]):
        _settle(row, move.child_id, by=by, at=at)
    return move


@transaction.atomic
def ignore(
    *, move_id: int, team: Team, seen: str, by: User, at: datetime
) -> SchoolMove:
    """Ignore a move. The rows that were held with it are not imported.

    :raises Http404: there is no such move of this team
    :raises MoveChanged: it is not what the person saw, or not to be decided any more
    """
    sql.lock_out_other_commits()
    move = deciding.ignore(move_id=move_id, team=team, seen=seen, by=by, at=at)
    held_with([move.pk]).update(
        result=Result.NOT_IMPORTED, not_imported_reason=NotImported.MOVE_IGNORED
    )
    return move


def held_with(move_ids: Sequence[int]) -> QuerySet[CohortRow]:
    """Return the rows that wait for these moves, in the order of their uploads."""
    return _held().filter(school_move__in=move_ids)


def _held() -> QuerySet[CohortRow]:
    return (
        CohortRow.objects.filter(result=Result.HELD_WITH_MOVE)
        .select_related("cohort_import", "school_move")
        .order_by("committed_at", "pk")
    )


@transaction.atomic
def settle_rows_without_a_move(*, at: datetime) -> int:
    """End the rows whose move has gone without a decision, and return how many.

    A child may have died, or may have become the team's own in another way: then its
    row is applied. Scheduled, since it is seldom and can come from anywhere.
    """
    gone = _held().exclude(school_move__state__in=UNDECIDED)[:AT_ONCE]
    if not gone.exists():
        return 0
    sql.lock_out_other_commits()
    rows = list(gone)
    moved = {row.pk: row.school_move.child_id for row in rows if row.school_move}
    active = CohortMembership.objects.filter(
        child__in=moved.values(), archived_at=None
    ).values_list("child", "team")
    team_with = dict(active)
    withdrawn = []
    for row in rows:
        child_id = moved[row.pk]
        if team_with.get(child_id) == row.cohort_import.team_id:
            _settle(row, child_id, by=None, at=at)
        else:
            withdrawn.append(row)
    CohortRow.objects.filter(pk__in=[row.pk for row in withdrawn]).update(
        result=Result.NOT_IMPORTED, not_imported_reason=NotImported.MOVE_WITHDRAWN
    )
    audit.record_all(
        audit.Event(
            kind=EventKind.HELD_ROW_NOT_IMPORTED,
            at=at,
            by_id=None,
            team_id=row.cohort_import.team_id,
            child_id=moved[row.pk],
            import_id=row.cohort_import_id,
            row_number=row.row_number,
        )
        for row in withdrawn
    )
    return len(rows)


def _settle(row: CohortRow, child_id: int, *, by: User | None, at: datetime) -> None:
    """Apply a held row to its child, which is the team's own now."""
    cohort_import = row.cohort_import
    # What the child was before the import is what it was with the other team.
    ChildBeforeImport.objects.filter(
        cohort_import=cohort_import, child=child_id
    ).delete()
    known_children = children.lock([child_id])
    worked_out = _work_out(row, child_id)
    matching.store_worked_out(cohort_import.pk, [worked_out])
    row.refresh_from_db()
    applying = Applying(
        import_id=cohort_import.pk,
        team_id=cohort_import.team_id,
        academic_year=cohort_import.academic_year,
        at=at,
        by_id=by.pk if by else None,
    )
    apply([row], known_children, applying)


def _work_out(row: CohortRow, child_id: int) -> WorkedOut:
    """Work a held row out again, but for the move: a person has just decided that."""
    (worked_out,) = work_out(row.cohort_import, [row.pk])
    if not _is_about(worked_out, child_id):
        # The record has been changed since: a person has to compare the two.
        worked_out = _as_close_match(row, child_id)
    return replace(worked_out, move=Move.NONE)


def _is_about(worked_out: WorkedOut, child_id: int) -> bool:
    if worked_out.outcome == Outcome.CLOSE_MATCH:
        return child_id in {each.child_id for each in worked_out.candidates}
    return worked_out.matched_child_id == child_id


def _as_close_match(row: CohortRow, child_id: int) -> WorkedOut:
    cohort_import = row.cohort_import
    (facts,) = known.rows(import_id=cohort_import.pk, row_ids=[row.pk])
    importing = Importing(cohort_import.team_id, cohort_import.academic_year)
    doubtful = Match((child_id,), is_doubtful=True, strength=Strength.ALIKE)
    known_children = known.children(
        import_id=cohort_import.pk,
        team_id=importing.team_id,
        academic_year=importing.academic_year,
        child_ids=[child_id],
    )
    return conclude(facts, doubtful, known_children, (), importing)
