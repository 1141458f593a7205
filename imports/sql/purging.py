"""Erasing what an upload held of people, once nothing needs it any more."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

# What a person has still to decide needs the values of its row.
_UNDECIDED = """
(EXISTS (SELECT FROM imports_closematch m
         WHERE m.row_id = r.id AND m.resolved_at IS NULL)
 OR EXISTS (SELECT FROM schoolmoves_schoolmove s
            WHERE s.id = r.school_move_id AND r.result = 'held_with_move'
              AND s.state IN ('open', 'waiting')))
"""
# Counts and statuses stay: of whom they are is not said any more.
_ERASE_ROWS = f"""
UPDATE imports_cohortrow r
SET first_name = '', last_name = '', first_name_key = '', last_name_key = '',
    preferred_first_name = '', preferred_last_name = '', date_of_birth = NULL,
    birth_academic_year = NULL, birth_academic_year_given = false, registration = '',
    gender = '', address_line_1 = '', address_line_2 = '', town = '', postcode = '',
    nhs_number_uploaded = NULL, nhs_number = NULL, date_of_death = NULL,
    parent_1_name = '', parent_1_relationship = '', parent_1_relationship_other = '',
    parent_1_phone = '', parent_1_email = '',
    parent_2_name = '', parent_2_relationship = '', parent_2_relationship_other = '',
    parent_2_phone = '', parent_2_email = ''
WHERE r.cohort_import_id = %(import_id)s AND r.date_of_birth IS NOT NULL
  AND NOT {_UNDECIDED}
"""  # noqa: S608 -- both parts stand above
# What PDS was asked for a row that became no child says whom it was asked about. A
# child's lookups are its history. The foreign keys are looked at when all is done.
_ERASE_LOOKUPS = f"""
WITH looked_up AS (
    SELECT r.id, r.trace_id FROM imports_cohortrow r
    LEFT JOIN children_childtrace c ON c.trace_id = r.trace_id
    WHERE r.cohort_import_id = %(import_id)s AND r.trace_id IS NOT NULL
      AND c.id IS NULL AND NOT {_UNDECIDED}
), forgotten AS (
    UPDATE imports_cohortrow r SET trace_id = NULL FROM looked_up l WHERE l.id = r.id
), steps AS (
    DELETE FROM pds_tracestep s USING looked_up l WHERE s.trace_id = l.trace_id
)
DELETE FROM pds_trace t USING looked_up l WHERE t.id = l.trace_id
"""  # noqa: S608 -- both parts stand above
_ROWS_LEFT = """
SELECT EXISTS (SELECT FROM imports_cohortrow
               WHERE cohort_import_id = %(import_id)s AND date_of_birth IS NOT NULL)
"""
_ERASE_ERRORS = """
UPDATE imports_rowerror SET value = '' WHERE cohort_import_id = %(import_id)s
  AND value <> ''
"""
_ERASE_FILE = """
DELETE FROM imports_importfilechunk k USING imports_importfile f
WHERE k.file_id = f.id AND f.cohort_import_id = %(import_id)s
"""
_ERASE_CHILDREN_BEFORE = """
DELETE FROM imports_childbeforeimport WHERE cohort_import_id = %(import_id)s
"""
_IS_ERASED = """
UPDATE imports_importfile SET erased_at = %(at)s WHERE cohort_import_id = %(import_id)s
"""


@dataclass(frozen=True, slots=True)
class Erased:
    """What became of an upload: whether anything was erased, and whether all is."""

    something: bool
    all_of_it: bool


def erase_values(*, import_id: int, at: datetime) -> Erased:
    """Erase an upload's file and the values of its rows, but for undecided ones."""
    import_is = {"import_id": import_id}
    erased = 0
    with connection.cursor() as cursor:
        for statement in (_ERASE_FILE, _ERASE_ERRORS, _ERASE_LOOKUPS, _ERASE_ROWS):
            cursor.execute(statement, import_is)
            erased += cursor.rowcount
        cursor.execute(_ROWS_LEFT, import_is)
        if cursor.fetchone()[0]:
            return Erased(something=erased > 0, all_of_it=False)
        cursor.execute(_ERASE_CHILDREN_BEFORE, import_is)
        cursor.execute(_IS_ERASED, {**import_is, "at": at})
    return Erased(something=True, all_of_it=True)


# From what waits to its row: of a big import, hardly any row does.
_KEPT_FOR_A_DECISION = """
WITH old AS (
    SELECT id, status FROM imports_cohortimport
    WHERE team_id = %(team_id)s AND uploaded_at < %(before)s
)
SELECT (SELECT count(*) FROM old JOIN imports_cohortrow r ON r.cohort_import_id = old.id
        WHERE old.status IN ('in_review', 'in_further_review'))
     + (SELECT count(*) FROM imports_closematch m
        JOIN imports_cohortrow r ON r.id = m.row_id
        JOIN old ON old.id = r.cohort_import_id
        WHERE m.team_id = %(team_id)s AND m.resolved_at IS NULL
          AND old.status NOT IN ('in_review', 'in_further_review'))
     + (SELECT count(*) FROM schoolmoves_schoolmove s
        JOIN imports_cohortrow r ON r.school_move_id = s.id
        JOIN old ON old.id = r.cohort_import_id
        WHERE s.team_id = %(team_id)s AND s.state IN ('open', 'waiting')
          AND r.result = 'held_with_move'
          AND old.status NOT IN ('in_review', 'in_further_review'))
"""


def rows_kept_for_a_decision(*, team_id: int, before: datetime) -> int:
    """Return how many rows of uploads from before then wait for a person of a team."""
    with connection.cursor() as cursor:
        cursor.execute(_KEPT_FOR_A_DECISION, {"team_id": team_id, "before": before})
        return int(cursor.fetchone()[0])
