"""What PDS says about a child who is in Mavis already, and what it changes (section 14).

Names, date of birth and address are never changed by it.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from pds.rules.answers import Answer, Nobody, OnePerson

# A child who has been refreshed within these is left alone.
FRESH_FOR = timedelta(hours=12)
# When sweeps begin, by the clock of the United Kingdom.
HOURS = (0, 6, 12, 18)


class NumberResolution(StrEnum):
    """What a person decides of two children for whom PDS has one number."""

    MERGED = "merged"
    KEPT_BOTH = "kept_both"


@dataclass(frozen=True, slots=True)
class Known:
    """What Mavis has of a child, as far as PDS can change it."""

    nhs_number: str
    is_confirmed: bool
    is_restricted: bool = False


@dataclass(frozen=True, slots=True)
class Effect:
    """What an answer changes.

    - `new_number`: PDS has replaced the number by this one
    - `is_confirmed`: what the number becomes; None if it stays as it is
    - `is_void`: PDS has invalidated the number, and the child is searched for
    """

    new_number: str | None = None
    is_confirmed: bool | None = None
    becomes_restricted: bool = False
    has_died: bool = False
    date_of_death: date | None = None
    is_void: bool = False

    @property
    def is_none(self) -> bool:
        """Test if nothing changes."""
        return self == Effect()


def effect_of(answer: Answer, known: Known, *, agrees: bool) -> Effect:
    """Return what an answer about a child's number changes.

    :param agrees: the answer is a person who is verified to be the child
    """
    if not known.is_confirmed and not agrees:
        return Effect()
    match answer:
        case OnePerson(person):
            replaced = person.nhs_number != known.nhs_number
            return Effect(
                new_number=person.nhs_number if replaced else None,
                is_confirmed=None if known.is_confirmed else True,
                becomes_restricted=person.is_restricted and not known.is_restricted,
                has_died=person.is_deceased,
                date_of_death=person.date_of_death if person.is_deceased else None,
            )
        case Nobody.VOID:
            return Effect(is_confirmed=False, is_void=True)
        case Nobody.NOT_HELD:
            return Effect(is_confirmed=False)
        case Nobody():
            return Effect()


def latest_start(local: datetime) -> datetime:
    """Return the last moment at which a sweep was to begin.

    :param local: now, by the clock of the United Kingdom

    >>> latest_start(datetime(2026, 11, 24, 9, 30)).hour
    6
    """
    hour = max(hour for hour in HOURS if hour <= local.hour)
    return local.replace(hour=hour, minute=0, second=0, microsecond=0)
