"""The match stage: rows are compared with children, and the team asked to review."""

import random
import time
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from children.models import ArchiveReason
from imports.lease import Lease, LeaseLost
from imports.models import CohortImport, CohortRow
from imports.rules.lifecycle import Status
from imports.rules.matching import Strength
from imports.rules.outcomes import Move, NotImported, Outcome
from imports.stages import match
from tests.factories import (
    NOW,
    ChildFactory,
    CohortImportFactory,
    CohortRowFactory,
    ContactFactory,
    SchoolFactory,
    SchoolMoveFactory,
    TeamFactory,
    unissued_nhs_number,
)
from tests.imports.test_work_out import a_crowd
from tests.imports.working_out import all_worked_out

pytestmark = pytest.mark.django_db

NUMBER, OTHER_NUMBER = unissued_nhs_number(17_001), unissued_nhs_number(17_002)
OFF_DATE = date(2013, 1, 5)


def lease_of(cohort_import, *, seconds=20.0):
    token = uuid4()
    CohortImport.objects.filter(pk=cohort_import.pk).update(
        lease_token=token, lease_expires_at=NOW + timedelta(minutes=1)
    )
    return Lease(cohort_import.pk, token, time.monotonic() + seconds)


def run(cohort_import, **options):
    match.run(lease=lease_of(cohort_import, **options), clock=lambda: NOW)
    cohort_import.refresh_from_db()


@pytest.fixture
def cohort_import():
    return CohortImportFactory(matching=True)


@pytest.fixture
def team(cohort_import):
    return cohort_import.team


def matched(cohort_import, **row):
    """Return a row of the import once it has been matched."""
    row = CohortRowFactory(cohort_import=cohort_import, **row)
    run(cohort_import)
    row.refresh_from_db()
    return row


def test_rows_that_resemble_nobody_are_new_and_the_team_is_asked(cohort_import):
    rows = CohortRowFactory.create_batch(3, cohort_import=cohort_import)

    run(cohort_import)

    assert cohort_import.status == Status.IN_REVIEW
    assert cohort_import.seconds_matching > 0
    for row in rows:
        row.refresh_from_db()
        assert (row.outcome, row.move) == (Outcome.NEW, Move.AT_ONCE)
        assert row.matched_child is None
        assert len(row.fingerprint) == 64


def test_a_row_that_agrees_in_everything_is_already_in_mavis(cohort_import, team):
    child = ChildFactory(team=team)

    row = matched(cohort_import, registration="8T5", parent_1_name="Ngozi Okafor")

    assert row.outcome == Outcome.ALREADY_IN_MAVIS
    assert row.matched_child == child
    assert row.additions == ["registration", "contacts"]
    assert (row.differences, row.move) == ([], Move.NONE)
    assert not row.candidates.exists()


def test_a_row_that_differs_is_a_close_match_with_its_candidate(cohort_import, team):
    child = ChildFactory(team=team, gender="female")

    row = matched(cohort_import, postcode="M1 1AE", gender="male")

    assert row.outcome == Outcome.CLOSE_MATCH
    assert row.matched_child == child
    assert row.differences == ["gender", "postcode"]
    candidate = row.candidates.get()
    assert (candidate.child, candidate.differences) == (child, row.differences)


def test_several_children_that_resemble_a_row_are_all_shown(cohort_import, team):
    moved = ChildFactory(team=team, postcode="M1 1AE")
    renamed = ChildFactory(team=team, last_name="Adeyemi")
    ChildFactory(team=team, first_name="Chidi", postcode="M1 1AE")

    row = matched(cohort_import)

    assert (row.outcome, row.matched_child) == (Outcome.CLOSE_MATCH, None)
    assert {c.child: c.differences for c in row.candidates.all()} == {
        moved: ["postcode"],
        renamed: ["last_name"],
    }


def test_the_nhs_number_settles_it(cohort_import, team):
    child = ChildFactory(team=team, nhs_number=NUMBER, nhs_number_confirmed=True)
    ChildFactory(team=team)

    row = matched(cohort_import, verified=True, nhs_number=NUMBER)

    assert (row.outcome, row.matched_child) == (Outcome.ALREADY_IN_MAVIS, child)


def test_a_number_that_pds_replaced_finds_the_child_that_has_it(cohort_import, team):
    child = ChildFactory(team=team, nhs_number=OTHER_NUMBER)

    row = matched(
        cohort_import,
        replaced=True,
        nhs_number=NUMBER,
        nhs_number_uploaded=OTHER_NUMBER,
    )

    assert (row.outcome, row.matched_child) == (Outcome.ALREADY_IN_MAVIS, child)
    assert row.additions == ["nhs_number"]


