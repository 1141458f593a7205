"""What is tried to find out why PDS knows too few children of a file."""

from datetime import date
from itertools import pairwise

import pytest

from imports.rules.diagnosis import (
    ROWS_TRIED,
    Finding,
    Mistake,
    likely_first,
    sample,
    undone,
)
from pds.rules.sought import Sought


def child(first="Amara", last="Okafor", born=date(2014, 3, 7), postcode="SW1A 1AA"):
    return Sought(first, last, born, postcode, nhs_number="9990000018")


def tried(row_number, file):
    return dict(undone(row_number, file))


def test_each_mistake_is_undone_for_itself():
    file = {
        2: child("Leo", "Bello", date(2013, 5, 20), "M1 1AE"),
        3: child(),
        4: child("Ada", "Marsh", date(2012, 1, 31), "LS1 4AP"),
    }

    found = {
        mistake: (each.first_name, each.last_name, each.date_of_birth, each.postcode)
        for mistake, each in tried(3, file).items()
    }

    assert found == {
        Mistake.NAMES_SWAPPED: ("Okafor", "Amara", date(2014, 3, 7), "SW1A 1AA"),
        Mistake.DAY_AND_MONTH_SWAPPED: (
            "Amara", "Okafor", date(2014, 7, 3), "SW1A 1AA"
        ),
        Mistake.NAMES_TOO_HIGH: ("Leo", "Bello", date(2014, 3, 7), "SW1A 1AA"),
        Mistake.NAMES_TOO_LOW: ("Ada", "Marsh", date(2014, 3, 7), "SW1A 1AA"),
    }  # fmt: skip
    assert all(each.nhs_number is None for each in tried(3, file).values())


@pytest.mark.parametrize(
    ("row", "left_out"),
    [
        (child(born=date(2014, 3, 13)), Mistake.DAY_AND_MONTH_SWAPPED),
        (child(born=date(2014, 3, 3)), Mistake.DAY_AND_MONTH_SWAPPED),
        (child("Amara", "amara"), Mistake.NAMES_SWAPPED),
    ],
)
def test_what_would_be_the_same_or_no_date_is_not_tried(row, left_out):
    assert left_out not in tried(2, {2: row})


def test_the_first_and_the_last_row_have_one_neighbour():
    others = {2: child(), 3: child("Leo", "Bello")}

    assert Mistake.NAMES_TOO_HIGH not in tried(2, others)
    assert Mistake.NAMES_TOO_LOW not in tried(3, others)


def test_a_twin_in_the_next_row_is_no_mistake():
    twins = {2: child("Amara"), 3: child("Zuri")}

    # PDS knows Zuri with that date of birth and postcode because her row is right.
    assert Mistake.NAMES_TOO_LOW not in tried(2, twins)
    assert Mistake.NAMES_TOO_HIGH not in tried(3, twins)


@pytest.mark.parametrize("rows", [0, 1, ROWS_TRIED, ROWS_TRIED + 1, 7_000])
def test_a_sample_is_bounded_and_spread_over_the_file(rows):
    numbers = list(range(2, rows + 2))

    chosen = sample(numbers)

    assert len(chosen) == min(rows, ROWS_TRIED)
    assert chosen == sorted(set(chosen))
    if rows > ROWS_TRIED:
        gaps = [later - earlier for earlier, later in pairwise(chosen)]
        assert max(gaps) - min(gaps) <= 1
        assert numbers[-1] - chosen[-1] <= max(gaps)


@pytest.mark.parametrize(
    ("tried", "matched", "is_likely"),
    [(20, 10, True), (20, 9, False), (1, 1, True), (0, 0, False)],
)
def test_half_of_what_was_tried_makes_a_cause_likely(tried, matched, is_likely):
    finding = Finding(Mistake.NAMES_SWAPPED, tried, matched, 20)

    assert finding.is_likely is is_likely


def test_what_explains_most_comes_first():
    findings = [
        Finding(mistake, 20, matched, 20)
        for mistake, matched in zip(Mistake, (2, 18, 0, 5), strict=True)
    ]

    assert [each.matched for each in likely_first(findings)] == [18, 5, 2, 0]
