"""Counts what may be done only so often, in PostgreSQL, and says when it may be again.

Kept there and not in Valkey, which may be emptied at any time: then nobody would be
locked out any more.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.crypto import salted_hmac

from mavis import sql
from mavis.models import Attempt, AttemptKind
from mavis.rules.allowances import Allowance, free_again_at

# No allowance is for a longer time.
KEPT = timedelta(days=1)


class TooMany(Exception):
    """It has been done as often as is allowed."""

    def __init__(self, free_at: datetime) -> None:
        super().__init__()
        self.free_at = free_at


@transaction.atomic
def take(
    what: AttemptKind, who: str, *, allowance: Allowance, at: datetime
) -> Attempt | None:
    """Count one more time, and return it (None where there is no limit).

    Those who come at once take turns: together they get no more than is allowed.

    :raises TooMany: and then nothing is counted, so that trying makes nobody wait longer
    """
    if allowance.is_unlimited:
        return None
    hashed = _hash(what, who)
    sql.take_turns(hashed)
    free_at = _free_at(what, hashed, allowance, at)
    if free_at is not None:
        raise TooMany(free_at)
    return Attempt.objects.create(what=what, who=hashed, at=at)


def is_used_up(
    what: AttemptKind, who: str, *, allowance: Allowance, at: datetime
) -> bool:
    """Test if it cannot be done once more, for now."""
    return _free_at(what, _hash(what, who), allowance, at) is not None


def forget(what: AttemptKind, who: str) -> None:
    """Count none of what was done so far."""
    Attempt.objects.filter(what=what, who=_hash(what, who)).delete()


def forget_old(*, now: datetime) -> None:
    """Erase what counts for nothing any more."""
    Attempt.objects.filter(at__lt=now - KEPT).delete()


def _free_at(
    what: AttemptKind, hashed: str, allowance: Allowance, at: datetime
) -> datetime | None:
    done = Attempt.objects.filter(what=what, who=hashed, at__gt=at - allowance.within)
    return free_again_at(done.values_list("at", flat=True), allowance=allowance, now=at)


def _hash(what: AttemptKind, who: str) -> str:
    return salted_hmac(f"mavis.attempts.{what}", who, algorithm="sha256").hexdigest()
