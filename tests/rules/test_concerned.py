"""A change of a child concerns every row that could be compared with it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imports.rules.concerned import ChangedChildren, Keys
from imports.rules.similarity import Person, shares_enough

BORN = date(2014, 3, 7)

names = st.sampled_from(["ada", "bo", "ada bo", ""])
births = st.sampled_from([BORN, date(2014, 7, 3), date(2014, 3, 27)])
postcodes = st.sampled_from(["M1 1AE", "M1 1EA", "1M 1AE", "SW1A 1AA", ""])
numbers = st.sampled_from([None, "9990000018", "9990000026"])
people = st.builds(
    Keys, names, names, births, postcodes, st.lists(numbers, max_size=2).map(tuple)
)


def person(keys):
    return Person(
        keys.first_name_key,
        keys.last_name_key,
        keys.first_name_key,
        keys.last_name_key,
        keys.date_of_birth,
        keys.postcode,
    )


def agree(row, child):
    """Test if three of four details agree: what the exact rules look for."""
    return (
        (row.first_name_key == child.first_name_key)
        + (row.last_name_key == child.last_name_key)
        + (row.date_of_birth == child.date_of_birth)
        + (row.postcode == child.postcode != "")
    ) >= 3


@given(row=people, child=people, other=people)
def test_no_pair_that_is_compared_is_left_out(row, child, other):
    compared = (
        shares_enough(person(row), person(child))
        or agree(row, child)
        or bool({*row.numbers} & {*child.numbers} - {None})
    )

    changed = ChangedChildren.of([other, child])

    assert changed.may_concern(row) or not compared


@pytest.mark.parametrize(
    "row",
    [
        Keys("ada", "okafor", date(2015, 3, 7), "M1 1AE", ()),
        Keys("bo", "obi", BORN, "M1 1AE", ()),
        # The postcode with two neighbours changed about is not enough.
        Keys("bo", "obi", date(2015, 3, 7), "WS1A 1AA", ()),
        Keys("ada", "okafor", None, "", (None, None)),
        Keys("ada", "okafor", date(2015, 3, 7), "", ("9990000026",)),
    ],
)
def test_a_stranger_is_not_concerned(row):
    child = Keys("ada", "okafor", BORN, "SW1A 1AA", ("9990000018", None))

    assert not ChangedChildren.of([child]).may_concern(row)


def test_without_changes_nobody_is_concerned():
    row = Keys("ada", "okafor", BORN, "SW1A 1AA", ("9990000018", None))

    assert not ChangedChildren.of([]).may_concern(row)
