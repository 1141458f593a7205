"""Which children a row may be about although three details do not agree (section 7,
rule 5).

The database proposes pairs (imports.sql.similarity), each is compared detail by
detail, and what the details come to is decided here. Whatever is found is a close
match: a person decides, and is told why.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

from rapidfuzz.distance import OSA, JaroWinkler

from imports.rules.matching import NOBODY, Match, Strength
from mavis.rules.names import fold
from pds.rules.short_forms import FULL_NAMES, is_short_form


class Likeness(StrEnum):
    """How a detail of a row stands to the same detail of a child."""

    SAME = "same"
    # --- Names ---
    SHORT_FORM = "short_form"  # Sam and Samuel, Bill and Will
    PART = "part"  # Anne and Anne-Marie, Jones-Smith and Smith-Jones
    BEGINNING = "beginning"  # Chris and Christos
    SLIP = "slip"  # one letter wrong, missing, too many, or two changed about
    CLOSE = "close"  # more than one slip
    # --- Dates ---
    DAY_AND_MONTH_SWAPPED = "day_and_month_swapped"
    # --- No likeness ---
    DIFFERENT = "different"
    UNKNOWN = "unknown"


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
# `match_quality --learn` counts in the halves that it does not test on; a twin
# shares all but the first name, so that a different one weighs more than is counted.
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
    resembling = [
        (pair.child_id, compare(pair.row, pair.child))
        for pair in pairs
        if not pair.is_someone_else and shares_enough(pair.row, pair.child)
    ]
    best = max((found.points for _, found in resembling), default=0)
    least = max(points_needed(pool_size), best - MUCH_LESS_LIKELY + 1)
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


def names(one: str, one_key: str, other: str, other_key: str) -> Likeness:
    """Compare two names, each as written and folded."""
    if one_key == other_key:
        return Likeness.SAME if one_key else Likeness.UNKNOWN
    if not one_key or not other_key:
        return Likeness.UNKNOWN
    short, long = sorted((one_key, other_key), key=len)
    if _are_short_forms(one_key, other_key):
        return Likeness.SHORT_FORM
    if _is_part(one, other):
        return Likeness.PART
    distance = OSA.distance(short, long, score_cutoff=2)
    if distance == 1 and len(short) > 1:
        return Likeness.SLIP
    if len(short) >= 3 and long.startswith(short):
        return Likeness.BEGINNING
    if distance == 2 and len(short) >= 5:
        return Likeness.CLOSE
    if JaroWinkler.similarity(short, long) >= 0.9:
        return Likeness.CLOSE
    return Likeness.DIFFERENT


def _are_short_forms(one: str, other: str) -> bool:
    return (
        is_short_form(one, other)
        or is_short_form(other, one)
        or not FULL_NAMES.get(one, frozenset()).isdisjoint(FULL_NAMES.get(other, ()))
    )


_BREAKS = re.compile(r"[\s‐‑–\-]+")


def _is_part(one: str, other: str) -> bool:
    ones, others = _parts(one), _parts(other)
    if len(ones) < 2 and len(others) < 2:
        return False
    return bool(ones and others) and (ones <= others or others <= ones)


@lru_cache(maxsize=100_000)
def _parts(name: str) -> frozenset[str]:
    return frozenset(part for part in map(fold, _BREAKS.split(name)) if len(part) > 2)


def births(one: date | None, other: date | None) -> Likeness:
    """Compare two dates of birth."""
    if one is None or other is None:
        return Likeness.UNKNOWN
    if one == other:
        return Likeness.SAME
    if one == swapped(other):
        return Likeness.DAY_AND_MONTH_SWAPPED
    if OSA.distance(f"{one:%Y%m%d}", f"{other:%Y%m%d}", score_cutoff=1) == 1:
        return Likeness.SLIP
    return Likeness.DIFFERENT


def swapped(born: date) -> date | None:
    """Return the date with day and month swapped, if there is one and it is another."""
    if born.day > 12 or born.day == born.month:
        return None
    return born.replace(month=born.day, day=born.month)


def postcodes(one: str, other: str) -> Likeness:
    """Compare two postcodes. Blank: not known, or one that says nothing."""
    if not one or not other:
        return Likeness.UNKNOWN
    if one == other:
        return Likeness.SAME
    if OSA.distance(one, other, score_cutoff=1) == 1:
        return Likeness.SLIP
    return Likeness.DIFFERENT


@lru_cache(maxsize=100_000)
def changed_about(postcode: str) -> tuple[str, ...]:
    """Return the postcode with each two neighbours of it changed about."""
    return tuple(
        postcode[:place] + postcode[place + 1] + postcode[place] + postcode[place + 2 :]
        for place in range(len(postcode) - 1)
        if " " not in postcode[place : place + 2]
        and postcode[place] != postcode[place + 1]
    )
