"""Whom to refresh from PDS, and what is written about all of them at once."""

from collections.abc import Collection
from datetime import datetime

from django.db import connection

# A child counts from the day its record was made: it was looked up then.
_ENSURE = """
INSERT INTO imports_childrefresh (child_id, refreshed_at)
SELECT c.id, c.created_at
FROM children_child c
WHERE c.nhs_number IS NOT NULL
  AND NOT EXISTS (SELECT FROM imports_childrefresh f WHERE f.child_id = c.id)
ON CONFLICT (child_id) DO NOTHING
"""


def ensure_all_are_known() -> None:
    """Take note of children with a number who have joined since the last sweep."""
    with connection.cursor() as cursor:
        cursor.execute(_ENSURE)


# Oldest first, by the index of refreshed_at: only as many are read as are wanted.
_DUE = """
FROM imports_childrefresh f
JOIN children_child c ON c.id = f.child_id
JOIN children_cohortmembership m ON m.child_id = c.id AND m.archived_at IS NULL
WHERE f.refreshed_at <= %(before)s
  AND (f.failed_at IS NULL OR f.failed_at < %(started_at)s)
  AND c.nhs_number IS NOT NULL AND c.merged_into_id IS NULL
"""
_TEAM_OF_OLDEST = f"""
SELECT m.team_id {_DUE} ORDER BY f.refreshed_at, f.child_id LIMIT 1
"""
_OLDEST = f"""
SELECT c.id {_DUE} AND m.team_id = %(team_id)s
ORDER BY f.refreshed_at, f.child_id LIMIT %(most)s
"""


def team_of_oldest(*, before: datetime, started_at: datetime) -> int | None:
    """Return the team of the child who is due first, if any is.

    :param before: whoever has been refreshed since then is not due
    :param started_at: of the sweep; whoever has failed since then is not due in it
    """
    with connection.cursor() as cursor:
        cursor.execute(_TEAM_OF_OLDEST, {"before": before, "started_at": started_at})
        found = cursor.fetchone()
    return found[0] if found else None


def oldest(
    *, before: datetime, started_at: datetime, team_id: int, most: int
) -> list[int]:
    """Return the children of a team who are due, those who have waited longest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            _OLDEST,
            {
                "before": before,
                "started_at": started_at,
                "team_id": team_id,
                "most": most,
            },
        )
        return [child_id for (child_id,) in cursor.fetchall()]


_TWINS = """
SELECT c.id, array_agg(other.first_name_key)
FROM children_child c
JOIN children_child other
  ON (other.date_of_birth, other.last_name_key, other.postcode)
   = (c.date_of_birth, c.last_name_key, c.postcode)
 AND other.id <> c.id AND other.merged_into_id IS NULL
WHERE c.id = ANY(%(child_ids)s)
GROUP BY c.id
"""


def twins_of(child_ids: Collection[int]) -> dict[int, frozenset[str]]:
    """Return the folded first names of other children in Mavis like twins, by child.

    Those with the same date of birth, last name and postcode (PDS, Verify).
    """
    with connection.cursor() as cursor:
        cursor.execute(_TWINS, {"child_ids": list(child_ids)})
        return {child_id: frozenset(names) for child_id, names in cursor.fetchall()}


_REFRESHED = """
UPDATE imports_childrefresh SET refreshed_at = %(at)s, failed_at = NULL
WHERE child_id = ANY(%(child_ids)s)
"""
_FAILED = """
UPDATE imports_childrefresh SET failed_at = %(at)s WHERE child_id = ANY(%(child_ids)s)
"""


def note_refreshed(child_ids: Collection[int], *, at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_REFRESHED, {"at": at, "child_ids": list(child_ids)})


def note_failed(child_ids: Collection[int], *, at: datetime) -> None:
    """PDS gave no answer about these children: leave them to the next sweep."""
    with connection.cursor() as cursor:
        cursor.execute(_FAILED, {"at": at, "child_ids": list(child_ids)})
