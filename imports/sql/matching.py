"""Finding the children that rows resemble, and keeping what was worked out.

The database proposes pairs and says what agrees; imports.rules.matching decides.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter

from django.db import connection

from imports.models import CohortRow
from imports.rules.matching import CandidatePair, Claim
from imports.rules.worked_out import WorkedOut
from imports.sql.known import CHILD_BEFORE, THESE_ROWS
from imports.sql.known import keep_children_before as keep_children_before
from mavis.sql import array_of

_COMPARED = """
id, nhs_number, nhs_number_confirmed, first_name_key, last_name_key, date_of_birth,
postcode, merged_into_id, created_by_import_id
"""

# Children that have a row's number, or agree on three of the four details. Every
# such agreement contains first name and date of birth, or last name and postcode,
# so two joins find them all, each by an index; a test reads the plan. OFFSET 0 keeps
# PostgreSQL from reading all children instead, which it thinks is quicker for a batch.
# A child may be found several times.
#
# Children of this import do not count, and those it has changed are compared as
# they were before. It can have changed their number, but neither a name's key nor
# a date of birth, nor a postcode that was known: so the earlier number has a join
# of its own, and for the rest the present columns find every pair.
CANDIDATE_PAIRS = f"""
WITH wanted AS MATERIALIZED (
    SELECT r.id, r.row_number, r.first_name_key, r.last_name_key, r.date_of_birth,
           -- A ZZ99 postcode says where nobody lives: it agrees with nothing.
           CASE WHEN r.postcode NOT LIKE 'ZZ99%%' AND r.postcode <> ''
                THEN r.postcode END AS postcode,
           r.nhs_number, r.nhs_number_confirmed,
           CASE WHEN r.uploaded_number = 'replaced'
                THEN r.nhs_number_uploaded END AS replaced_number
    FROM {THESE_ROWS}
), compared AS (
    SELECT w.id, w.row_number, c.id AS child_id,
           w.nhs_number = k.nhs_number AS same_number,
           w.replaced_number = k.nhs_number AS holds_replaced_number,
           w.nhs_number_confirmed AS row_is_confirmed, k.nhs_number_confirmed,
           w.first_name_key = k.first_name_key AS first_name,
           w.last_name_key = k.last_name_key AS last_name,
           w.date_of_birth = k.date_of_birth AS date_of_birth,
           coalesce(w.postcode = k.postcode, false) AS postcode
    FROM wanted w
    CROSS JOIN LATERAL (
        (SELECT {_COMPARED} FROM children_child
         WHERE date_of_birth = w.date_of_birth AND first_name_key = w.first_name_key
         OFFSET 0)
        UNION ALL
        (SELECT {_COMPARED} FROM children_child
         WHERE postcode = w.postcode AND last_name_key = w.last_name_key
         OFFSET 0)
        UNION ALL
        (SELECT {_COMPARED} FROM children_child
         WHERE nhs_number = w.nhs_number
         OFFSET 0)
        UNION ALL
        (SELECT {_COMPARED} FROM children_child
         WHERE nhs_number = w.replaced_number
         OFFSET 0)
        UNION ALL
        (SELECT {_COMPARED} FROM (
             SELECT child_id FROM imports_childbeforeimport
             WHERE state ->> 'nhs_number' = w.nhs_number
             UNION ALL
             SELECT child_id FROM imports_childbeforeimport
             WHERE state ->> 'nhs_number' = w.replaced_number
             OFFSET 0
         ) before
         CROSS JOIN LATERAL (
             SELECT * FROM children_child WHERE id = before.child_id OFFSET 0
         ) its_child)
    ) c
    {CHILD_BEFORE}
    CROSS JOIN LATERAL (
        SELECT c.nhs_number, c.nhs_number_confirmed, c.first_name_key,
               c.last_name_key, c.date_of_birth, c.postcode
        WHERE b.id IS NULL
        UNION ALL
        SELECT s.nhs_number, s.nhs_number_confirmed, s.first_name_key,
               s.last_name_key, s.date_of_birth, s.postcode
        FROM jsonb_to_record(b.state) AS s(
            nhs_number text, nhs_number_confirmed boolean, first_name_key text,
            last_name_key text, date_of_birth date, postcode text
        )
        WHERE b.id IS NOT NULL
    ) k
    WHERE c.merged_into_id IS NULL
      AND c.created_by_import_id IS DISTINCT FROM %(import_id)s
)
SELECT DISTINCT ON (id, child_id) * FROM compared
WHERE same_number OR holds_replaced_number
   OR first_name::int + last_name::int + date_of_birth::int + postcode::int >= 3
