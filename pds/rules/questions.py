"""How each step is put to PDS: which details are sent, and in what form."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from mavis.rules import nhs_number
from pds.rules.cascade import Step
from pds.rules.sought import Sought

# What is sent, in words; the values themselves are never kept.
SENT: Mapping[Step, str] = {
    Step.VERIFY: "NHS number",
    Step.EXACT: "first name, last name, date of birth, postcode; with history",
    Step.EXACT_WITHOUT_HISTORY: "first name, last name, date of birth, postcode",
    Step.WILDCARD_POSTCODE: (
        "first name, last name, date of birth, first 2 characters of postcode; "
        "with history"
    ),
    Step.WILDCARD_FIRST_NAME: (
        "first 3 letters of first name, last name, date of birth, postcode; "
        "with history"
    ),
    Step.WILDCARD_LAST_NAME: (
        "first name, first 3 letters of last name, date of birth, postcode; "
        "with history"
    ),
    Step.WITHOUT_POSTCODE: "first name, last name, date of birth; with history",
}

# PDS takes no longer name.
_LONGEST_NAME = 35
# Of what is neither a letter nor a digit.
_TAKEN = frozenset(" '-.")
# Before the wildcard, and of a postcode at all.
_FEWEST_OF_POSTCODE = 2
_ASKED_WITH_POSTCODE = frozenset(Step) - {Step.VERIFY, Step.WITHOUT_POSTCODE}


@dataclass(frozen=True, slots=True)
class Read:
    """Ask for the record of one number."""

    nhs_number: str

    @property
    def normalised(self) -> str:
        """The question in the form in which two of them are the same."""
        return f"read {self.nhs_number}"


@dataclass(frozen=True, slots=True)
class Search:
    """Ask who has these details: parameters of PDS and their values, in order."""

    parameters: tuple[tuple[str, str], ...]

    @property
    def normalised(self) -> str:
        """The question in the form in which two of them are the same."""
        # PDS ignores case everywhere, and spaces in a postcode; none is sent.
        return "search " + "&".join(
            f"{name}={value.casefold()}" for name, value in sorted(self.parameters)
        )


Question = Read | Search

# Asked about nobody when requests only fail, to tell an outage from a person whose
# record PDS cannot give: a number and a name that are never issued.
PROBE_READ = Read("9990000018")
PROBE_SEARCH = Search(
    (
        ("family", "Nobody"),
        ("given", "Nobody"),
        ("birthdate", "eq1900-01-01"),
        ("_max-results", "1"),
    )
)


def question(step: Step, sought: Sought) -> Question | None:
    """Return what a step asks about a person, or None if it must be skipped."""
    if step is Step.VERIFY:
        # PDS rejects what is no number.
        number = sought.nhs_number or ""
        return Read(number) if nhs_number.is_valid(number) else None
    if step in _ASKED_WITH_POSTCODE and sought.has_pseudo_postcode:
        return None
    first_name, last_name = _name(sought.first_name), _name(sought.last_name)
    postcode = re.sub(r"[^A-Z0-9]", "", sought.postcode.upper())
    match step:
        case Step.WILDCARD_POSTCODE:
            postcode = f"{postcode[:2]}*"
        case Step.WILDCARD_FIRST_NAME:
            first_name = _wildcard(first_name)
        case Step.WILDCARD_LAST_NAME:
            last_name = _wildcard(last_name)
        case _:
            pass
    if not first_name or not last_name:
        return None
    if step in _ASKED_WITH_POSTCODE and len(postcode.rstrip("*")) < _FEWEST_OF_POSTCODE:
        return None
    parameters = [
        ("family", last_name),
        ("given", first_name),
        ("birthdate", f"eq{sought.date_of_birth.isoformat()}"),
    ]
    if step in _ASKED_WITH_POSTCODE:
        parameters.append(("address-postalcode", postcode))
    if step is not Step.EXACT_WITHOUT_HISTORY:
        parameters.append(("_history", "true"))
    # More than one is not for applications; it would be the same without it.
    parameters.append(("_max-results", "1"))
    return Search(tuple(parameters))


def questions(sought: Sought) -> list[Question]:
    """Return every question that a lookup could come to ask about a person."""
    return [asked for step in Step if (asked := question(step, sought))]


def _name(name: str) -> str:
    """Return a name as PDS takes it: anything else would be rejected."""
    # PDS knows a plain apostrophe only, and letters with their accents in one.
    plain = re.sub("[’ʼ`]", "'", unicodedata.normalize("NFC", name))
    taken = "".join(
        character if character.isalnum() or character in _TAKEN else " "
        for character in plain
        if not unicodedata.combining(character)
    )
    name = re.sub(r" +", " ", taken).strip()[:_LONGEST_NAME].strip()
    # Signs alone are no name.
    return name if any(map(str.isalnum, name)) else ""


def _wildcard(name: str) -> str:
    """Return a name cut after its third letter, or nothing if it has fewer."""
    letters = [place for place, character in enumerate(name) if character.isalpha()]
    cut = name[: letters[2] + 1] if len(letters) >= 3 else ""
    return f"{cut}*" if 0 < len(cut) < _LONGEST_NAME else ""
