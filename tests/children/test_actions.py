"""What is done to children's records, any number of them at a time."""

from datetime import date

import pytest
from django.db import transaction

from children import actions
from children.models import Child, Contact
from children.rules.contacts import ContactChange, Details
from tests.factories import ChildFactory, ContactFactory, another_nhs_number

pytestmark = pytest.mark.django_db

COLUMNS_THAT_CHANGE = {
    "first_name": "Zoë",
    "first_name_key": "zoe",
    "last_name": "Eze",
    "last_name_key": "eze",
    "preferred_first_name": "Zo",
    "preferred_last_name": "E",
    "date_of_birth": date(2013, 2, 28),
    "birth_academic_year": 2012,
    "birth_academic_year_given": True,
    "registration": "8T5",
    "registration_academic_year": 2026,
    "gender": "female",
    "address_line_1": "1 High Street",
    "address_line_2": "Flat 2",
    "town": "London",
    "postcode": "M1 1AE",
    "nhs_number": another_nhs_number(),
    "nhs_number_confirmed": True,
    "home_educated": True,
}


def test_every_detail_can_be_changed_for_many_children_at_once():
    first, second, other = (ChildFactory() for _ in range(3))
    untouched = Child.objects.values().get(pk=other.pk)

    actions.change_details(
        {first.pk: COLUMNS_THAT_CHANGE, second.pk: {"town": "Leeds"}}
    )

    after = Child.objects.values().get(pk=first.pk)
    assert {column: after[column] for column in COLUMNS_THAT_CHANGE} == (
        COLUMNS_THAT_CHANGE
    )
    second.refresh_from_db()
    assert (second.town, second.first_name) == ("Leeds", "Amara")
    assert Child.objects.values().get(pk=other.pk) == untouched


def test_contacts_are_added_and_updated_and_the_others_kept():
    child = ChildFactory()
    mother, uncle = ContactFactory(child=child), ContactFactory(child=child)
    father = Details(name="Obi Okafor", relationship="father", phone="+447700900124")

    actions.change_contacts(
        {
            child.pk: [
                ContactChange(None, father),
                ContactChange(mother.pk, Details(name="Ada", relationship="unknown")),
            ]
        }
    )

    known = {
        contact.id: contact.details
        for contact in actions.contacts_of([child.pk])[child.pk]
    }
    assert Contact.objects.count() == 3
    assert known[mother.pk] == Details(name="Ada", relationship="unknown")
    assert known[uncle.pk].name == uncle.name
    assert father in known.values()


def test_children_are_locked_in_the_order_of_their_ids(django_assert_num_queries):
    children = [ChildFactory() for _ in range(3)]

    with transaction.atomic(), django_assert_num_queries(1) as queries:
        locked = actions.lock({child.pk for child in reversed(children)})

    assert list(locked) == sorted(child.pk for child in children)
    assert 'ORDER BY "children_child"."id"' in queries[0]["sql"]
    assert "FOR NO KEY UPDATE" in queries[0]["sql"]
