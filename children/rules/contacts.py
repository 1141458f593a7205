"""Which of a child's contacts a parent in a file is, and what it changes (spec section 13).

A parent is matched only to contacts the child already has: by email address, else
by phone number, else by name. What the file gives replaces; nothing is removed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import product
from typing import NamedTuple

from mavis.rules.names import fold

UNKNOWN = "unknown"


class Details(NamedTuple):
    """A parent or guardian. A blank value is not known, or not given in the file."""

    name: str = ""
    relationship: str = ""  # a value of children.models.Relationship, or blank
    relationship_other: str = ""
    phone: str = ""
    email: str = ""

    @property
    def is_blank(self) -> bool:
        return not (self.name or self.phone or self.email)


class KnownContact(NamedTuple):
    """A contact that the child has."""

    id: int
    details: Details


@dataclass(frozen=True, slots=True)
class ContactChange:
    """What a file makes of one contact.

    `contact_id` is None for a new contact. `details` is the contact afterwards,
    whole: all five columns are to be written.
    """

    contact_id: int | None
    details: Details


class _By(IntEnum):
    """What a parent was recognised by, best first."""

    EMAIL = 1
    PHONE = 2
    NAME = 3


@dataclass(frozen=True, slots=True)
class _Likeness:
    by: _By
    agreeing: int


def merge(
    existing: Sequence[KnownContact], parents: Iterable[Details]
) -> list[ContactChange]:
    """Return what the parents of a row change, in the order of the file.

    Nothing that is already so is listed, so an empty list means that the file
    adds nothing. No contact is given to two parents: two with one email stay two.
    """
    given = list(dict.fromkeys(parent for parent in parents if not parent.is_blank))
    if not given:
        return []
    # Most files repeat what Mavis knows, in the order in which it came to know it.
    if given == [contact.details for contact in existing[: len(given)]]:
        return []
    return merge_any(existing, given)


def merge_any(
    existing: Sequence[KnownContact], given: Sequence[Details]
) -> list[ContactChange]:
    """Return what `merge` does, for parents that say something, each once."""
    found = _pair_off(existing, given)
    afterwards = {contact.id: contact.details for contact in existing}
    for place, contact in found.items():
        afterwards[contact.id] = _replace(contact.details, given[place])
    changes = []
    for place, parent in enumerate(given):
        known = found.get(place)
        if known is None:
            if not _adds_nothing(parent, afterwards.values()):
                changes.append(ContactChange(None, _replace(Details(), parent)))
        elif afterwards[known.id] != known.details:
            changes.append(ContactChange(known.id, afterwards[known.id]))
    return changes


def _pair_off(
    existing: Sequence[KnownContact], parents: Sequence[Details]
) -> dict[int, KnownContact]:
    """Return the contact of each parent that has one, by the parent's place."""
    pairs = []
    for (place, parent), contact in product(enumerate(parents), existing):
        likeness = _likeness(parent, contact.details)
        if likeness is None:
            continue
        # Several contacts share this email or phone: which of them the parent
        # is must be said by something else.
        if likeness.agreeing < 2 and _is_shared(likeness.by, contact, existing):
            continue
        pairs.append((likeness.by, -likeness.agreeing, place, contact.id, contact))
    found: dict[int, KnownContact] = {}
    taken: set[int] = set()
    for _, _, place, contact_id, contact in sorted(pairs, key=lambda pair: pair[:4]):
        if place not in found and contact_id not in taken:
            found[place] = contact
            taken.add(contact_id)
    return found


def _is_shared(
    by: _By, contact: KnownContact, existing: Sequence[KnownContact]
) -> bool:
    """Test if another contact has the same email or phone number."""
    others = [one.details for one in existing if one is not contact]
    if by is _By.EMAIL:
        return any(other.email == contact.details.email for other in others)
    if by is _By.PHONE:
        return any(other.phone == contact.details.phone for other in others)
    return False


def _likeness(parent: Details, contact: Details) -> _Likeness | None:
    """Return what a parent and a contact agree on, or None if they are not one."""
    email = bool(parent.email) and parent.email == contact.email
    phone = bool(parent.phone) and parent.phone == contact.phone
    name = bool(parent.name) and fold(parent.name) == fold(contact.name)
    relationship = _relationship(parent) and _relationship(parent) == _relationship(
        contact
    )
    # A mother and a father who share an email or a phone are two people.
    if not name and {parent.relationship, contact.relationship} == {"mother", "father"}:
        return None
    agreeing = sum((email, phone, name, bool(relationship)))
    if email:
        return _Likeness(_By.EMAIL, agreeing)
    if phone:
        return _Likeness(_By.PHONE, agreeing)
    if name:
        return _Likeness(_By.NAME, agreeing)
    return None


def _relationship(details: Details) -> str:
    known = details.relationship not in ("", UNKNOWN)
    return details.relationship + details.relationship_other if known else ""


def _adds_nothing(parent: Details, contacts: Iterable[Details]) -> bool:
    """Test if some contact already says everything that the file says."""
    return any(
        _likeness(parent, contact) and _replace(contact, parent) == contact
        for contact in contacts
    )


def _replace(contact: Details, parent: Details) -> Details:
    """Return the contact with what the file gives in place of what it had."""
    says = bool(_relationship(parent))
    return Details(
        name=_name(contact.name, parent.name),
        relationship=parent.relationship if says else contact.relationship or UNKNOWN,
        relationship_other=(parent if says else contact).relationship_other,
        phone=parent.phone or contact.phone,
        email=parent.email or contact.email,
    )


def _name(known: str, given: str) -> str:
    """Return the name to keep: a file in capitals does not spoil a name."""
    if not given or (known and given.isupper() and given.upper() == known.upper()):
        return known
    return given
