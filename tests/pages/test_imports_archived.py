"""Archived children on the review page: restored or kept, one at a time or all."""

import pytest

from children.models import ArchiveReason, Child, CohortMembership
from imports.rules.lifecycle import Status
from imports.rules.outcomes import Archived, Outcome, Result
from tests.factories import (
    ChildFactory,
    CohortImportFactory,
    CohortRowFactory,
    ImportFileFactory,
    UserFactory,
)
from tests.imports.committing import approve, commit_rows, match_rows
from tests.pages.shown import Shown

pytestmark = pytest.mark.django_db

SECTION = "Archived children"


@pytest.fixture
def nurse(client):
    nurse = UserFactory()
    client.force_login(nurse)
    return nurse


@pytest.fixture
def cohort_import(nurse):
    """An upload in review: one child would be restored, one kept, one has died."""
    cohort_import = CohortImportFactory(
        team=nurse.teams.get(), uploaded_by=nurse, matching=True
    )
    ImportFileFactory(cohort_import=cohort_import)
    for number, (name, archived) in enumerate(
        [
            ("Ada", ArchiveReason.OTHER),
            ("Bea", ArchiveReason.IMPORTED_IN_ERROR),
            ("Cleo", ArchiveReason.DECEASED),
        ],
        start=2,
    ):
        ChildFactory(
            first_name=name,
            team=cohort_import.team,
            archived=archived,
            deceased=archived == ArchiveReason.DECEASED,
        )
        CohortRowFactory(
            cohort_import=cohort_import, row_number=number, first_name=name
        )
    match_rows(cohort_import)
    return cohort_import


def review(client, cohort_import):
    return Shown.at(client, f"/imports/{cohort_import.pk}/")


def archived_page(client, cohort_import):
    return Shown.at(client, f"/imports/{cohort_import.pk}/archived-children/")


def archived_by_row(cohort_import):
    rows = cohort_import.rows.order_by("row_number")
    return list(rows.values_list("archived", "outcome"))


def restored(cohort_import):
    return set(
        CohortMembership.objects.filter(
            team=cohort_import.team, archived_at=None
        ).values_list("child__first_name", flat=True)
    )


def test_the_review_says_what_becomes_of_archived_children(client, cohort_import):
    page = review(client, cohort_import)

    section = page.section(SECTION).text
    assert "3 records are of children whose records are archived." in section
    assert "1 child will be restored." in section
    assert "1 child stays archived, and the record is not imported." in section
    assert "1 child has died and stays archived" in section
    assert (
        "1 record is already in Mavis" in page.section("Records already in Mavis").text
    )


def test_each_child_has_its_reason_and_its_choice(client, cohort_import):
    page = review(client, cohort_import).follow("Show 3 records on a page of their own")

    ada, bea, cleo = page.table("3 archived children")
    assert (ada["Child"], ada["Archived because"]) == ("OKAFOR, Ada", "Other")
    assert bea["Archived because"] == "Imported in error"
    assert cleo["What becomes of it"] == "Stays archived: this child has died"
    radios = page.document.one("main").all("input")
    checked = [
        radio.attributes["id"] for radio in radios if "checked" in radio.attributes
    ]
    assert checked == ["row-2-restored", "row-3-kept"]


def test_a_choice_for_each_child_is_kept_and_counted(client, cohort_import):
    page = archived_page(client, cohort_import).press(
        "Save choices", **{"row-2": "kept", "row-3": "restored"}
    )

    assert (page.title.startswith("Review and approve"), page.banner) == (
        True,
        "Choices saved",
    )
    assert archived_by_row(cohort_import) == [
        (Archived.KEPT, Outcome.NOT_IMPORTED),
        (Archived.RESTORED, Outcome.ALREADY_IN_MAVIS),
        (Archived.STAYS, Outcome.NOT_IMPORTED),
    ]
    (bea,) = Shown.at(client, f"/imports/{cohort_import.pk}/already-in-mavis/").table()
    assert (bea["Child"], bea["Information to add"]) == (
        "OKAFOR, Bea",
        "Restored from the archive",
    )


@pytest.mark.parametrize(
    ("button", "back"),
    [("Restore all", {"Ada", "Bea"}), ("Keep all archived", set())],
)
def test_all_at_once_and_then_as_approved(client, nurse, cohort_import, button, back):
    archived_page(client, cohort_import).press(button)
    cohort_import.refresh_from_db()

    approve(cohort_import, by=nurse)
    commit_rows(cohort_import)

    assert cohort_import.status == Status.COMPLETED
    assert restored(cohort_import) == back
    kept = cohort_import.rows.filter(result=Result.NOT_IMPORTED).count()
    assert kept == 3 - len(back)


