"""How one detail of a record stands to the same detail of another."""

import re
from datetime import date
from enum import StrEnum
from functools import lru_cache

from rapidfuzz.distance import OSA, JaroWinkler

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
    if OSA.distance(one.isoformat(), other.isoformat(), score_cutoff=1) == 1:
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
