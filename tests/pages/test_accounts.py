"""Logging in and out, choosing a team, the dashboard and the pages of errors."""

import pytest
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse

from mavis.demo import catalogue
from mavis.models import TeamMembership
from schoolmoves.models import Notice, NoticeKind
from tests.factories import (
    NOW,
    ChildFactory,
    CloseMatchFactory,
    CohortImportFactory,
    CohortRowFactory,
    SchoolMoveFactory,
    TeamFactory,
    UserFactory,
)
from tests.pages.shown import Shown

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"


@pytest.fixture
def of_two_teams(client):
    """Someone signed in who is in two teams and has not chosen."""
    nurse = UserFactory(team=TeamFactory(name="Avon SAIS"))
    TeamMembership.objects.create(
        user=nurse, team=TeamFactory(name="Borders SAIS"), role="nurse"
    )
    client.force_login(nurse)
    return nurse


def test_someone_logs_in_with_an_email_address_in_any_case(client):
    team = TeamFactory(name="Avon SAIS")
    UserFactory(email="joy@example.com", password=PASSWORD, team=team)
    page = Shown.at(client, "/")
    assert page.title == "Log in"

    page = page.press("Log in", email="Joy@Example.com", password=PASSWORD)

    assert page.title == "Avon SAIS"


def test_someone_gets_to_the_page_they_wanted_before_they_had_to_log_in(client):
    UserFactory(email="joy@example.com", password=PASSWORD)

    answer = client.post(
        "/sign-in/?next=/children/", {"email": "joy@example.com", "password": PASSWORD}
    )

    assert answer.headers["Location"] == "/children/"


@pytest.mark.parametrize("elsewhere", ["https://example.org/", "//example.org", "x:y"])
def test_logging_in_never_leads_to_another_site(client, elsewhere):
    UserFactory(email="joy@example.com", password=PASSWORD)

    answer = client.post(
        f"/sign-in/?next={elsewhere}",
        {"email": "joy@example.com", "password": PASSWORD},
    )

    assert answer.headers["Location"] == "/"


def test_nobody_learns_which_accounts_there_are(client):
    UserFactory(email="joy@example.com", password=PASSWORD)
    UserFactory(email="left@example.com", password=PASSWORD, is_active=False)
    page = Shown.at(client, "/sign-in/")

    answers = [
        page.press("Log in", email=email, password=password)
        for email, password in [
            ("joy@example.com", "wrong"),
            ("nobody@example.com", PASSWORD),
            ("left@example.com", PASSWORD),
        ]
    ]

    for answer in answers:
        assert answer.status == 422
        assert answer.errors == ["The email address or password is not right"]


def test_each_field_left_blank_is_named(client):
    page = Shown.at(client, "/sign-in/").press("Log in")

    assert page.status == 422
    assert page.errors == ["Enter your email address", "Enter your password"]
    assert page.href("Enter your password") == "#id_password"


def test_logging_out_ends_the_session(client):
    client.force_login(UserFactory())

    page = Shown.at(client, "/").press("Log out")

    assert page.title == "Log in"
    assert Shown.at(client, "/").title == "Log in"


@pytest.mark.parametrize("name", ["dashboard", "sign_in", "select_team"])
def test_a_page_answers_whoever_asks_only_for_its_head(client, of_two_teams, name):
    assert client.head(reverse(name)).status_code < 400


def test_logging_out_takes_a_press_of_the_button(client):
    client.force_login(UserFactory())

    assert client.get("/sign-out/").status_code == 405


def test_someone_in_one_team_has_nothing_to_choose(client):
    client.force_login(UserFactory(team=TeamFactory(name="Avon SAIS")))

    page = Shown.at(client, "/team/")

    assert page.title == "Avon SAIS"
    assert "Change team" not in page.links


def test_someone_in_two_teams_chooses_and_can_change(client, of_two_teams):
    avon, borders = [m.team for m in of_two_teams.memberships.order_by("team__name")]
    page = Shown.at(client, "/")
    assert page.title == "Select a team"

    page = page.press("Continue", team=borders.pk)
    assert page.title == "Borders SAIS"

    page = page.follow("Change team").press("Continue", team=avon.pk)
    assert page.title == "Avon SAIS"


def test_choosing_no_team_is_an_error(client, of_two_teams):
    page = Shown.at(client, "/team/").press("Continue")

    assert page.status == 422
    assert page.errors == ["Select a team"]


def test_nobody_can_choose_a_team_they_are_not_in(client, of_two_teams):
    page = Shown.at(client, "/team/").press("Continue", team=TeamFactory().pk)

    assert page.errors == ["Select one of your teams"]


def test_whoever_leaves_a_team_is_out_of_it_with_the_next_click(client, of_two_teams):
    borders = of_two_teams.teams.get(name="Borders SAIS")
    Shown.at(client, "/team/").press("Continue", team=borders.pk)

    of_two_teams.memberships.filter(team=borders).delete()

    assert Shown.at(client, "/").title == "Avon SAIS"


