"""Archiving a child of a team by hand, and restoring one."""

from datetime import datetime

from django.db import transaction

from children import actions as children
from children import queries
from children.models import ArchiveReason, Child, CohortMembership
from mavis import audit
from mavis.models import EventKind, Team, User
from schoolmoves import sql


class AlreadyArchived(Exception):
    """Someone else has archived the child."""


class NotRestored(Exception):
    """The child is not archived any more, or has died."""


@transaction.atomic
def archive(
    *,
    child_id: int,
    team: Team,
    reason: ArchiveReason,
    details: str = "",
    by: User,
    at: datetime,
) -> None:
    """Archive a child that the team has.

    Moves that the team had open for it go; all of them if the child has died.

    :raises Http404: the child is not, or no longer, this team's
    :raises AlreadyArchived: someone else has archived the child
    """
    if _locked_membership(team, child_id).archived_at is not None:
        raise AlreadyArchived
    children.archive_where_active(
        [child_id], reason=reason, details=details, at=at, by_id=by.pk
    )
    has_died = reason == ArchiveReason.DECEASED
    if has_died:
        Child.objects.filter(pk=child_id).update(deceased=True)
    cleared = sql.clear_moves(
        [child_id], team_id=None if has_died else team.pk, at=at, by_id=by.pk
    )
    sql.log(cleared, at=at, by_id=by.pk)
    sql.open_next([child_id])
    said = f"{reason.label}: {details}" if details else str(reason.label)
    _tell(EventKind.ARCHIVED, team, child_id, {"reason": ("", said)}, by=by, at=at)


@transaction.atomic
def restore(*, child_id: int, team: Team, by: User, at: datetime) -> None:
    """Make an archived child that no team has active with this team again.

    :raises Http404: the child is another team's now
    :raises NotRestored: it is active already, or has died
    """
    membership = _locked_membership(team, child_id)
    if not membership.may_be_restored or membership.child.deceased:
        raise NotRestored
    children.activate([child_id], team_id=team.pk, at=at)
    _tell(EventKind.RESTORED, team, child_id, {}, by=by, at=at)


def _locked_membership(team: Team, child_id: int) -> CohortMembership:
    """Return the child's membership of the team; whoever changes one locks the child."""
    children.lock([child_id])
    return queries.membership_of(team, queries.child_for(team, child_id))


def _tell(
    kind: EventKind,
    team: Team,
    child_id: int,
    changes: audit.Changes,
    *,
    by: User,
    at: datetime,
) -> None:
    audit.record(
        audit.Event(
            kind=kind,
            at=at,
            by_id=by.pk,
            team_id=team.pk,
            child_id=child_id,
            changes=changes,
        )
    )
