"""Children for whom PDS has the number of another child, as their team sees them."""

from django.db.models import F, QuerySet
from django.shortcuts import get_object_or_404

from children import queries as children
from children.models import Child
from imports.models import SharedNumber
from mavis.models import Team


def shared_numbers(team: Team) -> QuerySet[SharedNumber]:
    """Return those that a person of the team has to decide, oldest first.

    One that has settled itself is not among them: either child has another number
    now, or has been merged.
    """
    return (
        SharedNumber.objects.filter(
            resolved_at=None,
            child__memberships__team=team,
            child__memberships__archived_at=None,
            child__nhs_number=F("number_of_child"),
            other_child__nhs_number=F("nhs_number"),
        )
        .select_related("child", "other_child")
        .order_by("raised_at", "pk")
    )


def shared_number_for(team: Team, shared_number_id: int) -> SharedNumber:
    """Return one that the team has to decide.

    :raises Http404: there is none, or it is settled, or another team's
    """
    return get_object_or_404(shared_numbers(team), pk=shared_number_id)


def other_of_team(team: Team, shared: SharedNumber) -> Child | None:
    """Return the child who has the number, if it is the team's too."""
    return children.children_of(team).filter(pk=shared.other_child_id).first()


def team_with(child: Child) -> Team | None:
    """Return the team that has a child now, if one has."""
    return children.team_with(child)
