"""School moves and notices as a team may see them."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from children.models import Child
from mavis.models import Team
from schoolmoves.models import MoveState, Notice, SchoolMove


def open_moves(team: Team) -> QuerySet[SchoolMove]:
    """Return the moves that this team has to decide, the latest first.

    Only the receiving team sees a move (spec section 11).
    """
    return (
        SchoolMove.objects.filter(team=team, state=MoveState.OPEN)
        .select_related("child__school", "school", "from_team")
        .order_by("-updated_at", "-pk")
    )


def waiting_moves(team: Team) -> QuerySet[SchoolMove]:
    """Return this team's moves that stand behind another receiving team's."""
    return (
        SchoolMove.objects.filter(team=team, state=MoveState.WAITING)
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


def open_notices(team: Team) -> QuerySet[Notice]:
    """Return what the team has to know about children, the latest first."""
    return (
        Notice.objects.filter(team=team, dismissed_at=None)
        .select_related("child", "new_team")
        .order_by("-at", "-pk")
    )
