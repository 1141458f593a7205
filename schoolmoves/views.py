"""The list of school moves that wait for a decision."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from mavis.access import AuthenticatedRequest, team_required
from schoolmoves import pages


@require_GET
@team_required
def show_list(request: AuthenticatedRequest) -> HttpResponse:
    page = pages.OpenMoves.of(
        request.team,
        page=request.GET.get("page", "1"),
        address=f"{reverse('schoolmoves:list')}?page=",
    )
    return render(request, "schoolmoves/list.jinja", {"page": page})
