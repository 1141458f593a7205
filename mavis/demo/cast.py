"""How a part of the demonstration is written.

A part is one invented child: what PDS holds, what Mavis holds, what the file says,
and so what is to be expected. What is not written differs in nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import islice

from imports.rules.outcomes import Move, NotImported, Outcome
from mavis.demo.places import DemoSchool, DemoTeam
from mavis.rules import academic_year
from pds.rules.outcomes import TraceOutcome, UploadedNumber
from pds.simulator.people import invented_numbers

# The part of the 999 range that is the demonstration's; the simulator's generated
# and named people have others.
FIRST_NUMBER = 970_000

HEADERS = (
    "CHILD_SCHOOL_URN", "CHILD_FIRST_NAME", "CHILD_LAST_NAME",
    "CHILD_PREFERRED_FIRST_NAME", "CHILD_PREFERRED_LAST_NAME", "CHILD_DATE_OF_BIRTH",
    "CHILD_YEAR_GROUP", "CHILD_REGISTRATION", "CHILD_GENDER", "CHILD_ADDRESS_LINE_1",
    "CHILD_ADDRESS_LINE_2", "CHILD_TOWN", "CHILD_POSTCODE", "CHILD_NHS_NUMBER",
    "PARENT_1_NAME", "PARENT_1_RELATIONSHIP", "PARENT_1_PHONE", "PARENT_1_EMAIL",
    "PARENT_2_NAME", "PARENT_2_RELATIONSHIP", "PARENT_2_PHONE", "PARENT_2_EMAIL",
)  # fmt: skip

_NUMBERS = tuple(islice(invented_numbers(FIRST_NUMBER), 400))

Cells = Mapping[str, str]


def nhs_number(serial: int) -> str:
    """Return one of the NHS numbers of the demonstration: 0 to 399."""
    return _NUMBERS[serial]


@dataclass(frozen=True, slots=True)
class Birthday:
    """A day of the academic year of birth of a year group."""

    year_group: int
    month: int
    day: int

    def on(self, year: int) -> date:
        """Return the date of birth of a child in the year group in that year."""
        birth_year = academic_year.birth_academic_year(self.year_group, year)
        return date(
            birth_year if self.month >= 9 else birth_year + 1, self.month, self.day
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A child as their family would describe them."""

    serial: int  # of their NHS number
    first_name: str
    last_name: str
    born: Birthday
    gender: str
    home: str
    postcode: str
    town: str = "Coverwick"

    @property
    def nhs_number(self) -> str:
        return nhs_number(self.serial)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What Mavis holds before any file: `changes` are fields of Child."""

    team: DemoTeam
    school: DemoSchool | None = None  # neither this nor home-educated: not known
    home_educated: bool = False
    # None: the record has no number.
    serial: int | None = None
    archive_reason: str = ""
    contact: Mapping[str, str] = field(default_factory=dict)
    changes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What Mavis should make of a row."""

    outcome: Outcome
    reason: NotImported | None = None
    move: Move = Move.NONE
    traced: TraceOutcome = TraceOutcome.FOUND
    uploaded_number: UploadedNumber = UploadedNumber.NONE
    differences: tuple[str, ...] = ()
    additions: tuple[str, ...] = ()
    candidates: int = 0
    from_other_team: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One child's part: `shows` is why the part is there.

    - `pds`: columns of the people file that differ; None if PDS does not know them.
      YEAR in a cell is the year in which the academic year begins.
    - `also_in_pds`: further people that PDS has, as columns that differ.
    - `school`: of the row, or one of the two special URNs; None: in no file.
    - `gives_number`: the row has the NHS number.
    - `row`: columns of the cohort file that differ.
    """

    shows: str
    person: Person
    pds: Cells | None = field(default_factory=dict)
    also_in_pds: tuple[Cells, ...] = ()
    records: tuple[Record, ...] = ()
    school: DemoSchool | str | None = None
    gives_number: bool = True
    row: Cells = field(default_factory=dict)
    expected: Expected | None = None


def row_of(part: Part, year: int) -> dict[str, str]:
    """Return the part's row of a cohort file made in that academic year."""
    assert part.school is not None
    person = part.person
    urn = part.school if isinstance(part.school, str) else part.school.urn
    return dict.fromkeys(HEADERS, "") | {
        "CHILD_SCHOOL_URN": urn,
        "CHILD_FIRST_NAME": person.first_name,
        "CHILD_LAST_NAME": person.last_name,
        "CHILD_DATE_OF_BIRTH": f"{person.born.on(year):%d/%m/%Y}",
        "CHILD_GENDER": person.gender,
        "CHILD_ADDRESS_LINE_1": person.home,
        "CHILD_TOWN": person.town,
        "CHILD_POSTCODE": person.postcode,
        "CHILD_NHS_NUMBER": person.nhs_number if part.gives_number else "",
        **part.row,
    }


def people_of(part: Part, year: int) -> list[dict[str, str]]:
    """Return the part's lines of the simulator's people file."""
    person = part.person
    known = {
        "NHS_NUMBER": person.nhs_number,
        "FAMILY_NAME": person.last_name,
        "GIVEN_NAME": person.first_name,
        "DATE_OF_BIRTH": person.born.on(year).isoformat(),
        "POSTCODE": person.postcode,
        "GENDER": person.gender.lower(),
        "ADDRESS_LINE_1": person.home,
        "ADDRESS_LINE_2": person.town,
    }
    if known["GENDER"] not in {"male", "female"}:
        known["GENDER"] = "unknown"
    differing = part.also_in_pds if part.pds is None else (part.pds, *part.also_in_pds)
    return [
        known
        | {column: cell.replace("YEAR", str(year)) for column, cell in cells.items()}
        for cells in differing
    ]
