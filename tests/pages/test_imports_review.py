"""The review page: what approval would do, and who decides."""

import re

import pytest

from imports.models import CohortImport, RowCandidate
from imports.rules.lifecycle import Status
from imports.rules.outcomes import Archived, Move, NotImported, Outcome
from mavis.pages import show_nhs_number
from pds.rules.outcomes import UploadedNumber
from tests.factories import (
    ChildFactory,
    CohortImportFactory,
    CohortRowFactory,
    ImportFileFactory,
    RowErrorFactory,
    SchoolFactory,
    TeamFactory,
    UserFactory,
    another_nhs_number,
)
from tests.pages.shown import Shown

pytestmark = pytest.mark.django_db


@pytest.fixture
def queued(monkeypatch):
    """The imports that a worker was told of."""
    from imports import tasks

    told = []
    monkeypatch.setattr(tasks, "queue", told.append)
    return told


@pytest.fixture
def nurse(client):
    nurse = UserFactory(name="Amina Yusuf")
    client.force_login(nurse)
    nurse.team = nurse.teams.get()
    return nurse


@pytest.fixture
def upload(nurse):
    cohort_import = CohortImportFactory(
        team=nurse.team, uploaded_by=nurse, in_review=True, row_count=12
    )
    ImportFileFactory(cohort_import=cohort_import)
    return cohort_import


def review(client, upload):
    return Shown.at(client, f"/imports/{upload.pk}/")


def rows_of(client, upload, section):
    """Open a section's expander, as htmx does."""
    page = review(client, upload)
    (expander,) = page.section(section).all("details")
    address = expander.attributes["hx-get"]
    return Shown.at(client, address, **{"HX-Request": "true"})


def test_the_page_says_who_uploaded_what_and_that_nothing_has_changed(client, upload):
    page = review(client, upload)

    assert page.title == (
        "Review and approve upload – Uploaded 24 November 2026 at 9:00am"
    )
    assert page.details == {
        "Uploaded by": "Amina Yusuf",
        "File": "cohort.csv",
        "Type": "Child records",
        "Status": "Review and approve",
        "Records": "12",
    }
    assert "Nothing has changed in Mavis yet" in page.text
    assert page.buttons == ["Approve and import records", "Cancel upload"]


def test_a_section_without_rows_is_not_shown(client, upload):
    CohortRowFactory(cohort_import=upload, new=True)

    assert review(client, upload).headings == ["Upload details", "New records"]


def test_new_records_are_counted_and_shown_as_uploaded(client, upload):
    CohortRowFactory(cohort_import=upload, new=True, row_number=2, not_held=True)
    CohortRowFactory(cohort_import=upload, new=True, row_number=3, found=True)
    CohortRowFactory(cohort_import=upload, new=True, row_number=4)

    section = review(client, upload).section("New records")
    rows = rows_of(client, upload, "New records").table()

    assert "3 records are not in Mavis yet." in section.text
    assert "Show 3 records" in section.text
    assert rows[0] == {
        "Row": "2",
        "Child": "OKAFOR, Amara",
        "NHS number": rows[0]["NHS number"],
        "Date of birth": "27 March 2014",
        "Postcode": "SW1A 1AA",
        "Year group": "Year 8",
    }
    assert re.fullmatch(r"999 \d{3} \d{4}", rows[0]["NHS number"])
    assert re.fullmatch(r"999 \d{3} \d{4} from PDS", rows[1]["NHS number"])
    assert rows[2]["NHS number"] == "Not known"


def test_records_already_in_mavis_say_how_many_gain_information_and_which(
    client, upload
):
    child = ChildFactory(team=upload.team)
    for number, additions in enumerate(
        [["gender", "contacts"], ["nhs_number", "gender"], []], start=2
    ):
        CohortRowFactory(
            cohort_import=upload,
            already_in_mavis=True,
            row_number=number,
            matched_child=child,
            additions=additions,
        )

    section = review(client, upload).section("Records already in Mavis")
    rows = rows_of(client, upload, "Records already in Mavis").table()

    assert (
        "2 records will gain information: "
        "contacts (1), gender (2) and NHS number (1)." in section.text
    )
    assert [row["Information to add"] for row in rows] == [
        "Gender and contacts",
        "NHS number and gender",
        "Nothing",
    ]


