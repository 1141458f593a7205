"""Whoever sees a child's details leaves a trace, whichever page showed them."""

from datetime import date

import pytest
from django.urls import reverse

from imports.models import RowCandidate
from imports.rules.resolutions import Resolution
from mavis.models import AccessEvent
from mavis.rules.permissions import ADDRESSES
from schoolmoves.models import MoveState
from tests.factories import (
    NOW,
    ChildFactory,
    CloseMatchFactory,
    ContactFactory,
    ImportFileFactory,
    SchoolMoveFactory,
    SchoolMoveLogEntryFactory,
    SharedNumberFactory,
    TeamFactory,
    UserFactory,
    another_nhs_number,
)
from tests.pages.every_page import every_page

pytestmark = pytest.mark.django_db

# Each address that shows the record of a child, and what it names.
SHOWS_A_CHILD = {
    "children:show": ("child_id",),
    "children:activity": ("child_id",),
    "children:pds_history": ("child_id",),
    "children:edit": ("child_id",),
    "children:edit_part": ("child_id", "part"),
    "children:add_contact": ("child_id",),
    "children:edit_contact": ("child_id", "contact_id"),
    "children:remove_contact": ("child_id", "contact_id"),
    "placing:school": ("child_id",),
    "placing:archive": ("child_id",),
    "merging:merge": ("child_id", "into_id"),
    "imports:resolve": ("close_match_id",),
    "imports:resolve_shared_number": ("shared_number_id",),
    "school_move:show": ("move_id",),
}
SOMEONE_ELSE = {
    "first_name": "Wilhelmina",
    "last_name": "Brixton",
    "date_of_birth": date(2015, 5, 1),
    "postcode": "LS1 4AP",
}
# A file of children; it is sent for.
TAKES_CHILDREN_AWAY = {"schoolmoves:download"}
# Names in lists, by which records are opened; the team's own uploads; no child at all.
# What opens or downloads the log of all this stands in the log itself.
SHOWS_NO_RECORD = {
    "dashboard",
    "audit_log:show",
    "audit_log:download",
    "children:search",
    "imports:completed",
    "imports:issues",
    "imports:list",
    "imports:pds_status",
    "imports:progress",
    "imports:rows_to_mend",
    "imports:section",
    "imports:show",
    "imports:template",
    "imports:unmatched_rows",
    "imports:upload",
    "imports:upload_children",
    "schoolmoves:list",
}


def test_every_address_that_can_be_looked_at_has_its_place_here():
    looked_at = {name for name, methods in ADDRESSES.items() if "GET" in methods}

    assert looked_at == {*SHOWS_A_CHILD, *TAKES_CHILDREN_AWAY, *SHOWS_NO_RECORD}


@pytest.fixture
def user(client):
    user = UserFactory()
    client.force_login(user)
    return user


@pytest.fixture
def team(user):
    return user.teams.get()


@pytest.fixture
def records(team):
    """What there is to name in an address, and whose records are then on the page."""
    child = ChildFactory(team=team, nhs_number=another_nhs_number())
    twin = ChildFactory(team=team)
    into = ChildFactory(team=team, nhs_number=another_nhs_number(), **SOMEONE_ELSE)
    contact = ContactFactory(child=child)
    match = a_close_match(team, child, twin)
    move = SchoolMoveFactory(team=team, child=child)
    shared = SharedNumberFactory(
        child__team=team,
        **{f"child__{name}": value for name, value in SOMEONE_ELSE.items()},
        other_child=ChildFactory(
            team=team, nhs_number=another_nhs_number(), **SOMEONE_ELSE
        ),
    )
    named = {
        "child_id": child.pk,
        "into_id": into.pk,
        "contact_id": contact.pk,
        "part": "name",
        "close_match_id": match.pk,
        "move_id": move.pk,
        "shared_number_id": shared.pk,
    }
    shown = {name: {child.pk} for name in SHOWS_A_CHILD}
    shown["merging:merge"] = {child.pk, into.pk}
    shown["imports:resolve"] = {child.pk, twin.pk}
    shown["imports:resolve_shared_number"] = {shared.child_id, shared.other_child_id}
    return {
        name: (
            reverse(name, kwargs={word: named[word] for word in words}),
            shown[name],
        )
        for name, words in SHOWS_A_CHILD.items()
    }


