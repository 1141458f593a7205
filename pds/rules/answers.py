"""What PDS can answer to one question: a closed set, told apart in rules/fhir.py."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class PersonName:
    """One of a person's names: usual, nickname, former. Either part may be missing."""

    given: tuple[str, ...]
    family: str


@dataclass(frozen=True, slots=True)
class Person:
    """A person as PDS describes them. All but the number may be missing.

    - `gender`: as FHIR says it: male, female, other, unknown; blank if not given.
    - `date_of_birth`: None when PDS knows only the year or month, or nothing.
    - `date_of_death`: None, although `is_deceased`, when PDS has no whole date.
    """

    nhs_number: str
    names: tuple[PersonName, ...] = ()
    date_of_birth: date | None = None
    postcodes: tuple[str, ...] = ()
    gender: str = ""
    is_restricted: bool = False
    is_deceased: bool = False
    date_of_death: date | None = None


@dataclass(frozen=True, slots=True)
class OnePerson:
    """The record of the number that was read, or the only match of a search."""

    person: Person


class Nobody(StrEnum):
    """Answers without a person."""

    NO_MATCHES = "no_matches"  # of a search
    TOO_MANY = "too_many"  # of a search
    NOT_HELD = "not_held"  # of a read: PDS has no such number
    VOID = "void"  # of a read: the number has been invalidated


@dataclass(frozen=True, slots=True)
class Rejected:
    """PDS will never answer this question: a value in it is not acceptable."""

    code: str


@dataclass(frozen=True, slots=True)
class Fault:
    """No answer that can be understood. Asked again later, there may be one.

    `retry_after`: seconds for which PDS asked us to wait, if it did.
    """

    kind: str
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class RefusesUs:
    """PDS does not accept our token or our rights, whoever is asked about."""

    status: int

    @property
    def kind(self) -> str:
        return f"{_REFUSED}{self.status}"


_REFUSED = "refused_"


def is_refusal(kind: str) -> bool:
    """Test if a kind of fault is that PDS does not accept us.

    >>> is_refusal(RefusesUs(403).kind), is_refusal("http_503")
    (True, False)
    """
    return kind.startswith(_REFUSED)


# An answer about the person, which is kept and not asked for again.
Answer = OnePerson | Nobody
Reply = Answer | Rejected | Fault | RefusesUs
