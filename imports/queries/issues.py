"""The close matches that wait for a person of the team."""

from collections.abc import Collection

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from imports.models import CloseMatch
from imports.queries.rows import candidates
from imports.queries.shared_numbers import shared_numbers
from mavis.models import Team


def open_issue_count(team: Team) -> int:
    """Return the number beside Imports and Issues in the navigation."""
    return close_match_count(team) + shared_numbers(team).count()


def close_match_count(team: Team) -> int:
    """Return how many uploaded records wait for a person."""
    return _open_issues(team).count()


def issues(team: Team) -> QuerySet[CloseMatch]:
    """Return the team's unresolved close matches, oldest first, with what is shown."""
    return (
        _open_issues(team)
        .select_related(
            "row__cohort_import__file",
            "row__other_team",
            # Whoever of them is restricted, the row's details are hidden.
            "row__matched_child",
            "row__child",
        )
        .prefetch_related(candidates("row__candidates"))
        .order_by("raised_at", "pk")
    )


def issue_for(team: Team, close_match_id: int) -> CloseMatch:
    """Return one close match of this team, resolved or not.

    :raises Http404: there is none, or it is another team's
    """
    return get_object_or_404(
        CloseMatch.objects.filter(team=team).select_related(
            "row__cohort_import__file", "row__school", "resolved_by"
        ),
        pk=close_match_id,
    )


def others_about(match: CloseMatch, child_ids: Collection[int]) -> QuerySet[CloseMatch]:
    """Return the team's other open close matches about one of these children."""
    return (
        _open_issues(match.team)
        .filter(row__candidates__child__in=child_ids)
        .exclude(pk=match.pk)
        .select_related("row__cohort_import__file")
        .distinct()
        .order_by("raised_at", "pk")
    )


def _open_issues(team: Team) -> QuerySet[CloseMatch]:
    return CloseMatch.objects.filter(team=team, resolved_at=None)
