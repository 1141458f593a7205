"""How long somebody stays signed in, and what ends it."""

import pytest
from django.test import Client

from mavis.sign_in import sessions
from tests.factories import CohortImportFactory, ImportFileFactory, UserFactory
from tests.pages.shown import Shown

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"
MINUTE, HOUR = 60, 60 * 60


@pytest.fixture
def later(monkeypatch):
    """Let so many seconds pass."""
    from time import time

    moment = [int(time())]
    monkeypatch.setattr(sessions.time, "time", lambda: moment[0])

    def pass_time(seconds):
        moment[0] += seconds

    return pass_time


@pytest.fixture
def nurse(client, later):
    nurse = UserFactory(email="joy@example.com", password=PASSWORD)
    client.force_login(nurse)
    return nurse


def test_a_session_that_is_not_used_ends_and_the_nurse_comes_back_to_where_she_was(
    client, nurse, later
):
    later(31 * MINUTE)
    page = Shown.at(client, "/children/?q=1")
    assert (
        "You were signed out because you had not used Mavis for 30 minutes" in page.text
    )

    answer = client.get("/children/?q=1")
    assert answer.headers["Location"] == "/sign-in/?next=/children/%3Fq%3D1"
    answer = client.post(
        answer.headers["Location"], {"email": nurse.email, "password": PASSWORD}
    )

    assert answer.headers["Location"] == "/children/?q=1"
    client.logout()
    assert "You were signed out because" not in Shown.at(client, "/sign-in/").text


def test_using_it_makes_it_last_but_no_longer_than_its_longest(
    client, nurse, later, settings
):
    settings.SESSION_IDLE_SECONDS = 5 * HOUR
    for _ in range(2):
        later(4 * HOUR)
        assert Shown.at(client, "/").title != "Log in"

    later(4 * HOUR)

    page = Shown.at(client, "/")
    assert (
        "You were signed out because you had been signed in for 12 hours" in page.text
    )


@pytest.mark.parametrize("asked", ["progress", "without scripts", "status", "warning"])
def test_what_a_page_asks_for_by_itself_keeps_nobody_signed_in(
    client, nurse, later, asked
):
    working = CohortImportFactory(team=nurse.teams.get(), tracing=True, row_count=1)
    ImportFileFactory(cohort_import=working)
    address = {
        "progress": f"/imports/{working.pk}/progress/",
        "without scripts": f"/imports/{working.pk}/?again=1",
        "status": "/session/",
        "warning": "/session/ending/",
    }[asked]
    headers = {"HX-Request": "true"} if asked == "progress" else {}
    for _ in range(2):
        later(14 * MINUTE)
        assert client.get(address, headers=headers).status_code == 200

    later(3 * MINUTE)

    assert Shown.at(client, "/").title == "Log in"


def test_whoever_looks_at_progress_is_sent_to_log_in_and_then_back(
    client, nurse, later
):
    later(31 * MINUTE)
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/imports/7/"}

    answer = client.get("/imports/7/progress/", headers=headers)

    assert answer.headers["HX-Redirect"] == "/sign-in/?next=/imports/7/"


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        ("http://testserver/children/?page=2", "/children/%3Fpage%3D2"),
        ("http://evil.example/children/", "/"),
        ("", "/"),
    ],
)
def test_whoever_pressed_a_button_comes_back_to_its_page(
    client, nurse, later, referer, back
):
    later(31 * MINUTE)

    answer = client.post("/imports/upload/", headers={"Referer": referer})

    assert answer.headers["Location"] == f"/sign-in/?next={back}"


def test_the_warning_says_when_and_staying_makes_the_session_last(client, nurse, later):
    later(29 * MINUTE)
    page = Shown.at(client, "/session/ending/?next=/children/")
    assert page.title == "You will be logged out soon"

    page = page.press("Stay signed in")

    assert page.title == "Children"
    later(29 * MINUTE)
    assert Shown.at(client, "/").title != "Log in"


@pytest.mark.parametrize("odd", ["x", "dashboard", "a b", "'", "x:y", "../", "/\n/"])
def test_an_odd_page_to_come_back_to_is_no_fault(client, nurse, odd):
    answer = client.post("/session/stay/", {"next": odd})

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/")


def test_the_warning_leads_to_no_other_site(client, nurse):
    page = client.get("/session/ending/?next=https://evil.example/").content.decode()
    assert 'name="next" value="/"' in page
    answer = client.post("/session/stay/", {"next": "https://evil.example/"})

    assert answer.headers["Location"] == "/"


def test_a_script_is_told_what_is_left(client, nurse, later):
    later(29 * MINUTE)
    assert client.get("/session/").json() == {"seconds": 60, "mayBeLonger": True}

    headers = {"Accept": "application/json"}
    told = client.post("/session/stay/", headers=headers).json()

    assert told == {"seconds": 30 * MINUTE, "mayBeLonger": True}
    client.logout()
    assert client.get("/session/").json()["seconds"] == 0


def test_a_browser_without_scripts_is_led_to_the_warning(client, nurse):
    answer = client.get("/children/").content.decode()

    wanted = 'content="1680; url=/session/ending/?next=%2Fchildren%2F"'
    assert wanted in answer


def test_logging_out_ends_every_session_of_this_person_and_of_nobody_else(
    client, nurse
):
    elsewhere, other = Client(), Client()
    elsewhere.force_login(nurse)
    other.force_login(UserFactory())

    page = Shown.at(client, "/").press("Log out")

    assert "You have logged out, on this and on every other device" in page.text
    page = Shown.at(elsewhere, "/")
    assert page.title == "Log in"
    assert "You were signed out because you logged out on another device" in page.text
    assert Shown.at(other, "/").title != "Log in"


def test_logging_in_changes_the_key_of_the_session(client, later):
    UserFactory(email="joy@example.com", password=PASSWORD)
    client.get("/")
    session = client.session
    session["something"] = 1
    session.save()
    client.cookies["sessionid"] = session.session_key

    client.post("/sign-in/", {"email": "joy@example.com", "password": PASSWORD})

    assert client.session["_auth_user_id"]
    assert client.session.session_key != session.session_key