def test_a_child_of_another_team_gains_nothing_before_the_move(client, upload):
    other = TeamFactory()
    CohortRowFactory(
        cohort_import=upload,
        already_in_mavis=True,
        matched_child=ChildFactory(team=other),
        additions=["gender"],
        other_team=other,
        move=Move.FOR_PERSON,
    )

    section = review(client, upload).section("Records already in Mavis")
    (row,) = rows_of(client, upload, "Records already in Mavis").table()

    assert "will gain" not in section.text
    assert row["Information to add"] == "Nothing until the school move is confirmed"


def test_a_move_from_another_teams_area_names_the_team_and_not_the_school(
    client, upload
):
    other = TeamFactory(name="Northfield SAIS team")
    old_school = SchoolFactory(name="Their School", team=other)
    CohortRowFactory(
        cohort_import=upload,
        already_in_mavis=True,
        matched_child=ChildFactory(team=other, school=old_school),
        school=SchoolFactory(name="Hollybrook Academy", team=upload.team),
        other_team=other,
        move=Move.FOR_PERSON,
    )

    page = rows_of(
        client,
        upload,
        "Children moving from another team's area - resolve after import",
    )

    (row,) = page.table()
    assert row["Move"] == "From: Northfield SAIS team To: Hollybrook Academy"
    assert "Their School" not in page.text
    assert "School moves - resolve after import" not in review(client, upload).headings


def test_a_move_within_the_team_says_from_where_and_where_to(client, upload):
    child = ChildFactory(team=upload.team, home_educated=True)
    CohortRowFactory(
        cohort_import=upload,
        already_in_mavis=True,
        matched_child=child,
        school=SchoolFactory(name="Hollybrook Academy", team=upload.team),
        move=Move.FOR_PERSON,
    )

    (row,) = rows_of(client, upload, "School moves - resolve after import").table()

    assert row["Move"] == "From: Home-educated To: Hollybrook Academy"


def a_close_match(upload, *children, **columns):
    row = CohortRowFactory(cohort_import=upload, close_match=True, **columns)
    for child in children:
        RowCandidate.objects.create(
            row=row, child=child, differences=["first_name", "postcode"]
        )
    return row


CLOSE_MATCHES = "Close matches to existing records - resolve after import"


def test_a_close_match_by_similarity_says_why(client, upload):
    row = CohortRowFactory(cohort_import=upload, close_match=True, first_name="Jon")
    RowCandidate.objects.create(
        row=row,
        child=ChildFactory(team=upload.team, first_name="John"),
        differences=["first_name", "last_name"],
        reasons=["first_name:slip", "date_of_birth:same", "postcode:same"],
    )

    (shown,) = rows_of(client, upload, CLOSE_MATCHES).table()

    assert shown["Existing record, and what differs"] == (
        "OKAFOR, John: different first name and last name. "
        "Same date of birth and postcode; Jon is close to John"
    )


def test_what_another_teams_child_is_like_is_not_said(client, upload):
    row = CohortRowFactory(cohort_import=upload, close_match=True)
    RowCandidate.objects.create(
        row=row,
        child=ChildFactory(),
        differences=["date_of_birth"],
        reasons=["first_name:same", "date_of_birth:day_and_month_swapped"],
    )

    page = rows_of(client, upload, CLOSE_MATCHES)

    assert "different date of birth" in page.text
    assert "swapped" not in page.text


def test_a_close_match_says_what_differs_for_every_child_it_may_be(client, upload):
    other = TeamFactory(name="Northfield SAIS team")
    a_close_match(
        upload,
        ChildFactory(team=upload.team, first_name="Amaro"),
        ChildFactory(team=other, first_name="Amari", postcode="LS1 4AP"),
        competing_rows=[4, 9],
    )

    page = rows_of(client, upload, CLOSE_MATCHES)

    (row,) = page.table()
    assert row["Existing record, and what differs"] == (
        "OKAFOR, Amaro: different first name and postcode "
        "OKAFOR, Amari (with Northfield SAIS team): different first name and postcode "
        "Rows 4 and 9 may be the same child"
    )
    assert "LS1 4AP" not in page.text


@pytest.mark.parametrize("restricted", [False, True])
def test_records_of_one_name_are_told_apart(client, upload, restricted):
    number = another_nhs_number()
    a_close_match(
        upload,
        ChildFactory(
            team=upload.team,
            nhs_number=number,
            nhs_number_confirmed=True,
            school=SchoolFactory(team=upload.team, name="Hollybrook Academy"),
            restricted=restricted,
        ),
        ChildFactory(team=upload.team, postcode="LS1 4AP", home_educated=True),
        ChildFactory(team=TeamFactory(name="Northfield SAIS team"), postcode="YO1 7HH"),
    )

    page = rows_of(client, upload, CLOSE_MATCHES)

    (row,) = page.table()
    one, other = ("", "") if restricted else (" SW1A 1AA,", " LS1 4AP,")
    assert row["Existing record, and what differs"] == (
        f"OKAFOR, Amara, born 27 March 2014,{one} NHS number "
        f"{show_nhs_number(number)}, Hollybrook Academy: "
        "different first name and postcode "
        f"OKAFOR, Amara, born 27 March 2014,{other} no NHS number, Home-educated: "
        "different first name and postcode "
        "OKAFOR, Amara (with Northfield SAIS team): different first name and postcode"
    )


