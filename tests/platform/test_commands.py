"""load_schools, create_team and create_user, as somebody at a keyboard runs them."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from mavis.models import Role, School, Team, User
from mavis.rules import gias
from tests.factories import SchoolFactory, TeamFactory, UserFactory

pytestmark = pytest.mark.django_db

OAK = {
    "URN": "100001",
    "EstablishmentName": "Ysgol y Dderwen – St André’s",
    "TypeOfEstablishment (name)": "Community special school",
    "PhaseOfEducation (name)": "Not applicable",
    "EstablishmentStatus (name)": "Open",
    "StatutoryLowAge": "2",
    "StatutoryHighAge": "19",
    "Street": "1 Oak Street",
    "Town": "Oakham",
    "Postcode": "LE15 6AA",
}


@pytest.fixture
def gias_file(tmp_path: Path):
    def write(*schools: dict[str, str], encoding: str = "cp1252") -> Path:
        path = tmp_path / "edubase.csv"
        rows = [",".join(["LA (code)", *gias.HEADERS])]
        rows += [
            ",".join(["805", *(f'"{school[header]}"' for header in gias.HEADERS)])
            for school in schools
        ]
        path.write_bytes("\r\n".join([*rows, ""]).encode(encoding))
        return path

    return write


def refusal(capsys: pytest.CaptureFixture[str], *words: object, **options: Any) -> str:
    """Run a command that must refuse, and return its sentence."""
    with pytest.raises(SystemExit) as ended:
        call_command(*words, **options)
    assert ended.value.code == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    return printed.err.strip()


# --- load_schools --------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig"])
def test_a_school_is_loaded_as_the_register_has_it(gias_file, encoding):
    call_command("load_schools", gias_file(OAK, encoding=encoding))

    school = School.objects.get()
    assert (school.urn, school.name) == ("100001", "Ysgol y Dderwen – St André’s")
    assert (school.type, school.phase) == ("Community special school", "Not applicable")
    assert (school.low_age, school.high_age, school.closed) == (2, 19, False)
    assert (school.street, school.town) == ("1 Oak Street", "Oakham")
    assert (school.postcode, school.team) == ("LE15 6AA", None)


@pytest.mark.parametrize(
    ("status", "closed"),
    [
        ("Open", False),
        ("Open, but proposed to close", False),
        ("Proposed to open", False),
        ("Closed", True),
    ],
)
def test_a_school_is_closed_when_the_register_says_so(gias_file, status, closed):
    call_command(
        "load_schools", gias_file({**OAK, "EstablishmentStatus (name)": status})
    )

    assert School.objects.get().closed is closed


def test_blank_ages_are_unknown(gias_file):
    blank = {"StatutoryLowAge": "", "StatutoryHighAge": ""}
    call_command("load_schools", gias_file(OAK | blank))

    school = School.objects.get()
    assert (school.low_age, school.high_age) == (None, None)


def test_loading_again_brings_schools_up_to_date_and_leaves_them_with_their_team(
    gias_file, capsys
):
    team = TeamFactory()
    SchoolFactory(urn="100001", name="Before", team=team)
    ash = {**OAK, "URN": "100002", "EstablishmentName": "Ash"}

    call_command("load_schools", gias_file(OAK, ash))

    assert capsys.readouterr().out == "Loaded 2 schools, 1 of them new.\n"
    oak = School.objects.get(urn="100001")
    assert (oak.name, oak.team) == (OAK["EstablishmentName"], team)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"URN": "10001"}, "Row 3: “10001” is not the URN of a school."),
        ({"URN": "888888"}, "Row 3: “888888” is not the URN of a school."),
        ({"URN": "100001"}, "Rows 2 and 3 have the same URN 100001."),
        ({"EstablishmentName": ""}, "Row 3: the school has no name."),
        ({"StatutoryLowAge": "two"}, "Row 3: “two” is not an age in years."),
        (
            {"Postcode": "1 Oak Street"},
            "Row 3: the postcode is longer than 8 characters.",
        ),
    ],
)
def test_a_line_that_cannot_be_a_school_loads_none(gias_file, capsys, wrong, sentence):
    path = gias_file(OAK, {**OAK, "URN": "100002"} | wrong)

    assert refusal(capsys, "load_schools", path).endswith(sentence)
    assert not School.objects.exists()


def test_a_file_without_a_column_is_refused_by_its_name(tmp_path, capsys):
    path = tmp_path / "schools.csv"
    path.write_text("URN,Name\n100001,Oak\n")

    assert refusal(capsys, "load_schools", path).endswith(
        "The file has no column EstablishmentName."
    )


def test_a_file_that_is_not_there_is_refused(tmp_path, capsys):
    sentence = refusal(capsys, "load_schools", tmp_path / "nothing.csv")

    assert sentence.endswith("cannot be read: No such file or directory.")


# --- create_team ---------------------------------------------------------------

NORTH = {"name": "North SAIS", "ods": "R1A", "workgroup": "north"}


def test_a_team_gets_its_schools_and_its_settings(capsys):
    SchoolFactory(urn="100001", team=None)
    SchoolFactory(urn="100002", team=None)

    call_command(
        "create_team",
        *(f"--{option}={value}" for option, value in NORTH.items()),
        *("--school=100001", "--school=100002", "--nursery", "--second-approver"),
    )

    team = Team.objects.get()
    assert (team.name, team.ods_code, team.workgroup) == ("North SAIS", "R1A", "north")
    assert (team.vaccinates_nursery, team.needs_second_approver) == (True, True)
    assert {school.urn for school in team.schools.all()} == {"100001", "100002"}
    assert capsys.readouterr().out == ("Created the team North SAIS, with 2 schools.\n")


def test_a_team_has_neither_setting_unless_asked():
    call_command("create_team", **NORTH)

    team = Team.objects.get()
    assert (team.vaccinates_nursery, team.needs_second_approver) == (False, False)


def test_a_workgroup_names_one_team(capsys):
    TeamFactory(workgroup="north")

    assert refusal(capsys, "create_team", **NORTH) == (
        "There is already a team with the workgroup north."
    )


def test_a_team_is_not_made_without_its_schools(capsys):
    SchoolFactory(urn="100001", team=TeamFactory(workgroup="south"))

    assert "belongs to another team" in refusal(
        capsys, "create_team", **NORTH, school=["100001"]
    )
    assert "no school with the URN 100009" in refusal(
        capsys, "create_team", **NORTH, school=["100009"]
    )
    assert not Team.objects.filter(workgroup="north").exists()


@pytest.mark.parametrize("field", ["name", "ods", "workgroup"])
def test_a_team_has_all_its_names(capsys, field):
    assert "This cannot be the" in refusal(
        capsys, "create_team", **{**NORTH, field: " "}
    )
    assert "at most" in refusal(capsys, "create_team", **{**NORTH, field: "x" * 300})


# --- create_user ---------------------------------------------------------------

NURSE = {
    "email": "Nurse.One@Example.com",
    "name": "Nurse One",
    "role": "nurse",
    "team": "north",
}


@pytest.fixture
def type_in(monkeypatch):
    def type_in(text: str) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO(text))

    return type_in


def test_a_user_signs_in_with_the_password_from_standard_input(client, type_in):
    team = TeamFactory(workgroup="north")
    type_in("correct horse battery\n")

    call_command("create_user", **NURSE, password="-")

    user = User.objects.get()
    assert (user.email, user.name) == ("nurse.one@example.com", "Nurse One")
    assert user.memberships.get(team=team).role == Role.NURSE
    assert client.login(email=user.email, password="correct horse battery")


def test_a_user_without_a_password_cannot_sign_in_with_one():
    TeamFactory(workgroup="north")

    call_command("create_user", **NURSE)

    assert not User.objects.get().has_usable_password()


@pytest.mark.parametrize("password", ["", "too short"])
def test_a_password_that_would_be_guessed_is_refused(capsys, type_in, password):
    TeamFactory(workgroup="north")
    type_in(f"{password}\n")

    assert "at least 10 characters" in refusal(
        capsys, "create_user", **NURSE, password="-"
    )
    assert not User.objects.exists()


def test_a_password_is_not_taken_from_the_command_line(capsys):
    TeamFactory(workgroup="north")

    assert "standard input" in refusal(
        capsys, "create_user", **NURSE, password="correct horse battery"
    )


def test_a_user_who_is_there_already_joins_another_team():
    user = UserFactory(email="nurse.one@example.com")
    north = TeamFactory(workgroup="north")

    call_command("create_user", **{**NURSE, "role": "superuser"})

    assert user.memberships.get(team=north).role == Role.SUPERUSER
    assert User.objects.count() == 1


def test_a_user_is_in_a_team_once(capsys):
    TeamFactory(workgroup="north")
    call_command("create_user", **NURSE)
    capsys.readouterr()

    assert refusal(capsys, "create_user", **NURSE) == (
        "There is already a user nurse.one@example.com in the team north."
    )


def test_a_team_that_does_not_exist_has_no_users(capsys):
    assert refusal(capsys, "create_user", **NURSE) == (
        "There is no team with the workgroup north."
    )


def test_an_email_address_must_be_one(capsys):
    TeamFactory(workgroup="north")

    assert "valid email" in refusal(
        capsys, "create_user", **{**NURSE, "email": "nurse"}
    )
