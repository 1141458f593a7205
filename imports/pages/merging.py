"""The page on which one record of a child is merged into another."""

import datetime
from dataclasses import dataclass

from children import queries
from children.models import Child, Gender
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
from imports.merging import version_of
from mavis.pages import show_date, show_name


@dataclass(frozen=True, slots=True)
class Detail:
    """A detail in both records; blank when it is not known."""

    label: str
    merged: str
    kept: str

    @property
    def differs(self) -> bool:
        return self.merged != self.kept


@dataclass(frozen=True, slots=True)
class Merge:
    """Both records side by side, before one is merged into the other."""

    child_id: int
    into_id: int
    name: str
    details: tuple[Detail, ...]
    # PDS says that these are two people.
    both_confirmed: bool
    has_died: bool
    seen: str

    @classmethod
    def of(cls, merged: Child, kept: Child, *, today: datetime.date) -> "Merge":
        return cls(
            child_id=merged.pk,
            into_id=kept.pk,
            name=show_name(merged.first_name, merged.last_name),
            details=tuple(
                Detail(label, of_merged, of_kept)
                for (label, of_merged), (_, of_kept) in zip(
                    _details(merged, today), _details(kept, today), strict=True
                )
            ),
            both_confirmed=merged.nhs_number_confirmed and kept.nhs_number_confirmed,
            has_died=merged.deceased or kept.deceased,
            seen=version_of(kept, merged),
        )


def _details(child: Child, today: datetime.date) -> tuple[tuple[str, str], ...]:
    hidden = HIDDEN if child.restricted else ""
    contacts = "; ".join(told_contact(each) for each in queries.contacts_of(child))
    archived = child.archived_at is not None  # type: ignore[attr-defined]
    return (
        ("NHS number", show_number(child)),
        ("Name", show_name(child.first_name, child.last_name)),
        ("Known as", show_known_as(child)),
        ("Date of birth", show_date(child.date_of_birth)),
        ("Gender", str(Gender(child.gender).label)),
        ("Address", hidden or show_address(child)),
        ("Postcode", hidden or child.postcode),
        ("School", show_school(child)),
        ("Year group", show_year_group(child, today)),
        ("Registration", show_registration(child, today)),
        ("Contacts", hidden or contacts),
        ("Archived", "Yes" if archived else "No"),
    )
