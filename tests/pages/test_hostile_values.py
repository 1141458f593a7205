"""Values that look like markup or formulas, wherever a page or a download shows them."""

import csv
import io
import unicodedata

import openpyxl
import pytest
from django.urls import get_resolver, reverse

from children.models import Relationship
from imports import files
from imports.rules.lifecycle import FailureReason, Status
from pds.rules.outcomes import TraceOutcome
from tests.factories import (
    ChildFactory,
    CloseMatchFactory,
    CohortImportFactory,
    CohortRowFactory,
    ContactFactory,
    ImportFileFactory,
    NoticeFactory,
    RowErrorFactory,
    SchoolFactory,
    SchoolMoveFactory,
    SchoolMoveLogEntryFactory,
    SharedNumberFactory,
    TeamFactory,
    UserFactory,
)
from tests.files.cohorts import child, csv_file
from tests.imports.test_stage_read import read_file, uploaded
from tests.pages.shown import Shown
from tests.pages.test_every_address import patterns

pytestmark = pytest.mark.django_db

# Closes an attribute, a tag and a script, and has what an entity is made of.
MARKUP = "\"'></script><img src=x onerror=alert(1)>&lt;{{7*7}}"
FILE = csv_file(child(CHILD_TOWN=MARKUP))
STARTS = (
    "=",
    "+",
    "-",
    "@",
    " =",
    "\t=",
    "\r@",
    "\u200b=",
    "\ufeff+",
    "\u200e=",
    "\u00ad@",
    "\u2066-",
    "＝",
    "－",
    "＋",
    "＠",
)


def markup_of(team):
    """Make records that hold markup wherever there is room."""
    school = SchoolFactory(team=team, name=MARKUP, town=MARKUP)
    details = {
        "first_name": MARKUP, "last_name": MARKUP, "registration": MARKUP,
        "address_line_1": MARKUP, "address_line_2": MARKUP, "town": MARKUP,
        "preferred_first_name": MARKUP, "preferred_last_name": MARKUP,
    }  # fmt: skip
    child = ChildFactory(team=team, school=school, **details)
    contact = ContactFactory(
        child=child, name=MARKUP, relationship=Relationship.OTHER,
        relationship_other=MARKUP, email="a@example.com",
    )  # fmt: skip
    others = [ChildFactory(team=team, traced=True, **details) for _ in range(2)]
    imports = {
        status: CohortImportFactory(
            team=team,
            status=status,
            failure_reason=FailureReason.LOW_MATCH_RATE if status == Status.FAILED else "",
            approved=status in {Status.COMPLETED, Status.IN_FURTHER_REVIEW},
        )
        for status in (
            Status.INVALID, Status.IN_REVIEW, Status.IN_FURTHER_REVIEW, Status.COMPLETED,
            Status.FAILED, Status.TRACING, Status.CANCELLED,
        )
    }  # fmt: skip
    row = None
    for cohort_import in imports.values():
        files.store(
            cohort_import, name=f"{MARKUP}.csv", file_format="csv",
            sha256=f"{cohort_import.pk:064}", content=FILE,
        )  # fmt: skip
        for warning in (True, False):
            RowErrorFactory(
                cohort_import=cohort_import, is_warning=warning, column=MARKUP,
                message=MARKUP, value=MARKUP,
            )  # fmt: skip
        rest = {"cohort_import": cohort_import, **details}
        CohortRowFactory(new=True, **rest)
        row = CohortRowFactory(close_match=True, matched_child=others[0], **rest)
    match = CloseMatchFactory(row=row)
    move = SchoolMoveFactory(team=team, child=child, school=school)
    NoticeFactory(team=team, child=child)
    shared = SharedNumberFactory(child=others[0], other_child=others[1])
    named = {
        "child_id": child.pk, "contact_id": contact.pk, "into_id": others[0].pk,
        "close_match_id": match.pk, "move_id": move.pk, "shared_number_id": shared.pk,
    }  # fmt: skip
    return named, [cohort_import.pk for cohort_import in imports.values()]


def pages_with_markup(team):
    """Return the address of every page of such records."""
    named, import_ids = markup_of(team)
    for name, words in sorted(patterns(get_resolver()).items()):
        if "import_id" in words:
            for import_id in import_ids:
                for section in ("new-records", "upload-issues", "warnings"):
                    given = {"import_id": import_id, "section": section}
                    yield reverse(name, kwargs={word: given[word] for word in words})
        elif "part" in words:
            for part in ("name", "address", "gender"):
                yield reverse(
                    name, kwargs={"child_id": named["child_id"], "part": part}
                )
        elif words <= set(named) and name != "sign_out":
            yield reverse(name, kwargs={word: named[word] for word in words})


