"""Which NHS number goes to which record when a close match is settled (section 10)."""

import pytest

from children.models import Child
from imports.rules.differences import Field
from imports.rules.resolutions import Take
from imports.stages import weigh
from imports.stages.resolve import NotOffered
from mavis.models import ActivityEvent, EventKind
from pds.rules.outcomes import UploadedNumber
from schoolmoves.models import Notice, NoticeKind
from tests.factories import ChildFactory, TeamFactory, another_nhs_number
from tests.imports.settling import (
    choose,
    close_match,
    keep_both,
    keep_existing,
    use_uploaded,
)

pytestmark = pytest.mark.django_db

ELSEWHERE = "M1 1AE"


@pytest.fixture
def team():
    return TeamFactory()


@pytest.fixture
def number():
    return another_nhs_number()


def number_of(child):
    child.refresh_from_db()
    return child.nhs_number, child.nhs_number_confirmed


def confirmed(number):
    return {"nhs_number": number, "nhs_number_confirmed": True}


def not_confirmed(number):
    return {
        "nhs_number": number,
        "nhs_number_uploaded": number,
        "uploaded_number": UploadedNumber.NOT_HELD,
    }


def void(number):
    return {"nhs_number_uploaded": number, "uploaded_number": UploadedNumber.VOID}


def made_from(match):
    return Child.objects.get(rows=match.row)


# --- Use uploaded record -----------------------------------------------------------


def test_a_confirmed_number_is_added(team, number):
    child = ChildFactory(team=team)
    match = close_match(team, postcode=ELSEWHERE, **confirmed(number))

    use_uploaded(match, child)

    assert number_of(child) == (number, True)
    added = ActivityEvent.objects.get(child=child, kind=EventKind.NHS_NUMBER_ADDED)
    assert added.changes == {"nhs_number": [None, number]}


@pytest.mark.parametrize("child_is_confirmed", [True, False])
def test_a_confirmed_number_that_differs_replaces(team, number, child_is_confirmed):
    own = another_nhs_number()
    child = ChildFactory(
        team=team, nhs_number=own, nhs_number_confirmed=child_is_confirmed
    )
    # All four details agree: else PDS knows them as two.
    match = close_match(team, **confirmed(number))

    use_uploaded(match, child)

    assert number_of(child) == (number, True)


@pytest.mark.parametrize("own", [None, another_nhs_number()])
def test_a_number_that_is_not_confirmed_is_not_taken(team, number, own):
    child = ChildFactory(team=team, nhs_number=own)
    match = close_match(team, postcode=ELSEWHERE, **not_confirmed(number))

    use_uploaded(match, child)

    assert number_of(child) == (own, False)
    assert child.postcode == ELSEWHERE


def test_keep_existing_keeps_the_number(team, number):
    own = another_nhs_number()
    child = ChildFactory(team=team, nhs_number=own)
    match = close_match(team, postcode=ELSEWHERE, **confirmed(number))

    keep_existing(match, child)

    assert number_of(child) == (own, False)


# --- Choose for each field ---------------------------------------------------------


@pytest.mark.parametrize("own", [None, another_nhs_number()])
@pytest.mark.parametrize("state", [not_confirmed, void])
def test_a_number_that_is_not_confirmed_is_taken_by_choice(team, number, own, state):
    child = ChildFactory(team=team, nhs_number=own)
    match = close_match(team, postcode=ELSEWHERE, **state(number))

    choose(
        match,
        child,
        **{Field.NHS_NUMBER: Take.UPLOADED, Field.POSTCODE: Take.EXISTING},
    )

    assert number_of(child) == (number, False)
    kinds = ActivityEvent.objects.filter(child=child).values_list("kind", flat=True)
    # It was not PDS that gave it.
    assert EventKind.NHS_NUMBER_ADDED not in kinds
    assert EventKind.NHS_NUMBER_REPLACED not in kinds


def test_never_over_a_confirmed_one(team, number):
    child = ChildFactory(team=team, traced=True)
    match = close_match(team, postcode=ELSEWHERE, **not_confirmed(number))
    (existing,) = weigh.weigh(match).existing
    before = number_of(child)

    assert Field.NHS_NUMBER in existing.comparison.differences
    assert existing.choosable == (Field.POSTCODE,)
    choose(
        match,
        child,
        **{Field.NHS_NUMBER: Take.UPLOADED, Field.POSTCODE: Take.UPLOADED},
    )

    assert number_of(child) == before


def test_the_confirmed_number_can_be_turned_down(team, number):
    own = another_nhs_number()
    child = ChildFactory(team=team, nhs_number=own)
    match = close_match(team, **confirmed(number))

    choose(match, child, **{Field.NHS_NUMBER: Take.EXISTING})

    assert number_of(child) == (own, False)


