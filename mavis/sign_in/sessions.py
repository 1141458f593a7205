"""How long somebody stays signed in.

A session ends when it has not been used for a while, and after some hours in any case.
What a page asks for by itself is no use of it. Signing out ends every session that the
person has: each was begun with a number of theirs, which then counts up.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.auth.signals import user_logged_in
from django.db.models import F
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from mavis.models import User
from mavis.pages import count_of, show_time
from mavis.rules.sessions import Ended, Left, left_of

Next = Callable[[HttpRequest], HttpResponse]

# Where the session keeps when it began, when it was last used, and why one ended.
BEGAN, USED, ENDED = "began_at", "used_at", "ended"


@receiver(user_logged_in)
def begin(request: HttpRequest, **_signal: object) -> None:
    """Note when a session begins, however somebody signed in."""
    now = int(time.time())
    request.session[BEGAN] = request.session[USED] = now
    # What was kept for someone who was still signing in may have ended sooner.
    request.session.set_expiry(None)


def end_everywhere(user: User) -> None:
    """End every session that this person has, on whatever device."""
    User.objects.filter(pk=user.pk).update(
        session_generation=F("session_generation") + 1
    )


def sessions_end(get_response: Next) -> Next:
    """End sessions whose time is up, and note which are used."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.by_itself = False  # type: ignore[attr-defined]
        was_signed_in = SESSION_KEY in request.session
        if request.user.is_authenticated:
            ended = left(request, used_now=False).ended
            if ended:
                end(request, ended)
        elif was_signed_in:
            # Its number is no longer that of the person, or they may not sign in.
            request.session[ENDED] = Ended.ELSEWHERE
        response = get_response(request)
        if request.user.is_authenticated and not request.by_itself:  # type: ignore[attr-defined]
            request.session[USED] = int(time.time())
        return response

    return middleware


def end(request: HttpRequest, why: Ended) -> None:
    """End the session of this request, and keep for the next page why."""
    logout(request)
    # The page that says so is already that of somebody who works nowhere.
    request.team, request.role, request.memberships = None, "", ()  # type: ignore[attr-defined]
    request.session[ENDED] = why


def asked_by_itself(request: HttpRequest) -> None:
    """Note that a page asked for this, and not the person who looks at it."""
    request.by_itself = True  # type: ignore[attr-defined]


def left(request: HttpRequest, *, used_now: bool) -> Left:
    """Return what is left of the session of somebody who is signed in.

    :param used_now: whether this request is a use of it
    """
    now = time.time()
    return left_of(
        began_at=request.session.get(BEGAN, 0),
        used_at=now if used_now else request.session.get(USED, 0),
        now=now,
        unused=settings.SESSION_IDLE_SECONDS,
        longest=settings.SESSION_COOKIE_AGE,
    )


# --- What pages say of it -----------------------------------------------------


def why_it_ended(request: HttpRequest) -> str:
    """Return in a sentence why someone is not signed in any more, once."""
    why = request.session.pop(ENDED, "")
    minutes = count_of(settings.SESSION_IDLE_SECONDS // 60, "minute")
    hours = count_of(settings.SESSION_COOKIE_AGE // 3600, "hour")
    return {
        Ended.UNUSED: "You were signed out because you had not used Mavis for "
        f"{minutes}.",
        Ended.TOO_LONG: "You were signed out because you had been signed in for "
        f"{hours}.",
        Ended.ELSEWHERE: "You were signed out because you logged out on another device "
        "or in another window, or because your account was changed.",
        Ended.SIGNED_OUT: "You have logged out, on this and on every other device.",
    }.get(why, "")


@dataclass(frozen=True, slots=True)
class SessionEnd:
    """When the session of whoever looks at a page ends.

    - `warn_in`: seconds until they should be asked whether to go on
    - `warning`: the address of the page that asks
    - `again`: the address of this page, for when it asks for itself
    """

    seconds: int
    at: str
    warn_in: int
    may_be_longer: bool
    warning: str
    again: str

    @property
    def refresh_in_5_seconds(self) -> str:
        """Say to a browser without JavaScript what to load after 5 seconds."""
        return f"5; url={self.warning if self.warn_in <= 5 else self.again}"

    @property
    def refresh_to_warn(self) -> str:
        """Say to a browser without JavaScript when to load the page that asks."""
        return f"{self.warn_in}; url={self.warning}"


def session_end(request: HttpRequest) -> dict[str, Any]:
    """Return when the session ends as `session_end` (a context processor)."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or getattr(request, "htmx", False):
        return {}
    return {"session_end": end_of(request)}


def end_of(request: HttpRequest) -> SessionEnd:
    """Return when the session of somebody who is signed in ends."""
    rest = left(request, used_now=not request.by_itself)  # type: ignore[attr-defined]
    address = request.GET.copy()
    address["again"] = "1"
    next_page = urlencode({"next": where_they_are(request)})
    return SessionEnd(
        seconds=rest.seconds,
        at=show_time(timezone.now() + timedelta(seconds=rest.seconds)),
        warn_in=max(rest.seconds - settings.SESSION_WARNING_SECONDS, 0),
        may_be_longer=rest.may_be_longer,
        warning=f"{reverse('session_ending')}?{next_page}",
        again=f"{request.path}?{address.urlencode()}",
    )


def where_they_are(request: HttpRequest) -> str:
    """Return the address of the page that somebody sees, to come back to."""
    return request.get_full_path() if request.method == "GET" else request.path
