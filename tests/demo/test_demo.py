"""The demonstration: what it loads, what it hands out, and what it shows."""

import csv
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.contrib.auth import authenticate
from django.core.management import call_command
from openpyxl import load_workbook

from children.models import Child, CohortMembership, Contact
from imports.rules.lifecycle import Status
from imports.rules.outcomes import Move, NotImported, Outcome
from mavis.demo import catalogue, parts
from mavis.demo.files import PEOPLE
from mavis.demo.load import load, year_of_loaded
from mavis.demo.samples import samples
from mavis.models import School, Team, User
from mavis.rules import academic_year
from pds.rules.outcomes import TraceOutcome, UploadedNumber
from pds.simulator.people import is_nhs_number, read_people
from pds.simulator.search import Population

TODAY = date(2026, 11, 24)


def load_into(folder: Path, *, today: date = TODAY) -> None:
    at = datetime(today.year, today.month, today.day, 9, 30, tzinfo=UTC)
    load(folder=folder, at=at, today=today, preparation_days=31)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def database() -> list[list[dict[str, object]]]:
    models = (Team, User, School, Child, CohortMembership, Contact)
    return [list(model.objects.order_by("pk").values()) for model in models]


@pytest.mark.django_db
def test_loading_it_twice_changes_nothing(tmp_path):
    load_into(tmp_path)
    before = contents(tmp_path), database()

    load_into(tmp_path, today=date(2028, 2, 1))

    assert (contents(tmp_path), database()) == before


@pytest.mark.django_db
def test_files_that_are_missing_are_made_to_fit_what_is_loaded(tmp_path):
    load_into(tmp_path / "first")

    load_into(tmp_path / "second", today=date(2028, 2, 1))

    first, second = contents(tmp_path / "first"), contents(tmp_path / "second")
    # A workbook holds the time at which it was made.
    workbook = catalogue.SPECIAL_SCHOOL.name
    assert first.pop(workbook)
    assert second.pop(workbook)
    assert first == second


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("today", "year"),
    [
        (date(2026, 7, 31), 2025),
        (date(2026, 8, 1), 2026),
        (date(2026, 11, 24), 2026),
        (date(2027, 8, 31), 2027),
    ],
)
def test_children_are_in_their_year_groups_whatever_the_day(tmp_path, today, year):
    load_into(tmp_path, today=today)

    assert year_of_loaded() == year
    ada = Child.objects.get(first_name="Ada", last_name="Birch")
    assert academic_year.year_group(ada.birth_academic_year, year) == 0
    assert all(child.date_of_birth < today for child in Child.objects.all())


@pytest.mark.django_db
def test_two_teams_have_schools_of_every_phase_and_one_special_school(tmp_path):
    load_into(tmp_path)

    assert Team.objects.count() == 2
    assert set(School.objects.values_list("phase", flat=True)) == {
        "Nursery",
        "Primary",
        "Middle deemed primary",
        "Middle deemed secondary",
        "Secondary",
        "All-through",
        "16 plus",
        "Not applicable",
    }
    assert School.objects.filter(type__icontains="special").count() == 1
    assert not School.objects.filter(team=None).exists()


@pytest.mark.django_db
def test_a_nurse_and_an_admin_can_sign_in(tmp_path):
    load_into(tmp_path)

    roles = set()
    for sign_in in catalogue.SIGN_INS:
        user = authenticate(username=sign_in.email, password=sign_in.password)
        assert user is not None
        [membership] = user.memberships.all()
        roles.add((membership.role, membership.team.name))
    assert {("nurse", catalogue.COVERWICK), ("admin", catalogue.COVERWICK)} <= roles


@pytest.mark.django_db
def test_the_command_says_how_to_sign_in(tmp_path, capsys, settings):
    settings.DEVELOPMENT = True

    call_command("demo", dir=tmp_path)

    said = capsys.readouterr().out
    assert all(s.email in said and s.password in said for s in catalogue.SIGN_INS)
    assert "Loaded" not in said


@pytest.mark.django_db
def test_it_is_refused_in_production(tmp_path, settings):
    settings.DEVELOPMENT = False

    with pytest.raises(SystemExit):
        call_command("demo", dir=tmp_path)

    assert not Team.objects.exists()


@pytest.mark.django_db
def test_the_simulator_can_read_the_people_and_knows_the_children_in_mavis(tmp_path):
    load_into(tmp_path)

    population = Population(read_people(tmp_path / PEOPLE))

    for child in Child.objects.exclude(nhs_number=None):
        assert population.read(child.nhs_number) is not None


def test_every_part_has_a_number_of_its_own():
    people = {part.person for part in parts.ALL if part.pds is not None}

    assert len({person.serial for person in people}) == len(people)
    assert all(is_nhs_number(person.nhs_number) for person in people)


@pytest.mark.parametrize("year", range(2023, 2031))
def test_the_files_show_every_outcome_in_any_year(year):
    expected = [row for sample in samples(year) for row in sample.expected.values()]

    assert {row.outcome for row in expected} == set(Outcome)
    assert {row.move for row in expected} == set(Move)
    assert {row.traced for row in expected} == set(TraceOutcome) - {TraceOutcome.ERROR}
    assert {row.uploaded_number for row in expected} == set(UploadedNumber)
    assert {row.reason for row in expected if row.reason} == {
        NotImported.AT_SCHOOL_OF_ANOTHER_TEAM,
        NotImported.ARCHIVED,
    }
    assert any(row.additions for row in expected)
    assert any(row.candidates > 1 for row in expected)
    assert {sample.status for sample in samples(year)} == {
        Status.IN_REVIEW,
        Status.INVALID,
        Status.FAILED,
    }


def test_enough_of_the_main_file_is_found_for_the_70_percent_rule():
    found = Counter(row.traced for row in samples(2026)[0].expected.values())

    assert found[TraceOutcome.FOUND] / found.total() > 0.7


@pytest.mark.django_db
def test_the_workbook_has_date_cells_and_phone_numbers_without_their_0(tmp_path):
    load_into(tmp_path)

    [sheet] = load_workbook(tmp_path / catalogue.SPECIAL_SCHOOL.name).worksheets
    headers, first, *_ = sheet.iter_rows(values_only=True)
    row = dict(zip(headers, first, strict=True))

    assert isinstance(row["CHILD_DATE_OF_BIRTH"], datetime)
    assert row["PARENT_1_PHONE"] == 7700900120


@pytest.mark.django_db
def test_the_catalogue_lists_the_files_that_are_there(tmp_path):
    assert catalogue.Catalogue.read(tmp_path).files == ()

    load_into(tmp_path)

    shown = catalogue.Catalogue.read(tmp_path)
    assert shown.files == catalogue.SAMPLE_FILES
    assert shown.sign_ins == catalogue.SIGN_INS
    for sample in samples(2026):
        assert sample.file in catalogue.SAMPLE_FILES


@pytest.mark.django_db
def test_only_sample_files_can_be_asked_for(tmp_path):
    load_into(tmp_path)

    path = catalogue.path_of(tmp_path, catalogue.AUTUMN.name)
    assert path is not None
    with path.open(encoding="utf-8", newline="") as file:
        assert next(csv.reader(file))[0] == "CHILD_SCHOOL_URN"
    for name in (PEOPLE, "", ".", "../settings.py", "7-none.csv"):
        assert catalogue.path_of(tmp_path, name) is None
