"""What rows that are looked at together have come to, as children claimed by rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from imports.rules.matching import NOBODY, Claim, Match, competing_rows


@dataclass(frozen=True, slots=True)
class Found:
    """The matches of some rows, with whom they were compared, and who claims whom.

    - `matches`: of the rows that have one
    - `claims`: to each child that one of these rows would have to itself, by rows of
      the import: these, and others that have been worked out before
    """

    matches: dict[int, Match] = field(default_factory=dict)
    claims: dict[int, list[Claim]] = field(default_factory=dict)
    _compared_with: dict[int, tuple[int, ...]] = field(default_factory=dict)

    def add(
        self, row_id: int, row_number: int, compared: Sequence[int], match: Match
    ) -> None:
        """Add what a row has come to, once.

        :param compared: the children that it was compared with
        """
        self._compared_with[row_id] = tuple(compared)
        if match is not NOBODY:
            self.matches[row_id] = match
        if match.only_child_id is not None:
            claim = Claim(row_id, row_number, match.strength)
            self.claims.setdefault(match.only_child_id, []).append(claim)

    def add_claims(self, stored: Iterable[tuple[int, Claim]]) -> None:
        """Add claims of other rows to children whom these rows claim too."""
        for child_id, claim in stored:
            self.claims[child_id].append(claim)

    def match(self, row_id: int) -> Match:
        """Return the match of a row."""
        return self.matches.get(row_id, NOBODY)

    def compared_with(self, row_id: int) -> tuple[int, ...]:
        """Return the children that a row was compared with."""
        return self._compared_with.get(row_id, ())

    def competing_rows(self, row_id: int) -> tuple[int, ...]:
        """Return the row numbers that keep a row from having its child to itself."""
        child_id = self.match(row_id).only_child_id
        claims = [] if child_id is None else self.claims[child_id]
        return competing_rows(row_id, claims) if len(claims) > 1 else ()
