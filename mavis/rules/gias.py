"""The national register of schools (GIAS), as its establishment file has them."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO

# In cohort files these mean school unknown and home-educated.
NOT_SCHOOLS = {"888888", "999999"}


class Unreadable(Exception):
    """The file is not what GIAS gives out. Says where and why, in a sentence."""


@dataclass(frozen=True, slots=True)
class Establishment:
    urn: str
    name: str
    type: str
    phase: str
    closed: bool
    low_age: int | None
    high_age: int | None
    street: str
    town: str
    postcode: str


HEADERS = (
    "URN",
    "EstablishmentName",
    "TypeOfEstablishment (name)",
    "PhaseOfEducation (name)",
    "EstablishmentStatus (name)",
    "StatutoryLowAge",
    "StatutoryHighAge",
    "Street",
    "Town",
    "Postcode",
)


def decode(content: bytes) -> str:
    """Return the text of a file that is Windows-1252, or has been saved as UTF-8."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def read(text: str) -> Iterator[Establishment]:
    """Read every establishment, open and closed, in the order of the file.

    :raises Unreadable: at the first line that cannot be one
    """
    lines = csv.DictReader(StringIO(text, newline=""), restval="")
    missing = [header for header in HEADERS if header not in (lines.fieldnames or ())]
    if missing:
        raise Unreadable(f"The file has no column {missing[0]}.")
    seen: dict[str, int] = {}
    for row_number, cells in enumerate(lines, start=2):
        establishment = _read_line(row_number, cells)
        before = seen.setdefault(establishment.urn, row_number)
        if before != row_number:
            raise Unreadable(
                f"Rows {before} and {row_number} have the same URN {establishment.urn}."
            )
        yield establishment


def _read_line(row_number: int, cells: dict[str, str]) -> Establishment:
    urn, name, type_, phase, status, low, high, street, town, postcode = (
        cells[header].strip() for header in HEADERS
    )
    if not re.fullmatch(r"[0-9]{6}", urn) or urn in NOT_SCHOOLS:
        raise Unreadable(f"Row {row_number}: “{urn}” is not the URN of a school.")
    if not name:
        raise Unreadable(f"Row {row_number}: the school has no name.")
    return Establishment(
        urn=urn,
        name=name,
        type=type_,
        phase=phase,
        # “Open, but proposed to close” is open.
        closed=status == "Closed",
        low_age=_read_age(row_number, low),
        high_age=_read_age(row_number, high),
        street=street,
        town=town,
        postcode=postcode,
    )


def _read_age(row_number: int, text: str) -> int | None:
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,2}", text):
        raise Unreadable(f"Row {row_number}: “{text}” is not an age in years.")
    return int(text)
