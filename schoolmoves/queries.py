"""School moves and notices as a team may see them."""

from django.db.models import QuerySet

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
