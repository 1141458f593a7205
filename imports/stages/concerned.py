"""Which rows of an import have to be worked out again before they are committed.

Working a row out again takes longer than committing it. What it came to rests on the
row, the children that it was compared with, and the other rows that claim the same
child. So only such rows are worked out again as a change of a child since then may
concern, whoever made it: see docs/decisions. When in doubt, all of them are.
"""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Protocol

from django.conf import settings

from imports.models import CohortImport
from imports.rules.concerned import ChangedChildren
from imports.rules.worked_out import WorkedOut
from imports.sql import changes as sql
from imports.stages.work_out import work_out

# More changed children than this are not held; each takes about a kilobyte.
MOST_CHANGES = 50_000


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


class KnownChanges:
    """What a commit knows of the children that others have changed meanwhile.

    Kept from batch to batch: while another county commits, each batch would look up
    the same tens of thousands of children.
    """

    def __init__(self) -> None:
        self._as_of: int | None = None
        self._times: dict[int, int] = {}  # how often each child has been changed
        self._keys = ChangedChildren()

    def up_to_now(
        self, import_id: int, *, as_of: int
    ) -> tuple[Collection[int], ChangedChildren] | None:
        """Return the children that have changed, and all keys that they have had.

        None if they are too many.
        """
        if as_of != self._as_of:
            self._as_of, self._times, self._keys = as_of, {}, ChangedChildren()
        times = sql.changed_children(
            after=as_of, import_id=import_id, most=MOST_CHANGES + 1
        )
        if len(times) > MOST_CHANGES:
            return None
        # Counted, since a change with a lower number may come to be seen later.
        again = [child for child in times if times[child] != self._times.get(child)]
        if again:
            self._keys.add(sql.keys_of_children(again, import_id=import_id))
        self._times = times
        return times.keys(), self._keys


def worked_out_again(
    cohort_import: CohortImport,
    rows: Sequence[Claiming],
    known: KnownChanges | None = None,
) -> dict[int, WorkedOut]:
    """Work out again, by id, those of these rows that may not be what they were.

    Call it with the children of the rows locked.

    :param known: of this import, from the batches before
    """
    again = concerned_row_ids(
        cohort_import, [row.pk for row in rows], known or KnownChanges()
    )
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
    found = work_out(cohort_import, list(row_ids))
    return {worked_out.row_id: worked_out for worked_out in found}


def concerned_row_ids(
    cohort_import: CohortImport, row_ids: Sequence[int], known: KnownChanges
) -> set[int]:
    """Return the rows that a change since they were worked out may concern."""
    import_id = cohort_import.pk
    as_of = sql.as_of(import_id, rules=rules_now())
    if as_of is None:
        return set(row_ids)
    changes = known.up_to_now(import_id, as_of=as_of)
    if changes is None:
        return set(row_ids)
    changed, keys = changes
    compared = sql.rows_compared_with(row_ids, changed, import_id=import_id)
    if not changed:
        return compared
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
