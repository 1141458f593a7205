"""Signing in by NHS CIS2: to it, back from it, and what it tells us by itself."""

import secrets
from datetime import datetime
from typing import Any

import structlog
from authlib.common.urls import add_params_to_uri
from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from mavis import attempts, limits
from mavis.access import page_of_ours
from mavis.models import AttemptKind, EventKind, User
from mavis.sign_in import backends, people, provider, sessions, tokens, trail
from mavis.sign_in.addresses import address_of
from mavis.sign_in.refusals import Reason, Refused

log = structlog.get_logger()

# Where the session keeps what we sent someone to NHS CIS2 with, and the ID token that
# they came back with, by which NHS CIS2 knows whom to sign out.
SENT, ID_TOKEN = "cis2_sent", "cis2_id_token"
# Seconds within which someone has to come back.
AWAY = 15 * 60
# What pages say of a refusal; all others are "not_believed".
PAGES = {
    Reason.STATE: ("expired", 400),
    Reason.PROVIDER_SAID_NO: ("said_no", 403),
    Reason.ACR: ("too_weak", 403),
    Reason.INACTIVE: ("inactive", 403),
    Reason.UNREACHABLE: ("unreachable", 503),
    Reason.PROVIDER_ERROR: ("unreachable", 503),
}
# Of which the log says nothing: nobody tried to be somebody.
NO_ATTEMPT = {Reason.STATE, Reason.UNREACHABLE, Reason.PROVIDER_ERROR}
# What OpenID Connect calls it when someone does not want to, or may not.
SAID_NO = {"access_denied", "login_required", "interaction_required"}


@require_safe
def begin(request: HttpRequest) -> HttpResponse:
    """Send someone to NHS CIS2, to prove there who they are."""
    if request.user.is_authenticated:
        return redirect("dashboard")
    now = timezone.now()
    try:
        attempts.take(
            AttemptKind.SIGN_IN_FROM_ADDRESS,
            address_of(request),
            allowance=settings.SIGN_INS_FROM_ADDRESS,
            at=now,
        )
        sent = {name: secrets.token_urlsafe(48) for name in ("state", "nonce", "code")}
        address = of_cis2().authorization_address(
            redirect_uri=here(request),
            state=sent["state"],
            nonce=sent["nonce"],
            code_verifier=sent["code"],
        )
    except attempts.TooMany as too_many:
        return limits.too_often(request, too_many.free_at, now=now)
    except Refused as refused:
        return refuse(request, refused)
    sent["next"] = request.GET.get("next", "")
    request.session[SENT] = sent
    request.session.set_expiry(AWAY)
    return redirect(address)


@require_safe
def come_back(request: HttpRequest) -> HttpResponse:
    """Sign someone in whom NHS CIS2 sent back to us, if it says who they are."""
    # Good for once: what comes twice is refused.
    sent = request.session.pop(SENT, None)
    now = timezone.now()
    try:
        id_token, works, user = of_cis2_answer(request, sent, at=now)
    except Refused as refused:
        if refused.reason not in NO_ATTEMPT:
            teams = trail.teams_of(refused.user) if refused.user else ()
            trail.tell(
                EventKind.LOG_IN_FAILED, at=now, team_ids=teams, user=refused.user
            )
        return refuse(request, refused)
    login(request, user, backend=backends.NAME)
    people.work_in(request.session, works)
    trail.tell(EventKind.LOGGED_IN, at=now, team_ids=works.team_ids, by=user)
    request.session[ID_TOKEN] = id_token
    wanted = sent["next"] if sent else ""
    return redirect(page_of_ours(request, wanted))


