"""How values are put into words on the pages of imports."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils import timezone

from imports.models import CohortRow
from mavis.models import School
from mavis.pages import count_of
from mavis.rules import academic_year

_SHORT = {"nhs": "NHS", "urn": "URN", "pds": "PDS"}


def listed(words: Sequence[str]) -> str:
    """Return words as a sentence lists them.

    >>> listed(["gender"]), listed(["gender", "town", "contacts"])
    ('gender', 'gender, town and contacts')
    """
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def sentence_case(text: str) -> str:
    """Return text with its first letter large and the others as they are."""
    return text[:1].upper() + text[1:]


def field(name: str) -> str:
    """Return a stored name, as of a compared field, in words.

    >>> field("nhs_number"), field("date_of_birth"), field("urn_not_six_digits")
    ('NHS number', 'date of birth', 'URN not six digits')
    """
    return " ".join(_SHORT.get(word, word) for word in name.split("_"))


def fields(names: Sequence[str]) -> list[str]:
    """Return compared fields as the pages call them."""
    return [field(name) for name in names]


def time_left(seconds: float) -> str:
    """Return roughly how much longer something takes.

    >>> time_left(20), time_left(100), time_left(5400)
    ('less than a minute left', 'about 2 minutes left', 'about 2 hours left')
    """
    if seconds < 60:
        return "less than a minute left"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"about {count_of(minutes, 'minute')} left"
    return f"about {count_of(round(seconds / 3600), 'hour')} left"


def age(since: datetime, now: datetime) -> str:
    """Return how many days ago something happened, in words."""
    days: timedelta = timezone.localtime(now).date() - timezone.localtime(since).date()
    return count_of(days.days, "day") if days.days > 0 else "Today"


def place(school: School | None, *, home_educated: bool) -> str:
    """Return where a child is taught."""
    if school is not None:
        return school.name
    return "Home-educated" if home_educated else "Unknown school"


def year_group(row: CohortRow) -> str:
    """Return the year group that the file says, or that follows from the birth."""
    if row.birth_academic_year is None:
        return ""
    in_year = row.cohort_import.academic_year
    return academic_year.describe_year_group(
        academic_year.year_group(row.birth_academic_year, in_year)
    )
