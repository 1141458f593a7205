"""Every change of a child that rows are compared with is written down, in order."""

import threading
from datetime import date, timedelta
from functools import partial

import pytest
from django.db import connections, transaction
from django.utils import timezone

from children.models import Child, ChildChange, CohortMembership, Contact
from imports import purging
from imports.models import ChildBeforeImport, CohortRow
from imports.rules.outcomes import Outcome
from imports.sql import changes as sql
from imports.sql.known import keep_children_before
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
)
from tests.imports.committing import approve, commit_rows, match_rows

pytestmark = pytest.mark.django_db


def changed_by(action):
    """Return the children of whom an action writes down a change, and by which import."""
    last = sql.last_change()
    action()
    entries = ChildChange.objects.filter(pk__gt=last)
    return set(entries.values_list("child", "by_import"))


OF_A_CHILD = {
    "first_name": "Ada", "last_name": "Obi", "first_name_key": "ada",
    "last_name_key": "obi", "preferred_first_name": "Ad", "preferred_last_name": "Ob",
    "date_of_birth": date(2015, 1, 1), "birth_academic_year": 2014,
    "registration": "8T5", "registration_academic_year": 2026, "gender": "female",
    "address_line_1": "1 High Street", "address_line_2": "Flat 2", "town": "Leeds",
    "postcode": "LS1 4AP", "nhs_number": "9990000018", "nhs_number_confirmed": True,
    "home_educated": True, "deceased": True,
}  # fmt: skip


def test_every_detail_that_rows_are_compared_with_is_watched():
    child = ChildFactory(
        school=None,
        nhs_number="9990000026",
        registration="7A",
        registration_academic_year=2025,
    )
    school = SchoolFactory()
    other = ChildFactory()
    kept = _kept_of(child)

    one = Child.objects.filter(pk=child.pk)
    it, and_other = {(child.pk, None)}, {(child.pk, None), (other.pk, None)}
    for column, value in OF_A_CHILD.items():
        assert changed_by(partial(one.update, **{column: value})) == it, column
    one.update(home_educated=False)
    assert changed_by(lambda: one.update(school=school)) == it
    assert changed_by(lambda: one.update(merged_into=other)) == and_other
    assert {*OF_A_CHILD, "school_id"} == kept - {
        "team_id",
        "archived",
        "contacts",
        "moves",
    }


def _kept_of(child):
    """Return what is kept of a child for an import that changes it: all that it reads."""
    cohort_import = CohortImportFactory()
    keep_children_before(cohort_import.pk, [child.pk])
    return set(ChildBeforeImport.objects.get(child=child).state)


def test_what_no_row_is_compared_with_is_not():
    child = ChildFactory()
    one = Child.objects.filter(pk=child.pk)

    assert changed_by(lambda: one.update(restricted=True)) == set()
    assert changed_by(lambda: one.update(first_name=child.first_name)) == set()


def test_what_a_child_has_is_watched_too():
    child, other = ChildFactory(), ChildFactory()
    contact = ContactFactory(child=child)
    move = SchoolMoveFactory(child=child)
    contacts = Contact.objects.filter(pk=contact.pk)
    moves = SchoolMove.objects.filter(pk=move.pk)
    memberships = CohortMembership.objects.filter(child=child)
    it = {(child.pk, None)}

    assert changed_by(lambda: ContactFactory(child=child)) == it
    assert changed_by(lambda: contacts.update(phone="+447700900001")) == it
    assert changed_by(lambda: contacts.update(child=other)) == it | {(other.pk, None)}
    assert changed_by(contacts.delete) == {(other.pk, None)}
    assert changed_by(lambda: moves.update(updated_at=NOW)) == it
    assert changed_by(moves.delete) == it
    assert changed_by(lambda: SchoolMoveFactory(child=child)) == it
    assert changed_by(lambda: memberships.update(team=TeamFactory())) == it
    assert changed_by(memberships.delete) == it
    assert changed_by(lambda: ChildFactory(pk=4_000_000)) == {(4_000_000, None)}


def test_what_a_commit_changes_is_told_apart():
    cohort_import = CohortImportFactory(matching=True)
    child = ChildFactory(team=cohort_import.team)
    CohortRowFactory(cohort_import=cohort_import, found=True, registration="8T5")
    row = CohortRowFactory(
        cohort_import=cohort_import, first_name="Bola", postcode="M1 1AE"
    )
    match_rows(cohort_import)
    assert (
        CohortRow.objects.get(matched_child=child).outcome == Outcome.ALREADY_IN_MAVIS
    )
    approve(cohort_import)

    changed = changed_by(lambda: commit_rows(cohort_import))

    row.refresh_from_db()
    assert changed == {(child.pk, cohort_import.pk), (row.child_id, cohort_import.pk)}


def test_changes_are_forgotten_after_a_week():
    ChildFactory()
    old = ChildChange.objects.order_by("pk").first()
    ChildChange.objects.filter(pk=old.pk).update(
        at=timezone.now() - timedelta(days=sql.DAYS_KEPT, seconds=1)
    )
    count = ChildChange.objects.count()

    purging.purge(now=NOW)

    assert not ChildChange.objects.filter(pk=old.pk).exists()
    assert ChildChange.objects.count() == count - 1
    assert sql.DAYS_COMPARED < sql.DAYS_KEPT


# --- Others who change children at the same time ---------------------------------------


class Writer(threading.Thread):
    """Somebody who is changing a child, and takes their time."""

    def __init__(self, child):
        super().__init__(daemon=True)
        self.child, self.has_written = child, threading.Event()
        self.may_end = threading.Event()

    def run(self):
        try:
            with transaction.atomic():
                Child.objects.filter(pk=self.child.pk).update(gender="female")
                self.has_written.set()
                self.may_end.wait(30)
        finally:
            connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_whoever_is_changing_a_child_is_waited_for(monkeypatch):
    """Or the change would have a number that is taken for one before."""
    writer = Writer(ChildFactory(gender="male"))
    writer.start()
    assert writer.has_written.wait(30)
    monkeypatch.setattr(sql, "LAST_CHANGE", "SELECT 1")
    monkeypatch.setattr(sql, "LOCK_TIMEOUT", "100ms")
    with transaction.atomic():
        assert sql.last_change() is None

    writer.may_end.set()
    writer.join(30)

    with transaction.atomic():
        assert sql.last_change() == 1
