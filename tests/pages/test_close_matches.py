"""The page on which a person settles a close match."""

import pytest

from children.models import Child
from imports.models import CloseMatch
from imports.rules.resolutions import Resolution
from mavis.models import AccessEvent
from tests.factories import (
    ChildFactory,
    ContactFactory,
    ImportFileFactory,
    SchoolFactory,
    TeamFactory,
    UserFactory,
    another_nhs_number,
)
from tests.imports.settling import close_match, keep_existing
from tests.pages.shown import Shown

pytestmark = pytest.mark.django_db

ELSEWHERE = "M1 1AE"
PRESS = "Resolve duplicate"


@pytest.fixture
def team():
    return TeamFactory(name="Coverwick SAIS team")


@pytest.fixture
def nurse(client, team):
    nurse = UserFactory(team=team, name="Amina Yusuf")
    client.force_login(nurse)
    return nurse


@pytest.fixture
def school(team):
    return SchoolFactory(team=team, name="Hollybrook Academy")


def raised(team, **row):
    match = close_match(team, row_number=2, **row)
    ImportFileFactory(cohort_import=match.row.cohort_import)
    return match


def at(client, match, query=""):
    return Shown.at(client, f"/imports/issues/{match.pk}/{query}")


def beside(page):
    """Return both values of each detail, by its label with its mark."""
    return {
        row["Detail"]: (row["Uploaded record"], row["Existing record"])
        for row in page.table("Both records")
    }


def offered(page):
    return [
        label.text
        for label in page.document.all("label")
        if label.attributes.get("for", "").startswith("id_choice")
    ]


# --- Both records ------------------------------------------------------------------


def test_both_records_are_side_by_side_and_differences_are_marked_in_words(
    client, nurse, team, school
):
    child = ChildFactory(
        team=team, school=school, with_address=True, preferred_first_name="Ami"
    )
    ContactFactory(child=child)
    match = raised(
        team,
        postcode=ELSEWHERE,
        registration="8T5",
        parent_1_name="Obi Okafor",
        parent_1_relationship="father",
        parent_1_email="obi@example.com",
    )

    page = at(client, match)

    assert page.status == 200
    assert beside(page) == {
        "First name": ("Amara", "Amara"),
        "Last name": ("Okafor", "Okafor"),
        "Preferred first name": ("Not given", "Ami"),
        "Date of birth": ("27 March 2014", "27 March 2014"),
        "Gender": ("Not given", "Female"),
        "Address Different": ("Not given", "1 High Street London"),
        "Postcode Different": (ELSEWHERE, "SW1A 1AA"),
        "Year group": ("Year 8", "Year 8"),
        "Registration New": ("8T5", "Not known"),
        "School Different": ("Unknown school", "Hollybrook Academy"),
        "Contacts New": (
            "Obi Okafor, Dad, obi@example.com",
            "Ngozi Okafor, Mum, 07700 900123, ngozi@example.com",
        ),
    }
    assert offered(page) == [
        "Use uploaded record",
        "Keep existing record",
        "Keep both records",
        "Choose for each field",
    ]


def test_looking_at_the_page_is_noted(client, nurse, team):
    child = ChildFactory(team=team)
    match = raised(team, postcode=ELSEWHERE)

    at(client, match)

    assert AccessEvent.objects.get().child == child


@pytest.mark.parametrize("restricted", ["row", "child"])
def test_the_address_of_a_restricted_child_is_hidden(client, nurse, team, restricted):
    child = ChildFactory(team=team, restricted=restricted == "child", with_address=True)
    ContactFactory(child=child)
    match = raised(
        team,
        postcode=ELSEWHERE,
        address_line_1="9 Mill Lane",
        parent_1_name="Obi Okafor",
        restricted=restricted == "row",
    )

    page = at(client, match)

    assert beside(page)["Postcode Different"] == ("Hidden", "Hidden")
    assert "Uploaded: Hidden" in page.text
    for private in (ELSEWHERE, "SW1A 1AA", "Mill Lane", "High Street", "Obi", "Ngozi"):
        assert private not in page.text


# --- What may be decided -----------------------------------------------------------


def test_nothing_chosen_is_an_error(client, nurse, team):
    ChildFactory(team=team)
    match = raised(team, postcode=ELSEWHERE)

    page = at(client, match).press(PRESS)

    assert page.status == 422
    assert page.errors == ["Select what to do with the uploaded record"]
    match.refresh_from_db()
    assert match.resolved_at is None


