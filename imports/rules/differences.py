"""Where a row and the child it matches differ, field by field (spec section 7)."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from mavis.rules.names import fold


class Field(StrEnum):
    """What is compared. Nothing derived is, and a school is proposed as a move."""

    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    DATE_OF_BIRTH = "date_of_birth"
    YEAR_GROUP = "year_group"
    NHS_NUMBER = "nhs_number"
    PREFERRED_FIRST_NAME = "preferred_first_name"
    PREFERRED_LAST_NAME = "preferred_last_name"
    REGISTRATION = "registration"
    GENDER = "gender"
    # Where the postcode differs, the address goes with it.
    POSTCODE = "postcode"
    # Both lines and the town, as one unit.
    ADDRESS = "address"
    # Only ever an addition: see children.rules.contacts.
    CONTACTS = "contacts"


class RowValues(NamedTuple):
    """What a row says that is compared. Blank, or None: the file does not say."""

    first_name: str
    last_name: str
    first_name_key: str
    last_name_key: str
    preferred_first_name: str
    preferred_last_name: str
    date_of_birth: date
    birth_academic_year: int
    birth_academic_year_given: bool
    registration: str
    gender: str
    address_line_1: str
    address_line_2: str
    town: str
    postcode: str
    # The number to use: PDS's, or the file's where that may serve.
    nhs_number: str | None
    nhs_number_confirmed: bool


class ChildValues(NamedTuple):
    """What a child's record holds that is compared."""

    first_name: str
    last_name: str
    first_name_key: str
    last_name_key: str
    preferred_first_name: str
    preferred_last_name: str
    date_of_birth: date
    birth_academic_year: int
    registration: str
    registration_academic_year: int | None
    gender: str
    address_line_1: str
    address_line_2: str
    town: str
    postcode: str
    nhs_number: str | None
    nhs_number_confirmed: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """Fields that a person must decide about, and fields the record would gain."""

    differences: tuple[Field, ...]
    additions: tuple[Field, ...]


class Verdict(StrEnum):
    """What a row's value means for one field of the record."""

    KEEP = "keep"
    ADD = "add"  # or replace, without a decision
    DIFFERS = "differs"


def compare(
    row: RowValues,
    child: ChildValues,
    *,
    academic_year: int,
    number_is_replaced: bool = False,
) -> Comparison:
    """Compare a row with the child it may be about, by the table of the spec.

    :param academic_year: the year the import is for
    :param number_is_replaced: PDS replaced the number that the file and the child
        have with the row's
    """
    verdicts = {
        Field.FIRST_NAME: _name(
            row.first_name, row.first_name_key, child.first_name, child.first_name_key
        ),
        Field.LAST_NAME: _name(
            row.last_name, row.last_name_key, child.last_name, child.last_name_key
        ),
        Field.DATE_OF_BIRTH: _differs(row.date_of_birth != child.date_of_birth),
        Field.YEAR_GROUP: _differs(
            row.birth_academic_year_given
            and row.birth_academic_year != child.birth_academic_year
        ),
        Field.NHS_NUMBER: _nhs_number(row, child, is_replaced=number_is_replaced),
        Field.PREFERRED_FIRST_NAME: _preferred_name(
            row.preferred_first_name, child.preferred_first_name
        ),
        Field.PREFERRED_LAST_NAME: _preferred_name(
            row.preferred_last_name, child.preferred_last_name
        ),
        Field.REGISTRATION: _registration(row, child, academic_year),
        Field.GENDER: _gender(row.gender, child.gender),
        Field.POSTCODE: _postcode(row.postcode, child.postcode),
        Field.ADDRESS: _address(row, child),
    }
    return Comparison(
        tuple(f for f, verdict in verdicts.items() if verdict is Verdict.DIFFERS),
        tuple(f for f, verdict in verdicts.items() if verdict is Verdict.ADD),
    )


def _differs(condition: bool) -> Verdict:
    return Verdict.DIFFERS if condition else Verdict.KEEP


def _name(given: str, given_key: str, known: str, known_key: str) -> Verdict:
    if given_key != known_key:
        return Verdict.DIFFERS
    is_mixed_case = not given.isupper() and not given.islower()
    return Verdict.ADD if known.isupper() and is_mixed_case else Verdict.KEEP


def _nhs_number(row: RowValues, child: ChildValues, *, is_replaced: bool) -> Verdict:
    if row.nhs_number is None:
        return Verdict.KEEP
    if child.nhs_number is None:
        return Verdict.ADD if row.nhs_number_confirmed else Verdict.KEEP
    if row.nhs_number != child.nhs_number:
        return Verdict.ADD if is_replaced else Verdict.DIFFERS
    # The same number, and PDS now confirms it.
    gains = row.nhs_number_confirmed and not child.nhs_number_confirmed
    return Verdict.ADD if gains else Verdict.KEEP


def _preferred_name(given: str, known: str) -> Verdict:
    if not given or given == known:
        return Verdict.KEEP
    if not known:
        return Verdict.ADD
    return _differs(fold(given) != fold(known))


def _registration(row: RowValues, child: ChildValues, academic_year: int) -> Verdict:
    if not row.registration:
        return Verdict.KEEP
    registered = child.registration_academic_year
    if not child.registration or registered is None or registered < academic_year:
        return Verdict.ADD
    same = text_key(row.registration) == text_key(child.registration)
    return Verdict.KEEP if same else Verdict.ADD


def _gender(given: str, known: str) -> Verdict:
    if given in ("", "not_known") or given == known:
        return Verdict.KEEP
    return Verdict.ADD if known == "not_known" else Verdict.DIFFERS


def _postcode(given: str, known: str) -> Verdict:
    if given == known:
        return Verdict.KEEP
    return Verdict.DIFFERS if known else Verdict.ADD


def _address(row: RowValues, child: ChildValues) -> Verdict:
    given = (row.address_line_1, row.address_line_2, row.town)
    known = (child.address_line_1, child.address_line_2, child.town)
    if given == known or not any(given):
        return Verdict.KEEP
    if child.postcode and row.postcode != child.postcode:
        return Verdict.KEEP  # it goes with the postcode, whatever is decided there
    # A unit is replaced whole, so a file that merely leaves a line out must not
    # replace: its blank cells keep what is known.
    contradicted = any(
        text_key(line) != text_key(was)
        for line, was in zip(given, known, strict=True)
        if line
    )
    return Verdict.ADD if contradicted else Verdict.KEEP


def recorded(child: ChildValues, field: Field) -> tuple[object, ...]:
    """Return what the record holds of one field; contacts are not in it."""
    match field:
        case Field.CONTACTS:
            return ()
        case Field.YEAR_GROUP:
            return (child.birth_academic_year,)
        case Field.NHS_NUMBER:
            return (child.nhs_number, child.nhs_number_confirmed)
        case Field.REGISTRATION:
            return (child.registration, child.registration_academic_year)
        case Field.POSTCODE | Field.ADDRESS:
            lines = (child.address_line_1, child.address_line_2, child.town)
            return (*lines, child.postcode)
        case _:
            return (getattr(child, field),)


_WHITE_SPACE = re.compile(r"\s+")


def text_key(text: str) -> str:
    """Return the form in which free text is compared: no case, spacing, accents.

    >>> text_key("8 t5") == text_key("8T5"), text_key("1-2 Ré") == text_key("12 Re")
    (True, False)
    """
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    return _WHITE_SPACE.sub("", plain)
