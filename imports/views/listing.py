"""The Imports page with its tabs."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from imports.pages.listing import Imports, Issues
from mavis import clock
from mavis.access import AuthenticatedRequest, team_required


@require_safe
@team_required
def incomplete(request: AuthenticatedRequest) -> HttpResponse:
    page = Imports.incomplete(request.team, request.GET.get("page", "1"))
    return render(request, "imports/list.jinja", {"page": page})


@require_safe
@team_required
def completed(request: AuthenticatedRequest) -> HttpResponse:
    page = Imports.completed(request.team, request.GET.get("page", "1"))
    return render(request, "imports/list.jinja", {"page": page})


@require_safe
@team_required
def issues(request: AuthenticatedRequest) -> HttpResponse:
    number = request.GET.get("page", "1")
    page = Issues.of(request.team, number, now=clock.now())
    return render(request, "imports/issues.jinja", {"page": page})
