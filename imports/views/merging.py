"""Merging a child's record into another of the team."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from children import queries
from children.access import child_required, opened
from children.editing import RecordChanged
from children.models import Child
from imports import merging
from imports.pages.merging import Merge
from mavis import clock
from mavis.access import AuthenticatedRequest

CHANGED = (
    "Someone has changed one of these records since you opened the page. Check what "
    "they say now before you merge them."
)


@require_http_methods(["GET", "POST"])
@child_required
def merge(request: AuthenticatedRequest, child: Child, into_id: int) -> HttpResponse:
    """Show both records side by side, and merge the first into the second."""
    if request.method == "GET":
        return show_both(request, child, into_id)
    try:
        merging.merge(
            kept_id=into_id,
            merged_id=child.pk,
            team=request.team,
            seen=request.POST.get("seen", ""),
            by=request.user,
            at=clock.now(),
        )
    except RecordChanged:
        return show_both(request, child, into_id, notice=CHANGED)
    messages.success(request, "Records merged")
    return redirect("children:show", child_id=into_id)


def show_both(
    request: AuthenticatedRequest, child: Child, into_id: int, *, notice: str = ""
) -> HttpResponse:
    """Show the page.

    :raises Http404: the other is not a child of the team with an NHS number, or the same
    """
    into = queries.child_for(request.team, into_id)
    if into.nhs_number is None or into_id == child.pk:
        raise Http404
    opened(request, into_id)
    page = Merge.of(child, into, today=clock.today())
    context = {"page": page, "notice": notice}
    status = 409 if notice else 200
    return render(request, "children/merge.jinja", context, status=status)
