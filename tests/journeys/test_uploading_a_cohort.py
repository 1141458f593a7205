"""A nurse's way from a file to the children's records, with all that is real.

The browser, the web server, the worker, PostgreSQL, Valkey and the PDS simulator.
"""

import re
from datetime import date

import pytest
from playwright.sync_api import expect

from imports.models import CohortImport
from imports.rules.lifecycle import Status
from tests.factories import ChildFactory, SchoolFactory, TeamFactory, UserFactory
from tests.journeys.browsing import PASSWORD, PATIENCE, Nurse

pytestmark = pytest.mark.django_db(transaction=True)

HEADERS = (
    "CHILD_SCHOOL_URN,CHILD_FIRST_NAME,CHILD_LAST_NAME,CHILD_DATE_OF_BIRTH,"
    "CHILD_POSTCODE,CHILD_GENDER,CHILD_NHS_NUMBER,FAVOURITE_COLOUR"
)
BORN = date(2014, 3, 27)
POSTCODE = "SW1A 1AA"
# Of children who are new: one born on the same day and living at the same postcode as
# a child in Mavis would be a possible match, whatever the names (spec section 7, rule 5).
ELSEWHERE = ("LS2 7EW", "YO1 7HH", "HU1 2AA")


def person(number, first, last, postcode=POSTCODE):
    return {
        "NHS_NUMBER": number,
        "FAMILY_NAME": last,
        "GIVEN_NAME": first,
        "DATE_OF_BIRTH": BORN.isoformat(),
        "POSTCODE": postcode,
    }


def line(first, last, *, urn="888888", postcode=POSTCODE, gender="", number=""):
    return f"{urn},{first},{last},{BORN:%d/%m/%Y},{postcode},{gender},{number},blue"


def file_of(*lines):
    return "\n".join([HEADERS, *lines]) + "\n"


@pytest.fixture
def team():
    return TeamFactory(name="Coverwick SAIS team")


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


# --- The people of the mixed file --------------------------------------------------


@pytest.fixture
def mixed_file(team):
    """Return a file with a row of each kind; the children it is about are there."""
    here = SchoolFactory(team=team, name="Hollybrook Academy")
    there = SchoolFactory(team=team, name="Mossfield School")
    neighbours = TeamFactory(name="Northfield SAIS team")
    theirs = SchoolFactory(team=neighbours, name="Northfield Academy")

    def child(first, last, **details):
        with_school = {"school": here, "team": team, **details}
        return ChildFactory(
            first_name=first, last_name=last, date_of_birth=BORN, **with_school
        )

    child("Bela", "Already")
    child("Cara", "Close", postcode="LS1 4AP")
    child("Dana", "Mover", school=there)
    child("Esme", "Moving-In", team=neighbours, school=theirs)
    child("Fay", "Elsewhere", team=neighbours, school=theirs)
    return file_of(
        line("Amara", "Newchild", urn=here.urn, postcode=ELSEWHERE[0]),
        line("Bela", "Already", urn=here.urn, gender="female"),
        line("Cara", "Close", urn=here.urn),
        line("Dana", "Mover", urn=here.urn),
        line("Esme", "Moving-In", urn=here.urn),
        line("Fay", "Elsewhere"),
        line(
            "Gina",
            "Renumbered",
            urn=here.urn,
            postcode=ELSEWHERE[1],
            number="9990000026",
        ),
        line("H4nna", "Digit", urn=here.urn, postcode=ELSEWHERE[2]),
    )


PEOPLE = (
    person("9990000018", "Amara", "Newchild", postcode=ELSEWHERE[0]),
    person("9990000034", "Gina", "Renumbered", postcode=ELSEWHERE[1]),
    person("9990000042", "Somebody", "Else", postcode="LS1 4AP"),
)
# Each section of the review page, with the child in it.
REVIEWED = {
    "New records": "NEWCHILD, Amara",
    "Records already in Mavis": "ALREADY, Bela",
    "Children moving from another team's area - resolve after import": (
        "MOVING-IN, Esme"
    ),
    "Close matches to existing records - resolve after import": "CLOSE, Cara",
    "School moves - resolve after import": "MOVER, Dana",
    "Records not imported - children at schools in other team areas": (
        "ELSEWHERE, Fay"
    ),
    "NHS numbers updated from PDS": "RENUMBERED, Gina",
}


