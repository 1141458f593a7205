"""A nurse at a browser, in the words on the pages. Every page seen is checked."""

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page, expect

from tests import axe

PASSWORD = "correct horse battery"
# Long enough for a worker on a busy machine; nothing waits when it is there sooner.
PATIENCE = 60_000  # milliseconds
# NHS blue, of the design system's header: a page whose stylesheet is missing would
# pass every other check.
NHS_BLUE = "rgb(0, 94, 184)"


@dataclass
class Nurse:
    """Goes from page to page, and fails on the first that is not right."""

    page: Page
    address: str
    has_javascript: bool = True

    def signs_in(self, user: Any) -> None:
        self.page.goto(self.address)
        self.page.get_by_label("Email address").fill(user.email)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.presses("Log in")

    def follows(self, words: str) -> None:
        self.page.get_by_role("link", name=words, exact=True).first.click()

    def presses(self, words: str) -> None:
        self.page.get_by_role("button", name=words, exact=True).click()

    def uploads(self, content: str, *, name: str = "cohort.csv") -> None:
        """Go the way of the user guide, from the dashboard to the file."""
        self.follows("Import records")
        self.sees("Imports")
        self.presses("Upload records")
        self.sees("What type of records are you uploading?")
        self.page.get_by_label("Child records").check()
        self.presses("Continue")
        self.sees("Upload child records")
        file = {"name": name, "mimeType": "text/csv", "buffer": content.encode()}
        self.page.locator("input[type=file]").set_input_files(files=[file])  # type: ignore[list-item]
        self.presses("Continue")

    def sees(self, title: str) -> None:
        """Wait for the page with this heading, and check it."""
        heading = self.page.get_by_role("heading", level=1).filter(has_text=title)
        expect(heading).to_be_visible(timeout=PATIENCE)
        self.checks_the_page()

    def checks_the_page(self) -> None:
        header = self.page.locator("header.nhsuk-header")
        expect(header).to_have_css("background-color", NHS_BLUE)
        if not self.has_javascript:
            return  # axe is a script itself
        assert axe.violations(self.page) == []

    def opens(self, section: str) -> Any:
        """Open a section's expander, and return its table when the rows are there."""
        region = self.page.get_by_role("region", name=section, exact=True)
        region.locator("summary").click()
        table = region.get_by_role("table")
        expect(table.first).to_be_visible(timeout=PATIENCE)
        return table

    def finds(self, child: str) -> None:
        """Search for a child and open the record."""
        self.follows("Children")
        self.sees("Children")
        self.page.get_by_role("search").get_by_role("textbox").first.fill(child)
        self.presses("Search")
        self.sees("Children")
        self.follows(child)
        self.sees(child)
