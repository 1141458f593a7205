"""The commit: rows become children and school moves, and nothing else does."""

from datetime import date

import pytest

from children.models import (
    ArchiveReason,
    Child,
    ChildTrace,
    CohortMembership,
    Contact,
    Gender,
)
from imports.models import CloseMatch
from imports.rules.lifecycle import Status
from imports.rules.outcomes import Move, NotImported, Outcome, Result
from mavis.models import ActivityEvent, EventKind
from pds.models import Trace
from pds.rules.outcomes import TraceOutcome, UploadedNumber
from schoolmoves.models import (
    Decision,
    MoveState,
    Notice,
    NoticeKind,
    SchoolMove,
    SchoolMoveLogEntry,
)
from tests.factories import (
    ACADEMIC_YEAR,
    ChildFactory,
    CohortImportFactory,
    CohortRowFactory,
    ContactFactory,
    SchoolFactory,
    SchoolMoveFactory,
    TeamFactory,
    another_nhs_number,
)
from tests.imports.committing import (
    LATER,
    approve,
    commit_rows,
    imported,
    match_rows,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort_import():
    return CohortImportFactory(matching=True)


@pytest.fixture
def team(cohort_import):
    return cohort_import.team


@pytest.fixture
def school(team):
    return SchoolFactory(team=team)


def one_imported(cohort_import, **row):
    """Import one row and return it as it then is."""
    CohortRowFactory(cohort_import=cohort_import, **row)
    (committed,) = imported(cohort_import)
    return committed


def told(child):
    """Return what the activity log says about a child, in order."""
    return [
        EventKind(event.kind)
        for event in ActivityEvent.objects.filter(child=child).order_by("pk")
    ]


# --- New children ----------------------------------------------------------------


def test_a_new_row_becomes_a_child_of_the_team(cohort_import, team, school):
    number = another_nhs_number()

    row = one_imported(
        cohort_import,
        first_name="Zoë",
        preferred_last_name="Smith",
        gender=Gender.FEMALE,
        registration="8T5",
        address_line_1="1 High Street",
        nhs_number=number,
        nhs_number_confirmed=True,
        school=school,
    )

    child = Child.objects.get()
    assert (row.result, row.child, row.committed_at) == (Result.NEW, child, LATER)
    assert (child.first_name, child.first_name_key) == ("Zoë", "zoe")
    assert child.preferred_last_name == "Smith"
    assert child.gender == Gender.FEMALE
    assert (child.registration, child.registration_academic_year) == (
        "8T5",
        ACADEMIC_YEAR,
    )
    assert (child.nhs_number, child.nhs_number_confirmed) == (number, True)
    assert child.school == school
    assert child.created_by_import == cohort_import
    membership = CohortMembership.objects.get(child=child)
    assert (membership.team, membership.archived_at) == (team, None)
    assert cohort_import.status == Status.COMPLETED


def test_a_new_child_has_the_number_of_the_file_unconfirmed(cohort_import):
    one_imported(cohort_import, not_held=True)

    child = Child.objects.get()
    assert child.nhs_number is not None
    assert not child.nhs_number_confirmed


def test_the_place_of_a_new_child_is_logged_as_its_first(cohort_import, team, school):
    one_imported(cohort_import, school=school)

    entry = SchoolMoveLogEntry.objects.get()
    assert entry.first_placement
    assert entry.decision == Decision.AT_ONCE
    assert (entry.to_school, entry.to_team, entry.from_school) == (school, team, None)
    assert entry.by == cohort_import.uploaded_by
    assert not SchoolMove.objects.exists()


def test_a_new_child_has_its_parents_as_contacts(cohort_import):
    one_imported(
        cohort_import,
        parent_1_name="Ngozi Okafor",
        parent_1_relationship="mother",
        parent_1_email="okafor@example.com",
        parent_2_relationship="other",
        parent_2_relationship_other="Aunt",
        parent_2_email="okafor@example.com",
        parent_2_phone="+447700900123",
    )

    contacts = Contact.objects.order_by("pk").values_list(
        "name", "relationship", "relationship_other", "phone", "email"
    )
    assert list(contacts) == [
        ("Ngozi Okafor", "mother", "", "", "okafor@example.com"),
        ("", "other", "Aunt", "+447700900123", "okafor@example.com"),
    ]


def test_the_lookup_of_a_row_becomes_the_history_of_its_child(cohort_import):
    trace = Trace.objects.create(
        at=LATER,
        uploaded_number=UploadedNumber.NONE,
        outcome=TraceOutcome.NOT_FOUND,
    )

    one_imported(cohort_import, trace=trace)

    assert ChildTrace.objects.get().trace == trace
    assert ChildTrace.objects.get().child == Child.objects.get()


def test_the_log_says_which_row_of_which_file_a_child_came_from(cohort_import, team):
    row = one_imported(cohort_import, row_number=17)

    event = ActivityEvent.objects.get(kind=EventKind.IMPORTED)
    assert (event.child, event.team) == (row.child, team)
    assert (event.cohort_import, event.row_number) == (cohort_import, 17)
    assert (event.by, event.at) == (cohort_import.uploaded_by, LATER)


def test_a_new_child_who_has_died_is_archived_with_a_notice_and_no_move(
    cohort_import, team, school
):
    row = one_imported(
        cohort_import,
        found=True,
        deceased=True,
        date_of_death=date(2026, 10, 1),
        school=school,
    )

    child = Child.objects.get()
    assert row.result == Result.NEW
    assert (child.deceased, child.date_of_death) == (True, date(2026, 10, 1))
    membership = CohortMembership.objects.get()
    assert membership.archive_reason == ArchiveReason.DECEASED
    notice = Notice.objects.get()
    assert (notice.team, notice.child, notice.kind) == (
        team,
        child,
        NoticeKind.DECEASED,
    )
    assert not SchoolMoveLogEntry.objects.exists()
    assert told(child) == [EventKind.IMPORTED, EventKind.ARCHIVED]


def test_a_new_child_is_restricted_if_pds_says_so(cohort_import):
    one_imported(cohort_import, found=True, restricted=True)

    assert Child.objects.get().restricted


# --- Children who are in Mavis ----------------------------------------------------


def test_a_row_that_adds_nothing_changes_nothing(cohort_import, team):
    child = ChildFactory(team=team)
    before = Child.objects.values().get()

    row = one_imported(cohort_import)

    assert (row.result, row.child) == (Result.UP_TO_DATE, child)
    assert Child.objects.values().get() == before
    assert told(child) == []
    assert not SchoolMoveLogEntry.objects.exists()


def test_a_record_gains_what_it_lacked_and_keeps_the_rest(cohort_import, team):
    child = ChildFactory(team=team, address_line_1="1 High Street", first_name="AMARA")

    row = one_imported(
        cohort_import,
        first_name="Amara",
        preferred_first_name="Ama",
        gender=Gender.FEMALE,
        registration="8T5",
        address_line_1="2 High Street",
        town="London",
    )

    child.refresh_from_db()
    assert row.result == Result.UPDATED
    assert (child.first_name, child.preferred_first_name) == ("Amara", "Ama")
    assert child.gender == Gender.FEMALE
    assert (child.registration, child.registration_academic_year) == (
        "8T5",
        ACADEMIC_YEAR,
    )
    assert (child.address_line_1, child.town) == ("2 High Street", "London")
    event = ActivityEvent.objects.get(child=child)
    assert event.kind == EventKind.UPDATED_BY_IMPORT
    assert event.changes == {
        "first_name": ["AMARA", "Amara"],
        "preferred_first_name": ["", "Ama"],
        "gender": ["Not known", "Female"],
        "registration": ["", "8T5"],
        "address_line_1": ["1 High Street", "2 High Street"],
        "town": ["", "London"],
    }


def test_a_record_without_a_number_gains_the_one_pds_confirmed(cohort_import, team):
    child = ChildFactory(team=team)

    row = one_imported(cohort_import, found=True)

    child.refresh_from_db()
    assert (child.nhs_number, child.nhs_number_confirmed) == (row.nhs_number, True)
    assert told(child) == [EventKind.NHS_NUMBER_ADDED]


def test_a_number_that_pds_replaced_is_replaced_in_the_record(cohort_import, team):
    old = another_nhs_number()
    child = ChildFactory(team=team, nhs_number=old)

    row = one_imported(cohort_import, replaced=True, nhs_number_uploaded=old)

    child.refresh_from_db()
    assert row.result == Result.UPDATED
    assert (child.nhs_number, child.nhs_number_confirmed) == (row.nhs_number, True)
    event = ActivityEvent.objects.get(child=child)
    assert event.kind == EventKind.NHS_NUMBER_REPLACED
    assert event.changes == {"nhs_number": [old, row.nhs_number]}


def test_a_parent_in_the_file_updates_the_contact_and_removes_none(cohort_import, team):
    child = ChildFactory(team=team)
    mother = ContactFactory(child=child)
    ContactFactory(child=child, name="Obi Okafor", email="obi@example.com", phone="")

    row = one_imported(
        cohort_import,
        parent_1_name="Ngozi Okafor",
        parent_1_relationship="mother",
        parent_1_email=mother.email,
        parent_1_phone="+447700900999",
    )

    mother.refresh_from_db()
    assert row.result == Result.UPDATED
    assert mother.phone == "+447700900999"
    assert Contact.objects.filter(child=child).count() == 2
    (before, after) = ActivityEvent.objects.get(child=child).changes["contacts"]
    assert before == "Ngozi Okafor, Mum, 07700 900123, ngozi@example.com"
    assert after == "Ngozi Okafor, Mum, 07700 900999, ngozi@example.com"


def test_an_existing_child_who_has_died_is_archived_and_its_moves_go(
    cohort_import, team, school
):
    child = ChildFactory(team=team, traced=True)
    open_move = SchoolMoveFactory(child=child, team=TeamFactory())

    row = one_imported(
        cohort_import,
        nhs_number=child.nhs_number,
        nhs_number_confirmed=True,
        deceased=True,
        school=school,
    )

    child.refresh_from_db()
    open_move.refresh_from_db()
    assert row.result == Result.UPDATED
    assert (child.deceased, child.date_of_death, child.school) == (True, None, None)
    membership = CohortMembership.objects.get(child=child)
    assert membership.archive_reason == ArchiveReason.DECEASED
    assert open_move.state == MoveState.CLEARED
    assert Notice.objects.get().team == team


def test_an_existing_child_becomes_restricted_and_never_less_so(cohort_import, team):
    ChildFactory(team=team, is_restricted=True, first_name="Bola")
    child = ChildFactory(team=team)
    CohortRowFactory(cohort_import=cohort_import, first_name="Bola")

    one = CohortRowFactory(cohort_import=cohort_import, restricted=True)
    imported(cohort_import)

    child.refresh_from_db()
    one.refresh_from_db()
    assert child.restricted
    assert one.result == Result.UPDATED
    assert told(child) == [EventKind.RESTRICTED]
    assert Child.objects.filter(restricted=True).count() == 2


# --- Schools -----------------------------------------------------------------------


def test_a_child_whose_school_was_unknown_is_put_there_at_once(
    cohort_import, team, school
):
    child = ChildFactory(team=team)

    row = one_imported(cohort_import, school=school)

    child.refresh_from_db()
    assert (row.move, row.result) == (Move.AT_ONCE, Result.UPDATED)
    assert child.school == school
    entry = SchoolMoveLogEntry.objects.get()
    assert (entry.to_school, entry.first_placement) == (school, False)
    event = ActivityEvent.objects.get(child=child)
    assert event.kind == EventKind.SCHOOL_CHANGED
    assert event.changes == {"school": ["Unknown school", school.name]}


def test_another_school_waits_for_a_person(cohort_import, team, school):
    was_at = SchoolFactory(team=team)
    child = ChildFactory(team=team, school=was_at)

    row = one_imported(cohort_import, school=school, preferred_first_name="Ama")

    child.refresh_from_db()
    move = SchoolMove.objects.get()
    assert (child.school, child.preferred_first_name) == (was_at, "Ama")
    assert (row.result, row.school_move) == (Result.UPDATED, move)
    assert (move.child, move.team, move.school) == (child, team, school)
    assert (move.state, move.from_team) == (MoveState.OPEN, None)
    assert move.academic_year == ACADEMIC_YEAR
    assert told(child) == [EventKind.UPDATED_BY_IMPORT, EventKind.MOVE_PROPOSED]


def test_an_open_move_of_the_team_is_rewritten(cohort_import, team, school):
    child = ChildFactory(team=team, school=SchoolFactory(team=team))
    move = SchoolMoveFactory(team=team, child=child)

    row = one_imported(cohort_import, home_educated=True)

    move.refresh_from_db()
    assert SchoolMove.objects.count() == 1
    assert (move.school, move.home_educated) == (None, True)
    assert (move.updated_at, row.school_move) == (LATER, move)


def test_an_open_move_that_the_file_contradicts_is_cleared(cohort_import, team, school):
    child = ChildFactory(team=team, school=school)
    move = SchoolMoveFactory(team=team, child=child)

    row = one_imported(cohort_import, school=school)

    move.refresh_from_db()
    assert row.result == Result.UP_TO_DATE
    assert (move.state, move.decided_at) == (MoveState.CLEARED, LATER)
    entry = SchoolMoveLogEntry.objects.get()
    assert entry.decision == Decision.CLEARED
    assert (entry.from_school, entry.to_school) == (school, move.school)


def test_the_move_of_another_teams_child_holds_the_whole_row(cohort_import, school):
    other_team = TeamFactory()
    child = ChildFactory(team=other_team, school=SchoolFactory(team=other_team))
    before = Child.objects.values().get()

    row = one_imported(
        cohort_import,
        school=school,
        preferred_first_name="Ama",
        parent_1_name="Ngozi",
        restricted=True,
    )

    move = SchoolMove.objects.get()
    assert (row.result, row.school_move) == (Result.HELD_WITH_MOVE, move)
    assert row.child is None
    assert (move.team, move.from_team) == (cohort_import.team, other_team)
    assert move.state == MoveState.OPEN
    assert Child.objects.values().get() == before
    assert not Contact.objects.exists()
    assert CohortMembership.objects.get().team == other_team
    event = ActivityEvent.objects.get(child=child)
    assert (event.kind, event.team) == (EventKind.MOVE_PROPOSED, cohort_import.team)


@pytest.mark.parametrize("with_our_team", [True, False])
def test_a_move_waits_behind_that_of_another_receiving_team(
    with_our_team, cohort_import, team, school
):
    has_it = team if with_our_team else TeamFactory()
    child = ChildFactory(team=has_it, school=SchoolFactory(team=has_it))
    first = SchoolMoveFactory(child=child, team=TeamFactory())

    row = one_imported(cohort_import, school=school)

    first.refresh_from_db()
    assert first.state == MoveState.OPEN
    assert row.school_move.team == team
    assert row.school_move.state == MoveState.WAITING


# --- Rows of which nothing is applied -----------------------------------------------


def test_a_close_match_is_raised_and_nothing_of_its_row_applied(cohort_import, team):
    child = ChildFactory(team=team, gender=Gender.MALE)
    before = Child.objects.values().get()

    row = one_imported(
        cohort_import,
        gender=Gender.FEMALE,
        preferred_first_name="Ama",
        parent_1_name="Ngozi",
    )

    raised = CloseMatch.objects.get()
    assert row.result == Result.CLOSE_MATCH
    assert (raised.row, raised.team, raised.resolved_at) == (row, team, None)
    assert Child.objects.values().get() == before
    assert not Contact.objects.exists()
    assert told(child) == [EventKind.CLOSE_MATCH_RAISED]


def test_a_row_that_is_not_imported_touches_nothing(cohort_import):
    other_team = TeamFactory()
    ChildFactory(team=other_team, school=SchoolFactory(team=other_team))
    before = Child.objects.values().get()

    row = one_imported(cohort_import, preferred_first_name="Ama", parent_1_name="Ngozi")

    assert row.outcome == Outcome.NOT_IMPORTED
    assert row.result == Result.NOT_IMPORTED
    assert row.not_imported_reason == NotImported.AT_SCHOOL_OF_ANOTHER_TEAM
    assert Child.objects.values().get() == before
    assert not Contact.objects.exists()
    assert not SchoolMove.objects.exists()
    assert not ActivityEvent.objects.filter(child__isnull=False).exists()


# --- Progress ------------------------------------------------------------------------


def test_a_slice_that_is_over_leaves_the_rest_for_another(cohort_import, settings):
    settings.IMPORT_BATCH_ROWS = 1
    CohortRowFactory(cohort_import=cohort_import, first_name="Bola")
    CohortRowFactory(cohort_import=cohort_import, first_name="Chidi", postcode="M1 1AE")

    match_rows(cohort_import)
    approve(cohort_import)

    commit_rows(cohort_import, seconds=0)

    assert (cohort_import.status, cohort_import.rows_done) == (Status.COMMITTING, 1)
    assert Child.objects.count() == 1

    commit_rows(cohort_import)

    assert cohort_import.status == Status.COMPLETED
    assert Child.objects.count() == 2
    assert cohort_import.seconds_committing > 0