# --- Keep both records -------------------------------------------------------------


@pytest.mark.parametrize("is_confirmed", [True, False])
def test_a_number_nobody_has_goes_to_the_new_child(team, number, is_confirmed):
    ChildFactory(team=team)
    numbers = confirmed(number) if is_confirmed else not_confirmed(number)
    match = close_match(team, postcode=ELSEWHERE, **numbers)

    keep_both(match)

    assert number_of(made_from(match)) == (number, is_confirmed)


def test_a_child_that_holds_the_confirmed_number_unconfirmed_loses_it(team, number):
    holder = ChildFactory(team=team, first_name="Amari", nhs_number=number)
    match = close_match(team, **confirmed(number))

    keep_both(match)

    assert number_of(made_from(match)) == (number, True)
    assert number_of(holder) == (None, False)
    notice = Notice.objects.get()
    assert (notice.child, notice.team, notice.kind) == (
        holder,
        team,
        NoticeKind.NHS_NUMBER_REMOVED,
    )
    told = ActivityEvent.objects.get(kind=EventKind.NHS_NUMBER_REMOVED)
    assert (told.child, told.changes) == (holder, {"nhs_number": [number, None]})


def test_another_candidate_takes_it_from_the_one_that_holds_it(team, number):
    holder = ChildFactory(team=team, first_name="Amari", nhs_number=number)
    child = ChildFactory(team=team, postcode=ELSEWHERE)
    match = close_match(team, **confirmed(number))

    use_uploaded(match, child)

    assert number_of(child) == (number, True)
    assert number_of(holder) == (None, False)
    assert Notice.objects.get().child == holder


def test_another_teams_child_loses_it_too_and_its_team_is_told(team, number):
    neighbours = TeamFactory()
    holder = ChildFactory(team=neighbours, first_name="Amari", nhs_number=number)
    match = close_match(team, **confirmed(number))

    keep_both(match)

    assert number_of(holder) == (None, False)
    assert Notice.objects.get().team == neighbours
    told = ActivityEvent.objects.get(kind=EventKind.NHS_NUMBER_REMOVED)
    assert (told.child, told.team) == (holder, neighbours)


def test_an_unconfirmed_number_that_is_shared_leaves_the_new_child_without(
    team, number
):
    holder = ChildFactory(team=team, first_name="Amari", nhs_number=number)
    match = close_match(team, **not_confirmed(number))

    keep_both(match)

    assert number_of(made_from(match)) == (None, False)
    assert number_of(holder) == (number, False)
    assert not Notice.objects.exists()


def test_two_records_of_one_confirmed_number_are_not_both_kept(team, number):
    child = ChildFactory(team=team, **confirmed(number))
    match = close_match(team, first_name="Amarah", **confirmed(number))

    with pytest.raises(NotOffered):
        keep_both(match)

    assert Child.objects.get() == child


def test_a_number_that_is_void_is_nobodys(team, number):
    ChildFactory(team=team)
    match = close_match(team, postcode=ELSEWHERE, **void(number))

    keep_both(match)

    assert number_of(made_from(match)) == (None, False)


# --- The number has gone to another child meanwhile --------------------------------


@pytest.mark.parametrize("is_confirmed", [True, False])
def test_whoever_has_the_number_now_is_offered_first(team, number, is_confirmed):
    child = ChildFactory(team=team)
    match = close_match(team, postcode=ELSEWHERE, **confirmed(number))
    taker = ChildFactory(
        team=team,
        first_name="Somebody",
        last_name="Else",
        nhs_number=number,
        nhs_number_confirmed=is_confirmed,
    )

    weighed = weigh.weigh(match)

    assert weighed.has_gone
    assert [one.child for one in weighed.existing] == [taker, child]


def test_a_number_confirmed_for_another_child_stays_there(team, number):
    child = ChildFactory(team=team)
    match = close_match(team, postcode=ELSEWHERE, **confirmed(number))
    taker = ChildFactory(
        team=team, first_name="Somebody", last_name="Else", **confirmed(number)
    )

    use_uploaded(match, child)

    assert number_of(child) == (None, False)
    assert number_of(taker) == (number, True)
    assert child.postcode == ELSEWHERE


def test_somebody_elses_number_in_the_file_makes_nobody_a_candidate(team, number):
    child = ChildFactory(team=team)
    ChildFactory(team=team, first_name="Some", last_name="Body", nhs_number=number)
    match = close_match(team, postcode=ELSEWHERE, **void(number))

    (existing,) = weigh.weigh(match).existing

    assert existing.child == child
    assert Field.NHS_NUMBER not in existing.choosable
