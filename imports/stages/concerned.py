"""Which rows of an import have to be worked out again before they are committed.

Working a row out again takes longer than committing it. What it came to rests on the
row, the children that it was compared with, and the other rows that claim the same
child. So only such rows are worked out again as a change of a child since then may
concern, whoever made it: see docs/decisions. When in doubt, all of them are.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence, Set
from functools import cache
from pathlib import Path
from typing import NamedTuple, Protocol

from django.conf import settings

from imports.models import CohortImport
from imports.rules.concerned import ChangedChildren, Keys
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


class Changes(NamedTuple):
    """Children who have changed, and all keys that they have had."""

    child_ids: Set[int]
    keys: ChangedChildren


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
        self, import_id: int, *, as_of: int, since_last_time: bool
    ) -> Changes | None:
        """Return all changes, or those that were not known when last asked.

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
        again = {child for child in times if times[child] != self._times.get(child)}
        keys = sql.keys_of_children(again, import_id=import_id) if again else []
        self._keys.add(keys)
        self._times = times
        if since_last_time:
            return Changes(again, ChangedChildren.of(keys))
        return Changes(times.keys(), self._keys)


class Looking:
    """Rows that are about to be committed, looked at again as often as wanted.

    The first time they are looked at for all that has changed since they were matched,
    and then for what has changed since the time before.
    """

    def __init__(
        self,
        cohort_import: CohortImport,
        rows: Sequence[Claiming],
        known: KnownChanges | None = None,
    ) -> None:
        """Take rows of an import.

        :param known: of this import, from the batches before
        """
        self._cohort_import = cohort_import
        self._row_ids = [row.pk for row in rows]
        self._claimed = {row.pk: row.claimed_child_id for row in rows}
        self._known = known or KnownChanges()
        self._has_looked = False
        self._keys: Mapping[int, Keys] = {}
        self._worked_out: dict[int, WorkedOut] = {}

    def look_ahead(self) -> None:
        """Do what can be done before the children of the rows are locked."""
        concerned = self._concerned()
        if concerned is not None:  # or all would be worked out twice
            self._work_out(concerned)

    def look(self) -> Mapping[int, WorkedOut]:
        """Work out again, by id, those of the rows that may not be what they were.

        Call it with the children of the rows locked.
        """
        concerned = self._concerned()
        self._work_out(set(self._row_ids) if concerned is None else concerned)
        return self._worked_out

    def _concerned(self) -> set[int] | None:
        """Return the rows that a change since they were worked out may concern.

        None when in doubt, and all of them are.
        """
        import_id = self._cohort_import.pk
        as_of = sql.as_of(import_id, rules=rules_now())
        if as_of is None:
            return None
        changes = self._known.up_to_now(
            import_id, as_of=as_of, since_last_time=self._has_looked
        )
        if changes is None:
            return None
        compared = sql.rows_compared_with(
            self._row_ids, changes.child_ids, import_id=import_id
        )
        compared |= self._compared_ahead_with(changes.child_ids)
        if not changes.child_ids:
            return compared
        if not self._keys:
            self._keys = sql.keys_of_rows(self._row_ids, import_id=import_id)
        may_concern = changes.keys.may_concern
        return compared | {pk for pk, row in self._keys.items() if may_concern(row)}

    def _compared_ahead_with(self, changed: Set[int]) -> set[int]:
        """Return rows that were compared ahead with one of these children.

        Or with one whose move the team has refused. They need not be the children that
        were stored of the row when it was matched.
        """
        if not self._worked_out:
            return set()
        ahead = {
            child_id
            for one in self._worked_out.values()
            for child_id in one.compared_with
        }
        again = changed | sql.children_with_a_refused_move(ahead)
        return {
            row_id
            for row_id, one in self._worked_out.items()
            if not again.isdisjoint(one.compared_with)
        }

    def _work_out(self, row_ids: set[int]) -> None:
        self._has_looked = True
        if not row_ids:
            return
        # What rows that are not worked out with them claim is read as it is stored.
        before = self._worked_out
        again = row_ids | {
            row_id
            for row_id, one in before.items()
            if one.claimed_child_id != self._claimed[row_id]
        }
        worked_out = self._worked_out_now(again)
        # A row that has gained or lost a claim to a child concerns those that have one too.
        claimed = {one.claimed_child_id for one in worked_out.values()}
        claimed |= {before[each].claimed_child_id for each in again & before.keys()}
        claimed |= {self._claimed[row_id] for row_id in again}
        claimed.discard(None)
        competing = {
            row_id for row_id in self._row_ids if self._claimed[row_id] in claimed
        }
        if competing - again:
            worked_out = self._worked_out_now(again | competing)
        before.update(worked_out)

    def _worked_out_now(self, row_ids: set[int]) -> dict[int, WorkedOut]:
        found = work_out(self._cohort_import, list(row_ids))
        return {worked_out.row_id: worked_out for worked_out in found}


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
