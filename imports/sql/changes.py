"""What has changed of children since the rows of an import were worked out.

The changes are written by triggers (children.models.ChildChange), whatever code makes
them.
"""

from collections.abc import Collection, Sequence
from datetime import date

from django.db import OperationalError, connection, transaction

from imports.rules.concerned import Keys
from imports.sql.known import THESE_ROWS
from mavis.sql import array_of

# Entries are kept longer than anything is compared by them.
DAYS_COMPARED = 6
DAYS_KEPT = 7
# So long the last change is waited for; without it the rows are worked out again.
LOCK_TIMEOUT = "2s"

# In the mode that waits for whoever is writing: so there is no entry with a lower
# number still to come.
WAIT_FOR_WRITERS = "LOCK TABLE children_childchange IN SHARE MODE"
LAST_CHANGE = "SELECT coalesce(max(id), 0) FROM children_childchange"
NOTE_AS_OF = """
UPDATE imports_cohortimport
SET worked_out_as_of = %(last)s, worked_out_at = statement_timestamp(),
    worked_out_by = %(rules)s
WHERE id = %(import_id)s
"""


def last_change() -> int | None:
    """Return the number of the last change of a child, after which are all others.

    None if somebody has been changing children for too long to be waited for. Writers
    wait until the transaction ends: end it soon.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('lock_timeout', %(timeout)s, true)",
                {"timeout": LOCK_TIMEOUT},
            )
            cursor.execute(WAIT_FOR_WRITERS)
            cursor.execute(LAST_CHANGE)
            (last,) = cursor.fetchone()
            return int(last)
    except OperationalError:
        return None


def note_as_of(import_id: int, *, last: int, rules: str) -> None:
    """Write down as of which change, and by which rules, rows are worked out."""
    with connection.cursor() as cursor:
        cursor.execute(
            NOTE_AS_OF, {"import_id": import_id, "last": last, "rules": rules}
        )


AS_OF = """
SELECT worked_out_as_of FROM imports_cohortimport
WHERE id = %(import_id)s AND worked_out_by = %(rules)s
  AND worked_out_at > statement_timestamp() - make_interval(days => %(days)s)
"""


def as_of(import_id: int, *, rules: str) -> int | None:
    """Return the change as of which rows were worked out; None if that is too old.

    :param rules: those that hold now: what others have worked out says nothing
    """
    with connection.cursor() as cursor:
        cursor.execute(
            AS_OF, {"import_id": import_id, "rules": rules, "days": DAYS_COMPARED}
        )
        found: tuple[int | None] | None = cursor.fetchone()
        return found[0] if found else None


# Children whom a commit of the import itself has changed are compared as they were.
CHANGED = """
SELECT child_id, count(*) FROM children_childchange
WHERE id > %(after)s AND by_import_id IS DISTINCT FROM %(import_id)s
GROUP BY child_id
LIMIT %(most)s
"""


def changed_children(*, after: int, import_id: int, most: int) -> dict[int, int]:
    """Return how often others than this import have changed children.

    :param most: of how many children at most
    """
    with connection.cursor() as cursor:
        cursor.execute(CHANGED, {"after": after, "import_id": import_id, "most": most})
        return dict(cursor.fetchall())


KEYS_OF_CHILDREN = """
SELECT c.first_name_key, c.last_name_key, c.date_of_birth, c.postcode, c.nhs_number
FROM children_child c WHERE c.id = ANY(%(child_ids)s)
UNION ALL
SELECT s.first_name_key, s.last_name_key, s.date_of_birth, s.postcode, s.nhs_number
FROM imports_childbeforeimport b
CROSS JOIN LATERAL jsonb_to_record(b.state) AS s(
    first_name_key text, last_name_key text, date_of_birth date, postcode text,
    nhs_number text
)
WHERE b.cohort_import_id = %(import_id)s AND b.child_id = ANY(%(child_ids)s)
"""


def keys_of_children(child_ids: Collection[int], *, import_id: int) -> list[Keys]:
    """Return the keys of children as they are, and as they were before an import."""
    with connection.cursor() as cursor:
        cursor.execute(
            KEYS_OF_CHILDREN, {"child_ids": array_of(child_ids), "import_id": import_id}
        )
        return [_keys(*row) for row in cursor.fetchall()]


KEYS_OF_ROWS = f"""
SELECT r.id, r.first_name_key, r.last_name_key, r.date_of_birth, r.postcode,
       r.nhs_number, r.nhs_number_uploaded
FROM {THESE_ROWS}
"""  # noqa: S608 -- both parts are ours


def keys_of_rows(row_ids: Sequence[int], *, import_id: int) -> dict[int, Keys]:
    """Return the keys of rows of an import, by the row's id."""
    with connection.cursor() as cursor:
        cursor.execute(
            KEYS_OF_ROWS, {"row_ids": array_of(row_ids), "import_id": import_id}
        )
        return {row_id: _keys(*row) for row_id, *row in cursor.fetchall()}


def _keys(
    first_name: str, last_name: str, born: date | None, postcode: str, *numbers: str
) -> Keys:
    return Keys(first_name, last_name, born, postcode, numbers)


# A team's refusal of a move lapses when a file says otherwise, which changes no child:
# rows about such a child are looked at again whatever has changed.
TO_BE_LOOKED_AT = f"""
SELECT DISTINCT r.id
FROM {THESE_ROWS}
LEFT JOIN LATERAL unnest(r.compared_with) AS w(child_id) ON true
WHERE r.compared_with IS NULL
   OR w.child_id = ANY(%(changed)s)
   OR EXISTS (SELECT FROM schoolmoves_schoolmove s
              WHERE s.child_id = w.child_id AND s.state = 'ignored')
"""  # noqa: S608 -- both parts are ours


def rows_compared_with(
    row_ids: Sequence[int], changed: Collection[int], *, import_id: int
) -> set[int]:
    """Return those of these rows that were compared with a child that has changed."""
    with connection.cursor() as cursor:
        cursor.execute(
            TO_BE_LOOKED_AT,
            {
                "row_ids": array_of(row_ids),
                "changed": array_of(changed),
                "import_id": import_id,
            },
        )
        return {row_id for (row_id,) in cursor.fetchall()}


REFUSED = """
SELECT DISTINCT child_id FROM schoolmoves_schoolmove
WHERE child_id = ANY(%(child_ids)s) AND state = 'ignored'
"""


def children_with_a_refused_move(child_ids: Collection[int]) -> set[int]:
    """Return those of these children of whom a team has refused a move."""
    with connection.cursor() as cursor:
        cursor.execute(REFUSED, {"child_ids": array_of(child_ids)})
        return {child_id for (child_id,) in cursor.fetchall()}


FORGET_OLD = """
DELETE FROM children_childchange
WHERE at < statement_timestamp() - make_interval(days => %(days)s)
"""


def forget_old_changes() -> int:
    """Delete the changes that nothing is compared by any more: how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(FORGET_OLD, {"days": DAYS_KEPT})
        return int(cursor.rowcount)
