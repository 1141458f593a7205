"""What each kind of cell may hold. A reader takes clean text, never blank.

Each returns the value to store, or raises Unreadable with the sentence that the
team reads.
"""

import re
import unicodedata
from datetime import date

from mavis.rules import dates, emails, nhs_number, phone, postcode, urn
from mavis.rules.names import fold

LONGEST_TEXT = 300
EARLIEST_BIRTH = date(2000, 1, 1)

# 9.99E+09: Excel has rounded a long number for good.
_SCIENTIFIC = re.compile(r"[0-9](?:[.,][0-9]+)?E\+?[0-9]{1,2}", re.IGNORECASE)
# What a cell shows when Excel could not work it out, or a look-up found nothing.
_EXCEL_ERRORS = frozenset(
    {"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"}
)
_YEAR_GROUP = re.compile(r"(?:year )?(-?[0-9]{1,6})(?:\.0+)?", re.IGNORECASE)
_YEARS_WITH_NAMES = {"r": 0, "reception": 0, "n1": -2, "n2": -1}
_GENDERS = {
    "male": "male",
    "female": "female",
    "not known": "not_known",
    "not specified": "not_specified",
}
_RELATIONSHIPS = {
    "mum": "mother",
    "mother": "mother",
    "dad": "father",
    "father": "father",
    "guardian": "guardian",
    "unknown": "unknown",
}
_APOSTROPHES = str.maketrans("\u0060\u2019\u02bc", "'''")


class Unreadable(Exception):
    """A cell holds something that the column does not take."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.code = code
        self.message = message


def refuse_excel_error(text: str) -> None:
    """Refuse what Excel shows in place of what was meant, whatever the column takes.

    :raises Unreadable: the text is one of Excel's errors
    """
    if text in _EXCEL_ERRORS:
        raise Unreadable(
            "excel_error",
            f"Excel shows the error {text} here. Enter what belongs in this cell, or "
            "leave it blank if the column is optional",
        )


def _latin_letters() -> str:
    """Return every letter of the Latin script, for a character class."""
    blocks = (
        (0x41, 0x250), (0x250, 0x2B0), (0x1E00, 0x1F00), (0x2C60, 0x2C80),
        (0xA720, 0xA800), (0xAB30, 0xAB70),
    )  # fmt: skip
    return "".join(
        character
        for first, end in blocks
        for character in map(chr, range(first, end))
        if unicodedata.category(character).startswith("L")
        and unicodedata.name(character, "").startswith("LATIN ")
    )


_LETTERS = _latin_letters()
_LETTER = re.compile(f"[{_LETTERS}]")
# A letter may carry accents for which there is no single character.
_NAME = re.compile(f"(?:[{_LETTERS}][\u0300-\u036f]*|[0-9 .'\\-\u2010\u2011])+")
_PLAIN_NAME = re.compile(r"[A-Za-z][A-Za-z '\-]*")


def read_name(text: str) -> str:
    """Read a name: letters of the Latin script, digits, and what stands in names."""
    if _PLAIN_NAME.fullmatch(text) and len(text) <= LONGEST_TEXT:
        return text
    # Putting accents in order takes a time that grows with the square of their number,
    # and no character of NFC is made of more than four.
    if len(text) > 4 * LONGEST_TEXT:
        raise _too_long()
    name = unicodedata.normalize("NFC", text.translate(_APOSTROPHES))
    # ß is compared as ss, so a folded name can be the longer one.
    if len(name) > LONGEST_TEXT or len(fold(name)) > LONGEST_TEXT:
        raise _too_long()
    if not _NAME.fullmatch(name):
        raise Unreadable(
            "characters_not_allowed",
            "Use only letters (accents are fine), spaces, hyphens, apostrophes and "
            f"full stops in a name{_first_not_allowed(name)}",
        )
    if not _LETTER.search(name):
        raise Unreadable("no_letters", "Enter a name that has at least one letter")
    return name


def read_text(text: str) -> str:
    """Read free text."""
    if len(text) > LONGEST_TEXT:
        raise _too_long()
    return text


def read_date_of_birth(text: str) -> date:
    """Read a date of birth. Whether it is in the future is not asked here."""
    try:
        day = dates.parse(text)
    except dates.NoSuchDay as error:
        raise Unreadable(
            "date_does_not_exist",
            "Enter a day that exists, with the day before the month, like 27/03/2014",
        ) from error
    if day is None:
        raise _why_not_a_date(text)
    if day < EARLIEST_BIRTH:
        raise Unreadable(
            "date_too_early", "Enter a date of birth that is 01/01/2000 or later"
        )
    return day


def read_year_group(text: str) -> int:
    """Read a year group. Reception is 0, the two years of nursery are -2 and -1."""
    named = _YEARS_WITH_NAMES.get(text.lower())
    if named is not None:
        return named
    found = _YEAR_GROUP.fullmatch(text)
    if not found:
        raise Unreadable(
            "year_group_not_recognised",
            "Enter the year group as a whole number like 8, or R for Reception",
        )
    return int(found[1])


def read_gender(text: str) -> str:
    """Read a gender, as a value of children.models.Gender."""
    gender = _GENDERS.get(text.lower())
    if gender is None:
        raise Unreadable(
            "gender_not_recognised",
            "Enter male, female, not known or not specified, or leave it blank",
        )
    return gender


def read_postcode(text: str) -> str:
    """Read a full postcode."""
    found = postcode.normalise(text)
    if found is None:
        raise Unreadable(
            "postcode_not_valid",
            "Enter a full UK postcode like SW1A 1AA, or ZZ99 3VZ for no fixed abode, "
            "ZZ99 3WZ for not known or ZZ99 3CZ for abroad",
        )
    return found


def read_nhs_number(text: str) -> str:
    """Read an NHS number of England, Wales or the Isle of Man, or an invented one."""
    if _SCIENTIFIC.fullmatch(text):
        raise _scientific("NHS number")
    number = nhs_number.without_separators(text)
    if not nhs_number.is_ten_digits(number):
        raise Unreadable(
            "nhs_number_not_ten_digits",
            "Enter an NHS number with 10 digits, or leave it blank",
        )
    if not nhs_number.check_digit_agrees(number):
        raise Unreadable(
            "nhs_number_not_valid",
            "Check the NHS number: a digit is wrong or two are swapped. Enter the "
            "right one, or leave it blank",
        )
    if not nhs_number.is_of_our_regions(number):
        raise Unreadable(
            "nhs_number_of_another_country",
            "Enter an NHS number of England, Wales or the Isle of Man, or leave it "
            "blank",
        )
    return number


def read_urn(text: str) -> str:
    """Read a school's URN. Whether the team has that school is not asked here."""
    if not urn.is_valid(text):
        raise Unreadable(
            "urn_not_six_digits",
            "Enter the school’s URN with 6 digits, 888888 for school unknown or "
            "999999 for home-educated",
        )
    return text


