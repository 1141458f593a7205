"""Changing the school of one child at once, because a person has said so."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from children import actions as children
from children import queries
from children.editing import RecordChanged
from children.models import Child
from mavis import audit
from mavis.models import EventKind, School, Team, User
from mavis.rules import academic_year
from schoolmoves import sql
from schoolmoves.models import Decision, MoveSource, MoveState, SchoolMove
from schoolmoves.rules.moving import Place
from schoolmoves.sql import Logged


class NoMoveAllowed(Exception):
    """The child has died, or is archived: there is nothing to move."""


def place_of(child: Child) -> Place:
    return Place(child.school_id, child.home_educated)


@transaction.atomic
def change_school(
    *,
    child: Child,
    place: Place,
    team: Team,
    by: User,
    at: datetime,
    source: MoveSource,
) -> bool:
    """Put a child of the team at a place: a move that is confirmed at once.

    `child` is as the person saw it. A move that the team had open goes: this is its
    decision. Returns whether the school has changed.

    :raises Http404: the child is not, or no longer, this team's
    :raises RecordChanged: the child's school is no longer what the person saw
    :raises NoMoveAllowed: the child has died, or is archived
    """
    children.lock([child.pk])
    now = queries.child_for(team, child.pk)
    if now.deceased or queries.membership_of(team, now).archived_at is not None:
        raise NoMoveAllowed
    before = place_of(now)
    if before != place_of(child):
        raise RecordChanged
    year = academic_year.containing(timezone.localtime(at).date())
    if before == place:
        return False
    cleared = sql.clear_moves([child.pk], team_id=team.pk, at=at, by_id=by.pk)
    sql.set_places({child.pk: place})
    _keep_move(child, place, team, by=by, at=at, source=source, year=year)
    confirmed = Logged(
        child_id=child.pk,
        decision=Decision.CONFIRMED,
        from_place=before,
        from_team_id=team.pk,
        to_place=place,
        to_team_id=team.pk,
        academic_year=year,
    )
    sql.log([*cleared, confirmed], at=at, by_id=by.pk)
    sql.open_next([child.pk])
    audit.record(
        audit.Event(
            kind=EventKind.SCHOOL_CHANGED,
            at=at,
            by_id=by.pk,
            team_id=team.pk,
            child_id=child.pk,
            changes={"school": (name_of(before), name_of(place))},
        )
    )
    return True


def _keep_move(
    child: Child,
    place: Place,
    team: Team,
    *,
    by: User,
    at: datetime,
    source: MoveSource,
    year: int,
) -> None:
    SchoolMove.objects.create(
        child_id=child.pk,
        team=team,
        school_id=place.school_id,
        home_educated=place.home_educated,
        academic_year=year,
        source=source,
        state=MoveState.CONFIRMED,
        updated_at=at,
        decided_at=at,
        decided_by=by,
    )


def name_of(place: Place) -> str:
    """Return a place as the activity log tells of it."""
    if place.school_id is not None:
        return School.objects.get(pk=place.school_id).name
    return "Home-educated" if place.home_educated else "Unknown school"
