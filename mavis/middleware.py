"""What every request goes through: text alone, its team, and no copies of pages."""

from collections.abc import Callable
from http import HTTPStatus

from django.contrib.auth import BACKEND_SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from mavis.models import TeamMembership
from mavis.sign_in import people
from mavis.sign_in.backends import NAME as BY_CIS2

Next = Callable[[HttpRequest], HttpResponse]

# Where the session keeps the team that was chosen.
TEAM = "team_id"


def text_alone(get_response: Next) -> Next:
    """Take nothing from a request that cannot be stored as text.

    A browser may name any encoding of Python's for a form, and some make characters
    that do not exist; a quoted cookie may hold NUL, which PostgreSQL does not take.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        request.encoding = "utf-8"
        for name in [name for name, value in request.COOKIES.items() if "\0" in value]:
            del request.COOKIES[name]
        return get_response(request)

    return middleware


def no_store(get_response: Next) -> Next:
    """Keep every page out of caches: nearly all hold personal data."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware


# What no page of Mavis uses, and a script of somebody else might.
PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer", "camera", "display-capture", "geolocation", "gyroscope",
        "magnetometer", "microphone", "midi", "payment", "usb",
    )
)  # fmt: skip


def permissions_policy(get_response: Next) -> Next:
    """Tell browsers which of their abilities no page may use, nor other sites ours."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers["Permissions-Policy"] = PERMISSIONS
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        return response

    return middleware


def wrong_method_has_a_page(get_response: Next) -> Next:
    """Say what is the matter with an address that only a button leads to.

    Django answers a method that a view does not take with an empty page.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED or response.content:
            return response
        page = render(request, "405.jinja", status=HTTPStatus.METHOD_NOT_ALLOWED)
        page.headers["Allow"] = response.headers["Allow"]
        return page

    return middleware


def current_team(get_response: Next) -> Next:
    """Put the team that the user works in on the request, and their role in it.

    Memberships are read anew each time, so that whoever leaves a team is out of it
    with their next click. One team needs no choice.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        memberships = memberships_of(request)
        chosen = memberships[0] if len(memberships) == 1 else None
        if len(memberships) > 1:
            team_id = request.session.get(TEAM)
            chosen = next((m for m in memberships if m.team_id == team_id), None)
        request.memberships = memberships  # type: ignore[attr-defined]
        request.team = chosen.team if chosen else None  # type: ignore[attr-defined]
        request.role = chosen.role if chosen else ""  # type: ignore[attr-defined]
        return get_response(request)

    return middleware


def memberships_of(request: HttpRequest) -> tuple[TeamMembership, ...]:
    """Return the memberships of whoever is signed in, in order of team name.

    Of someone who signed in by NHS CIS2, what it said of them and nothing else.
    """
    if not request.user.is_authenticated:
        return ()
    if request.session.get(BACKEND_SESSION_KEY) == BY_CIS2:
        return people.memberships_of(request.user, request.session)
    return tuple(
        TeamMembership.objects.filter(user=request.user)
        .select_related("team")
        .order_by("team__name", "team_id")
    )
