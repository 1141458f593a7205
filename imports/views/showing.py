"""The page of one import: which one it is depends on its status."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRefresh

from imports import queries
from imports.forms import SearchRows
from imports.models import CohortImport
from imports.pages.archived import ArchivedChildren
from imports.pages.card import Processing
from imports.pages.ended import FAILED, Ended
from imports.pages.problems import WARNINGS, Invalid, Warnings
from imports.pages.review import FurtherReview, Review
from imports.pages.rows import Rows
from imports.pages.statuses import Progress, is_working
from imports.queries.rows import Section
from imports.rules.lifecycle import FailureReason, Status
from mavis import clock
from mavis.access import AuthenticatedRequest, team_required
from mavis.sign_in.sessions import asked_by_itself


@require_safe
@team_required
def show(request: AuthenticatedRequest, import_id: int) -> HttpResponse:
    if "again" in request.GET:  # a browser without JavaScript, every few seconds
        asked_by_itself(request)
    cohort_import = queries.import_for(request.team, import_id)
    return answer_with(request, cohort_import)


@require_safe
@team_required
def progress(request: AuthenticatedRequest, import_id: int) -> HttpResponse:
    """Answer with how far the import has come, or have the whole page read anew."""
    asked_by_itself(request)
    cohort_import = queries.import_for(request.team, import_id)
    if not request.htmx:
        return redirect("imports:show", import_id=import_id)
    if not is_working(cohort_import):
        return HttpResponseClientRefresh()
    page = Progress.of(cohort_import, now=clock.now())
    return render(request, "imports/progress_fragment.jinja", {"progress": page})


@require_http_methods(["GET", "HEAD", "POST"])
@team_required
def section(
    request: AuthenticatedRequest, import_id: int, section: str
) -> HttpResponse:
    """Answer with one page of a section; a search for a child is posted."""
    cohort_import = queries.import_for(request.team, import_id)
    asked = SearchRows(request.POST or request.GET)
    search = asked.cleaned_data.get("search", "") if asked.is_valid() else ""
    number = asked.cleaned_data.get("page") or "1"
    page: Rows | Warnings | ArchivedChildren
    if section == WARNINGS:
        page = Warnings.of(cohort_import, page=number)
        name = "warnings"
    elif section == Section.ARCHIVED:
        page = ArchivedChildren.of(cohort_import, page=number)
        name = "archived"
    elif section in list(Section):
        page = Rows.of(Section(section), cohort_import, search=search, page=number)
        name = "section"
    else:
        raise Http404
    kind = f"imports/{name}_fragment.jinja" if request.htmx else f"imports/{name}.jinja"
    return render(request, kind, {"page": page})


def answer_with(
    request: AuthenticatedRequest,
    cohort_import: CohortImport,
    *,
    notice: str = "",
    status: int = 200,
) -> HttpResponse:
    """Answer with the page of an import as it now stands.

    :param notice: what to say above it, when something could not be done
    """
    number = request.GET.get("page", "1")
    template, page = _page_of(cohort_import, request, number)
    context = {"page": page, "notice": notice}
    return render(request, f"imports/{template}.jinja", context, status=status)


def _page_of(
    cohort_import: CohortImport, request: AuthenticatedRequest, number: str
) -> tuple[str, object]:
    """Return the template for an import's status, and what it shows."""
    status = Status(cohort_import.status)
    if is_working(cohort_import):
        return "processing", Processing.of(cohort_import, now=clock.now())
    if status == Status.INVALID:
        return "invalid", Invalid.of(cohort_import, page=number)
    if status == Status.FAILED:
        reason = FailureReason(cohort_import.failure_reason)
        return reason.value, FAILED[reason].of(cohort_import, page=number)
    if status == Status.IN_REVIEW:
        return "review", Review.of(cohort_import, viewer=request.user)
    if status == Status.IN_FURTHER_REVIEW:
        return "further_review", FurtherReview.of(cohort_import, viewer=request.user)
    return "ended", Ended.of(cohort_import, page=number)
