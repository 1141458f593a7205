"""What a person takes away: the template, and their own rows to mend."""

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from imports import exports, queries
from imports.rules.lifecycle import FailureReason, Status
from mavis.access import AuthenticatedRequest, team_required
from mavis.downloads import CSV, XLSX, attachment


@require_safe
@team_required
def template(request: AuthenticatedRequest, file_format: str) -> HttpResponse:
    """Answer with an empty cohort file that has every column."""
    if file_format == "csv":
        return attachment(exports.template_csv(), CSV, "cohort-template.csv")
    if file_format == "xlsx":
        return attachment(exports.template_xlsx(), XLSX, "cohort-template.xlsx")
    raise Http404


@require_safe
@team_required
def rows_to_mend(request: AuthenticatedRequest, import_id: int) -> HttpResponse:
    """Answer with the rows of the file, and beside each what to mend."""
    cohort_import = queries.import_for(request.team, import_id)
    has_problems = (
        cohort_import.status == Status.INVALID
        or cohort_import.failure_reason == FailureReason.SAME_NHS_NUMBER
    )
    if not has_problems or cohort_import.file.erased_at:
        raise Http404
    name = f"rows-to-mend-{import_id}.csv"
    return attachment(exports.rows_to_mend(cohort_import), CSV, name)


@require_safe
@team_required
def unmatched_rows(request: AuthenticatedRequest, import_id: int) -> HttpResponse:
    """Answer with the rows that PDS did not match, each with why."""
    cohort_import = queries.import_for(request.team, import_id)
    too_few = cohort_import.failure_reason == FailureReason.LOW_MATCH_RATE
    if not too_few or cohort_import.file.erased_at:
        raise Http404
    name = f"unmatched-rows-{import_id}.csv"
    return attachment(exports.unmatched_rows(cohort_import), CSV, name)