def test_the_file_s_own_number_of_someone_else_finds_nobody(cohort_import, team):
    ChildFactory(team=team, nhs_number=NUMBER, first_name="Chidi", postcode="M1 1AE")

    row = matched(
        cohort_import, nhs_number_uploaded=NUMBER, uploaded_number="someone_else"
    )

    assert row.outcome == Outcome.NEW


def test_a_merged_child_is_not_in_the_pool(cohort_import, team):
    ChildFactory(team=team, merged_into=ChildFactory(last_name="Li", postcode="M1 1AE"))

    assert matched(cohort_import).outcome == Outcome.NEW


@pytest.mark.parametrize("postcode", ["ZZ99 3VZ", "ZZ99 3WZ"])
def test_a_pseudo_postcode_agrees_with_nothing(cohort_import, team, postcode):
    ChildFactory(team=team, first_name="Chidi", postcode=postcode)

    assert matched(cohort_import, postcode=postcode).outcome == Outcome.NEW


def test_of_two_rows_for_one_child_the_confirmed_one_keeps_it(cohort_import, team):
    child = ChildFactory(team=team, nhs_number=NUMBER, nhs_number_confirmed=True)
    loser = CohortRowFactory(cohort_import=cohort_import, row_number=7)

    winner = matched(
        cohort_import,
        row_number=3,
        verified=True,
        nhs_number=NUMBER,
        postcode="SW1A 1AA",
    )

    loser.refresh_from_db()
    assert (winner.outcome, winner.competing_rows) == (Outcome.ALREADY_IN_MAVIS, [])
    assert (loser.outcome, loser.competing_rows) == (Outcome.CLOSE_MATCH, [3])
    assert loser.candidates.get().child == child


def test_a_row_competes_with_rows_matched_in_an_earlier_slice(cohort_import, team):
    child = ChildFactory(team=team)
    CohortRowFactory(
        cohort_import=cohort_import,
        row_number=3,
        already_in_mavis=True,
        claimed_child=child,
        claim_strength=Strength.ALL_FOUR_DETAILS,
    )

    row = matched(cohort_import, row_number=4)

    assert (row.outcome, row.competing_rows) == (Outcome.CLOSE_MATCH, [3])


def test_a_change_of_school_is_for_a_person(cohort_import, team):
    here, there = SchoolFactory(team=team), SchoolFactory(team=team)
    ChildFactory(team=team, school=here)

    row = matched(cohort_import, school=there)

    assert (row.outcome, row.move) == (Outcome.ALREADY_IN_MAVIS, Move.FOR_PERSON)


def test_a_child_of_another_team_moves_by_a_person(cohort_import):
    other_team = TeamFactory()
    ChildFactory(team=other_team, school=SchoolFactory(team=other_team))

    row = matched(cohort_import, school=SchoolFactory(team=cohort_import.team))

    assert (row.outcome, row.move) == (Outcome.ALREADY_IN_MAVIS, Move.FOR_PERSON)
    assert row.other_team == other_team


def test_unknown_school_takes_no_child_from_another_team_s_school(cohort_import):
    other_team = TeamFactory()
    ChildFactory(team=other_team, school=SchoolFactory(team=other_team))

    row = matched(cohort_import, registration="8T5")

    assert row.outcome == Outcome.NOT_IMPORTED
    assert row.not_imported_reason == NotImported.AT_SCHOOL_OF_ANOTHER_TEAM
    assert (row.move, row.additions) == (Move.NONE, [])


def test_an_uncertain_match_to_an_archived_child_is_a_close_match(cohort_import, team):
    ChildFactory(team=team, archived=ArchiveReason.OTHER)

    assert matched(cohort_import, postcode="M1 1AE").outcome == Outcome.CLOSE_MATCH


@pytest.mark.parametrize(
    ("a_file_in_between_says", "outcome"),
    [
        pytest.param(None, Outcome.NOT_IMPORTED, id="no file"),
        pytest.param("the same", Outcome.NOT_IMPORTED, id="the same"),
        pytest.param("another school", Outcome.ALREADY_IN_MAVIS, id="another school"),
    ],
)
def test_an_ignored_move_is_not_raised_again(
    cohort_import, team, a_file_in_between_says, outcome
):
    other_team = TeamFactory()
    child = ChildFactory(team=other_team, school=SchoolFactory(team=other_team))
    school = SchoolFactory(team=team)
    SchoolMoveFactory(
        ignored=True, child=child, team=team, school=school, from_team=other_team
    )
    if a_file_in_between_says:
        CohortRowFactory(
            cohort_import=CohortImportFactory(completed=True, team=team),
            matched_child=child,
            school=school if a_file_in_between_says == "the same" else None,
            committed_at=NOW + timedelta(days=1),
            result="not_imported",
        )

    row = matched(cohort_import, school=school)

    assert row.outcome == outcome


