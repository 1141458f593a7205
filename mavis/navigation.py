"""What the header of every page shows: the team's name, links and counts."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from imports.models import CloseMatch, CohortImport
from imports.rules.lifecycle import Status
from mavis.access import AuthenticatedRequest, may_work
from mavis.pages import show_date, show_name
from schoolmoves.models import Notice, NoticeKind
from schoolmoves.queries import open_moves, open_notices


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
    issues = open_issues(request)
    moves = open_moves(request.team).count()
    return Navigation(
        team=request.team.name,
        user=request.user.name,
        may_change_team=len(request.memberships) > 1,
        links=(
            link(request, "Dashboard", reverse("dashboard")),
            link(request, "Children", reverse("children:search")),
            link(request, with_count("Imports", issues), reverse("imports:list")),
            link(
                request, with_count("School moves", moves), reverse("schoolmoves:list")
            ),
        ),
    )


def open_issues(request: AuthenticatedRequest) -> int:
    return CloseMatch.objects.filter(team=request.team, resolved_at=None).count()


def with_count(text: str, count: int) -> str:
    """Return a link's words: "Imports (2)", or "Imports" when nothing waits."""
    return f"{text} ({count:,})" if count else text


def link(request: HttpRequest, text: str, href: str) -> Link:
    # Every address begins with the dashboard's, which is current only by itself.
    current = request.path == href or (href != "/" and request.path.startswith(href))
    return Link(text, href, current)


# Notices shown on the dashboard; the heading counts them all.
NOTICES = 20


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """Something to know about a child; without a link when another team has it now."""

    child_id: int | None
    name: str
    what: str
    when: str

    @classmethod
    def of(cls, notice: Notice) -> "NoticeLine":
        what = NoticeKind(notice.kind).label
        return cls(
            child_id=None if notice.new_team else notice.child_id,
            name=show_name(notice.child.first_name, notice.child.last_name),
            what=f"{what}: {notice.new_team.name}" if notice.new_team else what,
            when=show_date(timezone.localtime(notice.at).date()),
        )


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for the team, as the dashboard shows it."""

    uploads_to_review: int
    issues: int
    school_moves: int
    notice_count: int
    notices: tuple[NoticeLine, ...]


def waiting(request: AuthenticatedRequest) -> Waiting:
    notices = open_notices(request.team)
    return Waiting(
        uploads_to_review=CohortImport.objects.filter(
            team=request.team, status__in=[Status.IN_REVIEW, Status.IN_FURTHER_REVIEW]
        ).count(),
        issues=open_issues(request),
        school_moves=open_moves(request.team).count(),
        notice_count=notices.count(),
        notices=tuple(NoticeLine.of(notice) for notice in notices[:NOTICES]),
    )
