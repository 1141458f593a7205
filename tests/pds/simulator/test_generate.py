"""Invented people from a seed."""

from collections import Counter

import pytest

from pds.simulator.generate import FIRST_BIRTHDAY, LAST_BIRTHDAY, generate
from pds.simulator.people import is_nhs_number
from pds.simulator.search import Population


@pytest.fixture(scope="module")
def people():
    return generate(5000, seed=1)


def test_the_same_seed_makes_the_same_people(people):
    assert generate(5000, seed=1) == people
    assert generate(5000, seed=2) != people
    assert generate(100, seed=1) == people[:100]


def test_there_are_as_many_as_were_asked_for_each_with_a_number_of_its_own(people):
    numbers = {person.nhs_number for person in people}

    assert len(numbers) == 5000
    assert all(is_nhs_number(n) and n.startswith("999") for n in numbers)


def test_they_are_of_school_age_for_years_to_come(people):
    births = sorted(person.date_of_birth for person in people)

    assert str(FIRST_BIRTHDAY) <= births[0] < births[-1] <= str(LAST_BIRTHDAY)


def test_every_state_of_a_record_that_matters_to_an_import_occurs(people):
    assert any(person.restricted for person in people)
    assert any(person.superseded_by for person in people)
    assert any(person.death for person in people)
    assert any(name.use == "old" for person in people for name in person.names)
    assert any(address.use == "old" for p in people for address in p.addresses)


def test_there_are_twins(people):
    homes = Counter(
        (person.date_of_birth, person.names[0].family, person.addresses[0])
        for person in people
        if not person.superseded_by
    )

    assert 20 < sum(1 for count in homes.values() if count > 1) < 400


def test_a_population_takes_them(people):
    assert len(Population(people)) == 5000
