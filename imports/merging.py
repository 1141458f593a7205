"""Merging one record of a child into another of the same team (spec section 12).

The record that remains takes over contacts, PDS lookups, cohorts, school moves and
what uploads say of the other; what it has is kept. The other stays, hidden and
without a number, with all that was ever logged about it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from children import actions as children
from children import queries
from children.editing import RecordChanged, version
from children.models import Child, ChildTrace, Contact
from children.rules import merging as rules
from children.rules.contacts import ContactChange
from children.telling import told, told_contact
from imports.models import CohortRow, RowCandidate
from imports.rules import differences
from imports.rules.differences import ChildValues, RowValues
from mavis import audit
from mavis.models import EventKind, Team, User
from mavis.pages import show_date, show_name
from mavis.rules import academic_year
from schoolmoves import merging as schoolmoves
from schoolmoves.changing import name_of, place_of
from schoolmoves.merging import Merging

# What a page shows of a record, and a merge must find unchanged.
SEEN = (
    "nhs_number", "nhs_number_confirmed", "first_name", "last_name",
    "preferred_first_name", "preferred_last_name", "date_of_birth",
    "birth_academic_year", "birth_academic_year_given", "registration", "gender",
    "address_line_1", "address_line_2", "town", "postcode", "school_id",
    "home_educated", "restricted", "deceased", "archived_at",
)  # fmt: skip
_CARRIED = (
    "preferred_first_name", "preferred_last_name", "date_of_death", "gender",
    "registration", "registration_academic_year", "birth_academic_year",
    "birth_academic_year_given", "restricted", "deceased", *rules.ADDRESS,
)  # fmt: skip


def version_of(kept: Child, merged: Child) -> str:
    """Return what the page carries to tell later if either record has changed."""
    return version(kept, SEEN) + version(merged, SEEN)


@transaction.atomic
def merge(
    *,
    kept_id: int,
    merged_id: int,
    team: Team,
    seen: str | None,
    by: User,
    at: datetime,
) -> None:
    """Merge one record into another: both children are this team's.

    :param seen: the version of both that a person saw; None if nothing was shown

    :raises Http404: one of them is not, or no longer, this team's
    :raises RecordChanged: one of them is not what the person saw
    """
    children.lock([kept_id, merged_id])
    kept = queries.child_for(team, kept_id)
    merged = queries.child_for(team, merged_id)
    if kept_id == merged_id or (seen is not None and seen != version_of(kept, merged)):
        raise RecordChanged
    merging = Merging(kept=kept, merged=merged, team=team, by=by, at=at)
    details = rules.details_carried_over(_columns(kept), _columns(merged))
    year = academic_year.containing(timezone.localtime(at).date())
    changes = dict(told(kept, details, year=year))
    changes |= _carry_over_contacts(kept, merged)
    changes |= _carry_over_places(merging, has_died=details.get("deceased", False))
    _hide(kept, merged)
    Child.objects.filter(pk=kept_id).update(**details)
    ChildTrace.objects.filter(child=merged).update(child=kept)
    _carry_over_rows(kept_id, merged_id)
    _tell(merging, changes)


def _columns(child: Child) -> Mapping[str, Any]:
    return {column: getattr(child, column) for column in _CARRIED}


def _hide(kept: Child, merged: Child) -> None:
    """Hide the merged record, and those merged into it before, behind the other."""
    Child.objects.filter(merged_into=merged).update(merged_into=kept)
    Child.objects.filter(pk=merged.pk).update(
        merged_into=kept, nhs_number=None, nhs_number_confirmed=False
    )


def _carry_over_contacts(kept: Child, merged: Child) -> audit.Changes:
    known = children.contacts_of([kept.pk, merged.pk])
    theirs = known.get(merged.pk, [])
    result = rules.contacts_carried_over(known.get(kept.pk, []), theirs)
    Contact.objects.filter(pk__in=result.moved).update(child=kept)
    children.change_contacts(
        {kept.pk: [ContactChange(*filled) for filled in result.filled.items()]}
    )
    before = [each for each in known.get(kept.pk, []) if each.id in result.filled]
    added = [each.details for each in theirs if each.id in result.moved]
    if not (before or added):
        return {}
    return {
        "contacts": (
            "; ".join(told_contact(each.details) for each in before),
            "; ".join(told_contact(each) for each in [*result.filled.values(), *added]),
        )
    }


def _carry_over_places(merging: Merging, *, has_died: bool) -> audit.Changes:
    """Carry over cohorts, moves and, where the record that remains has none, the school."""
    has_died = has_died or merging.kept.deceased
    was_active = merging.kept.archived_at is None  # type: ignore[attr-defined]
    schoolmoves.carry_over_memberships(merging, has_died=has_died)
    made_way = schoolmoves.carry_over_moves(merging, has_died=has_died)
    for given_up, stays in made_way.items():
        CohortRow.objects.filter(school_move=given_up).update(school_move=stays)
    place = schoolmoves.place_to_carry_over(merging, was_active=was_active)
    if place is None:
        return {}
    schoolmoves.carry_over_place(merging, place)
    return {"school": (name_of(place_of(merging.kept)), name_of(place))}


def _carry_over_rows(kept_id: int, merged_id: int) -> None:
    """Let rows of uploads be about the record that remains.

    A row that has not been committed waits for another look: what its reviewer saw
    was the other record.
    """
    for column in ("child", "matched_child", "claimed_child"):
        CohortRow.objects.filter(**{column: merged_id}).update(**{column: kept_id})
    candidates = RowCandidate.objects.filter(child=merged_id)
    has_both = RowCandidate.objects.filter(child=kept_id).values("row")
    candidates.filter(row__in=list(has_both.values_list("row", flat=True))).delete()
    candidates.update(child=kept_id)
    _compare_open_close_matches(Child.objects.get(pk=kept_id))


def _compare_open_close_matches(child: Child) -> None:
    """Say anew where the rows that wait for a person and this record differ."""
    candidates = list(
        RowCandidate.objects.filter(
            child=child,
            row__close_match__resolved_at=None,
            row__close_match__isnull=False,
        ).select_related("row__cohort_import")
    )
    record = ChildValues(**_values(ChildValues, child))
    for candidate in candidates:
        row = candidate.row
        comparison = differences.compare(
            RowValues(**_values(RowValues, row)),
            record,
            academic_year=row.cohort_import.academic_year,
        )
        candidate.differences = list(comparison.differences)
        if row.matched_child_id == child.pk:
            row.differences = list(comparison.differences)
    RowCandidate.objects.bulk_update(candidates, ["differences"])
    CohortRow.objects.bulk_update([each.row for each in candidates], ["differences"])


def _values(of: type[ChildValues] | type[RowValues], record: object) -> dict[str, Any]:
    return {name: getattr(record, name) for name in of._fields}


def _tell(merging: Merging, changes: audit.Changes) -> None:
    merged = merging.merged
    who = show_name(merged.first_name, merged.last_name)
    audit.record(
        audit.Event(
            kind=EventKind.MERGED,
            at=merging.at,
            by_id=merging.by.pk,
            team_id=merging.team.pk,
            child_id=merging.kept.pk,
            changes={
                "merged_record": (
                    "",
                    f"{who}, born {show_date(merged.date_of_birth)}",
                ),
                **(
                    {"nhs_number_of_merged_record": (merged.nhs_number, None)}
                    if merged.nhs_number
                    else {}
                ),
                **changes,
            },
        )
    )