def test_a_child_who_has_died_is_not_restored_whoever_asks(client, cohort_import):
    client.post(
        f"/imports/{cohort_import.pk}/archived-children/choose/",
        {"row-4": "restored", "row-99": "restored", "row-2": "nonsense"},
    )

    assert archived_by_row(cohort_import) == [
        (Archived.RESTORED, Outcome.ALREADY_IN_MAVIS),
        (Archived.KEPT, Outcome.NOT_IMPORTED),
        (Archived.STAYS, Outcome.NOT_IMPORTED),
    ]


def test_nothing_can_be_chosen_after_the_approval(client, nurse, cohort_import):
    page = archived_page(client, cohort_import)
    approve(cohort_import, by=nurse)

    answer = page.press("Restore all")

    assert answer.status == 409
    assert "Nothing was changed by this." in answer.text
    assert cohort_import.rows.get(row_number=3).archived == Archived.KEPT


def test_what_a_colleague_chose_meanwhile_is_not_approved_unseen(client, cohort_import):
    page = review(client, cohort_import)
    archived_page(client, cohort_import).press("Keep all archived")

    answer = page.press("Approve and import records")

    assert answer.status == 409
    assert "What is on this page has changed since you opened it" in answer.text
    assert "2 children stay archived" in answer.section(SECTION).text
    cohort_import.refresh_from_db()
    assert cohort_import.status == Status.IN_REVIEW
    assert answer.press("Approve and import records").banner == "Import started"


def test_a_choice_that_was_taken_back_is_no_reason_to_refuse(client, cohort_import):
    page = review(client, cohort_import)
    archived_page(client, cohort_import).press("Save choices", **{"row-2": "kept"})
    archived_page(client, cohort_import).press("Save choices", **{"row-2": "restored"})

    assert page.press("Approve and import records").banner == "Import started"


@pytest.mark.parametrize(
    "button", ["Approve and import changed records", "Ignore changes"]
)
def test_changed_records_that_changed_again_are_not_decided_about_unseen(
    client, nurse, button
):
    cohort_import = CohortImportFactory(
        team=nurse.teams.get(), uploaded_by=nurse, matching=True
    )
    ImportFileFactory(cohort_import=cohort_import)
    child = Child.objects.filter(pk=ChildFactory(team=cohort_import.team).pk)
    CohortRowFactory(cohort_import=cohort_import, preferred_first_name="Ami")
    match_rows(cohort_import)
    approve(cohort_import, by=nurse)
    child.update(preferred_first_name="Amy")
    commit_rows(cohort_import)
    page = review(client, cohort_import)
    assert page.title.startswith("Further review")
    child.update(preferred_first_name="Amelia")
    review(client, cohort_import).press("Approve and import changed records")
    cohort_import.refresh_from_db()
    commit_rows(cohort_import)

    answer = page.press(button)

    assert answer.status == 409
    assert "What is on this page has changed since you opened it" in answer.text
    assert answer.press(button).status == 200


def test_a_child_archived_since_the_approval_is_chosen_about_in_further_review(
    client, nurse
):
    cohort_import = CohortImportFactory(
        team=nurse.teams.get(), uploaded_by=nurse, matching=True
    )
    ImportFileFactory(cohort_import=cohort_import)
    child = ChildFactory(team=cohort_import.team)
    CohortRowFactory(cohort_import=cohort_import)
    match_rows(cohort_import)
    approve(cohort_import, by=nurse)
    CohortMembership.objects.filter(child=child).update(
        archived_at=cohort_import.uploaded_at, archive_reason=ArchiveReason.OTHER
    )
    commit_rows(cohort_import)

    page = review(client, cohort_import)

    assert page.title.startswith("Further review")
    assert "1 child will be restored." in page.section(SECTION).text
    chosen = archived_page(client, cohort_import).press("Keep all archived")
    assert "1 child stays archived" in chosen.section(SECTION).text
    chosen.press("Approve and import changed records")
    cohort_import.refresh_from_db()
    commit_rows(cohort_import)
    assert cohort_import.status == Status.COMPLETED
    assert restored(cohort_import) == set()


def test_why_another_team_archived_a_child_is_not_shown(client, nurse):
    cohort_import = CohortImportFactory(
        team=nurse.teams.get(), uploaded_by=nurse, matching=True
    )
    ImportFileFactory(cohort_import=cohort_import)
    ChildFactory(archived=ArchiveReason.OTHER, postcode="SW1A 1AA")
    CohortRowFactory(cohort_import=cohort_import)
    match_rows(cohort_import)

    (row,) = archived_page(client, cohort_import).table()

    assert row["Archived because"] == "Not by your team"


def test_another_teams_upload_is_not_chosen_about(client, cohort_import):
    client.force_login(UserFactory())

    answer = client.post(
        f"/imports/{cohort_import.pk}/archived-children/choose/", {"all": "kept"}
    )

    assert answer.status_code == 404
    assert archived_page(client, cohort_import).status == 404
