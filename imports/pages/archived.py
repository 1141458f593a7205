"""The archived children in a file: which of them are restored, and which are kept."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse

from children.models import ArchiveReason, CohortMembership
from imports.models import CohortImport, CohortRow
from imports.pages.rows import ROWS_A_PAGE, RowLine, SectionSummary, section_href
from imports.pages.sections import WORDS
from imports.queries import rows as queries
from imports.queries.rows import Section
from imports.rules.outcomes import Archived
from mavis.long_lists import page_of
from mavis.pages import Pagination, count_of
from mavis.rules.permissions import Action, can_be_done


@dataclass(frozen=True, slots=True)
class ArchivedLine:
    """One row of an archived child.

    - `why`: why this team archived the child; blank if only others have had it
    - `choice`: "restored" or "kept"; blank where there is nothing to choose
    """

    row: RowLine
    why: str
    choice: str

    @classmethod
    def of(cls, row: CohortRow, reasons: Mapping[int, str]) -> "ArchivedLine":
        reason = reasons.get(row.matched_child_id or 0)
        stays = row.archived == Archived.STAYS
        return cls(
            row=RowLine.of(row, Section.ARCHIVED),
            why=str(ArchiveReason(reason).label) if reason else "",
            choice="" if stays else row.archived,
        )


@dataclass(frozen=True, slots=True)
class ArchivedChildren:
    """One page of the archived children in a file."""

    section: str
    title: str
    href: str
    back: str
    choose_href: str
    caption: str
    lines: tuple[ArchivedLine, ...]
    may_choose: bool
    pagination: Pagination

    @classmethod
    def of(cls, cohort_import: CohortImport, *, page: str) -> "ArchivedChildren":
        section = Section.ARCHIVED
        found = queries.rows_in(section, cohort_import)
        href = section_href(section, cohort_import)
        pagination, rows = page_of(
            found, page=page, size=ROWS_A_PAGE, address=f"{href}?page="
        )
        reasons = _reasons(cohort_import, rows)
        return cls(
            section=section.value,
            title=WORDS[section].title,
            href=href,
            back=reverse("imports:show", args=[cohort_import.pk]),
            choose_href=reverse("imports:choose_archived", args=[cohort_import.pk]),
            caption=f"Archived children {pagination.showing}"
            if pagination.last > 1
            else count_of(pagination.total, "archived child", "archived children"),
            lines=tuple(ArchivedLine.of(row, reasons) for row in rows),
            may_choose=can_be_done(Action.CHOOSE_ARCHIVED, cohort_import.status),
            pagination=pagination,
        )


def _reasons(cohort_import: CohortImport, rows: list[CohortRow]) -> dict[int, str]:
    """Return why the importing team itself archived these children, by child."""
    return dict(
        CohortMembership.objects.filter(
            team=cohort_import.team,
            child__in=[row.matched_child_id for row in rows],
            archived_at__isnull=False,
        ).values_list("child", "archive_reason")
    )


def summary(cohort_import: CohortImport, count: int) -> SectionSummary:
    """Return the section before it is opened, saying what would become of how many."""
    counts = queries.count_by_archived(cohort_import)
    told = (
        (counts[Archived.RESTORED], "will be restored", "will be restored"),
        (
            counts[Archived.KEPT],
            "stays archived, and the record is not imported",
            "stay archived, and the records are not imported",
        ),
        (
            counts[Archived.STAYS],
            "has died and stays archived, and the record is not imported",
            "have died and stay archived, and the records are not imported",
        ),
    )
    notes = tuple(
        f"{count_of(number, 'child', 'children')} {one if number == 1 else many}."
        for number, one, many in told
        if number
    )
    return SectionSummary.of(Section.ARCHIVED, cohort_import, count, notes=notes)