def test_every_field_wants_a_choice(client, nurse, team):
    ChildFactory(team=team)
    match = raised(team, postcode=ELSEWHERE)

    page = at(client, match).press(PRESS, choice="choose_fields")

    assert page.status == 422
    assert page.errors == ["Select which postcode to keep"]
    chosen = page.press(PRESS, choice="choose_fields", take_postcode="uploaded")
    assert chosen.banner == "Record updated"
    assert Child.objects.get().postcode == ELSEWHERE


@pytest.mark.parametrize(
    ("query", "title"), [("", "Imports"), ("?from=import", "Import completed")]
)
def test_afterwards_the_user_is_back_where_they_came_from(
    client, nurse, team, query, title
):
    ChildFactory(team=team)
    match = raised(team, postcode=ELSEWHERE)

    page = at(client, match, query).press(PRESS, choice="keep_existing")

    assert page.banner == "Record updated"
    assert page.title.startswith(title)
    match.refresh_from_db()
    assert (match.resolution, match.resolved_by) == (Resolution.KEEP_EXISTING, nurse)


def test_a_forged_choice_is_not_carried_out(client, nurse, team):
    number = another_nhs_number()
    numbers = {"nhs_number": number, "nhs_number_confirmed": True}
    ChildFactory(team=team, **numbers)
    match = raised(team, postcode=ELSEWHERE, first_name="Amarah", **numbers)

    page = at(client, match)
    forged = page.press(PRESS, choice="keep_both")

    assert "Keep both records" not in offered(page)
    assert forged.status == 422
    assert Child.objects.count() == 1


def test_another_child_cannot_be_slipped_in(client, nurse, team):
    ChildFactory(team=team)
    somebody = ChildFactory(first_name="Somebody", last_name="Else")
    match = raised(team, postcode=ELSEWHERE)

    page = at(client, match).press(PRESS, choice="use_uploaded", child=somebody.pk)

    assert page.status == 409
    match.refresh_from_db()
    assert match.resolved_at is None


# --- Two people --------------------------------------------------------------------


def test_the_second_of_two_people_is_told_who_was_first(client, nurse, team):
    child = ChildFactory(team=team)
    match = raised(team, postcode=ELSEWHERE)
    page = at(client, match)
    keep_existing(match, child, by=UserFactory(team=team, name="Nurse Joy"))

    late = page.press(PRESS, choice="use_uploaded")

    assert late.status == 409
    assert late.errors[0].startswith("Someone else has just resolved this.")
    assert late.details["Choice"] == "Keep existing record"
    assert late.details["Resolved by"] == "Nurse Joy"
    child.refresh_from_db()
    assert child.postcode == "SW1A 1AA"


def test_a_settled_close_match_says_how(client, nurse, team):
    child = ChildFactory(team=team)
    match = raised(team, postcode=ELSEWHERE)
    keep_existing(match, child)

    page = at(client, match)

    assert page.status == 200
    assert page.title.startswith("Close match resolved")
    assert PRESS not in page.buttons


def test_a_record_that_changed_meanwhile_is_shown_again(client, nurse, team):
    child = ChildFactory(team=team)
    match = raised(team, postcode=ELSEWHERE)
    page = at(client, match)
    Child.objects.filter(pk=child.pk).update(postcode="LS1 4AP")

    late = page.press(PRESS, choice="use_uploaded")

    assert late.status == 409
    assert late.errors[0].startswith("One of these records has changed")
    assert beside(late)["Postcode Different"] == (ELSEWHERE, "LS1 4AP")
    assert late.press(PRESS, choice="use_uploaded").banner == "Record updated"


# --- Several candidates ------------------------------------------------------------


def test_one_of_several_records_is_chosen_first(client, nurse, team):
    one, other = ChildFactory.create_batch(2, team=team)
    match = raised(team, postcode=ELSEWHERE)

    page = at(client, match)

    assert "2 existing records may be this child" in page.headings
    (elsewhere,) = (
        link for link in page.links if link.startswith("Compare with this record")
    )
    page = page.follow(elsewhere)
    assert page.press(PRESS, choice="use_uploaded").banner == "Record updated"
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.postcode, other.postcode) == ("SW1A 1AA", ELSEWHERE)


