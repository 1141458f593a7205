"""What the audit log says of accounts: who logged in and out, and who could not.

Of somebody who is not known it says that they tried and nothing that they typed: it may
be a password in the wrong field.
"""

from collections.abc import Iterable
from datetime import datetime

from mavis import audit
from mavis.models import ActivityEvent, EventKind, TeamMembership, User


def tell(
    kind: EventKind,
    *,
    at: datetime,
    team_ids: Iterable[int] = (),
    by: User | None = None,
    user: User | None = None,
    changes: audit.Changes | None = None,
) -> None:
    """Add one event to the log of each of these teams; without any, to that of none.

    :param by: who did it, if that is known; user: to whose account, if somebody else's
    """
    of_teams = tuple(team_ids)
    audit.record_all(
        audit.Event(
            kind=kind,
            at=at,
            by_id=by.pk if by else None,
            team_id=team_id,
            user_id=user.pk if user else None,
            changes=changes or {},
        )
        for team_id in of_teams or (None,)
    )


def tell_of_account(kinds: Iterable[EventKind], *, email: str, at: datetime) -> None:
    """Tell what somebody did who gave this email address and not its password."""
    user = User.objects.filter(email__iexact=email).first()
    for kind in kinds:
        tell(kind, at=at, team_ids=teams_of(user) if user else (), user=user)


def teams_of(user: User) -> list[int]:
    """Return the teams that somebody works in who is not signed in just now.

    Of someone who signs in by NHS CIS2 that is known of their last session alone.
    """
    if not user.subject:
        found = TeamMembership.objects.filter(user=user)
        return list(found.values_list("team_id", flat=True))
    logged_in = ActivityEvent.objects.filter(by=user, kind=EventKind.LOGGED_IN)
    last = logged_in.order_by("-at").first()
    there = logged_in.filter(at=last.at) if last else logged_in
    return [each for each in there.values_list("team_id", flat=True) if each]
