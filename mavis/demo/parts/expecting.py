"""Short words for what most parts expect."""

from imports.rules.outcomes import Move, Outcome
from mavis.demo.cast import Expected
from pds.rules.outcomes import TraceOutcome, UploadedNumber

AT_ONCE, FOR_PERSON = Move.AT_ONCE, Move.FOR_PERSON
FOUND, NOT_FOUND, CONFLICT = (
    TraceOutcome.FOUND,
    TraceOutcome.NOT_FOUND,
    TraceOutcome.CONFLICT,
)
VERIFIED, REPLACED = UploadedNumber.VERIFIED, UploadedNumber.REPLACED


def new(
    uploaded_number: UploadedNumber = UploadedNumber.NONE,
    traced: TraceOutcome = FOUND,
    move: Move = AT_ONCE,
) -> Expected:
    """Return what is expected of a child whom Mavis does not have."""
    return Expected(
        outcome=Outcome.NEW, move=move, traced=traced, uploaded_number=uploaded_number
    )
