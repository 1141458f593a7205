"""Why a child is proposed by similarity, in words."""

import pytest

from children.models import Child
from imports.models import CohortRow, RowCandidate
from imports.pages.resemblances import why


@pytest.mark.parametrize(
    ("row", "child", "reasons", "words"),
    [
        (
            ("Jon", "Okafor"),
            ("John", "Adeyemi"),
            ["first_name:slip", "date_of_birth:same", "postcode:same"],
            "Same date of birth and postcode; Jon is close to John",
        ),
        (
            ("Sam", "Smith-Jones"),
            ("Samuel", "Jones"),
            ["first_name:short_form", "last_name:part", "date_of_birth:same"],
            ("Same date of birth; Sam and Samuel are forms of one name; "
            "Jones is part of Smith-Jones"),
        ),
        (
            ("Ravi", "Patel"),
            ("Ravindra", "Patel"),
            ["first_name:beginning", "last_name:same", "postcode:slip",
             "date_of_birth:day_and_month_swapped"],
            ("Same last name; Ravi is the beginning of Ravindra; day and month of birth "
            "are swapped; the postcode differs by one character"),
        ),
        (
            ("Okafro", "John"),
            ("John", "Okafor"),
            ["first_name:slip", "last_name:same", "date_of_birth:slip",
             "postcode:same", "names_swapped"],
            ("Same postcode; first and last names seem to be swapped; Okafro is close to "
            "Okafor; the date of birth differs by one figure"),
        ),
        (("Jon", "Okafor"), ("John", "Okafor"), [], ""),
    ],
)  # fmt: skip
def test_why(row, child, reasons, words):
    uploaded = CohortRow(first_name=row[0], last_name=row[1])
    existing = Child(first_name=child[0], last_name=child[1])

    assert why(uploaded, RowCandidate(child=existing, reasons=reasons)) == words
