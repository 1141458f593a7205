"""What becomes of moves, memberships and the school when two records are merged."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from children.models import ArchiveReason, Child, CohortMembership
from mavis.models import Team, User
from mavis.rules import academic_year
from schoolmoves import sql
from schoolmoves.changing import place_of
from schoolmoves.models import Decision, MoveState, Notice, SchoolMove
from schoolmoves.rules.moving import Place
from schoolmoves.sql import Logged

UNDECIDED = (MoveState.OPEN, MoveState.WAITING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Merging:
    """Which record is merged into which, both locked; by whom, and when."""

    kept: Child
    merged: Child
    team: Team
    by: User
    at: datetime

    @property
    def academic_year(self) -> int:
        return academic_year.containing(timezone.localtime(self.at).date())


def carry_over_memberships(merging: Merging, *, has_died: bool) -> bool:
    """Give the remaining record the cohorts of both. Test if the team then has it.

    It is active where either was, but for a child who has died.
    """
    kept, merged = merging.kept, merging.merged
    known = {each.team_id: each for each in kept.memberships.all()}
    for membership in merged.memberships.all():
        same = known.get(membership.team_id)
        if same is None:
            CohortMembership.objects.filter(pk=membership.pk).update(child=kept)
            continue
        membership.delete()
        if membership.archived_at is None and same.archived_at is not None:
            CohortMembership.objects.filter(pk=same.pk).update(
                archived_at=None,
                archived_by=None,
                archive_reason="",
                archive_details="",
            )
    active = CohortMembership.objects.filter(child=kept, archived_at=None)
    if has_died:
        active.update(
            archived_at=merging.at,
            archived_by=merging.by,
            archive_reason=ArchiveReason.DECEASED,
        )
    return active.exists()


def place_to_carry_over(merging: Merging, *, was_active: bool) -> Place | None:
    """Return the place that the remaining record takes; None if it keeps its own.

    :param was_active: the remaining record was in the team's cohort before
    """
    before, other = place_of(merging.kept), place_of(merging.merged)
    if before == other or not other.is_known:
        return None
    return other if not before.is_known or not was_active else None


def carry_over_place(merging: Merging, place: Place) -> None:
    """Put the remaining record where the merged one was, with a log entry."""
    sql.set_places({merging.kept.pk: place})
    entry = Logged(
        child_id=merging.kept.pk,
        decision=Decision.AT_ONCE,
        from_place=place_of(merging.kept),
        from_team_id=merging.team.pk,
        to_place=place,
        to_team_id=merging.team.pk,
        academic_year=merging.academic_year,
    )
    sql.log([entry], at=merging.at, by_id=merging.by.pk)


def carry_over_moves(merging: Merging, *, has_died: bool) -> dict[int, int]:
    """Give the remaining record the merged one's moves and notices.

    A team has one move of a child that is not decided: its own for the remaining
    record stays. Returns the move that each one given up has made way for.
    """
    kept, merged = merging.kept, merging.merged
    Notice.objects.filter(child=merged).update(child=kept)
    if has_died:
        cleared = sql.clear_moves(
            [kept.pk, merged.pk], team_id=None, at=merging.at, by_id=merging.by.pk
        )
        sql.log(cleared, at=merging.at, by_id=merging.by.pk)
    standing = SchoolMove.objects.filter(child=kept, state__in=UNDECIDED)
    stays = {move.team_id: move.pk for move in standing}
    theirs = SchoolMove.objects.filter(child=merged)
    doubled = list(theirs.filter(state__in=UNDECIDED, team__in=list(stays)))
    made_way = {move.pk: stays[move.team_id] for move in doubled}
    for team_id in {move.team_id for move in doubled}:
        cleared = sql.clear_moves(
            [merged.pk], team_id=team_id, at=merging.at, by_id=merging.by.pk
        )
        sql.log(cleared, at=merging.at, by_id=merging.by.pk)
    # Only one may be open: the others wait, and the first of them is then opened.
    theirs.filter(state=MoveState.OPEN).update(state=MoveState.WAITING)
    theirs.update(child=kept)
    sql.open_next([kept.pk])
    return made_way
