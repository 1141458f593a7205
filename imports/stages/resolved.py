"""How the activity log tells what a person decided about a close match."""

from collections.abc import Mapping
from dataclasses import replace

from children.models import Child
from imports.models import CohortRow
from imports.rules.resolutions import LABELS, Resolution
from imports.stages.applied import Applied, Applying, events
from imports.stages.weigh import Existing, Weighed
from mavis import audit
from mavis.audit import Event
from mavis.models import EventKind
from schoolmoves import actions as schoolmoves
from schoolmoves.models import NoticeKind

# What stands in the entry of the decision, and not in one of its own.
_PART_OF_IT = frozenset({EventKind.IMPORTED, EventKind.UPDATED_BY_IMPORT})
_NUMBER = frozenset({EventKind.NHS_NUMBER_ADDED, EventKind.NHS_NUMBER_REPLACED})


def tell(
    row: CohortRow,
    weighed: Weighed,
    existing: Existing | None,
    resolution: Resolution,
    known: Mapping[int, Child],
    applied: Applied,
    applying: Applying,
) -> None:
    """Log a decision with each child that it is about, and all that it did."""
    changes: dict[str, tuple[object, object]] = {"choice": ("", LABELS[resolution])}
    others = []
    for event in events([row], known, applied, applying):
        # A number that PDS has not confirmed was chosen, not found.
        chosen = event.kind in _NUMBER and not row.nhs_number_confirmed
        if event.kind in _PART_OF_IT or chosen:
            changes |= event.changes
        else:
            others.append(event)
    about = existing.child.pk if existing else applied.child_of[row.pk]
    decided = Event(
        kind=EventKind.CLOSE_MATCH_RESOLVED,
        at=applying.at,
        by_id=applying.by_id,
        team_id=applying.team_id,
        child_id=about,
        import_id=applying.import_id,
        row_number=row.row_number,
        changes=changes,
    )
    kept_apart = {"choice": ("", "Not the same child")}
    not_chosen = [
        replace(decided, child_id=one.child.pk, changes=kept_apart)
        for one in weighed.existing
        if one.child.pk != about
    ]
    audit.record_all([decided, *others, *not_chosen])


def tell_of_lost_number(child: Child, applying: Applying) -> None:
    """Flag and log that a child has lost its number to another."""
    teams = list(
        child.memberships.filter(archived_at=None).values_list("team", flat=True)
    ) or list(child.memberships.values_list("team", flat=True))
    schoolmoves.notify(
        [(child.pk, team_id) for team_id in teams],
        kind=NoticeKind.NHS_NUMBER_REMOVED,
        at=applying.at,
    )
    audit.record_all(
        Event(
            kind=EventKind.NHS_NUMBER_REMOVED,
            at=applying.at,
            by_id=applying.by_id,
            team_id=team_id,
            child_id=child.pk,
            changes={"nhs_number": (child.nhs_number, None)},
        )
        for team_id in teams
    )