def test_no_page_takes_a_value_for_markup(client):
    team = TeamFactory(name=MARKUP)
    client.force_login(UserFactory(team=team, name=MARKUP, role="superuser"))
    shown = 0

    for address in dict.fromkeys(pages_with_markup(team)):
        for headers in ({}, {"HX-Request": "true"}):
            response = client.get(address, headers=headers, follow=True)
            if response.status_code == 200 and "text/html" in response["Content-Type"]:
                document = Shown(client, response).document
                assert not document.all("img"), address
                assert all(
                    not name.startswith("on") and not name.startswith("<")
                    for element in document.all("a", "input", "button", "td", "p", "h1")
                    for name in element.attributes
                ), address
                text = response.content.decode()
                assert "<img" not in text.lower(), address
                shown += "&lt;img src=x onerror=alert(1)&gt;" in text
    assert shown > 60


def test_what_was_searched_for_is_shown_as_text(client):
    client.force_login(UserFactory())

    page = Shown(client, client.post("/children/", {"q": MARKUP}, follow=True))

    (field,) = [
        each
        for each in page.document.all("input")
        if each.attributes.get("name") == "q"
    ]
    assert field.attributes["value"] == MARKUP
    assert not page.document.all("img")


# --- Downloads ----------------------------------------------------------------------


def cells_of(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def begins_a_formula(cell):
    seen = "".join(c for c in cell if unicodedata.category(c) not in ("Cf", "Cc"))
    return seen.strip().startswith(("=", "+", "-", "@", *"＝＋－＠"))


def downloads(team, start):
    """Return each download of the product with its fields, of records with formulas."""
    text = f"{start}1+1"
    invalid = read_file(
        uploaded(csv_file(child(CHILD_TOWN=text, CHILD_POSTCODE=text)), team=team)
    )
    failed = CohortImportFactory(team=team, failed=True)
    ImportFileFactory(cohort_import=failed)
    details = {"first_name": text, "last_name": text}
    CohortRowFactory(
        cohort_import=failed, trace_outcome=TraceOutcome.NOT_FOUND, **details
    )
    SchoolMoveLogEntryFactory(
        to_team=team,
        child=ChildFactory(team=team, town=text, address_line_1=text, **details),
        to_school=SchoolFactory(team=team, name=text),
    )
    return {
        "imports:rows_to_mend": (reverse("imports:rows_to_mend", args=[invalid.pk]), None),
        "imports:unmatched_rows": (
            reverse("imports:unmatched_rows", args=[failed.pk]), None,
        ),
        "imports:template": (reverse("imports:template", args=["csv"]), None),
        "audit_log:download": (reverse("audit_log:download"), None),
        "schoolmoves:download": (
            reverse("schoolmoves:download"), {"from_date": "", "to_date": ""},
        ),
    }  # fmt: skip


@pytest.mark.parametrize("start", STARTS)
def test_no_cell_of_any_download_begins_a_formula(client, start):
    team = TeamFactory()
    client.force_login(UserFactory(team=team, name=f"{start}1+1", role="superuser"))

    for name, (address, fields) in downloads(team, start).items():
        response = (
            client.get(address) if fields is None else client.post(address, fields)
        )
        assert response["Content-Disposition"].startswith("attachment"), name
        rows = cells_of(response.getvalue())
        assert not [cell for row in rows for cell in row if begins_a_formula(cell)], (
            name
        )
        if name != "imports:template":
            assert f"'{start}1+1" in {cell for row in rows for cell in row}, name


def test_no_cell_of_the_workbook_is_a_formula(client):
    client.force_login(UserFactory())

    content = client.get("/imports/template.xlsx").content
    (sheet,) = openpyxl.load_workbook(io.BytesIO(content)).worksheets

    assert {cell.data_type for row in sheet.iter_rows() for cell in row} == {"s"}


def test_every_address_that_is_a_file_is_among_the_downloads():
    """A new download has its line above, or is one of the demonstration's files."""
    files = {
        name
        for name in patterns(get_resolver())
        if any(word in name for word in ("download", "_rows", "_to_mend", "template"))
    }

    assert files == set(downloads(TeamFactory(), "="))
