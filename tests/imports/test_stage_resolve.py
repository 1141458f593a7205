"""Settling a close match: the table of spec section 10, cell by cell."""

from datetime import date

import pytest

from children.models import Child, ChildTrace, CohortMembership, Contact, Gender
from imports.models import CohortRow
from imports.rules.differences import Field
from imports.rules.outcomes import Result
from imports.rules.resolutions import Resolution, Take
from imports.stages import weigh
from imports.stages.resolve import AlreadyResolved, NotOffered, RecordsChanged
from mavis.models import ActivityEvent, EventKind
from schoolmoves.models import (
    Decision,
    MoveState,
    SchoolMove,
    SchoolMoveLogEntry,
)
from tests.factories import (
    ACADEMIC_YEAR,
    ChildFactory,
    ContactFactory,
    SchoolFactory,
    TeamFactory,
    UserFactory,
    another_nhs_number,
)
from tests.imports.committing import LATER
from tests.imports.settling import (
    choose,
    close_match,
    decide,
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
def school(team):
    return SchoolFactory(team=team, name="Hollybrook Academy")


@pytest.fixture
def other_school(team):
    return SchoolFactory(team=team, name="Mossfield School")


@pytest.fixture
def child(team, school):
    return ChildFactory(
        team=team, school=school, address_line_1="1 High Street", town="Coverwick"
    )


@pytest.fixture
def match(team, child, other_school):
    """A row for the same child at another address and school, with a mother."""
    return close_match(
        team,
        postcode=ELSEWHERE,
        address_line_1="9 Mill Lane",
        registration="8T5",
        gender=Gender.FEMALE,
        school=other_school,
        parent_1_name="Ngozi Okafor",
        parent_1_relationship="mother",
        parent_1_phone="+447700900123",
    )


def details(child):
    """Return every column of a child's record as it now is."""
    return Child.objects.filter(pk=child.pk).values().get()


def made_from(match):
    return Child.objects.exclude(created_by_import=None).get(rows=match.row)


# --- The existing child ------------------------------------------------------------


def test_use_uploaded_gives_the_child_what_differs_and_what_is_new(match, child):
    use_uploaded(match, child)

    child.refresh_from_db()
    assert child.postcode == ELSEWHERE
    # The address goes with the postcode, the town that the file leaves blank too.
    assert (child.address_line_1, child.town) == ("9 Mill Lane", "")
    assert (child.registration, child.registration_academic_year) == (
        "8T5",
        ACADEMIC_YEAR,
    )
    assert child.gender == Gender.FEMALE
    assert Child.objects.count() == 1


@pytest.mark.parametrize("resolution", [Resolution.KEEP_EXISTING, Resolution.KEEP_BOTH])
def test_keeping_leaves_the_existing_child_unchanged(match, child, resolution):
    ContactFactory(child=child, name="Obi Okafor", phone="", email="obi@example.com")
    before = details(child)

    decide(match, resolution, child if resolution is Resolution.KEEP_EXISTING else None)

    assert details(child) == before
    assert [contact.name for contact in child.contacts.all()] == ["Obi Okafor"]


def test_choosing_takes_the_value_chosen_of_each_field(team, school):
    child = ChildFactory(team=team, school=school, gender=Gender.MALE)
    match = close_match(
        team,
        postcode=ELSEWHERE,
        gender=Gender.FEMALE,
        registration="8T5",
        school=school,
    )

    choose(match, child, **{Field.GENDER: Take.EXISTING, Field.POSTCODE: Take.UPLOADED})

    child.refresh_from_db()
    assert (child.gender, child.postcode) == (Gender.MALE, ELSEWHERE)
    # An addition needs no choice.
    assert child.registration == "8T5"
    assert match.fields_taken == ["registration", "postcode", "address"]


def test_choosing_for_all_but_one_field_changes_nothing(team, child):
    match = close_match(team, last_name="Okoro", postcode="SW1A 1AA")
    before = details(child)

    with pytest.raises(NotOffered):
        choose(match, child)

    assert details(child) == before
    match.refresh_from_db()
    assert match.resolved_at is None


@pytest.mark.parametrize(
    ("given", "row", "birth_academic_year"),
    [
        pytest.param(False, {}, 2012, id="it follows the date of birth"),
        pytest.param(True, {}, 2013, id="a given year group stays"),
        pytest.param(
            False,
            {"birth_academic_year": 2013, "birth_academic_year_given": True},
            2013,
            id="the file gives the one that the child has",
        ),
    ],
)
def test_the_year_group_goes_with_the_date_of_birth(
    team, given, row, birth_academic_year
):
    child = ChildFactory(team=team, birth_academic_year_given=given)
    match = close_match(team, date_of_birth=date(2013, 3, 27), **row)

    use_uploaded(match, child)

    child.refresh_from_db()
    assert child.date_of_birth == date(2013, 3, 27)
    assert child.birth_academic_year == birth_academic_year
    follows = birth_academic_year == 2012
    assert child.birth_academic_year_given is not follows


def test_the_existing_year_group_can_be_kept_beside_another_date_of_birth(team):
    child = ChildFactory(team=team)
    match = close_match(
        team,
        date_of_birth=date(2013, 3, 27),
        birth_academic_year=2011,
        birth_academic_year_given=True,
    )

    choose(
        match,
        child,
        **{Field.DATE_OF_BIRTH: Take.UPLOADED, Field.YEAR_GROUP: Take.EXISTING},
    )

    child.refresh_from_db()
    assert (child.birth_academic_year, child.birth_academic_year_given) == (2013, True)


# --- The new child -----------------------------------------------------------------


def test_keep_both_makes_a_child_from_the_uploaded_row_alone(
    match, child, team, other_school
):
    keep_both(match)

    new = made_from(match)
    assert Child.objects.count() == 2
    assert (new.first_name, new.last_name) == ("Amara", "Okafor")
    assert (new.postcode, new.address_line_1, new.town) == (
        ELSEWHERE,
        "9 Mill Lane",
        "",
    )
    assert (new.school, new.gender) == (other_school, Gender.FEMALE)
    assert CohortMembership.objects.get(child=new).team == team


@pytest.mark.parametrize("resolution", list(Resolution))
def test_only_keep_both_makes_a_child(match, child, resolution):
    both = resolution is Resolution.KEEP_BOTH
    taken = {Field.POSTCODE: Take.UPLOADED}

    decide(match, resolution, None if both else child, taken=taken)

    assert Child.objects.count() == (2 if both else 1)


# --- Contacts ----------------------------------------------------------------------


@pytest.mark.parametrize("resolution", list(Resolution))
def test_the_contacts_go_where_the_row_goes(match, child, resolution):
    both = resolution is Resolution.KEEP_BOTH
    taken = {Field.POSTCODE: Take.EXISTING}

    decide(match, resolution, None if both else child, taken=taken)

    contacts = Contact.objects.all()
    if resolution is Resolution.KEEP_EXISTING:
        assert not contacts
    else:
        (contact,) = contacts
        assert contact.name == "Ngozi Okafor"
        assert contact.child == (made_from(match) if both else child)


# --- PDS history -------------------------------------------------------------------


@pytest.mark.parametrize("resolution", list(Resolution))
def test_the_pds_history_goes_to_the_child_the_row_is_about(match, child, resolution):
    both = resolution is Resolution.KEEP_BOTH
    taken = {Field.POSTCODE: Take.EXISTING}

    decide(match, resolution, None if both else child, taken=taken)

    (history,) = ChildTrace.objects.all()
    assert history.trace == match.row.trace
    assert history.child == (made_from(match) if both else child)


# --- The school move ---------------------------------------------------------------


@pytest.mark.parametrize(
    "resolution", [Resolution.USE_UPLOADED, Resolution.CHOOSE_FIELDS]
)
def test_the_school_move_is_raised_by_using_the_row(
    match, child, school, other_school, resolution
):
    assert not SchoolMove.objects.exists()

    decide(match, resolution, child, taken={Field.POSTCODE: Take.EXISTING})

    move = SchoolMove.objects.get()
    assert (move.child, move.school, move.state) == (
        child,
        other_school,
        MoveState.OPEN,
    )
    child.refresh_from_db()
    assert child.school == school
    match.row.refresh_from_db()
    assert match.row.school_move == move


def test_an_unknown_school_is_filled_in_at_once(team, school):
    child = ChildFactory(team=team)
    match = close_match(team, postcode=ELSEWHERE, school=school)

    use_uploaded(match, child)

    child.refresh_from_db()
    assert child.school == school
    assert SchoolMoveLogEntry.objects.get().decision == Decision.AT_ONCE


def test_keep_existing_raises_no_move(match, child):
    keep_existing(match, child)

    assert not SchoolMove.objects.exists()
    assert not SchoolMoveLogEntry.objects.exists()


def test_a_new_child_is_at_the_school_of_the_row_without_a_move(match, other_school):
    keep_both(match)

    entry = SchoolMoveLogEntry.objects.get()
    assert (entry.child, entry.to_school) == (made_from(match), other_school)
    assert entry.first_placement
    assert not SchoolMove.objects.exists()


# --- Who, when and which -----------------------------------------------------------


@pytest.mark.parametrize("resolution", list(Resolution))
def test_who_when_and_which_choice_are_kept(match, child, team, resolution):
    nurse = UserFactory(team=team)
    both = resolution is Resolution.KEEP_BOTH
    taken = {Field.POSTCODE: Take.UPLOADED}

    decide(match, resolution, None if both else child, taken=taken, by=nurse)

    assert (match.resolution, match.resolved_by, match.resolved_at) == (
        resolution,
        nurse,
        LATER,
    )
    assert match.child == (made_from(match) if both else child)
    event = ActivityEvent.objects.get(
        kind=EventKind.CLOSE_MATCH_RESOLVED, child=match.child
    )
    assert (event.by, event.at, event.team) == (nurse, LATER, team)
    # The counts of the completed import go on adding up.
    match.row.refresh_from_db()
    assert match.row.result == Result.CLOSE_MATCH


def test_the_activity_log_says_what_was_taken(match, child):
    use_uploaded(match, child)

    changes = resolution_told(child)
    assert changes["choice"] == ["", "Use uploaded record"]
    assert changes["postcode"] == ["SW1A 1AA", ELSEWHERE]
    assert changes["contacts"][1].startswith("Ngozi Okafor, Mum")
    kinds = list(
        ActivityEvent.objects.filter(child=child).values_list("kind", flat=True)
    )
    assert sorted(kinds) == [
        EventKind.CLOSE_MATCH_RAISED,
        EventKind.CLOSE_MATCH_RESOLVED,
        EventKind.MOVE_PROPOSED,
    ]


def test_both_records_say_that_both_were_kept(match, child):
    keep_both(match)

    assert resolution_told(made_from(match)) == {"choice": ["", "Keep both records"]}
    assert resolution_told(child) == {"choice": ["", "Not the same child"]}


# --- Two people at one moment ------------------------------------------------------


def test_the_second_of_two_people_is_told(match, child):
    seen = weigh.weigh(match).version
    keep_existing(match, child)
    before = details(child)

    with pytest.raises(AlreadyResolved):
        use_uploaded(match, child, seen=seen)

    assert details(child) == before
    match.refresh_from_db()
    assert match.resolution == Resolution.KEEP_EXISTING


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"postcode": "LS1 4AP"}, id="what differs"),
        pytest.param({"registration": "7A"}, id="what would be replaced"),
        pytest.param({"restricted": True}, id="what may be shown"),
        pytest.param({"school": None}, id="the school"),
    ],
)
def test_nobody_decides_by_what_is_no_longer_so(match, child, change):
    seen = weigh.weigh(match).version
    for column, value in change.items():
        setattr(child, column, value)
        if column == "registration":
            child.registration_academic_year = ACADEMIC_YEAR
    child.save()

    with pytest.raises(RecordsChanged):
        use_uploaded(match, child, seen=seen)

    match.refresh_from_db()
    assert match.resolved_at is None


