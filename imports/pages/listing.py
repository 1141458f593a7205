"""The Imports page and its three tabs."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from imports import queries
from imports.models import CloseMatch, CohortImport
from imports.pages import words
from imports.pages.candidates import may_be_about
from imports.pages.shared_number import SharedNumberLine
from imports.pages.statuses import StatusTag, short_progress
from imports.queries import issues, shared_numbers, uploads
from mavis.models import Team
from mavis.navigation import with_count
from mavis.pages import Pagination, count_of, show_datetime, show_name

IMPORTS_A_PAGE = 20
ISSUES_A_PAGE = 20
# The only type for now; class lists and vaccination records are not shown.
CHILD_RECORDS = "Child records"
EMPTY = {
    "imports:list": "No upload is in progress, or waits to be reviewed.",
    "imports:completed": "No upload has been imported yet.",
}


@dataclass(frozen=True, slots=True)
class Tab:
    text: str
    href: str
    current: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One import in a list."""

    at: str
    href: str
    file_name: str
    type: str
    status: StatusTag
    progress: str
    records: str

    @classmethod
    def of(cls, cohort_import: CohortImport) -> "Line":
        return cls(
            at=show_datetime(cohort_import.uploaded_at),
            href=reverse("imports:show", args=[cohort_import.pk]),
            file_name=cohort_import.file.name,
            type=CHILD_RECORDS,
            status=StatusTag.of(cohort_import),
            progress=short_progress(cohort_import),
            records=f"{cohort_import.row_count:,}",
        )


@dataclass(frozen=True, slots=True)
class Imports:
    """The Incomplete uploads tab, or the Completed imports tab."""

    title: str
    # What to say when the list is empty.
    empty: str
    tabs: tuple[Tab, ...]
    lines: tuple[Line, ...]
    pagination: Pagination

    @classmethod
    def incomplete(cls, team: Team, page: str) -> "Imports":
        return cls._of(team, "imports:list", page)

    @classmethod
    def completed(cls, team: Team, page: str) -> "Imports":
        return cls._of(team, "imports:completed", page)

    @classmethod
    def _of(cls, team: Team, view: str, page: str) -> "Imports":
        found = (
            uploads.completed_imports(team)
            if view == "imports:completed"
            else uploads.incomplete_uploads(team)
        )
        pagination = Pagination.of(
            total=found.count(),
            page=page,
            size=IMPORTS_A_PAGE,
            address=f"{reverse(view)}?page=",
        )
        tabs = tabs_of(view, issue_count=queries.open_issue_count(team))
        return cls(
            title=next(tab.text for tab in tabs if tab.current),
            empty=EMPTY[view],
            tabs=tabs,
            lines=tuple(Line.of(each) for each in found[pagination.slice]),
            pagination=pagination,
        )


@dataclass(frozen=True, slots=True)
class Issue:
    """A close match in the list: who, what differs, from which upload, how old."""

    name: str
    differences: tuple[str, ...]
    upload: str
    href: str
    file_name: str
    row_number: int
    age: str
    review_href: str

    @classmethod
    def of(cls, match: CloseMatch, *, now: datetime) -> "Issue":
        row, cohort_import = match.row, match.row.cohort_import
        return cls(
            name=show_name(row.first_name, row.last_name),
            differences=may_be_about(row),
            upload=show_datetime(cohort_import.uploaded_at),
            href=reverse("imports:show", args=[cohort_import.pk]),
            file_name=cohort_import.file.name,
            row_number=row.row_number,
            age=words.age(match.raised_at, now),
            review_href=reverse("imports:resolve", args=[match.pk]),
        )


@dataclass(frozen=True, slots=True)
class Issues:
    """The Issues tab."""

    title: str
    tabs: tuple[Tab, ...]
    issues: tuple[Issue, ...]
    pagination: Pagination
    # What PDS has said of children in Mavis.
    shared_numbers: tuple[SharedNumberLine, ...]

    @classmethod
    def of(cls, team: Team, page: str, *, now: datetime) -> "Issues":
        found = issues.issues(team)
        count = issues.close_match_count(team)
        from_pds = shared_numbers.shared_numbers(team)
        pagination = Pagination.of(
            total=count,
            page=page,
            size=ISSUES_A_PAGE,
            address=f"{reverse('imports:issues')}?page=",
        )
        return cls(
            title=_title(count),
            tabs=tabs_of("imports:issues", issue_count=count + len(from_pds)),
            issues=tuple(Issue.of(each, now=now) for each in found[pagination.slice]),
            pagination=pagination,
            shared_numbers=tuple(
                SharedNumberLine.of(each, now=now) for each in from_pds
            ),
        )


def _title(count: int) -> str:
    need = "needs" if count == 1 else "need"
    return f"{count_of(count, 'uploaded record')} {need} review"


def tabs_of(current: str, *, issue_count: int) -> tuple[Tab, ...]:
    """Return the three tabs, one of them current."""
    return tuple(
        Tab(text, reverse(view), current=view == current)
        for text, view in (
            ("Incomplete uploads", "imports:list"),
            ("Completed imports", "imports:completed"),
            (with_count("Issues", issue_count), "imports:issues"),
        )
    )
