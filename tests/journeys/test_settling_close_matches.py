"""The same child uploaded twice, at another postcode and without an NHS number, and
what a nurse makes of it: the four choices, twins, and two nurses at once."""

from dataclasses import dataclass
from datetime import date

import pytest
from playwright.sync_api import expect

from children.models import Child, ChildTrace, Contact
from imports.models import CloseMatch
from tests.factories import (
    ChildFactory,
    ImportFileFactory,
    SchoolFactory,
    TeamFactory,
    UserFactory,
)
from tests.imports.settling import close_match, keep_existing
from tests.journeys.browsing import PASSWORD, Nurse

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE, NOW_AT = "SW1A 1AA", "M1 1AE"
CONFIRMED = "9990000018"


@pytest.fixture
def team():
    return TeamFactory(name="Coverwick SAIS team")


@pytest.fixture
def user(team):
    return UserFactory(team=team, name="Amina Yusuf", password=PASSWORD)


@pytest.fixture
def imports(pds_simulator, run_command, team, user, tmp_path, monkeypatch):
    """Import a row by the command, with all its stages; PDS knows Amara as she was."""
    address = pds_simulator(
        {
            "NHS_NUMBER": CONFIRMED,
            "FAMILY_NAME": "Okafor",
            "GIVEN_NAME": "Amara",
            "DATE_OF_BIRTH": "2014-03-27",
            "POSTCODE": BEFORE,
        }
    )
    monkeypatch.setenv("PDS_BASE_URL", address)

    def run(name, **cells):
        file = tmp_path / name
        row = {
            "CHILD_FIRST_NAME": "Amara",
            "CHILD_LAST_NAME": "Okafor",
            "CHILD_DATE_OF_BIRTH": "27/03/2014",
            **cells,
        }
        file.write_text(f"{','.join(row)}\n{','.join(row.values())}\n")
        done = run_command(
            *("import_cohort", str(file), "--team", team.workgroup),
            *("--user", user.email, "--approve", "--wait"),
        )
        assert done.returncode == 0, done.stdout + done.stderr

    return run


@pytest.fixture
def child(imports, team):
    """The child of the first upload, for whom PDS has confirmed a number."""
    school = SchoolFactory(team=team, name="Hollybrook Academy")
    imports(
        "summer.csv",
        CHILD_SCHOOL_URN=school.urn,
        CHILD_POSTCODE=BEFORE,
        CHILD_ADDRESS_LINE_1="1 High Street",
        CHILD_PREFERRED_FIRST_NAME="Ami",
        PARENT_1_NAME="Ngozi Okafor",
        PARENT_1_RELATIONSHIP="mum",
    )
    return Child.objects.get()


@pytest.fixture
def match(imports, team, child):
    """The second upload: another postcode, no number, another school and parent."""
    school = SchoolFactory(team=team, name="Mossfield School")
    imports(
        "autumn.csv",
        CHILD_SCHOOL_URN=school.urn,
        CHILD_POSTCODE=NOW_AT,
        CHILD_ADDRESS_LINE_1="9 Mill Lane",
        CHILD_PREFERRED_FIRST_NAME="Mara",
        PARENT_1_NAME="Obi Okafor",
        PARENT_1_RELATIONSHIP="dad",
        PARENT_1_PHONE="07700 900999",
    )
    return CloseMatch.objects.get()


@pytest.fixture
def nurse(page, live_server, user, request):
    without_javascript = request.node.get_closest_marker("browser_context_args")
    nurse = Nurse(page, live_server.url, has_javascript=not without_javascript)
    nurse.signs_in(user)
    nurse.sees("Coverwick SAIS team")
    return nurse


@dataclass(frozen=True)
class Record:
    """What a nurse reads on the pages of one child."""

    details: dict[str, str]
    contacts: list[str]
    lookups: int
    log: str

    @classmethod
    def of(cls, nurse, child):
        address = f"{nurse.address}/children/{child.pk}/"
        nurse.page.goto(address)
        nurse.sees("OKAFOR")
        main = nurse.page.get_by_role("main")
        labels = main.locator("dt").all_inner_texts()
        values = main.locator("dd").all_inner_texts()
        pairs = list(zip(labels, values, strict=True))
        nurse.follows("Activity log")
        nurse.sees("OKAFOR")
        log = main.inner_text()
        lookups = 0
        if ChildTrace.objects.filter(child=child).exists():
            nurse.page.goto(address)
            nurse.follows("PDS history")
            nurse.sees("NHS number lookup history")
            lookups = main.get_by_role("heading", level=2).count()
        return cls(
            details=dict(pairs),
            contacts=[value for label, value in pairs if label == "Name"],
            lookups=lookups,
            log=log,
        )