def test_children_of_other_teams_whose_school_is_unknown_are_not_imported(
    client, upload
):
    other = TeamFactory(name="Northfield SAIS team")
    CohortRowFactory(
        cohort_import=upload,
        not_imported=True,
        not_imported_reason=NotImported.AT_SCHOOL_OF_ANOTHER_TEAM,
        matched_child=ChildFactory(team=other),
        other_team=other,
    )

    (row,) = rows_of(
        client,
        upload,
        "Records not imported - children at schools in other team areas",
    ).table()

    assert row["Why"].startswith("With: Northfield SAIS team")


def test_archived_children_are_listed_apart(client, upload):
    child = ChildFactory(team=upload.team, moved_away=True)
    CohortRowFactory(
        cohort_import=upload,
        not_imported=True,
        not_imported_reason=NotImported.ARCHIVED,
        archived=Archived.KEPT,
        matched_child=child,
    )

    assert review(client, upload).headings == [
        "Upload details",
        "Archived children",
    ]


def test_numbers_that_pds_changed_or_could_not_confirm_are_listed(client, upload):
    changed = CohortRowFactory(
        cohort_import=upload,
        new=True,
        replaced=True,
        nhs_number_uploaded="9990000018",
    )
    CohortRowFactory(
        cohort_import=upload,
        new=True,
        nhs_number_uploaded="9990000026",
        uploaded_number=UploadedNumber.SOMEONE_ELSE,
    )

    (updated,) = rows_of(client, upload, "NHS numbers updated from PDS").table()
    (unconfirmed,) = rows_of(
        client, upload, "NHS numbers that PDS could not confirm"
    ).table()

    assert updated["NHS number"]
    number = changed.nhs_number
    assert f"PDS: {number[:3]} {number[3:6]} {number[6:]}" in str(updated)
    assert "belongs to someone else" in unconfirmed["Why"]


def test_warnings_are_listed_with_their_rows(client, upload):
    RowErrorFactory(
        cohort_import=upload,
        warning=True,
        row_number=None,
        column="FAVOURITE_COLOUR",
        code="column_not_used",
        message="This column is not used",
    )

    section = review(client, upload).section("Warnings")
    page = rows_of(client, upload, "Warnings")

    assert "Show 1 warning" in section.text
    (warning,) = page.table()
    assert warning["Row"] == "Whole file"
    assert warning["Column"] == "FAVOURITE_COLOUR"


@pytest.mark.parametrize("where", ["row", "matched child", "candidate"])
def test_a_restricted_child_s_postcode_is_hidden(client, upload, where):
    restricted = ChildFactory(team=upload.team, is_restricted=True)
    row = a_close_match(
        upload,
        *([restricted] if where == "candidate" else []),
        matched_child=restricted if where == "matched child" else None,
        restricted=where == "row",
    )

    page = rows_of(client, upload, CLOSE_MATCHES)

    assert page.table()[0]["Postcode"] == "Hidden"
    assert row.postcode not in page.response.content.decode()


def test_a_child_who_has_died_is_marked(client, upload):
    CohortRowFactory(cohort_import=upload, new=True, deceased=True)

    (row,) = rows_of(client, upload, "New records").table()
    assert row["Child"] == "OKAFOR, Amara Died"


# --- A section's own page, its pages, and its search -----------------------------


def test_without_javascript_the_expander_leads_to_the_section_s_page(client, upload):
    CohortRowFactory(cohort_import=upload, new=True)

    page = review(client, upload).follow("Show 1 record on a page of their own")

    assert page.title == "New records"
    assert len(page.table()) == 1
    assert page.follow("Back to the upload").title.startswith("Review and approve")


def test_every_row_of_a_long_section_can_be_reached(client, upload):
    for number in range(2, 122):
        CohortRowFactory(cohort_import=upload, new=True, row_number=number)

    seen, page = [], Shown.at(client, f"/imports/{upload.pk}/new-records/")
    while True:
        seen += [row["Row"] for row in page.table()]
        if "Next page" not in page.links:
            break
        page = page.follow("Next page")

    assert seen == [str(number) for number in range(2, 122)]


