"""The statuses of an import, and which may follow which."""

from collections.abc import Mapping
from enum import StrEnum


class TransitionNotAllowed(Exception):
    """The lifecycle has no such transition."""


class Status(StrEnum):
    UPLOADED = "uploaded"
    TRACING = "tracing"
    MATCHING = "matching"
    INVALID = "invalid"
    FAILED = "failed"
    IN_REVIEW = "in_review"
    COMMITTING = "committing"
    IN_FURTHER_REVIEW = "in_further_review"
    COMPLETED = "completed"
    PARTIALLY_COMPLETED = "partially_completed"
    CANCELLED = "cancelled"


class FailureReason(StrEnum):
    LOW_MATCH_RATE = "low_match_rate"
    SAME_NHS_NUMBER = "same_nhs_number"
    FAULT = "fault"


# Every status has a line here; an empty set says the import is over.
TRANSITIONS: Mapping[Status, frozenset[Status]] = {
    Status.UPLOADED: frozenset(
        {Status.TRACING, Status.INVALID, Status.FAILED, Status.CANCELLED}
    ),
    Status.TRACING: frozenset({Status.MATCHING, Status.FAILED, Status.CANCELLED}),
    Status.MATCHING: frozenset({Status.IN_REVIEW, Status.FAILED, Status.CANCELLED}),
    Status.INVALID: frozenset(),
    Status.FAILED: frozenset(),
    Status.IN_REVIEW: frozenset({Status.COMMITTING, Status.CANCELLED}),
    Status.COMMITTING: frozenset({Status.COMPLETED, Status.IN_FURTHER_REVIEW}),
    Status.IN_FURTHER_REVIEW: frozenset(
        {Status.COMMITTING, Status.PARTIALLY_COMPLETED, Status.CANCELLED}
    ),
    Status.COMPLETED: frozenset(),
    Status.PARTIALLY_COMPLETED: frozenset(),
    Status.CANCELLED: frozenset(),
}

# A worker takes these on by itself; the others wait for a person or are over.
WORKING = frozenset(
    {Status.UPLOADED, Status.TRACING, Status.MATCHING, Status.COMMITTING}
)
# What the user sees as Processing, and may cancel.
PROCESSING = WORKING - {Status.COMMITTING}
# The Completed imports tab; every other status is on Incomplete uploads.
COMPLETED_TAB = frozenset({Status.COMPLETED, Status.PARTIALLY_COMPLETED})


def check_transition(current: Status, to: Status) -> None:
    """Raise TransitionNotAllowed unless an import may go from one to the other."""
    if to not in TRANSITIONS[current]:
        raise TransitionNotAllowed(f"{current} -> {to}")


def mermaid() -> str:
    """Return the table drawn as a Mermaid state diagram, one line a transition."""
    lines = ["stateDiagram-v2", f"    [*] --> {Status.UPLOADED}"]
    for was, may_become in TRANSITIONS.items():
        lines += [
            f"    {was} --> {became}" for became in Status if became in may_become
        ]
    lines += [f"    {was} --> [*]" for was, after in TRANSITIONS.items() if not after]
    return "\n".join(lines)
