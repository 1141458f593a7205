"""A team's audit log: for its superusers."""

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from imports.forms import NarrowAuditLog
from imports.pages.audit_log import AuditLog, file_lines
from imports.queries import audit_log as queries
from mavis import audit, clock, kept_searches
from mavis.access import AuthenticatedRequest, team_required
from mavis.downloads import CSV, csv_lines
from mavis.models import EventKind

# Where the session keeps what part of the log was asked for.
SEARCHES = "audit_log_searches"


@require_http_methods(["GET", "HEAD", "POST"])
@team_required
def show(request: AuthenticatedRequest) -> HttpResponse:
    """Show the log, newest first; what narrows it is posted and kept in the session."""
    if request.method == "POST":
        form = _form(request, request.POST.dict())
        if form.is_valid():
            # As it was judged: around it may stand any number of spaces.
            asked = {name: request.POST.get(name, "").strip() for name in form.fields}
            key = kept_searches.keep(request, SEARCHES, asked)
            return redirect(f"{reverse('audit_log:show')}?search={key}")
        return render(request, "imports/audit_log.jinja", {"form": form}, status=422)
    form = _form(request, _asked(request))
    page = AuditLog.of(
        request.team,
        _wanted(form),
        search=request.GET.get("search", ""),
        before=(before := request.GET.get("before", "")),
        after=(after := request.GET.get("after", "")),
    )
    if not before and not after:
        _tell(request, EventKind.AUDIT_LOG_OPENED)
    context = {"form": form, "page": page, "forgotten": _is_forgotten(request)}
    return render(request, "imports/audit_log.jinja", context)


@require_safe
@team_required
def download(request: AuthenticatedRequest) -> HttpResponseBase:
    """Answer with the same part of the log as a file, which is written as it is sent."""
    if _is_forgotten(request):
        return redirect("audit_log:show")
    wanted = _wanted(_form(request, _asked(request)))
    _tell(request, EventKind.AUDIT_LOG_DOWNLOADED)
    return StreamingHttpResponse(
        csv_lines(file_lines(request.team, wanted)),
        content_type=CSV,
        headers={"Content-Disposition": 'attachment; filename="audit-log.csv"'},
    )


def _asked(request: AuthenticatedRequest) -> dict[str, str] | None:
    return kept_searches.kept(request, SEARCHES, request.GET.get("search", ""))


def _is_forgotten(request: AuthenticatedRequest) -> bool:
    return bool(request.GET.get("search")) and _asked(request) is None


def _form(
    request: AuthenticatedRequest, asked: dict[str, str] | None
) -> NarrowAuditLog:
    return NarrowAuditLog(asked, people=queries.people_in_log(request.team))


def _wanted(form: NarrowAuditLog) -> queries.Wanted:
    """Return what a kept search asks for; everything, where there is none."""
    if not form.is_valid():
        return queries.Wanted()
    asked = form.cleaned_data
    return queries.Wanted(
        kind=asked["kind"],
        person=asked["person"],
        child=asked["child"],
        first_day=asked["from_date"],
        last_day=asked["to_date"],
    )


def _tell(request: AuthenticatedRequest, kind: EventKind) -> None:
    audit.record(
        audit.Event(
            kind=kind, at=clock.now(), by_id=request.user.pk, team_id=request.team.pk
        )
    )
