"""When a detail of the file and of PDS agree (spec section 6).

Names agree when they are equal folded; a first name also with its listed short form,
unless that is how twins may be called (Charlie, Charlotte).
Likeness counts in one case of Verify only, where the number, the date of birth, the
last name and the postcode all say the same.
"""

import re
from collections.abc import Iterator

from rapidfuzz.distance import OSA

from mavis.rules.names import fold
from pds.rules.answers import Person
from pds.rules.short_forms import is_short_form
from pds.rules.sought import Sought


def verifies(person: Person, sought: Sought) -> bool:
    """Test if the record of the number in the file is of the child in the file."""
    if not _dates_of_birth_agree(person, sought):
        return False
    last_name = _last_names_agree(person, sought)
    postcode = _postcodes_agree(person, sought)
    if _first_names_agree(person, sought):
        return last_name or postcode
    return (
        last_name
        and postcode
        and not sought.may_be_twin
        and any(
            are_alike(fold(sought.first_name), theirs)
            for theirs in _first_names(person)
        )
    )


def birth_and_first_name_agree(person: Person, sought: Sought) -> bool:
    """Test if date of birth and first name agree: what tells twins apart."""
    return _dates_of_birth_agree(person, sought) and _first_names_agree(person, sought)


def birth_and_both_names_agree(person: Person, sought: Sought) -> bool:
    """Test if date of birth, first name and last name agree."""
    return birth_and_first_name_agree(person, sought) and _last_names_agree(
        person, sought
    )


def _dates_of_birth_agree(person: Person, sought: Sought) -> bool:
    return person.date_of_birth == sought.date_of_birth


def _first_names_agree(person: Person, sought: Sought) -> bool:
    ours = fold(sought.first_name)
    return any(
        ours == theirs or _is_a_form_of(ours, theirs, person, sought)
        for theirs in _first_names(person)
    )


_SEXES = {"female", "male"}


def _is_a_form_of(ours: str, theirs: str, person: Person, sought: Sought) -> bool:
    """Test if two first names are a full and a short form that one child may have.

    Not when another child of the file with that birthday and home has their name, nor
    when one is a girl and the other a boy: then PDS's record is the twin's.
    """
    if theirs in sought.twins or {person.gender, sought.gender} == _SEXES:
        return False
    return is_short_form(ours, theirs) or is_short_form(theirs, ours)


def _last_names_agree(person: Person, sought: Sought) -> bool:
    ours = fold(sought.last_name)
    return any(ours == fold(name.family) for name in person.names if name.family)


def _postcodes_agree(person: Person, sought: Sought) -> bool:
    # A pseudo code says that there is no address, so it is nobody's in common.
    ours = _compact(sought.postcode)
    return not sought.has_pseudo_postcode and any(
        ours == _compact(theirs) for theirs in person.postcodes
    )


def _compact(postcode: str) -> str:
    return re.sub(r"\s", "", postcode).upper()


def _first_names(person: Person) -> Iterator[str]:
    """Yield every first name in the answer, folded.

    With given names Anne, Marie, Jo: Anne, Anne Marie and Anne Marie Jo, since a
    school may write a compound name that PDS holds as two. A middle name alone is
    no first name: it may be the first name of a twin.
    """
    for name in person.names:
        for count in range(1, len(name.given) + 1):
            if folded := fold("".join(name.given[:count])):
                yield folded


def are_alike(ours: str, theirs: str) -> bool:
    """Test if two folded first names are a slip or another spelling of each other.

    >>> are_alike("mohammed", "muhammad"), are_alike("samuel", "samantha")
    (True, False)

    Both begin with the same sound, since names of twins often rhyme (Jayden, Hayden),
    and neither is the other's form for the other sex (Christian, Christina).
    """
    if frozenset({ours, theirs}) in _HIS_AND_HERS:
        return False
    ours, theirs = _respelt(ours), _respelt(theirs)
    if not ours or not theirs:
        return False
    if ours[0] != theirs[0] and not (ours[0] in _VOWELS and theirs[0] in _VOWELS):
        return False
    if (ours[-1] == "a") != (theirs[-1] == "a") and not _end_in_vowels(ours, theirs):
        return False
    shorter = min(len(ours), len(theirs))
    slips = OSA.distance(ours, theirs)
    if slips <= 1 and shorter >= 4:
        return True
    consonants = _consonants(ours)
    return (
        slips <= max(1, shorter // 2)
        and len(consonants) > 1
        and consonants == _consonants(theirs)
    )


# Pairs that their endings do not tell apart.
_HIS_AND_HERS = frozenset(
    frozenset(pair.split())
    for pair in (
        "ali alia",
        "daniel danielle",
        "dominic dominique",
        "gabriel gabrielle",
        "jean jeanne",
        "jo joe",
        "louis louise",
        "michel michelle",
        "oliver olive",
        "rene renee",
        "simon simone",
    )
)
_VOWELS = frozenset("aeiou")
_RESPELLINGS = (
    ("ph", "f"),
    ("ck", "k"),
    ("c", "k"),
    ("q", "k"),
    ("y", "i"),
    ("z", "s"),
)


def _respelt(name: str) -> str:
    """Return a name with sounds that are spelt two ways spelt one way."""
    for spelling, other in _RESPELLINGS:
        name = name.replace(spelling, other)
    return re.sub(r"(.)\1+", r"\1", name).removesuffix("h")


def _consonants(name: str) -> str:
    return name[0] + re.sub("[aeiouh]", "", name[1:])


def _end_in_vowels(ours: str, theirs: str) -> bool:
    return ours[-1] in _VOWELS and theirs[-1] in _VOWELS
