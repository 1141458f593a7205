"""The commit: rows that are no longer what the reviewer saw wait for a person."""

import pytest

from children.models import Child, Gender
from imports.models import CohortImport
from imports.rules.lifecycle import Status
from imports.rules.outcomes import Outcome, Result
from imports.stages import commit, review
from mavis.models import ActivityEvent, EventKind
from schoolmoves.models import SchoolMove
from tests.factories import (
    NOW,
    ChildFactory,
    CohortImportFactory,
    CohortRowFactory,
    SchoolFactory,
    SchoolMoveFactory,
    TeamFactory,
    UserFactory,
    another_nhs_number,
)
from tests.imports.committing import LATER, approve, commit_rows, match_rows, rows_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort_import():
    return CohortImportFactory(matching=True)


@pytest.fixture
def team(cohort_import):
    return cohort_import.team


@pytest.fixture
def bola(cohort_import):
    """A row that nothing happens to meanwhile."""
    return CohortRowFactory(
        cohort_import=cohort_import, first_name="Bola", postcode="M1 1AE"
    )


def reviewed(cohort_import):
    match_rows(cohort_import)
    approve(cohort_import)


def test_a_row_whose_child_has_been_made_meanwhile_is_held(cohort_import, team, bola):
    row = CohortRowFactory(cohort_import=cohort_import)
    reviewed(cohort_import)
    child = ChildFactory(team=team)

    commit_rows(cohort_import)

    row.refresh_from_db()
    bola.refresh_from_db()
    assert cohort_import.status == Status.IN_FURTHER_REVIEW
    assert (row.held, row.committed_at, row.result) == (True, None, "")
    assert (row.outcome, row.matched_child) == (Outcome.ALREADY_IN_MAVIS, child)
    assert (bola.held, bola.result) == (False, Result.NEW)
    assert Child.objects.count() == 2


def _gender(child):
    Child.objects.filter(pk=child.pk).update(gender=Gender.MALE)


def _name(child):
    Child.objects.filter(pk=child.pk).update(preferred_first_name="Ama")


def _team(child):
    child.memberships.update(team=TeamFactory())


def _archived(child):
    child.memberships.update(archived_at=NOW, archive_reason="moved_out_of_area")


def _school(child):
    Child.objects.filter(pk=child.pk).update(school=SchoolFactory())


def _asked_for(child):
    SchoolMoveFactory(child=child, team=TeamFactory())


@pytest.mark.parametrize(
    "meanwhile", [_gender, _name, _team, _archived, _school, _asked_for]
)
def test_a_row_is_held_when_its_child_has_changed_under_it(
    meanwhile, cohort_import, team
):
    child = ChildFactory(team=team, school=SchoolFactory(team=team))
    row = CohortRowFactory(
        cohort_import=cohort_import,
        gender=Gender.FEMALE,
        preferred_first_name="Amy",
        school=SchoolFactory(team=team),
    )
    reviewed(cohort_import)
    meanwhile(child)
    before = Child.objects.values().get()

    commit_rows(cohort_import)

    row.refresh_from_db()
    assert row.held
    assert cohort_import.status == Status.IN_FURTHER_REVIEW
    assert Child.objects.values().get() == before
    assert not SchoolMove.objects.filter(team=team).exists()


def test_a_change_that_is_nothing_to_the_row_does_not_hold_it(cohort_import, team):
    child = ChildFactory(team=team)
    CohortRowFactory(cohort_import=cohort_import)
    reviewed(cohort_import)
    Child.objects.filter(pk=child.pk).update(preferred_last_name="Smith")

    commit_rows(cohort_import)

    assert cohort_import.status == Status.COMPLETED