def of_cis2_answer(
    request: HttpRequest, sent: dict[str, str] | None, *, at: datetime
) -> tuple[str, people.Works, User]:
    """Return the ID token of someone who came back, where they work, and who it is.

    :raises Refused: there is something wrong with any of it
    """
    state = request.GET.get("state", "")
    if not sent or not secrets.compare_digest(state.encode(), sent["state"].encode()):
        raise Refused(Reason.STATE)
    if error := request.GET.get("error"):
        no = error in SAID_NO
        raise Refused(Reason.PROVIDER_SAID_NO if no else Reason.PROVIDER_ERROR)
    code = request.GET.get("code", "")
    if not code:
        raise Refused(Reason.NO_CODE)
    cis2 = of_cis2()
    found = cis2.tokens(
        code=code, redirect_uri=here(request), code_verifier=sent["code"]
    )
    said = tokens.id_token(found, provider=cis2, nonce=sent["nonce"])
    claims = cis2.userinfo(str(found.get("access_token", "")))
    if claims.get("sub") != said["sub"]:
        raise Refused(Reason.SUBJECT)
    works = people.works(claims)
    user = people.user_for(
        people.Person(
            issuer=cis2.access.issuer,
            subject=said["sub"],
            name=text_of(claims, "name") or "Unknown",
            email=text_of(claims, "email"),
        ),
        works=works,
        at=at,
    )
    if not user.is_active:
        raise Refused(Reason.INACTIVE, user=user)
    return found["id_token"], works, user


def text_of(claims: Any, name: str) -> str:
    """Return a claim as far as a user has room for it."""
    value = claims.get(name)
    return value.replace("\x00", "").strip()[:200] if isinstance(value, str) else ""


def of_cis2() -> provider.Provider:
    """Return NHS CIS2; where nobody signs in by it, there is no such page."""
    if settings.CIS2 is None:
        raise Http404
    return provider.of(settings.CIS2)


def here(request: HttpRequest) -> str:
    """Return the address to which NHS CIS2 sends people back."""
    return request.build_absolute_uri(reverse("cis2_come_back"))


def refuse(request: HttpRequest, refused: Refused) -> HttpResponse:
    """Say that someone is not signed in, and what they can do."""
    log.warning("sign_in.refused", reason=refused.reason.value, claim=refused.claim)
    kind, status = PAGES.get(refused.reason, ("not_believed", 400))
    return render(request, "accounts/refused.jinja", {"kind": kind}, status=status)


# --- Signing out ----------------------------------------------------------------


def sign_out_address(request: HttpRequest) -> str:
    """Return where someone has to go to sign out of NHS CIS2 too, if they are in it."""
    id_token = request.session.get(ID_TOKEN)
    if not id_token or settings.CIS2 is None:
        return ""
    try:
        address = of_cis2().metadata().get("end_session_endpoint")
    except Refused as refused:
        # They are signed out of Mavis all the same.
        log.warning("sign_out.cis2_unreachable", reason=refused.reason.value)
        return ""
    if not isinstance(address, str):
        return ""
    back = request.build_absolute_uri(reverse("sign_in"))
    asked = [
        ("id_token_hint", id_token),
        ("client_id", settings.CIS2.client_id),
        ("post_logout_redirect_uri", back),
    ]
    return str(add_params_to_uri(address, asked))


@csrf_exempt  # NHS CIS2 asks, and not a browser; what it sends is signed.
@require_POST
def signed_out_of_cis2(request: HttpRequest) -> HttpResponse:
    """End every session of someone who signed out of NHS CIS2 (back-channel logout)."""
    cis2 = of_cis2()
    try:
        subject = tokens.subject_that_signed_out(
            request.POST.get("logout_token", ""), provider=cis2
        )
    except Refused as refused:
        log.warning("sign_out.refused", reason=refused.reason.value)
        return HttpResponse(status=400)
    for user in User.objects.filter(issuer=cis2.access.issuer, subject=subject):
        sessions.end_everywhere(user)
        trail.tell(
            EventKind.LOGGED_OUT,
            at=timezone.now(),
            team_ids=trail.teams_of(user),
            by=user,
        )
    return HttpResponse(status=200)
