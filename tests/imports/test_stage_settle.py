"""A move is decided: what becomes of the child, of its teams and of the held rows."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from django.http import Http404

from children import queries as children_queries
from children.models import ArchiveReason, Child, CohortMembership
from imports.models import CloseMatch
from imports.rules.lifecycle import Status
from imports.rules.outcomes import NotImported, Outcome, Result
from imports.stages import read, settle
from imports.stages import upload as stage
from mavis.models import ActivityEvent, EventKind
from pds.rules.outcomes import TraceOutcome
from schoolmoves import deciding, queries
from schoolmoves.actions import record_deaths
from schoolmoves.deciding import MoveChanged
from schoolmoves.models import (
    Decision,
    MoveState,
    Notice,
    NoticeKind,
    SchoolMove,
    SchoolMoveLogEntry,
)
from tests.factories import (
    NOW,
    ChildFactory,
    CohortImportFactory,
    CohortRowFactory,
    ContactFactory,
    SchoolFactory,
    SchoolMoveFactory,
    TeamFactory,
    UserFactory,
)
from tests.imports.committing import LATER, imported, lease_of

pytestmark = pytest.mark.django_db
DECIDED = LATER + timedelta(hours=1)


@pytest.fixture
def us():
    return TeamFactory()


@pytest.fixture
def them():
    return TeamFactory()


@pytest.fixture
def nurse(us):
    return UserFactory(team=us)


@pytest.fixture
def school(us):
    return SchoolFactory(team=us)


@pytest.fixture
def child(them):
    """A child that another team has."""
    return ChildFactory(team=them, school=SchoolFactory(team=them))


def upload(team, **row):
    """Import a file of one row, and return the row."""
    cohort_import = CohortImportFactory(team=team, matching=True)
    CohortRowFactory(cohort_import=cohort_import, **row)
    return imported(cohort_import)[0]


def seen(move):
    move.refresh_from_db()
    child = Child.objects.get(pk=move.child_id)
    return deciding.version_of(move, child, children_queries.team_with(child))


def decide(decision, move, by, *, at=DECIDED):
    return decision(move_id=move.pk, team=move.team, seen=seen(move), by=by, at=at)


def active_team_of(child):
    return children_queries.team_with(child)


# --- Confirmed -----------------------------------------------------------------------


def test_a_move_within_the_team_sets_the_school(us, nurse, school):
    was_at = SchoolFactory(team=us)
    child = ChildFactory(team=us, school=was_at)
    move = upload(us, school=school).school_move

    decide(settle.confirm, move, nurse)

    child.refresh_from_db()
    move.refresh_from_db()
    assert child.school == school
    assert (move.state, move.decided_by, move.decided_at) == (
        MoveState.CONFIRMED,
        nurse,
        DECIDED,
    )
    entry = SchoolMoveLogEntry.objects.get()
    assert entry.decision == Decision.CONFIRMED
    assert (entry.from_school, entry.from_team) == (was_at, us)
    assert (entry.to_school, entry.to_team) == (school, us)
    assert (entry.by, entry.at) == (nurse, DECIDED)
    event = ActivityEvent.objects.get(child=child, kind=EventKind.MOVE_CONFIRMED)
    assert event.changes == {"school": [was_at.name, school.name]}
    assert not Notice.objects.exists()


def test_a_child_of_another_team_becomes_ours_and_they_keep_it_archived(
    us, them, nurse, school, child
):
    move = upload(us, school=school).school_move

    decide(settle.confirm, move, nurse)

    child.refresh_from_db()
    assert (child.school, active_team_of(child)) == (school, us)
    left = CohortMembership.objects.get(child=child, team=them)
    assert left.archive_reason == ArchiveReason.MOVED_OUT_OF_AREA
    assert left.archived_at == DECIDED
    notice = Notice.objects.get()
    assert (notice.team, notice.new_team, notice.kind) == (
        them,
        us,
        NoticeKind.MOVED_AWAY,
    )
    entry = SchoolMoveLogEntry.objects.get()
    assert (entry.from_team, entry.to_team, entry.by) == (them, us, nurse)
    told = ActivityEvent.objects.get(child=child, team=them)
    assert (told.kind, told.changes) == (
        EventKind.ARCHIVED,
        {"reason": ["", f"Moved out of area: {us.name}"]},
    )


def test_the_row_held_with_the_move_is_applied(us, nurse, school, child):
    row = upload(
        us,
        school=school,
        preferred_first_name="Ama",
        parent_1_name="Ngozi Okafor",
        parent_1_email="ngozi@example.com",
    )
    assert row.result == Result.HELD_WITH_MOVE

    decide(settle.confirm, row.school_move, nurse)

    child.refresh_from_db()
    committed_at = row.committed_at
    row.refresh_from_db()
    assert child.preferred_first_name == "Ama"
    assert child.contacts.get().name == "Ngozi Okafor"
    assert (row.result, row.child, row.other_team) == (Result.UPDATED, child, None)
    # What it did is told; when it was imported, and with which move, stays.
    assert row.committed_at == committed_at
    assert row.school_move.state == MoveState.CONFIRMED
    assert SchoolMove.objects.count() == 1
    event = ActivityEvent.objects.get(child=child, kind=EventKind.UPDATED_BY_IMPORT)
    assert (event.by, event.cohort_import) == (nurse, row.cohort_import)


def test_a_held_row_that_adds_nothing_is_up_to_date(us, nurse, school, child):
    row = upload(us, school=school)

    decide(settle.confirm, row.school_move, nurse)

    row.refresh_from_db()
    assert (row.result, row.child) == (Result.UP_TO_DATE, child)


def test_a_held_row_becomes_a_close_match_when_the_record_has_changed_meanwhile(
    us, nurse, school, child
):
    row = upload(us, school=school, preferred_first_name="Ama")
    Child.objects.filter(pk=child.pk).update(postcode="M1 1AE")

    decide(settle.confirm, row.school_move, nurse)

    row.refresh_from_db()
    child.refresh_from_db()
    assert (row.result, row.differences) == (Result.CLOSE_MATCH, ["postcode"])
    assert (child.school, child.preferred_first_name) == (school, "")
    match = CloseMatch.objects.get()
    assert (match.row, match.team) == (row, us)
    assert row.candidates.get().child == child


def test_a_held_row_is_compared_even_if_it_would_not_be_matched_any_more(
    us, nurse, school, child
):
    row = upload(us, school=school)
    Child.objects.filter(pk=child.pk).update(
        postcode="M1 1AE", first_name="Chidi", first_name_key="chidi"
    )

    decide(settle.confirm, row.school_move, nurse)

    row.refresh_from_db()
    assert (row.outcome, row.result) == (Outcome.CLOSE_MATCH, Result.CLOSE_MATCH)
    assert row.candidates.get().child == child
    assert Child.objects.count() == 1


def test_every_row_held_with_the_move_is_settled_and_none_moves_the_child_again(
    us, nurse, school, child
):
    first = upload(us, school=SchoolFactory(team=us), gender="female")
    second = upload(us, school=school, preferred_first_name="Ama")
    assert first.school_move == second.school_move

    decide(settle.confirm, second.school_move, nurse)

    child.refresh_from_db()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (child.gender, child.preferred_first_name) == ("female", "Ama")
    assert (first.result, second.result) == (Result.UPDATED, Result.UPDATED)
    assert child.school == school
    assert not SchoolMove.objects.filter(state=MoveState.OPEN).exists()


def test_a_child_that_comes_back_is_active_again(us, them, nurse, school, child):
    returns_to = child.school
    decide(settle.confirm, upload(us, school=school).school_move, nurse)

    move = upload(them, school=returns_to).school_move
    decide(settle.confirm, move, UserFactory(team=them))

    assert active_team_of(child) == them
    assert CohortMembership.objects.filter(child=child).count() == 2
    assert [notice.team for notice in Notice.objects.order_by("pk")] == [them, us]


# --- Ignored -------------------------------------------------------------------------


def test_an_ignored_move_changes_nothing_and_its_row_is_not_imported(
    us, them, nurse, school, child
):
    ContactFactory(child=child)
    row = upload(us, school=school, preferred_first_name="Ama")

    decide(settle.ignore, row.school_move, nurse)

    row.refresh_from_db()
    before = child.school
    child.refresh_from_db()
    assert (child.school, child.preferred_first_name) == (before, "")
    assert active_team_of(child) == them
    assert (row.result, row.not_imported_reason) == (
        Result.NOT_IMPORTED,
        NotImported.MOVE_IGNORED,
    )
    assert row.school_move.state == MoveState.IGNORED
    assert SchoolMoveLogEntry.objects.get().decision == Decision.IGNORED
    assert ActivityEvent.objects.filter(kind=EventKind.MOVE_IGNORED).exists()
    assert not Notice.objects.exists()


def test_the_team_that_ignored_a_move_does_not_see_the_child_any_more(
    us, nurse, school, child
):
    move = upload(us, school=school).school_move

    decide(settle.ignore, move, nurse)

    assert not queries.open_moves(us).exists()
    assert not children_queries.children_of(us).exists()
    assert not children_queries.left_behind(us).exists()


def test_an_ignored_move_is_not_raised_again_this_year(us, nurse, school, child):
    decide(settle.ignore, upload(us, school=school).school_move, nurse)

    again = upload(us, school=school)

    assert (again.result, again.not_imported_reason) == (
        Result.NOT_IMPORTED,
        NotImported.MOVE_IGNORED_BEFORE,
    )
    assert not SchoolMove.objects.filter(state=MoveState.OPEN).exists()


def test_a_row_within_the_team_is_imported_without_the_move_that_was_ignored(
    us, nurse, school
):
    child = ChildFactory(team=us, school=SchoolFactory(team=us))
    decide(settle.ignore, upload(us, school=school).school_move, nurse)

    again = upload(us, school=school, preferred_first_name="Ama")

    child.refresh_from_db()
    assert (again.result, again.school_move) == (Result.UPDATED, None)
    assert child.preferred_first_name == "Ama"
    assert not SchoolMove.objects.filter(state=MoveState.OPEN).exists()


def test_an_ignored_move_is_raised_again_after_a_file_said_otherwise(us, nurse, school):
    was_at = SchoolFactory(team=us)
    child = ChildFactory(team=us, school=was_at)
    move = upload(us, school=school).school_move
    decide(settle.ignore, move, nurse, at=NOW)
    upload(us, school=was_at)

    again = upload(us, school=school)

    assert again.school_move.state == MoveState.OPEN
    assert again.school_move != move
    assert again.school_move.child == child


# --- Moves that wait behind another team's --------------------------------------------


@pytest.fixture
def waiting(us, them, school, child):
    """Return the move that another receiving team has open, and ours behind it."""
    others = TeamFactory()
    first = upload(others, school=SchoolFactory(team=others)).school_move
    row = upload(us, school=school, preferred_first_name="Ama")
    assert row.school_move.state == MoveState.WAITING
    return first, row


def test_a_waiting_move_cannot_be_decided(nurse, waiting):
    _, row = waiting

    with pytest.raises(Http404):
        decide(settle.confirm, row.school_move, nurse)


@pytest.mark.parametrize("decision", [settle.confirm, settle.ignore])
def test_a_waiting_move_is_opened_when_the_one_before_it_is_decided(
    us, nurse, school, child, waiting, decision
):
    first, row = waiting
    decide(decision, first, UserFactory(team=first.team))
    row.school_move.refresh_from_db()
    assert row.school_move.state == MoveState.OPEN

    decide(settle.confirm, row.school_move, nurse)

    child.refresh_from_db()
    row.refresh_from_db()
    assert (child.school, active_team_of(child)) == (school, us)
    assert row.result == Result.UPDATED


def test_the_team_left_behind_is_the_one_that_has_the_child_by_then(
    us, nurse, child, waiting
):
    first, row = waiting
    decide(settle.confirm, first, UserFactory(team=first.team))

    decide(settle.confirm, row.school_move, nurse)

    assert Notice.objects.order_by("pk").last().team == first.team
    entry = SchoolMoveLogEntry.objects.order_by("pk").last()
    assert (entry.from_team, entry.to_team) == (first.team, us)


def test_a_move_that_a_file_clears_lets_the_next_team_decide(them, child, waiting):
    # The first team's move is of a child that it has itself got meanwhile.
    first, row = waiting
    CohortMembership.objects.filter(child=child).update(team=first.team)
    Child.objects.filter(pk=child.pk).update(school=first.school)

    upload(first.team, school=first.school)

    first.refresh_from_db()
    row.school_move.refresh_from_db()
    assert (first.state, row.school_move.state) == (MoveState.CLEARED, MoveState.OPEN)


# --- Two people, and two teams -------------------------------------------------------


@pytest.mark.parametrize("first", [settle.confirm, settle.ignore])
@pytest.mark.parametrize("second", [settle.confirm, settle.ignore])
def test_the_second_of_two_who_decide_is_told(us, nurse, school, child, first, second):
    move = upload(us, school=school).school_move
    what_both_saw = seen(move)
    decide(first, move, nurse)

    with pytest.raises(MoveChanged):
        second(
            move_id=move.pk,
            team=us,
            seen=what_both_saw,
            by=UserFactory(team=us),
            at=DECIDED,
        )

    assert SchoolMoveLogEntry.objects.count() == 1


def test_a_move_that_a_file_has_rewritten_is_shown_again_first(
    us, nurse, school, child
):
    move = upload(us, school=school).school_move
    what_was_seen = seen(move)
    upload(us, school=SchoolFactory(team=us))

    with pytest.raises(MoveChanged):
        settle.confirm(
            move_id=move.pk, team=us, seen=what_was_seen, by=nurse, at=DECIDED
        )

    assert not SchoolMoveLogEntry.objects.exists()


def test_a_child_whose_school_was_edited_is_shown_again_first(us, nurse, school):
    child = ChildFactory(team=us, school=SchoolFactory(team=us))
    move = upload(us, school=school).school_move
    what_was_seen = seen(move)
    Child.objects.filter(pk=child.pk).update(school=SchoolFactory(team=us))

    with pytest.raises(MoveChanged):
        settle.confirm(
            move_id=move.pk, team=us, seen=what_was_seen, by=nurse, at=DECIDED
        )


def test_another_team_cannot_decide_a_move(them, school, us, child):
    move = upload(us, school=school).school_move

    for decision in (settle.confirm, settle.ignore):
        with pytest.raises(Http404):
            decision(
                move_id=move.pk,
                team=them,
                seen=seen(move),
                by=UserFactory(team=them),
                at=DECIDED,
            )


def test_a_child_that_its_team_has_archived_meanwhile_moves_without_a_notice(
    us, them, nurse, school, child
):
    move = upload(us, school=school).school_move
    CohortMembership.objects.filter(child=child).update(
        archived_at=NOW, archive_reason=ArchiveReason.OTHER
    )

    decide(settle.confirm, move, nurse)

    assert active_team_of(child) == us
    assert not Notice.objects.exists()
    left = CohortMembership.objects.get(child=child, team=them)
    assert left.archive_reason == ArchiveReason.OTHER


def test_a_move_of_a_child_without_rows_is_decided_too(us, nurse):
    move = SchoolMoveFactory(team=us)

    decide(settle.confirm, move, nurse)

    move.child.refresh_from_db()
    assert move.child.school == move.school


# --- Moves that go without a decision --------------------------------------------------


def test_the_row_of_a_child_who_has_died_meanwhile_is_not_imported(
    us, them, school, child
):
    row = upload(us, school=school, preferred_first_name="Ama")
    record_deaths({child.pk: None}, at=NOW)

    assert settle.settle_rows_without_a_move(at=DECIDED) == 1

    row.refresh_from_db()
    child.refresh_from_db()
    assert (row.result, row.not_imported_reason) == (
        Result.NOT_IMPORTED,
        NotImported.MOVE_WITHDRAWN,
    )
    assert child.preferred_first_name == ""


def test_the_row_of_a_child_that_became_ours_otherwise_is_applied(us, school, child):
    row = upload(us, school=school, preferred_first_name="Ama")
    CohortMembership.objects.filter(child=child).update(
        archived_at=NOW, archive_reason=ArchiveReason.OTHER
    )
    # Restored to us by a file that says where the child was before.
    upload(us, school=child.school)
    assert active_team_of(child) == us

    settle.settle_rows_without_a_move(at=DECIDED)

    row.refresh_from_db()
    child.refresh_from_db()
    assert (row.result, child.preferred_first_name) == (Result.UPDATED, "Ama")


def test_rows_whose_move_waits_for_a_decision_are_left_alone(us, school, child):
    row = upload(us, school=school)

    assert settle.settle_rows_without_a_move(at=DECIDED) == 0

    row.refresh_from_db()
    assert row.result == Result.HELD_WITH_MOVE


# --- August, when files are for the coming year ------------------------------------------


def test_in_august_the_teams_own_children_are_its_own(us, nurse, school):
    child = ChildFactory(team=us, school=school, registration="7B")
    moved = ChildFactory(team=us, first_name="Bela", school=SchoolFactory(team=us))
    august = datetime(2026, 8, 10, 9, tzinfo=UTC)
    checked = stage.check(
        name="august.csv",
        content=BytesIO(
            "CHILD_SCHOOL_URN,CHILD_FIRST_NAME,CHILD_LAST_NAME,CHILD_DATE_OF_BIRTH,"
            "CHILD_POSTCODE,CHILD_REGISTRATION\n"
            f"{school.urn},Amara,Okafor,27/03/2014,SW1A 1AA,8T5\n"
            f"{school.urn},Bela,Okafor,27/03/2014,SW1A 1AA,8T5\n".encode()
        ),
    )
    cohort_import = stage.upload(
        checked=checked, team=us, by=nurse, at=august, today=august.date()
    )
    read.run(lease=lease_of(cohort_import), clock=lambda: august)
    cohort_import.refresh_from_db()
    assert cohort_import.academic_year == 2026
    cohort_import.rows.update(trace_outcome=TraceOutcome.NOT_FOUND)
    cohort_import.change_status(Status.MATCHING, at=august, by=None)

    same, other = imported(cohort_import)

    assert (same.result, same.other_team, same.school_move) == (
        Result.UPDATED,
        None,
        None,
    )
    assert (other.result, other.other_team) == (Result.UPDATED, None)
    assert (other.school_move.child, other.school_move.from_team) == (moved, None)
    child.refresh_from_db()
    assert (child.registration, child.registration_academic_year) == ("8T5", 2026)
    decide(settle.confirm, other.school_move, nurse, at=august)
    assert not Notice.objects.exists()
    assert SchoolMoveLogEntry.objects.get().academic_year == 2026
