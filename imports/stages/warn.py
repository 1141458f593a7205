"""What a reviewer is warned of, found when every row has been matched."""

from collections.abc import Iterator

from django.db.models import Exists, OuterRef

from children.models import CohortMembership
from imports.models import CohortImport, RowError
from imports.rules.cautions import CODES, RowSeen, SchoolFacts, cautions
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


def _rows_seen(cohort_import: CohortImport) -> Iterator[RowSeen]:
    """Return every row with what the warnings depend on."""
    schools = _schools(cohort_import)
    # What Mavis knows of a child is told to a team that has it, or had it.
    ours = CohortMembership.objects.filter(
        team=cohort_import.team, child=OuterRef("matched_child")
    )
    rows = (
        cohort_import.rows.annotate(is_ours=Exists(ours))
        .order_by("row_number")
        .values_list(
            "row_number", "first_name", "last_name", "date_of_birth",
            "birth_academic_year", "birth_academic_year_given", "school_id",
            "deceased", "archived", "other_team_id", "is_ours",
            "matched_child__deceased", "matched_child__birth_academic_year",
            "matched_child__birth_academic_year_given",
        )
    )  # fmt: skip
    for (
        row_number, first_name, last_name, date_of_birth, birth_academic_year, given,
        school_id, deceased, archived, other_team_id, is_ours, child_is_deceased,
        known_birth_academic_year, known_is_given,
    ) in rows.iterator(chunk_size=5000):  # fmt: skip
        if date_of_birth is None or birth_academic_year is None:
            continue  # erased
        may_tell = is_ours and other_team_id is None
        yield RowSeen(
            row_number=row_number,
            name=show_name(first_name, last_name),
            date_of_birth=date_of_birth,
            birth_academic_year=birth_academic_year,
            year_group_given=given,
            known_birth_academic_year=(
                known_birth_academic_year if may_tell and known_is_given else None
            ),
            school=schools.get(school_id),
            has_died=(
                deceased
                or archived == Archived.STAYS
                or bool(may_tell and child_is_deceased)
            ),
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
