"""What applying a batch of rows has done, and how the activity log tells it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from children.models import Child
from children.rules.contacts import ContactChange, KnownContact
from children.telling import told, told_contact
from imports.models import CohortRow, RowCandidate
from imports.rules.outcomes import Outcome, Result
from mavis.audit import Changes, Event
from mavis.models import EventKind, School
from mavis.sql import is_one_of
from schoolmoves.actions import Deciding, Placement
from schoolmoves.rules.moving import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Applying:
    """For which import rows are applied, when, and who approved them."""

    import_id: int
    team_id: int
    academic_year: int
    at: datetime
    by_id: int | None

    @property
    def deciding(self) -> Deciding:
        return Deciding(
            team_id=self.team_id,
            academic_year=self.academic_year,
            at=self.at,
            by_id=self.by_id,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What a batch did: all by the id of the child, but for `child_of`, by the row's.

    - `child_of`: the child that each row has become part of
    - `details`: new values, by column
    - `contacts`: changes, and the contacts as they were before
    - `moves`: ids of the school moves that wait for a person
    """

    child_of: Mapping[int, int]
    details: Mapping[int, Mapping[str, Any]]
    contacts: Mapping[int, Sequence[ContactChange]]
    contacts_before: Mapping[int, Sequence[KnownContact]]
    restricted: frozenset[int]
    archived: frozenset[int]
    restored: frozenset[int]
    placements: Mapping[int, Placement]
    moves: Mapping[int, int]

    def has_updated(self, child_id: int) -> bool:
        """Test if the child's record is not what it was."""
        placement = self.placements.get(child_id)
        return (
            child_id in self.details
            or child_id in self.contacts
            or child_id in self.restricted
            or child_id in self.archived
            or child_id in self.restored
            or (placement is not None and placement.before != placement.after)
        )

    def move_of(self, row: CohortRow) -> int | None:
        """Return the school move that a row has opened or rewritten, if it has."""
        if row.outcome != Outcome.ALREADY_IN_MAVIS or row.matched_child_id is None:
            return None  # a close match proposes only what a person will decide
        return self.moves.get(row.matched_child_id)

    def result_of(self, row: CohortRow) -> Result:
        """Return what became of one row, for the completed page to count."""
        if row.outcome == Outcome.NEW:
            return Result.NEW
        if row.outcome == Outcome.CLOSE_MATCH:
            return Result.CLOSE_MATCH
        if row.outcome == Outcome.NOT_IMPORTED:
            return Result.NOT_IMPORTED
        if row.other_team_id is not None:
            return Result.HELD_WITH_MOVE
        updated = self.has_updated(self.child_of[row.pk])
        return Result.UPDATED if updated else Result.UP_TO_DATE


def events(
    rows: Sequence[CohortRow],
    known: Mapping[int, Child],
    applied: Applied,
    applying: Applying,
) -> list[Event]:
    """Return what the activity log is told, row by row."""
    names = _school_names(rows, known)
    candidates = _candidates(rows)
    told = []
    for row in rows:
        for kind, child_id, changes in _of_row(
            row, known, applied, names, candidates, applying
        ):
            told.append(
                Event(
                    kind=kind,
                    at=applying.at,
                    # PDS reports a death or a restriction: nobody here decides it.
                    by_id=None if kind in _BY_PDS else applying.by_id,
                    team_id=applying.team_id,
                    child_id=child_id,
                    import_id=applying.import_id,
                    row_number=row.row_number,
                    changes=changes,
                )
            )
    return told


def imported(child_id: int, row_number: int, applying: Applying) -> Event:
    """Return what the activity log is told of a row that has become a child."""
    return Event(
        kind=EventKind.IMPORTED,
        at=applying.at,
        by_id=applying.by_id,
        team_id=applying.team_id,
        child_id=child_id,
        import_id=applying.import_id,
        row_number=row_number,
    )


_BY_PDS = frozenset({EventKind.ARCHIVED, EventKind.RESTRICTED})


