"""Refreshing from PDS: what each answer does to a child, and what it never touches."""

import json
from datetime import date, timedelta
from functools import partial
from io import StringIO

import pytest
from django.core.management import call_command

from children.models import ArchiveReason, Child, NumberFlag
from imports import refresh_lease, refreshing, tasks
from imports.models import ChildRefresh, RefreshRun, SharedNumber
from imports.refresh_lease import SweepLost
from imports.rules.refreshing import FRESH_FOR
from imports.stages import refresh
from mavis import clock
from mavis.celery import app
from mavis.models import ActivityEvent
from pds.models import Trace
from pds.tracing import Tracer
from schoolmoves.models import MoveState, Notice
from tests.factories import NOW, ChildFactory, SchoolMoveFactory, TeamFactory
from tests.pds.cast import ANOTHERS, HERS, SUCCESSOR, outcome, patient
from tests.pds.scripted import ScriptedPDS, at_once

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=13)
BROKEN = (500, b"")
VOID = (404, outcome("INVALIDATED_RESOURCE", issue="processing"))
RESTRICTED = {"meta": {"security": [{"code": "R"}]}}
SOMEONE_ELSE = {"name": [{"given": ["Leo"], "family": "Bello"}]}


@pytest.fixture
def pds(monkeypatch, settings):
    settings.PDS_REQUESTS_PER_SECOND = 0
    scripted = ScriptedPDS()
    tracer = partial(Tracer, transport=scripted.transport, pause=at_once)
    monkeypatch.setattr(refresh, "Tracer", tracer)
    return scripted


def known(**columns):
    """Amara Okafor, whose number PDS has confirmed."""
    return ChildFactory(**{"nhs_number": HERS, "nhs_number_confirmed": True, **columns})


def sweep(at=LATER):
    """Refresh everybody who is due, and return the sweep as it then stands."""
    refreshing.start(now=at)
    for _slice in range(20):
        if not refreshing.run_slice(clock=lambda: at):
            break
    return RefreshRun.objects.latest("pk")


def state(child):
    child.refresh_from_db()
    return child.nhs_number, child.nhs_number_confirmed


def notices(child):
    return [(each.kind, each.team_id) for each in Notice.objects.filter(child=child)]


def events(child):
    found = ActivityEvent.objects.filter(child=child).order_by("pk")
    return [(each.kind, each.changes) for each in found]


def lookups(child):
    return [
        (
            trace.source,
            trace.outcome,
            trace.nhs_number,
            [f"{one.step} {one.result}" for one in trace.steps.order_by("position")],
        )
        for trace in Trace.objects.filter(child_trace__child=child)
    ]


# --- Confirmed numbers --------------------------------------------------------


def test_an_answer_that_says_nothing_new_changes_nothing(pds):
    child = known()
    before = Child.objects.filter(pk=child.pk).values().get()
    pds.people[HERS] = patient(
        birthDate="2013-01-01",
        name=[{"given": ["Another"], "family": "Name"}],
        address=[{"postalCode": "M1 1AE"}],
    )

    run = sweep()

    assert Child.objects.filter(pk=child.pk).values().get() == before
    assert (run.refreshed, run.changed, run.failed) == (1, 0, 0)
    assert run.finished_at == LATER
    assert events(child) == notices(child) == []
    assert lookups(child) == [("refresh", "found", HERS, ["verify verified"])]
    assert child.refresh.refreshed_at == LATER


def test_whoever_has_died_is_archived_and_the_team_is_told(pds):
    child = known()
    move = SchoolMoveFactory(child=child, team=TeamFactory())
    pds.people[HERS] = patient(deceasedDateTime="2026-11-20")

    sweep()

    child.refresh_from_db()
    assert (child.deceased, child.date_of_death) == (True, date(2026, 11, 20))
    membership = child.memberships.get()
    assert membership.archive_reason == ArchiveReason.DECEASED
    assert membership.archived_at == LATER
    assert notices(child) == [("deceased", membership.team_id)]
    assert [kind for kind, _ in events(child)] == ["archived"]
    move.refresh_from_db()
    assert move.state == MoveState.CLEARED


