"""The imports of a team."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from imports.models import CohortImport
from imports.rules.lifecycle import COMPLETED_TAB, Status
from mavis.models import Team, User


def imports_of(
    team: Team, ids: Collection[int] | None = None
) -> QuerySet[CohortImport]:
    """Return the team's imports, or these of them, with their files, newest first."""
    imports = CohortImport.objects.filter(team=team)
    if ids is not None:
        imports = imports.filter(pk__in=ids)
    return imports.select_related(
        "file", "uploaded_by", "approved_by", "team"
    ).order_by("-uploaded_at", "-pk")


def import_for(team: Team, import_id: int) -> CohortImport:
    """Return one import of this team.

    :raises Http404: there is none, or it is another team's
    """
    return get_object_or_404(imports_of(team), pk=import_id)


def incomplete_uploads(team: Team) -> QuerySet[CohortImport]:
    """Return what the Incomplete uploads tab lists."""
    return imports_of(team).exclude(status__in=list(COMPLETED_TAB))


def completed_imports(team: Team) -> QuerySet[CohortImport]:
    """Return what the Completed imports tab lists."""
    return imports_of(team).filter(status__in=list(COMPLETED_TAB))


def reached_status(
    cohort_import: CohortImport, status: Status
) -> tuple[datetime, User | None] | None:
    """Return when, and by whom, an import was last put in a status, if it was."""
    transition = (
        cohort_import.transitions.filter(became=status)
        .select_related("by")
        .order_by("-at", "-pk")
        .first()
    )
    return (transition.at, transition.by) if transition else None
