"""What is done to children's records, any number of them at a time.

Call these in a transaction that has locked the children.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from children import sql
from children.models import ArchiveReason, Child, Contact
from children.rules.contacts import ContactChange, Details, KnownContact
from mavis.sql import is_one_of


def lock(child_ids: Collection[int]) -> dict[int, Child]:
    """Return these children, locked until the transaction ends.

    They are locked in the order of their ids, as everyone does, so that two who
    want some of the same children cannot wait for each other.
    """
    children = Child.objects.select_for_update(no_key=True).order_by("pk")
    return {child.pk: child for child in children.filter(is_one_of("pk", child_ids))}


def next_ids(count: int) -> list[int]:
    """Return ids for children yet to be made, in ascending order."""
    return sql.next_ids(count)


def change_details(changes: Mapping[int, Mapping[str, object]]) -> None:
    """Write new values, by column, to each of these children."""
    sql.update_details(changes)


def contacts_of(child_ids: Collection[int]) -> dict[int, list[KnownContact]]:
    """Return the contacts of each of these children that has any."""
    found: dict[int, list[KnownContact]] = {}
    contacts = Contact.objects.filter(is_one_of("child", child_ids)).order_by("pk")
    for child_id, contact_id, *details in contacts.values_list(
        "child", "pk", *Details._fields
    ):
        contact = KnownContact(contact_id, Details._make(details))
        found.setdefault(child_id, []).append(contact)
    return found


def change_contacts(changes: Mapping[int, Sequence[ContactChange]]) -> None:
    """Add and update contacts of children, as children.rules.contacts has decided."""
    sql.add_contacts(
        (child_id, change.details)
        for child_id, of_child in changes.items()
        for change in of_child
        if change.contact_id is None
    )
    sql.update_contacts(
        {
            change.contact_id: change.details
            for of_child in changes.values()
            for change in of_child
            if change.contact_id is not None
        }
    )


def mark_restricted(child_ids: Collection[int]) -> None:
    """Hide the addresses and contacts of these children from now on."""
    unrestricted = Child.objects.filter(is_one_of("pk", child_ids), restricted=False)
    unrestricted.update(restricted=True)


def activate(child_ids: Collection[int], *, team_id: int, at: datetime) -> None:
    """Make children whom no team has active with this one, archived there or not."""
    sql.activate(child_ids, team_id=team_id, at=at)


def archive_where_active(
    child_ids: Collection[int],
    *,
    reason: ArchiveReason,
    at: datetime,
    by_id: int | None,
    details: str = "",
) -> list[tuple[int, int]]:
    """Archive these children. Returns each with the team that had it until now."""
    return sql.archive_active(
        child_ids, reason=reason, details=details, at=at, by_id=by_id
    )


def archive_as_deceased(
    dates_of_death: Mapping[int, date | None], *, at: datetime
) -> list[tuple[int, int]]:
    """Record what PDS says about these children's deaths, and archive them.

    Returns each child with the team that had it until now.
    """
    sql.mark_deceased(dates_of_death)
    return sql.archive_active(dates_of_death, reason=ArchiveReason.DECEASED, at=at)
