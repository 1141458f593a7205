"""What is wrong with a row of a cohort file, or special about its child."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Label(StrEnum):
    """How a row differs from what PDS holds, or what is special about the child."""

    AS_HELD = "as held"
    TYPING_SLIP = "typing slip"
    NICKNAME = "nickname"
    SWAPPED_NAMES = "swapped names"
    SWAPPED_DAY_AND_MONTH = "swapped day and month"
    MOVED_HOUSE = "moved house"
    CHANGED_NAME = "changed name"
    TWIN = "twin"
    # PDS holds the other twin alone; half the time the names begin alike or are forms
    # of one name, and half the time the other is in the file.
    TWIN_NOT_ON_PDS = "twin not on PDS"
    # Both twins are in the file, each with the other's number.
    TWINS_WITH_SWAPPED_NUMBERS = "twins with swapped numbers"
    NAMESAKE = "namesake"
    # The child has moved to where a namesake lives; PDS has the old address.
    NAMESAKE_IN_NEW_AREA = "namesake in the new area"
    RESTRICTED = "restricted"
    SUPERSEDED = "superseded"
    NOT_ON_PDS = "not on PDS"


# Shares of a file as teams send them; the rest is as PDS holds it. Labels whose
# people are too few in the population come out smaller. The rarer ones choose first.
SHARES: Mapping[Label, float] = {
    Label.NAMESAKE_IN_NEW_AREA: 0.002,
    Label.TWINS_WITH_SWAPPED_NUMBERS: 0.004,
    Label.TYPING_SLIP: 0.02,
    Label.NICKNAME: 0.02,
    Label.SWAPPED_NAMES: 0.005,
    Label.SWAPPED_DAY_AND_MONTH: 0.005,
    Label.MOVED_HOUSE: 0.05,
    Label.CHANGED_NAME: 0.01,
    Label.TWIN: 0.02,
    Label.TWIN_NOT_ON_PDS: 0.004,
    Label.NAMESAKE: 0.002,
    Label.RESTRICTED: 0.002,
    Label.SUPERSEDED: 0.002,
    Label.NOT_ON_PDS: 0.02,
}
# PDS holds nobody that these rows are about.
WITHOUT_A_RECORD = frozenset({Label.NOT_ON_PDS, Label.TWIN_NOT_ON_PDS})


@dataclass(frozen=True, slots=True)
class LabelledRow:
    """A row of the file, what it is, and the child's true NHS number if PDS has one."""

    cells: Mapping[str, str]
    label: Label
    nhs_number: str


@dataclass(frozen=True, slots=True)
class Born:
    """Between which days the children of the file are born."""

    first: date
    last: date

    @classmethod
    def for_school_years(cls, year: int) -> "Born":
        """Return the birthdays of Reception to Year 11 in an academic year."""
        return cls(date(year - 16, 9, 1), date(year - 4, 8, 31))

    def __contains__(self, day: str) -> bool:
        return self.first.isoformat() <= day <= self.last.isoformat()
