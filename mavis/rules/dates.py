"""Dates as people and spreadsheets write them."""

import re
from datetime import date, timedelta

# Day first, year first, and eight digits in a row (spec section 4).
_FORMATS = (
    re.compile(r"(?P<day>[0-9]{2})/(?P<month>[0-9]{2})/(?P<year>[0-9]{4})"),
    re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"),
    re.compile(r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})"),
)
_TIME = re.compile(r"(?P<date>.*[0-9])[T ]+[0-9]{1,2}:[0-9]{2}.*", re.DOTALL)
_SERIAL = re.compile(r"[0-9]{5}(?:\.[0-9]+)?")
# What Excel counts days from, as long as the day is after February 1900.
_FIRST_DAY = date(1899, 12, 30)


class NoSuchDay(ValueError):
    """It is written as a date, but the calendar has no such day."""


def parse(text: str) -> date | None:
    """Return the date written in one of the three formats, or nothing.

    :raises NoSuchDay: the format is right and the day does not exist

    >>> parse("27/03/2014") == parse("2014-03-27") == parse("20140327")
    True
    """
    for written in _FORMATS:
        if found := written.fullmatch(text):
            try:
                return date(int(found["year"]), int(found["month"]), int(found["day"]))
            except ValueError as error:
                raise NoSuchDay from error
    return None


def before_a_time(text: str) -> str | None:
    """Return the date in a text that also has a time, or nothing if it has none.

    >>> before_a_time("27/03/2014 00:00:00"), before_a_time("27/03/2014")
    ('27/03/2014', None)
    """
    found = _TIME.fullmatch(text)
    return found["date"] if found else None


def from_serial_number(text: str) -> date | None:
    """Return the day that Excel means by a number of five digits, or nothing.

    >>> from_serial_number("41725")
    datetime.date(2014, 3, 27)
    """
    if not _SERIAL.fullmatch(text):
        return None
    return _FIRST_DAY + timedelta(days=int(text[:5]))
