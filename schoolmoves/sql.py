"""Changing many school moves by one statement each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from mavis.sql import copy_into
from schoolmoves.models import (
    Decision,
    MoveSource,
    MoveState,
    Notice,
    NoticeKind,
    SchoolMove,
    SchoolMoveLogEntry,
)
from schoolmoves.rules.moving import Place

SET_PLACES = """
UPDATE children_child c
SET school_id = p.school_id, home_educated = p.home_educated
FROM unnest(%(ids)s::bigint[], %(schools)s::bigint[], %(homes)s::boolean[])
  AS p(id, school_id, home_educated)
WHERE c.id = p.id
"""


def set_places(places: Mapping[int, Place]) -> None:
    """Put these children at these places."""
    with connection.cursor() as cursor:
        cursor.execute(
            SET_PLACES,
            {
                "ids": list(places),
                "schools": [place.school_id for place in places.values()],
                "homes": [place.home_educated for place in places.values()],
            },
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """A move as it is to be written. `id` is None for a new one."""

    id: int | None
    child_id: int
    place: Place
    from_team_id: int | None
    state: MoveState


_MOVE_COLUMNS = (
    "id", "child_id", "team_id", "school_id", "home_educated", "from_team_id",
    "academic_year", "source", "state", "updated_at",
)  # fmt: skip
NEXT_MOVE_IDS = """
SELECT nextval(pg_get_serial_sequence('schoolmoves_schoolmove', 'id'))
FROM generate_series(1, %(count)s)
"""


def open_moves(
    moves: Sequence[Proposed],
    *,
    team_id: int,
    academic_year: int,
    source: MoveSource,
    at: datetime,
) -> list[int]:
    """Add these moves to a team, and return their ids in the same order."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT_MOVE_IDS, {"count": len(moves)})
        ids = [move_id for (move_id,) in cursor.fetchall()]
    copy_into(
        SchoolMove,
        _MOVE_COLUMNS,
        (
            (
                move_id,
                move.child_id,
                team_id,
                move.place.school_id,
                move.place.home_educated,
                move.from_team_id,
                academic_year,
                source,
                move.state,
                at,
            )
            for move_id, move in zip(ids, moves, strict=True)
        ),
    )
    return ids


REWRITE_MOVES = """
UPDATE schoolmoves_schoolmove s
SET school_id = n.school_id, home_educated = n.home_educated,
    from_team_id = n.from_team_id, state = n.state,
    academic_year = %(academic_year)s, source = %(source)s, updated_at = %(at)s
FROM unnest(%(ids)s::bigint[], %(schools)s::bigint[], %(homes)s::boolean[],
            %(from_teams)s::bigint[], %(states)s::text[])
  AS n(id, school_id, home_educated, from_team_id, state)
WHERE s.id = n.id
"""


def rewrite_moves(
    moves: Sequence[Proposed], *, academic_year: int, source: MoveSource, at: datetime
) -> None:
    """Let these moves propose something else."""
    with connection.cursor() as cursor:
        cursor.execute(
            REWRITE_MOVES,
            {
                "ids": [move.id for move in moves],
                "schools": [move.place.school_id for move in moves],
                "homes": [move.place.home_educated for move in moves],
                "from_teams": [move.from_team_id for move in moves],
                "states": [str(move.state) for move in moves],
                "academic_year": academic_year,
                "source": source,
                "at": at,
            },
        )


CLEAR_MOVES = """
UPDATE schoolmoves_schoolmove s
SET state = 'cleared', decided_at = %(at)s, decided_by_id = %(by_id)s,
    updated_at = %(at)s
FROM children_child c
WHERE s.child_id = ANY(%(child_ids)s) AND s.state IN ('open', 'waiting')
  AND (%(team_id)s::bigint IS NULL OR s.team_id = %(team_id)s)
  AND c.id = s.child_id
RETURNING s.child_id, s.team_id, s.from_team_id, s.academic_year,
          c.school_id, c.home_educated, s.school_id, s.home_educated
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """One decision about one child's school, as it is to be logged."""

    child_id: int
    decision: Decision
    from_place: Place
    from_team_id: int | None
    to_place: Place
    to_team_id: int
    academic_year: int
    first_placement: bool = False


def clear_moves(
    child_ids: Iterable[int], *, team_id: int | None, at: datetime, by_id: int | None
) -> list[Logged]:
    """Clear what this team (None: any team) has open for these children.

    Returns what was cleared, for the log.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            CLEAR_MOVES,
            {
                "child_ids": list(child_ids),
                "team_id": team_id,
                "at": at,
                "by_id": by_id,
            },
        )
        return [
            Logged(
                child_id=child_id,
                decision=Decision.CLEARED,
                from_place=Place(from_school, from_home),
                from_team_id=from_team_id,
                to_place=Place(to_school, to_home),
                to_team_id=to_team_id,
                academic_year=academic_year,
            )
            for (
                child_id, to_team_id, from_team_id, academic_year,
                from_school, from_home, to_school, to_home,
            ) in sorted(cursor.fetchall(), key=lambda cleared: cleared[:2])
        ]  # fmt: skip


_LOG_COLUMNS = (
    "child_id", "decision", "first_placement", "from_school_id", "from_home_educated",
    "from_team_id", "to_school_id", "to_home_educated", "to_team_id", "academic_year",
    "at", "by_id",
)  # fmt: skip


def log(entries: Iterable[Logged], *, at: datetime, by_id: int | None) -> None:
    """Add these decisions to the log."""
    copy_into(
        SchoolMoveLogEntry,
        _LOG_COLUMNS,
        (
            (
                entry.child_id,
                entry.decision,
                entry.first_placement,
                entry.from_place.school_id,
                entry.from_place.home_educated,
                entry.from_team_id,
                entry.to_place.school_id,
                entry.to_place.home_educated,
                entry.to_team_id,
                entry.academic_year,
                at,
                by_id,
            )
            for entry in entries
        ),
    )


# The oldest that waits, once none is open before it.
OPEN_NEXT = """
UPDATE schoolmoves_schoolmove s
SET state = 'open'
WHERE s.id IN (
    SELECT DISTINCT ON (w.child_id) w.id
    FROM schoolmoves_schoolmove w
    WHERE w.child_id = ANY(%(child_ids)s) AND w.state = 'waiting'
      AND NOT EXISTS (
          SELECT FROM schoolmoves_schoolmove o
          WHERE o.child_id = w.child_id AND o.state = 'open'
      )
    ORDER BY w.child_id, w.updated_at, w.id
)
"""


def open_next(child_ids: Iterable[int]) -> None:
    """Let the next team decide that has asked for each of these children.

    Call it whenever an open move may have gone.
    """
    with connection.cursor() as cursor:
        cursor.execute(OPEN_NEXT, {"child_ids": list(child_ids)})


def give_notice(
    of_children: Iterable[tuple[int, int]],
    *,
    kind: NoticeKind,
    at: datetime,
    new_team_id: int | None = None,
) -> None:
    """Tell teams something about children: (child, team) of each notice."""
    copy_into(
        Notice,
        ("child_id", "team_id", "kind", "at", "new_team_id"),
        (
            (child_id, team_id, kind, at, new_team_id)
            for child_id, team_id in of_children
        ),
    )
