"""A commit works out again what a change may concern, and that is enough.

The slow and obvious way is to work out every row of the batch again.
"""

import random
from datetime import date, timedelta
from functools import partial

import pytest
from django.db import transaction
from django.utils import timezone

from children.models import Child, CohortMembership, Contact
from imports import merging
from imports.models import CohortImport, CohortRow
from imports.sql import changes as sql
from imports.stages import concerned as stage
from imports.stages.concerned import (
    KnownChanges,
    Looking,
    note_as_of,
)
from imports.stages.work_out import work_out
from mavis.rules.names import fold
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
    another_nhs_number,
)
from tests.imports.committing import approve, commit_rows, imported, match_rows, rows_of

pytestmark = pytest.mark.django_db

ROWS, CHILDREN = 40, 30


class Crowd:
    """Rows and children, most of whom have to do with few of the others."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.cohort_import = CohortImportFactory(matching=True)
        self.team = self.cohort_import.team
        self.teams = [self.team, self.team, TeamFactory()]
        self.schools = [SchoolFactory(team=team) for team in self.teams]
        self.numbers = [another_nhs_number() for _ in range(CHILDREN)]
        for _ in range(CHILDREN):
            self.child(self.person())
        for number in range(2, ROWS + 2):
            self.row(number)

    def person(self):
        choose = self.rng.choice
        return {
            "first_name": choose(["Amara", "Bola", "Chidi", "Dayo", "Efe"]),
            "last_name": choose(["Okafor", "Adeyemi", "Eze", "Obi", "Bello"]),
            "date_of_birth": date(2014, choose([3, 4, 9]), choose([3, 4, 9, 27])),
            "postcode": choose(["SW1A 1AA", "M1 1AE", "LS1 4AP", "L1 8JQ", "ZZ99 3VZ"]),
            "school": choose(self.schools),
        }

    def child(self, person):
        """Add a child, and a contact of it or none."""
        rng = self.rng
        child = ChildFactory(
            **person,
            team=rng.choice(self.teams),
            nhs_number=self.numbers.pop()
            if self.numbers and rng.random() < 0.5
            else None,
        )
        if rng.random() < 0.5:
            ContactFactory(child=child)
        return child

    def row(self, number, **values):
        """Add a row about somebody who may be among the children."""
        rng = self.rng
        known = rng.choice(list(Child.objects.order_by("pk")))
        same = {name: getattr(known, name) for name in self.person()}
        wrong = rng.sample(sorted(same), rng.choice([0, 0, 0, 1, 1, 2]))
        person = same | {name: self.person()[name] for name in wrong}
        if rng.random() < 0.2:
            person = self.person()
        given = known.nhs_number if rng.random() < 0.5 else None
        return CohortRowFactory(
            **{
                "cohort_import": self.cohort_import,
                "row_number": number,
                **person,
                "nhs_number": given,
                "nhs_number_confirmed": bool(given) and rng.random() < 0.7,
                "parent_1_name": rng.choice(["", "Ngozi Okafor", "John Okafor"]),
                **values,
            }
        )

    def someone(self):
        return self.rng.choice(
            list(Child.objects.filter(merged_into=None).order_by("pk"))
        )


def _details(crowd):
    person = crowd.person()
    name = crowd.rng.choice(sorted(person))
    values = {name: person[name]}
    if name in ("first_name", "last_name"):
        values[f"{name}_key"] = fold(person[name])
    Child.objects.filter(pk=crowd.someone().pk).update(**values)


def _number(crowd):
    Child.objects.filter(pk=crowd.someone().pk).update(
        nhs_number=another_nhs_number(), nhs_number_confirmed=crowd.rng.random() < 0.5
    )


def _new_child(crowd):
    row = crowd.rng.choice(rows_of(crowd.cohort_import))
    person = {name: getattr(row, name) for name in crowd.person()}
    name = crowd.rng.choice(sorted(person))
    crowd.child(person | {name: crowd.person()[name]})


def _archived(crowd):
    CohortMembership.objects.filter(child=crowd.someone()).update(
        archived_at=NOW, archive_reason="moved_out_of_area"
    )


def _to_another_team(crowd):
    CohortMembership.objects.filter(child=crowd.someone()).update(team=TeamFactory())


def _contact(crowd):
    ContactFactory(child=crowd.someone(), name="John Okafor")


def _no_contact(crowd):
    Contact.objects.filter(child=crowd.someone()).delete()


def _contacts_of_another(crowd):
    Contact.objects.filter(child=crowd.someone()).update(child=crowd.someone())


def _asked_for(crowd):
    child = crowd.someone()
    if not SchoolMove.objects.filter(child=child).exists():
        SchoolMoveFactory(child=child, team=crowd.rng.choice(crowd.teams))


def _refused(crowd):
    SchoolMove.objects.update(state="ignored", decided_at=NOW)


def _merged(crowd):
    ours = list(Child.objects.filter(merged_into=None, memberships__team=crowd.team))
    kept, merged = crowd.rng.sample(sorted(ours, key=lambda child: child.pk), 2)
    by = crowd.cohort_import.uploaded_by
    merging.merge(
        kept_id=kept.pk, merged_id=merged.pk, team=crowd.team, seen=None, by=by, at=NOW
    )


def _another_file(crowd):
    other = CohortImportFactory(matching=True, team=crowd.team)
    for number in range(2, 5):
        crowd.row(number, cohort_import=other)
    imported(other)


CHANGES = [
    _details, _number, _new_child, _archived, _to_another_team, _contact, _no_contact,
    _contacts_of_another, _asked_for, _refused, _merged, _another_file,
]  # fmt: skip


def compared(crowd, rows, *, known=None, looking=None):
    """Return what each row is now, by the two ways, and how many one did without."""
    slow = {
        one.row_id: one.fingerprint
        for one in work_out(crowd.cohort_import, [row.pk for row in rows])
    }
    again = (looking or Looking(crowd.cohort_import, rows, known)).look()
    fast = {
        row.pk: again[row.pk].fingerprint if row.pk in again else row.fingerprint
        for row in rows
    }
    return slow, fast, len(rows) - len(again)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
@pytest.mark.parametrize("seed", range(4))
def test_rows_come_out_as_if_all_were_worked_out_again(change, seed):
    crowd = Crowd(seed)
    match_rows(crowd.cohort_import)

    for _ in range(crowd.rng.choice([1, 2])):
        change(crowd)

    rows = rows_of(crowd.cohort_import)
    for size in (len(rows), 7):
        batch = crowd.rng.sample(rows, size)
        slow, fast, spared = compared(crowd, batch)
        assert fast == slow
    assert spared > 0 or change in (_another_file, _merged, _refused)


@pytest.mark.parametrize("seed", range(6))
def test_so_it_is_after_many_changes_and_between_two_batches(seed, settings):
    crowd = Crowd(100 + seed)
    match_rows(crowd.cohort_import)
    approve(crowd.cohort_import)
    settings.IMPORT_BATCH_ROWS = ROWS // 2
    crowd.rng.choice(CHANGES[:-1])(crowd)
    commit_rows(crowd.cohort_import, seconds=0)

    for change in crowd.rng.sample(CHANGES[:-1], 3):
        change(crowd)

    rows = [row for row in rows_of(crowd.cohort_import) if row.committed_at is None]
    slow, fast, _ = compared(crowd, rows)
    assert fast == slow


@pytest.mark.parametrize("seed", range(6))
def test_so_it_is_with_what_is_known_from_the_batches_before(seed):
    crowd = Crowd(200 + seed)
    match_rows(crowd.cohort_import)
    rows = rows_of(crowd.cohort_import)
    known = KnownChanges()

    for change in crowd.rng.choices(CHANGES[:-1], k=5):
        change(crowd)
        slow, fast, _ = compared(crowd, rows, known=known)
        assert fast == slow


@pytest.mark.parametrize("seed", range(12))
def test_so_it_is_when_rows_are_looked_at_ahead(seed):
    crowd = Crowd(500 + seed)
    match_rows(crowd.cohort_import)
    known = KnownChanges()

    for _ in range(2):
        rows = crowd.rng.sample(rows_of(crowd.cohort_import), ROWS // 2)
        looking = Looking(crowd.cohort_import, rows, known)
        for change in crowd.rng.choices(CHANGES[:-1], k=5):
            change(crowd)
            looking.look_ahead()
        crowd.rng.choice(CHANGES[:-1])(crowd)
        slow, fast, _ = compared(crowd, rows, looking=looking)
        assert fast == slow


class Rivals:
    """Two rows that may be about one child, or each about another one."""

    def __init__(self):
        self.cohort_import = CohortImportFactory(matching=True)
        of_ours = partial(ChildFactory, team=self.cohort_import.team)
        of_file = partial(CohortRowFactory, cohort_import=self.cohort_import)
        of_ours(postcode="SW1A 1AA")
        self.like_one = of_ours(postcode="LS1 4AP")
        self.like_other = of_ours(last_name="Obi", postcode="L1 8JQ")
        of_file(row_number=2, postcode="M1 1AE")
        of_file(row_number=3, last_name="Obi", postcode="SW1A 1AA")

    def matched(self):
        match_rows(self.cohort_import)
        rows = rows_of(self.cohort_import)
        return rows, Looking(self.cohort_import, rows)

    def now(self, rows, looking):
        """Test if the rows come out as if all were worked out again."""
        slow, fast, _ = compared(self, rows, looking=looking)
        return fast == slow


def _somebody_else(child):
    Child.objects.filter(pk=child.pk).update(
        first_name="Zoe", first_name_key="zoe", postcode="ZZ99 3VZ"
    )


def test_a_claim_made_ahead_counts_for_what_is_looked_at_later():
    rivals = Rivals()
    rows, looking = rivals.matched()
    assert [row.claimed_child_id for row in rows] == [None, None]

    _somebody_else(rivals.like_one)
    looking.look_ahead()
    _somebody_else(rivals.like_other)

    assert rivals.now(rows, looking)
    assert all(one.competing_rows for one in looking.look().values())


def test_a_claim_made_ahead_and_lost_again_no_longer_counts():
    rivals = Rivals()
    _somebody_else(rivals.like_one)
    rows, looking = rivals.matched()
    assert [row.claimed_child_id is None for row in rows] == [False, True]

    _somebody_else(rivals.like_other)
    looking.look_ahead()
    # Like the second row, and with nothing of the first.
    ChildFactory(first_name="Zoe", last_name="Obi", team=rivals.cohort_import.team)

    assert rivals.now(rows, looking)
    assert not any(one.competing_rows for one in looking.look().values())


def test_who_was_found_ahead_may_be_somebody_else_later():
    rivals = Rivals()
    rows, looking = rivals.matched()

    child = ChildFactory(team=rivals.cohort_import.team, postcode="M1 1AE")
    looking.look_ahead()
    _somebody_else(child)
    born = date(2011, 9, 5)
    Child.objects.filter(pk=child.pk).update(
        last_name="Bello", last_name_key="bello", date_of_birth=born
    )

    assert rivals.now(rows, looking)


def test_a_refused_move_of_who_was_found_ahead_is_looked_at_again(monkeypatch):
    rivals = Rivals()
    rows, looking = rivals.matched()
    child = ChildFactory(team=rivals.cohort_import.team, postcode="M1 1AE")
    SchoolMoveFactory(child=child, team=child.memberships.get().team)
    _refused(rivals)
    looking.look_ahead()
    again = []
    monkeypatch.setattr(
        stage, "work_out", lambda of, ids: again.extend(ids) or work_out(of, ids)
    )

    looking.look()

    assert rows[0].pk in again


def test_what_was_worked_out_ahead_is_not_worked_out_under_lock(monkeypatch):
    crowd = Crowd(600)
    match_rows(crowd.cohort_import)
    _new_child(crowd)
    looking = Looking(crowd.cohort_import, rows_of(crowd.cohort_import))
    looking.look_ahead()
    monkeypatch.setattr(stage, "work_out", _not_to_be_called)

    assert looking.look()


def test_the_changes_of_the_property_change_rows():
    """Or it would hold of rows to which nothing ever happens."""
    changed = set()
    for seed, change in enumerate(CHANGES * 2):
        before = transaction.savepoint()
        crowd = Crowd(200 + seed)
        match_rows(crowd.cohort_import)
        change(crowd)
        rows = rows_of(crowd.cohort_import)
        slow, _, _ = compared(crowd, rows)
        if slow != {row.pk: row.fingerprint for row in rows}:
            changed.add(change)
        transaction.savepoint_rollback(before)

    assert changed >= {_details, _new_child, _archived, _merged, _another_file}


def test_nothing_is_worked_out_again_when_nothing_has_changed(monkeypatch):
    crowd = Crowd(300)
    match_rows(crowd.cohort_import)
    approve(crowd.cohort_import)
    monkeypatch.setattr(stage, "work_out", _not_to_be_called)

    commit_rows(crowd.cohort_import)

    assert crowd.cohort_import.status == "completed"


def _not_to_be_called(*_arguments, **_options):
    raise AssertionError("a row was worked out again")


# --- When in doubt, all rows ---------------------------------------------------------


@pytest.fixture
def cohort_import():
    cohort_import = CohortImportFactory(matching=True)
    for number in (2, 3):
        CohortRowFactory(cohort_import=cohort_import, row_number=number, new=True)
    note_as_of(cohort_import.pk)
    CohortRow.objects.update(compared_with=[])
    return cohort_import


def concerned(cohort_import):
    rows = rows_of(cohort_import)
    again = Looking(cohort_import, rows).look()
    return [row.row_number for row in rows if row.pk in again]


def test_as_it_is_no_row_is_concerned(cohort_import):
    assert concerned(cohort_import) == []


def _by_other_rules(cohort_import, monkeypatch):
    monkeypatch.setattr(stage, "rules_now", lambda: "those of the next release")


def _too_long_ago(cohort_import, monkeypatch):
    CohortImport.objects.update(
        worked_out_at=timezone.now() - timedelta(days=sql.DAYS_COMPARED, seconds=1)
    )


def _by_a_release_before(cohort_import, monkeypatch):
    CohortImport.objects.update(
        worked_out_as_of=None, worked_out_at=None, worked_out_by=""
    )


def _too_many_changes(cohort_import, monkeypatch):
    monkeypatch.setattr(stage, "MOST_CHANGES", 1)
    for _ in range(2):
        ChildFactory(last_name="Stranger")


@pytest.mark.parametrize(
    "doubt", [_by_other_rules, _too_long_ago, _by_a_release_before, _too_many_changes]
)
def test_in_doubt_all_rows_are_concerned(cohort_import, monkeypatch, doubt):
    doubt(cohort_import, monkeypatch)

    assert concerned(cohort_import) == [2, 3]


def test_in_doubt_none_is_worked_out_ahead(cohort_import, monkeypatch):
    _by_a_release_before(cohort_import, monkeypatch)
    looking = Looking(cohort_import, rows_of(cohort_import))
    with monkeypatch.context() as patched:
        patched.setattr(stage, "work_out", _not_to_be_called)
        looking.look_ahead()

    assert len(looking.look()) == 2


@pytest.mark.django_db(transaction=True)
def test_without_the_last_change_all_rows_are_concerned(monkeypatch):
    monkeypatch.setattr(sql, "last_change", lambda: None)
    crowd = Crowd(400)

    match_rows(crowd.cohort_import)

    rows = rows_of(crowd.cohort_import)
    again = Looking(crowd.cohort_import, rows).look()
    assert again.keys() == {row.pk for row in rows}


def test_a_row_that_a_release_before_has_worked_out_is_concerned(cohort_import):
    CohortRow.objects.filter(row_number=3).update(compared_with=None)

    assert concerned(cohort_import) == [3]


def test_the_rules_are_all_that_a_row_is_worked_out_by():
    names = {path.name for path in stage.sources()}

    assert {
        "matching.py", "similarity.py", "likeness.py", "differences.py", "known.py",
        "working_out.py", "fingerprint.py", "contacts.py", "moving.py", "work_out.py",
        "names.py", "outcomes.py",
    } <= names  # fmt: skip
