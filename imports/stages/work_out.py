"""Working out rows: which child each is about, and what it would do.

Shared by match, which stores it for the review, and commit, which works every row
out again under lock and compares.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter

from imports.models import CohortImport
from imports.rules import matching, similarity
from imports.rules.found import Found
from imports.rules.matching import NOBODY, CandidatePair, Match
from imports.rules.similarity import SimilarPair
from imports.rules.worked_out import Importing, WorkedOut
from imports.rules.working_out import conclude, nothing_new
from imports.sql import known
from imports.sql import matching as sql
from imports.sql import nothing_new as sql_nothing_new
from imports.sql import similarity as similarity_sql
from mavis import stopping

# Rows asked about in one statement, and whose values are held at once.
ROWS_AT_ONCE = 5_000


def work_out(
    cohort_import: CohortImport, row_ids: Sequence[int]
) -> Iterator[WorkedOut]:
    """Work out rows of an import, in the order of their ids.

    Which rows are asked for together makes no difference: rows of the import that
    are not among them compete by the claims that were stored for them, and what
    the import itself has done to children is left out of account.

    Nothing is locked, and the rows are read while the caller goes through them.

    :raises Stopping: this worker is to end
    """
    row_ids = sorted(row_ids)
    pool_size = cohort_import.pool_size
    if pool_size is None:
        pool_size = similarity_sql.pool_size()
    found = find_matches(cohort_import.pk, row_ids, pool_size=pool_size)
    importing = Importing(cohort_import.team_id, cohort_import.academic_year)
    for chunk in _chunks(row_ids):
        stopping.check()
        yield from _conclude(cohort_import.pk, chunk, found, importing)


def _conclude(
    import_id: int, row_ids: Sequence[int], found: Found, importing: Importing
) -> Iterator[WorkedOut]:
    """Say of each of these rows what its match comes to."""
    matches = {row_id: found.match(row_id) for row_id in row_ids}
    competing = {row_id: found.competing_rows(row_id) for row_id in row_ids}
    certain = {
        row_id: match.child_ids[0]
        for row_id, match in matches.items()
        if match.is_plain and not competing[row_id]
    }
    with_nothing_new = sql_nothing_new.with_nothing_new(
        certain,
        import_id=import_id,
        team_id=importing.team_id,
        academic_year=importing.academic_year,
    )
    to_compare = [row_id for row_id in row_ids if row_id not in with_nothing_new]
    children = known.children(
        import_id=import_id,
        team_id=importing.team_id,
        academic_year=importing.academic_year,
        child_ids={
            child_id for row_id in to_compare for child_id in matches[row_id].child_ids
        },
    )
    rows = iter(known.rows(import_id=import_id, row_ids=to_compare))
    for row_id, match in matches.items():
        compared_with = found.compared_with(row_id)
        if row_id in with_nothing_new:
            yield nothing_new(row_id, match, importing, compared_with)
        else:
            yield conclude(
                next(rows),
                match,
                children,
                competing[row_id],
                importing,
                compared_with=compared_with,
            )


def find_matches(import_id: int, row_ids: Sequence[int], *, pool_size: int) -> Found:
    """Compare rows with every child whom they may be about.

    :param row_ids: in order
    :param pool_size: how many children the import is compared with in all
    """
    found = Found()
    _decide(found, import_id, row_ids, pool_size)
    # What is stored of the rows themselves may not be so any more.
    worked_out_now = set(row_ids)
    stored = sql.stored_claims(import_id=import_id, child_ids=found.claims)
    found.add_claims(
        (child_id, claim)
        for child_id, claim in stored
        if claim.row_id not in worked_out_now
    )
    return found


def _decide(
    found: Found, import_id: int, row_ids: Sequence[int], pool_size: int
) -> None:
    """Find the matches of rows.

    Rows that the exact rules leave are looked at for similarity, and only those.
    """
    for chunk in _chunks(row_ids):
        stopping.check()
        left = set(chunk)
        nobody: dict[int, Sequence[CandidatePair]] = {}
        pairs = sql.candidate_pairs(import_id=import_id, row_ids=chunk)
        for row_id, group in groupby(pairs, attrgetter("row_id")):
            candidates = list(group)
            match = matching.decide(candidates)
            if match is NOBODY:
                nobody[row_id] = candidates
            else:
                left.remove(row_id)
                _add(found, candidates, match)
        if left:
            stopping.check()
            _decide_by_likeness(found, import_id, sorted(left), pool_size, nobody)


def _decide_by_likeness(
    found: Found,
    import_id: int,
    row_ids: Sequence[int],
    pool_size: int,
    nobody: dict[int, Sequence[CandidatePair]],
) -> None:
    """Find the matches of rows that the exact rules leave.

    :param nobody: whom they have been compared with in vain, by row: often nobody
    """
    pairs = similarity_sql.similar_pairs(import_id=import_id, row_ids=row_ids)
    for row_id, group in groupby(pairs, attrgetter("row_id")):
        worth_comparing = list(group)
        match = similarity.decide(worth_comparing, pool_size=pool_size)
        _add(found, [*nobody.pop(row_id, ()), *worth_comparing], match)
    for compared in nobody.values():
        _add(found, compared, NOBODY)


def _add(
    found: Found, pairs: Sequence[CandidatePair | SimilarPair], match: Match
) -> None:
    """Add what the pairs of one row have come to."""
    row = pairs[0]
    compared = [pair.child_id for pair in pairs]
    found.add(row.row_id, row.row_number, compared, match)


def _chunks(row_ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(row_ids), ROWS_AT_ONCE):
        yield row_ids[start : start + ROWS_AT_ONCE]
