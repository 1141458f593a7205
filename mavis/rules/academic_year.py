"""Academic years and year groups (spec section 2).

An academic year is named by the calendar year it starts in: 2026 runs from
1 September 2026 to 31 August 2027.
"""

from datetime import date, timedelta


def containing(day: date) -> int:
    """Return the academic year that contains this day."""
    return day.year if day.month >= 9 else day.year - 1


def of_imports(today: date, *, preparation_days: int) -> int:
    """Return the academic year that a file uploaded today is for.

    The coming one during the last `preparation_days` before 1 September.

    >>> of_imports(date(2026, 7, 31), preparation_days=31)
    2025
    >>> of_imports(date(2026, 8, 1), preparation_days=31)
    2026
    """
    return containing(today + timedelta(days=preparation_days))


def year_group(birth_academic_year: int, academic_year: int) -> int:
    """Return the year group in an academic year of a child born in another.

    Reception is 0; the two years of nursery are -1 and -2.
    """
    return academic_year - birth_academic_year - 5


def birth_academic_year(year_group: int, academic_year: int) -> int:
    """Return the birth academic year that puts a child in a year group."""
    return academic_year - year_group - 5


def describe(academic_year: int) -> str:
    """Return an academic year as users see it: "2026 to 2027"."""
    return f"{academic_year} to {academic_year + 1}"


def describe_year_group(year_group: int) -> str:
    """Return a year group as users see it: "Reception", "Year 7", "Nursery 2"."""
    if year_group == 0:
        return "Reception"
    if year_group == -1:
        return "Nursery (2nd year)"
    if year_group == -2:
        return "Nursery (1st year)"
    return f"Year {year_group}"


def allowed_year_groups(*, special_school: bool, nursery: bool) -> range:
    """Return the year groups that a row may have (spec section 2)."""
    return range(-2 if nursery else 0, 15 if special_school else 12)


def teaches(year_group: int, *, low_age: int | None, high_age: int | None) -> bool:
    """Test if a school for these ages teaches a year group; an age may not be known.

    Ages 11 to 16 are Years 7 to 11.

    >>> teaches(7, low_age=11, high_age=16), teaches(12, low_age=11, high_age=16)
    (True, False)
    """
    if low_age is not None and year_group < low_age - 4:
        return False
    return high_age is None or year_group <= high_age - 5
