"""Close matches with children of another team, archived ones and the deceased."""

import pytest

from children.models import ArchiveReason, Child, ChildTrace, CohortMembership
from imports.rules.resolutions import Resolution
from imports.stages import weigh
from imports.stages.resolve import NotOffered
from mavis.models import ActivityEvent, EventKind
from schoolmoves.models import MoveState, Notice, NoticeKind, SchoolMove
from tests.factories import (
    ACADEMIC_YEAR,
    NOW,
    ChildFactory,
    CohortMembershipFactory,
    SchoolFactory,
    SchoolMoveFactory,
    TeamFactory,
)
from tests.imports.committing import LATER
from tests.imports.settling import (
    close_match,
    keep_both,
    keep_existing,
    resolution_told,
    use_uploaded,
)

pytestmark = pytest.mark.django_db

ELSEWHERE = "M1 1AE"


@pytest.fixture
def team():
    return TeamFactory()


@pytest.fixture
def neighbours():
    return TeamFactory()


@pytest.fixture
def school(team):
    return SchoolFactory(team=team)


@pytest.fixture
def theirs(neighbours):
    """A child of another team, at a school of theirs."""
    return ChildFactory(team=neighbours, school=SchoolFactory(team=neighbours))


def choices(match):
    (existing,) = weigh.weigh(match).existing
    return existing.choices


def active_team(child):
    membership = CohortMembership.objects.filter(child=child, archived_at=None).first()
    return membership.team if membership else None


# --- Another team's child ----------------------------------------------------------


def test_only_keeping_is_offered_for_another_teams_child(team, theirs, school):
    match = close_match(team, postcode=ELSEWHERE, school=school)

    assert choices(match) == (Resolution.KEEP_EXISTING, Resolution.KEEP_BOTH)
    with pytest.raises(NotOffered):
        use_uploaded(match, theirs)


def test_keep_existing_raises_the_move_and_nothing_else(
    team, neighbours, theirs, school
):
    match = close_match(team, postcode=ELSEWHERE, school=school, registration="8T5")
    before = Child.objects.filter(pk=theirs.pk).values().get()

    keep_existing(match, theirs)

    move = SchoolMove.objects.get()
    assert (move.child, move.team, move.from_team, move.school) == (
        theirs,
        team,
        neighbours,
        school,
    )
    assert move.state == MoveState.OPEN
    assert Child.objects.filter(pk=theirs.pk).values().get() == before
    assert active_team(theirs) == neighbours
    assert ChildTrace.objects.get().child == theirs
    match.row.refresh_from_db()
    assert match.row.school_move == move
    # In the log of the team that decided, and not of the one that has the child.
    assert set(
        ActivityEvent.objects.filter(child=theirs).values_list("team", flat=True)
    ) == {team.pk}


def test_keep_both_leaves_another_teams_child_alone(team, neighbours, theirs, school):
    match = close_match(team, postcode=ELSEWHERE, school=school)

    keep_both(match)

    assert not SchoolMove.objects.exists()
    assert active_team(theirs) == neighbours
    assert active_team(Child.objects.get(rows=match.row)) == team


def test_an_unknown_school_moves_nobody(team, theirs):
    match = close_match(team, postcode=ELSEWHERE)

    keep_existing(match, theirs)

    assert not SchoolMove.objects.exists()
    assert match.resolution == Resolution.KEEP_EXISTING


def test_a_move_that_was_ignored_this_year_is_not_raised_again(team, theirs, school):
    SchoolMoveFactory(
        team=team,
        child=theirs,
        school=school,
        ignored=True,
        academic_year=ACADEMIC_YEAR,
        decided_at=NOW,
    )
    match = close_match(team, postcode=ELSEWHERE, school=school)

    keep_existing(match, theirs)

    assert SchoolMove.objects.get().state == MoveState.IGNORED


# --- Archived children -------------------------------------------------------------


@pytest.mark.parametrize(
    "reason", [ArchiveReason.MOVED_OUT_OF_AREA, ArchiveReason.IMPORTED_IN_ERROR]
)
def test_using_the_uploaded_record_restores_an_archived_child(team, school, reason):
    child = ChildFactory(team=team, school=school, archived=reason)
    match = close_match(team, postcode=ELSEWHERE, school=school)

    use_uploaded(match, child)

    assert active_team(child) == team
    child.refresh_from_db()
    assert child.postcode == ELSEWHERE
    assert ActivityEvent.objects.filter(child=child, kind=EventKind.RESTORED).exists()


def test_the_school_of_a_restored_child_follows_the_rules(team, school):
    child = ChildFactory(team=team, school=SchoolFactory(team=team), moved_away=True)
    match = close_match(team, postcode=ELSEWHERE, school=school)

    use_uploaded(match, child)

    move = SchoolMove.objects.get()
    assert (move.child, move.school, move.from_team) == (child, school, None)


def test_keep_existing_leaves_an_archived_child_archived(team, school):
    child = ChildFactory(team=team, moved_away=True)
    match = close_match(team, postcode=ELSEWHERE, school=school)

    keep_existing(match, child)

    assert active_team(child) is None
    assert not SchoolMove.objects.exists()
    assert resolution_told(child)["choice"] == ["", "Keep existing record"]


def test_a_child_only_others_have_had_comes_to_this_team(team, neighbours, school):
    child = ChildFactory(team=neighbours, moved_away=True)
    match = close_match(team, postcode=ELSEWHERE, school=school)

    (existing,) = weigh.weigh(match).existing
    assert existing.is_limited
    assert Resolution.USE_UPLOADED in existing.choices
    use_uploaded(match, child)

    assert active_team(child) == team


def test_a_child_that_another_team_took_meanwhile_is_theirs(team, neighbours, school):
    child = ChildFactory(team=team)
    match = close_match(team, postcode=ELSEWHERE, school=school)
    CohortMembership.objects.filter(child=child).update(
        archived_at=NOW, archive_reason=ArchiveReason.MOVED_OUT_OF_AREA
    )
    CohortMembershipFactory(child=child, team=neighbours)

    (existing,) = weigh.weigh(match).existing

    assert existing.is_limited
    assert existing.choices == (Resolution.KEEP_EXISTING, Resolution.KEEP_BOTH)


# --- The deceased ------------------------------------------------------------------


def test_nobody_is_restored_after_their_death(team, school):
    child = ChildFactory(team=team, is_deceased=True)
    match = close_match(team, postcode=ELSEWHERE, school=school)

    use_uploaded(match, child)

    assert active_team(child) is None
    assert not SchoolMove.objects.exists()


def test_a_death_that_pds_reports_comes_with_the_row(team, school):
    child = ChildFactory(team=team, school=school)
    match = close_match(
        team, postcode=ELSEWHERE, school=SchoolFactory(team=team), deceased=True
    )

    use_uploaded(match, child)

    child.refresh_from_db()
    assert child.deceased
    assert active_team(child) is None
    notice = Notice.objects.get()
    assert (notice.kind, notice.at) == (NoticeKind.DECEASED, LATER)
    assert not SchoolMove.objects.exists()


def test_a_new_child_who_has_died_is_archived_and_has_no_placement(team, school):
    ChildFactory(team=team)
    match = close_match(team, postcode=ELSEWHERE, school=school, deceased=True)

    keep_both(match)

    new = Child.objects.get(rows=match.row)
    assert new.deceased
    assert active_team(new) is None
