"""The algorithmic search, approximately.

The national service's scores are not public. This one gives the results that NHS
England's own tests of the integration environment assert (names that sound alike or
are swapped, short forms, accents, former names, a mistyped postcode), and answers
that used it carry a header which says that they are approximate.
"""

import re
from difflib import SequenceMatcher

from pds.simulator.people import Person, fold, fold_postcode
from pds.simulator.query import Query

THRESHOLD = 0.75
SOUNDS_ALIKE = 0.9
SHORT_FORM = 0.85
SWAPPED = 0.95
# How far a parameter that is no filter can raise or lower the score.
EXTRA = 0.05

_SOUNDS = {
    **dict.fromkeys("bfpv", "1"), **dict.fromkeys("cgjkqsxz", "2"),
    **dict.fromkeys("dt", "3"), "l": "4", **dict.fromkeys("mn", "5"), "r": "6",
}  # fmt: skip


def score(person: Person, query: Query) -> float:
    """Return how well a person answers the search, from 0 (not at all) to 1."""
    # A pseudo postcode says that nobody knows the address, so nothing agrees with it.
    if person.date_of_birth not in query.births or query.postcode.startswith("ZZ99"):
        return 0
    if query.email and person.email.lower() != query.email:
        return 0
    names = max(
        (_names(name.family, name.given, query) for name in person.names), default=0
    )
    if names < THRESHOLD:
        return 0
    extras = [agrees for agrees in _extras(person, query) if agrees is not None]
    if names == 1 and all(extras):
        return 1
    change = sum(EXTRA if agrees else -EXTRA for agrees in extras)
    return round(min(0.99, max(THRESHOLD, names + change)), 4)


def _names(family: str, given: tuple[str, ...], query: Query) -> float:
    family, first = fold(family), fold(given[0]) if given else ""
    asked_first = query.given[0] if query.given else ""
    straight = _mean(_alike(family, query.family), _first_alike(first, asked_first))
    if not (query.family and asked_first):
        return straight
    swapped = _mean(_alike(first, query.family), _alike(family, asked_first)) * SWAPPED
    return max(straight, swapped)


def _mean(*scores: float | None) -> float:
    """Return the mean of what was asked for, or 0 if any of it is nothing like."""
    asked = [score for score in scores if score is not None]
    if not asked or min(asked) < THRESHOLD:
        return 0
    return sum(asked) / len(asked)


def _alike(held: str, asked: str) -> float | None:
    if not asked:
        return None
    if held == asked:
        return 1
    if sound(held) == sound(asked):
        return SOUNDS_ALIKE
    return SequenceMatcher(None, held, asked).ratio()


def _first_alike(held: str, asked: str) -> float | None:
    whole = _alike(held, asked)
    if whole is None or not (held and asked):
        return whole
    # "Toby J" finds Toby, and Joe finds Joseph.
    if held.split()[0] == asked.split()[0]:
        return max(whole, SHORT_FORM)
    short, long = sorted((held, asked), key=len)
    if (
        len(short) > 2
        and long.startswith(short[:2])
        and sound(long).startswith(sound(short)[:1])
    ):
        return max(whole, SHORT_FORM)
    return whole


def sound(name: str) -> str:
    """Return the Soundex code of a name: its first letter and three digits.

    >>> sound("stephen") == sound("steven")
    True
    """
    letters = re.sub(r"[^a-z]", "", name)
    if not letters:
        return ""
    digits, last = "", _SOUNDS.get(letters[0], "")
    for letter in letters[1:]:
        digit = _SOUNDS.get(letter, "")
        if digit and digit != last:
            digits += digit
        if letter not in "hw":
            last = digit
    return (letters[0] + digits + "000")[:4]


def _extras(person: Person, query: Query) -> list[bool | None]:
    """Return whether each extra parameter agrees; None for one not given."""
    postcodes = {fold_postcode(address.postcode) for address in person.addresses}
    died = person.death.when[:10] if person.death else ""
    return [
        query.postcode in postcodes if query.postcode else None,
        person.gender == query.gender if query.gender else None,
        person.gp_ods_code.upper() == query.gp_ods_code if query.gp_ods_code else None,
        person.phone == query.phone if query.phone else None,
        died in query.deaths if query.deaths else None,
    ]
