"""Who may do what. Each function answers one question (spec section 1)."""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import wraps
from typing import Concatenate, ParamSpec, TypeGuard
from urllib.parse import urlsplit, urlunsplit

from django.contrib.auth import BACKEND_SESSION_KEY
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect

from mavis.models import AccessEvent, Team, TeamMembership, User
from mavis.rules import permissions
from mavis.sign_in.backends import NAME as BY_CIS2

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
        return redirect_to_login(where_they_were(request), reverse("select_team"))
    context = {"by_cis2": request.session.get(BACKEND_SESSION_KEY) == BY_CIS2}
    return render(request, "accounts/no_team.jinja", context, status=403)


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send someone to the sign-in page, and from there back to where they were."""
    answer = redirect_to_login(where_they_were(request))
    if request.htmx:  # type: ignore[attr-defined]
        # The whole page has to go there, not the fragment that was asked for.
        return HttpResponseClientRedirect(answer.headers["Location"])
    return answer


def where_they_were(request: HttpRequest) -> str:
    """Return the address of the page that somebody saw when they asked for this.

    It is a path of ours, whatever the browser says.
    """
    if request.htmx:  # type: ignore[attr-defined]
        return request.htmx.current_url_abs_path or reverse("dashboard")  # type: ignore[attr-defined]
    if request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    # They pressed a button of a page, and what it leads to cannot be opened.
    page = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(page, allowed_hosts={request.get_host()}):
        parts = urlsplit(page)
        return urlunsplit(("", "", parts.path, parts.query, ""))
    return reverse("dashboard")


def page_of_ours(request: HttpRequest, wanted: str) -> str:
    """Return this address if it is a path of Mavis, or else the dashboard."""
    if wanted.startswith("/") and url_has_allowed_host_and_scheme(
        wanted, allowed_hosts=None, require_https=request.is_secure()
    ):
        return wanted
    return reverse("dashboard")


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