def _of_row(
    row: CohortRow,
    known: Mapping[int, Child],
    applied: Applied,
    names: Mapping[int, str],
    candidates: Mapping[int, Sequence[int]],
    applying: Applying,
) -> Iterator[tuple[EventKind, int, Changes]]:
    if row.outcome == Outcome.CLOSE_MATCH:
        for candidate_id in candidates.get(row.pk, ()):
            yield EventKind.CLOSE_MATCH_RAISED, candidate_id, {}
    if row.matched_child_id in applied.restored and row.archived:
        yield EventKind.RESTORED, row.matched_child_id, {}
    child_id = applied.child_of.get(row.pk)
    if row.outcome == Outcome.NEW and child_id is not None:
        yield EventKind.IMPORTED, child_id, {}
    elif child_id is not None:
        yield from _of_record(child_id, known[child_id], applied, names, applying)
    if child_id is not None and child_id in applied.archived:
        yield EventKind.ARCHIVED, child_id, {}
    if row.matched_child_id is not None and applied.move_of(row) is not None:
        child = known[row.matched_child_id]
        before = _named(Place(child.school_id, child.home_educated), names)
        after = _named(Place(row.school_id, row.home_educated), names)
        yield EventKind.MOVE_PROPOSED, child.pk, {"school": (before, after)}


def _of_record(
    child_id: int,
    child: Child,
    applied: Applied,
    names: Mapping[int, str],
    applying: Applying,
) -> Iterator[tuple[EventKind, int, Changes]]:
    """Tell what has changed in an existing child's record."""
    details = applied.details.get(child_id, {})
    changes = dict(told(child, details, year=applying.academic_year))
    if number := changes.pop("nhs_number", None):
        was_there = number[0] is not None
        kind = (
            EventKind.NHS_NUMBER_REPLACED if was_there else EventKind.NHS_NUMBER_ADDED
        )
        yield kind, child_id, {"nhs_number": number}
    if child_id in applied.contacts:
        changes["contacts"] = _contacts(
            applied.contacts[child_id], applied.contacts_before.get(child_id, ())
        )
    if changes:
        yield EventKind.UPDATED_BY_IMPORT, child_id, changes
    if child_id in applied.restricted:
        yield EventKind.RESTRICTED, child_id, {}
    placement = applied.placements.get(child_id)
    if placement is not None and placement.before != placement.after:
        places = (_named(placement.before, names), _named(placement.after, names))
        yield EventKind.SCHOOL_CHANGED, child_id, {"school": places}


def _contacts(
    changes: Sequence[ContactChange], before: Sequence[KnownContact]
) -> tuple[str, str]:
    """Return the contacts that change, as they were and as they are."""
    known = {contact.id: contact.details for contact in before}
    were = [known[each.contact_id] for each in changes if each.contact_id is not None]
    return (
        "; ".join(told_contact(details) for details in were),
        "; ".join(told_contact(each.details) for each in changes),
    )


def _named(place: Place, names: Mapping[int, str]) -> str:
    if place.school_id is not None:
        return names[place.school_id]
    return "Home-educated" if place.home_educated else "Unknown school"


def _school_names(
    rows: Sequence[CohortRow], known: Mapping[int, Child]
) -> dict[int, str]:
    """Return the names of the schools that children leave and come to."""
    ids = {row.school_id for row in rows if row.school_id}
    ids |= {child.school_id for child in known.values() if child.school_id}
    return dict(School.objects.filter(pk__in=ids).values_list("pk", "name"))


def _candidates(rows: Sequence[CohortRow]) -> dict[int, list[int]]:
    """Return the children that each close match may be about."""
    found: dict[int, list[int]] = {}
    close = [row.pk for row in rows if row.outcome == Outcome.CLOSE_MATCH]
    for row_id, child_id in (
        RowCandidate.objects.filter(is_one_of("row", close))
        .order_by("pk")
        .values_list("row", "child")
    ):
        found.setdefault(row_id, []).append(child_id)
    return found
