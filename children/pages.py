"""What the pages about children show, as plain values."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from children import queries
from children.models import ArchiveReason, Child, Contact, Gender, Relationship
from mavis.models import ActivityEvent, EventKind, Team
from mavis.pages import (
    Pagination,
    show_date,
    show_datetime,
    show_name,
    show_nhs_number,
    show_phone,
)
from mavis.rules import academic_year

# Stands for what must not be seen of a restricted child (spec section 12).
HIDDEN = "Hidden"
PER_PAGE = 50


def show_school(child: Child) -> str:
    if child.home_educated:
        return "Home-educated"
    return child.school.name if child.school else "Not known"


def show_year_group(child: Child, today: datetime.date) -> str:
    """Return the year group of today's academic year."""
    year = academic_year.containing(today)
    group = academic_year.year_group(child.birth_academic_year, year)
    return academic_year.describe_year_group(group)


def show_registration(child: Child, today: datetime.date) -> str:
    """Return the class; one of an earlier academic year has lapsed."""
    if child.registration_academic_year == academic_year.containing(today):
        return child.registration
    return ""


def show_known_as(child: Child) -> str:
    """Return the name a child goes by, if it is not the one on the record."""
    if not (child.preferred_first_name or child.preferred_last_name):
        return ""
    return show_name(
        child.preferred_first_name or child.first_name,
        child.preferred_last_name or child.last_name,
    )


def age(born: datetime.date, today: datetime.date) -> int:
    """Return how many years old someone is.

    >>> age(datetime.date(2012, 2, 29), datetime.date(2026, 2, 28))
    13
    """
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


@dataclass(frozen=True, slots=True)
class FoundChild:
    """A child in the list of what a search found."""

    child_id: int
    name: str
    known_as: str
    nhs_number: str
    date_of_birth: str
    postcode: str
    school: str
    year_group: str
    is_archived: bool

    @classmethod
    def of(cls, child: Child, *, today: datetime.date) -> "FoundChild":
        return cls(
            child_id=child.pk,
            name=show_name(child.first_name, child.last_name),
            known_as=show_known_as(child),
            nhs_number=show_nhs_number(child.nhs_number),
            date_of_birth=show_date(child.date_of_birth),
            postcode=HIDDEN if child.restricted else child.postcode,
            school=show_school(child),
            year_group=show_year_group(child, today),
            is_archived=child.archived_at is not None,  # type: ignore[attr-defined]
        )


@dataclass(frozen=True, slots=True)
class Found:
    """One page of what a search found."""

    pagination: Pagination
    children: tuple[FoundChild, ...]

    @classmethod
    def of(
        cls,
        team: Team,
        search: queries.Search,
        *,
        page: str,
        address: str,
        today: datetime.date,
    ) -> "Found":
        year = academic_year.containing(today)
        children = queries.found(team, search, year=year)
        pagination = Pagination.of(
            total=children.count(), page=page, size=PER_PAGE, address=address
        )
        return cls(
            pagination=pagination,
            children=tuple(
                FoundChild.of(child, today=today)
                for child in children[pagination.slice]
            ),
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
    is_deceased: bool
    is_restricted: bool

    @classmethod
    def of(cls, team: Team, child: Child, *, today: datetime.date) -> "ChildRecord":
        contacts = () if child.restricted else queries.contacts_of(child)
        return cls(
            child_id=child.pk,
            name=show_name(child.first_name, child.last_name),
            details=tuple(_details(child, today)),
            contacts=tuple(ContactDetails.of(contact) for contact in contacts),
            contacts_are_hidden=child.restricted,
            archived=_archived(team, child),
            is_deceased=child.deceased,
            is_restricted=child.restricted,
        )


def _details(child: Child, today: datetime.date) -> Iterable[tuple[str, str]]:
    number = show_nhs_number(child.nhs_number)
    if number and not child.nhs_number_confirmed:
        number += " (not confirmed by PDS)"
    years = age(child.date_of_birth, today)
    yield "NHS number", number
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
    yield "Address", HIDDEN if child.restricted else _address(child)
    yield "Postcode", HIDDEN if child.restricted else child.postcode
    yield "School", show_school(child)
    yield "Year group", show_year_group(child, today)
    yield "Registration", show_registration(child, today)


def _address(child: Child) -> str:
    lines = (child.address_line_1, child.address_line_2, child.town)
    return ", ".join(line for line in lines if line)


def _archived(team: Team, child: Child) -> str:
    """Return when and why the team archived this child; blank if it did not."""
    membership = queries.membership_of(team, child)
    if membership.archived_at is None:
        return ""
    reason = ArchiveReason(membership.archive_reason).label
    if membership.archive_details:
        reason = f"{reason}: {membership.archive_details}"
    who = f" by {membership.archived_by.name}" if membership.archived_by else ""
    return f"Archived on {show_datetime(membership.archived_at)}{who}. {reason}."


# What an activity log calls the columns of a child.
LABELS = {
    "nhs_number": "NHS number",
    "birth_academic_year": "Year group",
    "home_educated": "Home-educated",
    "address_line_1": "Address line 1",
    "address_line_2": "Address line 2",
}
HIDDEN_WHEN_RESTRICTED = frozenset(
    {"address_line_1", "address_line_2", "town", "address", "postcode", "contacts"}
)


@dataclass(frozen=True, slots=True)
class Change:
    """One detail before and after; either may be blank."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened to a child."""

    what: str
    who: str
    when: str
    import_id: int | None
    file_name: str
    row_number: int | None
    changes: tuple[Change, ...]

    @classmethod
    def of(cls, event: ActivityEvent, child: Child) -> "Entry":
        file = getattr(event.cohort_import, "file", None)
        return cls(
            what=EventKind(event.kind).label,
            who=event.by.name if event.by else "Mavis",
            when=show_datetime(event.at),
            import_id=event.cohort_import_id,
            file_name=file.name if file else "",
            row_number=event.row_number,
            changes=tuple(
                _change(field, before, after, child)
                for field, (before, after) in event.changes.items()
            ),
        )


def _change(field: str, before: object, after: object, child: Child) -> Change:
    label = LABELS.get(field, field.replace("_", " ").capitalize())
    if child.restricted and field in HIDDEN_WHEN_RESTRICTED:
        return Change(label, HIDDEN, HIDDEN)
    return Change(label, _shown(field, before), _shown(field, after))


def _shown(field: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return show_nhs_number(str(value)) if field == "nhs_number" else str(value)


@dataclass(frozen=True, slots=True)
class ActivityLog:
    """The tab Activity log."""

    child_id: int
    name: str
    pagination: Pagination
    entries: tuple[Entry, ...]

    @classmethod
    def of(cls, team: Team, child: Child, *, page: str, address: str) -> "ActivityLog":
        events = queries.events_of(team, child)
        pagination = Pagination.of(
            total=events.count(), page=page, size=PER_PAGE, address=address
        )
        return cls(
            child_id=child.pk,
            name=show_name(child.first_name, child.last_name),
            pagination=pagination,
            entries=tuple(Entry.of(e, child) for e in events[pagination.slice]),
        )
