"""Finding the rows that say nothing that Mavis does not know of their children.

Half of a usual file and more. What such a row comes to is plain, so neither the row nor
the child has to be loaded to work it out.
"""

from collections.abc import Mapping

from django.db import connection

from imports.sql.known import CHILD_BEFORE, ROW_ASKED_FOR
from mavis.sql import array_of

# Rather a row too few than one too many: the others are worked out by the rules, which
# say what case, spacing and accents mean (imports.rules.differences), whom a parent in
# a file is (children.rules.contacts) and who decides about a school
# (schoolmoves.rules.moving). A property holds that what is found here is what they say.
_PARENT_IS_KNOWN = """
((r.{parent}_name = '' AND r.{parent}_phone = '' AND r.{parent}_email = '')
 OR EXISTS (
     SELECT FROM children_contact t
     WHERE t.child_id = c.id AND t.name = r.{parent}_name
       AND t.relationship = r.{parent}_relationship
       AND t.relationship_other = r.{parent}_relationship_other
       AND t.phone = r.{parent}_phone AND t.email = r.{parent}_email))
"""
WITH_NOTHING_NEW = f"""
SELECT r.id
FROM unnest(%(row_ids)s::bigint[], %(child_ids)s::bigint[]) AS asked(id, child_id)
{ROW_ASKED_FOR}
CROSS JOIN LATERAL (SELECT * FROM children_child WHERE id = asked.child_id OFFSET 0) c
{CHILD_BEFORE}
WHERE r.first_name = c.first_name AND r.last_name = c.last_name
  AND r.first_name_key = c.first_name_key AND r.last_name_key = c.last_name_key
  AND r.preferred_first_name IN ('', c.preferred_first_name)
  AND r.preferred_last_name IN ('', c.preferred_last_name)
  AND r.date_of_birth = c.date_of_birth
  AND (NOT r.birth_academic_year_given
       OR r.birth_academic_year = c.birth_academic_year)
  AND (r.nhs_number IS NULL
       OR (r.nhs_number = c.nhs_number
           AND c.nhs_number_confirmed >= r.nhs_number_confirmed))
  AND (r.registration = ''
       OR (r.registration = c.registration
           AND c.registration_academic_year >= %(academic_year)s))
  AND r.gender IN ('', 'not_known', c.gender)
  AND r.postcode = c.postcode
  AND (r.address_line_1, r.address_line_2, r.town)
      IN (('', '', ''), (c.address_line_1, c.address_line_2, c.town))
  AND {_PARENT_IS_KNOWN.format(parent="parent_1")}
  AND {_PARENT_IS_KNOWN.format(parent="parent_2")}
  AND r.school_id IS NOT DISTINCT FROM c.school_id
  AND r.home_educated = c.home_educated
  AND NOT r.deceased AND NOT c.deceased
  AND EXISTS (SELECT FROM children_cohortmembership m
              WHERE m.child_id = c.id AND m.team_id = %(team_id)s
                AND m.archived_at IS NULL)
  AND NOT EXISTS (SELECT FROM schoolmoves_schoolmove s
                  WHERE s.child_id = c.id
                    AND s.state IN ('open', 'waiting', 'ignored'))
  AND b.id IS NULL
"""  # noqa: S608 -- both parts are ours


def with_nothing_new(
    children: Mapping[int, int], *, import_id: int, team_id: int, academic_year: int
) -> set[int]:
    """Return those of these rows whose children have all that they say.

    :param children: the child that each row is about, by the row's id
    """
    with connection.cursor() as cursor:
        cursor.execute(
            WITH_NOTHING_NEW,
            {
                "row_ids": array_of(children),
                "child_ids": array_of(children.values()),
                "import_id": import_id,
                "team_id": team_id,
                "academic_year": academic_year,
            },
        )
        return {row_id for (row_id,) in cursor.fetchall()}
