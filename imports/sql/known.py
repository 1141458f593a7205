"""What rows say and what Mavis knows of children, loaded a set at a time.

A child that an import has changed is known to that import as it was before: a
commit works rows out again, batch by batch, and must not see its own changes.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from operator import itemgetter
from typing import Any

from django.db import connection

from children.rules.contacts import Details, KnownContact
from imports.rules.differences import ChildValues, RowValues
from imports.rules.worked_out import ChildFacts, RowFacts
from mavis.sql import array_of
from schoolmoves.rules.moving import Archived, Place, ProposedMove, Standing

# PostgreSQL knows nothing yet of an import that has just been read. It takes it for one
# row, and would as soon go through all rows of the import as look one up by its id:
# thousands of times. OFFSET 0 keeps the import out of what a row is looked up by.

# Each row r that is asked for, if it is of the import.
ROW_ASKED_FOR = """
JOIN LATERAL (
    SELECT * FROM imports_cohortrow WHERE id = asked.id OFFSET 0
) r ON r.cohort_import_id = %(import_id)s
"""
THESE_ROWS = f"unnest(%(row_ids)s::bigint[]) AS asked(id) {ROW_ASKED_FOR}"
# Each child c as it was before the import changed it; nothing of most.
CHILD_BEFORE = """
LEFT JOIN LATERAL (
    SELECT * FROM imports_childbeforeimport WHERE child_id = c.id OFFSET 0
) b ON b.cohort_import_id = %(import_id)s
"""
ROWS = f"""
SELECT r.id, r.row_number, r.school_id, r.home_educated, r.deceased, r.archive_choice,
       r.parent_1_name, r.parent_1_relationship, r.parent_1_relationship_other,
       r.parent_1_phone, r.parent_1_email,
       r.parent_2_name, r.parent_2_relationship, r.parent_2_relationship_other,
       r.parent_2_phone, r.parent_2_email,
       r.first_name, r.last_name, r.first_name_key, r.last_name_key,
       r.preferred_first_name, r.preferred_last_name, r.date_of_birth,
       r.birth_academic_year, r.birth_academic_year_given, r.registration, r.gender,
       r.address_line_1, r.address_line_2, r.town, r.postcode,
       r.nhs_number, r.nhs_number_confirmed
FROM {THESE_ROWS}
ORDER BY r.id
"""  # noqa: S608 -- both parts are ours


def rows(*, import_id: int, row_ids: Sequence[int]) -> list[RowFacts]:
    """Return what these rows of an import say, in the order of their ids."""
    with connection.cursor() as cursor:
        cursor.execute(ROWS, {"import_id": import_id, "row_ids": array_of(row_ids)})
        return [
            RowFacts(
                id=row[0],
                row_number=row[1],
                place=Place(row[2], row[3]),
                deceased=row[4],
                archive_choice=Archived(row[5]) if row[5] else None,
                parents=(Details._make(row[6:11]), Details._make(row[11:16])),
                values=RowValues._make(row[16:]),
            )
            for row in cursor.fetchall()
        ]


# What matching reads of a child. Kept whole before an import changes the child,
# so whatever a commit changes and matching reads must be in here.
_STATE = """
json_build_object(
    'first_name', c.first_name, 'last_name', c.last_name,
    'first_name_key', c.first_name_key, 'last_name_key', c.last_name_key,
    'preferred_first_name', c.preferred_first_name,
    'preferred_last_name', c.preferred_last_name,
    'date_of_birth', c.date_of_birth, 'birth_academic_year', c.birth_academic_year,
    'registration', c.registration,
    'registration_academic_year', c.registration_academic_year,
    'gender', c.gender, 'address_line_1', c.address_line_1,
    'address_line_2', c.address_line_2, 'town', c.town, 'postcode', c.postcode,
    'nhs_number', c.nhs_number, 'nhs_number_confirmed', c.nhs_number_confirmed,
    'school_id', c.school_id, 'home_educated', c.home_educated,
    'deceased', c.deceased,
    'team_id', (
        SELECT m.team_id FROM children_cohortmembership m
        WHERE m.child_id = c.id AND m.archived_at IS NULL
    ),
    -- The latest first.
    'archived', (
        SELECT json_agg(json_build_array(m.team_id, m.archive_reason)
                        ORDER BY m.archived_at DESC, m.id DESC)
        FROM children_cohortmembership m
        WHERE m.child_id = c.id AND m.archived_at IS NOT NULL
    ),
    'contacts', (
        SELECT json_agg(json_build_array(
            t.id, t.name, t.relationship, t.relationship_other, t.phone, t.email
        ) ORDER BY t.id)
        FROM children_contact t WHERE t.child_id = c.id
    ),
    'moves', (
        SELECT json_agg(json_build_array(
            s.team_id, s.school_id, s.home_educated, s.state = 'waiting'
        ) ORDER BY s.id)
        FROM schoolmoves_schoolmove s
        WHERE s.child_id = c.id AND s.state IN ('open', 'waiting')
    )
)
"""
CHILDREN = (
    """
