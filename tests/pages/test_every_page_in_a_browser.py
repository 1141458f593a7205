"""Every page on the narrowest screen, with long words on it, with and without scripts.

And under the policy that browsers are told: whatever it forbids fails the test.
"""

import pytest
from playwright.sync_api import expect

from imports.queries.rows import Section
from tests import axe
from tests.factories import TeamFactory, UserFactory
from tests.pages.every_page import every_page
from tests.pages.in_a_browser import EMAIL, PASSWORD, log_in

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
# Have a browser tell in its console, in which no error may be, what the policy forbids.
TELL = "addEventListener('securitypolicyviolation', e => console.error(e.blockedURI))"
# What would only run under a laxer policy.
OWN = "[style], style, script:not([src], [nonce]), [onclick], [onload], [onerror]"


@pytest.fixture
def pages(transactional_db):
    user = UserFactory(email=EMAIL, password=PASSWORD, superuser=True, name=LONG * 2)
    long = {"last_name": LONG, "address_line_1": STREET, "town": STREET}
    return every_page(
        user.teams.get(),
        child=long | {"preferred_last_name": LONG, "registration": STREET},
        contact={"name": f"{LONG} {LONG}", "email": f"{'long' * 12}@example.com"},
        row=long | {"parent_1_email": f"{'long' * 12}@example.com"},
    )


def what_is_wrong(page, *, with_axe=True):
    """Return what is wrong with the page that is open."""
    try:
        # The design system's script folds the navigation after the page is loaded.
        expect(page.locator("html")).to_have_js_property("scrollWidth", 320)
    except AssertionError:
        return f"{page.evaluate(WIDTH)} px wide"
    if page.locator(OWN).count():
        return "a style or a script of its own"
    return axe.violations(page) if with_axe else []


def test_no_page_scrolls_sideways_has_scripts_of_its_own_or_is_found_fault_with_by_axe(
    page, live_server, pages
):
    page.set_viewport_size(NARROWEST)
    page.add_init_script(TELL)
    axe.comes_with_every_page(page)
    log_in(page, live_server)

    wrong = {}
    for name, address in pages.items():
        page.goto(f"{live_server}{address}")
        if found := what_is_wrong(page, with_axe=name not in READ_ALREADY):
            wrong[name] = found

    assert wrong == {}


def test_nor_does_any_page_outside_of_a_team(
    page, live_server, transactional_db, expected_answers, monkeypatch
):
    user = UserFactory(email=EMAIL, password=PASSWORD, name=LONG * 2)
    page.set_viewport_size(NARROWEST)
    page.add_init_script(TELL)
    axe.comes_with_every_page(page)
    wrong = {}

    def look_at(address, status=200):
        expected_answers.add(status)
        assert page.goto(f"{live_server}{address}").status == status, address
        if found := what_is_wrong(page):
            wrong[address] = found

    look_at("/sign-in/")
    look_at("/sign-in/cis2/callback/", 400)
    look_at("/no-such-page/", 404)
    log_in(page, live_server)
    look_at("/session/ending/")
    look_at("/audit-log/", 403)
    look_at("/sign-out/", 405)
    monkeypatch.setattr("mavis.navigation.waiting", lambda request: 1 / 0)
    look_at("/", 500)
    user.memberships.create(team=TeamFactory(name=LONG * 3), role="nurse")
    look_at("/team/")
    user.memberships.all().delete()
    look_at("/children/", 403)

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
