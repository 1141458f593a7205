"""What the record that remains takes over from one that is merged into it.

What it has is kept; what is blank is filled. No contact is lost, and none is doubled.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from children.rules import contacts
from children.rules.contacts import Details, KnownContact

NOT_KNOWN = "not_known"
ADDRESS = ("address_line_1", "address_line_2", "town", "postcode")


def details_carried_over(
    kept: Mapping[str, Any], merged: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the columns of the remaining record that change, with their new values.

    What PDS says of either record, restricted or deceased, holds for the one that
    remains.
    """
    new: dict[str, Any] = {
        name: merged[name]
        for name in ("preferred_first_name", "preferred_last_name", "date_of_death")
        if merged[name] and not kept[name]
    }
    if kept["gender"] == NOT_KNOWN != merged["gender"]:
        new["gender"] = merged["gender"]
    if _has_later_registration(kept, merged):
        new["registration"] = merged["registration"]
        new["registration_academic_year"] = merged["registration_academic_year"]
    if _has_given_year_group(kept, merged):
        new["birth_academic_year"] = merged["birth_academic_year"]
        new["birth_academic_year_given"] = True
    if _has_the_address(kept, merged):
        new |= {name: merged[name] for name in ADDRESS if merged[name] != kept[name]}
    for name in ("restricted", "deceased"):
        if merged[name] and not kept[name]:
            new[name] = True
    return new


def _has_later_registration(kept: Mapping[str, Any], merged: Mapping[str, Any]) -> bool:
    if not merged["registration"]:
        return False
    year = "registration_academic_year"
    return not kept["registration"] or bool(merged[year] > kept[year])


def _has_given_year_group(kept: Mapping[str, Any], merged: Mapping[str, Any]) -> bool:
    given = "birth_academic_year_given"
    return bool(merged[given] and not kept[given])


def _has_the_address(kept: Mapping[str, Any], merged: Mapping[str, Any]) -> bool:
    """Test if only the merged record has an address, and at no other postcode."""
    if any(kept[line] for line in ADDRESS[:3]):
        return False
    same = not kept["postcode"] or kept["postcode"] == merged["postcode"]
    return same and any(merged[name] != kept[name] for name in ADDRESS)


@dataclass(frozen=True, slots=True)
class ContactsCarriedOver:
    """Ids of the merged record's contacts that go over, and new details of others."""

    moved: tuple[int, ...]
    filled: Mapping[int, Details]


def contacts_carried_over(
    kept: Sequence[KnownContact], merged: Sequence[KnownContact]
) -> ContactsCarriedOver:
    """Return what becomes of the contacts of two records of one child.

    A contact that both have stays once, and gains what was blank. One that says
    anything else goes over as it is.
    """
    have = {contact.id: contact for contact in kept}
    moved: list[int] = []
    filled: dict[int, Details] = {}
    for contact in merged:
        changes = contacts.merge(list(have.values()), [contact.details])
        if not changes:
            continue
        known = have.get(changes[0].contact_id or 0)
        if known is not None and _only_fills(known.details, changes[0].details):
            have[known.id] = KnownContact(known.id, changes[0].details)
            filled[known.id] = changes[0].details
        else:
            have[contact.id] = contact
            moved.append(contact.id)
    return ContactsCarriedOver(tuple(moved), filled)


def _only_fills(before: Details, after: Details) -> bool:
    return all(
        was in ("", contacts.UNKNOWN) or was == now
        for was, now in zip(before, after, strict=True)
    )