def test_approved_changes_are_committed_as_they_were_shown(cohort_import, team, bola):
    row = CohortRowFactory(cohort_import=cohort_import, preferred_first_name="Ama")
    reviewed(cohort_import)
    child = ChildFactory(team=team)
    commit_rows(cohort_import)
    colleague = UserFactory(team=team)

    review.approve_changed(cohort_import=cohort_import, by=colleague, at=LATER)
    commit_rows(cohort_import)

    child.refresh_from_db()
    row.refresh_from_db()
    assert cohort_import.status == Status.COMPLETED
    assert cohort_import.rows_done == 0, "nothing is left to be done"
    assert child.preferred_first_name == "Ama"
    assert (row.result, row.held) == (Result.UPDATED, False)
    event = ActivityEvent.objects.get(kind=EventKind.UPDATED_BY_IMPORT)
    assert event.by == colleague
    imported = ActivityEvent.objects.get(kind=EventKind.IMPORTED)
    assert imported.by == cohort_import.uploaded_by


def test_approved_changes_may_have_changed_again(cohort_import, team):
    CohortRowFactory(cohort_import=cohort_import, preferred_first_name="Ama")
    reviewed(cohort_import)
    child = ChildFactory(team=team)
    commit_rows(cohort_import)
    review.approve_changed(
        cohort_import=cohort_import, by=cohort_import.uploaded_by, at=LATER
    )
    Child.objects.filter(pk=child.pk).update(preferred_first_name="Amy")

    commit_rows(cohort_import)

    assert cohort_import.status == Status.IN_FURTHER_REVIEW
    assert Child.objects.get().preferred_first_name == "Amy"
    (row,) = rows_of(cohort_import)
    assert row.outcome == Outcome.CLOSE_MATCH


def test_a_number_that_another_child_has_got_holds_the_row(cohort_import, team):
    number = another_nhs_number()
    CohortRowFactory(
        cohort_import=cohort_import, nhs_number=number, nhs_number_confirmed=True
    )
    reviewed(cohort_import)
    ChildFactory(first_name="Chidi", last_name="Eze", nhs_number=number)

    commit_rows(cohort_import)

    assert cohort_import.status == Status.IN_FURTHER_REVIEW
    assert Child.objects.count() == 1


def test_no_number_is_given_twice_even_if_the_rules_let_it_pass(cohort_import, team):
    number = another_nhs_number()
    for first_name in ["Amara", "Chidi"]:
        CohortRowFactory(
            cohort_import=cohort_import,
            first_name=first_name,
            nhs_number=number,
            nhs_number_confirmed=True,
        )
    CohortRowFactory(cohort_import=cohort_import, last_name="Eze", postcode="M1 1AE")
    reviewed(cohort_import)

    commit_rows(cohort_import)

    assert cohort_import.status == Status.IN_FURTHER_REVIEW
    assert [row.held for row in rows_of(cohort_import)] == [True, True, False]


def test_what_cannot_be_committed_at_all_waits_for_a_person(
    cohort_import, bola, monkeypatch
):
    reviewed(cohort_import)

    commit.give_up(cohort_import=cohort_import, reference="A1B2C3D4", at=LATER)

    bola.refresh_from_db()
    assert cohort_import.status == Status.IN_FURTHER_REVIEW
    assert cohort_import.fault_reference == "A1B2C3D4"
    assert bola.held
    review.approve_changed(
        cohort_import=cohort_import, by=cohort_import.uploaded_by, at=LATER
    )
    commit_rows(cohort_import)
    assert cohort_import.status == Status.COMPLETED


def test_a_fault_in_a_batch_leaves_nothing_of_it(cohort_import, bola, monkeypatch):
    reviewed(cohort_import)

    def fault(*_):
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr("mavis.audit.record_all", fault)
        with pytest.raises(ZeroDivisionError):
            commit_rows(cohort_import)

    bola.refresh_from_db()
    assert (bola.committed_at, bola.held) == (None, False)
    assert not Child.objects.exists()
    commit_rows(cohort_import)
    assert Child.objects.count() == 1
    assert CohortImport.objects.get().status == Status.COMPLETED
