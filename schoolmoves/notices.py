"""Dismissing a notice: a superuser of the team has seen to it."""

from datetime import datetime

from django.db import transaction

from mavis import audit
from mavis.models import EventKind, User
from schoolmoves.models import Notice


@transaction.atomic
def dismiss(*, notice: Notice, by: User, at: datetime) -> bool:
    """Take a notice off the dashboard. Returns False if someone else already has."""
    dismissed = Notice.objects.filter(pk=notice.pk, dismissed_at=None).update(
        dismissed_at=at, dismissed_by=by
    )
    if not dismissed:
        return False
    audit.record(
        audit.Event(
            kind=EventKind.NOTICE_DISMISSED,
            at=at,
            by_id=by.pk,
            team_id=notice.team_id,
            child_id=notice.child_id,
        )
    )
    return True
