"""How the activity log tells of a child's details: as a person would read them."""

from collections.abc import Mapping
from typing import Any

from children.models import Child, Contact, Gender, Relationship
from children.rules.contacts import Details
from mavis.audit import Changes
from mavis.pages import show_date, show_phone
from mavis.rules import academic_year

# Derived from others, or told by another.
_NOT_TOLD = frozenset(
    {
        "first_name_key", "last_name_key", "registration_academic_year",
        "birth_academic_year", "birth_academic_year_given",
    }
)  # fmt: skip


def told(child: Child, values: Mapping[str, Any], *, year: int) -> Changes:
    """Return what new values, by column, change in a child's record.

    :param child: the child as it was
    :param year: the academic year in which year groups are meant
    """
    changes = {
        column: (_shown(column, getattr(child, column)), _shown(column, value))
        for column, value in values.items()
        if column not in _NOT_TOLD and getattr(child, column) != value
    }
    if "nhs_number" in changes:
        changes.pop("nhs_number_confirmed", None)
    was = (child.birth_academic_year, child.birth_academic_year_given)
    now = (
        values.get("birth_academic_year", was[0]),
        values.get("birth_academic_year_given", was[1]),
    )
    if now != was:
        changes["year_group"] = (_year_group(*was, year), _year_group(*now, year))
    return changes


def told_contact(contact: Contact | Details) -> str:
    """Return a contact in one line."""
    relationship = Relationship(contact.relationship or Relationship.UNKNOWN)
    said = (
        contact.name,
        contact.relationship_other or str(relationship.label),
        show_phone(contact.phone),
        contact.email,
    )
    return ", ".join(part for part in said if part)


def _shown(column: str, value: Any) -> Any:
    if column in ("date_of_birth", "date_of_death"):
        return show_date(value)
    return str(Gender(value).label) if column == "gender" else value


def _year_group(born: int, given: bool, year: int) -> str:
    group = academic_year.describe_year_group(academic_year.year_group(born, year))
    return f"{group}, given" if given else f"{group}, by date of birth"
