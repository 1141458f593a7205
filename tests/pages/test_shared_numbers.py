"""PDS has one number for two children: Issues, the page, and both choices."""

import pytest
from django.urls import reverse

from children.models import Child, NumberFlag
from imports.models import SharedNumber
from mavis.models import AccessEvent, ActivityEvent
from tests.factories import (
    NOW,
    ChildFactory,
    SharedNumberFactory,
    TeamFactory,
    UserFactory,
    another_nhs_number,
)
from tests.pages.shown import Shown

pytestmark = pytest.mark.django_db

ISSUES = reverse("imports:issues")


@pytest.fixture
def nurse(client):
    nurse = UserFactory()
    client.force_login(nurse)
    nurse.team = nurse.teams.get()
    return nurse


@pytest.fixture
def shared(nurse):
    return SharedNumberFactory(
        child__team=nurse.team, child__last_name="Okafor", child__postcode="M1 1AE"
    )


def address(shared):
    return reverse("imports:resolve_shared_number", args=[shared.pk])


def choose(client, shared, choice, **more):
    seen = Shown.at(client, address(shared)).document
    fields = {
        each.attributes["name"]: each.attributes["value"]
        for each in seen.all("input")
        if each.attributes.get("name") == "seen"
    }
    return client.post(
        address(shared), {**fields, "choice": choice, **more}, follow=True
    )


def test_it_stands_among_the_issues_with_its_source(client, shared):
    page = Shown.at(client, ISSUES)

    (line,) = page.table("NHS numbers that PDS has replaced")
    assert line["Child"] == "OKAFOR, Amara"
    assert line["Source"] == "PDS"
    assert "Issues (1)" in page.links
    assert "Imports (1)" in page.links


@pytest.mark.parametrize(
    "change",
    [
        lambda shared: Child.objects.filter(pk=shared.other_child_id).update(
            nhs_number=another_nhs_number()
        ),
        lambda shared: Child.objects.filter(pk=shared.child_id).update(
            nhs_number=another_nhs_number()
        ),
        lambda shared: shared.child.memberships.update(
            archived_at=NOW, archive_reason="other"
        ),
    ],
    ids=["the other has another number", "the child has", "the child is archived"],
)
def test_what_has_settled_itself_is_an_issue_no_more(client, shared, change):
    change(shared)

    assert "Issues" in Shown.at(client, ISSUES).links
    assert client.get(address(shared)).status_code == 404


def test_both_records_are_shown_side_by_side_and_who_looked_is_noted(client, shared):
    page = Shown.at(client, address(shared))

    assert page.title.startswith("Review NHS number")
    (postcode,) = [
        line for line in page.table("Both records") if "Postcode" in line["Detail"]
    ]
    assert "Different" in postcode["Detail"]
    assert postcode["Record whose number was replaced"] == "M1 1AE"
    assert postcode["Record that has the new number"] == "SW1A 1AA"
    assert "Merge records" in page.text
    assert "Keep both records" in page.text
    assert set(AccessEvent.objects.values_list("child", flat=True)) == {
        shared.child_id,
        shared.other_child_id,
    }


def test_merged_records_are_one(client, nurse, shared):
    answer = choose(client, shared, "merged")

    assert Shown(client, answer).banner == "Record updated"
    child = Child.objects.get(pk=shared.child_id)
    assert (child.merged_into_id, child.nhs_number) == (shared.other_child_id, None)
    kept = Child.objects.get(pk=shared.other_child_id)
    assert kept.nhs_number == shared.nhs_number
    shared.refresh_from_db()
    assert (shared.resolution, shared.resolved_by) == ("merged", nurse)
    assert "Issues" in Shown.at(client, ISSUES).links


def test_records_that_are_kept_leave_one_without_a_number_and_flagged(
    client, nurse, shared
):
    number = shared.child.nhs_number

    answer = choose(client, shared, "kept_both")

    assert Shown(client, answer).banner == "Record updated"
    child = Child.objects.get(pk=shared.child_id)
    assert (child.nhs_number, child.nhs_number_confirmed) == (None, False)
    assert child.flag_of_number == NumberFlag.REMOVED.label
    page = Shown.at(client, reverse("children:show", args=[child.pk]))
    assert "removed, as PDS has it for another child" in page.details["NHS number"]
    event = ActivityEvent.objects.get(child=child)
    assert (event.kind, event.by, event.changes) == (
        "kept_apart",
        nurse,
        {"nhs_number": [number, None]},
    )
    assert Child.objects.get(pk=shared.other_child_id).nhs_number == shared.nhs_number
    shared.refresh_from_db()
    assert shared.resolution == "kept_both"


def test_nothing_chosen_is_an_error(client, shared):
    page = Shown(client, client.post(address(shared), {}))

    assert page.status == 422
    assert "Select what to do with the records" in page.errors
    assert SharedNumber.objects.filter(resolved_at=None).exists()


def test_of_another_teams_child_only_the_name_and_the_team_are_shown(client, nurse):
    theirs = ChildFactory(
        nhs_number=another_nhs_number(),
        first_name="Zuri",
        postcode="LS1 4AP",
        team=TeamFactory(name="Elsewhere SAIS"),
    )
    shared = SharedNumberFactory(child__team=nurse.team, other_child=theirs)

    page = Shown.at(client, address(shared))

    assert "OKAFOR, Zuri, who is with Elsewhere SAIS" in page.text
    assert "LS1 4AP" not in page.text
    assert "Merge records" not in page.text
    refused = client.post(address(shared), {"choice": "merged"})
    assert refused.status_code == 422
    choose(client, shared, "kept_both")
    assert Child.objects.get(pk=shared.child_id).nhs_number is None
    theirs.refresh_from_db()
    assert theirs.nhs_number == shared.nhs_number


def test_a_record_that_changed_meanwhile_is_shown_again(client, shared):
    page = Shown.at(client, address(shared))
    (seen,) = [
        each.attributes["value"]
        for each in page.document.all("input")
        if each.attributes.get("name") == "seen"
    ]
    Child.objects.filter(pk=shared.child_id).update(postcode="M2 2AE")

    answer = client.post(address(shared), {"choice": "merged", "seen": seen})

    assert answer.status_code == 409
    assert "has changed since you opened this page" in Shown(client, answer).text
    assert Child.objects.get(pk=shared.child_id).merged_into is None


def test_the_second_of_two_nurses_finds_it_settled(client, shared):
    seen = Shown.at(client, address(shared))
    assert seen.status == 200
    choose(client, shared, "kept_both")

    answer = client.post(address(shared), {"choice": "kept_both"})

    assert answer.status_code == 404
    assert ActivityEvent.objects.filter(kind="kept_apart").count() == 1


def test_a_restricted_childs_address_is_hidden(client, nurse):
    shared = SharedNumberFactory(
        child__team=nurse.team, child__restricted=True, child__postcode="M1 1AE"
    )

    assert "M1 1AE" not in Shown.at(client, address(shared)).text
