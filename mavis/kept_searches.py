"""Searches that are kept in the session, under a random key that stands in the address.

So no name and no number ever stands in an address (spec section 12).
"""

import secrets
from collections.abc import Mapping

from django.http import HttpRequest

KEPT = 20


def keep(request: HttpRequest, where: str, asked: Mapping[str, str]) -> str:
    """Keep what was asked for among the last few of its kind, and return its key."""
    key = secrets.token_urlsafe(8)
    earlier = list(request.session.get(where, {}).items())[1 - KEPT :]
    request.session[where] = {**dict(earlier), key: dict(asked)}
    return key


def kept(request: HttpRequest, where: str, key: str) -> dict[str, str] | None:
    """Return what was asked for, or None if that is no longer kept."""
    asked: dict[str, str] | None = request.session.get(where, {}).get(key)
    return asked
