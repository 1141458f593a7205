"""When a row proposes a change of school, and who decides it (spec section 11)."""

from dataclasses import dataclass, replace
from enum import StrEnum


class Move(StrEnum):
    """Whether a row would also change the child's school."""

    NONE = "none"
    AT_ONCE = "at_once"
    FOR_PERSON = "for_person"


class Archived(StrEnum):
    """What becomes of an archived child that no team has, when a file names it."""

    RESTORED = "restored"
    KEPT = "kept"  # archived, as it is
    STAYS = "stays"  # archived, since the child has died: nobody can choose


class Bar(StrEnum):
    """Why a row that is certainly about a child is not imported."""

    AT_SCHOOL_OF_ANOTHER_TEAM = "at_school_of_another_team"
    ARCHIVED = "archived"
    MOVE_IGNORED_BEFORE = "move_ignored_before"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a child is taught: at a school, at home, or (neither) it is not known."""

    school_id: int | None = None
    home_educated: bool = False

    @property
    def is_known(self) -> bool:
        return self.school_id is not None or self.home_educated


@dataclass(frozen=True, slots=True)
class ProposedMove:
    """A move that is open, or that waits behind another receiving team's."""

    team_id: int
    place: Place
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """How an existing child stands when a file names it.

    `team_id` is the team that has the child, None when it is archived everywhere.
    `ignored` are the places that the uploading team has refused for this child in
    this academic year, and that no file since has contradicted.
    `archive_reason` is that of the uploading team, else the latest of another's.
    """

    place: Place
    team_id: int | None
    deceased: bool = False
    moves: tuple[ProposedMove, ...] = ()
    ignored: tuple[Place, ...] = ()
    archive_reason: str = ""


# A child who should never have been there is not brought back by default.
IMPORTED_IN_ERROR = "imported_in_error"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What becomes of the school in a row.

    `bar` is why the row is not imported at all; only a certain match has one.
    `waits` says that the move stands behind that of another receiving team.
    `archived` is what becomes of an archived child that no team has; None for any
    other, and when a person has yet to say whether it is that child.
    """

    move: Move
    bar: Bar | None = None
    waits: bool = False
    archived: Archived | None = None


def propose(
    *,
    team_id: int,
    place: Place,
    standing: Standing | None,
    certain: bool,
    deceased: bool = False,
    choice: Archived | None = None,
) -> Proposal:
    """Decide what a row's school means for the child it is about.

    :param team_id: the uploading (receiving) team
    :param place: where the file says the child is taught
    :param standing: how the child stands; None for a new child
    :param certain: PDS confirmed the number that both have, or no field differs
    :param deceased: PDS says so about the row
    :param choice: what a reviewer has said about an archived child, if anything
    """
    if deceased or (standing is not None and standing.deceased):
        return _of_deceased(team_id, standing, certain)
    if standing is None:
        return Proposal(Move.AT_ONCE)
    waits = any(move.team_id != team_id and not move.waits for move in standing.moves)
    if standing.team_id is None and certain:
        archived = choice or _by_default(standing)
        if archived is Archived.KEPT:
            return Proposal(Move.NONE, Bar.ARCHIVED, archived=archived)
        as_ours = _within_the_team(team_id, place, standing, waits=waits)
        return replace(as_ours, archived=archived)
    with_another_team = standing.team_id not in (None, team_id)
    if with_another_team and certain and not place.is_known and standing.place.is_known:
        return Proposal(Move.NONE, Bar.AT_SCHOOL_OF_ANOTHER_TEAM)
    if with_another_team and place in standing.ignored:
        return Proposal(Move.NONE, Bar.MOVE_IGNORED_BEFORE if certain else None)
    if with_another_team:
        return Proposal(Move.FOR_PERSON, waits=waits)
    return _within_the_team(team_id, place, standing, waits=waits)


def _by_default(standing: Standing) -> Archived:
    in_error = standing.archive_reason == IMPORTED_IN_ERROR
    return Archived.KEPT if in_error else Archived.RESTORED


def _of_deceased(team_id: int, standing: Standing | None, certain: bool) -> Proposal:
    """Return what becomes of the row of a child who has died: never a move."""
    if standing is None or standing.team_id == team_id or not certain:
        return Proposal(Move.NONE)
    if standing.team_id is None:
        return Proposal(Move.NONE, Bar.ARCHIVED, archived=Archived.STAYS)
    # Nothing of the row may be applied to another team's child, and without a
    # move there is nothing to hold the row with.
    return Proposal(Move.NONE, Bar.AT_SCHOOL_OF_ANOTHER_TEAM)


def _within_the_team(
    team_id: int, place: Place, standing: Standing, *, waits: bool
) -> Proposal:
    """Decide about a child of the uploading team, or one that would be restored."""
    ours = any(move.team_id == team_id for move in standing.moves)
    if place == standing.place:
        changes_nothing = standing.team_id == team_id and not ours
        return Proposal(Move.NONE if changes_nothing else Move.AT_ONCE)
    if place in standing.ignored:
        return Proposal(Move.NONE)
    if waits:
        return Proposal(Move.FOR_PERSON, waits=True)
    return Proposal(Move.FOR_PERSON if standing.place.is_known else Move.AT_ONCE)
