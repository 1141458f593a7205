"""What PDS said about children is written to their records, and told (section 14)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F

from children import actions as children
from children.models import (
    ArchiveReason,
    Child,
    ChildTrace,
    CohortMembership,
    NumberFlag,
)
from imports.models import SharedNumber
from imports.rules.refreshing import Effect
from mavis import audit
from mavis.audit import Changes, Event
from mavis.models import EventKind
from pds.lookups import Traced
from pds.rules.outcomes import TraceSource
from pds.tracing import store_traces
from schoolmoves import actions as schoolmoves
from schoolmoves.models import NoticeKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """A child, locked, and what PDS said about it.

    - `number_found`: by searching, for a number that PDS has invalidated
    """

    child: Child
    effect: Effect
    lookup: Traced
    number_found: str | None = None

    @property
    def new_number(self) -> str | None:
        return self.effect.new_number or self.number_found


def apply(refreshed: Sequence[Refreshed], *, at: datetime) -> int:
    """Write what PDS said. Returns about how many children it said something new.

    Call it in a transaction that has locked the children and keeps commits out.
    """
    _keep_lookups(refreshed, at)
    changed = [each for each in refreshed if not each.effect.is_none]
    if not changed:
        return 0
    team_of = _teams([each.child.pk for each in changed])
    replaced = _replace_numbers(changed, at)
    _flag_void_numbers(changed)
    children.change_details(_columns(changed, replaced))
    restricted = [each.child.pk for each in changed if each.effect.becomes_restricted]
    children.mark_restricted(restricted)
    died = {
        each.child.pk: each.effect.date_of_death
        for each in changed
        if each.effect.has_died
    }
    schoolmoves.record_deaths(died, at=at)
    void = [each.child.pk for each in changed if each.effect.is_void]
    for kind, about in (
        (NoticeKind.RESTRICTED, restricted),
        (NoticeKind.NHS_NUMBER_INVALIDATED, void),
    ):
        schoolmoves.notify(
            [(child_id, team_of[child_id]) for child_id in about], kind=kind, at=at
        )
    audit.record_all(
        Event(
            kind=kind,
            at=at,
            by_id=None,
            team_id=team_of[each.child.pk],
            child_id=each.child.pk,
            changes=changes,
        )
        for each in changed
        for kind, changes in _told(each, replaced)
    )
    return len(changed)


def _keep_lookups(refreshed: Sequence[Refreshed], at: datetime) -> None:
    trace_ids = store_traces(
        [each.lookup for each in refreshed], at=at, source=TraceSource.REFRESH
    )
    ChildTrace.objects.bulk_create(
        ChildTrace(child=each.child, trace_id=trace_id)
        for each, trace_id in zip(refreshed, trace_ids, strict=True)
    )


def _teams(child_ids: Iterable[int]) -> dict[int, int]:
    """Return the team that has each of these children."""
    return dict(
        CohortMembership.objects.filter(
            child__in=list(child_ids), archived_at=None
        ).values_list("child", "team")
    )


def _replace_numbers(changed: Sequence[Refreshed], at: datetime) -> dict[int, str]:
    """Return the children who get another number; a person decides about the others."""
    wanted = {each.new_number for each in changed if each.new_number}
    holders = dict(
        Child.objects.filter(nhs_number__in=wanted).values_list("nhs_number", "pk")
    )
    replaced: dict[int, str] = {}
    shared: list[SharedNumber] = []
    for each in changed:
        number = each.new_number
        if number is None:
            continue
        holder = holders.setdefault(number, each.child.pk)
        if holder == each.child.pk:
            replaced[each.child.pk] = number
        else:
            shared.append(
                SharedNumber(
                    child=each.child,
                    number_of_child=each.lookup.sought.nhs_number or "",
                    other_child_id=holder,
                    nhs_number=number,
                    raised_at=at,
                )
            )
    _raise(shared, at)
    return replaced


def _raise(shared: Sequence[SharedNumber], at: datetime) -> None:
    """Have a person decide; what waits already is brought up to date."""
    waiting = {
        each.child_id: each
        for each in SharedNumber.objects.filter(
            child__in=[each.child_id for each in shared], resolved_at=None
        )
    }
    for each in shared:
        if known := waiting.get(each.child_id):
            known.other_child_id = each.other_child_id
            known.nhs_number = each.nhs_number
    SharedNumber.objects.bulk_update(waiting.values(), ["other_child_id", "nhs_number"])
    new = [each for each in shared if each.child_id not in waiting]
    SharedNumber.objects.bulk_create(new)
    team_of = _teams([each.child_id for each in new])
    audit.record_all(
        Event(
            kind=EventKind.NHS_NUMBER_SHARED,
            at=at,
            by_id=None,
            team_id=team_of[each.child_id],
            child_id=each.child_id,
        )
        for each in new
    )


def _flag_void_numbers(changed: Sequence[Refreshed]) -> None:
    void = [each.child.pk for each in changed if each.effect.is_void]
    # About the number that they have now: the flag lapses with another.
    Child.objects.filter(pk__in=void).update(
        number_flag=NumberFlag.INVALIDATED, flagged_number=F("nhs_number")
    )


def _columns(
    changed: Sequence[Refreshed], replaced: Mapping[int, str]
) -> dict[int, Mapping[str, Any]]:
    """Return new values, by column, of each child whose number changes."""
    columns: dict[int, Mapping[str, Any]] = {}
    for each in changed:
        child_id = each.child.pk
        if child_id in replaced:
            columns[child_id] = {
                "nhs_number": replaced[child_id],
                "nhs_number_confirmed": True,
            }
        elif each.effect.is_confirmed is not None and not each.effect.new_number:
            columns[child_id] = {"nhs_number_confirmed": each.effect.is_confirmed}
    return columns


def _told(
    each: Refreshed, replaced: Mapping[int, str]
) -> Iterator[tuple[EventKind, Changes]]:
    effect, before = each.effect, each.child.nhs_number
    if effect.is_void:
        yield EventKind.NHS_NUMBER_INVALIDATED, {"nhs_number": (before, before)}
    elif effect.is_confirmed is False:
        yield EventKind.NHS_NUMBER_NOT_FOUND, {"nhs_number_confirmed": (True, False)}
    if each.child.pk in replaced:
        after = replaced[each.child.pk]
        yield EventKind.NHS_NUMBER_REPLACED, {"nhs_number": (before, after)}
    elif effect.is_confirmed and not effect.new_number:
        yield EventKind.NHS_NUMBER_CONFIRMED, {"nhs_number_confirmed": (False, True)}
    if effect.becomes_restricted:
        yield EventKind.RESTRICTED, {}
    if effect.has_died:
        yield EventKind.ARCHIVED, {"reason": ("", str(ArchiveReason.DECEASED.label))}
