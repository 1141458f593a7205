"""Rows that become children, a batch at a time."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from imports.models import CloseMatch
from imports.rules.outcomes import Result
from mavis.sql import array_of, copy_into

# Every commit of every import holds this while it works rows out and writes, so
# that two imports of one new child cannot both create it. The number is "Mavis".
COMMIT_LOCK = 0x4D61766973
# Rather a fault, and another try, than a worker that waits for ever.
LOCK_TIMEOUT = "30s"
LOCK_OUT = """
SELECT set_config('lock_timeout', %(timeout)s, true),
       set_config('mavis.committing_import', %(import_id)s, true)
"""


def is_another_committing() -> bool:
    """Test if another import is committing; if not, none will in this transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(%(lock)s)", {"lock": COMMIT_LOCK}
        )
        (is_ours,) = cursor.fetchone()
        return not is_ours


def lock_out_other_commits(*, for_import: int | None = None) -> None:
    """Wait until no other import is committing, and keep it so in this transaction.

    :param for_import: the import whose commit makes the changes of this transaction
        (children.models.ChildChange); None when a person decides about one row
    """
    with connection.cursor() as cursor:
        cursor.execute(
            LOCK_OUT, {"timeout": LOCK_TIMEOUT, "import_id": str(for_import or "")}
        )
        cursor.execute("SELECT pg_advisory_xact_lock(%(lock)s)", {"lock": COMMIT_LOCK})


LOOK_UP_BY_INDEX = """
SELECT set_config('enable_hashjoin', 'off', true),
       set_config('enable_mergejoin', 'off', true),
       set_config('enable_bitmapscan', 'off', true),
       set_config('enable_seqscan', 'off', true)
"""


def look_up_by_index() -> None:
    """Have this transaction look everything up by an index, row by row.

    A batch knows the ids of all that it asks for. PostgreSQL knows little of tables
    that an import has just filled, and would read them whole for each batch.
    """
    with connection.cursor() as cursor:
        cursor.execute(LOOK_UP_BY_INDEX)


NUMBERS_TAKEN = """
SELECT r.id
FROM imports_cohortrow r
JOIN children_child c ON c.nhs_number = r.nhs_number
WHERE r.id = ANY(%(row_ids)s) AND c.id IS DISTINCT FROM r.matched_child_id
"""


def rows_whose_number_is_taken(row_ids: Collection[int]) -> set[int]:
    """Return those of these rows whose NHS number another child has now."""
    with connection.cursor() as cursor:
        cursor.execute(NUMBERS_TAKEN, {"row_ids": array_of(row_ids)})
        return {row_id for (row_id,) in cursor.fetchall()}


CREATE_CHILDREN = """
WITH made AS (
    SELECT m.child_id AS new_child_id, r.*,
           CASE WHEN r.id <> ALL(%(without_number)s) THEN r.nhs_number END AS number
    FROM unnest(%(row_ids)s::bigint[], %(child_ids)s::bigint[]) AS m(row_id, child_id)
    JOIN imports_cohortrow r ON r.id = m.row_id
), children AS (
    INSERT INTO children_child (
        id, nhs_number, nhs_number_confirmed, first_name, last_name, first_name_key,
        last_name_key, preferred_first_name, preferred_last_name, date_of_birth,
        birth_academic_year, birth_academic_year_given, registration,
        registration_academic_year, gender, address_line_1, address_line_2, town,
        postcode, school_id, home_educated, restricted, deceased, created_at,
        created_by_import_id
    )
    SELECT new_child_id, number, number IS NOT NULL AND nhs_number_confirmed,
           first_name, last_name, first_name_key, last_name_key,
           preferred_first_name, preferred_last_name, date_of_birth,
           birth_academic_year, birth_academic_year_given, registration,
           CASE WHEN registration <> '' THEN %(academic_year)s::smallint END,
           coalesce(nullif(gender, ''), 'not_known'),
           address_line_1, address_line_2, town, postcode, school_id, home_educated,
           restricted, false, %(at)s, cohort_import_id
    FROM made ORDER BY new_child_id
)
INSERT INTO children_cohortmembership
    (child_id, team_id, created_at, archive_reason, archive_details)
SELECT new_child_id, %(team_id)s, %(at)s, '', '' FROM made ORDER BY new_child_id
"""


def create_children(
    children: Mapping[int, int],
    *,
    team_id: int,
    academic_year: int,
    at: datetime,
    without_number: Sequence[int] = (),
) -> None:
    """Make a child of each of these rows, active with the team.

    :param children: the id that each row's child is to have, by row
    :param without_number: rows whose NHS number their child does not get
    """
    with connection.cursor() as cursor:
        cursor.execute(
            CREATE_CHILDREN,
            {
                "row_ids": array_of(children),
                "child_ids": array_of(children.values()),
                "team_id": team_id,
                "academic_year": academic_year,
                "at": at,
                "without_number": array_of(without_number),
            },
        )


