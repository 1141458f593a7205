"""`bin/mavis check` finds what is wrong. That nothing is, a test of real processes says.

Each sentence is in tests/rules/test_installation.py; here, what leads to them.
"""

import os
import subprocess
import sys
from collections.abc import Mapping

import pytest
from cryptography.fernet import Fernet
from redis import Redis

from imports import files, tasks
from mavis import counting, heartbeat
from mavis.heartbeat import Sign
from mavis.management import looking
from mavis.rules.installation import Installation, Server, problems
from tests.conftest import ROOT
from tests.factories import CohortImportFactory, SchoolFactory, TeamFactory, UserFactory

pytestmark = pytest.mark.django_db


def check(
    *words: str, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "check", *words],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def valkey(settings):
    with Redis.from_url(settings.REDIS_URL) as server:
        yield server


@pytest.fixture(autouse=True)
def asks_nobody(monkeypatch):
    """No worker is waited for, as none runs, and PDS is said to answer."""
    monkeypatch.setattr(looking, "WORKERS_ANSWER_IN", 0.01)
    monkeypatch.setattr(looking.pds_status, "ask", lambda *, clock: True)


def stored(**more):
    cohort_import = CohortImportFactory(**more)
    files.store(
        cohort_import, name="a.csv", file_format="csv", sha256="0" * 64, content=b"A"
    )
    return cohort_import


def test_an_empty_installation_with_nothing_running_is_told_each_thing(valkey):
    valkey.delete("mavis:heartbeat:beat", "mavis:heartbeat:sweep")

    found = looking.look()

    told = " ".join(problems(found))
    for part in (
        "there is no account", "as the owner of its tables", "No school is known",
        "There is no team", "No worker answers", "Beat has sent nothing for 7 days",
    ):  # fmt: skip
        assert part in told
    assert len(problems(found)) == 6


def test_servers_that_cannot_be_reached_are_named_and_the_command_fails():
    nowhere = {
        "DATABASE_URL": "postgres://127.0.0.1:1/mavis",
        "REDIS_URL": "redis://127.0.0.1:1",
    }

    done = check(environment=nowhere)

    assert [line.partition(",")[0] for line in done.stdout.splitlines()] == [
        "The database does not answer: check DATABASE_URL",
        "Valkey does not answer",
    ]
    assert done.returncode == 1
    assert done.stderr == "2 things are wrong with this installation.\n"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("CIS2_CLIENT_ID", "mavis", "Set CIS2_ISSUER and CIS2_ACR too"),
        ("IMPORT_MAX_ROWS", "many", "Set IMPORT_MAX_ROWS to a number."),
        ("DATABASE_URL", "somewhere", "Set DATABASE_URL to an address such as"),
    ],
)
def test_a_setting_that_cannot_be_read_is_told_in_a_sentence(name, value, said):
    done = check(environment={name: value})

    assert done.returncode == 1
    assert done.stderr.startswith(said)
    assert len(done.stderr.splitlines()) == 1


def test_with_an_option_it_is_django_s_own_which_asks_no_server():
    nowhere = {
        "DATABASE_URL": "postgres://127.0.0.1:1/mavis",
        "REDIS_URL": "redis://127.0.0.1:1",
    }

    done = check("--tag", "models", environment=nowhere)

    assert done.returncode == 0
    assert "no issues" in done.stdout


def test_in_production_what_django_asks_of_a_deployment_is_told(settings):
    settings.SECRET_KEY = "short"
    assert looking.what_django_finds() == ()  # when developing it may be

    settings.DEVELOPMENT = False

    told = " ".join(looking.what_django_finds())
    assert "Your SECRET_KEY has less than 50 characters" in told


def test_files_are_read_with_the_keys_that_there_are(settings):
    kept = stored()
    assert looking.look().unreadable_imports == ()

    settings.FILE_KEYS = [Fernet.generate_key().decode()]

    assert looking.look().unreadable_imports == (kept.pk,)


def test_a_key_that_is_none_is_told_and_no_file_is_read_with_it(settings):
    stored()
    settings.FILE_KEYS = ["no key"]

    found = looking.look()

    assert not found.file_keys_are_keys
    assert found.unreadable_imports == ()
    assert found.pds is Server.NOT_ASKED


def test_a_valkey_that_throws_things_away_is_told(valkey):
    before = {
        name: valkey.config_get(name)[name]
        for name in ("maxmemory", "maxmemory-policy")
    }
    try:
        valkey.config_set("maxmemory-policy", "allkeys-lru")
        assert looking.look().evicts == ""  # it has no end of memory
        valkey.config_set("maxmemory", "1gb")
        assert looking.look().evicts == "allkeys-lru"
    finally:
        for name, value in before.items():
            valkey.config_set(name, value)


def test_who_has_rights_schools_and_an_account_is_looked_up():
    team = TeamFactory()
    SchoolFactory(team=team)
    UserFactory(team=team)
    TeamFactory(workgroup="without-schools")

    found = looking.look()

    # The tests sign in to the database as who owns the tables.
    assert found.owns_tables
    assert found.teams_without_schools == ("without-schools",)
    assert (found.schools, found.accounts) == (1, 1)
    assert abs(found.seconds_apart) < 5


def test_a_sweep_and_a_task_that_beat_sent_are_noted(valkey):
    valkey.delete("mavis:heartbeat:beat", "mavis:heartbeat:sweep")
    assert heartbeat.silent_seconds(Sign.SWEEP) == heartbeat.STANDS_SECONDS

    tasks.advance_stalled()

    assert heartbeat.silent_seconds(Sign.SWEEP) < 60
    assert heartbeat.silent_seconds(Sign.BEAT) == heartbeat.STANDS_SECONDS


def test_how_long_ago_it_was_is_told(valkey):
    heartbeat.note(Sign.BEAT)
    valkey.expire("mavis:heartbeat:beat", heartbeat.STANDS_SECONDS - 300)

    assert 300 <= heartbeat.silent_seconds(Sign.BEAT) < 360


def test_a_sign_that_cannot_be_noted_stops_nobody(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1"

    tasks.advance_stalled()
    counting.add("mavis_import_rows_total", "tracing", 1)


def test_a_pds_that_refuses_us_is_told_from_one_that_does_not_answer(
    monkeypatch, settings
):
    monkeypatch.setattr(looking.pds_status, "ask", lambda *, clock: False)
    unknown = looking._of_pds()
    looking.pds_status.health.note(
        redis_url=settings.REDIS_URL,
        calls=1, answers=0, faults={"refused_401": 1}, is_out=True,
    )  # fmt: skip
    refused = Installation(**looking._of_pds())

    assert unknown["pds"] is Server.UNREACHABLE
    assert refused.pds is Server.REFUSES
    assert refused.pds_fault == "Our token is not accepted (401)"
