"""What is done about children's schools, any number of children at a time.

Call these in a transaction that has locked the children: that is what keeps a
child to one open move.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from children import actions as children
from mavis.sql import is_one_of
from schoolmoves import sql
from schoolmoves.models import (
    Decision,
    MoveSource,
    MoveState,
    NoticeKind,
    SchoolMove,
)
from schoolmoves.rules.moving import Place
from schoolmoves.sql import Logged, Proposed


@dataclass(frozen=True, slots=True)
class Placement:
    """A child of the deciding team and its place, before and after."""

    child_id: int
    before: Place
    after: Place


@dataclass(frozen=True, slots=True)
class Proposal:
    """A place for a child. `from_team_id`: another team, if that has the child."""

    child_id: int
    place: Place
    from_team_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deciding:
    """For which team and academic year something is decided, when and by whom."""

    team_id: int
    academic_year: int
    at: datetime
    by_id: int | None


def log_first_placements(places: Mapping[int, Place], *, deciding: Deciding) -> None:
    """Log where new children were put when they were made."""
    sql.log(
        [
            Logged(
                child_id=child_id,
                decision=Decision.AT_ONCE,
                from_place=Place(),
                from_team_id=None,
                to_place=place,
                to_team_id=deciding.team_id,
                academic_year=deciding.academic_year,
                first_placement=True,
            )
            for child_id, place in places.items()
        ],
        at=deciding.at,
        by_id=deciding.by_id,
    )


def place_at_once(placements: Sequence[Placement], *, deciding: Deciding) -> None:
    """Put children of the team where a file says they are, without asking.

    Moves that the team had open for them are cleared: the file contradicts them,
    or has just done what they propose.
    """
    cleared = sql.clear_moves(
        [placement.child_id for placement in placements],
        team_id=deciding.team_id,
        at=deciding.at,
        by_id=deciding.by_id,
    )
    moved = [each for each in placements if each.before != each.after]
    sql.set_places({each.child_id: each.after for each in moved})
    at_once = [
        Logged(
            child_id=each.child_id,
            decision=Decision.AT_ONCE,
            from_place=each.before,
            from_team_id=deciding.team_id,
            to_place=each.after,
            to_team_id=deciding.team_id,
            academic_year=deciding.academic_year,
        )
        for each in moved
    ]
    sql.log(cleared + at_once, at=deciding.at, by_id=deciding.by_id)
    sql.open_next([placement.child_id for placement in placements])


def propose(
    proposals: Sequence[Proposal], *, source: MoveSource, deciding: Deciding
) -> dict[int, int]:
    """Open moves for a person of the team, or rewrite those it has open.

    A move waits while another receiving team has one open for the child (spec
    section 11). Returns the move of each child.
    """
    standing = SchoolMove.objects.filter(
        is_one_of("child", (proposal.child_id for proposal in proposals)),
        state__in=[MoveState.OPEN, MoveState.WAITING],
    ).order_by("pk")
    ours: dict[int, int] = {}
    taken: set[int] = set()
    for move in standing:
        if move.team_id == deciding.team_id:
            ours[move.child_id] = move.pk
        elif move.state == MoveState.OPEN:
            taken.add(move.child_id)
    moves = [
        Proposed(
            id=ours.get(proposal.child_id),
            child_id=proposal.child_id,
            place=proposal.place,
            from_team_id=proposal.from_team_id,
            state=MoveState.WAITING if proposal.child_id in taken else MoveState.OPEN,
        )
        for proposal in proposals
    ]
    again = [move for move in moves if move.id is not None]
    new = [move for move in moves if move.id is None]
    sql.rewrite_moves(
        again, academic_year=deciding.academic_year, source=source, at=deciding.at
    )
    new_ids = sql.open_moves(
        new,
        team_id=deciding.team_id,
        academic_year=deciding.academic_year,
        source=source,
        at=deciding.at,
    )
    opened = zip((move.child_id for move in new), new_ids, strict=True)
    return {move.child_id: move.id for move in again if move.id} | dict(opened)


def notify(
    of_children: Collection[tuple[int, int]], *, kind: NoticeKind, at: datetime
) -> None:
    """Give teams a notice about children: (child, team) of each."""
    sql.give_notice(of_children, kind=kind, at=at)


def record_deaths(
    dates_of_death: Mapping[int, date | None], *, at: datetime
) -> list[tuple[int, int]]:
    """Archive children who PDS says have died, and tell the teams that had them.

    Every move that was open for them goes. Returns each child with its team.
    """
    cleared = sql.clear_moves(dates_of_death, team_id=None, at=at, by_id=None)
    sql.log(cleared, at=at, by_id=None)
    archived = children.archive_as_deceased(dates_of_death, at=at)
    sql.give_notice(archived, kind=NoticeKind.DECEASED, at=at)
    return archived
