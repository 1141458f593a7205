"""What SQL makes of rows without their being loaded is what the rules make of them."""

import random

import pytest

from children.actions import contacts_of
from children.rules.contacts import Details, merge
from imports.sql.committing import give_contacts
from tests.factories import ChildFactory, CohortImportFactory, CohortRowFactory

PARENT = ("name", "relationship", "relationship_other", "phone", "email")
RELATIONSHIPS = [
    ("", ""),
    ("unknown", ""),
    ("mother", ""),
    ("father", ""),
    ("other", "Step-mother"),
    ("other", "Aunt"),
]


def parent(chance):
    return (
        chance.choice(["", "", "Ada Obi", "ADA OBI", "Ngozi"]),
        *chance.choice(RELATIONSHIPS),
        chance.choice(["", "", "+447700900001", "+447700900002"]),
        chance.choice(["", "", "ada@example.com"]),
    )


@pytest.mark.django_db
def test_a_new_child_gets_the_contacts_that_the_rules_make_of_its_parents():
    chance = random.Random(1)
    cohort_import = CohortImportFactory(matching=True)
    expected, child_of = {}, {}
    for _ in range(300):
        first = parent(chance)
        second = first if chance.random() < 0.2 else parent(chance)
        both = {1: first, 2: second}
        row = CohortRowFactory(
            cohort_import=cohort_import,
            **{
                f"parent_{number}_{column}": value
                for number, values in both.items()
                for column, value in zip(PARENT, values, strict=True)
            },
        )
        child = ChildFactory(team=cohort_import.team)
        child_of[row.pk] = child.pk
        changes = merge([], [Details(*first), Details(*second)])
        expected[child.pk] = [change.details for change in changes]

    give_contacts(child_of)

    given = {
        child_id: [contact.details for contact in contacts]
        for child_id, contacts in contacts_of(list(expected)).items()
    }
    assert given == {child_id: of for child_id, of in expected.items() if of}
    assert {len(of) for of in expected.values()} == {0, 1, 2}
