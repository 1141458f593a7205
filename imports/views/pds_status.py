"""The page PDS status. A superuser sees it: it is about the whole service."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from imports import pds_status
from imports.pages.pds_status import PdsStatusPage
from mavis import clock
from mavis.access import AuthenticatedRequest, team_required


@require_http_methods(["GET", "HEAD", "POST"])
@team_required
def show(request: AuthenticatedRequest) -> HttpResponse:
    """Say how PDS has been; a POST asks it now."""
    if request.method == "POST":
        if pds_status.ask(clock=clock.now):
            messages.success(request, "PDS has answered")
        else:
            messages.error(request, "PDS has not answered")
        return redirect("imports:pds_status")
    page = PdsStatusPage.of(pds_status.read(now=clock.now()))
    return render(request, "imports/pds_status.jinja", {"page": page})
