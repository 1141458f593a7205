"""The trail that everything leaves (spec section 15).

Events are only ever added: nothing here, or anywhere, changes or deletes one. Write
them in the transaction of what they tell about, so that neither is kept alone.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from mavis.models import ActivityEvent, EventKind
from mavis.sql import copy_into

# What a detail was before and what it is after, as a person would read them.
Changes = Mapping[str, tuple[object, object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened.

    - `by_id`: the user, or None when Mavis did it by itself or it is not known who did
    - `team_id`: the team in whose log it stands, or None for what is of no team
    - `user_id`: to whose account it happened, if somebody else did it
    """

    kind: EventKind
    at: datetime
    by_id: int | None
    team_id: int | None
    user_id: int | None = None
    child_id: int | None = None
    import_id: int | None = None
    row_number: int | None = None
    changes: Changes = field(default_factory=dict)


def record(event: Event) -> None:
    """Add one event to the log."""
    ActivityEvent.objects.create(
        kind=event.kind,
        at=event.at,
        by_id=event.by_id,
        team_id=event.team_id,
        user_id=event.user_id,
        child_id=event.child_id,
        cohort_import_id=event.import_id,
        row_number=event.row_number,
        changes=dict(event.changes),
    )


_COLUMNS = (
    "kind", "at", "by_id", "team_id", "user_id", "child_id", "cohort_import_id",
    "row_number", "changes",
)  # fmt: skip


def record_all(events: Iterable[Event]) -> None:
    """Add any number of events to the log, in their order, by one statement."""
    copy_into(
        ActivityEvent,
        _COLUMNS,
        (
            (
                event.kind,
                event.at,
                event.by_id,
                event.team_id,
                event.user_id,
                event.child_id,
                event.import_id,
                event.row_number,
                json.dumps(dict(event.changes)),
            )
            for event in events
        ),
    )
