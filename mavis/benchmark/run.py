"""One run: the same file through Mavis, through the peer, and to the floor."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from children.models import Child
from mavis.benchmark import database, floor, importing
from mavis.benchmark.database import Base
from mavis.benchmark.importing import Seconds
from mavis.benchmark.people import Kind, Row

# By what the children of two imports are compared.
_COMPARED = (
    "first_name", "last_name", "preferred_first_name", "date_of_birth", "gender",
    "postcode", "nhs_number", "registration", "address_line_1", "town",
)  # fmt: skip
Compared = set[tuple[object, ...]]


class OtherChildren(Exception):
    """The peer has not made the same children of the file as Mavis."""


@dataclass(frozen=True, slots=True)
class Run:
    """Seconds of one run. `likeness_alone`: rows that only likeness keeps from new."""

    ours: Seconds
    floor: float
    peer: float | None
    likeness_alone: int


def run(base: Base, rows: Sequence[Row], *, with_peer: bool) -> Run:
    """Import one file three times, each into a fresh copy of the same database.

    :raises OtherChildren: what Mavis and the peer have made of it is not the same
    """
    with database.copy(base):
        before = floor.marks()
        _, ours = importing.import_rows(rows)
        added = floor.added(before)
        our_children = _children()
    with database.copy(base):
        least = floor.put(added)
    if not with_peer:
        return Run(ours, least, None, 0)
    # Not everybody has installed what it needs.
    from mavis.benchmark import peer

    with database.copy(base):
        theirs = peer.import_rows(rows)
        extra = _compare(our_children, _children(), rows)
    return Run(ours, least, theirs, extra)


def _children() -> Compared:
    return set(Child.objects.values_list(*_COMPARED))


def _compare(ours: Compared, theirs: Compared, rows: Sequence[Row]) -> int:
    """Return how many children the peer made of rows that resemble one in Mavis."""
    slips = set(_names(rows))
    extra = theirs - ours
    if ours - theirs or not all(child[:2] in slips for child in extra):
        raise OtherChildren(
            f"{len(ours - theirs)} children are in Mavis alone, and {len(extra)} with "
            "the peer alone."
        )
    return len(extra)


def _names(rows: Sequence[Row]) -> Iterator[tuple[str, str]]:
    for row in rows:
        if row.kind is Kind.SLIP:
            yield row.pupil.first_name, row.pupil.last_name
