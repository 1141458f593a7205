"""The page on which a person settles that PDS has one number for two children."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from children.editing import RecordChanged
from imports.forms import ResolveSharedNumber
from imports.models import SharedNumber
from imports.pages.shared_number import SharedNumberPage
from imports.queries import shared_numbers as queries
from imports.rules.refreshing import NumberResolution
from imports.stages import share
from mavis import clock
from mavis.access import AuthenticatedRequest, record_opening, team_required

CHANGED = (
    "One of these records has changed since you opened this page. Nothing was done. "
    "Check them again, and then choose."
)


@require_http_methods(["GET", "HEAD", "POST"])
@team_required
def resolve(request: AuthenticatedRequest, shared_number_id: int) -> HttpResponse:
    shared = queries.shared_number_for(request.team, shared_number_id)
    page = SharedNumberPage.of(request.team, shared, today=clock.today())
    if request.method != "POST":
        return _show(request, page, ResolveSharedNumber(choices=page.choices))
    form = ResolveSharedNumber(request.POST, choices=page.choices)
    if not form.is_valid():
        return _show(request, page, form, status=422)
    try:
        _decide(request, shared, form.cleaned_data["choice"])
    except RecordChanged:
        return _show(request, page, form, notice=CHANGED, status=409)
    messages.success(request, "Record updated")
    return redirect("imports:issues")


def _decide(request: AuthenticatedRequest, shared: SharedNumber, choice: str) -> None:
    if choice == NumberResolution.MERGED:
        share.merge(
            shared_id=shared.pk,
            team=request.team,
            seen=request.POST.get("seen", ""),
            by=request.user,
            at=clock.now(),
        )
    else:
        share.keep_both(
            shared_id=shared.pk, team=request.team, by=request.user, at=clock.now()
        )


def _note_opening(request: AuthenticatedRequest, page: SharedNumberPage) -> None:
    """Note in the trail whose records are shown."""
    for child_id in (page.child_id, page.other_id):
        if child_id is not None:
            record_opening(
                child_id=child_id, by=request.user, team=request.team, at=clock.now()
            )


def _show(
    request: AuthenticatedRequest,
    page: SharedNumberPage,
    form: ResolveSharedNumber,
    *,
    notice: str = "",
    status: int = 200,
) -> HttpResponse:
    _note_opening(request, page)
    context = {"page": page, "form": form, "notice": notice}
    return render(request, "imports/shared_number.jinja", context, status=status)
