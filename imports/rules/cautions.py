"""What a reviewer is warned of before approving (spec section 8, Warnings).

What the file alone shows (digits in names, columns not used) is found while it is
read; this is what takes the schools, PDS and the children in Mavis to know. None of
it stops the import.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from operator import attrgetter

from imports.rules.problems import Problem
from mavis.rules import academic_year
from mavis.rules.academic_year import describe, describe_year_group, year_group

# Told before all others: it explains most of the warnings about year groups.
YEAR_GROUPS_OF_ANOTHER_YEAR = "year_groups_of_another_year"
CODES = (
    YEAR_GROUPS_OF_ANOTHER_YEAR,
    "year_group_not_of_birth",
    "year_group_not_usual",
    "school_does_not_teach_year_group",
    "school_closed",
    "child_has_died",
    "child_is_archived",
)


@dataclass(frozen=True, slots=True)
class SchoolFacts:
    """What the national register says of a school; an age may not be known."""

    urn: str
    name: str
    closed: bool
    special: bool
    low_age: int | None
    high_age: int | None


@dataclass(frozen=True, slots=True)
class RowsSeen:
    """Rows that are alike, as far as warnings depend on them: often hundreds.

    - `name`: blank unless the child has died or is archived
    - `date_of_birth`: None unless the file gives the year group
    - `known_birth_academic_year`: the one that was once given for the matched child,
      if it is the team's own: it holds where the file gives none (spec section 2)
    """

    row_numbers: Sequence[int]
    name: str
    date_of_birth: date | None
    birth_academic_year: int
    known_birth_academic_year: int | None
    school: SchoolFacts | None
    has_died: bool
    is_archived: bool


def cautions(
    rows: Iterable[RowsSeen], *, year: int, nursery: bool
) -> Iterator[Problem]:
    """Return what to warn of: what concerns the whole file first, then row by row.

    :param year: the academic year that the upload is for
    :param nursery: the team vaccinates nursery children
    """
    of_rows: list[Problem] = []
    off_by: Counter[int] = Counter()
    for alike in rows:
        if alike.date_of_birth is not None:
            born_in = academic_year.containing(alike.date_of_birth)
            off_by[alike.birth_academic_year - born_in] += len(alike.row_numbers)
        found = list(_of_rows(alike, year=year, nursery=nursery))
        of_rows += [
            replace(problem, row_number=row_number)
            for row_number in alike.row_numbers
            for problem in found
        ]
    yield from _of_another_year(off_by, year=year)
    yield from sorted(of_rows, key=attrgetter("row_number"))


def _of_another_year(off_by: Counter[int], *, year: int) -> Iterator[Problem]:
    """Tell if more than half of the year groups given are off by the same year."""
    given = off_by.total()
    for years, count in off_by.items():
        if years and 2 * count > given:
            yield Problem(
                None,
                "CHILD_YEAR_GROUP",
                YEAR_GROUPS_OF_ANOTHER_YEAR,
                f"These look like the year groups of {describe(year - years)}; "
                f"this upload is for {describe(year)}",
                f"{count:,} of {given:,} year groups",
            )


def _of_rows(rows: RowsSeen, *, year: int, nursery: bool) -> Iterator[Problem]:
    """Return what to warn of each of these rows, without their numbers."""
    yield from _of_year_group(rows, year=year, nursery=nursery)
    yield from _of_school(rows, year=year)
    if rows.has_died:
        yield Problem(
            None,
            None,
            "child_has_died",
            "This child has died. The record is archived, and no school is changed",
            rows.name,
        )
    elif rows.is_archived:
        yield Problem(
            None,
            None,
            "child_is_archived",
            "This child’s record is archived. Under Archived children, choose "
            "whether to restore it",
            rows.name,
        )


def _of_year_group(rows: RowsSeen, *, year: int, nursery: bool) -> Iterator[Problem]:
    group = _group(rows, year)
    if rows.date_of_birth is not None:
        of_birth = year_group(academic_year.containing(rows.date_of_birth), year)
        if group != of_birth:
            yield Problem(
                None,
                "CHILD_YEAR_GROUP",
                "year_group_not_of_birth",
                f"The date of birth is that of {describe_year_group(of_birth)}. Check "
                "that the year group is right",
                describe_year_group(group),
            )
        # One that the file gives and that is not allowed is an error there.
        return
    special = rows.school is not None and rows.school.special
    usual = academic_year.allowed_year_groups(special_school=special, nursery=nursery)
    if group not in usual:
        yield Problem(
            None,
            "CHILD_YEAR_GROUP",
            "year_group_not_usual",
            f"Mavis has this child in {describe_year_group(group)}. Check that it is "
            "right, and change it in the child’s record if not",
            describe_year_group(group),
        )


def _of_school(rows: RowsSeen, *, year: int) -> Iterator[Problem]:
    school = rows.school
    if school is None:
        return
    if school.closed:
        yield Problem(
            None,
            "CHILD_SCHOOL_URN",
            "school_closed",
            f"{school.name} is closed. Check that it is the child’s school",
            school.urn,
        )
    group = _group(rows, year)
    if not academic_year.teaches(
        group, low_age=school.low_age, high_age=school.high_age
    ):
        yield Problem(
            None,
            "CHILD_SCHOOL_URN",
            "school_does_not_teach_year_group",
            f"{school.name} does not teach {describe_year_group(group)}. Check the "
            "school and the year group",
            school.urn,
        )


def _group(rows: RowsSeen, year: int) -> int:
    """Return the year group that holds: given in the file, or once before, or by birth."""
    known = rows.known_birth_academic_year
    if rows.date_of_birth is not None or known is None:
        return year_group(rows.birth_academic_year, year)
    return year_group(known, year)
