"""A child’s contacts: added, changed, removed by hand."""

import datetime

import pytest

from children.models import Contact
from tests.factories import (
    ChildFactory,
    ContactFactory,
    SchoolFactory,
    UserFactory,
)
from tests.pages.shown import Shown

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def a_day_in_november(settings):
    settings.MAVIS_TODAY = datetime.date(2026, 11, 24)


@pytest.fixture
def nurse(client):
    nurse = UserFactory()
    client.force_login(nurse)
    nurse.team = nurse.teams.get()
    return nurse


@pytest.fixture
def child(nurse):
    return ChildFactory(
        team=nurse.team,
        with_address=True,
        registration="8T5",
        school=SchoolFactory(team=nurse.team, name="Hill School"),
    )


NGOZI = {
    "name": "Ngozi Okafor",
    "relationship": "mother",
    "relationship_other": "",
    "phone": "07700 900123",
    "email": "ngozi@example.com",
}


def test_a_contact_is_added(client, nurse, child):
    page = Shown.at(client, f"/children/{child.pk}/contacts/add/")

    done = page.press("Save", **{**NGOZI, "email": "NGOZI@example.com"})

    assert done.banner == "Contact added"
    assert "Ngozi Okafor, Mum, 07700 900123, ngozi@example.com" in done.text
    assert Contact.objects.get().phone == "+447700900123"
    log = Shown.at(client, f"/children/{child.pk}/activity/")
    assert (
        "Contact: Ngozi Okafor, Mum, 07700 900123, ngozi@example.com added" in log.text
    )


def test_a_contact_is_changed(client, nurse, child):
    contact = ContactFactory(child=child)
    page = Shown.at(client, f"/children/{child.pk}/contacts/{contact.pk}/")

    done = page.press(
        "Save",
        **{**NGOZI, "relationship": "other", "relationship_other": "Aunt", "phone": ""},
    )

    assert done.banner == "Contact updated"
    assert "Ngozi Okafor, Aunt, ngozi@example.com" in done.text


def test_a_contact_is_removed_once_that_is_confirmed(client, nurse, child):
    contact = ContactFactory(child=child)
    page = Shown.at(client, f"/children/{child.pk}/edit/").follow("Remove contact 1")
    assert Contact.objects.exists()

    done = page.press("Remove contact")

    assert done.banner == "Contact removed"
    assert not Contact.objects.filter(pk=contact.pk).exists()
    log = Shown.at(client, f"/children/{child.pk}/activity/")
    assert "ngozi@example.com removed" in log.text


@pytest.mark.parametrize(
    ("entered", "error"),
    [
        (
            {"name": "", "phone": "", "email": ""},
            "Enter a name, a phone number or an email address",
        ),
        ({"relationship": ""}, "Select a relationship, or Unknown"),
        ({"relationship": "other"}, "Enter the relationship to the child"),
        ({"email": "ngozi"}, "Enter one email address like name@example.com"),
        (
            {"phone": "12"},
            (
                "Enter one phone number like 01632 960 001 or 07700 900 982, or an "
                "international one that begins with + and the country code"
            ),
        ),
    ],
)
def test_a_contact_that_cannot_be_stored_is_refused(
    client, nurse, child, entered, error
):
    page = Shown.at(client, f"/children/{child.pk}/contacts/add/")

    answer = page.press("Save", **{**NGOZI, **entered})

    assert answer.status == 422
    assert answer.errors == [error]
    assert not Contact.objects.exists()


def test_a_contact_that_was_changed_meanwhile_is_not_overwritten(client, nurse, child):
    contact = ContactFactory(child=child)
    page = Shown.at(client, f"/children/{child.pk}/contacts/{contact.pk}/")
    removing = Shown.at(client, f"/children/{child.pk}/contacts/{contact.pk}/remove/")
    Contact.objects.update(phone="+447700900456")

    answer = page.press("Save", **{**NGOZI, "name": "Someone"})
    removed = removing.press("Remove contact")

    assert answer.status == 409
    assert "Someone has changed this contact" in answer.text
    assert "Someone has changed or removed this contact" in removed.banner
    assert Contact.objects.get().phone == "+447700900456"


def test_a_contact_that_was_removed_meanwhile_is_told_of(client, nurse, child):
    contact = ContactFactory(child=child)
    page = Shown.at(client, f"/children/{child.pk}/contacts/{contact.pk}/")
    contact.delete()

    answer = page.press("Save", **NGOZI)

    assert "Someone has changed or removed this contact" in answer.banner
    assert not Contact.objects.exists()


def test_another_childs_contact_is_not_found(client, nurse, child):
    contact = ContactFactory(child=ChildFactory(team=nurse.team))

    address = f"/children/{child.pk}/contacts/{contact.pk}/"
    assert client.get(address).status_code == 404
    assert client.get(f"{address}remove/").status_code == 404
