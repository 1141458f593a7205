"""A person decides about two children for whom PDS has one NHS number (section 14)."""

from datetime import datetime

from django.db import transaction

from children import actions as children
from children.models import Child, NumberFlag
from imports import merging
from imports.models import SharedNumber
from imports.queries import shared_numbers as queries
from imports.rules.refreshing import NumberResolution
from imports.sql import committing
from mavis import audit
from mavis.models import EventKind, Team, User


@transaction.atomic
def merge(*, shared_id: int, team: Team, seen: str, by: User, at: datetime) -> int:
    """Merge the child into the one who has its number, and return that one.

    :param seen: the version of both records that the person saw

    :raises Http404: it is settled already, or a child is not the team's
    :raises RecordChanged: a record is not what the person saw
    """
    committing.lock_out_other_commits()
    shared = _lock(team, shared_id)
    merging.merge(
        kept_id=shared.other_child_id,
        merged_id=shared.child_id,
        team=team,
        seen=seen,
        by=by,
        at=at,
    )
    _resolve(shared, NumberResolution.MERGED, by=by, at=at)
    return shared.other_child_id


@transaction.atomic
def keep_both(*, shared_id: int, team: Team, by: User, at: datetime) -> None:
    """Keep both records: the child is left without a number, and flagged.

    :raises Http404: it is settled already, or the child is not the team's
    """
    committing.lock_out_other_commits()
    shared = _lock(team, shared_id)
    number = shared.child.nhs_number
    Child.objects.filter(pk=shared.child_id).update(
        nhs_number=None,
        nhs_number_confirmed=False,
        number_flag=NumberFlag.REMOVED,
        flagged_number=None,
    )
    _resolve(shared, NumberResolution.KEPT_BOTH, by=by, at=at)
    audit.record(
        audit.Event(
            kind=EventKind.KEPT_APART,
            at=at,
            by_id=by.pk,
            team_id=team.pk,
            child_id=shared.child_id,
            changes={"nhs_number": (number, None)},
        )
    )


def _lock(team: Team, shared_id: int) -> SharedNumber:
    """Return it as it stands, with both children locked."""
    shared = queries.shared_number_for(team, shared_id)
    children.lock([shared.child_id, shared.other_child_id])
    SharedNumber.objects.select_for_update().get(pk=shared_id)
    return queries.shared_number_for(team, shared_id)


def _resolve(
    shared: SharedNumber, resolution: NumberResolution, *, by: User, at: datetime
) -> None:
    shared.resolved_at = at
    shared.resolved_by = by
    shared.resolution = resolution
    shared.save(update_fields=["resolved_at", "resolved_by", "resolution"])
