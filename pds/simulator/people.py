"""The people PDS knows, and the CSV file they can be read from."""

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

HEADER = (
    "NHS_NUMBER", "FAMILY_NAME", "GIVEN_NAME", "DATE_OF_BIRTH", "POSTCODE",
    "OTHER_GIVEN_NAMES", "GENDER", "ADDRESS_LINE_1", "ADDRESS_LINE_2", "ADDRESS_LINE_3",
    "FORMER_FAMILY_NAME", "FORMER_GIVEN_NAME", "FORMER_POSTCODE", "RESTRICTED",
    "DATE_OF_DEATH", "SUPERSEDED_BY", "INVALIDATED", "GP_ODS_CODE",
)  # fmt: skip
MUST_BE_FILLED = HEADER[:5]
GENDERS = frozenset({"male", "female", "other", "unknown"})

FORMAL_NOTICE_OF_DEATH = "2"


class BadPeople(Exception):
    """The people cannot be used as they are. The message says where and why."""


@dataclass(frozen=True, slots=True)
class Name:
    family: str
    given: tuple[str, ...]
    use: str = "usual"  # usual, nickname, temp; old is found with _history only
    since: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    postcode: str
    lines: tuple[str, ...] = ()
    use: str = "home"  # home, temp; old is found with _history only
    since: str = ""


@dataclass(frozen=True, slots=True)
class Death:
    # A date, a date and time, only a year or a month, or nothing that can be read.
    when: str
    # 1 informal, 2 formal, U removed: the report of the death was a mistake.
    notification: str = FORMAL_NOTICE_OF_DEATH


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One record. Anything but the number may be missing, as on the real service."""

    nhs_number: str
    names: tuple[Name, ...] = ()
    date_of_birth: str = ""  # yyyy-mm-dd; rarely yyyy-mm, yyyy or nothing
    gender: str = ""
    addresses: tuple[Address, ...] = ()
    gp_ods_code: str = ""
    phone: str = ""
    email: str = ""
    restricted: bool = False
    death: Death | None = None
    superseded_by: str = ""
    invalidated: bool = False
    # Why they are registered with no practice: SCT, moved to Scotland, and so on.
    left_because: str = ""
    version: int = 1


def fold(text: str) -> str:
    """Return a name as PDS compares it: without case and without accents.

    Spaces, hyphens and apostrophes count.

    >>> fold("Zoë O'Brien-Smith")
    "zoe o'brien-smith"
    """
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def fold_postcode(text: str) -> str:
    """Return a postcode as PDS compares it: without case and without spaces."""
    return text.replace(" ", "").upper()


def check_digit(first_nine: str) -> int | None:
    """Return the tenth digit of an NHS number, if these nine can have one."""
    total = sum(int(digit) * (10 - place) for place, digit in enumerate(first_nine))
    digit = (11 - total % 11) % 11
    return None if digit == 10 else digit


def is_nhs_number(text: str) -> bool:
    """Test if this is ten digits and the last agrees with the others."""
    if not re.fullmatch(r"[0-9]{10}", text):
        return False
    return check_digit(text[:9]) == int(text[9])


def invented_numbers(start: int, stop: int = 1_000_000) -> Iterator[str]:
    """Yield the valid numbers of the 999 range, which is never issued.

    :param start, stop: the six digits after 999 to begin at, and to stop before.
        About one in eleven has no check digit and is passed over.
    """
    for six in range(start, stop):
        nine = f"999{six:06}"
        digit = check_digit(nine)
        if digit is not None:
            yield f"{nine}{digit}"


def read_people(file: Path) -> list[Person]:
    """Read people from a CSV file with the columns of HEADER, in any order.

    :raises BadPeople: a column is missing, or a line cannot be read
    """
    with file.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines)
        missing = [
            column
            for column in MUST_BE_FILLED
            if column not in (reader.fieldnames or ())
        ]
        if missing:
            raise BadPeople(f"{file} has no column {', '.join(missing)}.")
        people = []
        for row in reader:
            try:
                people.append(person_from(row))
            except BadPeople as bad:
                raise BadPeople(f"{file}, line {reader.line_num}: {bad}") from bad
    return people


def person_from(row: dict[str, str]) -> Person:
    """Return the person one line of a people file describes.

    :raises BadPeople: a value is missing or cannot be read
    """
    cell = {column: (row.get(column) or "").strip() for column in HEADER}
    for column in MUST_BE_FILLED:
        if not cell[column]:
            raise BadPeople(f"{column} is blank.")
    check_is_test_number(cell["NHS_NUMBER"], "NHS_NUMBER")
    for column in ("DATE_OF_BIRTH", "DATE_OF_DEATH"):
        if cell[column] and not is_date(cell[column]):
            raise BadPeople(f"{column} is not a date like 2014-09-01.")
    if cell["GENDER"] and cell["GENDER"].lower() not in GENDERS:
        raise BadPeople("GENDER is not male, female, other or unknown.")
    return Person(
        nhs_number=cell["NHS_NUMBER"],
        names=tuple(_names(cell)),
        date_of_birth=cell["DATE_OF_BIRTH"],
        gender=cell["GENDER"].lower(),
        addresses=tuple(_addresses(cell)),
        gp_ods_code=cell["GP_ODS_CODE"],
        restricted=_says_yes(cell, "RESTRICTED"),
        death=Death(cell["DATE_OF_DEATH"]) if cell["DATE_OF_DEATH"] else None,
        superseded_by=cell["SUPERSEDED_BY"],
        invalidated=_says_yes(cell, "INVALIDATED"),
    )


def check_is_test_number(number: str, where: str) -> None:
    """Raise BadPeople unless a number can be an invented person's."""
    # Every number that begins with 9 is set aside for tests; any other may be a
    # real person's.
    if not (is_nhs_number(number) and number.startswith("9")):
        raise BadPeople(f"{where} is not a valid test number (those begin with 9).")


def is_date(text: str) -> bool:
    """Test if this is a day that exists, written yyyy-mm-dd."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _says_yes(cell: dict[str, str], column: str) -> bool:
    if cell[column].lower() not in {"", "yes", "no"}:
        raise BadPeople(f"{column} is neither yes nor blank.")
    return cell[column].lower() == "yes"


def _names(cell: dict[str, str]) -> Iterable[Name]:
    others = tuple(cell["OTHER_GIVEN_NAMES"].split())
    yield Name(cell["FAMILY_NAME"], (cell["GIVEN_NAME"], *others))
    if cell["FORMER_FAMILY_NAME"] or cell["FORMER_GIVEN_NAME"]:
        yield Name(
            cell["FORMER_FAMILY_NAME"] or cell["FAMILY_NAME"],
            (cell["FORMER_GIVEN_NAME"] or cell["GIVEN_NAME"], *others),
            use="old",
        )


def _addresses(cell: dict[str, str]) -> Iterable[Address]:
    lines = tuple(line for n in (1, 2, 3) if (line := cell[f"ADDRESS_LINE_{n}"]))
    yield Address(cell["POSTCODE"], lines)
    if cell["FORMER_POSTCODE"]:
        yield Address(cell["FORMER_POSTCODE"], use="old")
