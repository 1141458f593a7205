"""The page of one school move: where the child would go, and both records.

Of a child that is not the team's, only its name, the team that has it, the move and
the names of the fields that differ are shown (spec section 7).
"""

from dataclasses import dataclass

from django.urls import reverse

from children import queries as children_queries
from children.models import Child
from children.pages.words import show_school
from imports.models import CloseMatch, CohortRow
from imports.pages import comparison
from imports.pages.comparison import Detail
from imports.stages import weigh
from mavis.models import Team
from mavis.pages import count_of, show_datetime, show_name
from schoolmoves.deciding import version_of
from schoolmoves.models import MoveSource, MoveState, SchoolMove
from schoolmoves.pages import show_destination


@dataclass(frozen=True, slots=True)
class Move:
    """An open move, as the receiving team may see it.

    - `summary`: (label, value) of the move itself
    - `child_href`: of the record; blank where the team may not open it
    - `moves_in`: the team that has the child, if it is another one
    - `details`: the uploaded row beside the record; empty when no file proposes it
    - `upload`, `upload_href`: which row of which file proposed it last
    - `held`: how many uploaded records wait for the decision, in words
    - `seen`: what the page shows, for the decision to be compared with
    """

    name: str
    summary: tuple[tuple[str, str], ...]
    child_href: str
    moves_in: str
    details: tuple[Detail, ...]
    upload: str
    upload_href: str
    held: str
    seen: str

    @classmethod
    def of(
        cls, move: SchoolMove, *, team: Team, row: CohortRow | None, held: int
    ) -> "Move":
        child = move.child
        team_with = children_queries.team_with(child)
        elsewhere = team_with if team_with and team_with != team else None
        is_ours = children_queries.children_of(team).filter(pk=child.pk).exists()
        return cls(
            name=show_name(child.first_name, child.last_name),
            summary=_summary(move, child, elsewhere, is_ours=is_ours),
            child_href=reverse("children:show", args=[child.pk]) if is_ours else "",
            moves_in=elsewhere.name if elsewhere else "",
            details=_details(row, child, team) if row else (),
            upload=_upload(row) if row else "",
            upload_href=(
                reverse("imports:show", args=[row.cohort_import_id]) if row else ""
            ),
            held=count_of(held, "uploaded record") if held else "",
            seen=version_of(move, child, team_with),
        )


@dataclass(frozen=True, slots=True)
class DecidedMove:
    """A move that is not to be decided any more, and nothing of its child."""

    what: str

    @classmethod
    def of(cls, move: SchoolMove) -> "DecidedMove":
        by = f" by {move.decided_by.name}" if move.decided_by else ""
        what = MoveState(move.state).label.lower()
        return cls(f"It was {what}{by} on {show_datetime(move.decided_at)}.")


def _summary(
    move: SchoolMove, child: Child, elsewhere: Team | None, *, is_ours: bool
) -> tuple[tuple[str, str], ...]:
    if elsewhere:
        from_place = elsewhere.name
    else:
        from_place = show_school(child) if is_ours else "No team has this child now"
    return (
        ("Child", show_name(child.first_name, child.last_name)),
        ("Source", MoveSource(move.source).label),
        ("From", from_place),
        ("To", show_destination(move)),
        ("Updated", show_datetime(move.updated_at)),
    )


def _details(row: CohortRow, child: Child, team: Team) -> tuple[Detail, ...]:
    # Not stored: it only says whose row is set beside which child.
    match = CloseMatch(row=row, team_id=team.pk)
    weighed = weigh.set_beside(match, {child.pk})
    return comparison.details(weighed, weighed.about(child.pk))


def _upload(row: CohortRow) -> str:
    cohort_import = row.cohort_import
    return f"{cohort_import.file.name}, row {row.row_number}"