def test_whoever_is_restricted_is_hidden_and_the_team_is_told_once(pds):
    child = known()
    pds.people[HERS] = patient(**RESTRICTED)

    sweep()
    sweep(LATER + timedelta(hours=13))

    child.refresh_from_db()
    assert child.restricted
    assert notices(child) == [("restricted", child.memberships.get().team_id)]
    assert events(child) == [("restricted", {})]


def test_a_superseded_number_is_replaced(pds):
    child = known()
    pds.people[HERS] = patient(SUCCESSOR)

    sweep()

    assert state(child) == (SUCCESSOR, True)
    assert events(child) == [("nhs_number_replaced", {"nhs_number": [HERS, SUCCESSOR]})]
    assert not SharedNumber.objects.exists()


def test_a_successor_that_another_child_has_is_for_a_person(pds):
    child, other = known(), ChildFactory(nhs_number=SUCCESSOR)
    pds.people |= {HERS: patient(SUCCESSOR), SUCCESSOR: patient(SUCCESSOR)}

    sweep()
    sweep(LATER + timedelta(hours=13))

    assert state(child) == (HERS, True)
    shared = SharedNumber.objects.get()
    assert (shared.child, shared.other_child) == (child, other)
    assert (shared.nhs_number, shared.raised_at) == (SUCCESSOR, LATER)
    assert events(child) == [("nhs_number_shared", {})]


def test_two_children_with_one_successor_do_not_both_get_it(pds):
    first, second = known(), known(nhs_number=ANOTHERS)
    pds.people |= {HERS: patient(SUCCESSOR), ANOTHERS: patient(SUCCESSOR)}

    sweep()

    assert [state(first)[0], state(second)[0]] == [SUCCESSOR, ANOTHERS]
    shared = SharedNumber.objects.get()
    assert (shared.child, shared.other_child) == (second, first)


def test_a_void_number_is_flagged_and_the_child_searched_for(pds):
    child = known()
    pds.people[HERS] = VOID

    sweep()

    assert state(child) == (HERS, False)
    assert child.flag_of_number == NumberFlag.INVALIDATED.label
    assert notices(child) == [
        ("nhs_number_invalidated", child.memberships.get().team_id)
    ]
    assert [kind for kind, _ in events(child)] == ["nhs_number_invalidated"]
    ((source, result, number, steps),) = lookups(child)
    assert (source, result, number) == ("refresh", "not_found", None)
    assert steps[:2] == ["verify no_matches", "exact no_matches"]
    assert [one.url.path for one in pds.requests].count(f"/Patient/{HERS}") == 1


def test_a_void_number_is_replaced_by_what_the_search_finds(pds):
    child = known()
    pds.people |= {HERS: VOID, "Amara": patient(SUCCESSOR)}

    sweep()

    assert state(child) == (SUCCESSOR, True)
    assert child.flag_of_number == ""
    assert [kind for kind, _ in events(child)] == [
        "nhs_number_invalidated",
        "nhs_number_replaced",
    ]
    assert len(notices(child)) == 1


def test_what_the_search_finds_may_be_another_childs(pds):
    child, other = known(), ChildFactory(nhs_number=SUCCESSOR, last_name="Bello")
    pds.people |= {HERS: VOID, "Amara": patient(SUCCESSOR)}

    sweep()

    assert state(child) == (HERS, False)
    assert SharedNumber.objects.get().other_child == other


def test_a_number_that_pds_does_not_hold_is_kept_and_marked(pds):
    child = known()

    sweep()
    sweep(LATER + timedelta(hours=13))

    assert state(child) == (HERS, False)
    assert events(child) == [
        ("nhs_number_not_found", {"nhs_number_confirmed": [True, False]})
    ]
    assert notices(child) == []


# --- Numbers that PDS has not confirmed ---------------------------------------


