"""Merging one record of a child into another: everything is carried over."""

import datetime

import pytest
from django.http import Http404

from children import queries
from children.editing import RecordChanged
from children.models import ArchiveReason, Child, ChildTrace, CohortMembership, Contact
from imports import merging
from imports.models import RowCandidate
from mavis.models import ActivityEvent, EventKind
from schoolmoves.models import (
    MoveState,
    Notice,
    NoticeKind,
    SchoolMove,
    SchoolMoveLogEntry,
)
from tests.factories import (
    NOW,
    ChildFactory,
    CloseMatchFactory,
    CohortImportFactory,
    CohortMembershipFactory,
    CohortRowFactory,
    ContactFactory,
    SchoolFactory,
    SchoolMoveFactory,
    TeamFactory,
    TraceFactory,
    UserFactory,
    another_nhs_number,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def team():
    return TeamFactory()


@pytest.fixture
def nurse(team):
    return UserFactory(team=team)


@pytest.fixture
def kept(team):
    return ChildFactory(team=team, traced=True)


@pytest.fixture
def double(team):
    return ChildFactory(team=team)


@pytest.fixture
def merge(team, nurse):
    def merge(kept, double, *, seen=None):
        merging.merge(
            kept_id=kept.pk,
            merged_id=double.pk,
            team=team,
            seen=seen,
            by=nurse,
            at=NOW,
        )

    return merge


# --- The record that is hidden ---------------------------------------------------


def test_the_merged_record_is_hidden_and_without_a_number(merge, team, kept):
    double = ChildFactory(team=team, nhs_number=another_nhs_number())

    merge(kept, double)

    double.refresh_from_db()
    assert (double.merged_into, double.nhs_number) == (kept, None)
    assert list(queries.children_of(team)) == [kept]
    assert queries.record_that_remains(team, double.pk) == kept.pk


def test_records_merged_earlier_lead_to_the_one_that_remains(merge, team, kept, double):
    before = ChildFactory(team=team)
    merge(double, before)

    merge(kept, double)

    assert queries.record_that_remains(team, before.pk) == kept.pk


@pytest.mark.parametrize("which", ["kept", "merged"])
def test_another_teams_child_cannot_be_merged(merge, kept, double, which):
    theirs = ChildFactory(traced=True)

    with pytest.raises(Http404):
        merge(theirs, double) if which == "kept" else merge(kept, theirs)

    assert not Child.objects.filter(merged_into__isnull=False).exists()


def test_a_child_is_not_merged_into_itself(merge, kept):
    with pytest.raises(RecordChanged):
        merge(kept, kept)


def test_records_are_not_merged_twice(merge, kept, double):
    merge(kept, double)

    with pytest.raises(Http404):
        merge(kept, double)

    assert ActivityEvent.objects.filter(kind=EventKind.MERGED).count() == 1


def test_records_that_have_changed_since_they_were_seen_are_not_merged(
    merge, team, kept, double
):
    seen = merging.version_of(
        queries.child_for(team, kept.pk), queries.child_for(team, double.pk)
    )
    Child.objects.filter(pk=double.pk).update(postcode="LS1 4AP")

    with pytest.raises(RecordChanged):
        merge(kept, double, seen=seen)

    assert not Child.objects.filter(merged_into__isnull=False).exists()


# --- What is carried over ----------------------------------------------------------


def test_details_fill_what_is_blank(merge, team, kept):
    double = ChildFactory(team=team, with_address=True, first_name="Mara")

    merge(kept, double)

    kept.refresh_from_db()
    assert (kept.first_name, kept.gender) == ("Amara", "female")
    assert (kept.address_line_1, kept.town) == ("1 High Street", "London")


def test_contacts_are_carried_over_once(merge, kept, double):
    ContactFactory(child=kept)
    ContactFactory(child=double)
    ContactFactory(child=double, name="Sam Lee", phone="", email="sam@example.com")

    merge(kept, double)

    names = Contact.objects.filter(child=kept).values_list("name", flat=True)
    assert sorted(names) == ["Ngozi Okafor", "Sam Lee"]


def test_lookups_and_events_of_both_are_read(merge, team, kept, double):
    traces = {TraceFactory(child=kept), TraceFactory(child=double)}
    event = ActivityEvent.objects.create(
        kind=EventKind.IMPORTED, at=NOW, team=team, child=double
    )

    merge(kept, double)

    assert set(queries.lookups_of(kept)) == traces
    assert not ChildTrace.objects.filter(child=double).exists()
    assert event in queries.events_of(team, kept)
    event.refresh_from_db()
    assert event.child == double  # events stay where they are


def test_the_merge_is_logged_with_who_what_and_when(merge, team, nurse, kept):
    double = ChildFactory(team=team, nhs_number=another_nhs_number(), with_address=True)

    merge(kept, double)

    event = queries.events_of(team, kept).get()
    assert (event.kind, event.by, event.at) == (EventKind.MERGED, nurse, NOW)
    assert event.changes["nhs_number_of_merged_record"] == [double.nhs_number, None]
    assert event.changes["town"] == ["", "London"]


def test_a_restricted_record_makes_the_one_that_remains_restricted(merge, team, kept):
    merge(kept, ChildFactory(team=team, is_restricted=True))

    assert Child.objects.get(pk=kept.pk).restricted


# --- Cohorts -------------------------------------------------------------------------


def test_a_child_is_active_where_one_of_its_records_was(merge, team, double):
    kept = ChildFactory(
        team=team, traced=True, archived=ArchiveReason.IMPORTED_IN_ERROR
    )

    merge(kept, double)

    membership = CohortMembership.objects.get(child=kept)
    assert (membership.team, membership.archived_at) == (team, None)


def test_other_teams_that_had_the_merged_record_keep_the_child(
    merge, team, kept, double
):
    other = TeamFactory()
    CohortMembershipFactory(child=double, team=other, reason="moved_out_of_area")

    merge(kept, double)

    assert list(queries.left_behind(other)) == [kept]
    assert not CohortMembership.objects.filter(child=double).exists()


def test_a_child_who_has_died_is_archived(merge, team, kept):
    double = ChildFactory(team=team, is_deceased=True)
    SchoolMoveFactory(child=kept, team=team)

    merge(kept, double)

    kept.refresh_from_db()
    assert (kept.deceased, kept.date_of_death) == (True, datetime.date(2026, 10, 1))
    membership = CohortMembership.objects.get(child=kept)
    assert membership.archive_reason == ArchiveReason.DECEASED
    assert not SchoolMove.objects.filter(state=MoveState.OPEN).exists()


# --- School and moves ------------------------------------------------------------------


def test_a_school_that_was_not_known_is_taken_with_a_log_entry(merge, team, kept):
    school = SchoolFactory(team=team)

    merge(kept, ChildFactory(team=team, school=school))

    kept.refresh_from_db()
    assert kept.school == school
    entry = SchoolMoveLogEntry.objects.get()
    assert (entry.child, entry.from_school, entry.to_school) == (kept, None, school)


def test_a_school_that_is_known_stays(merge, team, double):
    one, two = SchoolFactory.create_batch(2, team=team)
    kept = ChildFactory(team=team, traced=True, school=one)
    Child.objects.filter(pk=double.pk).update(school=two)

    merge(kept, double)

    kept.refresh_from_db()
    assert kept.school == one
    assert not SchoolMoveLogEntry.objects.exists()


def test_an_open_move_is_carried_over(merge, team, kept, double):
    move = SchoolMoveFactory(child=double, team=team)
    ignored = SchoolMoveFactory(child=double, team=team, ignored=True)

    merge(kept, double)

    move.refresh_from_db()
    ignored.refresh_from_db()
    assert (move.child, move.state) == (kept, MoveState.OPEN)
    assert (ignored.child, ignored.state) == (kept, MoveState.IGNORED)


def test_of_two_open_moves_of_a_team_that_of_the_remaining_record_stays(
    merge, team, kept, double
):
    stays = SchoolMoveFactory(child=kept, team=team)
    goes = SchoolMoveFactory(child=double, team=team)
    row = CohortRowFactory(
        cohort_import=CohortImportFactory(team=team), school_move=goes
    )

    merge(kept, double)

    for record in (stays, goes, row):
        record.refresh_from_db()
    assert (stays.state, goes.state) == (MoveState.OPEN, MoveState.CLEARED)
    assert row.school_move == stays


def test_another_teams_open_move_waits_behind_the_one_that_is_open(
    merge, team, kept, double
):
    first = SchoolMoveFactory(child=kept, team=team)
    second = SchoolMoveFactory(
        child=double, team=TeamFactory(), school=None, from_team=team
    )

    merge(kept, double)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == (MoveState.OPEN, MoveState.WAITING)
    assert second.child == kept


def test_notices_are_carried_over(merge, team, kept, double):
    Notice.objects.create(team=team, child=double, kind=NoticeKind.RESTRICTED, at=NOW)

    merge(kept, double)

    assert Notice.objects.get().child == kept


# --- Uploads -----------------------------------------------------------------------------


def test_an_open_close_match_is_with_the_record_that_remains(merge, team, kept):
    double = ChildFactory(team=team, postcode="LS1 4AP")
    cohort_import = CohortImportFactory(team=team, completed=True)
    row = CohortRowFactory(
        cohort_import=cohort_import,
        close_match=True,
        last_name="Lee",
        last_name_key="lee",
        matched_child=double,
        differences=["last_name", "postcode"],
    )
    CloseMatchFactory(row=row)
    candidate = RowCandidate.objects.create(
        row=row, child=double, differences=["last_name", "postcode"]
    )

    merge(kept, double)

    candidate.refresh_from_db()
    row.refresh_from_db()
    assert (candidate.child, candidate.differences) == (kept, ["last_name"])
    assert (row.matched_child, row.differences) == (kept, ["last_name"])


def test_a_close_match_with_both_records_is_left_with_one(merge, team, kept, double):
    row = CohortRowFactory(
        cohort_import=CohortImportFactory(team=team, completed=True), close_match=True
    )
    CloseMatchFactory(row=row)
    for child in (kept, double):
        RowCandidate.objects.create(row=row, child=child)

    merge(kept, double)

    assert RowCandidate.objects.get(row=row).child == kept


def test_imported_rows_lead_to_the_record_that_remains(merge, team, kept, double):
    row = CohortRowFactory(
        cohort_import=CohortImportFactory(team=team, completed=True), child=double
    )

    merge(kept, double)

    row.refresh_from_db()
    assert row.child == kept
