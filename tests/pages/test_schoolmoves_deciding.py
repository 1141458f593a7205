"""The page of one school move: both records, and what the receiving team decides."""

import pytest

from children import queries as children_queries
from children.models import ArchiveReason, Child, CohortMembership
from mavis.models import AccessEvent
from schoolmoves.models import MoveState, SchoolMove
from tests.factories import (
    ChildFactory,
    CohortImportFactory,
    CohortRowFactory,
    ContactFactory,
    ImportFileFactory,
    SchoolFactory,
    SchoolMoveFactory,
    TeamFactory,
    UserFactory,
)
from tests.imports.committing import imported
from tests.pages.shown import Shown

pytestmark = pytest.mark.django_db

UPDATE, IGNORE = "confirm", "ignore"
BUTTON = "Update child record"


@pytest.fixture
def nurse():
    return UserFactory(name="Amina Yusuf")


@pytest.fixture
def team(client, nurse):
    client.force_login(nurse)
    return nurse.teams.get()


@pytest.fixture
def theirs():
    return TeamFactory(name="Borders SAIS")


@pytest.fixture
def school(team):
    return SchoolFactory(team=team, name="Vale School")


@pytest.fixture
def moving_in(team, theirs, school):
    """A move of a child that another team has, held with all its row says."""
    child = ChildFactory(
        team=theirs,
        school=SchoolFactory(name="Their School", team=theirs),
        preferred_first_name="Secretname",
        address_line_1="1 Secret Street",
        town="Secretville",
        nhs_number="9990000018",
    )
    ContactFactory(child=child, name="Secret Parent")
    return upload(team, school=school, registration="8T5").school_move


@pytest.fixture
def within(team, school):
    """A move within the team."""
    child = ChildFactory(
        team=team, school=SchoolFactory(name="Hill School", team=team), traced=True
    )
    ContactFactory(child=child)
    return upload(team, school=school, gender="female").school_move


def upload(team, **row):
    cohort_import = CohortImportFactory(team=team, matching=True)
    ImportFileFactory(cohort_import=cohort_import, name="autumn.csv")
    CohortRowFactory(cohort_import=cohort_import, row_number=2, **row)
    return imported(cohort_import)[0]


def at(client, move):
    return Shown.at(client, f"/school-moves/{move.pk}/")


# --- What is shown --------------------------------------------------------------------


def test_a_move_within_the_team_shows_both_records(client, team, within):
    page = Shown.at(client, "/school-moves/").follow("Review OKAFOR, Amara")

    assert page.title == "Review school move – OKAFOR, Amara"
    assert page.details["From"] == "Hill School"
    assert page.details["To"] == "Vale School"
    assert page.details["Source"] == "Cohort updated"
    rows = {row["Detail"]: row for row in page.table("Both records")}
    assert rows["School Different"]["Uploaded record"] == "Vale School"
    assert rows["School Different"]["Existing record"] == "Hill School"
    assert rows["Postcode"]["Existing record"] == "SW1A 1AA"
    assert "Ngozi Okafor" in rows["Contacts"]["Existing record"]
    assert "autumn.csv, row 2" in page.links
    assert page.follow("Open the child’s record").title == "OKAFOR, Amara"
    assert page.buttons == [BUTTON]


def test_of_another_teams_child_the_page_shows_what_it_may_and_no_more(
    client, team, moving_in
):
    # Since the upload the other team has changed the postcode.
    Child.objects.update(postcode="M1 1AE")

    page = at(client, moving_in)

    assert page.title == "Review school move – OKAFOR, Amara"
    assert page.details["From"] == "Borders SAIS"
    assert page.details["To"] == "Vale School"
    assert "moving in from another team’s area" in page.text
    assert "1 uploaded record of this child will be used" in page.text
    rows = {row["Detail"]: row for row in page.table("Both records")}
    assert rows["Postcode Different"]["Existing record"] == "Not shown"
    assert rows["School Different"]["Existing record"] == "With Borders SAIS"
    assert rows["Registration"]["Uploaded record"] == "8T5"
    for hidden in ("Secret", "Their School", "M1 1AE", "999 000 0018", "Ngozi"):
        assert hidden not in page.response.content.decode()
    assert "Open the child’s record" not in page.links
    assert AccessEvent.objects.filter(child=moving_in.child, team=team).exists()


def test_of_a_child_archived_elsewhere_as_little_is_shown(client, team, moving_in):
    CohortMembership.objects.update(
        archived_at=moving_in.updated_at, archive_reason=ArchiveReason.OTHER
    )

    page = at(client, moving_in)

    assert page.details["From"] == "No team has this child now"
    for hidden in ("Secret", "Their School", "999 000 0018"):
        assert hidden not in page.response.content.decode()


def test_of_a_restricted_child_neither_record_shows_where_it_lives(
    client, team, within
):
    Child.objects.update(restricted=True)

    page = at(client, within)

    rows = {row["Detail"]: row for row in page.table("Both records")}
    assert rows["Postcode"]["Uploaded record"] == "Hidden"
    assert rows["Postcode"]["Existing record"] == "Hidden"
    assert rows["Contacts"]["Existing record"] == "Hidden"
    assert "Ngozi" not in page.text