def reviews(nurse):
    """Go from the dashboard to the close match, by the links that count it."""
    nurse.page.goto(nurse.address)
    nurse.follows("Imports (1)")
    nurse.sees("Imports")
    nurse.follows("Issues (1)")
    nurse.sees("Imports")
    expect(
        nurse.page.get_by_role("heading", name="1 uploaded record needs review")
    ).to_be_visible()
    nurse.page.get_by_role("link", name="Review OKAFOR, Amara, row 2").click()
    nurse.sees("Review close match")


def chooses(nurse, choice):
    nurse.page.get_by_role("radio", name=choice, exact=True).check()


def resolves(nurse, choice):
    chooses(nurse, choice)
    nurse.presses("Resolve duplicate")
    is_told(nurse)


def is_told(nurse):
    expect(nurse.page.get_by_text("Record updated")).to_be_visible()
    nurse.sees("Imports")
    # Navigation, tab and page agree: nothing waits.
    expect(nurse.page.get_by_role("link", name="Imports", exact=True)).to_be_visible()
    expect(nurse.page.get_by_role("link", name="Issues", exact=True)).to_be_visible()
    expect(
        nurse.page.get_by_role("heading", name="No uploaded records need review")
    ).to_be_visible()


def moves_waiting(nurse, count):
    words = f"School moves ({count})" if count else "School moves"
    link = nurse.page.get_by_role("link", name=words, exact=True)
    expect(link.first).to_be_visible()


# --- The four choices --------------------------------------------------------------


def test_the_uploaded_record_is_used(nurse, child, match):
    reviews(nurse)
    table = nurse.page.get_by_role("table", name="Both records")
    expect(table.get_by_role("row", name="Postcode Different")).to_contain_text(NOW_AT)
    resolves(nurse, "Use uploaded record")
    moves_waiting(nurse, 1)

    record = Record.of(nurse, child)
    assert record.details["Postcode"] == NOW_AT
    assert record.details["Address"] == "9 Mill Lane"
    assert record.details["NHS number"].startswith("999 000 0018")
    assert record.details["School"] == "Hollybrook Academy"
    assert record.contacts == ["Ngozi Okafor", "Obi Okafor"]
    assert record.lookups == 2
    assert "Close match resolved" in record.log
    assert "Choice: Use uploaded record" in record.log
    assert f"Postcode: {BEFORE} changed to {NOW_AT}" in record.log
    assert "Amina Yusuf, autumn.csv, row 2" in record.log
    assert Child.objects.count() == 1


def test_the_existing_record_is_kept(nurse, child, match):
    reviews(nurse)
    resolves(nurse, "Keep existing record")
    moves_waiting(nurse, 0)

    record = Record.of(nurse, child)
    assert record.details["Postcode"] == BEFORE
    assert record.details["NHS number"].startswith("999 000 0018")
    assert record.contacts == ["Ngozi Okafor"]
    assert record.lookups == 2
    assert "Choice: Keep existing record" in record.log
    assert Child.objects.count() == 1
    assert Contact.objects.count() == 1


def test_both_records_are_kept(nurse, child, match):
    reviews(nurse)
    resolves(nurse, "Keep both records")
    moves_waiting(nurse, 0)

    before = Record.of(nurse, child)
    assert before.details["Postcode"] == BEFORE
    assert before.details["NHS number"].startswith("999 000 0018")
    assert before.contacts == ["Ngozi Okafor"]
    assert before.lookups == 1
    assert "Choice: Not the same child" in before.log
    new = Record.of(nurse, Child.objects.exclude(pk=child.pk).get())
    assert new.details["Postcode"] == NOW_AT
    assert new.details["NHS number"].startswith("Not provided")
    assert new.details["School"] == "Mossfield School"
    assert new.contacts == ["Obi Okafor"]
    assert new.lookups == 1
    assert "Choice: Keep both records" in new.log


