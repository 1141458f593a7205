"""What the page of school moves shows, as plain values."""

from collections.abc import Collection
from dataclasses import dataclass

from django.urls import reverse

from children.pages.words import show_school
from children.queries import children_of
from mavis.models import Team
from mavis.pages import Pagination, show_datetime, show_name
from schoolmoves import queries
from schoolmoves.models import MoveSource, MoveState, SchoolMove

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class OpenMove:
    """A move that waits for a decision.

    Of a child that is not the team's, only its name, the team that has it and the
    move are shown (spec section 7): no link to the child, and not its present school.
    """

    # None for a child whose record the team may not open.
    child_id: int | None
    name: str
    source: str
    from_place: str
    to_place: str
    moves_in: bool
    updated: str
    # Where it is decided; blank while another team has to decide first.
    href: str

    @classmethod
    def of(cls, move: SchoolMove, *, ours: Collection[int]) -> "OpenMove":
        child = move.child
        elsewhere: str | None = move.elsewhere  # type: ignore[attr-defined]
        is_ours = child.pk in ours
        from_place = show_school(child) if is_ours else "No team has this child now"
        return cls(
            child_id=child.pk if is_ours else None,
            name=show_name(child.first_name, child.last_name),
            source=MoveSource(move.source).label,
            from_place=elsewhere or from_place,
            to_place=show_destination(move),
            moves_in=elsewhere is not None,
            updated=show_datetime(move.updated_at),
            href=(
                reverse("school_move:show", args=[move.pk])
                if move.state == MoveState.OPEN
                else ""
            ),
        )


def show_destination(move: SchoolMove) -> str:
    if move.home_educated:
        return "Home-educated"
    return move.school.name if move.school else "School not known"


@dataclass(frozen=True, slots=True)
class OpenMoves:
    """One page of the moves to decide, and all those that wait behind another team."""

    pagination: Pagination
    moves: tuple[OpenMove, ...]
    waiting: tuple[OpenMove, ...]

    @classmethod
    def of(cls, team: Team, *, page: str, address: str) -> "OpenMoves":
        moves = queries.open_moves(team)
        pagination = Pagination.of(
            total=moves.count(), page=page, size=PER_PAGE, address=address
        )
        shown = list(moves[pagination.slice])
        waiting = list(queries.waiting_moves(team))
        ours = set(
            children_of(team)
            .filter(pk__in=[move.child_id for move in [*shown, *waiting]])
            .values_list("pk", flat=True)
        )
        return cls(
            pagination=pagination,
            moves=tuple(OpenMove.of(move, ours=ours) for move in shown),
            waiting=tuple(OpenMove.of(move, ours=ours) for move in waiting),
        )
