"""Signing in and out, and staying signed in."""

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from mavis import attempts, limits
from mavis.access import AuthenticatedRequest, page_of_ours
from mavis.demo_pages import demo
from mavis.forms import SignIn
from mavis.models import AttemptKind, EventKind
from mavis.rules.sessions import Ended
from mavis.sign_in import cis2_views, passwords, sessions, trail
from mavis.sign_in.addresses import address_of

BY_PASSWORD = "django.contrib.auth.backends.ModelBackend"  # noqa: S105


@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Show the ways in; where there are local accounts, sign someone in by password."""
    if request.user.is_authenticated:
        return redirect("dashboard")
    if request.method != "POST":
        return answer(request, SignIn())
    now = timezone.now()
    try:
        attempts.take(
            AttemptKind.SIGN_IN_FROM_ADDRESS,
            address_of(request),
            allowance=settings.SIGN_INS_FROM_ADDRESS,
            at=now,
        )
    except attempts.TooMany as too_many:
        return limits.too_often(request, too_many.free_at, now=now)
    if not settings.LOCAL_ACCOUNTS:
        return render(request, "403.jinja", status=403)
    return by_password(request)


def by_password(request: HttpRequest) -> HttpResponse:
    """Sign someone in by email address and password."""
    form = SignIn(request.POST)
    if not form.is_valid():
        return answer(request, form, status=422)
    now = timezone.now()
    try:
        user = passwords.check(request, **form.cleaned_data, at=now)
    except attempts.TooMany as too_many:
        again = limits.minute_after(too_many.free_at)
        # One sentence whether or not there is such an account.
        form.add_error(
            None, f"There were too many attempts to log in. Try again at {again}"
        )
        locked = answer(request, form, status=429)
        seconds = limits.seconds_until(too_many.free_at, now=now)
        locked.headers["Retry-After"] = str(seconds)
        return locked
    if user is None:
        # One sentence for both: nobody learns which accounts there are.
        form.add_error(None, "The email address or password is not right")
        return answer(request, form, status=422)
    login(request, user, backend=BY_PASSWORD)
    trail.tell(EventKind.LOGGED_IN, at=now, team_ids=trail.teams_of(user), by=user)
    return redirect(where_to(request))


def answer(request: HttpRequest, form: SignIn, *, status: int = 200) -> HttpResponse:
    context = {
        "form": form if settings.LOCAL_ACCOUNTS else None,
        "cis2": settings.CIS2 is not None,
        "next": request.GET.get("next", ""),
        "why": sessions.why_it_ended(request),
        "demo": demo() if settings.LOCAL_ACCOUNTS else None,
    }
    return render(request, "accounts/sign_in.jinja", context, status=status)


def where_to(request: HttpRequest) -> str:
    """Return the page that someone wanted before they had to sign in."""
    return page_of_ours(request, request.GET.get("next", ""))


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End every session of someone, here and on their other devices."""
    if not request.user.is_authenticated:
        return redirect("sign_in")
    sessions.end_everywhere(request.user)
    trail.tell(
        EventKind.LOGGED_OUT,
        at=timezone.now(),
        team_ids=[each.team_id for each in request.memberships],  # type: ignore[attr-defined]
        by=request.user,
    )
    at_cis2 = cis2_views.sign_out_address(request)
    sessions.end(request, Ended.SIGNED_OUT)
    if at_cis2:
        # Not a redirect: the policy of our pages lets no form lead to another site.
        return render(request, "accounts/signed_out.jinja", {"address": at_cis2})
    return redirect("sign_in")


# --- Staying signed in ----------------------------------------------------------


@require_safe
def session_status(request: HttpRequest) -> HttpResponse:
    """Tell a script how long the session lasts, without making it last longer."""
    sessions.asked_by_itself(request)
    return status_of(request)


def status_of(request: HttpRequest) -> JsonResponse:
    if not request.user.is_authenticated:
        return JsonResponse({"seconds": 0, "mayBeLonger": False})
    end = sessions.end_of(request)
    return JsonResponse({"seconds": end.seconds, "mayBeLonger": end.may_be_longer})


@require_safe
@login_required
def session_ending(request: AuthenticatedRequest) -> HttpResponse:
    """Ask someone whose browser has no JavaScript whether they want to go on."""
    sessions.asked_by_itself(request)
    context = {
        "end": sessions.end_of(request),
        "next": page_of_ours(request, request.GET.get("next", "")),
    }
    return render(request, "accounts/session_ending.jinja", context)


@require_POST
def stay(request: HttpRequest) -> HttpResponse:
    """Make the session last longer, which any use of it does."""
    if request.headers.get("Accept") == "application/json":
        return status_of(request)
    return redirect(page_of_ours(request, request.POST.get("next", "")))