def test_a_child_that_is_no_candidate_cannot_be_chosen(match):
    with pytest.raises(NotOffered):
        use_uploaded(match, ChildFactory(first_name="Somebody"))


# --- Several candidates ------------------------------------------------------------


def test_the_choice_applies_to_the_candidate_chosen_alone(team, school):
    one, other = ChildFactory.create_batch(2, team=team, school=school)
    match = close_match(team, postcode=ELSEWHERE, school=school)
    before = details(one)

    use_uploaded(match, other)

    other.refresh_from_db()
    assert other.postcode == ELSEWHERE
    assert details(one) == before
    assert resolution_told(one) == {"choice": ["", "Not the same child"]}
    assert match.child == other


def test_keep_both_means_none_of_several(team):
    ChildFactory.create_batch(2, team=team)
    match = close_match(team, postcode=ELSEWHERE)

    keep_both(match)

    assert Child.objects.count() == 3


# --- What was found out since ------------------------------------------------------


def test_a_child_that_was_merged_is_offered_as_the_record_that_remains(team):
    remains = ChildFactory(team=team, first_name="Amarah")
    merged = ChildFactory(team=team)
    match = close_match(team, postcode=ELSEWHERE)
    match.row.candidates.update(child=remains)
    CohortRow.objects.filter(pk=match.row_id).update(matched_child=remains)
    Child.objects.filter(pk=merged.pk).update(merged_into=remains)

    weighed = weigh.weigh(match)

    assert [existing.child for existing in weighed.existing] == [remains]


def test_a_child_made_since_the_upload_is_offered_too(team):
    child = ChildFactory(team=team)
    first = close_match(team, postcode=ELSEWHERE)
    later = close_match(team, postcode=ELSEWHERE)
    keep_both(first)

    existing = weigh.weigh(later).existing

    # The likeliest is the one with which nothing differs.
    assert [one.child for one in existing] == [made_from(first), child]


def test_without_any_record_left_the_row_can_still_become_a_child(team):
    child = ChildFactory(team=team)
    match = close_match(team, postcode=ELSEWHERE)
    Child.objects.filter(pk=child.pk).update(
        merged_into=ChildFactory(team=team, first_name="Somebody", last_name="Else")
    )

    assert not weigh.weigh(match).existing
    keep_both(match)

    assert made_from(match).postcode == ELSEWHERE


def test_a_restriction_that_pds_reports_comes_with_the_row(team):
    child = ChildFactory(team=team)
    match = close_match(
        team,
        postcode=ELSEWHERE,
        restricted=True,
        nhs_number=another_nhs_number(),
        nhs_number_confirmed=True,
    )

    use_uploaded(match, child)

    child.refresh_from_db()
    assert child.restricted
