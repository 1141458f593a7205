"""How a test logs in by the page for it."""

from playwright.sync_api import Page, expect

EMAIL = "joy@example.com"
PASSWORD = "correct horse battery"


def log_in(page: Page, live_server) -> None:
    """Log in as the user of that email address, and wait for the dashboard."""
    page.goto(f"{live_server}/sign-in/")
    page.get_by_label("Email address").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("link", name="Import records")).to_be_visible()
