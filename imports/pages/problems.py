"""What is wrong with a file, grouped by kind and then by row."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.urls import reverse

from imports.models import CohortImport, RowError
from imports.pages import words
from imports.pages.card import Card
from imports.pages.rows import SectionSummary
from imports.queries import problems as queries
from imports.queries.problems import CHARACTERS_SHOWN, Kind
from mavis.pages import Pagination, count_of

PROBLEMS_A_PAGE = 50
# The part of the address at which the review page's warnings are read.
WARNINGS = "warnings"


@dataclass(frozen=True, slots=True)
class ProblemLine:
    """One thing that is wrong: where, what to do, and what was in the cell."""

    row_number: int | None
    column: str
    message: str
    value: str

    @classmethod
    def of(cls, problem: RowError) -> "ProblemLine":
        seen: str = problem.seen  # type: ignore[attr-defined]
        cut = len(seen) > CHARACTERS_SHOWN
        return cls(
            row_number=problem.row_number,
            column=problem.column or "",
            message=problem.message,
            value=f"{seen[:CHARACTERS_SHOWN]}…" if cut else seen,
        )


@dataclass(frozen=True, slots=True)
class KindLink:
    """One kind of problem, how often it occurs, and where its list begins."""

    code: str
    title: str
    count: str
    href: str


@dataclass(frozen=True, slots=True)
class ProblemGroup:
    """The problems of one kind that are on this page."""

    kind: KindLink
    lines: tuple[ProblemLine, ...]


@dataclass(frozen=True, slots=True)
class ProblemList:
    """One page of an import's problems, all of them reachable through its links."""

    kinds: tuple[KindLink, ...]
    groups: tuple[ProblemGroup, ...]
    pagination: Pagination

    @classmethod
    def of(
        cls,
        cohort_import: CohortImport,
        *,
        href: str,
        page: str,
        warnings: bool = False,
    ) -> "ProblemList":
        found = queries.problems(cohort_import, warnings=warnings)
        pagination = Pagination.of(
            total=found.count(),
            page=page,
            size=PROBLEMS_A_PAGE,
            address=f"{href}?page=",
        )
        kinds = _links(queries.kinds(cohort_import, warnings=warnings), href)
        return cls(
            kinds=kinds,
            groups=_groups(found[pagination.slice], kinds),
            pagination=pagination,
        )


@dataclass(frozen=True, slots=True)
class Invalid:
    """A file that cannot be imported before its rows are mended."""

    card: Card
    # "12 of 1,200 rows have problems"
    extent: str
    problems: ProblemList

    @classmethod
    def of(cls, cohort_import: CohortImport, *, page: str) -> "Invalid":
        return cls(
            card=Card.of(cohort_import),
            extent=extent(cohort_import),
            problems=ProblemList.of(
                cohort_import,
                href=reverse("imports:show", args=[cohort_import.pk]),
                page=page,
            ),
        )


@dataclass(frozen=True, slots=True)
class Warnings:
    """The warnings of an upload, for an expander or a page of their own."""

    section: str
    title: str
    back: str
    problems: ProblemList

    @classmethod
    def of(cls, cohort_import: CohortImport, *, page: str) -> "Warnings":
        href = reverse("imports:section", args=[cohort_import.pk, WARNINGS])
        return cls(
            section=WARNINGS,
            title="Warnings",
            back=reverse("imports:show", args=[cohort_import.pk]),
            problems=ProblemList.of(cohort_import, href=href, page=page, warnings=True),
        )


def extent(cohort_import: CohortImport) -> str:
    """Return how many rows of how many have problems."""
    rows = queries.rows_with_problems(cohort_import)
    has = "has" if rows == 1 else "have"
    return f"{rows:,} of {count_of(cohort_import.row_count, 'row')} {has} problems"


def warnings_summary(
    cohort_import: CohortImport, kinds: Sequence[Kind]
) -> SectionSummary:
    """Return the review page's Warnings section before it is opened."""
    count = sum(kind.problems for kind in kinds)
    return SectionSummary(
        section=WARNINGS,
        title="Warnings",
        sentence=(
            f"{count_of(count, 'thing')} to look at before you approve. "
            "Warnings do not stop the import."
        ),
        count=count,
        show=f"Show {count_of(count, 'warning')}",
        notes=tuple(f"{told}." for told in queries.first_of_all(cohort_import)),
        href=reverse("imports:section", args=[cohort_import.pk, WARNINGS]),
    )


def title_of(code: str) -> str:
    """Return the heading of a kind of problem."""
    return _TITLES.get(code) or words.sentence_case(words.field(code))


# Where the code by itself would say too little.
_TITLES = {
    "blank": "Nothing entered",
    "too_long": "Too many characters",
    "column_not_used": "Columns that are not used",
    "column_repeated": "Columns that are there more than once",
    "date_as_number": "Dates that Excel has turned into numbers",
    "date_does_not_exist": "Dates that do not exist",
    "date_in_future": "Dates in the future",
    "date_too_early": "Dates that are too long ago",
    "date_with_time": "Dates with a time",
    "digits_in_name": "Names with a digit",
    "email_not_valid": "Email addresses that are not valid",
    "no_letters": "Names without letters",
    "phone_not_valid": "Phone numbers that are not valid",
    "relationship_without_parent": "Relationships without a parent",
    "same_child": "The same child more than once",
    "same_nhs_number": "The same NHS number more than once",
    "school_not_in_team": "Schools that are not your team’s",
    "scientific_notation": "NHS numbers that Excel has shortened",
    "urn_not_six_digits": "URNs that do not have 6 digits",
}


def _links(kinds: Iterable[Kind], href: str) -> tuple[KindLink, ...]:
    """Return the kinds in the order of the list, each with its first page."""
    links = []
    before = 0
    for kind in kinds:
        page = before // PROBLEMS_A_PAGE + 1
        links.append(
            KindLink(
                code=kind.code,
                title=title_of(kind.code),
                count=(
                    count_of(kind.rows, "row")
                    if kind.rows
                    else count_of(kind.problems, "column")
                ),
                href=f"{href}?page={page}#{kind.code}",
            )
        )
        before += kind.problems
    return tuple(links)


def _groups(
    problems: Iterable[RowError], kinds: Iterable[KindLink]
) -> tuple[ProblemGroup, ...]:
    of_code = {kind.code: kind for kind in kinds}
    return tuple(
        ProblemGroup(of_code[code], tuple(ProblemLine.of(each) for each in group))
        for code, group in groupby(problems, key=lambda problem: problem.code)
    )
