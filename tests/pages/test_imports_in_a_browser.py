"""The pages of imports in a browser: on a phone, with long words, left open."""

from datetime import date

import pytest
from playwright.sync_api import expect

from imports.rules.outcomes import Archived
from tests.factories import (
    NOW,
    ChildFactory,
    CohortImportFactory,
    CohortRowFactory,
    ImportFileFactory,
    RowErrorFactory,
    UserFactory,
)
from tests.pages.in_a_browser import EMAIL, PASSWORD, log_in

LONG = "Aveline" * 42
PHONE, DESK = {"width": 320, "height": 640}, {"width": 1280, "height": 900}


@pytest.fixture
def team(transactional_db):
    nurse = UserFactory(email=EMAIL, password=PASSWORD)
    return nurse.teams.get()


@pytest.fixture
def upload(team):
    """An upload in review, of a child whose names are as long as they may be."""
    upload = CohortImportFactory(team=team, in_review=True, row_count=1)
    ImportFileFactory(cohort_import=upload, name=f"{LONG[:250]}.csv")
    CohortRowFactory(cohort_import=upload, new=True, first_name=LONG, last_name=LONG)
    # Its choices have a legend that only screen readers hear.
    CohortRowFactory(
        cohort_import=upload,
        already_in_mavis=True,
        archived=Archived.RESTORED,
        matched_child=ChildFactory(team=team, moved_away=True),
        date_of_birth=date(2014, 9, 22),
    )
    RowErrorFactory(
        cohort_import=upload,
        row_number=None,
        column=LONG.upper(),
        message=f"The column {LONG.upper()} is not used",
        value="",
        warning=True,
    )
    return upload


@pytest.fixture
def invalid(team):
    invalid = CohortImportFactory(team=team, invalid=True, row_count=1)
    ImportFileFactory(cohort_import=invalid)
    RowErrorFactory(cohort_import=invalid, column="PARENT_1_RELATIONSHIP", value=LONG)
    return invalid


@pytest.fixture
def nurse(page, live_server, team):
    """A browser in which a nurse of the team has logged in."""
    log_in(page, live_server)
    return page


def open_all(page):
    for summary in page.locator("summary").all():
        summary.click()
    for details in page.locator("details").all():
        expect(details.get_by_role("table").first).to_be_visible()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_no_page_of_imports_scrolls_sideways(nurse, live_server, upload, invalid, size):
    nurse.set_viewport_size(size)
    for address in (
        "/imports/",
        "/imports/upload/child-records/",
        f"/imports/{upload.pk}/",
        f"/imports/{upload.pk}/new-records/",
        f"/imports/{invalid.pk}/",
    ):
        nurse.goto(f"{live_server}{address}")
        open_all(nurse)
        width = nurse.evaluate("document.documentElement.scrollWidth")
        assert width == size["width"], address


def test_the_words_of_a_table_are_not_broken_where_there_is_room(
    nurse, live_server, invalid
):
    nurse.set_viewport_size(DESK)
    nurse.goto(f"{live_server}/imports/{invalid.pk}/")
    column = nurse.get_by_role("cell", name="PARENT_1_RELATIONSHIP")
    height = column.locator("span").last.evaluate("cell => cell.offsetHeight")
    assert height < 30  # pixels: one line


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_buttons_of_a_review_stand_apart(nurse, live_server, upload, size):
    nurse.set_viewport_size(size)
    nurse.goto(f"{live_server}/imports/{upload.pk}/")
    approve = nurse.get_by_role("button", name="Approve and import records")
    cancel = nurse.get_by_role("button", name="Cancel upload")
    first, second = approve.bounding_box(), cancel.bounding_box()
    across = second["x"] - (first["x"] + first["width"])
    down = second["y"] - (first["y"] + first["height"])
    assert max(across, down) >= 12


def test_the_card_of_a_page_left_open_says_that_pds_is_down(nurse, live_server, team):
    working = CohortImportFactory(team=team, tracing=True, row_count=12)
    ImportFileFactory(cohort_import=working)
    nurse.goto(f"{live_server}/imports/{working.pk}/")
    card = nurse.locator(".nhsuk-card")
    expect(card).to_contain_text("Processing")

    working.waiting_for_pds_since = NOW
    working.save()

    expect(card).to_contain_text("Waiting for PDS")
