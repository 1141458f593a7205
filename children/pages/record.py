"""The tab Child record of a child's page."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from children import queries
from children.models import (
    ArchiveReason,
    Child,
    CohortMembership,
    Contact,
    Gender,
    Relationship,
)
from children.pages.words import (
    HIDDEN,
    age,
    show_address,
    show_known_as,
    show_number,
    show_registration,
    show_school,
    show_year_group,
)
from mavis.models import Team
from mavis.pages import (
    show_date,
    show_datetime,
    show_name,
    show_phone,
)


@dataclass(frozen=True, slots=True)
class ContactDetails:
    name: str
    relationship: str
    phone: str
    email: str

    @classmethod
    def of(cls, contact: Contact) -> "ContactDetails":
        relationship = Relationship(contact.relationship).label
        if contact.relationship_other:
            relationship = f"{relationship}: {contact.relationship_other}"
        return cls(contact.name, relationship, show_phone(contact.phone), contact.email)


@dataclass(frozen=True, slots=True)
class ChildRecord:
    """The tab Child record."""

    child_id: int
    name: str
    # (label, value) each; a blank value is not known.
    details: tuple[tuple[str, str], ...]
    contacts: tuple[ContactDetails, ...]
    contacts_are_hidden: bool
    archived: str
    may_be_restored: bool
    has_lookups: bool
    is_deceased: bool
    is_restricted: bool

    @classmethod
    def of(cls, team: Team, child: Child, *, today: datetime.date) -> "ChildRecord":
        contacts = () if child.restricted else queries.contacts_of(child)
        membership = queries.membership_of(team, child)
        return cls(
            child_id=child.pk,
            name=show_name(child.first_name, child.last_name),
            details=tuple(_details(child, today)),
            contacts=tuple(ContactDetails.of(contact) for contact in contacts),
            contacts_are_hidden=child.restricted,
            archived=_archived(membership),
            may_be_restored=membership.may_be_restored and not child.deceased,
            has_lookups=queries.lookups_of(child).exists(),
            is_deceased=child.deceased,
            is_restricted=child.restricted,
        )


def _details(child: Child, today: datetime.date) -> Iterable[tuple[str, str]]:
    years = age(child.date_of_birth, today)
    yield "NHS number", show_number(child)
    yield "Full name", show_name(child.first_name, child.last_name)
    if known_as := show_known_as(child):
        yield "Known as", known_as
    born = show_date(child.date_of_birth)
    if child.deceased:
        yield "Date of birth", born
        yield "Date of death", show_date(child.date_of_death) or "Date not known"
    else:
        yield "Date of birth", f"{born} (aged {years})"
    yield "Gender", Gender(child.gender).label
    yield "Address", HIDDEN if child.restricted else show_address(child)
    yield "Postcode", HIDDEN if child.restricted else child.postcode
    yield "School", show_school(child)
    yield "Year group", show_year_group(child, today)
    yield "Registration", show_registration(child, today)


def _archived(membership: CohortMembership) -> str:
    """Return when and why the team archived this child; blank if it did not."""
    if membership.archived_at is None:
        return ""
    reason = ArchiveReason(membership.archive_reason).label
    if membership.archive_details:
        reason = f"{reason}: {membership.archive_details}"
    who = f" by {membership.archived_by.name}" if membership.archived_by else ""
    return f"Archived on {show_datetime(membership.archived_at)}{who}. {reason}."


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """A child that the team keeps as moved out of area, and another team has.

    This is all that may be seen (spec sections 7 and 11).
    """

    child_id: int
    name: str
    archived: str
    team: str

    @classmethod
    def of(cls, child: Child) -> "LeftBehind":
        team = queries.team_with(child)
        return cls(
            child_id=child.pk,
            name=show_name(child.first_name, child.last_name),
            archived=show_datetime(child.archived_at),  # type: ignore[attr-defined]
            team=team.name if team else "",
        )
