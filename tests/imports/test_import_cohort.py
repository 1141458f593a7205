"""`import_cohort`: the whole job by the command line, with stable JSON and statuses."""

import json

import pytest
from django.core.management import call_command

from children.models import Child
from imports.models import CohortImport
from imports.rules.lifecycle import Status
from tests.factories import SchoolFactory, TeamFactory, UserFactory, unissued_nhs_number

pytestmark = pytest.mark.django_db(transaction=True)

HEADER = (
    "CHILD_SCHOOL_URN,CHILD_FIRST_NAME,CHILD_LAST_NAME,CHILD_DATE_OF_BIRTH,"
    "CHILD_POSTCODE,CHILD_NHS_NUMBER"
)
AMARA = unissued_nhs_number(1)


@pytest.fixture
def team():
    return TeamFactory()


@pytest.fixture
def nurse(team):
    return UserFactory(team=team)


@pytest.fixture
def cohort_file(team, tmp_path):
    """Write a file of these lines; 123456 is a school of the team."""
    SchoolFactory(team=team, urn="123456")

    def write(*lines):
        path = tmp_path / "cohort.csv"
        path.write_text("\n".join([HEADER, *lines]))
        return path

    return write


@pytest.fixture(autouse=True)
def pds(pds_simulator, settings):
    settings.PDS_REQUESTS_PER_SECOND = 0
    pds_simulator(
        {
            "NHS_NUMBER": AMARA,
            "FAMILY_NAME": "Okafor",
            "GIVEN_NAME": "Amara",
            "DATE_OF_BIRTH": "2014-03-27",
            "POSTCODE": "SW1A 1AA",
        }
    )


@pytest.fixture
def import_cohort(team, nurse, capsys):
    """Run the command; return its exit status, its JSON, and what it said besides."""

    def run(path, *options, team=team, user=nurse):
        status = 0
        try:
            call_command(
                "import_cohort",
                str(path),
                *("--team", getattr(team, "workgroup", team)),
                *("--user", getattr(user, "email", user)),
                "--json",
                *options,
            )
        except SystemExit as exit_:
            status = exit_.code
        written = capsys.readouterr()
        return status, json.loads(written.out) if written.out else None, written.err

    return run


AMARA_ROW = "123456,Amara,Okafor,27/03/2014,SW1A 1AA,"


def test_a_file_is_imported_and_told_of_in_one_object(cohort_file, import_cohort):
    status, told, _ = import_cohort(cohort_file(AMARA_ROW), "--approve", "--wait")

    assert status == 0
    assert told["status"] == "completed"
    assert (told["rows"], told["committed"]) == (1, 1)
    assert told["outcomes"] == {
        "new": 1,
        "already_in_mavis": 0,
        "close_match": 0,
        "not_imported": 0,
    }
    assert told["errors"] == []
    assert {name: told["pds"][name] for name in ("attempted", "matched", "rate")} == {
        "attempted": 1,
        "matched": 1,
        "rate": 100.0,
    }
    assert told["pds"]["calls"] == 1
    assert set(told["seconds"]) == {"read", "trace", "match", "commit", "total"}
    assert Child.objects.get().nhs_number == AMARA


def test_without_approve_it_stops_at_the_review(cohort_file, import_cohort):
    status, told, _ = import_cohort(cohort_file(AMARA_ROW), "--wait")

    assert (status, told["status"]) == (0, "in_review")
    assert not Child.objects.exists()


def test_without_wait_it_is_queued(cohort_file, import_cohort):
    status, told, _ = import_cohort(cohort_file(AMARA_ROW))

    assert (status, told["status"]) == (0, "uploaded")


def test_an_invalid_file_says_what_is_wrong_with_each_cell(cohort_file, import_cohort):
    status, told, _ = import_cohort(
        cohort_file("123456,,Okafor,27/03/2014,SW1A 1AA,"), "--approve", "--wait"
    )

    assert (status, told["status"]) == (1, "invalid")
    (error,) = told["errors"]
    assert (error["row"], error["column"], error["code"], error["value"]) == (
        2,
        "CHILD_FIRST_NAME",
        "blank",
        "",
    )
    assert error["message"]


def test_a_file_refused_at_upload_leaves_no_import(tmp_path, import_cohort):
    path = tmp_path / "cohort.csv"
    path.write_text("NAME\nAmara\n")

    status, told, _ = import_cohort(path, "--wait")

    assert (status, told["id"], told["status"]) == (1, None, "refused")
    assert told["errors"]
    assert not CohortImport.objects.exists()


def test_the_same_file_in_progress_is_warned_of_and_goes_on(cohort_file, import_cohort):
    path = cohort_file(AMARA_ROW)
    import_cohort(path, "--wait")

    status, told, said = import_cohort(path, "--wait")

    assert (status, told["status"]) == (0, "in_review")
    assert "already in progress" in said


@pytest.mark.parametrize(
    ("team_name", "email"),
    [("nowhere", None), (None, "nobody@example.com")],
    ids=["no such team", "no such user"],
)
def test_who_may_not_import_is_told_so(
    team_name, email, team, nurse, cohort_file, import_cohort
):
    status, told, said = import_cohort(
        cohort_file(AMARA_ROW), team=team_name or team, user=email or nurse
    )

    assert (status, told) == (2, None)
    assert said.count("\n") == 1
    assert not CohortImport.objects.exists()


def test_a_user_of_another_team_may_not_import(cohort_file, import_cohort):
    status, _, _ = import_cohort(cohort_file(AMARA_ROW), user=UserFactory())

    assert status == 2


def test_who_uploads_for_a_team_that_needs_a_second_person_may_not_approve(
    team, cohort_file, import_cohort
):
    team.needs_second_approver = True
    team.save()

    status, told, _ = import_cohort(cohort_file(AMARA_ROW), "--approve", "--wait")

    assert (status, told) == (2, None)
    assert not CohortImport.objects.filter(status=Status.COMPLETED).exists()


def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path, import_cohort):
    status, told, said = import_cohort(tmp_path / "nowhere.csv", "--wait")

    assert (status, told) == (2, None)
    assert "Traceback" not in said