def test_a_number_that_is_verified_is_confirmed_and_the_answer_applied(pds):
    child = known(nhs_number_confirmed=False)
    pds.people[HERS] = patient(deceasedDateTime="2026-11-20", **RESTRICTED)

    sweep()

    assert state(child) == (HERS, True)
    assert child.deceased
    assert child.restricted
    assert [kind for kind, _ in events(child)] == [
        "nhs_number_confirmed",
        "restricted",
        "archived",
    ]


def test_a_verified_successor_replaces_it(pds):
    child = known(nhs_number_confirmed=False)
    pds.people[HERS] = patient(SUCCESSOR)

    sweep()

    assert state(child) == (SUCCESSOR, True)


@pytest.mark.parametrize(
    "answer",
    [
        patient(deceasedDateTime="2026-11-20", **SOMEONE_ELSE, **RESTRICTED),
        patient(SUCCESSOR, **SOMEONE_ELSE),
        VOID,
        None,
    ],
    ids=["someone else", "superseded", "void", "not held"],
)
def test_nothing_of_an_answer_that_is_not_verified_is_applied(pds, answer):
    child = known(nhs_number_confirmed=False)
    before = Child.objects.filter(pk=child.pk).values().get()
    if answer:
        pds.people[HERS] = answer

    run = sweep()

    assert Child.objects.filter(pk=child.pk).values().get() == before
    assert (run.refreshed, run.changed) == (1, 0)
    assert events(child) == notices(child) == []
    assert len(lookups(child)) == 1, "it is seen in the PDS history"
    assert len(pds.requests) == 1, "and not searched for"


@pytest.mark.parametrize(
    ("other", "confirmed"),
    [({}, True), ({"first_name": "Muhammad"}, False), ({"postcode": "M1 1AE"}, True)],
)
def test_alike_names_verify_unless_mavis_may_hold_a_twin(pds, other, confirmed):
    child = known(first_name="Mohammed", nhs_number_confirmed=False)
    if other:
        ChildFactory(**other)
    pds.people[HERS] = patient(name=[{"given": ["Muhammad"], "family": "Okafor"}])

    sweep()

    assert state(child) == (HERS, confirmed)


@pytest.mark.parametrize(
    ("charlie", "other", "confirmed"),
    [
        ({}, {}, True),
        ({}, {"first_name": "Charlotte"}, False),
        ({"gender": "male"}, {}, False),
    ],
)
def test_a_short_form_does_not_verify_the_number_of_a_twin(
    pds, charlie, other, confirmed
):
    child = known(first_name="Charlie", nhs_number_confirmed=False, **charlie)
    if other:
        ChildFactory(**other)
    charlotte = [{"given": ["Charlotte"], "family": "Okafor"}]
    pds.people[HERS] = patient(name=charlotte, gender="female")

    sweep()

    assert state(child) == (HERS, confirmed)


# --- Whom, and when -----------------------------------------------------------


def test_only_children_whom_a_team_has_and_who_have_a_number_are_asked_about(pds):
    ChildFactory()
    ChildFactory(nhs_number=HERS, moved_away=True)
    ChildFactory(nhs_number=ANOTHERS, created_at=LATER - timedelta(hours=11))

    run = sweep()

    assert (pds.requests, run.refreshed) == ([], 0)
    assert run.finished_at == LATER


def test_a_child_is_refreshed_again_after_twelve_hours(pds):
    known()
    pds.people[HERS] = patient()

    refreshed = [
        sweep(LATER + timedelta(hours=hours)).refreshed for hours in (0, 6, 11, 12)
    ]

    assert refreshed == [1, 0, 0, 1]
    assert len(pds.requests) == 2, "an answer of the last sweep but one is too old"


def test_whoever_has_waited_longest_is_asked_about_first(pds, monkeypatch):
    monkeypatch.setattr(refresh, "MOST_IN_A_ROUND", 1)
    team = TeamFactory()
    for days, number in ((1, ANOTHERS), (3, HERS), (2, SUCCESSOR)):
        ChildFactory(
            nhs_number=number, team=team, created_at=NOW - timedelta(days=days)
        )

    sweep()

    asked = [one.url.path.removeprefix("/Patient/") for one in pds.requests]
    assert asked == [HERS, SUCCESSOR, ANOTHERS]


