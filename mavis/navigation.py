"""What the header of every page shows: the team's name, links and counts."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from imports.models import CloseMatch
from mavis.access import AuthenticatedRequest, may_work
from schoolmoves.models import MoveState, SchoolMove


@dataclass(frozen=True, slots=True)
class Link:
    text: str
    href: str
    current: bool


@dataclass(frozen=True, slots=True)
class Navigation:
    """The header: blank names and no links for someone who is not signed in."""

    team: str = ""
    user: str = ""
    may_change_team: bool = False
    links: tuple[Link, ...] = ()


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Return the header's values as `navigation` (a context processor).

    A fragment that htmx asks for has no header, and is spared the counting.
    """
    if getattr(request, "htmx", False):
        return {"navigation": Navigation()}
    if may_work(request):
        return {"navigation": of_team(request)}
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return {"navigation": Navigation(user=user.name)}
    return {"navigation": Navigation()}


def of_team(request: AuthenticatedRequest) -> Navigation:
    issues = CloseMatch.objects.filter(team=request.team, resolved_at=None).count()
    moves = SchoolMove.objects.filter(team=request.team, state=MoveState.OPEN).count()
    return Navigation(
        team=request.team.name,
        user=request.user.name,
        may_change_team=len(request.memberships) > 1,
        links=(
            link(request, "Dashboard", reverse("dashboard")),
            link(request, "Children", reverse("children:search")),
            link(request, with_count("Imports", issues), reverse("imports:list")),
            link(request, with_count("School moves", moves), reverse("schoolmoves:list")),
        ),
    )


def with_count(text: str, count: int) -> str:
    """Return a link's words: "Imports (2)", or "Imports" when nothing waits."""
    return f"{text} ({count:,})" if count else text


def link(request: HttpRequest, text: str, href: str) -> Link:
    # Every address begins with the dashboard's, which is current only by itself.
    current = request.path == href or (href != "/" and request.path.startswith(href))
    return Link(text, href, current)
