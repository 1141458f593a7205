"""Changing the details of one child's record, a part of it at a time.

A form shows a part as it is, with `seen`, the version of what it showed. It is
written only while that is still so: nobody undoes a change that they have not seen.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from children import actions, queries
from children.models import Child
from children.telling import told
from mavis import audit
from mavis.models import EventKind, Team, User
from mavis.rules import academic_year
from mavis.rules.names import fold


class RecordChanged(Exception):
    """Someone has changed what the form showed since it was opened."""


class NumberIsTaken(Exception):
    """Another child has this NHS number. `child_id`: the team's own, else nobody's."""

    def __init__(self, child_id: int | None) -> None:
        super().__init__("the NHS number is taken")
        self.child_id = child_id


class Part(StrEnum):
    """What is changed together. The values stand in addresses."""

    NAME = "name"
    DATE_OF_BIRTH = "date-of-birth"
    GENDER = "gender"
    ADDRESS = "address"
    YEAR_GROUP = "year-group"
    NHS_NUMBER = "nhs-number"


COLUMNS: Mapping[Part, tuple[str, ...]] = {
    Part.NAME: (
        "first_name", "last_name", "preferred_first_name", "preferred_last_name",
    ),
    Part.DATE_OF_BIRTH: (
        "date_of_birth", "birth_academic_year", "birth_academic_year_given",
    ),
    Part.GENDER: ("gender",),
    Part.ADDRESS: ("address_line_1", "address_line_2", "town", "postcode"),
    Part.YEAR_GROUP: (
        "date_of_birth", "birth_academic_year", "birth_academic_year_given",
        "registration", "registration_academic_year",
    ),
    Part.NHS_NUMBER: ("nhs_number",),
}  # fmt: skip


def version(record: object, columns: tuple[str, ...]) -> str:
    """Return what a form carries to tell later if these columns have changed."""
    values = [str(getattr(record, column)) for column in columns]
    return sha256("\0".join(values).encode()).hexdigest()


def version_of(child: Child, part: Part) -> str:
    return version(child, COLUMNS[part])


@transaction.atomic
def edit(
    *,
    child_id: int,
    team: Team,
    part: Part,
    values: Mapping[str, Any],
    seen: str,
    by: User,
    at: datetime,
) -> bool:
    """Write new values, by column, to a part of a child's record.

    Returns whether anything has changed.

    :raises Http404: the child is not, or no longer, this team's
    :raises RecordChanged: the part is not what the form showed
    :raises NumberIsTaken: another child has the NHS number
    """
    actions.lock([child_id])
    child = queries.child_for(team, child_id)
    if version_of(child, part) != seen:
        raise RecordChanged
    new = {
        column: value
        for column, value in _with_derived(child, values).items()
        if getattr(child, column) != value
    }
    if not new:
        return False
    _write(team, child, new)
    year = academic_year.containing(timezone.localtime(at).date())
    audit.record(
        audit.Event(
            kind=EventKind.EDITED,
            at=at,
            by_id=by.pk,
            team_id=team.pk,
            child_id=child_id,
            changes=told(child, new, year=year),
        )
    )
    return True


def _with_derived(child: Child, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values with those that follow from them."""
    new = dict(values)
    for column in ("first_name", "last_name"):
        if column in new:
            new[f"{column}_key"] = fold(new[column])
    born = new.get("date_of_birth", child.date_of_birth)
    if not new.get("birth_academic_year_given", child.birth_academic_year_given):
        new["birth_academic_year"] = academic_year.containing(born)
    if new.get("nhs_number", child.nhs_number) != child.nhs_number:
        # PDS has confirmed another number, or none.
        new["nhs_number_confirmed"] = False
    return new


def _write(team: Team, child: Child, new: Mapping[str, Any]) -> None:
    number = new.get("nhs_number")
    if number and Child.objects.filter(nhs_number=number).exists():
        raise NumberIsTaken(_ours_with(team, number))
    try:
        with transaction.atomic():
            Child.objects.filter(pk=child.pk).update(**new)
    except IntegrityError as error:
        # Someone has given it to another child between the question and the answer.
        if number is None:
            raise
        raise NumberIsTaken(_ours_with(team, number)) from error


def _ours_with(team: Team, number: str) -> int | None:
    children = queries.children_of(team).filter(nhs_number=number)
    return children.values_list("pk", flat=True).first()
