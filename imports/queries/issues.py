"""The close matches that wait for a person of the team."""

from django.db.models import QuerySet

from imports.models import CloseMatch
from imports.queries.rows import candidates
from mavis.models import Team


def open_issue_count(team: Team) -> int:
    """Return the number beside Imports and Issues in the navigation."""
    return _open_issues(team).count()


def issues(team: Team) -> QuerySet[CloseMatch]:
    """Return the team's unresolved close matches, oldest first, with what is shown."""
    return (
        _open_issues(team)
        .select_related("row__cohort_import__file", "row__other_team")
        .prefetch_related(candidates("row__candidates"))
        .order_by("raised_at", "pk")
    )


def _open_issues(team: Team) -> QuerySet[CloseMatch]:
    return CloseMatch.objects.filter(team=team, resolved_at=None)
