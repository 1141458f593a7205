"""Changing many children by one statement each."""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.db import connection

from children.models import ArchiveReason, Contact
from children.rules.contacts import Details
from mavis.sql import copy_into

NEXT_IDS = """
SELECT nextval(pg_get_serial_sequence('children_child', 'id'))
FROM generate_series(1, %(count)s)
"""


def next_ids(count: int) -> list[int]:
    """Return ids for children yet to be made, in ascending order."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT_IDS, {"count": count})
        return [child_id for (child_id,) in cursor.fetchall()]


# A column that a child's object does not name keeps its value.
UPDATE_DETAILS = """
UPDATE children_child c
SET first_name = n.first_name,
    last_name = n.last_name,
    first_name_key = n.first_name_key,
    last_name_key = n.last_name_key,
    preferred_first_name = n.preferred_first_name,
    preferred_last_name = n.preferred_last_name,
    date_of_birth = n.date_of_birth,
    birth_academic_year = n.birth_academic_year,
    birth_academic_year_given = n.birth_academic_year_given,
    registration = n.registration,
    registration_academic_year = n.registration_academic_year,
    gender = n.gender,
    address_line_1 = n.address_line_1,
    address_line_2 = n.address_line_2,
    town = n.town,
    postcode = n.postcode,
    nhs_number = n.nhs_number,
    nhs_number_confirmed = n.nhs_number_confirmed,
    school_id = n.school_id,
    home_educated = n.home_educated
FROM jsonb_array_elements(%(changes)s::jsonb) AS change
JOIN children_child was ON was.id = (change ->> 'id')::bigint
CROSS JOIN LATERAL jsonb_populate_record(was, change) AS n
WHERE c.id = was.id
"""


def update_details(changes: Mapping[int, Mapping[str, object]]) -> None:
    """Write new values, by column, to each of these children.

    Lock the children before: what is not among the new values is written as read.
    """
    said = [{**values, "id": child_id} for child_id, values in changes.items()]
    with connection.cursor() as cursor:
        cursor.execute(UPDATE_DETAILS, {"changes": json.dumps(said, default=str)})


_CONTACT_COLUMNS = (
    "child_id", "name", "relationship", "relationship_other", "phone", "email",
)  # fmt: skip


def add_contacts(contacts: Iterable[tuple[int, Details]]) -> None:
    """Give each of these children a new contact."""
    copy_into(
        Contact,
        _CONTACT_COLUMNS,
        ((child_id, *_columns(details)) for child_id, details in contacts),
    )


UPDATE_CONTACTS = """
UPDATE children_contact c
SET name = n.name, relationship = n.relationship,
    relationship_other = n.relationship_other, phone = n.phone, email = n.email
FROM unnest(%(ids)s::bigint[], %(names)s::text[], %(relationships)s::text[],
            %(others)s::text[], %(phones)s::text[], %(emails)s::text[])
  AS n(id, name, relationship, relationship_other, phone, email)
WHERE c.id = n.id
"""


def update_contacts(contacts: Mapping[int, Details]) -> None:
    """Write these details to the contacts with these ids."""
    details = list(contacts.values())
    with connection.cursor() as cursor:
        cursor.execute(
            UPDATE_CONTACTS,
            {
                "ids": list(contacts),
                "names": [each.name for each in details],
                "relationships": [each.relationship for each in details],
                "others": [each.relationship_other for each in details],
                "phones": [each.phone for each in details],
                "emails": [each.email for each in details],
            },
        )


def _columns(details: Details) -> tuple[str, ...]:
    return (
        details.name,
        details.relationship,
        details.relationship_other,
        details.phone,
        details.email,
    )


MARK_DECEASED = """
UPDATE children_child c
SET deceased = true, date_of_death = coalesce(d.date_of_death, c.date_of_death)
FROM unnest(%(ids)s::bigint[], %(dates)s::date[]) AS d(id, date_of_death)
WHERE c.id = d.id
"""


def mark_deceased(dates_of_death: Mapping[int, date | None]) -> None:
    """Mark these children as deceased; PDS may know no day of death."""
    with connection.cursor() as cursor:
        cursor.execute(
            MARK_DECEASED,
            {"ids": list(dates_of_death), "dates": list(dates_of_death.values())},
        )


ARCHIVE_ACTIVE = """
UPDATE children_cohortmembership m
SET archived_at = %(at)s, archived_by_id = %(by_id)s,
    archive_reason = %(reason)s, archive_details = %(details)s
WHERE m.child_id = ANY(%(ids)s) AND m.archived_at IS NULL
RETURNING m.child_id, m.team_id
"""


def archive_active(
    child_ids: Iterable[int],
    *,
    reason: ArchiveReason,
    at: datetime,
    by_id: int | None = None,
    details: str = "",
) -> list[tuple[int, int]]:
    """Archive these children where they are active: (child, team) of each."""
    with connection.cursor() as cursor:
        cursor.execute(
            ARCHIVE_ACTIVE,
            {
                "ids": list(child_ids),
                "reason": reason,
                "details": details,
                "at": at,
                "by_id": by_id,
            },
        )
        return sorted(cursor.fetchall())


ACTIVATE = """
INSERT INTO children_cohortmembership
    (child_id, team_id, created_at, archive_reason, archive_details)
SELECT id, %(team_id)s, %(at)s, '', '' FROM unnest(%(ids)s::bigint[]) AS c(id)
ORDER BY id
ON CONFLICT (child_id, team_id) DO UPDATE
SET archived_at = NULL, archived_by_id = NULL, archive_reason = '',
    archive_details = ''
"""


def activate(child_ids: Iterable[int], *, team_id: int, at: datetime) -> None:
    """Make these children active with a team, which may have had them before."""
    with connection.cursor() as cursor:
        cursor.execute(
            ACTIVATE, {"ids": sorted(child_ids), "team_id": team_id, "at": at}
        )