def test_a_move_that_no_file_proposes_has_a_page_too(client, team):
    move = SchoolMoveFactory(team=team)

    assert at(client, move).details["From"] == "Not known"


# --- What is decided ------------------------------------------------------------------


def test_nothing_chosen_is_an_error(client, team, within):
    page = at(client, within).press(BUTTON)

    assert page.status == 422
    assert page.errors == ["Select whether to update the record or to ignore the move"]
    assert page.title == "Review school move – OKAFOR, Amara"
    within.refresh_from_db()
    assert within.state == MoveState.OPEN


def test_the_record_is_updated_with_the_new_school(client, team, within, school):
    page = at(client, within).press(BUTTON, decision=UPDATE)

    assert (page.title, page.banner) == (
        "School moves",
        "Amara Okafor’s school record updated",
    )
    assert "No school moves are waiting." in page.text
    assert "School moves" in page.links
    within.child.refresh_from_db()
    assert within.child.school == school


def test_new_information_is_ignored(client, team, within):
    page = at(client, within).press(BUTTON, decision=IGNORE)

    assert page.banner == "Amara Okafor’s school move ignored"
    within.child.refresh_from_db()
    assert within.child.school.name == "Hill School"


@pytest.mark.parametrize("decision", [UPDATE, IGNORE])
def test_whoever_decides_second_is_told(client, team, within, decision):
    opened = at(client, within)
    at(client, within).press(BUTTON, decision=IGNORE)

    page = opened.press(BUTTON, decision=decision)

    assert page.status == 409
    assert "Nothing was changed by this." in page.text
    assert "It was ignored by Amina Yusuf on" in page.text
    assert page.buttons == []


def test_a_move_that_was_rewritten_is_shown_as_it_now_stands(client, team, within):
    opened = at(client, within)
    upload(team, school=SchoolFactory(team=team, name="Dale School"))

    page = opened.press(BUTTON, decision=UPDATE)

    assert page.status == 409
    assert page.details["To"] == "Dale School"
    page.press(BUTTON, decision=UPDATE)
    within.child.refresh_from_db()
    assert within.child.school.name == "Dale School"


def test_a_decided_move_tells_nothing_of_the_child(client, team, moving_in):
    at(client, moving_in).press(BUTTON, decision=IGNORE)

    page = at(client, moving_in)

    assert page.status == 200
    assert page.title == "This school move has been decided"
    assert "OKAFOR" not in page.text


# --- Another team’s child, from both sides -----------------------------------------------


def test_the_team_that_has_the_child_sees_nothing_before_and_a_notice_after(
    client, team, theirs, moving_in, school
):
    their_nurse = UserFactory(team=theirs)
    client.force_login(their_nurse)
    assert at(client, moving_in).status == 404
    assert "No school moves are waiting." in Shown.at(client, "/school-moves/").text
    assert "Notices" not in Shown.at(client, "/").text
    before = Shown.at(client, f"/children/{moving_in.child_id}/")
    assert before.details["School"] == "Their School"

    client.force_login(UserFactory(team=None, email="x@example.com"))
    us = UserFactory(team=team)
    client.force_login(us)
    at(client, moving_in).press(BUTTON, decision=UPDATE)
    record = Shown.at(client, f"/children/{moving_in.child_id}/")
    assert record.details["School"] == "Vale School"
    assert record.details["Postcode"] == "SW1A 1AA"

    client.force_login(their_nurse)
    dashboard = Shown.at(client, "/")
    assert "Notices (1)" in dashboard.headings
    assert f"Child moved to another team’s area: {team.name}" in dashboard.text
    limited = Shown.at(client, f"/children/{moving_in.child_id}/")
    assert team.name in limited.text
    for hidden in ("SW1A 1AA", "Vale School", "Secret", "999 000 0018"):
        assert hidden not in limited.response.content.decode()


def test_a_team_that_ignored_a_move_finds_nothing_of_the_child(client, team, moving_in):
    at(client, moving_in).press(BUTTON, decision=IGNORE)

    assert Shown.at(client, f"/children/{moving_in.child_id}/").status == 404
    assert not children_queries.children_of(team).exists()
    upload_page = Shown.at(
        client, f"/imports/{moving_in.rows.get().cohort_import_id}/not-imported/"
    )
    (row,) = upload_page.table()
    assert row["Why"] == "Your team ignored the school move"
    assert "Borders SAIS" not in upload_page.text


def test_a_move_behind_another_teams_says_that_and_not_whose(
    client, team, theirs, school
):
    others = TeamFactory(name="Lowlands SAIS")
    child = ChildFactory(team=theirs, school=SchoolFactory(team=theirs))
    upload(others, school=SchoolFactory(team=others, name="Fen School"))
    move = upload(team, school=school).school_move

    page = Shown.at(client, "/school-moves/")

    assert "Another team has asked for this child" in page.headings
    (row,) = page.table("Waiting for another team")
    assert row["Child"] == "OKAFOR, Amara"
    assert row["To"] == "Vale School moving in from another team’s area"
    assert "Lowlands" not in page.text
    assert "Fen School" not in page.text
    # Not counted: there is nothing to decide yet.
    assert "School moves" in page.links
    assert at(client, move).status == 404
    assert SchoolMove.objects.filter(child=child).count() == 2
