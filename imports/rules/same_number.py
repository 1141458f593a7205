"""What is said about rows for which PDS confirmed one and the same NHS number."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from imports.rules.problems import Problem
from pds.rules.outcomes import UploadedNumber

CODE = "same_nhs_number"
# A row names no more of the others than anybody would read.
_MOST_NAMED = 20

_HERE = {
    UploadedNumber.NONE: "PDS added the NHS number {number} to this row.",
    UploadedNumber.REPLACED: ("PDS replaced the NHS number of this row with {number}."),
    UploadedNumber.VERIFIED: "PDS confirmed the NHS number {number} of this row.",
}
_THERE = {
    UploadedNumber.NONE: "row {row} (added by PDS)",
    UploadedNumber.REPLACED: "row {row} (replaced by PDS)",
    UploadedNumber.VERIFIED: "row {row} (given in the file)",
}


@dataclass(frozen=True, slots=True)
class SameNumber:
    """A row whose number PDS has confirmed for another row too."""

    row_number: int
    nhs_number: str
    nhs_number_uploaded: str  # what the file says, blank if nothing
    uploaded_number: UploadedNumber


def problems(rows: Sequence[SameNumber]) -> list[Problem]:
    """Return what is wrong with each row: how it got its number, and who else did."""
    sharing: defaultdict[str, list[SameNumber]] = defaultdict(list)
    for row in rows:
        sharing[row.nhs_number].append(row)
    return [
        Problem(
            row_number=row.row_number,
            column="CHILD_NHS_NUMBER",
            code=CODE,
            message=_message(row, sharing[row.nhs_number]),
            value=row.nhs_number_uploaded,
        )
        for row in rows
    ]


def _message(row: SameNumber, sharing: Iterable[SameNumber]) -> str:
    number = f"{row.nhs_number[:3]} {row.nhs_number[3:6]} {row.nhs_number[6:]}"
    others = [other for other in sharing if other is not row]
    named = [
        _THERE[other.uploaded_number].format(row=other.row_number)
        for other in others[:_MOST_NAMED]
    ]
    if unnamed := others[_MOST_NAMED:]:
        named.append(f"{len(unnamed)} more rows")
    return (
        f"{_HERE[row.uploaded_number].format(number=number)} "
        f"It is also the number of {_list(named)}. "
        "If they are the same child, keep one row. If not, check the details of each."
    )


def _list(words: Sequence[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
