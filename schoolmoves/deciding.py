"""A person of the receiving team decides a school move (spec section 11).

Two may do so at the same moment, or a file may rewrite the move meanwhile: what the
person saw is compared with what there is under lock, and the second is told.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from children import actions as children
from children import queries as children_queries
from children.models import ArchiveReason, Child
from mavis import audit
from mavis.models import EventKind, Team, User
from schoolmoves import queries, sql
from schoolmoves.changing import name_of, place_of
from schoolmoves.models import Decision, MoveState, NoticeKind, SchoolMove
from schoolmoves.rules.moving import Place
from schoolmoves.sql import Logged


class MoveChanged(Exception):
    """The move has been decided, or is not what the person saw any more."""


@dataclass(frozen=True, slots=True)
class _Locked:
    """A move that may be decided, and how its child stands."""

    move: SchoolMove
    child: Child
    # The team that has the child now, if one has.
    team_with: Team | None

    @property
    def before(self) -> Place:
        return place_of(self.child)

    @property
    def after(self) -> Place:
        return Place(self.move.school_id, self.move.home_educated)


def version_of(move: SchoolMove, child: Child, team_with: Team | None) -> str:
    """Return what a page carries to tell later if what it showed has changed.

    Where another team's child is now taught is not shown, and is not in it.
    """
    seen = [move.school_id, move.home_educated, team_with.pk if team_with else None]
    if team_with is not None and team_with.pk == move.team_id:
        seen += [child.school_id, child.home_educated]
    return ".".join(str(value) for value in seen)


@transaction.atomic
def confirm(
    *, move_id: int, team: Team, seen: str, by: User, at: datetime
) -> SchoolMove:
    """Put the child where the move says, and make it active with this team.

    The team it leaves keeps it archived, and is told which team has it now.

    :raises Http404: there is no such move of this team
    :raises MoveChanged: it is not what the person saw, or not to be decided any more
    """
    locked = _lock(move_id, team, seen)
    child_id = locked.child.pk
    if locked.team_with != team:
        left = children.archive_where_active(
            [child_id], reason=ArchiveReason.MOVED_OUT_OF_AREA, at=at, by_id=by.pk
        )
        children.activate([child_id], team_id=team.pk, at=at)
        sql.give_notice(left, kind=NoticeKind.MOVED_AWAY, at=at, new_team_id=team.pk)
        _tell_the_team_left_behind(locked, left, by=by, at=at)
    sql.set_places({child_id: locked.after})
    _decide(locked, MoveState.CONFIRMED, by=by, at=at)
    return locked.move


@transaction.atomic
def ignore(
    *, move_id: int, team: Team, seen: str, by: User, at: datetime
) -> SchoolMove:
    """Leave the child where it is, and do not ask about that place again this year.

    :raises Http404: there is no such move of this team
    :raises MoveChanged: it is not what the person saw, or not to be decided any more
    """
    locked = _lock(move_id, team, seen)
    _decide(locked, MoveState.IGNORED, by=by, at=at)
    return locked.move


def _lock(move_id: int, team: Team, seen: str) -> _Locked:
    """Lock the child of an open move, and return both if they are what was seen."""
    child_id = queries.move_for(team, move_id).child_id
    child = children.lock([child_id])[child_id]
    # Read anew: whoever decided it first held the lock until now.
    move = queries.move_for(team, move_id)
    team_with = children_queries.team_with(child)
    is_same = move.child_id == child_id and seen == version_of(move, child, team_with)
    if move.state != MoveState.OPEN or not is_same:
        raise MoveChanged(f"{move} is not what was seen")
    return _Locked(move, child, team_with)


def _decide(locked: _Locked, state: MoveState, *, by: User, at: datetime) -> None:
    """Write down the decision, and let the next team that asked decide."""
    move = locked.move
    decided = SchoolMove.objects.filter(pk=move.pk, state=MoveState.OPEN).update(
        state=state, decided_at=at, decided_by=by, updated_at=at
    )
    if decided != 1:
        raise MoveChanged(f"{move} is decided")
    logged = Logged(
        child_id=move.child_id,
        decision=Decision(state),
        from_place=locked.before,
        from_team_id=locked.team_with.pk if locked.team_with else None,
        to_place=locked.after,
        to_team_id=move.team_id,
        academic_year=move.academic_year,
    )
    sql.log([logged], at=at, by_id=by.pk)
    sql.open_next([move.child_id])
    is_confirmed = state == MoveState.CONFIRMED
    audit.record(
        audit.Event(
            kind=EventKind.MOVE_CONFIRMED if is_confirmed else EventKind.MOVE_IGNORED,
            at=at,
            by_id=by.pk,
            team_id=move.team_id,
            child_id=move.child_id,
            changes={"school": (name_of(locked.before), name_of(locked.after))},
        )
    )
    move.refresh_from_db()


def _tell_the_team_left_behind(
    locked: _Locked, left: list[tuple[int, int]], *, by: User, at: datetime
) -> None:
    reason = ArchiveReason.MOVED_OUT_OF_AREA.label
    audit.record_all(
        audit.Event(
            kind=EventKind.ARCHIVED,
            at=at,
            by_id=by.pk,
            team_id=team_id,
            child_id=child_id,
            changes={
                "reason": ("", f"{reason}: {locked.move.team.name}"),
            },
        )
        for child_id, team_id in left
    )
