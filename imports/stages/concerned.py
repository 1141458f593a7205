"""Which rows of an import have to be worked out again before they are committed.

Working a row out again takes longer than committing it. What it came to rests on the
row, the children that it was compared with, and the other rows that claim the same
child. So only such rows are worked out again as a change of a child since then may
concern, whoever made it: see docs/decisions. When in doubt, all of them are.
"""

import hashlib
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Protocol

from django.conf import settings

from imports.models import CohortImport
from imports.rules.concerned import ChangedChildren
from imports.rules.worked_out import WorkedOut
from imports.sql import changes as sql
from imports.stages.work_out import work_out

# With more changes than this, finding the rows that they concern is not worth it.
MOST_CHANGES = 5_000


def note_as_of(import_id: int) -> None:
    """Write down what the rows of an import are worked out as of, before they are.

    Call it in a transaction that ends soon: whoever changes children waits for it.
    """
    last = sql.last_change()
    if last is not None:
        sql.note_as_of(import_id, last=last, rules=rules_now())


class Claiming(Protocol):
    """A row, and the child that it has claimed."""

    @property
    def pk(self) -> int: ...
    @property
    def claimed_child_id(self) -> int | None: ...


def worked_out_again(
    cohort_import: CohortImport, rows: Sequence[Claiming]
) -> dict[int, WorkedOut]:
    """Work out again, by id, those of these rows that may not be what they were.

    Call it with the children of the rows locked.
    """
    again = concerned_row_ids(cohort_import, [row.pk for row in rows])
    worked_out = _worked_out(cohort_import, again)
    # A row that has gained or lost a claim to a child concerns those that have one too.
    claimed = {one.claimed_child_id for one in worked_out.values()}
    claimed |= {row.claimed_child_id for row in rows if row.pk in again}
    claimed.discard(None)
    competing = {row.pk for row in rows if row.claimed_child_id in claimed} - again
    if competing:
        return _worked_out(cohort_import, again | competing)
    return worked_out


def _worked_out(cohort_import: CohortImport, row_ids: set[int]) -> dict[int, WorkedOut]:
    if not row_ids:
        return {}
    found = work_out(cohort_import, row_ids=list(row_ids))
    return {worked_out.row_id: worked_out for worked_out in found}


def concerned_row_ids(cohort_import: CohortImport, row_ids: Sequence[int]) -> set[int]:
    """Return the rows that a change since they were worked out may concern."""
    import_id = cohort_import.pk
    as_of = sql.as_of(import_id, rules=rules_now())
    if as_of is None:
        return set(row_ids)
    changed = sql.changed_children(
        after=as_of, import_id=import_id, most=MOST_CHANGES + 1
    )
    if len(changed) > MOST_CHANGES:
        return set(row_ids)
    compared = sql.rows_compared_with(row_ids, changed, import_id=import_id)
    if not changed:
        return compared
    keys = ChangedChildren.of(sql.keys_of_children(changed, import_id=import_id))
    rows = sql.keys_of_rows(row_ids, import_id=import_id)
    return compared | {pk for pk, row in rows.items() if keys.may_concern(row)}


@cache
def rules_now() -> str:
    """Return a digest of everything by which rows are worked out.

    An upload may wait for its approval while a release changes the rules. Then what
    its reviewer saw says nothing about what the rules now in force would say.
    """
    digest = hashlib.sha256()
    for path in sources():
        digest.update(path.read_bytes())
    return digest.hexdigest()


def sources() -> Iterator[Path]:
    """Return the files that say how a row is worked out."""
    for pattern in ("*/rules/*.py", "imports/sql/*.py", "imports/stages/work_out.py"):
        yield from sorted(settings.BASE_DIR.glob(pattern))
