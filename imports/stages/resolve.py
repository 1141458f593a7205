"""A person settles a close match: one record, two, or something of each.

One transaction, under the lock of the commits. Everything is weighed again with the
children locked; of two people who decide at one moment the second is told.
"""

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from children import actions as children
from children.models import Child
from imports.models import CloseMatch, CohortRow
from imports.rules import resolutions
from imports.rules.differences import Field
from imports.rules.outcomes import Move, Outcome
from imports.rules.resolutions import Number, Resolution, Take
from imports.sql import committing as sql
from imports.stages import weigh
from imports.stages.applied import Applied, Applying
from imports.stages.apply import write
from imports.stages.resolved import tell, tell_of_lost_number
from imports.stages.weigh import Existing, Weighed
from mavis.models import User


class AlreadyResolved(Exception):
    """Someone else has just settled this close match."""


class RecordsChanged(Exception):
    """What the person decided by is not how the records stand now."""


class NotOffered(Exception):
    """This choice cannot be made about these records."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a person has chosen.

    :param child_id: the existing record it is about; None for Keep both records
    :param taken: for Choose for each field, the value to take of each
    :param seen: the version of what the page showed (weigh.Weighed.version)
    """

    resolution: Resolution
    child_id: int | None = None
    taken: Mapping[Field, Take] = field(default_factory=dict)
    seen: str


@transaction.atomic(durable=True)
def resolve(*, match: CloseMatch, decision: Decision, by: User, at: datetime) -> None:
    """Carry out what a person decided about a close match.

    :raises AlreadyResolved: someone else was first
    :raises RecordsChanged: a record has changed since the page was shown
    :raises NotOffered: the choice is not among those for this record
    """
    sql.lock_out_other_commits()
    match = _lock(match)
    known = children.lock(weigh.children_of(match))
    weighed = weigh.weigh(match)
    if weighed.version != decision.seen:
        raise RecordsChanged(f"{match} is about records that have changed")
    existing = _chosen(weighed, decision)
    row = _as_decided(weighed, existing, decision)
    applying = _applying(match, by, at)
    _free_number(row, weighed, existing, applying)
    applied = write([row], known, applying)
    if decision.resolution is Resolution.KEEP_EXISTING and existing is not None:
        # Nothing but the record of what PDS was asked.
        sql.give_traces({row.pk: existing.child.pk})
    _finish(match, row, applied, existing, decision, by=by, at=at)
    tell(row, weighed, existing, decision.resolution, known, applied, applying)


def _lock(match: CloseMatch) -> CloseMatch:
    locked = (
        CloseMatch.objects.select_for_update(no_key=True, of=("self",))
        .select_related("row__cohort_import")
        .get(pk=match.pk)
    )
    if locked.resolved_at is not None:
        raise AlreadyResolved(f"{match} is resolved")
    return locked


def _chosen(weighed: Weighed, decision: Decision) -> Existing | None:
    """Return the record that the decision is about; none when both are kept."""
    existing = weighed.about(decision.child_id)
    choices = existing.choices if existing else weighed.choices_without_child
    if decision.resolution not in choices or (decision.child_id and existing is None):
        raise NotOffered(f"{decision.resolution} for {weighed.match}")
    if existing and decision.resolution is Resolution.CHOOSE_FIELDS:
        missing = set(existing.choosable) - set(decision.taken)
        if missing:
            raise NotOffered(f"{weighed.match} needs a choice for every field")
    return None if decision.resolution is Resolution.KEEP_BOTH else existing


def _applying(match: CloseMatch, by: User, at: datetime) -> Applying:
    cohort_import = match.row.cohort_import
    return Applying(
        import_id=cohort_import.pk,
        team_id=match.team_id,
        academic_year=cohort_import.academic_year,
        at=at,
        by_id=by.pk,
    )


# --- The row, as if it had been matched the way the person says -----------------------


def _as_decided(
    weighed: Weighed, existing: Existing | None, decision: Decision
) -> CohortRow:
    """Return the row as the commit would have it, had it known what is decided.

    A copy: what the file said stays as it was.
    """
    row = copy(weighed.match.row)
    row.matched_child_id = existing.child.pk if existing else None
    row.other_team_id = existing.team.pk if existing and existing.team else None
    # Unless something is decided below: nothing of it is applied.
    row.outcome = Outcome.NOT_IMPORTED
    row.additions = []
    row.archived = ""
    row.move = Move.NONE
    if existing is None:
        return _as_new(row, weighed)
    if decision.resolution is Resolution.KEEP_EXISTING:
        if existing.team is not None:
            # The same child: the move is raised, and the receiving team decides it.
            row.outcome = Outcome.ALREADY_IN_MAVIS
            row.move = existing.proposal.move
        return row
    return _as_existing(row, weighed, existing, decision)


