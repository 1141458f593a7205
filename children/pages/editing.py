"""The page Edit child record, and those on which one part of it is changed."""

import datetime
from dataclasses import dataclass

from django.urls import reverse

from children import queries
from children.editing import Part
from children.models import Child, Contact, Gender
from children.pages.words import (
    HIDDEN,
    show_address,
    show_known_as,
    show_number,
    show_registration,
    show_school,
    show_year_group,
)
from children.telling import told_contact
from mavis.pages import show_date, show_name


@dataclass(frozen=True, slots=True)
class Line:
    """A detail and where it is changed; without an address it cannot be."""

    label: str
    value: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class ContactLine:
    text: str
    change_href: str
    remove_href: str


@dataclass(frozen=True, slots=True)
class EditRecord:
    """Every detail of a child, each with a link to where it is changed."""

    child_id: int
    name: str
    lines: tuple[Line, ...]
    contacts: tuple[ContactLine, ...]
    is_restricted: bool
    why_no_school: str

    @classmethod
    def of(cls, child: Child, *, today: datetime.date) -> "EditRecord":
        contacts = () if child.restricted else queries.contacts_of(child)
        return cls(
            child_id=child.pk,
            name=show_name(child.first_name, child.last_name),
            lines=_lines(child, today),
            contacts=tuple(_contact(contact) for contact in contacts),
            is_restricted=child.restricted,
            why_no_school=_why_no_school(child),
        )


def _lines(child: Child, today: datetime.date) -> tuple[Line, ...]:
    def to(part: Part) -> str:
        return reverse("children:edit_part", args=[child.pk, part.value])

    school = "" if _why_no_school(child) else reverse("placing:school", args=[child.pk])
    address = "" if child.restricted else to(Part.ADDRESS)
    return (
        Line("NHS number", show_number(child), to(Part.NHS_NUMBER)),
        Line("Name", show_name(child.first_name, child.last_name), to(Part.NAME)),
        Line("Known as", show_known_as(child), to(Part.NAME)),
        Line("Date of birth", show_date(child.date_of_birth), to(Part.DATE_OF_BIRTH)),
        Line("Gender", str(Gender(child.gender).label), to(Part.GENDER)),
        Line("Address", HIDDEN if child.restricted else show_address(child), address),
        Line("Postcode", HIDDEN if child.restricted else child.postcode, address),
        Line("School", show_school(child), school),
        Line("Year group", show_year_group(child, today), to(Part.YEAR_GROUP)),
        Line("Registration", show_registration(child, today), to(Part.YEAR_GROUP)),
    )


def _why_no_school(child: Child) -> str:
    """Return why the school cannot be changed; blank if it can."""
    if child.deceased:
        return "The school of a child who has died cannot be changed."
    if child.archived_at is not None:  # type: ignore[attr-defined]
        return "To change the school, restore the record first."
    return ""


def _contact(contact: Contact) -> ContactLine:
    where = [contact.child_id, contact.pk]
    return ContactLine(
        told_contact(contact),
        reverse("children:edit_contact", args=where),
        reverse("children:remove_contact", args=where),
    )
