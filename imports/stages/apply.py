"""What rows that are as the reviewer saw them do to children, a batch at a time.

For commit, which has worked the rows out and locked the children. A batch costs the
same number of statements whatever it holds.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from children import actions as children
from children.models import Child
from children.rules import contacts
from children.rules.contacts import ContactChange, Details, KnownContact
from imports.models import CohortRow
from imports.rules.differences import Field
from imports.rules.outcomes import Archived, Move, Outcome, Result
from imports.rules.uploaded_values import taken_from
from imports.sql import committing as sql
from imports.sql.committing import Committed
from imports.sql.matching import keep_children_before
from imports.stages.applied import Applied, Applying, events, imported
from mavis import audit
from schoolmoves import actions as schoolmoves
from schoolmoves.actions import Placement, Proposal
from schoolmoves.models import MoveSource
from schoolmoves.rules.moving import Place


def apply(
    rows: Sequence[CohortRow], known: Mapping[int, Child], applying: Applying
) -> None:
    """Apply rows that have not been committed yet, and mark them as committed.

    :param known: the children that the rows are about, by id, locked
    """
    keep_children_before(
        applying.import_id, [_matched(row) for row in rows if _changes_child(row)]
    )
    applied = write(rows, known, applying)
    close = [row.pk for row in rows if row.outcome == Outcome.CLOSE_MATCH]
    sql.raise_close_matches(close, team_id=applying.team_id, at=applying.at)
    sql.finish_rows(
        [
            Committed(
                row.pk,
                applied.result_of(row),
                child_id=applied.child_of.get(row.pk),
                school_move_id=applied.move_of(row),
            )
            for row in rows
        ],
        at=applying.at,
    )
    audit.record_all(events(rows, known, applied, applying))


class NewRow(Protocol):
    """What has to be known of a row to make a child of it: SQL reads the rest."""

    @property
    def pk(self) -> int: ...
    @property
    def row_number(self) -> int: ...
    @property
    def nhs_number(self) -> str | None: ...
    @property
    def school_id(self) -> int | None: ...
    @property
    def home_educated(self) -> bool: ...
    @property
    def move(self) -> str: ...


def apply_new(rows: Sequence[NewRow], applying: Applying) -> None:
    """Apply rows that become children, of whom PDS reports no death."""
    if not rows:
        return
    child_of = _create(rows, applying)
    sql.finish_rows(
        [Committed(row.pk, Result.NEW, child_id=child_of[row.pk]) for row in rows],
        at=applying.at,
    )
    audit.record_all(
        imported(child_of[row.pk], row.row_number, applying) for row in rows
    )


def write(
    rows: Sequence[CohortRow], known: Mapping[int, Child], applying: Applying
) -> Applied:
    """Make of children what these rows say, and return what that was.

    For apply, and for what a person decides about one row. Rows that are neither new
    nor already in Mavis do nothing here.
    """
    new = [row for row in rows if row.outcome == Outcome.NEW]
    existing = [row for row in rows if row.outcome == Outcome.ALREADY_IN_MAVIS]
    # Nothing but the move is applied to another team's child (spec section 7).
    ours = [row for row in existing if row.other_team_id is None]
    restored = _restore(rows, applying)
    changed = {row.pk: _matched(row) for row in ours}
    child_of = _create(new, applying) | changed
    sql.give_traces(changed)
    contact_changes, contacts_before = _take_contacts(ours)
    return Applied(
        child_of=child_of,
        details=_take_details(ours, applying),
        contacts=contact_changes,
        contacts_before=contacts_before,
        restricted=_restrict(ours, known),
        archived=_record_deaths([*new, *ours], child_of, known, applying),
        restored=restored,
        placements=_place(ours, known, applying),
        moves=_propose(existing, applying),
    )


def _matched(row: CohortRow) -> int:
    if row.matched_child_id is None:
        raise ValueError(f"{row} is about no child")
    return row.matched_child_id


def _changes_child(row: CohortRow) -> bool:
    """Test if the row changes anything by which later rows are worked out."""
    if row.archived == Archived.RESTORED:
        return True
    changes = bool(row.additions) or row.move != Move.NONE or row.deceased
    return row.outcome == Outcome.ALREADY_IN_MAVIS and changes


def _restore(rows: Sequence[CohortRow], applying: Applying) -> frozenset[int]:
    """Make archived children active whom a person wants back, and return them.

    That may be said of a close match too: it is certain who the child is.
    """
    restored = frozenset(
        _matched(row) for row in rows if row.archived == Archived.RESTORED
    )
    children.activate(restored, team_id=applying.team_id, at=applying.at)
    return restored


def _place_of(row: NewRow) -> Place:
    return Place(row.school_id, row.home_educated)


def _create(rows: Sequence[NewRow], applying: Applying) -> dict[int, int]:
    """Make a child of each of these rows, with all it says, and return it by row."""
    if not rows:
        return {}
    ids = children.next_ids(len(rows))
    child_of = dict(zip((row.pk for row in rows), ids, strict=True))
    sql.create_children(
        child_of,
        team_id=applying.team_id,
        academic_year=applying.academic_year,
        at=applying.at,
        # A person may have decided that a child is made without the row's number.
        without_number=[row.pk for row in rows if row.nhs_number is None],
    )
    sql.give_contacts(child_of)
    sql.give_traces(child_of)
    schoolmoves.log_first_placements(
        {child_of[row.pk]: _place_of(row) for row in rows if row.move == Move.AT_ONCE},
        deciding=applying.deciding,
    )
    return child_of


def _take_details(
    rows: Sequence[CohortRow], applying: Applying
) -> dict[int, dict[str, Any]]:
    """Write what the records gain, and return it by child and column."""
    changes = {
        _matched(row): taken_from(
            row,
            [Field(addition) for addition in row.additions],
            academic_year=applying.academic_year,
        )
        for row in rows
    }
    changes = {child_id: values for child_id, values in changes.items() if values}
    children.change_details(changes)
    return changes


def _take_contacts(
    rows: Sequence[CohortRow],
) -> tuple[dict[int, list[ContactChange]], dict[int, list[KnownContact]]]:
    """Write the parents of rows about existing children.

    Returns what that changed by child, and the contacts that they had.
    """
    gaining = [row for row in rows if Field.CONTACTS in row.additions]
    before = children.contacts_of([_matched(row) for row in gaining])
    changes = {
        _matched(row): contacts.merge(before.get(_matched(row), []), _parents(row))
        for row in gaining
    }
    changes = {child_id: of_child for child_id, of_child in changes.items() if of_child}
    children.change_contacts(changes)
    return changes, before


def _parents(row: CohortRow) -> tuple[Details, Details]:
    return (
        Details(
            name=row.parent_1_name,
            relationship=row.parent_1_relationship,
            relationship_other=row.parent_1_relationship_other,
            phone=row.parent_1_phone,
            email=row.parent_1_email,
        ),
        Details(
            name=row.parent_2_name,
            relationship=row.parent_2_relationship,
            relationship_other=row.parent_2_relationship_other,
            phone=row.parent_2_phone,
            email=row.parent_2_email,
        ),
    )


def _restrict(rows: Sequence[CohortRow], known: Mapping[int, Child]) -> frozenset[int]:
    """Mark children as restricted who are not yet, and return them."""
    restricted = frozenset(
        _matched(row)
        for row in rows
        if row.restricted and not known[_matched(row)].restricted
    )
    children.mark_restricted(restricted)
    return restricted


def _record_deaths(
    rows: Sequence[CohortRow],
    child_of: Mapping[int, int],
    known: Mapping[int, Child],
    applying: Applying,
) -> frozenset[int]:
    """Record the deaths that PDS reports, and return the children archived."""
    dead_before = {child_id for child_id, child in known.items() if child.deceased}
    archived = schoolmoves.record_deaths(
        {
            child_of[row.pk]: row.date_of_death
            for row in rows
            if row.deceased and child_of[row.pk] not in dead_before
        },
        at=applying.at,
    )
    return frozenset(child_id for child_id, _ in archived)


def _place(
    rows: Sequence[CohortRow], known: Mapping[int, Child], applying: Applying
) -> dict[int, Placement]:
    """Put existing children where a file says at once: their placements, by child."""
    placements = {}
    for row in rows:
        if row.move == Move.AT_ONCE:
            child = known[_matched(row)]
            before = Place(child.school_id, child.home_educated)
            placements[child.pk] = Placement(child.pk, before, _place_of(row))
    schoolmoves.place_at_once(list(placements.values()), deciding=applying.deciding)
    return placements


def _propose(rows: Sequence[CohortRow], applying: Applying) -> dict[int, int]:
    """Open the school moves that a person decides, and return them by child."""
    proposals = [
        Proposal(_matched(row), _place_of(row), row.other_team_id)
        for row in rows
        if row.move == Move.FOR_PERSON
    ]
    return schoolmoves.propose(
        proposals, source=MoveSource.COHORT, deciding=applying.deciding
    )