def _as_new(row: CohortRow, weighed: Weighed) -> CohortRow:
    row.outcome = Outcome.NEW
    row.move = Move.NONE if row.deceased else Move.AT_ONCE
    held = _number_of(weighed.holder)
    number = resolutions.number_of_new_child(weighed.number, held)
    row.nhs_number, row.nhs_number_confirmed = number.number, number.confirmed
    return row


def _as_existing(
    row: CohortRow, weighed: Weighed, existing: Existing, decision: Decision
) -> CohortRow:
    fields = existing.taken_by_use
    if decision.resolution is Resolution.CHOOSE_FIELDS:
        fields = resolutions.taken_by_choice(fields, existing.choosable, decision.taken)
    row.outcome = Outcome.ALREADY_IN_MAVIS
    row.move = existing.proposal.move
    row.archived = existing.proposal.archived or ""
    number = weighed.number_to_choose
    row.nhs_number, row.nhs_number_confirmed = number.number, number.confirmed
    row.additions = [*_with_what_follows(row, existing, fields)]
    if existing.contacts:
        row.additions.append(Field.CONTACTS)
    return row


def _with_what_follows(
    row: CohortRow, existing: Existing, fields: tuple[Field, ...]
) -> tuple[Field, ...]:
    """Return the fields taken with those that go with them.

    The address goes with a postcode that differs, the year group with a date of birth
    unless it was given (spec sections 2 and 7).
    """
    child, taken = existing.child, set(fields)
    differs = existing.comparison.differences
    if Field.POSTCODE in taken and Field.POSTCODE in differs:
        taken.add(Field.ADDRESS)
    if Field.DATE_OF_BIRTH in taken and Field.YEAR_GROUP not in taken:
        if Field.YEAR_GROUP in differs:
            # The person wants the child's own year group beside another date of birth.
            row.birth_academic_year = child.birth_academic_year
            row.birth_academic_year_given = True
            taken.add(Field.YEAR_GROUP)
        elif row.birth_academic_year_given or not child.birth_academic_year_given:
            taken.add(Field.YEAR_GROUP)
    return resolutions.in_order(taken)


# --- The number ------------------------------------------------------------------------


def _number_of(child: Child | None) -> Number:
    if child is None:
        return Number()
    return Number(child.nhs_number, child.nhs_number_confirmed)


def _free_number(
    row: CohortRow, weighed: Weighed, existing: Existing | None, applying: Applying
) -> None:
    """Take the number that is given from a child who holds it unconfirmed."""
    holder = weighed.holder
    is_given = row.outcome == Outcome.NEW or Field.NHS_NUMBER in row.additions
    if holder is None or not is_given or row.nhs_number != holder.nhs_number:
        return
    if existing is not None and existing.child.pk == holder.pk:
        return
    if not resolutions.may_take(
        Number(row.nhs_number, row.nhs_number_confirmed), _number_of(holder)
    ):
        raise NotOffered(f"{weighed.match} would take a number that is another child’s")
    children.change_details(
        {holder.pk: {"nhs_number": None, "nhs_number_confirmed": False}}
    )
    tell_of_lost_number(holder, applying)


# --- The end ---------------------------------------------------------------------------


def _finish(
    match: CloseMatch,
    row: CohortRow,
    applied: Applied,
    existing: Existing | None,
    decision: Decision,
    *,
    by: User,
    at: datetime,
) -> None:
    """Keep who decided what, and whom the row has become part of."""
    part_of = applied.child_of.get(row.pk)
    CohortRow.objects.filter(pk=row.pk).update(
        child=part_of, school_move=applied.move_of(row)
    )
    resolved = CloseMatch.objects.filter(pk=match.pk, resolved_at=None).update(
        resolved_at=at,
        resolved_by=by,
        resolution=decision.resolution,
        child=existing.child if existing else part_of,
        fields_taken=[str(taken) for taken in row.additions],
    )
    if resolved != 1:
        raise AlreadyResolved(f"{match} is resolved")
