"""What is worked out about one row: which child it is, and what it would do."""

from dataclasses import dataclass

from imports.rules.differences import Field
from imports.rules.outcomes import Move, NotImported, Outcome


@dataclass(frozen=True, slots=True)
class Candidate:
    """A child that the row may be about, and where the two differ."""

    child_id: int
    differences: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
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
      give to the matched child or replace without a decision.
    - `competing_rows`: the row numbers that claim the same child, for a row that
      has become a close match because of them.
    - `other_team_id`: the team that has the matched child, when it is another one.
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