ORDER BY id, child_id
"""  # noqa: S608 -- both parts are ours


def candidate_pairs(
    *, import_id: int, row_ids: Sequence[int]
) -> Iterator[CandidatePair]:
    """Return every child that resembles one of these rows, row by row."""
    with connection.cursor() as cursor:
        cursor.execute(
            CANDIDATE_PAIRS, {"import_id": import_id, "row_ids": array_of(row_ids)}
        )
        return iter([CandidatePair._make(pair) for pair in cursor.fetchall()])


def undecided_rows(
    *, import_id: int, after: int, most: int
) -> Sequence[tuple[int, int]]:
    """Return rows of which nothing has been worked out yet: ids and row numbers.

    :param after: this row number
    """
    undecided = CohortRow.objects.filter(
        cohort_import=import_id, outcome="", row_number__gt=after
    )
    rows = undecided.order_by("row_number").values_list("pk", "row_number")
    return list(rows[:most])


STORED_CLAIMS = """
SELECT r.claimed_child_id, r.id, r.row_number, r.claim_strength
FROM unnest(%(child_ids)s::bigint[]) AS asked(child_id)
CROSS JOIN LATERAL (
    SELECT * FROM imports_cohortrow
    WHERE claimed_child_id = asked.child_id
    OFFSET 0  -- or all rows of the import might be looked at for each child
) r
WHERE r.cohort_import_id = %(import_id)s
"""


def stored_claims(
    *, import_id: int, child_ids: Iterable[int]
) -> list[tuple[int, Claim]]:
    """Return each claim to one of these children that a row of the import has.

    :param child_ids: each named once
    """
    with connection.cursor() as cursor:
        cursor.execute(
            STORED_CLAIMS, {"import_id": import_id, "child_ids": array_of(child_ids)}
        )
        return [(child_id, Claim(*claim)) for child_id, *claim in cursor.fetchall()]


# No join of the rows with themselves: PostgreSQL may take them for few.
CONTESTED_CLAIMS = """
SELECT claimed_child_id, id, row_number, claim_strength, competing_rows
FROM (
    SELECT claimed_child_id, id, row_number, claim_strength, competing_rows,
           count(*) OVER (PARTITION BY claimed_child_id) AS claims
    FROM imports_cohortrow
    WHERE cohort_import_id = %(import_id)s AND claimed_child_id IS NOT NULL
) AS claiming
WHERE claims > 1
ORDER BY claimed_child_id
"""


def contested_claims(
    *, import_id: int
) -> Iterator[tuple[list[Claim], dict[int, tuple[int, ...]]]]:
    """Return who claims each child that several rows claim.

    With the row numbers that have been stored as competing, by the row's id.
    """
    with connection.cursor() as cursor:
        cursor.execute(CONTESTED_CLAIMS, {"import_id": import_id})
        for _, group in groupby(cursor.fetchall(), itemgetter(0)):
            rows = list(group)
            yield (
                [
                    Claim(row_id, number, strength)
                    for _, row_id, number, strength, _ in rows
                ],
                {row_id: tuple(competing) for _, row_id, _, _, competing in rows},
            )


# Dropped here too: a transaction may store twice.
WORKED_OUT_TABLE = """
DROP TABLE IF EXISTS worked_out;
CREATE TEMPORARY TABLE worked_out (
    row_id bigint, outcome text, not_imported_reason text, matched_child_id bigint,
    claimed_child_id bigint, claim_strength smallint, differences text[],
    additions text[], competing_rows integer[], move text, other_team_id bigint,
    fingerprint text, archived text, compared_with bigint[]
) ON COMMIT DROP
"""
COPY_WORKED_OUT = "COPY worked_out FROM STDIN"
UPDATE_ROWS = """
UPDATE imports_cohortrow r
SET outcome = w.outcome, not_imported_reason = w.not_imported_reason,
    matched_child_id = w.matched_child_id, claimed_child_id = w.claimed_child_id,
    claim_strength = w.claim_strength, differences = w.differences,
    additions = w.additions, competing_rows = w.competing_rows, move = w.move,
    other_team_id = w.other_team_id, fingerprint = w.fingerprint,
    archived = w.archived, compared_with = w.compared_with
FROM worked_out w
JOIN LATERAL (
    SELECT id, cohort_import_id FROM imports_cohortrow WHERE id = w.row_id OFFSET 0
) own ON own.cohort_import_id = %(import_id)s
WHERE r.id = own.id
"""
DELETE_CANDIDATES = """
DELETE FROM imports_rowcandidate c USING worked_out w WHERE c.row_id = w.row_id
"""
COPY_CANDIDATES = """
COPY imports_rowcandidate (row_id, child_id, differences, reasons) FROM STDIN
"""


def store_worked_out(cohort_import_id: int, worked_out: Sequence[WorkedOut]) -> None:
    """Write what was worked out to its rows.

    Call it in a transaction. Candidates of an earlier time are replaced.

    :param worked_out: all of it: what is still being worked out would read by the
        connection that COPY occupies, and the two would wait for each other for ever
    """
    candidates: list[tuple[object, ...]] = []
    with connection.cursor() as cursor:
        cursor.execute(WORKED_OUT_TABLE)
        with cursor.copy(COPY_WORKED_OUT) as copy:
            for one in worked_out:
                copy.write_row(_columns(one))
                candidates += [
                    (
                        one.row_id,
                        candidate.child_id,
                        array_of(candidate.differences),
                        array_of(candidate.reasons),
                    )
                    for candidate in one.candidates
                ]
        cursor.execute(DELETE_CANDIDATES)
        cursor.execute(UPDATE_ROWS, {"import_id": cohort_import_id})
        with cursor.copy(COPY_CANDIDATES) as copy:
            for row in candidates:
                copy.write_row(row)


def _columns(one: WorkedOut) -> tuple[object, ...]:
    return (
        one.row_id,
        one.outcome,
        one.not_imported_reason or "",
        one.matched_child_id,
        one.claimed_child_id,
        one.claim_strength,
        array_of(one.differences),
        array_of(one.additions),
        array_of(one.competing_rows),
        one.move,
        one.other_team_id,
        one.fingerprint,
        one.archived or "",
        array_of(one.compared_with),
    )
