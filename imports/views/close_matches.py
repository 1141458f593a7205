"""The page on which a person settles a close match."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from imports.forms import ResolveCloseMatch
from imports.models import CloseMatch
from imports.pages.close_match import CloseMatchPage, Resolved
from imports.queries import issues
from imports.rules.resolutions import Resolution
from imports.stages import resolve as stage
from imports.stages.weigh import Weighed, weigh
from mavis import clock
from mavis.access import AuthenticatedRequest, record_openings, team_required

TOO_LATE = "Someone else has just resolved this. Your choice was not used."
CHANGED = (
    "One of these records has changed since you opened this page. Nothing was done. "
    "Check them again, and then choose."
)


@require_http_methods(["GET", "HEAD", "POST"])
@team_required
def resolve(request: AuthenticatedRequest, close_match_id: int) -> HttpResponse:
    match = issues.issue_for(request.team, close_match_id)
    came_from = request.GET.get("from", "")
    if match.resolved_at is not None:
        return _resolved(request, match, came_from)
    weighed = weigh(match)
    if request.method == "POST":
        return _decide(request, weighed, came_from)
    return _compare(request, weighed, came_from, child_id=_id(request.GET.get("child")))


def _decide(
    request: AuthenticatedRequest, weighed: Weighed, came_from: str
) -> HttpResponse:
    """Carry out what was chosen, or say what is missing, or why it is too late."""
    match, child_id = weighed.match, _id(request.POST.get("child"))
    page = _page(weighed, child_id, came_from)
    shown = page.record.child_id if page.record else None
    if request.POST.get("seen") != page.version or child_id != shown:
        return _changed(request, match, came_from, child_id)
    form = _form(page, request)
    if not form.is_valid():
        return _show(request, page, form, status=422)
    decision = stage.Decision(
        resolution=Resolution(form.cleaned_data["choice"]),
        child_id=shown,
        taken=form.taken,
        seen=page.version,
    )
    try:
        stage.resolve(match=match, decision=decision, by=request.user, at=clock.now())
    except stage.AlreadyResolved:
        return _resolved(request, issues.issue_for(request.team, match.pk), came_from)
    except (stage.RecordsChanged, stage.NotOffered):
        return _changed(request, match, came_from, child_id)
    messages.success(request, "Record updated")
    return redirect(page.origin.back)


def _compare(
    request: AuthenticatedRequest,
    weighed: Weighed,
    came_from: str,
    *,
    child_id: int | None,
    notice: str = "",
    status: int = 200,
) -> HttpResponse:
    """Answer with both records."""
    page = _page(weighed, child_id, came_from)
    return _show(request, page, _form(page), notice=notice, status=status)


def _changed(
    request: AuthenticatedRequest,
    match: CloseMatch,
    came_from: str,
    child_id: int | None,
) -> HttpResponse:
    """Answer with the records as they now are, when nothing could be done."""
    return _compare(
        request,
        weigh(match),
        came_from,
        child_id=child_id,
        notice=CHANGED,
        status=409,
    )


def _resolved(
    request: AuthenticatedRequest, match: CloseMatch, came_from: str
) -> HttpResponse:
    """Answer with who has decided, and what."""
    if match.child_id is not None:
        record_openings(
            child_ids=[match.child_id],
            by=request.user,
            team=request.team,
            at=clock.now(),
        )
    too_late = request.method == "POST"
    return render(
        request,
        "imports/close_match_resolved.jinja",
        {
            "page": Resolved.of(match, came_from),
            "notice": TOO_LATE if too_late else "",
        },
        status=409 if too_late else 200,
    )


def _page(weighed: Weighed, child_id: int | None, came_from: str) -> CloseMatchPage:
    return CloseMatchPage.of(weighed, child_id, came_from=came_from, now=clock.now())


def _form(
    page: CloseMatchPage, request: AuthenticatedRequest | None = None
) -> ResolveCloseMatch:
    return ResolveCloseMatch(
        request.POST if request else None,
        choices=[(choice.value, choice.text) for choice in page.choices],
        fields=[(field.name, field.label) for field in page.fields],
    )


def _show(
    request: AuthenticatedRequest,
    page: CloseMatchPage,
    form: ResolveCloseMatch,
    *,
    notice: str = "",
    status: int = 200,
) -> HttpResponse:
    """Show the page. Whose records are on it is noted in the trail."""
    record_openings(
        child_ids=[record.child_id for record in page.records],
        by=request.user,
        team=request.team,
        at=clock.now(),
    )
    context = {"page": page, "form": form, "notice": notice}
    return render(request, "imports/close_match.jinja", context, status=status)


def _id(text: str | None) -> int | None:
    """Return the id that an address or a form names, if it can be one."""
    number = text or ""
    is_id = number.isascii() and number.isdigit() and len(number) < 19
    return int(number) if is_id else None
