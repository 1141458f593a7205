"""Signing in and staying signed in, at a browser."""

import pytest
from playwright.sync_api import expect

from tests.factories import (
    TeamFactory,
    UserFactory,
)
from tests.journeys.browsing import PASSWORD, Nurse


def test_a_nurse_logs_in_with_cis2_and_out_of_both(
    page, live_server, transactional_db, cis2
):
    TeamFactory(name="North SAIS", workgroup="north", ods_code="R1A")
    nurse = Nurse(page, live_server.url)
    page.goto(f"{live_server}/children/")
    nurse.sees("Log in")

    page.get_by_role("button", name="Log in with NHS CIS2").click()
    nurse.sees("Children")

    nurse.presses("Log out")
    nurse.sees("Log in")
    expect(
        page.get_by_text("You have logged out, on this and on every")
    ).to_be_visible()
    assert cis2.asked["/end"]["client_id"] == "mavis"


def test_a_refusal_is_a_page_like_any_other(
    page, live_server, transactional_db, cis2, expected_answers
):
    expected_answers.add(403)
    cis2.error = "access_denied"
    nurse = Nurse(page, live_server.url)
    page.goto(f"{live_server}/sign-in/cis2/")

    nurse.sees("You could not be logged in")


@pytest.fixture
def nurse(page, live_server, transactional_db):
    user = UserFactory(email="joy@example.com", password=PASSWORD)
    nurse = Nurse(page, live_server.url)
    nurse.user = user
    return nurse


def test_whoever_does_nothing_is_asked_and_stays(page, nurse, settings, live_server):
    page.clock.install()
    nurse.signs_in(nurse.user)
    nurse.sees(nurse.user.teams.get().name)
    # All that is left is the time of the warning, as the server sees it.
    settings.SESSION_WARNING_SECONDS = settings.SESSION_IDLE_SECONDS - 1
    page.goto(f"{live_server}/children/")

    page.clock.run_for(3000)
    dialog = page.get_by_role("dialog", name="You will be logged out soon")
    expect(dialog).to_be_visible()
    nurse.checks_the_page()
    settings.SESSION_WARNING_SECONDS = 120
    with page.expect_response("**/session/stay/") as stayed:
        dialog.get_by_role("button", name="Stay signed in").click()

    assert stayed.value.json()["seconds"] > 1790


def test_whoever_does_not_answer_is_led_to_log_in(page, nurse, settings, live_server):
    page.clock.install()
    nurse.signs_in(nurse.user)
    nurse.sees(nurse.user.teams.get().name)
    page.goto(f"{live_server}/children/")
    settings.SESSION_IDLE_SECONDS = 0

    page.clock.run_for(29 * 60 * 1000)

    nurse.sees("Log in")
    expect(page.get_by_text("You were signed out because")).to_be_visible()
    assert page.url.endswith("/sign-in/?next=/children/")


def test_the_page_that_asks_is_sound(page, nurse, live_server):
    nurse.signs_in(nurse.user)
    nurse.sees(nurse.user.teams.get().name)
    page.goto(f"{live_server}/session/ending/?next=/children/")
    nurse.sees("You will be logged out soon")
    nurse.page.get_by_role("main").get_by_role("button").click()
    nurse.sees("Children")
