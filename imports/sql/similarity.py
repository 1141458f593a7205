"""Finding the children that rows may be about although three details do not agree.

The database proposes pairs that share enough to be compared; imports.rules.similarity
compares and decides.
"""

from collections.abc import Iterator, Sequence

from django.db import connection

from imports.rules.similarity import Person, SimilarPair
from imports.sql.known import CHILD_BEFORE, THESE_ROWS
from mavis.sql import array_of

# Children who share enough with a row, as `imports.rules.similarity.shares_enough`
# says; a test compares the two. Each join is served by an index; another test reads
# the plan.
#
# Children of this import do not count, and those it has changed are compared as they
# were before. Of what is compared, it can only have given them a postcode, and so the
# present columns find every pair; the rule leaves out those that it finds thereby.
SIMILAR_PAIRS = f"""
WITH wanted AS MATERIALIZED (
    SELECT r.id, r.row_number, r.first_name, r.last_name, r.first_name_key,
           r.last_name_key, r.date_of_birth,
           CASE WHEN extract(day FROM r.date_of_birth) <= 12
                THEN make_date(extract(year FROM r.date_of_birth)::int,
                               extract(day FROM r.date_of_birth)::int,
                               extract(month FROM r.date_of_birth)::int)
           END AS swapped,
           CASE WHEN r.postcode NOT LIKE 'ZZ99%%' THEN r.postcode ELSE '' END
               AS postcode,
           r.nhs_number, r.nhs_number_confirmed
    FROM {THESE_ROWS}
)
SELECT w.id, w.row_number, c.id,
       w.first_name, w.last_name, w.first_name_key, w.last_name_key, w.date_of_birth,
       w.postcode,
       coalesce(b.state ->> 'first_name', c.first_name),
       coalesce(b.state ->> 'last_name', c.last_name),
       coalesce(b.state ->> 'first_name_key', c.first_name_key),
       coalesce(b.state ->> 'last_name_key', c.last_name_key),
       coalesce((b.state ->> 'date_of_birth')::date, c.date_of_birth),
       CASE WHEN k.postcode NOT LIKE 'ZZ99%%' THEN k.postcode ELSE '' END,
       coalesce(w.nhs_number <> k.nhs_number AND w.nhs_number_confirmed
                AND k.nhs_number_confirmed, false)
FROM wanted w
CROSS JOIN LATERAL (
    SELECT c.id
    FROM (VALUES
        (w.date_of_birth, w.first_name_key), (w.date_of_birth, w.last_name_key),
        (w.swapped, w.first_name_key)
    ) AS v(born, name)
    CROSS JOIN LATERAL (
        SELECT id FROM children_child
        WHERE date_of_birth = v.born AND first_name_key = v.name
        OFFSET 0
    ) c
    UNION
    SELECT c.id
    FROM (VALUES
        (w.date_of_birth, w.last_name_key), (w.date_of_birth, w.first_name_key),
        (w.swapped, w.last_name_key)
    ) AS v(born, name)
    CROSS JOIN LATERAL (
        SELECT id FROM children_child
        WHERE last_name_key = v.name AND date_of_birth = v.born
        OFFSET 0
    ) c
    UNION
    SELECT id FROM children_child WHERE postcode = w.postcode AND w.postcode <> ''
    UNION
    SELECT c.id
    FROM (
        SELECT overlay(w.postcode PLACING reverse(substr(w.postcode, place, 2))
                       FROM place FOR 2)
        FROM (VALUES (1), (2), (3), (4), (5), (6), (7)) AS places(place)
        WHERE place < length(w.postcode)
          AND substr(w.postcode, place, 2) NOT LIKE '%% %%'
    ) AS v(changed_about)
    CROSS JOIN LATERAL (
        SELECT id, first_name_key, last_name_key, date_of_birth
        FROM children_child WHERE postcode = v.changed_about
        OFFSET 0
    ) c
    WHERE c.first_name_key = w.first_name_key OR c.last_name_key = w.last_name_key
       OR c.date_of_birth = w.date_of_birth
) AS p(child_id)
CROSS JOIN LATERAL (SELECT * FROM children_child WHERE id = p.child_id OFFSET 0) c
{CHILD_BEFORE}
CROSS JOIN LATERAL (
    SELECT c.nhs_number, c.nhs_number_confirmed, c.postcode WHERE b.id IS NULL
    UNION ALL
    SELECT b.state ->> 'nhs_number', (b.state ->> 'nhs_number_confirmed')::boolean,
           b.state ->> 'postcode'
    WHERE b.id IS NOT NULL
) k
WHERE c.merged_into_id IS NULL
  AND c.created_by_import_id IS DISTINCT FROM %(import_id)s
ORDER BY w.id, c.id
"""  # noqa: S608 -- both parts are ours


def similar_pairs(*, import_id: int, row_ids: Sequence[int]) -> Iterator[SimilarPair]:
    """Return every child worth comparing with one of these rows, row by row."""
    with connection.cursor() as cursor:
        cursor.execute(
            SIMILAR_PAIRS, {"import_id": import_id, "row_ids": array_of(row_ids)}
        )
        for pair in cursor.fetchall():
            row_id, row_number, child_id = pair[:3]
            row, child = Person(*pair[3:9]), Person(*pair[9:15])
            yield SimilarPair(row_id, row_number, child_id, row, child, pair[15])


POOL_SIZE = "SELECT count(*) FROM children_child WHERE merged_into_id IS NULL"


def pool_size() -> int:
    """Return how many children a row might be."""
    with connection.cursor() as cursor:
        cursor.execute(POOL_SIZE)
        (count,) = cursor.fetchone()
        return int(count)