# What children.rules.contacts.merge makes of the parents of a child that has no contact:
# each that says who somebody is or how to reach them, and none twice.
GIVE_CONTACTS = """
INSERT INTO children_contact
    (child_id, name, relationship, relationship_other, phone, email)
SELECT m.child_id, p.name, coalesce(nullif(p.relationship, ''), 'unknown'),
       CASE WHEN p.relationship NOT IN ('', 'unknown') THEN p.relationship_other
            ELSE '' END,
       p.phone, p.email
FROM unnest(%(row_ids)s::bigint[], %(child_ids)s::bigint[]) AS m(row_id, child_id)
JOIN imports_cohortrow r ON r.id = m.row_id
CROSS JOIN LATERAL (VALUES
    (1, r.parent_1_name, r.parent_1_relationship, r.parent_1_relationship_other,
     r.parent_1_phone, r.parent_1_email),
    (2, r.parent_2_name, r.parent_2_relationship, r.parent_2_relationship_other,
     r.parent_2_phone, r.parent_2_email)
) AS p(place, name, relationship, relationship_other, phone, email)
WHERE (p.name <> '' OR p.phone <> '' OR p.email <> '')
  AND NOT (p.place = 2
           AND (r.parent_1_name, r.parent_1_relationship, r.parent_1_phone,
                r.parent_1_relationship_other, r.parent_1_email)
             = (r.parent_2_name, r.parent_2_relationship, r.parent_2_phone,
                r.parent_2_relationship_other, r.parent_2_email))
ORDER BY m.child_id, p.place
"""


def give_contacts(children: Mapping[int, int]) -> None:
    """Give new children, by row, the parents of their rows."""
    with connection.cursor() as cursor:
        cursor.execute(
            GIVE_CONTACTS,
            {"row_ids": array_of(children), "child_ids": array_of(children.values())},
        )


GIVE_TRACES = """
INSERT INTO children_childtrace (child_id, trace_id)
SELECT m.child_id, r.trace_id
FROM unnest(%(row_ids)s::bigint[], %(child_ids)s::bigint[]) AS m(row_id, child_id)
JOIN imports_cohortrow r ON r.id = m.row_id
WHERE r.trace_id IS NOT NULL
ORDER BY r.row_number
"""


def give_traces(children: Mapping[int, int]) -> None:
    """Put the PDS history of each row beside its child: children by row."""
    with connection.cursor() as cursor:
        cursor.execute(
            GIVE_TRACES,
            {"row_ids": array_of(children), "child_ids": array_of(children.values())},
        )


def raise_close_matches(row_ids: Sequence[int], *, team_id: int, at: datetime) -> None:
    """Have a person of the team compare these rows with children."""
    copy_into(
        CloseMatch,
        ("row_id", "team_id", "raised_at", "resolution", "fields_taken"),
        ((row_id, team_id, at, "", []) for row_id in row_ids),
    )


# What PDS said of a row stands beside its child, as with every other.
FINISH_UP_TO_DATE = """
WITH done AS (
    UPDATE imports_cohortrow
    SET committed_at = %(at)s, result = %(result)s, child_id = matched_child_id
    WHERE id = ANY(%(row_ids)s)
    RETURNING row_number, child_id, trace_id
)
INSERT INTO children_childtrace (child_id, trace_id)
SELECT child_id, trace_id FROM done WHERE trace_id IS NOT NULL ORDER BY row_number
"""


def finish_up_to_date(row_ids: Sequence[int], *, at: datetime) -> None:
    """Write down of rows that their children have all that they say."""
    with connection.cursor() as cursor:
        cursor.execute(
            FINISH_UP_TO_DATE,
            {"row_ids": array_of(row_ids), "at": at, "result": str(Result.UP_TO_DATE)},
        )


@dataclass(frozen=True, slots=True)
class Committed:
    """What became of a row. `child_id`: the child that the row has become part of."""

    row_id: int
    result: Result
    child_id: int | None = None
    school_move_id: int | None = None


FINISH_ROWS = """
UPDATE imports_cohortrow r
SET committed_at = coalesce(r.committed_at, %(at)s), result = f.result,
    child_id = f.child_id,
    school_move_id = coalesce(f.school_move_id, r.school_move_id)
FROM unnest(%(row_ids)s::bigint[], %(results)s::text[], %(child_ids)s::bigint[],
            %(school_move_ids)s::bigint[])
  AS f(row_id, result, child_id, school_move_id)
WHERE r.id = f.row_id
"""


def finish_rows(rows: Sequence[Committed], *, at: datetime) -> None:
    """Write down what became of these rows.

    One that was held with a move was committed before, and keeps when, and the move.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            FINISH_ROWS,
            {
                "at": at,
                "row_ids": array_of(row.row_id for row in rows),
                "results": [str(row.result) for row in rows],
                "child_ids": [row.child_id for row in rows],
                "school_move_ids": [row.school_move_id for row in rows],
            },
        )
