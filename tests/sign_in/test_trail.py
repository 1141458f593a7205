"""What the audit log says of accounts: every way in, out, and not in."""

import io
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from mavis.models import ActivityEvent, EventKind, User
from mavis.rules.allowances import Allowance
from tests.factories import TeamFactory, UserFactory
from tests.pages.shown import Shown
from tests.sign_in.provider import ROLE, SUBJECT, claims_of_a_nurse
from tests.sign_in.test_cis2 import go, logout_token, sign_in

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"
TYPED = "hunter2-in-the-wrong-field@example.com"


@pytest.fixture
def team():
    return TeamFactory(name="North SAIS", workgroup="north", ods_code="R1A")


@pytest.fixture
def joy(team):
    return UserFactory(
        team=team, email="joy@example.com", name="Nurse Joy", password=PASSWORD
    )


def log_in(client, password=PASSWORD, email="joy@example.com"):
    return client.post("/sign-in/", {"email": email, "password": password})


def told(team="any"):
    """Return what stands in a team's log: what happened, who did it, to whom."""
    events = ActivityEvent.objects.order_by("pk")
    if team != "any":
        events = events.filter(team=team)
    return [(event.kind, event.by, event.user) for event in events]


# --- By password ------------------------------------------------------------------


def test_logging_in_and_out_is_told_to_every_team_of_the_person(client, joy, team):
    south = TeamFactory(name="South SAIS")
    joy.memberships.create(team=south, role="admin")

    log_in(client)
    client.post("/sign-out/")

    for each in (team, south):
        assert told(each) == [("logged_in", joy, None), ("logged_out", joy, None)]


def test_a_wrong_password_is_told_of_the_account_and_locking_it_once(client, joy, team):
    for _ in range(7):
        log_in(client, "wrong")

    failed = ("log_in_failed", None, joy)
    assert told(team) == [failed] * 5 + [("log_in_locked", None, joy)]
    assert len(told()) == 6


def test_a_closed_account_that_is_tried_is_told(client, joy, team):
    User.objects.update(is_active=False)

    log_in(client)

    assert told(team) == [("log_in_failed", None, joy)]


def test_of_an_account_that_is_not_there_nothing_is_kept_that_was_typed(client, joy):
    log_in(client, email=TYPED, password="correct horse battery")

    event = ActivityEvent.objects.values().get()
    assert event.pop("kind") == "log_in_failed"
    assert event.pop("changes") == {}
    del event["id"], event["at"]
    assert set(event.values()) == {None}


def test_an_address_from_which_nobody_can_try_any_more_is_told_once(
    client, joy, settings
):
    settings.FAILURES_FROM_ADDRESS = Allowance(2, timedelta(minutes=15))
    for number in range(4):
        log_in(client, email=f"nobody{number}@example.com")

    nobody = [(kind, None, None) for kind in ("log_in_failed", "log_in_locked")]
    assert told(None) == [nobody[0], *nobody]


def test_selecting_another_team_is_told_to_it(client, joy, team):
    south = TeamFactory(name="South SAIS")
    joy.memberships.create(team=south, role="admin")
    client.force_login(joy)

    client.post("/team/", {"team": team.pk})
    client.post("/team/", {"team": south.pk})

    selected = ActivityEvent.objects.filter(kind=EventKind.TEAM_SELECTED)
    assert [(e.by, e.team, e.changes) for e in selected.order_by("pk")] == [
        (joy, team, {"team": ["", "North SAIS"]}),
        (joy, south, {"team": ["North SAIS", "South SAIS"]}),
    ]


# --- By NHS CIS2 ------------------------------------------------------------------


def test_the_first_sign_in_by_cis2_makes_a_user_and_the_next_may_change_them(
    client, cis2, team
):
    sign_in(client)
    client.logout()
    cis2.userinfo = claims_of_a_nurse(name="Joy Married")
    sign_in(client)

    user = User.objects.get(subject=SUBJECT)
    assert told(team) == [
        ("user_created", user, None),
        ("logged_in", user, None),
        ("user_changed", user, None),
        ("logged_in", user, None),
    ]
    changed = ActivityEvent.objects.get(kind="user_changed")
    assert changed.changes == {"name": ["Nurse Joy", "Joy Married"]}


def test_whoever_works_in_no_team_is_told_of_without_one(client, cis2, team):
    cis2.userinfo = claims_of_a_nurse(
        nhsid_nrbac_roles=[{**ROLE, "workgroups": ["south"]}]
    )

    sign_in(client)

    user = User.objects.get(subject=SUBJECT)
    assert told(None) == [("user_created", user, None), ("logged_in", user, None)]
    assert told(team) == []


def test_signing_out_at_cis2_is_told_to_the_teams_of_the_last_session(
    client, cis2, team
):
    sign_in(client)

    client.post("/sign-in/cis2/signed-out/", {"logout_token": logout_token(cis2)})

    user = User.objects.get(subject=SUBJECT)
    assert told(team)[-1] == ("logged_out", user, None)


