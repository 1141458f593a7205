"""The rows of one section, one page of them, for an expander or a page of its own."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse

from imports.models import CohortImport, CohortRow
from imports.pages import words
from imports.pages.close_match import FROM_IMPORT, href_of
from imports.pages.sections import WORDS
from imports.queries import rows as queries
from imports.queries.rows import Section
from mavis.long_lists import page_of
from mavis.pages import Pagination, count_of, show_date, show_name, show_nhs_number

ROWS_A_PAGE = 50
FEW_ROWS = 10
HIDDEN = "Hidden"


@dataclass(frozen=True, slots=True)
class RowLine:
    """One row of the file, as uploaded."""

    row_number: int
    name: str
    href: str  # of the child it became; blank where this team cannot open it
    nhs_number: str
    nhs_number_from_pds: bool
    date_of_birth: str
    postcode: str
    year_group: str
    deceased: bool
    details: tuple[str, ...]
    # Of its close match; blank where that is not what the section is about.
    review_href: str

    @classmethod
    def of(cls, row: CohortRow, section: Section) -> "RowLine":
        return cls(
            row_number=row.row_number,
            name=_name(row),
            href=_child_href(row) if section is Section.IMPORTED else "",
            nhs_number=show_nhs_number(row.nhs_number_uploaded or row.nhs_number),
            nhs_number_from_pds=bool(row.nhs_number and not row.nhs_number_uploaded),
            date_of_birth=show_date(row.date_of_birth),
            postcode=HIDDEN if queries.is_hidden_in_section(row) else row.postcode,
            year_group=words.year_group(row),
            deceased=row.deceased,
            details=WORDS[section].details(row),
            review_href=(
                href_of(row.close_match, FROM_IMPORT)
                if section is Section.UPLOAD_ISSUES
                else ""
            ),
        )


@dataclass(frozen=True, slots=True)
class SectionSummary:
    """A section before it is opened: its name, what it means, and how many rows."""

    section: str
    title: str
    sentence: str
    count: int
    show: str  # "Show 3 records"
    href: str
    # More to say, each a sentence.
    notes: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        section: Section,
        cohort_import: CohortImport,
        count: int,
        *,
        notes: tuple[str, ...] = (),
    ) -> "SectionSummary":
        text = WORDS[section]
        return cls(
            section=section.value,
            title=text.title,
            sentence=f"{count_of(count, 'record')} {text.one if count == 1 else text.many}",
            count=count,
            show=f"Show {count_of(count, 'record')}",
            href=section_href(section, cohort_import),
            notes=notes,
        )


@dataclass(frozen=True, slots=True)
class Rows:
    """One page of a section's rows; with a search, of those that it finds."""

    section: str
    title: str
    column: str
    href: str
    back: str
    search: str
    searchable: bool
    caption: str
    # It would only repeat what the expander or the heading says.
    caption_hidden: bool
    rows: tuple[RowLine, ...]
    pagination: Pagination

    @classmethod
    def of(
        cls,
        section: Section,
        cohort_import: CohortImport,
        *,
        search: str,
        page: str,
        total: int | None = None,
    ) -> "Rows":
        """Return the page; `total` is how many rows there are, where it is known."""
        found = queries.rows_in(section, cohort_import, search=search)
        href = section_href(section, cohort_import)
        pagination, rows = page_of(
            found,
            page=page,
            size=ROWS_A_PAGE,
            address=f"{href}?page=",
            total=total,
            key=queries.ROW_KEY,
        )
        return cls(
            section=section.value,
            title=WORDS[section].title,
            column=WORDS[section].column,
            href=href,
            back=reverse("imports:show", args=[cohort_import.pk]),
            search=search,
            # A list that is seen at one glance needs no search.
            searchable=bool(search) or pagination.total > FEW_ROWS,
            caption=_caption(pagination, search),
            caption_hidden=pagination.last == 1 and not search,
            rows=tuple(RowLine.of(row, section) for row in rows),
            pagination=pagination,
        )


def section_href(section: Section, cohort_import: CohortImport) -> str:
    """Return the address of a section's own page."""
    return reverse("imports:section", args=[cohort_import.pk, section.value])


def summaries(
    cohort_import: CohortImport, *sections: Section
) -> tuple[SectionSummary, ...]:
    """Return those of the sections that have rows."""
    counts = queries.count_by_section(cohort_import, *sections)
    return summaries_of(cohort_import, counts)


def summaries_of(
    cohort_import: CohortImport, counts: Mapping[Section, int]
) -> tuple[SectionSummary, ...]:
    """Return those of the sections that have rows, of which these are the numbers."""
    return tuple(
        SectionSummary.of(section, cohort_import, count)
        for section, count in counts.items()
        if count
    )


def _caption(pagination: Pagination, search: str) -> str:
    """Return which rows a table shows, and of which search."""
    found = f" found for “{search}”" if search else ""
    if not pagination.total:
        return f"No records{found}"
    if pagination.last == 1:
        return f"{count_of(pagination.total, 'record')}{found}"
    return f"Records {pagination.showing}{found}"


def _name(row: CohortRow) -> str:
    """Return the name of the row; once that is erased, of the child it became."""
    if row.date_of_birth:
        return show_name(row.first_name, row.last_name)
    if row.child:
        return show_name(row.child.first_name, row.child.last_name)
    return "Details erased"


def _child_href(row: CohortRow) -> str:
    if row.child is None or not row.team_has_had_child:  # type: ignore[attr-defined]
        return ""
    return reverse("children:show", args=[row.child.pk])
