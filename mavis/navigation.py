"""What the header of every page shows: the team's name, links and counts."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from children.queries import children_of, left_behind
from imports.models import CohortImport
from imports.purging import kept_for_a_decision
from imports.queries import open_issue_count
from imports.rules.lifecycle import Status
from mavis import clock
from mavis.access import (
    AuthenticatedRequest,
    may_work,
)
from mavis.models import Team
from mavis.pages import Pagination, show_date, show_name
from mavis.rules.permissions import Action, may
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
    audit_log = (link(request, "Audit log", reverse("audit_log:show")),)
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
            *(audit_log if may(request.role, Action.SEE_AUDIT_LOG) else ()),
        ),
    )


def open_issues(request: AuthenticatedRequest) -> int:
    return open_issue_count(request.team)


def with_count(text: str, count: int) -> str:
    """Return a link's words: "Imports (2)", or "Imports" when nothing waits."""
    return f"{text} ({count:,})" if count else text


def link(request: HttpRequest, text: str, href: str) -> Link:
    # Every address begins with the dashboard's, which is current only by itself.
    current = request.path == href or (href != "/" and request.path.startswith(href))
    return Link(text, href, current)


NOTICES_A_PAGE = 20


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """Something to know about a child; without a link where there is nothing to open."""

    notice_id: int
    child_id: int | None
    name: str
    what: str
    when: str

    @classmethod
    def of(cls, notice: Notice, *, may_open: Collection[int]) -> "NoticeLine":
        what = NoticeKind(notice.kind).label
        return cls(
            notice_id=notice.pk,
            child_id=notice.child_id if notice.child_id in may_open else None,
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
    # Their number, and one page of them.
    notice_pages: Pagination
    notices: tuple[NoticeLine, ...]
    may_dismiss: bool
    # Rows of uploads that would have to be erased soon, were they not undecided.
    kept_rows: int
    may_see_pds_status: bool


def waiting(request: AuthenticatedRequest) -> Waiting:
    notices = open_notices(request.team)
    pages = Pagination.of(
        total=notices.count(),
        page=request.GET.get("page", "1"),
        size=NOTICES_A_PAGE,
        address=f"{reverse('dashboard')}?page=",
    )
    shown = list(notices[pages.slice])
    may_open = openable(request.team, [notice.child_id for notice in shown])
    return Waiting(
        uploads_to_review=CohortImport.objects.filter(
            team=request.team, status__in=[Status.IN_REVIEW, Status.IN_FURTHER_REVIEW]
        ).count(),
        issues=open_issues(request),
        school_moves=open_moves(request.team).count(),
        notice_pages=pages,
        notices=tuple(NoticeLine.of(notice, may_open=may_open) for notice in shown),
        may_dismiss=may(request.role, Action.DISMISS_NOTICE),
        kept_rows=kept_for_a_decision(team_id=request.team.pk, now=clock.now()),
        may_see_pds_status=may(request.role, Action.SEE_PDS_STATUS),
    )


def openable(team: Team, child_ids: Collection[int]) -> set[int]:
    """Return those of these children of whom the team has a page to open."""
    if not child_ids:
        return set()
    found = children_of(team).filter(pk__in=child_ids).values_list("pk", flat=True)
    left = left_behind(team).filter(pk__in=child_ids).values_list("pk", flat=True)
    return {*found, *left}
