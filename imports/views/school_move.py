"""One school move, and the decision of the team that receives the child."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from imports.forms import DecideMove
from imports.pages.school_move import DecidedMove, Move
from imports.queries import moves
from imports.stages import settle
from mavis import clock
from mavis.access import AuthenticatedRequest, record_opening, team_required
from schoolmoves import queries
from schoolmoves.deciding import MoveChanged
from schoolmoves.models import MoveState, SchoolMove

CHANGED = (
    "Nothing was changed by this. Someone has decided this school move already, or it "
    "has changed since you opened the page. This is how it stands now."
)


@require_http_methods(["GET", "HEAD", "POST"])
@team_required
def show(request: AuthenticatedRequest, move_id: int) -> HttpResponse:
    """Show a move, and carry out what a person decides about it."""
    move = queries.move_for(request.team, move_id)
    if request.method != "POST":
        return show_move(request, move)
    form = DecideMove(request.POST)
    if move.state == MoveState.OPEN and not form.is_valid():
        return show_move(request, move, form)
    confirms = form.data.get("decision") == DecideMove.CONFIRM
    decide = settle.confirm if confirms else settle.ignore
    try:
        decided = decide(
            move_id=move_id,
            team=request.team,
            seen=form.data.get("seen", ""),
            by=request.user,
            at=clock.now(),
        )
    except MoveChanged:
        now = queries.move_for(request.team, move_id)
        return show_move(request, now, notice=CHANGED)
    messages.success(request, told(decided))
    return redirect("schoolmoves:list")


def told(move: SchoolMove) -> str:
    """Return what to say when a move has been decided."""
    name = f"{move.child.first_name} {move.child.last_name}"
    if move.state == MoveState.CONFIRMED:
        return f"{name}’s school record updated"
    return f"{name}’s school move ignored"


def show_move(
    request: AuthenticatedRequest,
    move: SchoolMove,
    form: DecideMove | None = None,
    *,
    notice: str = "",
) -> HttpResponse:
    """Show a move as it now stands: open, or decided."""
    status = 409 if notice else 422 if form and form.errors else 200
    record_opening(
        child_id=move.child_id, by=request.user, team=request.team, at=clock.now()
    )
    if move.state != MoveState.OPEN:
        context = {"page": DecidedMove.of(move), "notice": notice}
        return render(request, "schoolmoves/decided.jinja", context, status=status)
    page = Move.of(
        move,
        team=request.team,
        row=moves.latest_row_of(move),
        held=moves.held_rows_of(move),
    )
    form = form or DecideMove()
    context = {"page": page, "form": form, "notice": notice}
    return render(request, "schoolmoves/move.jinja", context, status=status)