@pytest.fixture
def long_upload(upload):
    for number in range(2, 13):
        CohortRowFactory(cohort_import=upload, new=True, row_number=number)
    CohortRowFactory(
        cohort_import=upload,
        new=True,
        row_number=40,
        first_name="Zoë",
        last_name="O’Brien-Łukasz",
    )
    return upload


@pytest.mark.parametrize(
    "search",
    ["zoe", "O'BRIEN", "obrien-lukasz, zoë", "Zoe O Brien Lukasz", "40", "row 40"],
)
def test_a_row_is_found_by_name_or_row_number(client, long_upload, search):
    page = Shown.at(client, f"/imports/{long_upload.pk}/new-records/")

    found = page.press("Find", search=search)

    assert [row["Row"] for row in found.table()] == ["40"]


@pytest.mark.parametrize("search", ["%", "nobody", "99", "9" * 40, "a\x00b", "\\"])
def test_a_search_that_finds_nothing_is_answered(client, long_upload, search):
    page = Shown.at(client, f"/imports/{long_upload.pk}/new-records/")

    found = page.press("Find", search=search)

    assert found.status == 200
    assert "500" not in found.title


def test_what_is_searched_for_stands_in_no_address(client, upload):
    for number in range(2, 122):
        CohortRowFactory(cohort_import=upload, new=True, row_number=number)
    page = Shown.at(client, f"/imports/{upload.pk}/new-records/")

    found = page.press("Find", search="okafor")
    second = found.press("Next page")

    hrefs = [a.attributes.get("href", "") for a in found.document.all("a")]
    assert not any("okafor" in href.lower() for href in hrefs)
    assert second.table()[0]["Row"] == "52"
    assert "okafor" not in second.response.request["QUERY_STRING"]


def test_rows_that_replace_others_take_the_focus_and_say_which_they_are(client, upload):
    for number in range(2, 62):
        CohortRowFactory(cohort_import=upload, new=True, row_number=number)
    address, live = f"/imports/{upload.pk}/new-records/", {"HX-Request": "true"}

    opened = Shown.at(client, address, **live)
    paged = Shown.at(client, f"{address}?page=2", **live)

    def focused(page):
        return [p.text for p in page.document.all("p") if "autofocus" in p.attributes]

    assert focused(opened) == []
    assert focused(paged) == ["Records 51 to 60 of 60"]


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999999999999999999", "²", "3"])
def test_a_page_that_does_not_exist_becomes_one_that_does(client, upload, page):
    CohortRowFactory(cohort_import=upload, new=True)

    address = f"/imports/{upload.pk}/new-records/?page={page}"
    assert len(Shown.at(client, address).table()) == 1


def test_a_section_that_there_is_not_is_not_found(client, upload):
    assert client.get(f"/imports/{upload.pk}/no-such/").status_code == 404


# --- The cost ---------------------------------------------------------------------


def mixed_rows(upload, times):
    other = TeamFactory()
    for _ in range(times):
        CohortRowFactory(cohort_import=upload, new=True, replaced=True)
        CohortRowFactory(
            cohort_import=upload,
            already_in_mavis=True,
            matched_child=ChildFactory(team=other, traced=True),
            other_team=other,
            additions=["gender"],
            move=Move.FOR_PERSON,
        )
        a_close_match(
            upload,
            ChildFactory(team=upload.team),
            ChildFactory(team=other),
        )
        RowErrorFactory(cohort_import=upload, warning=True)


def queries_for(client, address, django_assert_max_num_queries):
    with django_assert_max_num_queries(60) as counted:
        assert client.get(address).status_code == 200
    return len(counted)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "new-records/",
        "already-in-mavis/",
        "moving-in/",
        "close-matches/",
        "warnings/",
    ],
)
def test_a_page_costs_the_same_queries_for_any_number_of_rows(
    client, upload, address, django_assert_max_num_queries
):
    where = f"/imports/{upload.pk}/{address}"
    mixed_rows(upload, 1)
    once = queries_for(client, where, django_assert_max_num_queries)
    mixed_rows(upload, 20)

    assert queries_for(client, where, django_assert_max_num_queries) == once


# --- Deciding ---------------------------------------------------------------------


def test_a_nurse_approves_the_upload(client, upload, nurse, queued):
    page = review(client, upload).press("Approve and import records")

    upload.refresh_from_db()
    assert upload.status == Status.COMMITTING
    assert upload.approved_by == nurse
    assert queued == [upload.pk]
    assert page.title == "Imports"
    assert "Import started" in page.banner
    assert page.table()[0]["Status"].startswith("Importing")


