"""The numbers that say what waits for a team, wherever they are shown."""

import re

from django.test import Client
from django.urls import reverse

from mavis.models import Team
from tests.factories import UserFactory
from tests.pages.shown import Shown

# The statuses of uploads that a person has to look at, as the list says them.
TO_REVIEW = {"Review and approve", "Review"}


def assert_counts_agree(team: Team) -> None:
    """Read each number on each page of a team, and compare it with what is listed."""
    client = Client()
    client.force_login(UserFactory(superuser=True, team=team))
    dashboard = Shown.at(client, reverse("dashboard"))
    uploads = Shown.at(client, reverse("imports:list"))
    issues = Shown.at(client, reverse("imports:issues"))
    moves = Shown.at(client, reverse("schoolmoves:list"))

    from_pds = rows(issues, "NHS numbers that PDS has replaced, oldest first")
    close = rows(issues, "Close matches, oldest first")
    assert close == number(r"([0-9,]+) uploaded records? needs? review", issues.text)
    waiting_moves = rows(moves, r"[0-9,]+ school moves?")
    to_review = sum(
        any(cell.text in TO_REVIEW for cell in row.all("strong"))
        for row in uploads.document.all("tr")
    )

    for page in (dashboard, uploads, issues, moves):
        links = page.document.one("header").text
        assert number(r"Imports \(([0-9,]+)\)", links) == close + from_pds
        assert number(r"School moves \(([0-9,]+)\)", links) == waiting_moves
    for page in (uploads, issues):
        assert number(r"Issues \(([0-9,]+)\)", page.text) == close + from_pds
    assert number(r"([0-9,]+) school moves?", moves.document.one("main").text) == (
        waiting_moves
    )
    said = dashboard.document.one("main").text
    assert number(r"([0-9,]+) issues? to resolve", said) == close + from_pds
    assert number(r"([0-9,]+) school moves? waiting", said) == waiting_moves
    assert number(r"([0-9,]+) uploads? to review", said) == to_review
    assert number(r"Notices \(([0-9,]+)\)", said) == rows(dashboard, "Notices")


def number(pattern: str, text: str) -> int:
    """Return the number that a page says, or 0 if it says none."""
    found = re.search(pattern, text)
    return int(found[1].replace(",", "")) if found else 0


def rows(page: Shown, caption: str) -> int:
    """Return how many rows the table with this caption has; 0 without the table.

    A journey has few: none of its tables goes on on another page.
    """
    assert not any(link.startswith("Next page") for link in page.links)
    return sum(
        len(table.one("tbody").all("tr"))
        for table in page.document.all("table")
        if re.fullmatch(caption, table.one("caption").text)
    )