def test_each_team_asks_for_its_own_children(pds):
    children = [known(), known(nhs_number=ANOTHERS)]

    sweep()

    asked = {
        one.url.path.removeprefix("/Patient/"): one.headers[
            "NHSD-End-User-Organisation-ODS"
        ]
        for one in pds.requests
    }
    assert asked == {
        child.nhs_number: child.memberships.get().team.ods_code for child in children
    }


def test_a_child_whom_pds_gives_no_answer_about_waits_for_the_next_sweep(pds):
    child, other = known(nhs_number=ANOTHERS), known()
    pds.people |= {ANOTHERS: BROKEN, HERS: patient()}

    run = sweep()
    assert (run.refreshed, run.failed) == (1, 1)
    assert run.finished_at is not None
    assert lookups(child) == []
    assert state(other) == (HERS, True)

    pds.people[ANOTHERS] = patient(ANOTHERS)
    assert sweep(LATER + timedelta(hours=6)).refreshed == 1


def test_a_void_number_whose_search_fails_is_left_as_it_was(pds):
    child = known()
    pds.people |= {HERS: VOID, "Amara": BROKEN, "Nobody": patient()}

    run = sweep()

    assert state(child) == (HERS, True)
    assert (run.refreshed, run.failed) == (0, 1)
    assert notices(child) == []


def test_while_pds_is_down_the_sweep_waits_and_nobody_is_to_blame(pds):
    child = known()
    pds.is_down = True

    run = sweep()

    assert (run.finished_at, run.failed) == (None, 0)
    assert run.waiting_for_pds_since == LATER
    assert run.not_before > LATER
    pds.is_down, before = False, len(pds.requests)
    pds.people[HERS] = patient()
    assert refreshing.run_slice(clock=lambda: LATER + timedelta(minutes=2)) is True
    run.refresh_from_db()
    assert (run.refreshed, run.waiting_for_pds_since) == (1, None)
    assert len(pds.requests) == before + 2, "PDS is asked one thing before all else"
    assert state(child) == (HERS, True)


def test_while_it_still_is_down_it_is_asked_one_thing_only(pds):
    for number in (HERS, ANOTHERS, SUCCESSOR):
        known(nhs_number=number)
    pds.is_down = True
    sweep()
    before = len(pds.requests)

    refreshing.run_slice(clock=lambda: LATER + timedelta(minutes=2))

    assert len(pds.requests) == before + 1


def test_a_child_who_changed_while_pds_was_asked_is_asked_about_again(pds, monkeypatch):
    child = known()
    pds.people |= {HERS: VOID, ANOTHERS: patient(ANOTHERS)}
    ask = refresh._search_for_the_void

    def ask_while_a_nurse_edits(*arguments):
        Child.objects.filter(pk=child.pk).update(nhs_number=ANOTHERS)
        return ask(*arguments)

    monkeypatch.setattr(refresh, "_search_for_the_void", ask_while_a_nurse_edits)
    sweep()

    assert state(child) == (ANOTHERS, True)
    assert notices(child) == []


# --- Sweeps -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("last", "now", "starts"),
    [
        pytest.param(None, "09:30", True, id="there never was one"),
        pytest.param("06:01", "11:59", False, id="this one has been"),
        pytest.param("06:01", "12:00", True, id="the next is due"),
        pytest.param("05:59", "06:00", True, id="at once, not a while later"),
    ],
)
def test_a_sweep_begins_four_times_a_day(last, now, starts):
    def at(text):
        hour, minute = map(int, text.split(":"))
        return NOW.replace(hour=hour, minute=minute)

    if last:
        RefreshRun.objects.create(started_at=at(last), finished_at=at(last))
    before = RefreshRun.objects.count()

    refreshing.start_if_due(now=at(now))
    refreshing.start_if_due(now=at(now))

    assert RefreshRun.objects.count() == before + starts


