"""The pages about one child: the record, the activity log, the PDS history."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from children import queries
from children.access import child_required, opened, to_record_that_remains
from children.models import Child
from children.pages.activity import ActivityLog
from children.pages.lookups import LookupHistory
from children.pages.record import ChildRecord, LeftBehind
from mavis import clock
from mavis.access import AuthenticatedRequest, team_required


@require_GET
@team_required
def show(request: AuthenticatedRequest, child_id: int) -> HttpResponse:
    """Show a child of the team; the little that may be seen of one it left behind."""
    child = queries.children_of(request.team).filter(pk=child_id).first()
    if child is not None:
        opened(request, child_id)
        page = ChildRecord.of(request.team, child, today=clock.today())
        return render(request, "children/record.jinja", {"page": page})
    left_behind = queries.left_behind(request.team).filter(pk=child_id).first()
    if left_behind is None:
        return to_record_that_remains(request, child_id)
    opened(request, child_id)
    context = {"page": LeftBehind.of(left_behind)}
    return render(request, "children/left_behind.jinja", context)


@require_GET
@child_required
def activity(request: AuthenticatedRequest, child: Child) -> HttpResponse:
    page = ActivityLog.of(
        request.team,
        child,
        page=request.GET.get("page", "1"),
        address=f"{reverse('children:activity', args=[child.pk])}?page=",
    )
    return render(request, "children/activity.jinja", {"page": page})


@require_GET
@child_required
def pds_history(request: AuthenticatedRequest, child: Child) -> HttpResponse:
    page = LookupHistory.of(child)
    return render(request, "children/pds_history.jinja", {"page": page})
