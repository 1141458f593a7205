"""The statuses of an import: the table, the drawing of it, and its one writer."""

from pathlib import Path

import pytest

from imports.models import CohortImport, StatusChanged
from imports.rules import lifecycle
from imports.rules.lifecycle import TRANSITIONS, Status, TransitionNotAllowed
from tests.factories import NOW, CohortImportFactory

RECORD = Path("docs/decisions/0001-one-status-column-drives-an-import.md")


def test_every_status_has_a_line_in_the_table():
    assert set(TRANSITIONS) == set(Status)


def test_every_status_can_be_reached_from_the_first():
    reached = {Status.UPLOADED}
    while further := set().union(*(TRANSITIONS[one] for one in reached)) - reached:
        reached |= further

    assert reached == set(Status)


def test_the_decision_record_draws_the_table():
    assert f"```mermaid\n{lifecycle.mermaid()}\n```" in RECORD.read_text()


@pytest.mark.parametrize(
    ("was", "became", "allowed"),
    [
        (Status.UPLOADED, Status.TRACING, True),
        (Status.UPLOADED, Status.MATCHING, False),
        (Status.TRACING, Status.INVALID, False),
        (Status.MATCHING, Status.CANCELLED, True),
        (Status.IN_REVIEW, Status.FAILED, False),
        (Status.COMMITTING, Status.CANCELLED, False),
        (Status.COMMITTING, Status.FAILED, False),
        (Status.IN_FURTHER_REVIEW, Status.PARTIALLY_COMPLETED, True),
        (Status.COMPLETED, Status.COMMITTING, False),
    ],
)
def test_check_transition(was, became, allowed):
    if allowed:
        lifecycle.check_transition(was, became)
    else:
        with pytest.raises(TransitionNotAllowed):
            lifecycle.check_transition(was, became)


@pytest.mark.django_db
def test_a_change_of_status_leaves_who_and_when_behind():
    cohort_import = CohortImportFactory(in_review=True)

    cohort_import.change_status(Status.CANCELLED, at=NOW, by=cohort_import.uploaded_by)

    transition = cohort_import.transitions.get()
    assert (transition.was, transition.became) == ("in_review", "cancelled")
    assert (transition.by, transition.at) == (cohort_import.uploaded_by, NOW)


@pytest.mark.django_db
def test_the_second_of_two_to_change_a_status_is_told_so():
    cohort_import = CohortImportFactory(in_review=True)
    as_the_other_saw_it = CohortImport.objects.get(pk=cohort_import.pk)
    cohort_import.change_status(Status.CANCELLED, at=NOW, by=None)

    with pytest.raises(StatusChanged):
        as_the_other_saw_it.change_status(Status.COMMITTING, at=NOW, by=None)

    cohort_import.refresh_from_db()
    assert cohort_import.status == Status.CANCELLED
    assert cohort_import.transitions.count() == 1
