"""The page on which one record is merged into another."""

import pytest

from children.models import Child
from mavis.models import AccessEvent
from tests.factories import ChildFactory, ContactFactory, SchoolFactory, UserFactory
from tests.pages.shown import Shown

pytestmark = pytest.mark.django_db


@pytest.fixture
def nurse(client):
    nurse = UserFactory()
    client.force_login(nurse)
    nurse.team = nurse.teams.get()
    return nurse


@pytest.fixture
def kept(nurse):
    return ChildFactory(team=nurse.team, traced=True, with_address=True)


@pytest.fixture
def double(nurse):
    return ChildFactory(
        team=nurse.team,
        last_name="Okafor-Lee",
        school=SchoolFactory(team=nurse.team, name="Hill School"),
    )


def merging(client, double, kept):
    return Shown.at(client, f"/children/{double.pk}/merge/{kept.pk}/")


def test_both_records_are_shown_and_what_differs_is_said_in_words(
    client, nurse, kept, double
):
    ContactFactory(child=double)

    page = merging(client, double, kept)

    rows = {
        row["Detail"]: (
            row["This record, which will be hidden"],
            row["Record that will remain"],
        )
        for row in page.table("Both records")
    }
    assert rows["Name Different"] == ("OKAFOR-LEE, Amara", "OKAFOR, Amara")
    assert rows["Date of birth"] == ("27 March 2014", "27 March 2014")
    assert rows["School Different"] == ("Hill School", "Not known")
    assert rows["Contacts Different"] == (
        "Ngozi Okafor, Mum, 07700 900123, ngozi@example.com",
        "Not provided",
    )
    assert {event.child_id for event in AccessEvent.objects.all()} == {
        kept.pk,
        double.pk,
    }


def test_after_a_merge_the_remaining_record_is_shown_and_the_old_address_leads_there(
    client, nurse, kept, double
):
    page = merging(client, double, kept).press("Merge records")

    assert page.banner == "Records merged"
    assert page.title == "OKAFOR, Amara"
    assert page.details["School"] == "Hill School"
    old = client.get(f"/children/{double.pk}/")
    assert old.url == f"/children/{kept.pk}/"
    log = page.follow("Activity log")
    assert "Records merged" in log.headings
    assert "OKAFOR-LEE, Amara, born 27 March 2014 added" in log.text


def test_records_that_changed_meanwhile_are_shown_again(client, nurse, kept, double):
    page = merging(client, double, kept)
    Child.objects.filter(pk=double.pk).update(postcode="LS1 4AP")

    answer = page.press("Merge records")

    assert answer.status == 409
    assert "Someone has changed one of these records" in answer.text
    assert "LS1 4AP" in answer.text
    assert not Child.objects.filter(merged_into__isnull=False).exists()


def test_two_numbers_that_pds_has_confirmed_are_warned_of(client, nurse, kept):
    double = ChildFactory(team=nurse.team, traced=True)

    assert "PDS says these are two children" in merging(client, double, kept).text


def test_of_a_restricted_child_nothing_hidden_is_shown(client, nurse, double):
    kept = ChildFactory(
        team=nurse.team, traced=True, is_restricted=True, with_address=True
    )
    ContactFactory(child=kept, name="Secret Parent")
    Child.objects.filter(pk=kept.pk).update(postcode="LS1 4AP")

    page = merging(client, double, kept)

    for hidden in ("High Street", "LS1", "Secret"):
        assert hidden not in page.text


@pytest.mark.parametrize("what", ["another team's", "without a number", "itself"])
def test_what_cannot_be_merged_into_is_not_found(client, nurse, double, what):
    into = {
        "another team's": lambda: ChildFactory(traced=True),
        "without a number": lambda: ChildFactory(team=nurse.team),
        "itself": lambda: double,
    }[what]()

    address = f"/children/{double.pk}/merge/{into.pk}/"
    assert client.get(address).status_code == 404
    assert client.post(address).status_code == 404
    assert not Child.objects.filter(merged_into__isnull=False).exists()


def test_after_a_merge_the_hidden_record_is_found_by_no_search(
    client, nurse, kept, double
):
    merging(client, double, kept).press("Merge records")

    page = Shown.at(client, "/children/").press("Search", q="Amara")

    assert [row["Name"] for row in page.table()] == ["OKAFOR, Amara"]
