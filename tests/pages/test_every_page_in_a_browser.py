"""Every page on the narrowest screen, with long words on it, with and without scripts."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from imports.queries.rows import Section
from tests.factories import UserFactory
from tests.pages.every_page import every_page

PASSWORD = "correct horse battery"
LONG = "Featherstonehaugh-Cholmondeley-Marjoribanks"
STREET = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch"
NARROWEST = {"width": 320, "height": 640}
WIDTH = "document.documentElement.scrollWidth"
# Tables of the same columns: axe reads one of them.
READ_ALREADY = {
    f"imports:section {section}"
    for section in Section
    if section not in (Section.ALREADY_IN_MAVIS, Section.ARCHIVED)
}
# Only what is wrong is of interest, and no stylesheet has to be fetched.
AXE = {"preload": False, "resultTypes": ["violations"]}


@pytest.fixture
def pages(transactional_db):
    user = UserFactory(
        email="joy@example.com", password=PASSWORD, superuser=True, name=LONG * 2
    )
    long = {"last_name": LONG, "address_line_1": STREET, "town": STREET}
    return every_page(
        user.teams.get(),
        child=long | {"preferred_last_name": LONG, "registration": STREET},
        contact={"name": f"{LONG} {LONG}", "email": f"{'long' * 12}@example.com"},
        row=long | {"parent_1_email": f"{'long' * 12}@example.com"},
    )


def log_in(page, live_server):
    page.goto(f"{live_server}/sign-in/")
    page.get_by_label("Email address").fill("joy@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("link", name="Import records")).to_be_visible()


def test_no_page_scrolls_sideways_and_axe_finds_nothing(page, live_server, pages):
    page.set_viewport_size(NARROWEST)
    log_in(page, live_server)

    wrong = {}
    for name, address in pages.items():
        page.goto(f"{live_server}{address}")
        try:
            # The design system's script folds the navigation after the page is loaded.
            expect(page.locator("html")).to_have_js_property("scrollWidth", 320)
        except AssertionError:
            wrong[name] = f"{page.evaluate(WIDTH)} px wide"
        if name in READ_ALREADY:
            continue
        if found := Axe().run(page, options=AXE).response["violations"]:
            wrong[name] = [one["id"] for one in found]

    assert wrong == {}


def test_no_page_scrolls_sideways_without_javascript(new_context, live_server, pages):
    context = new_context(java_script_enabled=False, viewport=NARROWEST)
    page = context.new_page()
    log_in(page, live_server)

    wrong = {}
    for name, address in pages.items():
        page.goto(f"{live_server}{address}", wait_until="load")
        if (width := page.evaluate(WIDTH)) != 320:
            wrong[name] = f"{width} px wide"

    assert wrong == {}
