"""Rows, children, and which row is which child."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Person:
    """The four details. What is not known is blank, or None."""

    first_name: str
    last_name: str
    date_of_birth: date | None
    postcode: str


@dataclass(frozen=True, slots=True)
class Labelled:
    """Rows and children by numbers of their own, and the truth about them.

    - `child_of`: the child that a row is, for each row that is one.
    """

    name: str
    rows: Mapping[int, Person]
    children: Mapping[int, Person]
    child_of: Mapping[int, int]
