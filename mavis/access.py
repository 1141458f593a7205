"""Who may do what. Each function answers one question (spec section 1)."""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import wraps
from typing import Concatenate, ParamSpec, TypeGuard

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from mavis.models import AccessEvent, Team, TeamMembership, User
from mavis.rules import permissions

Parameters = ParamSpec("Parameters")


class AuthenticatedRequest(HttpRequest):
    """A request of a person who is signed in and works in a team."""

    user: User
    team: Team
    role: str
    # Of this person, in order of the teams' names.
    memberships: tuple[TeamMembership, ...]
    # django_htmx.middleware.HtmxDetails: true when htmx asks for a fragment.
    htmx: object


View = Callable[Concatenate[AuthenticatedRequest, Parameters], HttpResponseBase]
AnyView = Callable[Concatenate[HttpRequest, Parameters], HttpResponseBase]


def may_work(request: HttpRequest) -> TypeGuard[AuthenticatedRequest]:
    """Test if this is a request of someone signed in who works in a team."""
    return getattr(request, "team", None) is not None


def may_approve(*, user: User, team: Team, uploaded_by_id: int) -> bool:
    """Test if this user may approve what was uploaded by someone in their team."""
    return not team.needs_second_approver or user.pk != uploaded_by_id


def team_required(view: View[Parameters]) -> AnyView[Parameters]:
    """Let only those in who work in a team and may do this; tell the others what to do.

    What is asked must have a line in mavis.rules.permissions.
    """

    @wraps(view)
    def checked(
        request: HttpRequest, /, *args: Parameters.args, **kwargs: Parameters.kwargs
    ) -> HttpResponseBase:
        if not may_work(request):
            return without_team(request)
        address = request.resolver_match.view_name if request.resolver_match else ""
        if not permissions.may_ask(request.role, address, request.method or ""):
            return render(request, "403.jinja", status=403)
        return view(request, *args, **kwargs)

    return checked


def without_team(request: HttpRequest) -> HttpResponse:
    """Answer someone who is not signed in, or works in no team yet."""
    if not request.user.is_authenticated:
        return to_sign_in(request)
    if request.memberships:  # type: ignore[attr-defined]
        return redirect("select_team")
    return render(request, "accounts/no_team.jinja", status=403)


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send someone to the sign-in page, and from there back to where they were."""
    if request.htmx:  # type: ignore[attr-defined]
        # The whole page has to go there, not the fragment that was asked for.
        return HttpResponseClientRedirect(reverse("sign_in"))
    if request.method != "GET":
        return redirect("sign_in")
    return redirect_to_login(request.get_full_path())


def record_openings(
    *, child_ids: Iterable[int], by: User, team: Team, at: datetime
) -> None:
    """Note in the trail that someone took away details of these children."""
    AccessEvent.objects.bulk_create(
        AccessEvent(child_id=child_id, by=by, team=team, at=at)
        for child_id in child_ids
    )


def record_opening(*, child_id: int, by: User, team: Team, at: datetime) -> None:
    """Note in the trail that someone opened a child's record (spec section 15)."""
    AccessEvent.objects.create(child_id=child_id, by=by, team=team, at=at)
