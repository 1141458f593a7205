"""Adding, changing and removing the contacts of one child, by hand."""

from datetime import datetime

from django.db import transaction
from django.http import Http404

from children import actions, queries
from children.editing import RecordChanged, version
from children.models import Contact
from children.rules.contacts import Details
from children.telling import told_contact
from mavis import audit
from mavis.models import EventKind, Team, User

COLUMNS = ("name", "relationship", "relationship_other", "phone", "email")


def version_of(contact: Contact) -> str:
    return version(contact, COLUMNS)


@transaction.atomic
def add(*, child_id: int, team: Team, details: Details, by: User, at: datetime) -> None:
    """Give a child a new contact.

    :raises Http404: the child is not, or no longer, this team's
    """
    _lock(team, child_id)
    contact = Contact.objects.create(child_id=child_id, **_columns(details))
    _tell(team, child_id, "", told_contact(contact), by=by, at=at)


@transaction.atomic
def change(
    *,
    child_id: int,
    contact_id: int,
    team: Team,
    details: Details,
    seen: str,
    by: User,
    at: datetime,
) -> None:
    """Write new details to a contact.

    :raises Http404: the child is not this team's
    :raises RecordChanged: the contact is gone, or not what the form showed
    """
    contact = _locked_contact(team, child_id, contact_id, seen)
    before = told_contact(contact)
    for column, value in _columns(details).items():
        setattr(contact, column, value)
    contact.save()
    after = told_contact(contact)
    if after != before:
        _tell(team, child_id, before, after, by=by, at=at)


@transaction.atomic
def remove(
    *, child_id: int, contact_id: int, team: Team, seen: str, by: User, at: datetime
) -> None:
    """Remove a contact. The activity log keeps what it was.

    :raises Http404: the child is not this team's
    :raises RecordChanged: the contact is gone, or not what the page showed
    """
    contact = _locked_contact(team, child_id, contact_id, seen)
    _tell(team, child_id, told_contact(contact), "", by=by, at=at)
    contact.delete()


def _lock(team: Team, child_id: int) -> None:
    """Lock a child whose contacts may be changed; a restricted child's are hidden."""
    actions.lock([child_id])
    if queries.child_for(team, child_id).restricted:
        raise Http404


def _locked_contact(team: Team, child_id: int, contact_id: int, seen: str) -> Contact:
    _lock(team, child_id)
    contact = Contact.objects.filter(child=child_id, pk=contact_id).first()
    if contact is None or version_of(contact) != seen:
        raise RecordChanged
    return contact


def _columns(details: Details) -> dict[str, str]:
    return {column: getattr(details, column) for column in COLUMNS}


def _tell(
    team: Team, child_id: int, before: str, after: str, *, by: User, at: datetime
) -> None:
    audit.record(
        audit.Event(
            kind=EventKind.EDITED,
            at=at,
            by_id=by.pk,
            team_id=team.pk,
            child_id=child_id,
            changes={"contact": (before, after)},
        )
    )