def test_a_closed_account_that_comes_by_cis2_is_told(client, cis2, team):
    sign_in(client)
    User.objects.update(is_active=False)

    sign_in(client)

    assert told(team)[-1] == ("log_in_failed", None, User.objects.get())


def test_what_cis2_said_and_is_not_believed_is_told_without_it(client, cis2, team):
    cis2.userinfo = {"sub": "920000000002", "name": "Mallory"}

    sign_in(client)

    assert told() == [("log_in_failed", None, None)]
    assert "920000000002" not in str(ActivityEvent.objects.values())


def test_whoever_was_not_sent_to_cis2_adds_nothing_to_the_log(client, cis2):
    back = go(client)
    client.session.flush()

    client.get(back.replace("state=", "state=x"))
    client.get("/sign-in/cis2/callback/")

    assert told() == []


# --- On the command line ----------------------------------------------------------


def test_a_user_who_is_created_is_told_to_the_team(team, monkeypatch):
    call_command(
        "create_user", email="a@example.com", name="A", role="admin", team="north"
    )

    user = User.objects.get()
    assert told(team) == [("user_created", None, user)]
    assert ActivityEvent.objects.get().changes == {"role": ["", "Admin"]}


def test_whatever_is_changed_of_a_user_is_told_to_each_team_it_concerns(
    joy, team, monkeypatch
):
    south = TeamFactory(workgroup="south")
    monkeypatch.setattr("sys.stdin", io.StringIO("another long password\n"))

    call_command(
        "create_user",
        email="joy@example.com", name="Joy B", role="nurse", team="south", password="-",
    )  # fmt: skip

    anew = {
        "name": ["Nurse Joy", "Joy B"],
        "password": ["the old one", "a new one"],
    }
    there = {event.team_id: event.changes for event in ActivityEvent.objects.all()}
    assert there == {team.pk: anew, south.pk: {"role": ["", "Nurse"], **anew}}
    assert told(team) == [("user_changed", None, joy)]


def test_a_team_that_is_created_is_told():
    call_command("create_team", name="East SAIS", ods="R2A", workgroup="east")

    event = ActivityEvent.objects.get()
    assert (event.kind, event.team.workgroup) == ("team_created", "east")


# --- On the page ------------------------------------------------------------------

TABLE = "Entries, newest first"


@pytest.fixture
def superuser(client, team):
    user = UserFactory(team=team, superuser=True, name="Sam Superuser")
    client.force_login(user)
    return user


def entries(page):
    found = [] if "No entries found" in page.headings else page.table(TABLE)
    return [(row["What"], row["Who"]) for row in found]


def narrowed(client, **filters):
    return entries(Shown(client, client.post("/audit-log/", filters, follow=True)))


@pytest.fixture
def of_all_kinds(team, joy, superuser):
    """What happened to Joy of this team, to somebody else's, and to nobody."""
    at = timezone.now() - timedelta(days=1)
    theirs = UserFactory(name="Not ours")
    for kind, columns in (
        ("schools_loaded", {"changes": {"schools": ["2", "5"]}}),
        ("user_created", {"team": team, "user": joy, "changes": {"role": ["", "Nurse"]}}),
        ("log_in_failed", {"team": team, "user": joy}),
        ("log_in_failed", {}),
        ("logged_in", {"team": team, "by": joy}),
        ("logged_in", {"team": theirs.teams.get(), "by": theirs}),
        ("logged_in", {"by": theirs}),
        ("log_in_failed", {"user": theirs}),
    ):  # fmt: skip
        at += timedelta(minutes=1)
        ActivityEvent.objects.create(kind=kind, at=at, **columns)


JOYS = [
    ("Logged in", "Nurse Joy"),
    ("Log in failed User: Nurse Joy (joy@example.com)", "Not known"),
    (
        "User created User: Nurse Joy (joy@example.com) Role: Nurse added",
        "Command line",
    ),
]


def test_a_team_reads_of_its_own_people_and_of_nobody_elses(client, of_all_kinds):
    page = Shown.at(client, "/audit-log/")
    file = b"".join(client.get("/audit-log/audit-log.csv").streaming_content).decode()

    assert entries(page) == [
        JOYS[0],
        ("Log in failed", "Not known"),
        *JOYS[1:],
        ("Schools loaded Schools: 2 changed to 5", "Command line"),
    ]
    assert "User: Nurse Joy (joy@example.com); Role: Nurse added" in file
    assert "Not ours" not in page.text + file


def test_what_happened_to_accounts_is_narrowed(client, joy, of_all_kinds):
    assert narrowed(client, person=str(joy.pk)) == JOYS
    assert narrowed(client, kind="logged_in") == [JOYS[0]]
    assert narrowed(client, kind="log_in_failed", person=str(joy.pk)) == [JOYS[1]]
    assert narrowed(client, kind="log_in_failed") == [
        ("Log in failed", "Not known"),
        JOYS[1],
    ]
    # Neither Mavis itself did any of it, nor is it about a child.
    assert narrowed(client, person="mavis") == []
    assert narrowed(client, child="Okafor") == []