def read_relationship(text: str) -> tuple[str, str]:
    """Read what a parent is to the child, and the text when it is something other."""
    if len(text) > LONGEST_TEXT:
        raise _too_long()
    known = _RELATIONSHIPS.get(text.lower())
    return (known, "") if known else ("other", text)


def read_phone(text: str) -> str:
    """Read a phone number, as E.164."""
    if _SCIENTIFIC.fullmatch(text):
        raise _scientific("phone number")
    number = phone.normalise(text) if len(text) <= LONGEST_TEXT else None
    if number is None:
        raise Unreadable(
            "phone_not_valid",
            "Enter one phone number like 01632 960 001 or 07700 900 982, or an "
            "international one that begins with + and the country code",
        )
    return number


def read_email(text: str) -> str:
    """Read one email address, in lower case."""
    address = emails.normalise(text) if len(text) <= LONGEST_TEXT else None
    if address is None or len(address) > 254:
        raise Unreadable(
            "email_not_valid", "Enter one email address like name@example.com"
        )
    return address


def _too_long() -> Unreadable:
    return Unreadable("too_long", f"Shorten this to {LONGEST_TEXT} characters or fewer")


def _scientific(what: str) -> Unreadable:
    return Unreadable(
        "scientific_notation",
        f"Excel has shortened this {what}. Format the column as text and enter all "
        "the digits again",
    )


def _first_not_allowed(name: str) -> str:
    """Return which character is in the way, so that it can be found."""
    for place, character in enumerate(name):
        if _NAME.fullmatch(character) or unicodedata.combining(character):
            continue
        if character.isprintable():
            return f": remove {character}"
        before = f" after {name[place - 1]}" if place else " at the start"
        return f": remove the character{before}, which cannot be seen"
    return ""


def _why_not_a_date(text: str) -> Unreadable:
    written = dates.before_a_time(text)
    if written is not None:
        return Unreadable(
            "date_with_time",
            "Remove the time from the date of birth, so that it is like 27/03/2014",
        )
    meant = dates.from_serial_number(text)
    if meant is not None:
        return Unreadable(
            "date_as_number",
            "Excel has turned this date into a number. Format the column as text and "
            f"enter the date of birth again: it may be {meant:%d/%m/%Y}",
        )
    return Unreadable("date_not_recognised", "Enter a date of birth like 27/03/2014")
