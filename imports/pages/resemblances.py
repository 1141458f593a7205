"""Why a child is proposed although three details do not agree, in words."""

from collections.abc import Iterator

from imports.models import CohortRow, RowCandidate
from imports.pages import words
from imports.rules.likeness import Likeness
from imports.rules.similarity import NAMES_SWAPPED

DETAILS = ("first_name", "last_name", "date_of_birth", "postcode")


def why(row: CohortRow, candidate: RowCandidate) -> str:
    """Return why a row may be about a child whom only similarity has found.

    "Same date of birth and postcode; Jon is close to John". Nothing for a child whom
    the exact rules have found. It shows no date and no postcode, but names of the
    child's record: it is not for a team that may not open that.
    """
    return words.sentence_case("; ".join(_reasons(row, candidate)))


def _reasons(row: CohortRow, candidate: RowCandidate) -> Iterator[str]:
    crossed = NAMES_SWAPPED in candidate.reasons
    found = {
        detail: Likeness(likeness)
        for detail, separator, likeness in (
            reason.partition(":") for reason in candidate.reasons
        )
        if separator
    }
    # Swapped names that are the same are said below, and by what they are.
    same = [
        words.field(detail)
        for detail in DETAILS
        if found.get(detail) is Likeness.SAME
        and not (crossed and detail in ("first_name", "last_name"))
    ]
    if same:
        yield f"same {words.listed(same)}"
    if crossed:
        yield "first and last names seem to be swapped"
    child = candidate.child
    names = [child.first_name, child.last_name]
    if crossed:
        names.reverse()
    for detail, given, known in zip(
        DETAILS, (row.first_name, row.last_name), names, strict=False
    ):
        if detail in found:
            yield from _name(given, known, found[detail])
    if found.get("date_of_birth") is Likeness.DAY_AND_MONTH_SWAPPED:
        yield "day and month of birth are swapped"
    if found.get("date_of_birth") is Likeness.SLIP:
        yield "the date of birth differs by one figure"
    if found.get("postcode") is Likeness.SLIP:
        yield "the postcode differs by one character"


def _name(given: str, known: str, likeness: Likeness) -> Iterator[str]:
    short, long = sorted((given, known), key=len)
    if likeness is Likeness.SHORT_FORM:
        yield f"{given} and {known} are forms of one name"
    elif likeness is Likeness.PART:
        yield f"{short} is part of {long}"
    elif likeness is Likeness.BEGINNING:
        yield f"{short} is the beginning of {long}"
    elif likeness in (Likeness.SLIP, Likeness.CLOSE):
        yield f"{given} is close to {known}"
