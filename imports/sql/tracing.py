"""What tracing reads and writes of an import's rows, all of them at once."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime

from django.db import connection

from imports.rules.match_rate import Counts
from imports.rules.same_number import SameNumber
from pds.rules.outcomes import TraceOutcome, UploadedNumber

# A child in Mavis with that date of birth, last name and postcode, unless it is the
# child of this row, by its number or its first name.
_TWINS_IN_MAVIS = """
SELECT DISTINCT r.id
FROM imports_cohortrow r
JOIN children_child c
  ON (c.date_of_birth, c.last_name_key, c.postcode)
   = (r.date_of_birth, r.last_name_key, r.postcode)
 AND c.merged_into_id IS NULL
 AND c.first_name_key <> r.first_name_key
 AND c.nhs_number IS DISTINCT FROM r.nhs_number_uploaded
WHERE r.id = ANY(%(row_ids)s)
"""

# Other rows of the file with that date of birth, last name and postcode: other children,
# for a child is in a file once.
_TWINS_IN_FILE = """
SELECT r.id, twins.names
FROM imports_cohortrow r
-- Row by row, by what the two share (see THESE_ROWS in imports.sql.known): else PostgreSQL
-- reads the whole table for each round, or the whole import for each row.
CROSS JOIN LATERAL (
    SELECT array_agg(other.first_name_key) AS names
    FROM (
        SELECT id, cohort_import_id, first_name_key, postcode FROM imports_cohortrow
        WHERE date_of_birth = r.date_of_birth AND last_name_key = r.last_name_key
        OFFSET 0
    ) other
    WHERE other.cohort_import_id = r.cohort_import_id
      AND other.postcode = r.postcode
      AND other.id <> r.id
) twins
WHERE r.id = ANY(%(row_ids)s) AND twins.names IS NOT NULL
"""

_STORE_FINISHED = """
UPDATE imports_cohortrow r
SET trace_id = done.trace_id,
    trace_outcome = done.trace_outcome,
    trace_tries = done.trace_tries,
    trace_not_before = NULL,
    trace_error_is_permanent = done.trace_error_is_permanent,
    uploaded_number = done.uploaded_number,
    nhs_number = done.nhs_number,
    nhs_number_confirmed = done.nhs_number_confirmed,
    restricted = done.restricted,
    deceased = done.deceased,
    date_of_death = done.date_of_death
FROM unnest(
    %(row_id)s::bigint[], %(trace_id)s::bigint[], %(trace_outcome)s::text[],
    %(trace_tries)s::int[], %(trace_error_is_permanent)s::bool[],
    %(uploaded_number)s::text[], %(nhs_number)s::text[],
    %(nhs_number_confirmed)s::bool[], %(restricted)s::bool[], %(deceased)s::bool[],
    %(date_of_death)s::date[]
) AS done (
    row_id, trace_id, trace_outcome, trace_tries, trace_error_is_permanent,
    uploaded_number, nhs_number, nhs_number_confirmed, restricted, deceased,
    date_of_death
)
WHERE r.id = done.row_id
"""

_STORE_TRIES = """
UPDATE imports_cohortrow r
SET trace_tries = tried.tries, trace_not_before = tried.not_before
FROM unnest(%(row_ids)s::bigint[], %(tries)s::int[], %(not_before)s::timestamptz[])
     AS tried (row_id, tries, not_before)
WHERE r.id = tried.row_id
"""

_COUNTS = """
SELECT count(*) FILTER (WHERE trace_outcome = 'found'),
       count(*) FILTER (WHERE trace_outcome = 'not_found'),
       count(*) FILTER (WHERE trace_outcome = 'conflict'),
       count(*) FILTER (WHERE trace_outcome = 'error'),
       count(*) FILTER (WHERE trace_outcome = 'error' AND trace_error_is_permanent)
