"""PDS status: what a superuser and the command line are told."""

import json
import time
from datetime import UTC, datetime, timedelta
from io import StringIO

import httpx
import pytest
import redis
from django.core.management import call_command
from django.urls import reverse

from imports import pds_status
from imports.models import RefreshRun
from mavis.models import Role
from pds import health
from pds.tracing import Tracer
from tests.factories import NOW, CohortImportFactory, TeamFactory, UserFactory
from tests.pages.shown import Shown
from tests.pds.scripted import ScriptedPDS, at_once

pytestmark = pytest.mark.django_db

ADDRESS = reverse("imports:pds_status")


@pytest.fixture(autouse=True)
def nothing_known_yet(settings):
    settings.PDS_REQUESTS_PER_SECOND = 0

    address = settings.REDIS_URL

    def forget():
        with redis.Redis.from_url(address) as valkey:
            for key in (*valkey.keys("pds:minute:*"), health.LAST_KEY):
                valkey.delete(key)

    forget()
    yield
    forget()


@pytest.fixture
def pds(monkeypatch):
    scripted = ScriptedPDS()

    def tracer(**options):
        return Tracer(**options, transport=scripted.transport, pause=at_once)

    monkeypatch.setattr(pds_status, "Tracer", tracer)
    return scripted


@pytest.fixture
def superuser(client):
    user = UserFactory(role=Role.SUPERUSER)
    client.force_login(user)
    return user


def note(settings, **counts):
    health.note(
        redis_url=settings.REDIS_URL,
        **{"calls": 0, "answers": 0, "faults": {}, "is_out": False, **counts},
    )


def run(*options):
    out, err = StringIO(), StringIO()
    try:
        call_command("pds_status", *options, stdout=out, stderr=err)
    except SystemExit as stopped:
        return stopped.code, out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


# --- The page -----------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.NURSE, Role.ADMIN])
def test_only_a_superuser_sees_it(client, role, pds):
    client.force_login(UserFactory(role=role))

    assert client.get(ADDRESS).status_code == 403
    assert client.post(ADDRESS).status_code == 403
    assert pds.requests == []


def test_before_anything_was_asked_it_says_so(client, superuser):
    page = Shown.at(client, ADDRESS)

    assert page.title.startswith("PDS has not been asked of late")
    assert page.details["Token"] == "Not needed: no key is set"
    assert page.details["Refresh of children"] == "Never begun"


def test_it_tells_of_calls_faults_and_imports(client, superuser, settings):
    settings.PDS_REQUESTS_PER_SECOND = 5
    note(settings, calls=40, answers=37, faults={"http_503": 2, "ReadTimeout": 1})
    CohortImportFactory(tracing=True)
    CohortImportFactory(tracing=True, waiting_for_pds_since=NOW)
    CohortImportFactory(in_review=True)
    RefreshRun.objects.create(started_at=NOW, finished_at=NOW, refreshed=1200)

    page = Shown.at(client, ADDRESS)

    assert page.title.startswith("PDS is reachable")
    assert page.details["Last hour"] == "40 requests, 37 answers, 3 faults"
    assert "of 5 allowed" in page.details["Rate"]
    assert page.details["Imports"] == (
        "2 imports looking up children, 1 of them waiting for PDS"
    )
    assert page.details["Refresh of children"].endswith(
        "finished: 1,200 children refreshed"
    )
    assert page.table("Faults in the last hour") == [
        {"Fault": "No answer in time", "How often": "1"},
        {"Fault": "PDS not available (503)", "How often": "2"},
    ]


def test_an_outage_and_a_refusal_are_told_apart(client, superuser, settings):
    note(settings, calls=20, answers=5, faults={"ConnectError": 15}, is_out=True)
    assert Shown.at(client, ADDRESS).title.startswith("PDS is not reachable")
    note(settings, calls=1, faults={"refused_401": 1}, is_out=True)
    assert Shown.at(client, ADDRESS).title.startswith("PDS does not accept us")
    note(settings, calls=1, answers=1)
    assert Shown.at(client, ADDRESS).title.startswith("PDS is reachable")

    CohortImportFactory(tracing=True, waiting_for_pds_since=NOW, refused_by_pds=True)
    assert Shown.at(client, ADDRESS).title.startswith("PDS does not accept us")


def test_without_valkey_the_page_is_there_and_says_so(client, superuser, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    page = Shown.at(client, ADDRESS)

    assert page.status == 200
    assert page.title.startswith("PDS cannot be asked")


@pytest.mark.parametrize(
    ("is_down", "said"), [(False, "PDS has answered"), (True, "PDS has not answered")]
)
def test_pds_can_be_asked_now(client, superuser, pds, is_down, said):
    pds.is_down = is_down

    page = Shown(client, client.post(ADDRESS, follow=True))

    assert said in page.banner + page.text
    assert len(pds.requests) >= 1


# --- The command --------------------------------------------------------------


def test_the_command_asks_and_says_how_it_is(pds, settings):
    TeamFactory()
    note(settings, calls=3, answers=2, faults={"http_429": 1})

    status, out, _ = run("--json")

    said = json.loads(out)
    assert status == 0
    assert said["reachable"] is True
    assert said["last_hour"] == {
        "calls": 4, "answers": 3, "faults": {"http_429": 1}
    }  # fmt: skip
    assert said["token"] == {"needed": False, "age_seconds": None}
    assert said["imports"] == {"tracing": 0, "waiting": 0, "refused": 0}
    assert said["refresh"] is None
    # A second time too: not by what it answered before.
    assert run()[1].startswith("PDS is reachable")
    assert len(pds.requests) == 2


@pytest.mark.parametrize("fault", [httpx.ConnectError("refused"), (503, b"")])
def test_the_command_fails_when_pds_does_not_answer(pds, fault):
    pds.next = [fault] * 50

    status, out, err = run("--json")

    assert status == 1
    assert json.loads(out)["reachable"] is False
    assert err.strip() == "PDS does not answer."


# --- What is kept -------------------------------------------------------------


def test_what_happened_more_than_an_hour_ago_does_not_count(settings, monkeypatch):
    now = time.time()
    monkeypatch.setattr(health.time, "time", lambda: now - 3700)
    note(settings, calls=10, faults={"http_500": 10}, is_out=True)
    monkeypatch.setattr(health.time, "time", lambda: now - 600)
    note(settings, calls=7, answers=7)
    monkeypatch.setattr(health.time, "time", lambda: now)

    found = health.read(redis_url=settings.REDIS_URL, access=None)

    assert (found.calls, found.answers, dict(found.faults)) == (7, 7, {})
    assert found.answers_now is True
    assert found.last_fault == "http_500"
    moment = datetime.fromtimestamp(now, UTC)
    assert found.last_answer_at == pytest.approx(
        moment - timedelta(seconds=600), abs=timedelta(seconds=2)
    )


def test_losing_valkey_stops_nobody_from_asking(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    note(settings, calls=1, answers=1)

    assert health.read(redis_url=settings.REDIS_URL, access=None) is None
