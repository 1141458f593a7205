"""Which rows of a file a change of a child can make a difference to.

Rather a row too many than one too few: the rows found here are worked out again, and
the others are not looked at (imports.stages.concerned).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from itertools import product

from imports.rules.likeness import changed_about, swapped


@dataclass(frozen=True, slots=True)
class Keys:
    """What a row, or a child, is found by (imports.sql.matching and similarity).

    `numbers` are NHS numbers: of a row the one to use, and the file's too.
    """

    first_name_key: str
    last_name_key: str
    date_of_birth: date | None
    postcode: str
    numbers: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class ChangedChildren:
    """The keys of children who have changed, as they were and as they are."""

    born_and_named: set[tuple[date, str]] = field(default_factory=set)
    # Postcodes with each detail that is enough beside one like it.
    postcodes: dict[str, set[str | date | None]] = field(default_factory=dict)
    numbers: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, children: Iterable[Keys]) -> "ChangedChildren":
        """Gather the keys of some children."""
        changed = cls()
        changed.add(children)
        return changed

    def add(self, children: Iterable[Keys]) -> None:
        """Add the keys of more children, or further keys of some."""
        for child in children:
            if child.date_of_birth:
                self.born_and_named.add((child.date_of_birth, child.first_name_key))
                self.born_and_named.add((child.date_of_birth, child.last_name_key))
            if child.postcode:
                self.postcodes.setdefault(child.postcode, set()).update(_details(child))
            self.numbers.update(number for number in child.numbers if number)

    def may_concern(self, row: Keys) -> bool:
        """Test if the row may be compared with one of these children.

        Every pair that is compared shares a date of birth (or one with day and month
        swapped) and a name (or one that is the other's other name), or the postcode (or
        one with two neighbours changed about, and a name or the date of birth), or an
        NHS number.
        """
        names = row.first_name_key, row.last_name_key
        return (
            row.postcode in self.postcodes
            or not self.numbers.isdisjoint(row.numbers)
            or not self.born_and_named.isdisjoint(
                product(_births(row.date_of_birth), names)
            )
            or any(
                not self.postcodes[postcode].isdisjoint(_details(row))
                for postcode in changed_about(row.postcode)
                if postcode in self.postcodes
            )
        )


def _details(of: Keys) -> tuple[str | date | None, ...]:
    return of.first_name_key, of.last_name_key, of.date_of_birth


def _births(born: date | None) -> list[date]:
    if born is None:
        return []
    other = swapped(born)
    return [born, other] if other else [born]
