"""The same child twice in one file (spec section 4)."""

import time
from datetime import date

import pytest

from imports.rules.whole_file import SameChildren

AMARA = ("amara", "okafor", date(2014, 3, 27), "SW1A 1AA")
ONE, OTHER = "9990000018", "9990000026"


def problems_of(*numbers_of_amara: str) -> list[tuple[int, str, str]]:
    """Return row, code and which other rows are named, for rows about one child."""
    same = SameChildren()
    for row, number in enumerate(numbers_of_amara, start=2):
        same.add(row, nhs_number=number, child=AMARA)
    return [
        (problem.row_number, problem.code, problem.message.partition(" ha")[0])
        for problem in same.problems()
        if problem.row_number
    ]


@pytest.mark.parametrize(
    ("numbers", "problems"),
    [
        pytest.param([""], [], id="one row"),
        pytest.param(
            ["", ""],
            [(2, "same_child", "Row 3"), (3, "same_child", "Row 2")],
            id="two rows without numbers",
        ),
        pytest.param(
            [ONE, ""],
            [(2, "same_child", "Row 3"), (3, "same_child", "Row 2")],
            id="one of them with a number",
        ),
        pytest.param([ONE, OTHER], [], id="two numbers are two children"),
        pytest.param(
            [ONE, OTHER, ""],
            [
                (2, "same_child", "Row 4"),
                (3, "same_child", "Row 4"),
                (4, "same_child", "Rows 2 and 3"),
            ],
            id="a row without a number may be either",
        ),
        pytest.param(
            [ONE, ONE],
            [
                (2, "same_nhs_number", "Row 3"),
                (3, "same_nhs_number", "Row 2"),
                (2, "same_child", "Row 3"),
                (3, "same_child", "Row 2"),
            ],
            id="the same number too",
        ),
        pytest.param(
            ["", "", ""],
            [
                (2, "same_child", "Rows 3 and 4"),
                (3, "same_child", "Rows 2 and 4"),
                (4, "same_child", "Rows 2 and 3"),
            ],
            id="three rows",
        ),
    ],
)
def test_rows_about_one_child_name_each_other(numbers, problems):
    assert problems_of(*numbers) == problems


def test_a_row_whose_details_cannot_be_read_is_compared_by_its_number_only():
    same = SameChildren()
    same.add(2, nhs_number=ONE, child=None)
    same.add(3, nhs_number=ONE, child=AMARA)

    assert [problem.code for problem in same.problems()] == ["same_nhs_number"] * 2


def test_of_many_rows_some_are_named_and_the_others_counted():
    (_, _, named), *_ = problems_of(*[""] * 100)

    assert named == "Rows 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 and 89 more"


def test_a_file_of_one_child_takes_no_longer_for_each_row():
    started = time.perf_counter()
    assert len(problems_of(*[ONE, ""] * 10_000)) == 30_000
    # Naming all others in every row would take minutes.
    assert time.perf_counter() - started < 5
