"""What two records come to when three details do not agree."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imports.rules.likeness import (
    Likeness,
    births,
    changed_about,
    names,
    postcodes,
    swapped,
)
from imports.rules.matching import NOBODY, Match, Strength
from imports.rules.similarity import (
    Person,
    SimilarPair,
    compare,
    decide,
    most_points,
    points_needed,
    shares_enough,
)
from mavis.rules.names import fold

BORN = date(2014, 3, 7)
PLACES = 100_000


def person(first="John", last="Okafor", born=BORN, postcode="SW1A 1AA"):
    return Person(first, last, fold(first), fold(last), born, postcode)


def pair(row, child=None, *, child_id=1, is_someone_else=False):
    return SimilarPair(5, 6, child_id, row, child or person(), is_someone_else)


@pytest.mark.parametrize(
    ("one", "other", "likeness"),
    [
        ("Zoë", "ZOE", Likeness.SAME),
        ("Sam", "Samuel", Likeness.SHORT_FORM),
        ("Bill", "Will", Likeness.SHORT_FORM),
        ("Samuel", "Samantha", Likeness.DIFFERENT),
        ("Anne", "Anne-Marie", Likeness.PART),
        ("Jones-Smith", "Smith Jones", Likeness.PART),
        ("Al Amin", "Al Bakr", Likeness.DIFFERENT),
        ("Al", "Alba", Likeness.DIFFERENT),
        ("Ravi", "Ravindra", Likeness.BEGINNING),
        ("Jon", "John", Likeness.SLIP),
        ("Jhon", "John", Likeness.SLIP),
        ("Okafro", "Okafor", Likeness.SLIP),
        ("Elizabet", "Elisabeth", Likeness.CLOSE),
        ("Amara", "Chidi", Likeness.DIFFERENT),
        ("", "Amara", Likeness.UNKNOWN),
        ("", "", Likeness.UNKNOWN),
    ],
)
def test_names(one, other, likeness):
    assert names(one, fold(one), other, fold(other)) is likeness
    assert names(other, fold(other), one, fold(one)) is likeness


@pytest.mark.parametrize(
    ("one", "other", "likeness"),
    [
        (date(2014, 3, 7), date(2014, 3, 7), Likeness.SAME),
        (date(2014, 3, 7), date(2014, 7, 3), Likeness.DAY_AND_MONTH_SWAPPED),
        (date(2014, 3, 27), date(2014, 3, 28), Likeness.SLIP),
        (date(2014, 3, 12), date(2014, 3, 21), Likeness.SLIP),
        (date(2014, 3, 27), date(2013, 4, 27), Likeness.DIFFERENT),
        (date(2014, 3, 27), None, Likeness.UNKNOWN),
    ],
)
def test_births(one, other, likeness):
    assert births(one, other) is births(other, one) is likeness


@pytest.mark.parametrize(
    ("one", "other", "likeness"),
    [
        ("SW1A 1AA", "SW1A 1AA", Likeness.SAME),
        ("SW1A 1AB", "SW1A 1AA", Likeness.SLIP),
        ("SW1A 1AB", "SW1A 1BA", Likeness.SLIP),
        ("M1 1AE", "SW1A 1AA", Likeness.DIFFERENT),
        ("", "SW1A 1AA", Likeness.UNKNOWN),
        ("", "", Likeness.UNKNOWN),
    ],
)
def test_postcodes(one, other, likeness):
    assert postcodes(one, other) is postcodes(other, one) is likeness


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(person("Jon", "Okafro"), id="two slips"),
        pytest.param(person("Okafor", "John"), id="names swapped"),
        pytest.param(person("Okafro", "John"), id="names swapped, and a slip"),
        pytest.param(
            person("Jon", born=date(2014, 7, 3)), id="a slip; day and month swapped"
        ),
        pytest.param(
            person("Johnny", "Okafor-Smith"), id="a short form and half a double name"
        ),
        pytest.param(person("Jon", postcode="M1 1AE"), id="a slip, and moved house"),
        pytest.param(person("Jon", postcode=""), id="a slip, and no known postcode"),
    ],
)
def test_a_child_is_proposed_in_spite_of(row):
    match = decide([pair(row)], pool_size=PLACES)

    assert match.child_ids == (1,)
    assert match.is_doubtful
    assert match.strength is Strength.SIMILAR
    assert match.reasons_for(1)


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(
            person("Joan", born=date(2016, 9, 27)), id="a sister with a name alike"
        ),
        pytest.param(
            person("Amara", born=date(2015, 3, 7)), id="a sister of another year"
        ),
        pytest.param(person("Amara", "Adeyemi"), id="a neighbour of the same day"),
        pytest.param(
            person(born=date(2016, 9, 27), postcode="M1 1AE"), id="a namesake"
        ),
        pytest.param(
            person("Amara", postcode="M1 1AE"), id="a last name and a day in common"
        ),
        pytest.param(
            person("Amara", postcode=""), id="the same, with no known postcode"
        ),
    ],
)
def test_a_child_is_not_proposed_for(row):
    assert decide([pair(row)], pool_size=PLACES) is NOBODY


def test_never_where_pds_knows_the_two_by_different_numbers():
    row = person("Jon", "Okafro")

    assert decide([pair(row, is_someone_else=True)], pool_size=1) is NOBODY
    assert decide([pair(row)], pool_size=1) is not NOBODY


def test_every_child_that_is_about_as_likely_is_proposed_and_no_other():
    row = person("Jon", "Okafro")
    pairs = [
        pair(row, child_id=3),
        pair(row, person("Joan"), child_id=1),
        pair(row, person("John", postcode="M1 1AE"), child_id=2),
    ]

    match = decide(pairs, pool_size=PLACES)

    assert match.child_ids == (1, 3)
    assert match.strength is Strength.NONE
    assert all(match.reasons_for(child_id) for child_id in (1, 3))
    assert match.reasons_for(2) == ()


def test_among_more_children_more_must_speak_for_one():
    row = person("Amara", "Okafro")  # as likely a twin with a slip
    points = compare(row, person()).points

    assert points_needed(1) == points_needed(1_000) < points_needed(1_000_000)
    assert decide([pair(row)], pool_size=1).child_ids == (1,)
    assert points < points_needed(2 ** (points - 1))
    assert decide([pair(row)], pool_size=2 ** (points - 1)) is NOBODY


def test_what_speaks_for_a_child_is_kept_and_what_does_not_is_not():
    row = person("Okafro", "John", postcode="M1 1AE")

    assert compare(row, person()).reasons() == (
        "first_name:slip",
        "last_name:same",
        "date_of_birth:same",
        "names_swapped",
    )
    assert decide([], pool_size=1) == Match()


def test_day_and_month_are_swapped_only_where_that_is_another_date():
    assert swapped(date(2014, 3, 7)) == date(2014, 7, 3)
    assert swapped(date(2014, 3, 3)) is None
    assert swapped(date(2014, 3, 13)) is None


def test_neighbours_of_a_postcode_are_changed_about_but_for_its_space():
    assert changed_about("M1 1AE") == ("1M 1AE", "M1 A1E", "M1 1EA")
    assert changed_about("") == ()


PEOPLE = st.builds(
    person,
    st.sampled_from(["John", "Jon", "Okafor", "Anne-Marie", "Anne", "Chidi"]),
    st.sampled_from(["Okafor", "Okafro", "John", "Smith-Jones", "Jones"]),
    st.sampled_from([BORN, date(2014, 7, 3), date(2014, 3, 8), None]),
    st.sampled_from(["SW1A 1AA", "SW1A 1AB", "M1 1AE", ""]),
)


@given(PEOPLE, PEOPLE)
def test_it_does_not_matter_which_of_the_two_is_the_row(one, other):
    found = compare(one, other)
    if not found.names_swapped:  # a first name is not worth what a last name is
        assert found.points == compare(other, one).points
    assert shares_enough(one, other) == shares_enough(other, one)


@given(PEOPLE, PEOPLE)
def test_names_are_never_worth_more_than_what_is_reckoned_with(one, other):
    assert compare(one, other).points <= most_points(one, other)


@given(PEOPLE)
def test_nobody_is_more_like_a_person_than_that_person(one):
    found = compare(one, one)

    assert not found.names_swapped
    assert all(found.points >= compare(one, other).points for other in [person()])