def test_contacts_the_child_has_are_no_addition(cohort_import, team):
    child = ChildFactory(team=team)
    ContactFactory(child=child, name="Ngozi Okafor", email="ngozi@example.com")

    row = matched(cohort_import, parent_1_email="ngozi@example.com")

    assert row.additions == []


def test_a_slice_that_is_over_leaves_the_rest_for_the_next(cohort_import, settings):
    settings.IMPORT_MATCH_BATCH_ROWS = 2
    CohortRowFactory.create_batch(5, cohort_import=cohort_import)

    run(cohort_import, seconds=0)

    assert (cohort_import.status, cohort_import.rows_done) == (Status.MATCHING, 2)
    assert cohort_import.rows.filter(outcome="").count() == 3

    run(cohort_import)

    assert cohort_import.status == Status.IN_REVIEW
    assert not cohort_import.rows.filter(outcome="").exists()


def stored(cohort_import):
    rows = cohort_import.rows.order_by("pk").prefetch_related("candidates")
    return [
        (
            *(row.pk, row.outcome, row.competing_rows, row.fingerprint),
            sorted(candidate.child_id for candidate in row.candidates.all()),
        )
        for row in rows
    ]


def to_be_stored(cohort_import):
    return [
        (
            *(one.row_id, one.outcome, list(one.competing_rows), one.fingerprint),
            sorted(candidate.child_id for candidate in one.candidates),
        )
        for one in all_worked_out(cohort_import)
    ]


@pytest.mark.parametrize("size", [1, 3, 7])
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("seconds", [0, 20])
def test_neither_batches_nor_slices_make_a_difference(seed, size, seconds, settings):
    """Rows compete that are compared in different batches, the last with the first."""
    settings.IMPORT_MATCH_BATCH_ROWS = size
    cohort_import = CohortImportFactory(matching=True)
    a_crowd(random.Random(seed), cohort_import)
    together = to_be_stored(cohort_import)

    slices = 0
    while cohort_import.status == Status.MATCHING:
        run(cohort_import, seconds=seconds)
        assert cohort_import.rows_done <= cohort_import.rows.count()
        slices += 1

    assert stored(cohort_import) == together
    assert any(competing for _, _, competing, _, _ in together)
    assert (slices > 1) == (seconds == 0)


def test_a_worker_that_lost_its_lease_writes_nothing(cohort_import):
    CohortRowFactory(cohort_import=cohort_import)
    lease = lease_of(cohort_import)
    lease_of(cohort_import)

    with pytest.raises(LeaseLost):
        match.run(lease=lease, clock=lambda: NOW)

    assert CohortRow.objects.get().outcome == ""


@pytest.mark.parametrize("number_of_rows", [0, 1])
def test_an_upload_that_was_cancelled_meanwhile_stays_so(cohort_import, number_of_rows):
    CohortRowFactory.create_batch(number_of_rows, cohort_import=cohort_import)
    lease = lease_of(cohort_import)
    cohort_import.change_status(Status.CANCELLED, at=NOW, by=cohort_import.uploaded_by)

    match.run(lease=lease, clock=lambda: NOW)

    cohort_import.refresh_from_db()
    assert cohort_import.status == Status.CANCELLED
    assert not cohort_import.rows.exclude(outcome="").exists()


def test_matching_costs_the_same_queries_for_any_number_of_rows():
    counts = []
    for number_of_rows in (1, 50):
        cohort_import = CohortImportFactory(matching=True)
        for serial in range(number_of_rows):
            name = f"Child{'abcdefghij'[serial // 10]}{'abcdefghij'[serial % 10]}"
            child = ChildFactory(team=cohort_import.team, first_name=name)
            ContactFactory(child=child)
            CohortRowFactory(
                cohort_import=cohort_import,
                first_name=name,
                postcode="M1 1AE" if serial % 2 else "SW1A 1AA",
            )
        lease = lease_of(cohort_import)
        with CaptureQueriesContext(connections["default"]) as queries:
            match.run(lease=lease, clock=lambda: NOW)
        counts.append(len(queries))
        assert cohort_import.rows.exclude(outcome="new").count() == number_of_rows

    assert counts[0] == counts[1]