def test_a_second_press_changes_nothing_and_says_so(client, upload, queued):
    stale = review(client, upload)
    stale.press("Approve and import records")

    again = stale.press("Approve and import records")

    assert again.status == 409
    assert "Nothing was changed by this" in again.errors[0]
    assert again.title.startswith("Importing")
    assert queued == [upload.pk]
    assert upload.transitions.count() == 1


def test_a_nurse_cancels_the_upload(client, upload, nurse, queued):
    page = review(client, upload).press("Cancel upload")

    assert "Upload cancelled" in page.banner
    ended = page.follow("24 November 2026 at 9:00am")
    assert ended.title.startswith("Upload cancelled")
    assert "Cancelled by Amina Yusuf on" in ended.text
    assert "What became of the records" not in ended.text


def test_an_upload_that_was_cancelled_cannot_be_approved_from_a_stale_tab(
    client, upload, queued
):
    stale = review(client, upload)
    stale.press("Cancel upload")

    page = stale.press("Approve and import records")

    assert page.status == 409
    assert page.title.startswith("Upload cancelled")


@pytest.mark.parametrize(
    "status", sorted(set(Status) - {Status.IN_REVIEW, Status.FAILED})
)
def test_only_an_upload_in_review_can_be_approved(client, upload, status, queued):
    CohortImport.objects.filter(pk=upload.pk).update(status=status)

    response = client.post(f"/imports/{upload.pk}/approve/")

    assert response.status_code == 409
    assert CohortImport.objects.get(pk=upload.pk).status == status
    assert queued == []


def test_where_a_second_person_is_needed_the_uploader_sees_why(client, upload, queued):
    upload.team.needs_second_approver = True
    upload.team.save()

    page = review(client, upload)
    forced = client.post(f"/imports/{upload.pk}/approve/")

    assert page.buttons == ["Cancel upload"]
    assert "someone else in your team has to approve it" in page.text
    assert forced.status_code == 403
    assert CohortImport.objects.get(pk=upload.pk).status == Status.IN_REVIEW


def test_a_second_person_may_approve(client, upload, queued):
    upload.team.needs_second_approver = True
    upload.team.save()
    client.force_login(UserFactory(team=upload.team))

    review(client, upload).press("Approve and import records")

    assert CohortImport.objects.get(pk=upload.pk).status == Status.COMMITTING


# --- Further review ---------------------------------------------------------------


@pytest.fixture
def changed(nurse):
    cohort_import = CohortImportFactory(
        team=nurse.team, uploaded_by=nurse, in_further_review=True, row_count=2
    )
    ImportFileFactory(cohort_import=cohort_import)
    CohortRowFactory(
        cohort_import=cohort_import,
        held=True,
        outcome=Outcome.ALREADY_IN_MAVIS,
        matched_child=ChildFactory(team=nurse.team),
        school=SchoolFactory(name="Hollybrook Academy", team=nurse.team),
        move=Move.FOR_PERSON,
    )
    return cohort_import


def test_further_review_says_why_and_shows_the_changed_rows(client, changed):
    page = review(client, changed)

    (row,) = rows_of(client, changed, "Changed records").table()

    assert page.title.startswith("Further review")
    assert page.details["Status"] == "Review"
    assert "Records in Mavis have changed" in page.text
    assert page.buttons == ["Approve and import changed records", "Ignore changes"]
    assert row["What would happen now"] == (
        "Already in Mavis From: Unknown school To: Hollybrook Academy"
    )


def test_a_fault_while_importing_shows_its_reference(client, changed):
    CohortImport.objects.update(fault_reference="A1B2C3D4")

    assert "A1B2C3D4" in review(client, changed).text


@pytest.mark.parametrize(
    ("button", "status"),
    [
        ("Approve and import changed records", Status.COMMITTING),
        ("Ignore changes", Status.CANCELLED),
    ],
)
def test_the_changed_rows_are_decided_once(client, changed, queued, button, status):
    page = review(client, changed)

    page.press(button)
    again = page.press(button)

    assert again.status == 409
    assert CohortImport.objects.get(pk=changed.pk).status == status


def test_changed_rows_are_not_approved_by_the_first_button(client, changed, queued):
    response = client.post(f"/imports/{changed.pk}/approve/")

    assert response.status_code == 409
    assert CohortImport.objects.get(pk=changed.pk).status == Status.IN_FURTHER_REVIEW
