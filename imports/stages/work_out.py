"""Working out rows: which child each is about, and what it would do.

Shared by match, which stores it for the review, and commit, which works every row
out again under lock and compares.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter

from imports.models import CohortImport
from imports.rules import matching
from imports.rules.matching import NOBODY, Claim, Match
from imports.rules.working_out import Importing, WorkedOut, conclude
from imports.sql import known
from imports.sql import matching as sql

# Rows asked about in one statement, and rows whose values are held at once.
ROWS_COMPARED_AT_ONCE = 50_000
ROWS_LOADED_AT_ONCE = 2_000


def work_out(
    cohort_import: CohortImport, *, row_ids: Sequence[int] | None = None
) -> Iterator[WorkedOut]:
    """Work out rows of an import, in the order of their ids.

    :param row_ids: those to work out; by default all of which nothing is known yet

    Which rows are asked for together makes no difference: rows of the import that
    are not among them compete by the claims that were stored for them, and what
    the import itself has done to children is left out of account.

    Nothing is locked, and the rows are read while the caller goes through them.
    """
    if row_ids is None:
        row_ids = sql.undecided_row_ids(import_id=cohort_import.pk)
    row_ids = sorted(row_ids)
    matches, claims = _matches(cohort_import, row_ids)
    importing = Importing(cohort_import.team_id, cohort_import.academic_year)
    for start in range(0, len(row_ids), ROWS_LOADED_AT_ONCE):
        chunk = row_ids[start : start + ROWS_LOADED_AT_ONCE]
        children = known.children(
            import_id=cohort_import.pk,
            team_id=importing.team_id,
            academic_year=importing.academic_year,
            child_ids={
                child_id
                for row_id in chunk
                for child_id in matches.get(row_id, NOBODY).child_ids
            },
        )
        for row in known.rows(import_id=cohort_import.pk, row_ids=chunk):
            match = matches.get(row.id, NOBODY)
            competing_rows: tuple[int, ...] = ()
            if match.only_child_id is not None:
                competing_rows = matching.competing_rows(
                    row.id, claims[match.only_child_id]
                )
            yield conclude(row, match, children, competing_rows, importing)


def _matches(
    cohort_import: CohortImport, row_ids: Sequence[int]
) -> tuple[dict[int, Match], dict[int, list[Claim]]]:
    """Return the match of each row that has one, and all claims to each child."""
    matches: dict[int, Match] = {}
    claims: dict[int, list[Claim]] = defaultdict(list)
    for start in range(0, len(row_ids), ROWS_COMPARED_AT_ONCE):
        chunk = row_ids[start : start + ROWS_COMPARED_AT_ONCE]
        pairs = sql.candidate_pairs(import_id=cohort_import.pk, row_ids=chunk)
        for row_id, group in groupby(pairs, attrgetter("row_id")):
            candidates = list(group)
            match = matching.decide(candidates)
            if match is NOBODY:
                continue
            matches[row_id] = match
            if match.only_child_id is not None:
                row_number = candidates[0].row_number
                claims[match.only_child_id].append(
                    Claim(row_id, row_number, match.strength)
                )
    ours = set(row_ids)
    stored = sql.stored_claims(import_id=cohort_import.pk, child_ids=claims.keys())
    for child_id, claim in stored:
        if claim.row_id not in ours:
            claims[child_id].append(claim)
    return matches, claims