def test_several_records_of_one_name_are_told_apart(client, nurse, team, school):
    ChildFactory(team=team, school=school)
    ChildFactory(team=team, postcode="LS1 4AP")

    page = at(client, raised(team, postcode=ELSEWHERE))

    assert (
        "OKAFOR, Amara (1 of 2) Born 27 March 2014, SW1A 1AA, no NHS number, "
        "Hollybrook Academy" in page.text
    )
    assert (
        "OKAFOR, Amara (2 of 2) Born 27 March 2014, LS1 4AP, no NHS number, "
        "Unknown school" in page.text
    )


# --- What else has to be known -----------------------------------------------------


def test_a_later_upload_of_the_child_gets_its_own_and_each_names_the_other(
    client, nurse, team
):
    ChildFactory(team=team)
    first = raised(team, postcode=ELSEWHERE)
    later = raised(team, postcode="LS1 4AP")

    page = at(client, first)

    assert "There is another close match that may be about this child" in page.text
    assert beside(page)["Postcode Different"] == (ELSEWHERE, "SW1A 1AA")
    (link,) = (words for words in page.links if words.startswith("cohort.csv, row 2,"))
    assert page.href(link) == f"/imports/issues/{later.pk}/"


def test_rows_that_compete_for_a_child_name_each_other(client, nurse, team):
    ChildFactory(team=team)
    match = raised(team, postcode=ELSEWHERE)
    match.row.competing_rows = [7]
    match.row.save()

    assert "Row 7 may be the same child. Each has to be reviewed." in (
        at(client, match).text
    )


def test_a_number_that_went_to_another_child_is_said_and_that_child_offered(
    client, nurse, team
):
    number = another_nhs_number()
    ChildFactory(team=team)
    match = raised(
        team, postcode=ELSEWHERE, nhs_number=number, nhs_number_confirmed=True
    )
    ChildFactory(team=team, first_name="Bela", last_name="Someone", nhs_number=number)

    page = at(client, match)

    assert "has gone to another child: SOMEONE, Bela" in page.text
    assert "2 existing records may be this child" in page.headings
    # The one that has the number comes first.
    assert beside(page)["First name Different"] == ("Amara", "Bela")


# --- The lists ---------------------------------------------------------------------


def test_each_list_has_a_review_link(client, nurse, team):
    ChildFactory(team=team)
    match = raised(team, postcode=ELSEWHERE)
    words = "Review OKAFOR, Amara, row 2"

    issues = Shown.at(client, "/imports/issues/")
    completed = Shown.at(client, f"/imports/{match.row.cohort_import_id}/")

    assert issues.href(words) == f"/imports/issues/{match.pk}/"
    assert completed.href(words) == f"/imports/issues/{match.pk}/?from=import"
    assert issues.follow(words).title.startswith("Review close match")


def test_the_counts_agree_and_fall_together(client, nurse, team):
    ChildFactory(team=team)
    first, _ = raised(team, postcode=ELSEWHERE), raised(team, postcode="LS1 4AP")

    page = at(client, first).press(PRESS, choice="keep_existing")

    assert "Imports (1)" in page.links
    assert "Issues (1)" in page.links
    assert "1 uploaded record needs review" in page.headings
    assert len(page.table("Close matches")) == 1
    assert CloseMatch.objects.filter(resolved_at=None).count() == 1


# --- Who gets at it ----------------------------------------------------------------


@pytest.fixture
def theirs(team):
    ChildFactory(team=team)
    return raised(team, postcode=ELSEWHERE)


@pytest.mark.parametrize("method", ["get", "post"])
def test_another_teams_close_match_is_not_found(client, theirs, method):
    client.force_login(UserFactory())

    response = getattr(client, method)(
        f"/imports/issues/{theirs.pk}/", {"choice": "keep_existing"}
    )

    assert response.status_code == 404
    theirs.refresh_from_db()
    assert theirs.resolved_at is None


@pytest.mark.parametrize("method", ["get", "post"])
def test_whoever_is_not_signed_in_or_has_no_team_does_not_get_in(
    client, theirs, method
):
    address = f"/imports/issues/{theirs.pk}/"

    assert getattr(client, method)(address).status_code == 302
    client.force_login(UserFactory(team=None))
    assert getattr(client, method)(address).status_code == 403


@pytest.mark.parametrize("child", ["", "0", "x", "9" * 30, "-1", "²"])
def test_any_child_in_the_address_gets_an_answer(client, nurse, theirs, child):
    assert at(client, theirs, f"?child={child}").status == 200