def test_a_nurse_takes_a_mixed_file_to_the_childrens_records(
    nurse, pds_simulator, start_worker, mixed_file, settings
):
    pds_simulator(*PEOPLE)
    # Slow enough for progress to be seen, and told of every second.
    settings.PDS_REQUESTS_PER_SECOND = 4

    nurse.uploads(mixed_file)
    nurse.sees("Processing")
    start_worker(IMPORT_SLICE_SECONDS="1")
    progress = nurse.page.get_by_role("status").filter(
        has_text=re.compile(r"Looking up children in PDS.*[1-7] of 8 rows", re.S)
    )
    expect(progress).to_be_visible(timeout=PATIENCE)
    nurse.checks_the_page()
    nurse.sees("Review and approve upload")

    for section, child in REVIEWED.items():
        expect(nurse.opens(section)).to_contain_text(child)
    expect(nurse.opens("Warnings").first).to_contain_text("FAVOURITE_COLOUR")
    nurse.checks_the_page()

    nurse.presses("Approve and import records")
    nurse.sees("Imports")
    expect(nurse.page.get_by_text("Import started")).to_be_visible()
    nurse.page.goto(f"{nurse.address}/imports/{CohortImport.objects.get().pk}/")
    nurse.sees("Import completed")
    expect(nurse.page.get_by_role("row", name="Total 8")).to_be_visible()
    nurse.follows("1 upload issue")
    nurse.sees("Close matches to existing records - needs review")
    nurse.follows("Imports (1)")
    nurse.follows("Completed imports")
    nurse.sees("Imports")
    nurse.follows("Issues (1)")
    expect(nurse.page.get_by_role("table")).to_contain_text("CLOSE, Cara")
    nurse.checks_the_page()

    nurse.finds("NEWCHILD, Amara")
    expect(nurse.page.get_by_role("main")).to_contain_text("999 000 0018")
    expect(nurse.page.get_by_role("main")).to_contain_text("Hollybrook Academy")


def test_an_invalid_file_says_what_to_mend_and_can_be_downloaded(
    nurse, start_worker, team
):
    start_worker()
    nurse.uploads(
        file_of(
            line("Amara", "Okafor"),
            line("", "Okafor"),
            line("Zoë", "O’Brien", postcode="SW1"),
        )
    )

    nurse.sees("Records could not be imported")

    expect(nurse.page.get_by_text("2 of 3 rows have problems")).to_be_visible()
    first_name = nurse.page.get_by_role("row", name=re.compile("CHILD_FIRST_NAME"))
    expect(first_name).to_contain_text("3")
    postcode = nurse.page.get_by_role("row", name=re.compile("CHILD_POSTCODE"))
    expect(postcode).to_contain_text("SW1")
    with nurse.page.expect_download() as download:
        nurse.follows("Download your rows with what to correct (CSV)")
    lines = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 1 + 3
    assert "Enter a first name" in lines[2]
    nurse.follows("Imports")
    nurse.sees("Imports")
    expect(
        nurse.page.get_by_role("row", name=re.compile("cohort.csv"))
    ).to_contain_text("Invalid")


def test_a_file_below_seventy_per_cent_fails_and_lists_who_did_not_match(
    nurse, pds_simulator, start_worker, team
):
    letters = "abcdefghij"
    names = [(f"Robin{letter}", f"Ashdown{letter}") for letter in letters]
    pds_simulator(
        *(
            person(number, *name)
            for number, name in zip(SIX_NUMBERS, names[:6], strict=True)
        )
    )
    start_worker()

    nurse.uploads(file_of(*(line(*name) for name in names)))
    nurse.sees("Too few records match an NHS number")

    text = "6 of 10 records matched an NHS number in PDS: 60%."
    expect(nurse.page.get_by_text(text)).to_be_visible()
    expect(nurse.page.get_by_role("table")).to_contain_text("ASHDOWNJ, Robinj")
    with nurse.page.expect_download() as download:
        nurse.follows("Download the rows that did not match (CSV)")
    lines = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 1 + 4


SIX_NUMBERS = (
    "9990000018", "9990000026", "9990000034", "9990000042", "9990000050", "9990000069",
)  # fmt: skip


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_without_javascript_a_file_is_uploaded_reviewed_and_approved(
    nurse, pds_simulator, start_worker, team
):
    pds_simulator(person("9990000018", "Amara", "Newchild"))

    nurse.uploads(file_of(line("Amara", "Newchild")))
    nurse.sees("Processing")
    start_worker()
    # The page refreshes itself.
    nurse.sees("Review and approve upload")
    region = nurse.page.get_by_role("region", name="New records", exact=True)
    region.locator("summary").click()
    nurse.follows("Show 1 record on a page of their own")
    nurse.sees("New records")
    expect(nurse.page.get_by_role("table")).to_contain_text("NEWCHILD, Amara")
    nurse.follows("Back to the upload")
    nurse.presses("Approve and import records")
    nurse.sees("Imports")
    expect(nurse.page.get_by_text("Import started")).to_be_visible()
    nurse.page.goto(f"{nurse.address}/imports/{CohortImport.objects.get().pk}/")
    nurse.sees("Import completed")

    assert CohortImport.objects.get().status == Status.COMPLETED
    nurse.finds("NEWCHILD, Amara")
