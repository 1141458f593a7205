"""Signing in and out, choosing a team, the dashboard, and the pages of errors."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from mavis import navigation
from mavis.access import AuthenticatedRequest, team_required
from mavis.forms import SelectTeam, SignIn
from mavis.middleware import TEAM

if TYPE_CHECKING:
    from mavis.demo.catalogue import Catalogue


@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign someone in by email address and password."""
    if request.user.is_authenticated:
        return redirect("dashboard")
    form = SignIn(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = authenticate(
            request,
            username=form.cleaned_data["email"],
            password=form.cleaned_data["password"],
        )
        if user is not None:
            login(request, user)
            return redirect(where_to(request))
        # One sentence for both: nobody learns which accounts there are.
        form.add_error(None, "The email address or password is not right")
    context = {"form": form, "demo": demo()}
    status = 422 if request.method == "POST" else 200
    return render(request, "accounts/sign_in.jinja", context, status=status)


def where_to(request: HttpRequest) -> str:
    """Return the page that someone wanted before they had to sign in."""
    wanted = request.GET.get("next", "")
    if url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return wanted
    return "dashboard"


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("sign_in")


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
        request.session[TEAM] = int(form.cleaned_data["team"])
        return redirect("dashboard")
    status = 422 if request.method == "POST" else 200
    return render(request, "accounts/select_team.jinja", {"form": form}, status=status)


@require_safe
@team_required
def dashboard(request: AuthenticatedRequest) -> HttpResponse:
    context = {"page": navigation.waiting(request), "demo": demo()}
    return render(request, "dashboard.jinja", context)


# --- The demonstration --------------------------------------------------------


def demo() -> "Catalogue | None":
    """Return what there is to say of the demonstration, if this is one."""
    if not settings.DEMO_DIR:
        return None
    from mavis.demo import catalogue

    return catalogue.Catalogue.read(settings.DEMO_DIR)


@require_safe
def demo_file(request: HttpRequest, name: str) -> FileResponse:
    """Hand out a sample file of the demonstration; only those of its catalogue."""
    if not settings.DEMO_DIR:
        raise Http404
    from mavis.demo import catalogue

    path = catalogue.path_of(settings.DEMO_DIR, name)
    if path is None:
        raise Http404
    return FileResponse(path.open("rb"), as_attachment=True, filename=path.name)


# --- Errors -------------------------------------------------------------------


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "400.jinja", status=400)


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
