"""School moves and notices as a team may see them."""

from datetime import date

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import TruncDate
from django.shortcuts import get_object_or_404

from children.models import Child, CohortMembership
from mavis.models import Team
from schoolmoves.models import (
    Decision,
    MoveState,
    Notice,
    SchoolMove,
    SchoolMoveLogEntry,
)


def open_moves(team: Team) -> QuerySet[SchoolMove]:
    """Return the moves that this team has to decide, the latest first.

    Only the receiving team sees a move (spec section 11).
    """
    return _moves(team, MoveState.OPEN)


def waiting_moves(team: Team) -> QuerySet[SchoolMove]:
    """Return this team's moves that stand behind another receiving team's."""
    return _moves(team, MoveState.WAITING)


def _moves(team: Team, state: MoveState) -> QuerySet[SchoolMove]:
    """Return moves, each with `elsewhere`: the name of another team that has the child."""
    elsewhere = CohortMembership.objects.filter(
        child=OuterRef("child"), archived_at=None
    ).exclude(team=team)
    return (
        SchoolMove.objects.filter(team=team, state=state)
        .annotate(elsewhere=Subquery(elsewhere.values("team__name")[:1]))
        .select_related("child__school", "school")
        .order_by("-updated_at", "-pk")
    )


def move_for(team: Team, move_id: int) -> SchoolMove:
    """Return one move of which this team is the receiving one, decided or not.

    :raises Http404: there is none, or another team decides it
    """
    return get_object_or_404(
        SchoolMove.objects.filter(team=team)
        .exclude(state=MoveState.WAITING)
        .select_related("team", "school", "child__school", "decided_by"),
        pk=move_id,
    )


def has_open_move(team: Team, child: Child) -> bool:
    """Test if the team has to decide a move of this child."""
    return open_moves(team).filter(child=child).exists()


def moves_made(
    team: Team, *, first: date | None, last: date | None
) -> QuerySet[SchoolMoveLogEntry]:
    """Return the moves in, out of and within a team on these days, the oldest first.

    Where a child was first placed is no move. Each has `day`, in the United Kingdom.
    """
    made = (
        SchoolMoveLogEntry.objects.filter(
            Q(from_team=team) | Q(to_team=team),
            decision__in=[Decision.CONFIRMED, Decision.AT_ONCE],
            first_placement=False,
        )
        .annotate(day=TruncDate("at"))
        .select_related(
            "child__merged_into", "from_school", "from_team", "to_school", "to_team"
        )
        .order_by("at", "pk")
    )
    if first is not None:
        made = made.filter(day__gte=first)
    return made if last is None else made.filter(day__lte=last)


def notice_for(team: Team, notice_id: int) -> Notice:
    """Return one notice of this team, dismissed or not.

    :raises Http404: there is none, or it is another team's
    """
    return get_object_or_404(Notice.objects.filter(team=team), pk=notice_id)


def open_notices(team: Team) -> QuerySet[Notice]:
    """Return what the team has to know about children, the latest first."""
    return (
        Notice.objects.filter(team=team, dismissed_at=None)
        .select_related("child", "new_team")
        .order_by("-at", "-pk")
    )
