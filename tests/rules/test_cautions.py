"""What a reviewer is warned of (spec section 8, Warnings)."""

from dataclasses import replace
from datetime import date

import pytest

from imports.rules.cautions import RowsSeen, SchoolFacts, cautions
from mavis.rules import academic_year

YEAR = 2026
BORN = date(2014, 3, 27)  # Year 8
SECONDARY = SchoolFacts(
    urn="123456",
    name="Hollybrook Academy",
    closed=False,
    special=False,
    low_age=11,
    high_age=16,
)
ROW = RowsSeen(
    row_numbers=[2],
    name="OKAFOR, Amara",
    date_of_birth=None,
    birth_academic_year=2013,
    known_birth_academic_year=None,
    school=SECONDARY,
    has_died=False,
    is_archived=False,
)


def in_year(group, **others):
    """Return the row with this year group given."""
    born = academic_year.birth_academic_year(group, YEAR)
    return replace(ROW, birth_academic_year=born, date_of_birth=BORN, **others)


def school(**facts):
    return replace(SECONDARY, **facts)


def codes(*rows, nursery=False):
    return [found.code for found in cautions(rows, year=YEAR, nursery=nursery)]


TAUGHT, UNUSUAL = "school_does_not_teach_year_group", "year_group_not_usual"
NOT_OF_BIRTH = "year_group_not_of_birth"
OF_ANOTHER_YEAR = "year_groups_of_another_year"


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        pytest.param(ROW, [], id="nothing to warn of"),
        pytest.param(replace(ROW, school=None), [], id="no school"),
        # --- Year groups ---
        pytest.param(in_year(8), [], id="the year group of the birth"),
        pytest.param(in_year(9), [OF_ANOTHER_YEAR, NOT_OF_BIRTH], id="a year above"),
        pytest.param(in_year(7), [OF_ANOTHER_YEAR, NOT_OF_BIRTH], id="a year below"),
        pytest.param(
            replace(ROW, known_birth_academic_year=2014), [], id="given once before"
        ),
        pytest.param(
            replace(ROW, known_birth_academic_year=2009),
            [UNUSUAL, TAUGHT],
            id="given once before, and no longer usual",
        ),
        pytest.param(
            replace(ROW, birth_academic_year=2009),
            [UNUSUAL, TAUGHT],
            id="too old by the date of birth",
        ),
        pytest.param(
            replace(
                ROW,
                known_birth_academic_year=2009,
                school=school(special=True, high_age=19),
            ),
            [],
            id="not too old for a special school",
        ),
        # --- Schools ---
        pytest.param(
            replace(ROW, school=school(high_age=11, low_age=4)),
            [TAUGHT],
            id="a primary school",
        ),
        pytest.param(
            replace(ROW, school=school(low_age=14)), [TAUGHT], id="ages from 14"
        ),
        pytest.param(
            replace(ROW, school=school(low_age=None)), [], id="lowest age unknown"
        ),
        pytest.param(
            replace(ROW, school=school(low_age=None, high_age=None)),
            [],
            id="ages unknown",
        ),
        pytest.param(
            replace(ROW, school=school(closed=True)), ["school_closed"], id="closed"
        ),
        # --- Children ---
        pytest.param(replace(ROW, has_died=True), ["child_has_died"], id="has died"),
        pytest.param(
            replace(ROW, is_archived=True), ["child_is_archived"], id="archived"
        ),
        pytest.param(
            replace(ROW, is_archived=True, has_died=True),
            ["child_has_died"],
            id="archived because of it",
        ),
    ],
)
def test_a_row_is_warned_of(row, expected):
    assert codes(row) == expected


@pytest.mark.parametrize(
    ("group", "low_age", "high_age", "teaches"),
    [
        (6, 11, 16, False),
        (7, 11, 16, True),
        (11, 11, 16, True),
        (12, 11, 16, False),
        (0, 4, 11, True),
        (6, 4, 11, True),
        (7, 4, 11, False),
        (-1, 3, 11, True),
        (-2, 3, 11, False),
        (-2, None, 11, True),
        (14, 11, None, True),
    ],
)
def test_which_year_groups_a_school_teaches(group, low_age, high_age, teaches):
    assert academic_year.teaches(group, low_age=low_age, high_age=high_age) is teaches


def test_nursery_children_are_usual_for_a_team_that_vaccinates_them():
    row = replace(ROW, birth_academic_year=2022, school=None)

    assert codes(row) == [UNUSUAL]
    assert codes(row, nursery=True) == []


# --- The year groups of a whole file ---------------------------------------------------


def hint(*rows):
    found = list(cautions(rows, year=YEAR, nursery=False))
    return next((one for one in found if one.code == OF_ANOTHER_YEAR), None)


@pytest.mark.parametrize(
    ("groups", "is_told"),
    [
        ([7, 7, 7], True),
        ([7, 7, 8], True),
        ([7, 8], False),  # exactly half
        ([7, 9, 8], False),  # off, but not by the same year
        ([7, 7, 9], True),
        ([8, 8, 8], False),
        ([], False),
    ],
)
def test_a_file_of_another_year_is_recognised_by_more_than_half(groups, is_told):
    assert (hint(*map(in_year, groups)) is not None) is is_told


def test_rows_without_a_year_group_do_not_count():
    assert hint(in_year(7), ROW, ROW, ROW) is not None


def test_each_of_several_rows_that_are_alike_counts():
    in_another_year = in_year(7, row_numbers=[2, 4, 5])

    assert hint(in_another_year, in_year(8, row_numbers=[3, 6])) is not None
    assert hint(in_another_year, in_year(8, row_numbers=[3, 6, 7])) is None


def test_rows_are_told_in_their_order_however_they_are_alike():
    moved = replace(ROW, row_numbers=[3, 7], school=school(closed=True, low_age=14))
    died = replace(ROW, row_numbers=[5], has_died=True)

    found = cautions([moved, died], year=YEAR, nursery=False)

    assert [(one.row_number, one.code) for one in found] == [
        (3, "school_closed"),
        (3, TAUGHT),
        (5, "child_has_died"),
        (7, "school_closed"),
        (7, TAUGHT),
    ]


@pytest.mark.parametrize(
    ("group", "looks_like"), [(7, "2025 to 2026"), (9, "2027 to 2028")]
)
def test_the_hint_names_both_years_and_comes_first(group, looks_like):
    first = next(cautions([in_year(group)], year=YEAR, nursery=False))

    assert first.message == (
        f"These look like the year groups of {looks_like}; "
        "this upload is for 2026 to 2027"
    )
    assert (first.row_number, first.column) == (None, "CHILD_YEAR_GROUP")
