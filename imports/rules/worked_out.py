"""What rules are told of rows and children, and what they say of a row."""

from dataclasses import dataclass, field
from typing import NamedTuple

from children.rules.contacts import Details, KnownContact
from imports.rules.differences import ChildValues, Field, RowValues
from imports.rules.outcomes import Archived, Move, NotImported, Outcome
from schoolmoves.rules.moving import Place, Standing


class RowFacts(NamedTuple):
    """What one row says."""

    id: int
    row_number: int
    values: RowValues
    parents: tuple[Details, ...]
    place: Place
    deceased: bool
    # What a reviewer wants to become of an archived child, if anybody has said.
    archive_choice: Archived | None = None


@dataclass(frozen=True, slots=True)
class ChildFacts:
    """What Mavis knows of one child."""

    id: int
    values: ChildValues
    contacts: tuple[KnownContact, ...]
    standing: Standing


@dataclass(frozen=True, slots=True)
class Candidate:
    """A child that the row may be about, and where the two differ.

    - `reasons`: why it may be so although three details do not agree; see
      `imports.rules.similarity.Resemblance.reasons`.
    """

    child_id: int
    differences: tuple[Field, ...]
    reasons: tuple[str, ...] = ()


# Not frozen, as there is one for each row: that would take three times as long.
@dataclass(slots=True)
class WorkedOut:
    """The outcome of one row (spec sections 7 and 11).

    - `matched_child_id`: the one child the row is about: already in Mavis, not
      imported, or a close match with a single candidate.
    - `claimed_child_id`, `claim_strength`: the child the row would have by itself
      (0: none), before rows that claim one child are set against each other.
    - `candidates`: every child that a close match shows; empty otherwise.
    - `differences`: of the matched child; a close match with several candidates
      has those of each candidate only.
    - `additions`: what approval (or, for a close match, the uploaded record) would
      give to the matched child, or replace, without a decision.
    - `competing_rows`: the row numbers that claim the same child, for a row that
      has become a close match because of them.
    - `other_team_id`: the team that has the matched child, when it is another one.
    - `archived`: what becomes of a matched child that is archived; None for others.
    - `compared_with`: every child that the row was compared with, whatever came of
      it. Two that came to the same are equal all the same.
    """

    row_id: int
    outcome: Outcome
    not_imported_reason: NotImported | None
    matched_child_id: int | None
    claimed_child_id: int | None
    claim_strength: int
    candidates: tuple[Candidate, ...]
    differences: tuple[Field, ...]
    additions: tuple[Field, ...]
    competing_rows: tuple[int, ...]
    move: Move
    other_team_id: int | None
    fingerprint: str
    archived: Archived | None = None
    compared_with: tuple[int, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Importing:
    """The team and the academic year that an import is for."""

    team_id: int
    academic_year: int