def a_close_match(team, *children, **columns):
    match = CloseMatchFactory(
        row__cohort_import__team=team, row__postcode="M1 1AE", **columns
    )
    ImportFileFactory(cohort_import=match.row.cohort_import)
    for child in children:
        RowCandidate.objects.create(
            row=match.row, child=child, differences=["postcode"]
        )
    return match


def openings(user):
    noted = AccessEvent.objects.filter(by=user, team=user.teams.get())
    return set(noted.values_list("child", flat=True))


@pytest.mark.parametrize("name", SHOWS_A_CHILD)
def test_whose_record_is_looked_at_is_noted(client, user, records, name):
    address, shown = records[name]

    answer = client.get(address)

    assert answer.status_code == 200
    assert openings(user) == shown


@pytest.mark.parametrize(
    "name", [name for name in SHOWS_A_CHILD if "POST" in ADDRESSES[name]]
)
def test_a_form_that_comes_back_with_the_record_is_a_look_at_it_too(
    client, user, records, name
):
    address, shown = records[name]

    answer = client.post(address, {"seen": "something else"})

    assert (answer.status_code != 302) == bool(openings(user))
    assert openings(user) in (shown, set())


def test_a_page_that_is_not_found_is_no_look(client, user):
    child = ChildFactory()

    assert client.get(f"/children/{child.pk}/").status_code == 404

    assert openings(user) == set()


def test_those_in_a_file_of_moves_are_noted(client, user, team):
    entry = SchoolMoveLogEntryFactory(to_team=team)

    answer = client.post("/school-moves/download/", {})

    assert answer.status_code == 200
    assert openings(user) == {entry.child_id}


def test_a_move_that_is_decided_is_still_about_a_child(client, user, team):
    move = SchoolMoveFactory(
        team=team, state=MoveState.CONFIRMED, decided_at=NOW, decided_by=user
    )

    client.get(f"/school-moves/{move.pk}/")

    assert openings(user) == {move.child_id}


def test_a_close_match_that_is_settled_is_still_about_a_child(client, user, team):
    child = ChildFactory(team=team)
    match = a_close_match(
        team,
        child,
        resolved_at=NOW,
        resolved_by=user,
        resolution=Resolution.KEEP_BOTH,
        child=child,
    )

    client.get(f"/imports/issues/{match.pk}/")

    assert openings(user) == {child.pk}


def test_another_teams_child_of_whom_a_close_match_shows_the_name_is_noted(
    client, user, team
):
    theirs = ChildFactory(team=TeamFactory())
    match = a_close_match(team, theirs)

    client.get(f"/imports/issues/{match.pk}/")

    assert openings(user) == {theirs.pk}


# Each stands in a record of its own and in nothing else that every_page makes.
OF_A_RECORD = {
    "address_line_2": "Flat Xylophone", "town": "Yttermouth", "registration": "ZQ77",
}  # fmt: skip
OF_A_CONTACT = {"name": "Xerxes Quackenbush", "email": "xerxes.zq@example.com"}
# The log says what changed of which record; who opens it stands in it too.
TELLS_OF_ITSELF = {"audit_log:show"}


def test_no_page_shows_what_only_a_record_says_unless_its_opening_is_noted(client):
    user = UserFactory(superuser=True)
    client.force_login(user)
    team = user.teams.get()
    showing = set()

    for name, address in every_page(
        team, child=OF_A_RECORD, contact=OF_A_CONTACT
    ).items():
        before = AccessEvent.objects.count()
        text = client.get(address).content.decode()
        said = [
            value
            for value in [*OF_A_RECORD.values(), *OF_A_CONTACT.values()]
            if value in text
        ]
        if said and name.partition(" ")[0] not in TELLS_OF_ITSELF:
            assert AccessEvent.objects.count() > before, (name, said)
            showing.add(name.partition(" ")[0])
    assert len(showing) > 8
    assert showing <= set(SHOWS_A_CHILD)
