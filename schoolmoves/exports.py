"""The school moves of a team as a file."""

from collections.abc import Collection

from children.models import Child, Gender
from mavis.downloads import csv_of
from mavis.models import School, Team
from mavis.rules import urn
from schoolmoves.models import SchoolMoveLogEntry

HEADER = (
    "MOVED_ON", "DIRECTION", "CHILD_FIRST_NAME", "CHILD_LAST_NAME",
    "CHILD_DATE_OF_BIRTH", "CHILD_NHS_NUMBER", "CHILD_GENDER",
    "CHILD_ADDRESS_LINE_1", "CHILD_ADDRESS_LINE_2", "CHILD_TOWN", "CHILD_POSTCODE",
    "FROM_TEAM", "FROM_SCHOOL_URN", "FROM_SCHOOL",
    "TO_TEAM", "TO_SCHOOL_URN", "TO_SCHOOL",
)  # fmt: skip


def moves_csv(
    entries: Collection[SchoolMoveLogEntry], *, team: Team, ours: Collection[int]
) -> bytes:
    """Return moves as CSV, in the order given.

    :param ours: the children whose records the team may open. Of the others only the
        name and the move are given (spec section 7)
    """
    return csv_of([HEADER, *(_line(entry, team, ours) for entry in entries)])


def child_of(entry: SchoolMoveLogEntry) -> Child:
    """Return the child of an entry: the record that remains, if it was merged."""
    return entry.child.merged_into or entry.child


def _line(
    entry: SchoolMoveLogEntry, team: Team, ours: Collection[int]
) -> tuple[str, ...]:
    child = child_of(entry)
    details = _details(child) if child.pk in ours else ("",) * 7
    return (
        f"{entry.day:%d/%m/%Y}",  # type: ignore[attr-defined]
        _direction(entry, team),
        child.first_name,
        child.last_name,
        *details,
        entry.from_team.name if entry.from_team else "",
        *_school(entry.from_school, home_educated=entry.from_home_educated),
        entry.to_team.name,
        *_school(entry.to_school, home_educated=entry.to_home_educated),
    )


def _direction(entry: SchoolMoveLogEntry, team: Team) -> str:
    if entry.to_team_id != team.pk:
        return "Out"
    return "Within" if entry.from_team_id == team.pk else "In"


def _details(child: Child) -> tuple[str, ...]:
    address: tuple[str, ...] = ("Hidden",) * 4
    if not child.restricted:
        lines = (child.address_line_1, child.address_line_2, child.town)
        address = (*lines, child.postcode)
    return (
        f"{child.date_of_birth:%d/%m/%Y}",
        child.nhs_number or "",
        str(Gender(child.gender).label),
        *address,
    )


def _school(school: School | None, *, home_educated: bool) -> tuple[str, str]:
    if school is not None:
        return school.urn, school.name
    if home_educated:
        return urn.HOME_EDUCATED, "Home-educated"
    return urn.UNKNOWN, "School not known"
