"""Children who change school, within a team and between two: what nurses see and do."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from children.models import ArchiveReason, Child, CohortMembership
from imports.models import CohortImport
from schoolmoves.models import SchoolMove
from tests.factories import (
    ChildFactory,
    CohortImportFactory,
    CohortRowFactory,
    ImportFileFactory,
    SchoolFactory,
    TeamFactory,
    UserFactory,
)
from tests.imports.committing import commit_rows, imported, match_rows
from tests.journeys.browsing import PASSWORD, Nurse

pytestmark = pytest.mark.django_db(transaction=True)

CHILD = "OKAFOR, Amara"
UPDATE, IGNORE = "Update record with new school", "Ignore new information"


@pytest.fixture
def team():
    return TeamFactory(name="Coverwick SAIS team")


@pytest.fixture
def neighbours():
    return TeamFactory(name="Northfield SAIS team")


@pytest.fixture
def hollybrook(team):
    return SchoolFactory(team=team, name="Hollybrook Academy")


@pytest.fixture
def northfield(neighbours):
    return SchoolFactory(team=neighbours, name="Northfield Academy")


@pytest.fixture
def user(team):
    return UserFactory(team=team, name="Amina Yusuf", password=PASSWORD)


@pytest.fixture
def nurse(page, live_server, user, request):
    without_javascript = request.node.get_closest_marker("browser_context_args")
    nurse = Nurse(page, live_server.url, has_javascript=not without_javascript)
    nurse.signs_in(user)
    nurse.sees("Coverwick SAIS team")
    return nurse


def upload(team, **row):
    """Import a file of one row for a team, and return the row."""
    cohort_import = uploaded(team, **row)
    (row,) = imported(cohort_import)
    # The nurse decides by the clock on the wall: what came before and after counts.
    row.committed_at = timezone.now()
    row.save(update_fields=["committed_at"])
    return row


def uploaded(team, **row):
    cohort_import = CohortImportFactory(team=team, matching=True)
    ImportFileFactory(cohort_import=cohort_import, name="autumn.csv")
    CohortRowFactory(cohort_import=cohort_import, row_number=2, **row)
    return cohort_import


def counts(nurse, moves):
    """See that navigation, dashboard and list agree on how many moves wait."""
    words = f"School moves ({moves})" if moves else "School moves"
    nurse.page.goto(nurse.address)
    main = nurse.page.get_by_role("main")
    waiting = "1 school move waiting" if moves == 1 else f"{moves} school moves waiting"
    expect(main.get_by_text(waiting)).to_have_count(1 if moves else 0)
    nurse.page.get_by_role("navigation").get_by_role(
        "link", name=words, exact=True
    ).click()
    nurse.sees("School moves")
    if moves:
        caption = "1 school move" if moves == 1 else f"{moves} school moves"
        table = nurse.page.get_by_role("table", name=caption, exact=True)
        expect(table.locator("tbody tr")).to_have_count(moves)
    else:
        expect(main).to_contain_text("No school moves are waiting.")


def decides(nurse, decision):
    nurse.page.get_by_role("link", name=f"Review {CHILD}").click()
    nurse.sees("Review school move")
    nurse.page.get_by_label(decision).check()
    nurse.presses("Update child record")
    nurse.sees("School moves")


def is_told(nurse, words):
    expect(nurse.page.get_by_text(words)).to_be_visible()


def opens_record(nurse, child):
    nurse.page.goto(f"{nurse.address}/children/{child.pk}/")
    nurse.sees(CHILD)
    return nurse.page.get_by_role("main")


# --- Within the team -------------------------------------------------------------------


def test_a_move_is_confirmed_and_another_ignored_and_uploaded_again(
    nurse, team, hollybrook, expected_answers
):
    expected_answers.add(422)  # nothing chosen
    mossfield = SchoolFactory(team=team, name="Mossfield School")
    child = ChildFactory(team=team, school=mossfield)
    upload(team, school=hollybrook)
    counts(nurse, 1)

    nurse.page.get_by_role("link", name=f"Review {CHILD}").click()
    nurse.sees("Review school move")
    nurse.presses("Update child record")
    expect(nurse.page.locator(".nhsuk-error-summary")).to_be_focused()
    nurse.checks_the_page()
    nurse.page.get_by_label(UPDATE).check()
    nurse.presses("Update child record")
    nurse.sees("School moves")
    is_told(nurse, "Amara Okafor’s school record updated")
    counts(nurse, 0)
    expect(opens_record(nurse, child)).to_contain_text("Hollybrook Academy")
    nurse.follows("Activity log")
    nurse.sees(CHILD)
    expect(nurse.page.get_by_role("main")).to_contain_text("School move confirmed")

    upload(team, school=mossfield)
    counts(nurse, 1)
    decides(nurse, IGNORE)
    is_told(nurse, "Amara Okafor’s school move ignored")
    counts(nurse, 0)
    upload(team, school=mossfield)
    counts(nurse, 0)
    expect(opens_record(nurse, child)).to_contain_text("Hollybrook Academy")


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_a_move_is_confirmed_without_javascript(nurse, team, hollybrook):
    child = ChildFactory(team=team, school=SchoolFactory(team=team))
    upload(team, school=hollybrook)
    counts(nurse, 1)

    decides(nurse, UPDATE)

    is_told(nurse, "Amara Okafor’s school record updated")
    expect(opens_record(nurse, child)).to_contain_text("Hollybrook Academy")


# --- Between two teams -------------------------------------------------------------------


def test_a_move_between_two_teams_is_seen_from_both_sides(
    nurse, team, neighbours, hollybrook, northfield
):
    child = ChildFactory(
        team=neighbours,
        school=northfield,
        preferred_first_name="Ami",
        postcode="M1 1AE",
    )
    their_nurse = UserFactory(team=neighbours, superuser=True, password=PASSWORD)
    upload(team, school=hollybrook, postcode="M1 1AE", registration="8T5")

    # The receiving team sees the move, and little of the child.
    counts(nurse, 1)
    expect(nurse.page.get_by_role("table")).to_contain_text(
        "moving in from another team’s area"
    )
    nurse.page.get_by_role("link", name=f"Review {CHILD}").click()
    nurse.sees("Review school move")
    main = nurse.page.get_by_role("main")
    expect(main).to_contain_text("Northfield SAIS team")
    expect(main).not_to_contain_text("Northfield Academy")
    expect(main).not_to_contain_text("Ami,")
    nurse.page.get_by_label(UPDATE).check()
    nurse.presses("Update child record")
    nurse.sees("School moves")
    record = opens_record(nurse, child)
    expect(record).to_contain_text("Hollybrook Academy")
    expect(record).to_contain_text("8T5")
    nurse.presses("Log out")

    # The team left behind is told by whom, and may open little.
    nurse.signs_in(their_nurse)
    nurse.sees("Northfield SAIS team")
    expect(
        nurse.page.get_by_role("heading", name="Notices (1)", exact=True)
    ).to_be_visible()
    notice = nurse.page.get_by_role("row", name=re.compile(CHILD))
    expect(notice).to_contain_text("Coverwick SAIS team")
    notice.get_by_role("link", name=CHILD).click()
    nurse.sees(CHILD)
    main = nurse.page.get_by_role("main")
    expect(main).to_contain_text("Coverwick SAIS team")
    expect(main).not_to_contain_text("M1 1AE")
    expect(main).not_to_contain_text("Hollybrook Academy")
    nurse.follows("Dashboard")
    nurse.presses(f"Dismiss the notice about {CHILD}")
    is_told(nurse, "Notice dismissed")
    expect(nurse.page.get_by_role("heading", name=re.compile("Notices"))).to_have_count(
        0
    )
    nurse.page.goto(f"{nurse.address}/school-moves/")
    nurse.presses("Download school moves")
    nurse.sees("Download school moves")
    nurse.page.get_by_label("From date").fill("01/09/2026")
    with nurse.page.expect_download() as download:
        nurse.presses("Download CSV")
    moved = download.value.path().read_text(encoding="utf-8-sig")
    assert "Out,Amara,Okafor,,,,,,,,Northfield SAIS team" in moved
    assert "M1 1AE" not in moved


def test_a_child_at_a_school_unknown_stays_until_a_file_names_the_school(
    nurse, team, neighbours, hollybrook, northfield
):
    child = ChildFactory(team=neighbours, school=northfield)
    row = upload(team)
    counts(nurse, 0)
    nurse.page.goto(f"{nurse.address}/imports/{row.cohort_import_id}/")
    nurse.sees("Import completed")
    expect(nurse.page.get_by_role("row", name="Not imported 1")).to_be_visible()
    nurse.opens("Records not imported")

    row = upload(team, school=hollybrook)
    nurse.page.goto(f"{nurse.address}/imports/{row.cohort_import_id}/")
    nurse.sees("Import completed")
    expect(
        nurse.page.get_by_role("row", name="Held with a school move 1")
    ).to_be_visible()
    counts(nurse, 1)
    decides(nurse, UPDATE)
    counts(nurse, 0)

    expect(opens_record(nurse, child)).to_contain_text("Hollybrook Academy")
    nurse.page.goto(f"{nurse.address}/imports/{row.cohort_import_id}/")
    nurse.sees("Import completed")
    expect(
        nurse.page.get_by_role("row", name="Held with a school move 0")
    ).to_be_visible()
    nurse.follows(CHILD)
    nurse.sees(CHILD)
    assert SchoolMove.objects.get().child == child


# --- Archived children -------------------------------------------------------------------


def test_an_archived_child_is_restored_and_another_kept(nurse, team, hollybrook):
    ChildFactory(team=team, school=hollybrook, archived=ArchiveReason.OTHER)
    ChildFactory(
        team=team,
        first_name="Bela",
        school=hollybrook,
        archived=ArchiveReason.MOVED_OUT_OF_AREA,
    )
    cohort_import = uploaded(team, school=hollybrook)
    CohortRowFactory(
        cohort_import=cohort_import, row_number=3, first_name="Bela", school=hollybrook
    )
    match_rows(cohort_import)

    nurse.page.goto(f"{nurse.address}/imports/{cohort_import.pk}/")
    nurse.sees("Review and approve upload")
    region = nurse.page.get_by_role("region", name="Archived children", exact=True)
    expect(region).to_contain_text("2 children will be restored.")
    nurse.opens("Archived children")
    nurse.checks_the_page()
    bela = region.get_by_role("group", name=re.compile("Bela"))
    bela.get_by_label("Keep archived").check()
    nurse.presses("Save choices")
    nurse.sees("Review and approve upload")
    is_told(nurse, "Choices saved")
    expect(region).to_contain_text("1 child will be restored.")
    expect(region).to_contain_text("1 child stays archived")
    nurse.presses("Approve and import records")
    nurse.sees("Imports")
    commit_rows(CohortImport.objects.get())

    nurse.page.goto(f"{nurse.address}/imports/{cohort_import.pk}/")
    nurse.sees("Import completed")
    expect(nurse.page.get_by_role("row", name="Updated 1")).to_be_visible()
    expect(nurse.page.get_by_role("row", name="Not imported 1")).to_be_visible()
    nurse.follows(CHILD)
    nurse.sees(CHILD)
    nurse.follows("Activity log")
    nurse.sees(CHILD)
    expect(nurse.page.get_by_role("main")).to_contain_text("Record restored")
    kept = Child.objects.get(first_name="Bela")
    assert CohortMembership.objects.get(child=kept).archived_at is not None
