"""What a row can turn out to be, and what can have become of it."""

from enum import StrEnum

from schoolmoves.rules.moving import Archived as Archived
from schoolmoves.rules.moving import Move as Move


class Outcome(StrEnum):
    """What a row would do, worked out in the match stage (spec section 7)."""

    NEW = "new"
    ALREADY_IN_MAVIS = "already_in_mavis"
    CLOSE_MATCH = "close_match"
    NOT_IMPORTED = "not_imported"


class NotImported(StrEnum):
    """Why a row is, or was, not imported."""

    AT_SCHOOL_OF_ANOTHER_TEAM = "at_school_of_another_team"
    ARCHIVED = "archived"
    IGNORED = "ignored"  # Ignore changes, in further review
    # The same move was ignored this academic year (spec section 11).
    MOVE_IGNORED_BEFORE = "move_ignored_before"
    # It was held with a move, and a person has ignored that.
    MOVE_IGNORED = "move_ignored"
    # It was held with a move, and that went without a decision: the child has died.
    MOVE_WITHDRAWN = "move_withdrawn"


class Result(StrEnum):
    """What became of a row on commit. The completed page counts these."""

    NEW = "new"
    UPDATED = "updated"
    UP_TO_DATE = "up_to_date"
    CLOSE_MATCH = "close_match"
    NOT_IMPORTED = "not_imported"
    HELD_WITH_MOVE = "held_with_move"
