"""What a reviewer chooses for the archived children in a file."""

import re

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from imports import queries
from imports.rules.lifecycle import TransitionNotAllowed
from imports.rules.outcomes import Archived
from imports.stages import choose
from imports.views.deciding import TOO_LATE
from imports.views.showing import answer_with
from mavis import clock
from mavis.access import AuthenticatedRequest, team_required

_CHOICES = {choice.value: choice for choice in choose.CHOICES}
_ROW = re.compile(r"row-([0-9]{1,7})")


@require_POST
@team_required
def choose_archived(request: AuthenticatedRequest, import_id: int) -> HttpResponse:
    """Keep what was chosen, for one child at a time or for all."""
    cohort_import = queries.import_for(request.team, import_id)
    for_all = _CHOICES.get(request.POST.get("all", ""))
    try:
        if for_all is not None:
            choose.choose_for_all(
                cohort_import=cohort_import,
                choice=for_all,
                by=request.user,
                at=clock.now(),
            )
        else:
            choose.choose(
                cohort_import=cohort_import,
                choices=chosen(request.POST),
                by=request.user,
                at=clock.now(),
            )
    except TransitionNotAllowed:
        now = queries.import_for(request.team, import_id)
        return answer_with(request, now, notice=TOO_LATE, status=409)
    messages.success(request, "Choices saved")
    return redirect("imports:show", import_id=import_id)


def chosen(posted: QueryDict) -> dict[int, Archived]:
    """Return what was chosen by row number: fields are called "row-7"."""
    return {
        int(row[1]): _CHOICES[str(value)]
        for name, value in posted.items()
        if (row := _ROW.fullmatch(name)) and value in _CHOICES
    }
