"""Postcodes of the United Kingdom, and the three that stand for no address."""

import re

import postcode as uk_postcode

# No fixed abode, not known, and from abroad, as NHS systems write them.
PSEUDO_POSTCODES = frozenset({"ZZ99 3VZ", "ZZ99 3WZ", "ZZ99 3CZ"})
_PSEUDO_DISTRICT = "ZZ99"
# An outward code of 2 to 4 characters and an inward code of 3.
_SHORTEST, _LONGEST = 5, 7
# The areas whose second letter is O: Colchester, Portsmouth, Southampton, York.
_BEFORE_O = frozenset("CPSY")
_TO_DIGIT = {"O": "0", "I": "1"}
# Every kind of district and a unit, with nothing in them to be put right.
_L = "[A-HJ-NP-Z]"
_PLAIN = re.compile(
    rf"(?!{_PSEUDO_DISTRICT})((?:{_L}[1-9]|{_L}{{2}}[0-9])(?:[0-9]|{_L})?)([0-9]{_L}{{2}})"
)


def normalise(text: str) -> str | None:
    """Return a postcode in upper case with one space, or nothing if it is none.

    O and 0, and I and 1, are put right where the position allows only the other.

    >>> normalise("sw1a1aa"), normalise("SWIA OAA"), normalise("SW1A")
    ('SW1A 1AA', 'SW1A 0AA', None)
    """
    joined = "".join(text.split()).upper()
    # Most are plain, and the package takes forty microseconds for each.
    if plain := _PLAIN.fullmatch(joined):
        return f"{plain[1]} {plain[2]}"
    return normalise_by_package(joined)


def normalise_by_package(joined: str) -> str | None:
    """Return what `normalise` does of upper case without spaces, by the package alone."""
    if not (_SHORTEST <= len(joined) <= _LONGEST and joined.isascii()):
        return None
    mended = _mend_district(joined[:-3]) + joined[-3:]
    # The package mends what then has the right shape and leaves the rest as it
    # was, so what it gives is looked at again.
    normalised: str | None = uk_postcode.to_normalised(uk_postcode.fix(mended))
    if normalised is None:
        return None
    if normalised.startswith(_PSEUDO_DISTRICT):
        return normalised if normalised in PSEUDO_POSTCODES else None
    return normalised


def is_pseudo(postcode: str) -> bool:
    """Test if a normalised postcode stands for no address."""
    return postcode in PSEUDO_POSTCODES


def _mend_district(outward: str) -> str:
    """Put right what the package leaves because a letter and a digit both fit.

    No district has O or I after its number, none of an area of one letter begins
    with 0, and no area has I for its second letter.
    """
    characters = list(outward)
    if len(characters) == 3:
        first, second, _ = characters
        if second == "I":
            characters[1] = "1"
        elif second == "0" and first in _BEFORE_O:
            characters[1] = "O"
    if len(characters) >= 3:
        characters[-1] = _TO_DIGIT.get(characters[-1], characters[-1])
    return "".join(characters)
