"""How the details of a child are shown on every page."""

import datetime

from children.models import Child
from mavis.pages import show_name, show_nhs_number
from mavis.rules import academic_year

# Stands for what must not be seen of a restricted child (spec section 12).
HIDDEN = "Hidden"


def show_number(child: Child) -> str:
    """Return the NHS number, and what a person has to know about it."""
    number = show_nhs_number(child.nhs_number)
    if flag := child.flag_of_number:
        return f"{number or 'None'} ({flag})"
    if number and not child.nhs_number_confirmed:
        number += " (not confirmed by PDS)"
    return number


def show_address(child: Child) -> str:
    """Return the address in one line, without the postcode."""
    lines = (child.address_line_1, child.address_line_2, child.town)
    return ", ".join(line for line in lines if line)


def show_school(child: Child) -> str:
    if child.home_educated:
        return "Home-educated"
    return child.school.name if child.school else "Not known"


def show_year_group(child: Child, today: datetime.date) -> str:
    """Return the year group of today's academic year."""
    year = academic_year.containing(today)
    group = academic_year.year_group(child.birth_academic_year, year)
    return academic_year.describe_year_group(group)


def show_registration(child: Child, today: datetime.date) -> str:
    """Return the class; one of an earlier academic year has lapsed."""
    if child.registration_academic_year == academic_year.containing(today):
        return child.registration
    return ""


def show_known_as(child: Child) -> str:
    """Return the name a child goes by, if it is not the one on the record."""
    if not (child.preferred_first_name or child.preferred_last_name):
        return ""
    return show_name(
        child.preferred_first_name or child.first_name,
        child.preferred_last_name or child.last_name,
    )


def age(born: datetime.date, today: datetime.date) -> int:
    """Return how many years old someone is.

    >>> age(datetime.date(2012, 2, 29), datetime.date(2026, 2, 28))
    13
    """
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
