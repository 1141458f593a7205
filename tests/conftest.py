"""What any test may ask for: a browser, the simulator, a real worker.

The servers come from tests/servers.py, which bin/test loads before Django.
"""

import csv
import math
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
import redis
from django.db import connections
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from whitenoise.base import WhiteNoise

from mavis.embedded import browser, processes, services

ROOT = Path(__file__).resolve().parent.parent
PEOPLE_HEADER = (
    "NHS_NUMBER", "FAMILY_NAME", "GIVEN_NAME", "DATE_OF_BIRTH", "POSTCODE",
    "OTHER_GIVEN_NAMES", "GENDER", "ADDRESS_LINE_1", "ADDRESS_LINE_2",
    "ADDRESS_LINE_3", "FORMER_FAMILY_NAME", "FORMER_GIVEN_NAME", "FORMER_POSTCODE",
    "RESTRICTED", "DATE_OF_DEATH", "SUPERSEDED_BY", "INVALIDATED", "GP_ODS_CODE",
)  # fmt: skip

# A property says what holds, not how long a busy machine takes to try it.
hypothesis_settings.register_profile(
    "mavis", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("mavis")

# Playwright's event loop runs in the thread of the tests, which Django takes for
# a coroutine that would block; here nothing waits for it.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def pytest_configure() -> None:
    # WhiteNoise warns when nothing has been built yet.
    for built in ("static", "root"):
        (ROOT / "build" / built).mkdir(parents=True, exist_ok=True)


@pytest.fixture(autouse=True)
def cheap_passwords(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def no_reports_of_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have reading say nothing on the way, however slow this machine is.

    It would from a connection of its own, which sees nothing of what a test has written.
    """
    monkeypatch.setattr("imports.stages.read._REPORT_EVERY", math.inf)


@pytest.fixture(scope="session", autouse=True)
def static_files_are_found_once() -> Iterator[None]:
    """Have WhiteNoise look through the static files once, and not for each new client.

    There are thousands, and it was half of the time of a test that opens one page.
    """
    found: dict[tuple[str, str], dict[str, Any]] = {}
    look = WhiteNoise.update_files_dictionary

    def look_once(self: Any, root: str, prefix: str) -> None:
        if (root, prefix) not in found:
            others, self.files = self.files, {}
            look(self, root, prefix)
            found[root, prefix], self.files = self.files, others
        self.files.update(found[root, prefix])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoise, "update_files_dictionary", look_once)
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """The database of the tests, which is dropped at the end whoever is still in it.

    A worker that was killed, or a page that still asked for something, may have a
    session there for a moment more.
    """
    yield
    with psycopg.connect(database_url_of_tests(), autocommit=True) as session:
        session.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


# --- A browser ---------------------------------------------------------------


@pytest.fixture(scope="session")
def browser_type_launch_args(
    browser_type_launch_args: dict[str, Any],
) -> dict[str, Any]:
    return {
        **browser_type_launch_args,
        "executable_path": browser.find(),
        "args": browser.arguments(),
    }


@pytest.fixture
def expected_answers() -> set[int]:
    """Statuses of 400 and above that this test means to see: add them here."""
    return set()


@pytest.fixture
def page(page: Any, expected_answers: set[int]) -> Iterator[Any]:
    """A page of the browser; an error in its console or an answer of 400 fails."""
    problems: list[str] = []

    def on_console(message: Any) -> None:
        # The browser repeats each refused answer here, without its address.
        if message.type == "error" and "Failed to load resource" not in message.text:
            problems.append(f"console: {message.text}")

    def on_response(response: Any) -> None:
        if response.status >= 400 and response.status not in expected_answers:
            problems.append(
                f"{response.status} {response.request.method} {response.url}"
            )

    page.on("console", on_console)
    page.on("pageerror", lambda error: problems.append(f"script: {error}"))
    page.on("response", on_response)
    yield page
    assert not problems, "\n".join(problems)


# --- The PDS simulator -------------------------------------------------------


def write_people(file: Path, people: Iterable[Mapping[str, str]]) -> None:
    """Write the file that tells the simulator whom it knows."""
    with file.open("w", newline="") as lines:
        writer = csv.DictWriter(lines, PEOPLE_HEADER)
        writer.writeheader()
        writer.writerows(people)


@pytest.fixture
def pds_simulator(tmp_path: Path, settings: Any) -> Iterator[Callable[..., str]]:
    """Start the simulator with these people, and point Mavis at it.

    pds_simulator({"NHS_NUMBER": …, "FAMILY_NAME": …, …}, …) returns its address;
    options are those of the command: options=("--rate", "5").
    """
    started: list[processes.Child] = []

    def start(*people: Mapping[str, str], options: tuple[str, ...] = ()) -> str:
        people_file = tmp_path / f"people-{len(started)}.csv"
        write_people(people_file, people)
        port = processes.free_port()
        log = tmp_path / f"simulator-{len(started)}.log"
        with log.open("wb") as output:
            child = processes.start(
                [
                    *(sys.executable, "manage.py", "pds_simulator"),
                    *("--port", str(port), "--people", people_file, *options),
                ],
                environment=os.environ,
                directory=ROOT,
                output=output,
            )
        started.append(child)
        processes.wait_until(
            lambda: processes.accepts(port), child=child, name="The simulator", log=log
        )
        settings.PDS_BASE_URL = f"http://127.0.0.1:{port}/personal-demographics/FHIR/R4"
        return str(settings.PDS_BASE_URL)

    yield start
    for child in started:
        processes.kill(child)


# --- A worker ----------------------------------------------------------------


@dataclass
class Worker:
    """A Celery worker in processes of its own, on the database of the tests."""

    environment: dict[str, str]
    log: Path
    child: processes.Child | None = None
    started: int = field(default=0)

    def start(self) -> None:
        """Start it (again), and wait until it takes tasks."""
        self.started += 1
        with self.log.open("wb") as output:
            self.child = processes.start(
                [Path(sys.executable).with_name("celery"), *services.WORKER[1:]],
                environment=self.environment,
                directory=ROOT,
                output=output,
            )
        processes.wait_until(
            lambda: " ready." in self.log.read_text(errors="replace"),
            child=self.child,
            name="The worker",
            log=self.log,
        )

    def kill(self) -> None:
        """kill -9, the worker's own children too: a machine that loses power."""
        if self.child is not None:
            processes.kill(self.child)
            self.child = None


@pytest.fixture
def start_worker(
    transactional_db: None, tmp_path: Path, settings: Any
) -> Iterator[Callable[..., Worker]]:
    """Start a worker; keyword arguments are settings in its environment.

    start_worker(IMPORT_LEASE_SECONDS="2").kill()
    """
    redis.from_url(settings.REDIS_URL).flushdb()
    workers: list[Worker] = []

    def start(**environment: str) -> Worker:
        worker = Worker(
            environment={
                **os.environ,
                "DATABASE_URL": database_url_of_tests(),
                "PDS_BASE_URL": settings.PDS_BASE_URL,
                "PDS_REQUESTS_PER_SECOND": str(settings.PDS_REQUESTS_PER_SECOND),
                **environment,
            },
            log=tmp_path / f"worker-{len(workers)}.log",
        )
        workers.append(worker)
        worker.start()
        return worker

    yield start
    for worker in workers:
        worker.kill()


@pytest.fixture
def worker(start_worker: Callable[..., Worker]) -> Worker:
    """A running worker, with the settings of the tests."""
    return start_worker()


def database_url_of_tests() -> str:
    """Return DATABASE_URL with the name of this test run's database."""
    address = urlsplit(os.environ["DATABASE_URL"])
    name = connections["default"].settings_dict["NAME"]
    return address._replace(path=f"/{name}").geturl()


@pytest.fixture
def run_command() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run manage.py in a process of its own, on the database of the tests."""

    def run(*words: str, text: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *words],
            input=text,
            text=True,
            capture_output=True,
            check=False,
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": database_url_of_tests()},
            timeout=120,
        )

    return run
