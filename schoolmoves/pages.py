"""What the page of school moves shows, as plain values."""

from dataclasses import dataclass

from children.pages.words import show_school
from mavis.models import Team
from mavis.pages import Pagination, show_datetime, show_name
from schoolmoves import queries
from schoolmoves.models import MoveSource, SchoolMove

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class OpenMove:
    """A move that waits for a decision.

    Of a child that another team has, only its name, that team and the move are shown
    (spec section 7): no link to the child, and not its present school.
    """

    # None for another team's child.
    child_id: int | None
    name: str
    source: str
    from_place: str
    to_place: str
    moves_in: bool
    updated: str

    @classmethod
    def of(cls, move: SchoolMove) -> "OpenMove":
        child = move.child
        of_another_team = move.from_team is not None
        return cls(
            child_id=None if of_another_team else child.pk,
            name=show_name(child.first_name, child.last_name),
            source=MoveSource(move.source).label,
            from_place=move.from_team.name if move.from_team else show_school(child),
            to_place=show_destination(move),
            moves_in=of_another_team,
            updated=show_datetime(move.updated_at),
        )


def show_destination(move: SchoolMove) -> str:
    if move.home_educated:
        return "Home-educated"
    return move.school.name if move.school else "School not known"


@dataclass(frozen=True, slots=True)
class OpenMoves:
    pagination: Pagination
    moves: tuple[OpenMove, ...]

    @classmethod
    def of(cls, team: Team, *, page: str, address: str) -> "OpenMoves":
        moves = queries.open_moves(team)
        pagination = Pagination.of(
            total=moves.count(), page=page, size=PER_PAGE, address=address
        )
        return cls(
            pagination=pagination,
            moves=tuple(OpenMove.of(move) for move in moves[pagination.slice]),
        )
