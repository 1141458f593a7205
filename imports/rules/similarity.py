"""Which children a row may be about although three details do not agree (section 7,
rule 5).

The database proposes pairs (imports.sql.similarity), each is compared detail by
detail, and what the details come to is decided here. Whatever is found is a close
match: a person decides, and is told why.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from imports.rules.likeness import (
    Likeness,
    births,
    changed_about,
    names,
    postcodes,
    swapped,
)
from imports.rules.matching import NOBODY, Match, Strength


@dataclass(frozen=True, slots=True)
class Person:
    """The four details, of a row or of a child. Names as written and folded.

    A postcode that says nothing (blank, ZZ99) is blank.
    """

    first_name: str
    last_name: str
    first_name_key: str
    last_name_key: str
    date_of_birth: date | None
    postcode: str


@dataclass(frozen=True, slots=True)
class SimilarPair:
    """A row, and a child who shares enough with it to be compared."""

    row_id: int
    row_number: int
    child_id: int
    row: Person
    child: Person
    # PDS knows the two by different numbers.
    is_someone_else: bool


# Among the reasons, when the names were compared crosswise.
NAMES_SWAPPED = "names_swapped"


@dataclass(frozen=True, slots=True)
class Resemblance:
    """How a row resembles a child.

    - `points`: how much more likely the two are one person than two, in powers of
      two.
    - `names_swapped`: the row's first name was compared with the child's last name.
    """

    points: int
    first_name: Likeness
    last_name: Likeness
    date_of_birth: Likeness
    postcode: Likeness
    names_swapped: bool

    def reasons(self) -> tuple[str, ...]:
        """Return what speaks for it, to be kept and put into words on a page.

        Each is a detail and its likeness: "first_name:slip".
        """
        found = {
            "first_name": self.first_name,
            "last_name": self.last_name,
            "date_of_birth": self.date_of_birth,
            "postcode": self.postcode,
        }
        reasons = [
            f"{detail}:{likeness}"
            for detail, likeness in found.items()
            if likeness not in (Likeness.DIFFERENT, Likeness.UNKNOWN)
        ]
        return (*reasons, *([NAMES_SWAPPED] if self.names_swapped else []))


# What each likeness is worth: the binary logarithm of how much more often it is seen
# between two records of one child than between two children. Rounded from what
# `match_quality --learn` counts, in halves of people that it does not test on.
NAME_POINTS: Mapping[str, Mapping[Likeness, int]] = {
    "first_name": {
        Likeness.SAME: 7, Likeness.SHORT_FORM: 5, Likeness.PART: 4,
        Likeness.BEGINNING: 5, Likeness.SLIP: 6, Likeness.CLOSE: 2,
        Likeness.DIFFERENT: -4, Likeness.UNKNOWN: 0,
    },
    "last_name": {
        Likeness.SAME: 8, Likeness.SHORT_FORM: 4, Likeness.PART: 5,
        Likeness.BEGINNING: 5, Likeness.SLIP: 7, Likeness.CLOSE: 3,
        Likeness.DIFFERENT: -4, Likeness.UNKNOWN: 0,
    },
}  # fmt: skip
BIRTH_POINTS = {
    Likeness.SAME: 12, Likeness.DAY_AND_MONTH_SWAPPED: 7, Likeness.SLIP: 3,
    Likeness.DIFFERENT: -7, Likeness.UNKNOWN: 0,
}  # fmt: skip
# Where one postcode says nothing, what is left to compare is as little as if it differed.
POSTCODE_POINTS = {
    Likeness.SAME: 11, Likeness.SLIP: 5, Likeness.DIFFERENT: -4, Likeness.UNKNOWN: -4,
}  # fmt: skip
SWAPPED_NAMES = -2
# The most that names can be worth: both the same; or not both, or swapped.
BOTH_NAMES = 15
ALIKE_NAMES = 14
# Brothers and sisters share the last name and the postcode, and often have names that
# are alike: then a date of birth that does not agree speaks against it the more.
SIBLINGS = -4
# How much more than the number of children, in powers of two, must speak for a pair:
# among twice as many children, twice as many are alike by chance. Set where more than
# 99% of what is proposed is right, in the halves that match_quality learns from.
MARGIN = 2
# Among few children too, so much must speak for it.
LEAST = 14
# A child who is less likely than the likeliest by this much is not proposed beside it.
MUCH_LESS_LIKELY = 4


def points_needed(pool_size: int) -> int:
    """Return how many points propose a child, of so many whom the row might be.

    >>> points_needed(100), points_needed(100_000), points_needed(1_000_000)
    (14, 19, 22)
    """
    return max(LEAST, pool_size.bit_length() + MARGIN)


def decide(pairs: Sequence[SimilarPair], *, pool_size: int) -> Match:
    """Decide which children one row may be about, given those worth comparing.

    :param pool_size: how many children there are in all
    """
    needed = points_needed(pool_size)
    resembling = [
        (pair.child_id, compare(pair.row, pair.child))
        for pair in pairs
        if not pair.is_someone_else
        and shares_enough(pair.row, pair.child)
        # Only saves time: few neighbours need have their names compared.
        and most_points(pair.row, pair.child) >= needed
    ]
    best = max((found.points for _, found in resembling), default=0)
    least = max(needed, best - MUCH_LESS_LIKELY + 1)
    likely = sorted(
        (child_id, found.reasons())
        for child_id, found in resembling
        if found.points >= least
    )
    if not likely:
        return NOBODY
    return Match(
        tuple(child_id for child_id, _ in likely),
        is_doubtful=True,
        strength=Strength.SIMILAR if len(likely) == 1 else Strength.NONE,
        reasons=tuple(reasons for _, reasons in likely),
    )


def shares_enough(row: Person, child: Person) -> bool:
    """Test if two records share what makes it worth comparing the rest.

    The same postcode; or, with two of its characters changed about, one detail more;
    or a name and the date of birth, where the names may be swapped, or else day and
    month.
    """
    if row.postcode and row.postcode == child.postcode:
        return True
    same_name = (
        row.first_name_key == child.first_name_key
        or row.last_name_key == child.last_name_key
    )
    same_birth = (
        row.date_of_birth is not None and row.date_of_birth == child.date_of_birth
    )
    if (same_name or same_birth) and child.postcode in changed_about(row.postcode):
        return True
    if row.date_of_birth is None or child.date_of_birth is None:
        return False
    if same_birth:
        return (
            same_name
            or row.first_name_key == child.last_name_key
            or row.last_name_key == child.first_name_key
        )
    return same_name and row.date_of_birth == swapped(child.date_of_birth)


def most_points(row: Person, child: Person) -> int:
    """Return as many points as the two could have, were their names as alike as can be.

    Never fewer than they have.
    """
    same_names = (row.first_name_key, row.last_name_key) == (
        child.first_name_key,
        child.last_name_key,
    )
    return (
        (BOTH_NAMES if same_names else ALIKE_NAMES)
        + BIRTH_POINTS[births(row.date_of_birth, child.date_of_birth)]
        + POSTCODE_POINTS[postcodes(row.postcode, child.postcode)]
    )


def compare(row: Person, child: Person) -> Resemblance:
    """Compare a row with a child, detail by detail."""
    born = births(row.date_of_birth, child.date_of_birth)
    lives = postcodes(row.postcode, child.postcode)
    first = names(
        row.first_name, row.first_name_key, child.first_name, child.first_name_key
    )
    last = names(row.last_name, row.last_name_key, child.last_name, child.last_name_key)
    points = _name_points(first, last)
    crossed = False
    if first is not Likeness.SAME and last is not Likeness.SAME:
        crossed_first = names(
            row.first_name, row.first_name_key, child.last_name, child.last_name_key
        )
        crossed_last = names(
            row.last_name, row.last_name_key, child.first_name, child.first_name_key
        )
        crossed_points = _name_points(crossed_first, crossed_last) + SWAPPED_NAMES
        if crossed_points > points:
            first, last, points, crossed = (
                crossed_first,
                crossed_last,
                crossed_points,
                True,
            )
    if (
        lives is Likeness.SAME
        and born in (Likeness.SLIP, Likeness.DIFFERENT)
        and first is not Likeness.SAME
        and last is not Likeness.DIFFERENT
    ):
        points += SIBLINGS
    return Resemblance(
        points + BIRTH_POINTS[born] + POSTCODE_POINTS[lives],
        first,
        last,
        born,
        lives,
        crossed,
    )


def _name_points(first: Likeness, last: Likeness) -> int:
    return NAME_POINTS["first_name"][first] + NAME_POINTS["last_name"][last]