def test_a_value_is_chosen_for_each_field(nurse, child, match):
    reviews(nurse)
    chooses(nurse, "Choose for each field")
    nurse.page.get_by_role("radio", name=f"Uploaded: {NOW_AT}").check()
    nurse.page.get_by_role("radio", name="Existing: Ami").check()
    nurse.checks_the_page()
    nurse.presses("Resolve duplicate")
    is_told(nurse)
    moves_waiting(nurse, 1)

    record = Record.of(nurse, child)
    assert record.details["Known as"] == "OKAFOR, Ami"
    assert record.details["Postcode"] == NOW_AT
    assert record.details["NHS number"].startswith("999 000 0018")
    assert record.contacts == ["Ngozi Okafor", "Obi Okafor"]
    assert record.lookups == 2
    assert "Choice: Choose for each field" in record.log
    assert f"Postcode: {BEFORE} changed to {NOW_AT}" in record.log
    assert "Mara" not in record.log


# --- Nothing chosen, twins, two nurses ---------------------------------------------


@pytest.fixture
def known(team):
    return ChildFactory(team=team, postcode=BEFORE)


@pytest.fixture
def raised(team, known):
    """A close match without all of the way to it."""
    match = close_match(team, row_number=2, postcode=NOW_AT, registration="8T5")
    ImportFileFactory(cohort_import=match.row.cohort_import)
    return match


def test_what_is_missing_is_said_and_takes_the_focus(
    nurse, known, raised, expected_answers
):
    expected_answers.add(422)
    reviews(nurse)
    nurse.presses("Resolve duplicate")

    summary = nurse.page.get_by_role("alert")
    expect(summary).to_contain_text("Select what to do with the uploaded record")
    expect(nurse.page.locator(".nhsuk-error-summary")).to_be_focused()
    nurse.checks_the_page()
    chooses(nurse, "Choose for each field")
    nurse.presses("Resolve duplicate")
    nurse.sees("Review close match")
    nurse.follows("Select which postcode to keep")
    expect(nurse.page.get_by_role("radio", name=f"Uploaded: {NOW_AT}")).to_be_focused()


def test_twins_are_kept_both(nurse, team):
    born = date(2014, 3, 27)
    twin = ChildFactory(team=team, first_name="Amari", date_of_birth=born)
    match = close_match(team, row_number=2, date_of_birth=born)
    ImportFileFactory(cohort_import=match.row.cohort_import)
    reviews(nurse)
    row = nurse.page.get_by_role("row", name="First name Different")
    expect(row).to_contain_text("Amara")
    expect(row).to_contain_text("Amari")
    resolves(nurse, "Keep both records")

    assert Child.objects.count() == 2
    twin.refresh_from_db()
    assert twin.first_name == "Amari"
    for name in ("OKAFOR, Amara", "OKAFOR, Amari"):
        nurse.finds(name)


def test_the_second_of_two_nurses_is_told(nurse, team, known, raised, expected_answers):
    expected_answers.add(409)
    reviews(nurse)
    colleague = UserFactory(team=team, name="Nurse Joy")
    keep_existing(raised, known, by=colleague)

    chooses(nurse, "Use uploaded record")
    nurse.presses("Resolve duplicate")

    nurse.sees("Close match resolved")
    main = nurse.page.get_by_role("main")
    expect(main).to_contain_text("Someone else has just resolved this")
    expect(main).to_contain_text("Nurse Joy")
    known.refresh_from_db()
    assert known.postcode == BEFORE


def test_from_the_page_of_the_import_and_back(nurse, known, raised):
    nurse.page.goto(f"{nurse.address}/imports/{raised.row.cohort_import_id}/")
    nurse.sees("Import completed")
    nurse.page.get_by_role("link", name="Review OKAFOR, Amara, row 2").click()
    nurse.sees("Review close match")
    chooses(nurse, "Keep existing record")
    nurse.presses("Resolve duplicate")

    nurse.sees("Import completed")
    expect(nurse.page.get_by_text("Record updated")).to_be_visible()
    expect(nurse.page.get_by_text("needs review")).to_have_count(0)


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_without_javascript_a_value_is_chosen_for_each_field(nurse, known, raised):
    reviews(nurse)
    chooses(nurse, "Choose for each field")
    nurse.page.get_by_role("radio", name=f"Existing: {BEFORE}").check()
    nurse.presses("Resolve duplicate")
    is_told(nurse)

    known.refresh_from_db()
    assert known.postcode == BEFORE
    raised.refresh_from_db()
    assert raised.fields_taken == ["registration"]
