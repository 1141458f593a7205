"""What probes are told: that a process answers, and whether it can work."""

import pytest
from django.db import DEFAULT_DB_ALIAS, connections

from mavis import health

LIVE = "/health/live"
READY = "/health/ready"
NOWHERE = "127.0.0.1"


@pytest.fixture
def production(settings):
    """HTTPS asked for and one host known, as in production."""
    settings.SECURE_SSL_REDIRECT = True
    settings.ALLOWED_HOSTS = ["mavis.example"]


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_process_is_live_without_https_a_known_host_a_session_or_a_database(
    client, production, method
):
    # No test database is asked for here: a query would fail the test.
    answer = getattr(client, method)(LIVE, headers={"host": "10.0.0.7"})

    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert not answer.cookies


def assert_not_ready(client, **parts):
    answer = client.get(READY)

    assert answer.status_code == 503
    assert answer.json() == {"status": "not ready", **parts}


@pytest.mark.django_db
def test_a_process_is_ready_when_database_and_broker_answer(client, production):
    answer = client.get(READY, headers={"host": "10.0.0.7"})

    assert answer.status_code == 200
    assert answer.json() == {"status": "ready", "database": "ok", "broker": "ok"}
    assert answer["Cache-Control"] == "no-store"
    assert not answer.cookies


@pytest.mark.django_db
def test_a_database_that_does_not_answer_is_named_without_its_address(
    client, monkeypatch
):
    elsewhere = {
        **connections[DEFAULT_DB_ALIAS].get_connection_params(),
        "host": NOWHERE,
        "port": 1,
    }
    monkeypatch.setattr(
        connections[DEFAULT_DB_ALIAS], "get_connection_params", lambda: elsewhere
    )

    assert_not_ready(client, database="unreachable", broker="ok")


@pytest.mark.django_db
def test_a_broker_that_does_not_answer_is_named_without_its_address(client, settings):
    settings.REDIS_URL = f"redis://{NOWHERE}:1"

    assert_not_ready(client, database="ok", broker="unreachable")


@pytest.mark.django_db
def test_a_database_that_lacks_a_migration_is_not_ready(client, monkeypatch):
    ahead = health._migrations() | {("imports", "9999_of_a_newer_release")}
    monkeypatch.setattr(health, "_migrations", lambda: ahead)

    answer = client.get(READY)

    assert answer.status_code == 503
    assert answer.json()["database"] == "not migrated"


@pytest.mark.django_db
def test_a_database_without_tables_is_not_migrated(client, monkeypatch):
    empty = {
        **connections[DEFAULT_DB_ALIAS].get_connection_params(),
        "dbname": "template1",
    }
    monkeypatch.setattr(
        connections[DEFAULT_DB_ALIAS], "get_connection_params", lambda: empty
    )

    assert client.get(READY).json()["database"] == "not migrated"


@pytest.mark.django_db
def test_a_database_that_a_newer_release_has_migrated_is_ready(client, monkeypatch):
    behind = frozenset(list(health._migrations())[1:])
    monkeypatch.setattr(health, "_migrations", lambda: behind)

    assert client.get(READY).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("address", [LIVE, READY])
def test_a_probe_only_asks(client, address):
    answer = client.post(address)

    assert answer.status_code == 405
    assert answer["Allow"] == "GET, HEAD"
