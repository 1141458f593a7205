"""Choosing a team, the dashboard, and the pages of errors."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import (
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from mavis import navigation
from mavis.access import AuthenticatedRequest, team_required
from mavis.demo_pages import demo
from mavis.forms import SelectTeam
from mavis.middleware import TEAM
from mavis.models import EventKind
from mavis.sign_in import trail
from mavis.sign_in.views import where_to


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def select_team(request: AuthenticatedRequest) -> HttpResponse:
    """Let someone choose in which of their teams they work."""
    if len(request.memberships) < 2:
        return redirect("dashboard")
    teams = [(member.team_id, member.team.name) for member in request.memberships]
    form = SelectTeam(
        request.POST or None,
        teams=teams,
        initial={"team": request.team.pk if request.team else None},
    )
    if request.method == "POST" and form.is_valid():
        _work_in(request, int(form.cleaned_data["team"]))
        return redirect(where_to(request))
    status = 422 if request.method == "POST" else 200
    return render(request, "accounts/select_team.jinja", {"form": form}, status=status)


def _work_in(request: AuthenticatedRequest, team_id: int) -> None:
    """Have someone work in one of their teams from now on."""
    request.session[TEAM] = team_id
    before = request.team.name if request.team else ""
    (chosen,) = (each.team for each in request.memberships if each.team_id == team_id)
    trail.tell(
        EventKind.TEAM_SELECTED,
        at=timezone.now(),
        team_ids=[team_id],
        by=request.user,
        changes={"team": (before, chosen.name)},
    )


@require_safe
@team_required
def dashboard(request: AuthenticatedRequest) -> HttpResponse:
    context = {"page": navigation.waiting(request), "demo": demo()}
    return render(request, "dashboard.jinja", context)


# --- Errors -------------------------------------------------------------------


WHY = {
    RequestDataTooBig: "It was larger than any form of Mavis is.",
    TooManyFieldsSent: "It had more fields than any form of Mavis has.",
    TooManyFilesSent: "It had several files. Upload one at a time.",
    MultiPartParserError: "It broke off before its end.",
}


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    why = next((why for kind, why in WHY.items() if isinstance(exception, kind)), "")
    return render(request, "400.jinja", {"why": why}, status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.jinja", status=403)


def form_out_of_date(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that was sent without, or with an old, CSRF token."""
    return render(request, "403_form.jinja", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.jinja", status=404)


def fault(request: HttpRequest) -> HttpResponse:
    """Answer when we are at fault; without queries, for they may be what fails.

    Hence no session, and neither who is signed in nor what waits for them.
    """
    nonce = getattr(request, "csp_nonce", "")
    page = render_to_string("500.jinja", {"request": {"csp_nonce": nonce}})
    return HttpResponse(page, status=500)
