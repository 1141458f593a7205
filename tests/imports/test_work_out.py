"""Working out does not depend on which rows are asked for together, nor on itself."""

import random
from datetime import date

import pytest

from children.models import Child, CohortMembership, Contact
from imports.rules.outcomes import Outcome
from imports.sql import matching as sql
from imports.stages import work_out as stage
from imports.stages.work_out import work_out
from schoolmoves.models import SchoolMove
from tests.factories import (
    NOW,
    ChildFactory,
    CohortImportFactory,
    CohortRowFactory,
    ContactFactory,
    SchoolFactory,
    SchoolMoveFactory,
    TeamFactory,
    unissued_nhs_number,
)
from tests.imports.working_out import all_worked_out

pytestmark = pytest.mark.django_db


def a_crowd(rng, cohort_import):
    """Give the import rows and children that are alike in every way there is."""
    other_team = TeamFactory()
    schools = [SchoolFactory(team=cohort_import.team), None]
    numbers = [unissued_nhs_number(17_300 + n) for n in range(12)]
    rng.shuffle(numbers)

    def person():
        return {
            "first_name": rng.choice(["Amara", "AMARA", "Chidi"]),
            "last_name": rng.choice(["Okafor", "Adeyemi"]),
            "date_of_birth": rng.choice([date(2014, 3, 27), date(2014, 3, 28)]),
            "postcode": rng.choice(["SW1A 1AA", "M1 1AE"]),
            "school": rng.choice(schools),
            "gender": rng.choice(["female", "not_known"]),
        }

    for place in range(12):
        child = ChildFactory(
            **person(),
            team=rng.choice([cohort_import.team, other_team]),
            nhs_number=numbers[place] if rng.random() < 0.5 else None,
        )
        if rng.random() < 0.5:
            ContactFactory(child=child)
    for row_number in range(2, 22):
        number = rng.choice([*numbers, *[None] * 12])
        CohortRowFactory(
            cohort_import=cohort_import,
            row_number=row_number,
            **person(),
            nhs_number=number,
            nhs_number_confirmed=bool(number) and rng.random() < 0.7,
            parent_1_name=rng.choice(["", "Ngozi Okafor", "John Okafor"]),
        )


@pytest.mark.parametrize("seed", range(6))
def test_order_and_chunks_make_no_difference(seed, monkeypatch):
    rng = random.Random(seed)
    cohort_import = CohortImportFactory(matching=True)
    a_crowd(rng, cohort_import)
    together = all_worked_out(cohort_import)
    assert any(one.competing_rows for one in together)
    assert any(one.outcome is Outcome.ALREADY_IN_MAVIS for one in together)

    monkeypatch.setattr(stage, "ROWS_AT_ONCE", 3)
    row_ids = [one.row_id for one in together]
    rng.shuffle(row_ids)
    in_chunks = list(work_out(cohort_import, row_ids))
    sql.store_worked_out(cohort_import.pk, together)
    one_by_one = [
        one for row_id in row_ids for one in work_out(cohort_import, [row_id])
    ]

    assert in_chunks == together
    assert sorted(one_by_one, key=lambda one: one.row_id) == together


def test_what_the_import_itself_has_changed_is_not_seen():
    """The import adds all that it can, and a second row must not see it."""
    cohort_import = CohortImportFactory(committing=True)
    here, there = SchoolFactory(team=cohort_import.team), SchoolFactory()
    child = ChildFactory(team=cohort_import.team, first_name="AMARA", school=here)
    ContactFactory(child=child)
    CohortRowFactory(
        cohort_import=cohort_import,
        found=True,
        gender="female",
        registration="8T5",
        school=there,
        parent_1_name="John Okafor",
        parent_2_email="ngozi@example.com",
        parent_2_phone="+447700900999",
    )
    before = all_worked_out(cohort_import)

    sql.keep_children_before(cohort_import.pk, [child.pk])
    Child.objects.filter(pk=child.pk).update(
        first_name="Amara",
        nhs_number=unissued_nhs_number(17_400),
        nhs_number_confirmed=True,
        gender="female",
        registration="8T5",
        registration_academic_year=2026,
        address_line_1="1 High Street",
        school=there,
    )
    CohortMembership.objects.update(archived_at=NOW, archive_reason="deceased")
    Contact.objects.update(phone="+447700900999")
    ContactFactory(child=child, name="John Okafor")
    SchoolMoveFactory(child=child, team=cohort_import.team)
    Child.objects.filter(pk=child.pk).update(deceased=True)

    assert all_worked_out(cohort_import) == before
    assert before[0].outcome is Outcome.ALREADY_IN_MAVIS
    assert set(before[0].additions) == {
        "first_name", "nhs_number", "gender", "registration", "contacts",
    }  # fmt: skip

    another_import = CohortImportFactory(matching=True, team=cohort_import.team)
    CohortRowFactory(cohort_import=another_import, school=there)
    (seen,) = all_worked_out(another_import)
    assert seen.outcome is Outcome.NOT_IMPORTED


def test_what_the_import_itself_has_made_is_not_seen():
    cohort_import = CohortImportFactory(committing=True)
    CohortRowFactory(cohort_import=cohort_import)
    ChildFactory(team=cohort_import.team, created_by_import=cohort_import)

    assert all_worked_out(cohort_import)[0].outcome is Outcome.NEW


def test_a_number_that_the_import_replaced_is_still_found():
    cohort_import = CohortImportFactory(committing=True)
    old, new = unissued_nhs_number(17_401), unissued_nhs_number(17_402)
    child = ChildFactory(team=cohort_import.team, nhs_number=old, last_name="Eze")
    CohortRowFactory(
        cohort_import=cohort_import,
        replaced=True,
        nhs_number=new,
        nhs_number_uploaded=old,
        postcode="M1 1AE",
    )
    before = all_worked_out(cohort_import)

    sql.keep_children_before(cohort_import.pk, [child.pk])
    Child.objects.filter(pk=child.pk).update(nhs_number=new, nhs_number_confirmed=True)

    assert all_worked_out(cohort_import) == before
    assert before[0].matched_child_id == child.pk


@pytest.mark.parametrize("state", ["open", "waiting"])
def test_a_move_of_this_team_is_cleared_by_a_file_that_contradicts_it(state):
    cohort_import = CohortImportFactory(matching=True)
    school = SchoolFactory(team=cohort_import.team)
    child = ChildFactory(team=cohort_import.team, school=school)
    SchoolMoveFactory(child=child, team=cohort_import.team, state=state)
    CohortRowFactory(cohort_import=cohort_import, school=school)

    (one,) = all_worked_out(cohort_import)

    assert one.move == "at_once"
    assert SchoolMove.objects.get().state == state  # deciding changes nothing
