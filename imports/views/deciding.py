"""What a person decides about an import. Each is done once, whoever presses twice."""

from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from imports import queries, tasks
from imports.models import StatusChanged
from imports.rules.lifecycle import TransitionNotAllowed
from imports.stages import review
from imports.views.showing import answer_with
from mavis import clock
from mavis.access import AuthenticatedRequest, team_required

TOO_LATE = (
    "Nothing was changed by this. Someone has dealt with this upload already, or it "
    "has moved on since you opened the page. This is how it stands now."
)
CHANGED = (
    "Nothing was approved or ignored by this. What is on this page has changed since "
    "you opened it: someone has chosen something else for an archived child, or "
    "records have changed again. This is how it stands now. Check it, then decide."
)
NOT_ALLOWED = (
    "You uploaded this file, so someone else in your team has to approve it. "
    "Nothing was changed."
)


@require_POST
@team_required
def approve(request: AuthenticatedRequest, import_id: int) -> HttpResponse:
    decision = partial(review.approve, seen=_seen(request))
    return _decide(request, import_id, decision, "Import started")


@require_POST
@team_required
def cancel(request: AuthenticatedRequest, import_id: int) -> HttpResponse:
    return _decide(request, import_id, review.cancel, "Upload cancelled")


@require_POST
@team_required
def approve_changed(request: AuthenticatedRequest, import_id: int) -> HttpResponse:
    decision = partial(review.approve_changed, seen=_seen(request))
    return _decide(request, import_id, decision, "Import started")


@require_POST
@team_required
def ignore_changed(request: AuthenticatedRequest, import_id: int) -> HttpResponse:
    decision = partial(review.ignore_changed, seen=_seen(request))
    return _decide(request, import_id, decision, "Changes ignored")


def _seen(request: AuthenticatedRequest) -> str:
    """Return the version of what the page showed (imports.queries.rows.version_of)."""
    return request.POST.get("seen", "")


def _decide(
    request: AuthenticatedRequest,
    import_id: int,
    decision: Callable[..., None],
    done: str,
) -> HttpResponse:
    """Carry a decision out and say so on the Imports page, or say why it was not."""
    cohort_import = queries.import_for(request.team, import_id)
    try:
        decision(cohort_import=cohort_import, by=request.user, at=clock.now())
    except (StatusChanged, TransitionNotAllowed):
        now = queries.import_for(request.team, import_id)
        return answer_with(request, now, notice=TOO_LATE, status=409)
    except review.ReviewChanged:
        now = queries.import_for(request.team, import_id)
        return answer_with(request, now, notice=CHANGED, status=409)
    except review.NotAllowedToApprove:
        return answer_with(request, cohort_import, notice=NOT_ALLOWED, status=403)
    # A hint only: a worker looks at the status, and finds nothing to do if cancelled.
    tasks.queue(import_id)
    messages.success(request, done)
    return redirect("imports:list")