FROM imports_cohortrow
WHERE cohort_import_id = %(import_id)s
"""

_TRY_ERRORS_AGAIN = """
WITH again AS (
    SELECT id, trace_id
    FROM imports_cohortrow
    WHERE cohort_import_id = %(import_id)s
      AND trace_outcome = 'error' AND NOT trace_error_is_permanent
), emptied AS (
    UPDATE imports_cohortrow r
    SET trace_outcome = '', trace_id = NULL, trace_tries = 0,
        trace_not_before = %(not_before)s, uploaded_number = '', nhs_number = NULL
    FROM again
    WHERE r.id = again.id
)
SELECT trace_id FROM again
"""
# The lookups that ended in error, which nothing holds any more.
_DELETE_STEPS = "DELETE FROM pds_tracestep WHERE trace_id = ANY(%(trace_ids)s)"
_DELETE_TRACES = "DELETE FROM pds_trace WHERE id = ANY(%(trace_ids)s)"

_CONFIRMED_MORE_THAN_ONCE = """
SELECT row_number, nhs_number, coalesce(nhs_number_uploaded, ''), uploaded_number
FROM (
    SELECT row_number, nhs_number, nhs_number_uploaded, uploaded_number,
           count(*) OVER (PARTITION BY nhs_number) AS rows_with_it
    FROM imports_cohortrow
    WHERE cohort_import_id = %(import_id)s AND nhs_number_confirmed
) AS confirmed
WHERE rows_with_it > 1
ORDER BY row_number
"""

# No join of the file with itself: PostgreSQL knows nothing yet of a file that has just
# been read, and would compare each row with every other.
_GIVE_UP_NUMBERS_OF_OTHERS = """
UPDATE imports_cohortrow r
SET uploaded_number = 'someone_else', nhs_number = NULL
FROM (
    SELECT id, nhs_number_confirmed,
           bool_or(nhs_number_confirmed) OVER (PARTITION BY nhs_number) AS is_another_s
    FROM imports_cohortrow
    WHERE cohort_import_id = %(import_id)s AND nhs_number IS NOT NULL
) AS numbered
WHERE r.id = numbered.id AND is_another_s AND NOT numbered.nhs_number_confirmed
"""


@dataclass(frozen=True, slots=True)
class FinishedRow:
    """A row whose lookup is over, in the columns that hold what came of it."""

    row_id: int
    trace_id: int
    trace_outcome: TraceOutcome
    trace_tries: int
    trace_error_is_permanent: bool
    uploaded_number: UploadedNumber
    nhs_number: str | None
    nhs_number_confirmed: bool
    restricted: bool
    deceased: bool
    date_of_death: date | None


@dataclass(frozen=True, slots=True)
class TriedRow:
    """A row that met a fault, and when it may be tried again."""

    row_id: int
    tries: int
    not_before: datetime


def rows_with_a_twin_in_mavis(row_ids: Sequence[int]) -> set[int]:
    """Return those of the rows that share their home and birthday with a child."""
    with connection.cursor() as cursor:
        cursor.execute(_TWINS_IN_MAVIS, {"row_ids": list(row_ids)})
        return {row[0] for row in cursor.fetchall()}


def twins_in_the_file(row_ids: Sequence[int]) -> dict[int, frozenset[str]]:
    """Return the folded first names of the other children like twins, by row."""
    with connection.cursor() as cursor:
        cursor.execute(_TWINS_IN_FILE, {"row_ids": list(row_ids)})
        return {row_id: frozenset(names) for row_id, names in cursor.fetchall()}


def store_finished(rows: Sequence[FinishedRow]) -> None:
    columns = {
        column.name: [getattr(row, column.name) for row in rows]
        for column in fields(FinishedRow)
    }
    with connection.cursor() as cursor:
        cursor.execute(_STORE_FINISHED, columns)


def store_tries(rows: Sequence[TriedRow]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            _STORE_TRIES,
            {
                "row_ids": [row.row_id for row in rows],
                "tries": [row.tries for row in rows],
                "not_before": [row.not_before for row in rows],
            },
        )


def count_outcomes(*, import_id: int) -> Counts:
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, {"import_id": import_id})
        return Counts(*cursor.fetchone())


def try_errors_again(*, import_id: int, not_before: datetime) -> int:
    """Have the rows in error wait for PDS again, and return how many there are."""
    with connection.cursor() as cursor:
        cursor.execute(
            _TRY_ERRORS_AGAIN, {"import_id": import_id, "not_before": not_before}
        )
        trace_ids = [row[0] for row in cursor.fetchall()]
        cursor.execute(_DELETE_STEPS, {"trace_ids": trace_ids})
        cursor.execute(_DELETE_TRACES, {"trace_ids": trace_ids})
    return len(trace_ids)


def rows_with_the_same_number(*, import_id: int) -> list[SameNumber]:
    """Return every row whose confirmed number another row has too, in order."""
    with connection.cursor() as cursor:
        cursor.execute(_CONFIRMED_MORE_THAN_ONCE, {"import_id": import_id})
        return [
            SameNumber(row_number, nhs_number, in_file, UploadedNumber(uploaded_number))
            for row_number, nhs_number, in_file, uploaded_number in cursor.fetchall()
        ]


def give_up_numbers_of_other_rows(*, import_id: int) -> None:
    """Leave a number of the file unused where PDS confirmed it for another row."""
    with connection.cursor() as cursor:
        cursor.execute(_GIVE_UP_NUMBERS_OF_OTHERS, {"import_id": import_id})
