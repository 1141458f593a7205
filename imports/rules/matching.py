"""Which child a row is about (spec section 7, rules 1 to 4).

The database proposes pairs of a row and a child (imports.sql.matching); what they
come to is decided here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple


class Strength(IntEnum):
    """How well a row's claim to a child stands against another row's."""

    NONE = 0
    SIMILAR = 1  # rule 5: see imports.rules.similarity
    ALIKE = 2
    ALL_FOUR_DETAILS = 3
    NHS_NUMBER = 4  # which PDS has confirmed for the row


class CandidatePair(NamedTuple):
    """A row, and a child that shares a number or three details with it.

    `same_number` and `holds_replaced_number` are None when one of the two has no
    such number. A ZZ99 postcode agrees with nothing.
    """

    row_id: int
    row_number: int
    child_id: int
    same_number: bool | None
    # The child has the number of the file, which PDS replaced with another.
    holds_replaced_number: bool | None
    row_is_confirmed: bool
    child_is_confirmed: bool
    first_name: bool
    last_name: bool
    date_of_birth: bool
    postcode: bool

    @property
    def details_agreeing(self) -> int:
        return self.first_name + self.last_name + self.date_of_birth + self.postcode

    @property
    def birth_and_first_name_agree(self) -> bool:
        return self.date_of_birth and self.first_name

    @property
    def is_someone_else(self) -> bool:
        """Test if PDS knows the two by different numbers."""
        return (
            self.same_number is False
            and self.row_is_confirmed
            and self.child_is_confirmed
        )


# Not frozen, as there is one for each row: that would take three times as long.
@dataclass(slots=True)
class Match:
    """The children a row may be about: none, one, or several for a person to choose.

    - `is_doubtful`: a close match whatever is compared.
    - `number_is_replaced`: rule 2, so that the row's number becomes the child's.
    - `strength`: of the claim to the only child; NONE when there is not just one.
    - `reasons`: why rule 5 proposes each child; empty for the other rules.
    """

    child_ids: tuple[int, ...] = ()
    is_doubtful: bool = False
    number_is_replaced: bool = False
    strength: Strength = Strength.NONE
    reasons: tuple[tuple[str, ...], ...] = ()

    @property
    def only_child_id(self) -> int | None:
        return self.child_ids[0] if len(self.child_ids) == 1 else None

    def reasons_for(self, child_id: int) -> tuple[str, ...]:
        """Return why rule 5 proposes the child; nothing for the other rules."""
        return dict(zip(self.child_ids, self.reasons, strict=False)).get(child_id, ())

    @property
    def is_plain(self) -> bool:
        """Test if there is one child, and nothing to be said but what differs."""
        return (
            len(self.child_ids) == 1
            and not self.is_doubtful
            and not self.number_is_replaced
        )

    @property
    def is_by_confirmed_number(self) -> bool:
        return self.strength is Strength.NHS_NUMBER


NOBODY = Match()


def decide(pairs: Sequence[CandidatePair]) -> Match:
    """Decide which child one row is about, given every child that resembles it."""
    holders = [pair for pair in pairs if pair.same_number]
    replaced = [
        pair
        for pair in pairs
        if pair.holds_replaced_number and pair.birth_and_first_name_agree
    ]
    alike = [
        pair
        for pair in pairs
        if pair.details_agreeing == 4
        or (pair.details_agreeing == 3 and not pair.is_someone_else)
    ]
    if len(holders) == 1 and _is_certain(holders[0]):
        return _only(holders[0])
    if holders:
        return _doubtful([*holders, *replaced, *alike])
    if len(replaced) == 1:
        return _only(replaced[0], number_is_replaced=True)
    identical = [pair for pair in alike if pair.details_agreeing == 4]
    if len(alike) == 1 or len(identical) == 1:
        return _only((identical or alike)[0])
    return Match(_child_ids(alike)) if alike else NOBODY


def _is_certain(pair: CandidatePair) -> bool:
    return (
        pair.row_is_confirmed and pair.child_is_confirmed
    ) or pair.birth_and_first_name_agree


def _only(pair: CandidatePair, *, number_is_replaced: bool = False) -> Match:
    return Match(
        (pair.child_id,),
        number_is_replaced=number_is_replaced,
        strength=_strength(pair),
    )


def _doubtful(pairs: Iterable[CandidatePair]) -> Match:
    child_ids = _child_ids(pairs)
    # Rows that claim the same child shall name this one, but it beats none.
    strength = Strength.ALIKE if len(child_ids) == 1 else Strength.NONE
    return Match(child_ids, is_doubtful=True, strength=strength)


def _strength(pair: CandidatePair) -> Strength:
    if pair.same_number and pair.row_is_confirmed:
        return Strength.NHS_NUMBER
    if pair.details_agreeing == 4:
        return Strength.ALL_FOUR_DETAILS
    return Strength.ALIKE


def _child_ids(pairs: Iterable[CandidatePair]) -> tuple[int, ...]:
    return tuple(sorted({pair.child_id for pair in pairs}))


class Claim(NamedTuple):
    """A row of the file that would have a child to itself."""

    row_id: int
    row_number: int
    strength: int


def competing_rows(row_id: int, claims: Iterable[Claim]) -> tuple[int, ...]:
    """Return the row numbers that keep a row from having its child to itself.

    :param claims: every row of the file that claims the child, this one included

    Empty when no other row claims the child, or this one stands out: alone
    confirmed by its NHS number, else alone in agreeing on all four details (spec
    section 6, Duplicates through PDS). What a row merely resembles never keeps
    another row from what the exact rules gave it.
    """
    claims = list(claims)
    strengths = {claim.row_id: claim.strength for claim in claims}
    strength = strengths[row_id]
    others = [
        claim
        for claim in claims
        if claim.row_id != row_id
        and (claim.strength > Strength.SIMILAR or strength <= Strength.SIMILAR)
    ]
    stands_out = strength > Strength.ALIKE and all(
        claim.strength < strength for claim in others
    )
    if stands_out:
        return ()
    return tuple(sorted(claim.row_number for claim in others))
