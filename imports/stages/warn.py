"""What a reviewer is warned of, found when every row has been matched."""

from collections.abc import Iterator

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Case, Exists, OuterRef, Q, Value, When

from children.models import CohortMembership
from imports.models import CohortImport, RowError
from imports.rules.cautions import CODES, RowsSeen, SchoolFacts, cautions
from imports.rules.outcomes import Archived
from mavis.models import School
from mavis.pages import show_name
from mavis.sql import copy_into

_COLUMNS = (
    "cohort_import_id", "is_warning", "row_number", "column", "code", "message", "value",
)  # fmt: skip


def store_warnings(cohort_import: CohortImport) -> None:
    """Keep what the reviewer is to be warned of, in place of what was kept before."""
    RowError.objects.filter(
        cohort_import=cohort_import, is_warning=True, code__in=CODES
    ).delete()
    found = list(
        cautions(
            _rows_seen(cohort_import),
            year=cohort_import.academic_year,
            nursery=cohort_import.team.vaccinates_nursery,
        )
    )
    copy_into(
        RowError,
        _COLUMNS,
        (
            (
                cohort_import.pk,
                True,
                problem.row_number,
                problem.column,
                problem.code,
                problem.message,
                problem.value,
            )
            for problem in found
        ),
    )


def _rows_seen(cohort_import: CohortImport) -> Iterator[RowsSeen]:
    """Return the rows with what warnings depend on, those together that are alike."""
    schools = _schools(cohort_import)
    # What Mavis knows of a child is told to a team that has it, or had it.
    ours = CohortMembership.objects.filter(
        team=cohort_import.team, child=OuterRef("matched_child")
    )
    known = Q(matched_child__birth_academic_year_given=True, other_team=None)
    died = Q(matched_child__deceased=True, other_team=None) & Exists(ours)
    given = Q(birth_academic_year_given=True)
    is_named = Q(has_died=True) | ~Q(archived="")
    alike = (
        # What has been erased has no year of birth.
        cohort_import.rows.filter(
            date_of_birth__isnull=False, birth_academic_year__isnull=False
        )
        .annotate(
            born=Case(When(given, then="date_of_birth")),
            known=Case(
                When(
                    known & Exists(ours), then="matched_child__birth_academic_year"
                )
            ),
            has_died=Case(
                When(died | Q(deceased=True) | Q(archived=Archived.STAYS), then=True),
                default=False,
            ),
        )
        .annotate(
            first=Case(When(is_named, then="first_name"), default=Value("")),
            last=Case(When(is_named, then="last_name"), default=Value("")),
        )
        .values_list(
            "first", "last", "born", "birth_academic_year", "known", "school_id",
            "has_died", "archived",
        )
        .annotate(row_numbers=ArrayAgg("row_number"))
    )  # fmt: skip
    for (
        first, last, born, birth_year, known_birth_year, school_id, has_died, archived,
        row_numbers,
    ) in alike.iterator(chunk_size=5000):  # fmt: skip
        yield RowsSeen(
            row_numbers=row_numbers,
            name=show_name(first, last) if has_died or archived else "",
            date_of_birth=born,
            birth_academic_year=birth_year,
            known_birth_academic_year=known_birth_year,
            school=schools.get(school_id),
            has_died=has_died,
            is_archived=bool(archived),
        )


def _schools(cohort_import: CohortImport) -> dict[int, SchoolFacts]:
    """Return the schools that rows name, by id."""
    named = cohort_import.rows.filter(school__isnull=False).values("school")
    return {
        school.pk: SchoolFacts(
            urn=school.urn,
            name=school.name,
            closed=school.closed,
            special=school.is_special,
            low_age=school.low_age,
            high_age=school.high_age,
        )
        for school in School.objects.filter(pk__in=named.distinct())
    }