def test_a_sweep_that_is_not_finished_is_taken_on_and_none_is_begun():
    run = RefreshRun.objects.create(started_at=NOW - timedelta(days=1))

    refreshing.start_if_due(now=NOW)
    refreshing.start(now=NOW)

    assert list(RefreshRun.objects.all()) == [run]


def test_what_a_worker_that_died_had_begun_another_finishes(pds, monkeypatch):
    monkeypatch.setattr(refresh, "MOST_IN_A_ROUND", 1)
    team = TeamFactory()
    for number in (HERS, ANOTHERS, SUCCESSOR):
        known(nhs_number=number, team=team)
    refreshing.start(now=LATER)
    dead = refresh_lease.take(now=LATER)
    run_of_dead = partial(refresh.run, lease=dead, clock=lambda: LATER)
    assert refresh_lease.take(now=LATER) is None, "it is held"

    # Its lease runs out, and another worker goes on.
    RefreshRun.objects.update(lease_expires_at=NOW - timedelta(days=1))
    assert not refreshing.run_slice(clock=lambda: LATER) or sweep()

    with pytest.raises(SweepLost):
        dead.lock()
    with pytest.raises(SweepLost):
        run_of_dead()
    assert ChildRefresh.objects.filter(refreshed_at=LATER).count() == 3
    assert Trace.objects.count() == 3


def test_a_fault_of_ours_is_noted_without_a_childs_data_and_tried_again_later(
    pds, monkeypatch, capsys, caplog
):
    child = known()

    def fail(*_arguments, **_more):
        raise ValueError(f"{child.first_name} {child.nhs_number}")

    monkeypatch.setattr(refresh, "apply", fail)
    sweep()

    logged = caplog.text + "".join(capsys.readouterr())
    assert "refresh.fault" in logged
    assert HERS not in logged
    run = RefreshRun.objects.get()
    assert run.not_before == LATER + refreshing.AFTER_A_FAULT
    assert run.lease_token is None


# --- By beat, and by hand -----------------------------------------------------


def test_what_beat_starts_are_tasks_that_a_worker_knows(settings):
    app.loader.import_default_modules()

    named = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert named <= set(app.tasks)


def test_beats_task_begins_a_sweep_that_is_due_and_ends_it(pds):
    tasks.refresh_from_pds(argument_of_a_newer_release=1)

    assert RefreshRun.objects.get().finished_at is not None


def test_by_hand_it_says_what_became_of_it(pds):
    long_ago = clock.now() - timedelta(days=1)
    known(created_at=long_ago)
    known(nhs_number=ANOTHERS, created_at=long_ago)
    pds.people[HERS] = patient(**RESTRICTED)
    out = StringIO()

    call_command("refresh_from_pds", "--json", stdout=out)

    assert json.loads(out.getvalue()) == {
        "finished": True, "refreshed": 2, "changed": 2, "failed": 0, "calls": 2
    }  # fmt: skip


def test_by_hand_it_fails_while_pds_is_down(pds):
    known(created_at=clock.now() - timedelta(days=1))
    pds.is_down = True
    err = StringIO()

    with pytest.raises(SystemExit) as stopped:
        call_command("refresh_from_pds", stdout=StringIO(), stderr=err)

    assert stopped.value.code == 1
    assert err.getvalue().startswith("PDS does not answer.")


@pytest.mark.parametrize("count", [1, 50])
def test_a_round_costs_the_same_queries_for_any_number_of_children(
    count, pds, django_assert_max_num_queries
):
    team = TeamFactory()
    for number in range(count):
        nhs_number = f"9{number:09}"
        ChildFactory(nhs_number=nhs_number, nhs_number_confirmed=True, team=team)
        pds.people[nhs_number] = patient(
            nhs_number, deceasedDateTime="2026-11-20", **RESTRICTED
        )
    refreshing.start(now=LATER)

    with django_assert_max_num_queries(45):
        refreshing.run_slice(clock=lambda: LATER)

    assert Child.objects.filter(deceased=True, restricted=True).count() == count
    assert FRESH_FOR < LATER - NOW
