"""Every address under a child's own: who gets in, and who cannot tell it exists."""

import pytest
from django.urls import reverse

from mavis.models import AccessEvent
from tests.factories import (
    ChildFactory,
    CohortMembershipFactory,
    ContactFactory,
    TeamFactory,
    UserFactory,
    another_nhs_number,
)
from tests.pages.shown import Shown

pytestmark = pytest.mark.django_db

PARTS = ("name", "date-of-birth", "gender", "address", "year-group", "nhs-number")
# Name of the address, with what it takes beside the child.
ADDRESSES = [
    ("children:show", {}),
    ("children:activity", {}),
    ("children:pds_history", {}),
    ("children:edit", {}),
    *(("children:edit_part", {"part": part}) for part in PARTS),
    ("children:add_contact", {}),
    ("children:edit_contact", {"contact_id": ...}),
    ("children:remove_contact", {"contact_id": ...}),
    ("placing:school", {}),
    ("placing:archive", {}),
    ("placing:restore", {}),
    ("merging:merge", {"into_id": ...}),
]
every_address = pytest.mark.parametrize(
    ("name", "others"), ADDRESSES, ids=lambda value: str(value)
)
POST_ONLY = {"placing:restore"}


def address_of(child, name, others):
    known = {
        "contact_id": ContactFactory(child=child).pk,
        "into_id": ChildFactory(
            team=child.memberships.first().team, nhs_number=another_nhs_number()
        ).pk,
    }
    others = {key: known.get(key, value) for key, value in others.items()}
    return reverse(name, kwargs={"child_id": child.pk, **others})


def methods(name):
    return ("post",) if name in POST_ONLY else ("get", "post")


@every_address
def test_its_own_team_gets_in(client, name, others):
    nurse = UserFactory()
    client.force_login(nurse)
    address = address_of(ChildFactory(team=nurse.teams.get()), name, others)

    assert getattr(client, methods(name)[0])(address).status_code in (200, 302)


@every_address
def test_another_teams_child_is_not_found(client, name, others):
    client.force_login(UserFactory())
    address = address_of(ChildFactory(team=TeamFactory()), name, others)

    for method in methods(name):
        # What a page that does not change anything answers to POST says nothing.
        assert getattr(client, method)(address).status_code in (404, 405)
    assert client.get(address).status_code == (405 if name in POST_ONLY else 404)
    assert not AccessEvent.objects.exists()


@pytest.mark.parametrize(
    ("name", "others"), ADDRESSES[1:], ids=lambda value: str(value)
)
def test_a_child_that_moved_away_is_found_nowhere_but_on_its_own_page(
    client, name, others
):
    nurse = UserFactory()
    client.force_login(nurse)
    child = ChildFactory(team=nurse.teams.get(), moved_away=True)
    CohortMembershipFactory(child=child, team=TeamFactory())
    address = address_of(child, name, others)

    for method in methods(name):
        assert getattr(client, method)(address).status_code in (404, 405)


@every_address
def test_nobody_gets_in_signed_out(client, name, others):
    address = address_of(ChildFactory(), name, others)

    for method in methods(name):
        answer = Shown(client, getattr(client, method)(address, follow=True))
        assert answer.status == 405 or answer.title == "Log in"


@every_address
def test_nobody_gets_in_without_a_team(client, name, others):
    address = address_of(ChildFactory(), name, others)
    client.force_login(UserFactory(team=None))

    for method in methods(name):
        assert getattr(client, method)(address).status_code in (403, 405)


def test_nobody_searches_signed_out_or_without_a_team(client):
    assert Shown.at(client, "/children/").title == "Log in"
    client.force_login(UserFactory(team=None))
    assert Shown.at(client, "/children/").status == 403
