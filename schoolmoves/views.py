"""School moves that wait for a decision, those that were made, and notices."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from children.queries import children_of
from mavis import clock
from mavis.access import (
    AuthenticatedRequest,
    record_openings,
    team_required,
)
from mavis.downloads import CSV, attachment
from schoolmoves import exports, notices, pages, queries
from schoolmoves.forms import DownloadMoves


@require_GET
@team_required
def show_list(request: AuthenticatedRequest) -> HttpResponse:
    page = pages.OpenMoves.of(
        request.team,
        page=request.GET.get("page", "1"),
        address=f"{reverse('schoolmoves:list')}?page=",
    )
    return render(request, "schoolmoves/list.jinja", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@team_required
def download(request: AuthenticatedRequest) -> HttpResponse:
    """Ask for which days, and answer with the moves made on them as a file."""
    form = DownloadMoves(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return moves_as_file(request, form)
    status = 422 if form.errors else 200
    return render(request, "schoolmoves/download.jinja", {"form": form}, status=status)


def moves_as_file(request: AuthenticatedRequest, form: DownloadMoves) -> HttpResponse:
    days = form.cleaned_data
    made = list(
        queries.moves_made(request.team, first=days["from_date"], last=days["to_date"])
    )
    children = {exports.child_of(entry).pk for entry in made}
    ours = set(
        children_of(request.team).filter(pk__in=children).values_list("pk", flat=True)
    )
    record_openings(
        child_ids=sorted(ours), by=request.user, team=request.team, at=clock.now()
    )
    content = exports.moves_csv(made, team=request.team, ours=ours)
    return attachment(content, CSV, "school-moves.csv")


@require_POST
@team_required
def dismiss_notice(request: AuthenticatedRequest, notice_id: int) -> HttpResponse:
    """Take a notice off the dashboard."""
    notice = queries.notice_for(request.team, notice_id)
    if notices.dismiss(notice=notice, by=request.user, at=clock.now()):
        messages.success(request, "Notice dismissed")
    else:
        messages.error(request, "Someone else has dismissed this notice already")
    return redirect("dashboard")