SELECT c.id, coalesce(b.state::json, """
    + _STATE
    + """)
FROM children_child c"""
    + CHILD_BEFORE
    + """
WHERE c.id = ANY(%(child_ids)s)
"""
)

# Places that this team has refused for a child this academic year, unless a file
# since then has put the child somewhere else. The import itself is not such a file.
IGNORED_PLACES = """
SELECT s.child_id, s.school_id, s.home_educated
FROM schoolmoves_schoolmove s
WHERE s.child_id = ANY(%(child_ids)s) AND s.team_id = %(team_id)s
  AND s.academic_year = %(academic_year)s AND s.state = 'ignored'
  AND NOT EXISTS (
      SELECT 1
      FROM imports_cohortrow r
      JOIN imports_cohortimport i ON i.id = r.cohort_import_id
      WHERE (r.child_id = s.child_id
             OR (r.matched_child_id = s.child_id AND r.result <> 'close_match'))
        AND i.team_id = s.team_id
        AND i.id IS DISTINCT FROM %(import_id)s::bigint
        AND r.committed_at > s.decided_at
        AND (r.school_id, r.home_educated)
            IS DISTINCT FROM (s.school_id, s.home_educated)
  )
"""


def children(
    *,
    import_id: int | None,
    team_id: int,
    academic_year: int,
    child_ids: Collection[int],
) -> dict[int, ChildFacts]:
    """Return what an import may know of these children, by id.

    :param import_id: None for the children as they are, whatever import changed them
    """
    wanted: dict[str, Any] = {
        "import_id": import_id,
        "team_id": team_id,
        "academic_year": academic_year,
        "child_ids": array_of(sorted(child_ids)),
    }
    with connection.cursor() as cursor:
        cursor.execute(IGNORED_PLACES, wanted)
        ignored: dict[int, list[Place]] = {}
        for child_id, school_id, home_educated in cursor.fetchall():
            ignored.setdefault(child_id, []).append(Place(school_id, home_educated))
        cursor.execute(CHILDREN, wanted)
        return {
            child_id: _child(child_id, state, ignored.get(child_id, ()), team_id)
            for child_id, state in cursor.fetchall()
        }


_read_values = itemgetter(*ChildValues._fields)


def _child(
    child_id: int, state: Mapping[str, Any], ignored: Iterable[Place], team_id: int
) -> ChildFacts:
    values = ChildValues._make(_read_values(state))
    born = date.fromisoformat(state["date_of_birth"])
    return ChildFacts(
        id=child_id,
        values=values._replace(date_of_birth=born),
        contacts=tuple(
            KnownContact(contact_id, Details(*details))
            for contact_id, *details in state["contacts"] or ()
        ),
        standing=Standing(
            place=Place(state["school_id"], state["home_educated"]),
            team_id=state["team_id"],
            deceased=state["deceased"],
            moves=tuple(
                ProposedMove(mover_id, Place(school_id, home_educated), waits)
                for mover_id, school_id, home_educated, waits in state["moves"] or ()
            ),
            ignored=tuple(ignored),
            archive_reason=_archive_reason(state["archived"] or (), team_id),
        ),
    )


def _archive_reason(archived: Iterable[tuple[int, str]], team_id: int) -> str:
    """Return why this team archived a child, else why another did, latest first."""
    reasons = list(archived)
    ours = [reason for of_team, reason in reasons if of_team == team_id]
    return (ours or [reason for _, reason in reasons] or [""])[0]


KEEP_CHILDREN_BEFORE = (
    """
INSERT INTO imports_childbeforeimport (cohort_import_id, child_id, state)
SELECT %(import_id)s, c.id, """
    + _STATE
    + """::jsonb
FROM children_child c
WHERE c.id = ANY(%(child_ids)s)
ORDER BY c.id
ON CONFLICT (cohort_import_id, child_id) DO NOTHING
"""
)


def keep_children_before(import_id: int, child_ids: Collection[int]) -> None:
    """Keep these children as they are, before an import changes them first.

    Call it in the transaction that changes them, and before it does. A child that
    is kept already stays as it was.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            KEEP_CHILDREN_BEFORE,
            {"import_id": import_id, "child_ids": array_of(sorted(child_ids))},
        )