def test_someone_without_a_team_is_told_whom_to_ask(client):
    client.force_login(UserFactory(team=None))

    page = Shown.at(client, "/")

    assert page.status == 403
    assert page.title == "You are not in a team"
    assert "Ask the lead of your team" in page.text
    assert page.buttons == []


def test_the_dashboard_counts_what_waits_for_this_team_only(client):
    nurse = UserFactory()
    team = nurse.teams.get()
    for of_team in (team, TeamFactory()):
        CohortImportFactory(team=of_team, in_review=True)
        further = CohortImportFactory(team=of_team, in_further_review=True)
        CloseMatchFactory(row=CohortRowFactory(cohort_import=further, close_match=True))
        SchoolMoveFactory(child=ChildFactory(team=of_team), team=of_team)
        Notice.objects.create(
            team=of_team,
            child=ChildFactory(team=of_team, first_name="Zoë", last_name="Bell"),
            kind=NoticeKind.DECEASED,
            at=NOW,
        )
    client.force_login(nurse)

    page = Shown.at(client, "/")

    for counted in (
        "2 uploads to review",
        "1 issue to resolve",
        "1 school move waiting",
    ):
        assert counted in page.text
    (notice,) = page.table("Notices")
    assert (notice["Child"], notice["What has happened"]) == (
        "BELL, Zoë",
        "Child has died",
    )
    assert {"Imports (1)", "School moves (1)"} <= set(page.links)


def test_a_dashboard_where_nothing_waits_counts_nothing(client):
    client.force_login(UserFactory())

    page = Shown.at(client, "/")

    assert {"Imports", "School moves", "Import records", "Children"} <= set(page.links)
    assert page.headings[-1] != "Notices (0)"


def test_a_page_that_does_not_exist_says_so_in_the_layout(client):
    client.force_login(UserFactory())

    page = Shown.at(client, "/nothing-here/")

    assert (page.status, page.title) == (404, "Page not found")
    assert "Children" in page.links


def test_a_form_that_is_out_of_date_says_what_to_do():
    client = Client(enforce_csrf_checks=True)

    answer = client.post("/sign-in/", {"email": "joy@example.com"})

    assert answer.status_code == 403
    assert "This page was open for too long" in answer.content.decode()


@pytest.mark.parametrize(
    "broken",
    [
        "mavis.navigation.waiting",
        "mavis.middleware.memberships_of",
        "django.contrib.sessions.backends.db.SessionStore.load",
    ],
)
def test_a_fault_is_told_even_when_the_database_is_gone(client, monkeypatch, broken):
    def gone(*_args, **_kwargs):
        raise DatabaseError

    client.force_login(UserFactory())
    client.raise_request_exception = False
    monkeypatch.setattr(broken, gone)

    answer = client.get("/")

    assert answer.status_code == 500
    page = Shown(client, answer)
    assert page.title == "Sorry, there is a problem with the service"


def test_a_request_for_another_host_is_refused_in_the_layout(client):
    page = Shown.at(client, "/", host="elsewhere.example.org")

    assert (page.status, page.title) == (400, "There is a problem with this request")


@pytest.mark.parametrize("address", ["/", "/sign-in/", "/nothing-here/"])
def test_no_page_is_cached_and_none_may_run_scripts_of_others(client, address):
    client.force_login(UserFactory())

    answer = client.get(address)

    assert answer.headers["Cache-Control"] == "no-store"
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


# --- The demonstration --------------------------------------------------------


@pytest.fixture
def demonstration(settings, tmp_path):
    settings.DEMO_DIR = str(tmp_path)
    (tmp_path / catalogue.AUTUMN.name).write_text("a sample")
    (tmp_path / "secret.csv").write_text("a secret")


def test_a_demonstration_says_how_to_log_in_and_offers_its_files(client, demonstration):
    page = Shown.at(client, "/sign-in/")

    assert [row["Email address"] for row in page.table("People to log in as")] == [
        person.email for person in catalogue.SIGN_INS
    ]
    (offered,) = [link for link in page.links if ".csv" in link]
    answer = client.get(page.href(offered))
    assert b"".join(answer.streaming_content) == b"a sample"
    assert catalogue.AUTUMN.name in answer.headers["Content-Disposition"]


@pytest.mark.parametrize(
    "name", ["secret.csv", "..%2Fsettings.py", "2-new-starters.csv", "%00"]
)
def test_only_files_of_the_catalogue_are_handed_out(client, demonstration, name):
    assert client.get(f"/demo/{name}").status_code == 404


def test_the_product_shows_no_demonstration(client, settings):
    settings.DEMO_DIR = ""

    assert "demonstration" not in Shown.at(client, reverse("sign_in")).text
    assert client.get(f"/demo/{catalogue.AUTUMN.name}").status_code == 404
