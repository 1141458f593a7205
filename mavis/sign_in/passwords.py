"""Signing in by an email address and a password, and waiting after too many failures."""

from datetime import datetime

from django.conf import settings
from django.contrib.auth import authenticate
from django.http import HttpRequest

from mavis import attempts
from mavis.models import AttemptKind, EventKind, User
from mavis.sign_in import trail
from mavis.sign_in.addresses import address_of


def check(
    request: HttpRequest, *, email: str, password: str, at: datetime
) -> User | None:
    """Return whose email address and password these are, or None if nobody's.

    An attempt counts before it is known to fail, so that many at once are no way round,
    and whether or not there is such an account, so that nobody learns if there is.

    :raises attempts.TooMany: too many have failed, for this account or from this address
    """
    # Upper case, by which accounts are found: ı and ſ are I and S there.
    account, address = email.strip().upper(), address_of(request)
    from_address = attempts.take(
        AttemptKind.FAILURE_FROM_ADDRESS,
        address,
        allowance=settings.FAILURES_FROM_ADDRESS,
        at=at,
    )
    attempts.take(
        AttemptKind.FAILURE_FOR_ACCOUNT,
        account,
        allowance=settings.FAILURES_FOR_ACCOUNT,
        at=at,
    )
    user = authenticate(request, username=email, password=password)
    if user is None:
        _tell_of_failure(email, account=account, address=address, at=at)
        return None
    assert isinstance(user, User)
    attempts.forget(AttemptKind.FAILURE_FOR_ACCOUNT, account)
    # What others failed at from the same address still counts.
    if from_address is not None:
        from_address.delete()
    return user


def _tell_of_failure(email: str, *, account: str, address: str, at: datetime) -> None:
    """Tell that somebody could not log in, and once if they cannot try again now."""
    kinds = [EventKind.LOG_IN_FAILED]
    if attempts.is_used_up(
        AttemptKind.FAILURE_FOR_ACCOUNT,
        account,
        allowance=settings.FAILURES_FOR_ACCOUNT,
        at=at,
    ):
        kinds.append(EventKind.LOG_IN_LOCKED)
    trail.tell_of_account(kinds, email=email, at=at)
    if attempts.is_used_up(
        AttemptKind.FAILURE_FROM_ADDRESS,
        address,
        allowance=settings.FAILURES_FROM_ADDRESS,
        at=at,
    ):
        trail.tell(EventKind.LOG_IN_LOCKED, at=at)
