"""How long a nurse waits for the pages of a large upload, and for searches.

By the server's time: from the request to the whole answer, without the network. The
first request of each address is not counted.
"""

import time
from collections.abc import Iterator, Sequence

from django.conf import settings
from django.test import Client
from django.urls import reverse

from imports.models import CohortImport
from imports.pages.rows import ROWS_A_PAGE
from imports.queries.rows import Section, count_by_section
from mavis.benchmark import database, importing
from mavis.benchmark.database import nurse
from mavis.benchmark.figures import Figure
from mavis.benchmark.people import Row
from mavis.benchmark.size import Size

TIMES = 20
LONGEST = 0.3
SEARCHES = {
    "a name": {"q": "Amara Okafor"},
    "a last name": {"q": "Smith"},
    "a first name": {"q": "Olivia"},
    "a name with a slip": {"q": "Oliva Smtih"},
    "a year group": {"year_group": "4"},
    "no NHS number": {"missing_nhs_number": "on"},
}


class NotShown(Exception):
    """A page was not answered as it should be."""


def measure(of: Size) -> list[Figure]:
    """Ask for each page of a large upload before and after its approval."""
    rows = of.file(of.many_rows)
    with database.base(of.many_children, seed=of.seed) as base, database.copy(base):
        browser = _browser()
        return [
            *_of_upload(browser, rows),
            *(
                _timed(browser, f"search for {what}", _searched(browser, asked))
                for what, asked in SEARCHES.items()
            ),
        ]


def _of_upload(browser: Client, rows: Sequence[Row]) -> Iterator[Figure]:
    cohort_import, _, _ = importing.to_review(rows)
    show = reverse("imports:show", args=[cohort_import.pk])
    yield _timed(browser, "review page", show)
    yield from _sections(browser, cohort_import, "review")
    importing.approve_and_commit(cohort_import)
    yield _timed(browser, "completed page", show)
    yield from _sections(browser, cohort_import, "completed")
    issues = reverse("imports:issues")
    yield _timed(browser, "Issues", issues)
    yield _timed(browser, "Issues, last page", f"{issues}?page=999999")
    yield _timed(browser, "School moves", reverse("schoolmoves:list"))


def _sections(
    browser: Client, cohort_import: CohortImport, of: str
) -> Iterator[Figure]:
    """Time the first and the last page of each section that has rows."""
    for section, count in count_by_section(cohort_import, *Section).items():
        if count:
            address = reverse("imports:section", args=[cohort_import.pk, section])
            name = f"{of}, {section}"
            yield _timed(browser, name, address)
            if count > ROWS_A_PAGE:
                last = f"{address}?page={-(-count // ROWS_A_PAGE)}"
                yield _timed(browser, f"{name}, last page", last)


def _searched(browser: Client, asked: dict[str, str]) -> str:
    """Search for children, and return the address of what was found."""
    answer = browser.post(reverse("children:search"), asked)
    if answer.status_code != 302:
        raise NotShown(f"A search was answered with {answer.status_code}.")
    return str(answer["Location"])


def _timed(browser: Client, name: str, address: str) -> Figure:
    _open(browser, name, address)
    seconds = []
    for _ in range(TIMES):
        began = time.perf_counter()
        _open(browser, name, address)
        seconds.append(time.perf_counter() - began)
    return Figure(f"page: {name}", seconds, at_most=LONGEST)


def _open(browser: Client, name: str, address: str) -> None:
    answer = browser.get(address)
    if answer.status_code != 200:
        raise NotShown(f"{name} was answered with {answer.status_code}.")


def _browser() -> Client:
    """Return what asks as the nurse of the first team does."""
    browser = Client(SERVER_NAME=settings.ALLOWED_HOSTS[0])
    browser.force_login(nurse(), backend=settings.AUTHENTICATION_BACKENDS[0])
    return browser
