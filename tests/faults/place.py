"""Mavis as it runs in production, on servers of its own that a test may break.

PostgreSQL, Valkey, the PDS simulator, web, workers and scheduler: each a process, none
shared with another test. The test itself looks into the same database.
"""

import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dj_database_url
import httpx
import redis
from celery import Celery
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import DEFAULT_DB_ALIAS, connections
from django.utils import timezone

from imports.models import CohortImport
from imports.rules.lifecycle import WORKING, Status
from imports.stages import review, upload
from mavis.embedded import postgres, processes, services, valkey
from mavis.embedded.folder import Folder
from mavis.embedded.supervisor import FHIR_PATH, ROOT
from mavis.models import Role, Team, TeamMembership, User
from tests.conftest import write_people
from tests.factories import NOW
from tests.faults.cohort import Cohort, put_into_mavis

# Seconds until a test gives up on a condition; busy machines are slow.
PATIENCE = 180
# So that a worker that was killed is missed soon, and stages last.
SETTINGS = {
    "IMPORT_LEASE_SECONDS": "2",
    "IMPORT_SLICE_SECONDS": "2",
    "ADVANCE_STALLED_EVERY": "1",
    # However quick the machine is, a file takes several rounds of asking.
    "PDS_REQUESTS_PER_SECOND": "100",
    "IMPORT_BATCH_ROWS": "20",
    "IMPORT_MATCH_BATCH_ROWS": "20",
}
# This machine does not lose power: what is written survives a kill -9 without this.
# What a session was told is committed must survive it, so that waits as ever.
ON_THIS_MACHINE = ("fsync=off", "full_page_writes=off")
PASSWORD = "correct horse battery"


@dataclass
class Place:
    """Where imports happen while things break. Made by `opened`."""

    folder: Folder
    sockets: Path
    options: tuple[str, ...] = ON_THIS_MACHINE
    environment: dict[str, str] = field(default_factory=dict)
    children: dict[str, processes.Child] = field(default_factory=dict)
    database: postgres.Postgres | None = None
    cache: valkey.Valkey | None = None
    pds: str = ""

    # --- Servers ------------------------------------------------------------------

    def start_postgres(self) -> None:
        self.database = postgres.start(
            self.folder.postgres,
            sockets=self.sockets,
            log=self.folder.log("postgres"),
            options=self.options,
        )
        self.environment["DATABASE_URL"] = self.database.application_url

    def kill_postgres(self) -> None:
        """kill -9 PostgreSQL, and each of its sessions."""
        assert self.database is not None
        kill_all(self.database.child)
        leave_database()

    def start_valkey(self) -> None:
        """Start Valkey, or start it again where it was."""
        self.cache = valkey.start(
            self.folder.valkey,
            log=self.folder.log("valkey"),
            again_at=self.cache.url if self.cache else "",
        )
        self.environment["REDIS_URL"] = self.cache.url

    def kill_valkey(self) -> None:
        assert self.cache is not None
        processes.kill(self.cache.child)

    def empty_valkey(self) -> None:
        assert self.cache is not None
        with redis.from_url(self.cache.url) as session:
            session.flushall()

    def start_simulator(
        self, people: Sequence[Mapping[str, str]], *options: str
    ) -> None:
        file = self.folder.path / "people.csv"
        write_people(file, people)
        port = processes.free_port()
        self.pds = f"http://127.0.0.1:{port}"
        self.environment["PDS_BASE_URL"] = f"{self.pds}{FHIR_PATH}"
        self._start(
            "simulator",
            *("python", "manage.py", "pds_simulator", "--admin"),
            *("--port", str(port), "--people", str(file), *options),
            ready=lambda _log: processes.accepts(port),
        )

    # --- Those who work -----------------------------------------------------------

    def start_worker(self, name: str = "worker", **settings: str) -> processes.Child:
        """Start a worker (again), and wait until it takes tasks."""
        return self._start(
            name,
            *services.WORKER,
            # Two on one machine need names of their own.
            f"--hostname={name}@%h",
            ready=lambda log: " ready." in log,
            **settings,
        )

    def start_beat(self) -> processes.Child:
        return self._start(
            "beat", *services.BEAT, ready=lambda log: "beat: Starting" in log
        )

    def start_web(self) -> str:
        """Start the web, and return its address."""
        port = processes.free_port()
        self._start(
            "web",
            *services.WEB,
            ready=lambda _log: processes.answers(port),
            GUNICORN_CMD_ARGS=f"--bind=127.0.0.1:{port}",
        )
        return f"http://127.0.0.1:{port}"

    def kill(self, name: str = "worker") -> None:
        """kill -9, its own children too: a machine that loses power."""
        kill_all(self.children.pop(name))

    def log(self, name: str) -> str:
        return (self.folder.logs / f"{name}.log").read_text(errors="replace")

    def stop(self) -> None:
        while self.children:
            self.kill(next(iter(self.children)))
        for server in (self.database, self.cache):
            if server is not None:
                kill_all(server.child)

    def _start(
        self, name: str, *command: str, ready: Callable[[str], bool], **settings: str
    ) -> processes.Child:
        log = self.folder.log(name)
        with log.open("wb") as output:
            child = processes.start(
                [Path(sys.executable).with_name(command[0]), *command[1:]],
                environment={**os.environ, **SETTINGS, **self.environment, **settings},
                directory=ROOT,
                output=output,
            )
        self.children[name] = child
        processes.wait_until(
            lambda: ready(log.read_text(errors="replace")),
            child=child,
            name=name,
            log=log,
            seconds=PATIENCE,
        )
        return child

    # --- What the team does -------------------------------------------------------

    def upload(self, cohort: Cohort, *, by: User) -> CohortImport:
        """Hand over a file, and tell a worker of it."""
        cohort_import = upload.upload(
            checked=upload.check(name="cohort.csv", content=cohort.file()),
            team=by.teams.get(),
            by=by,
            at=NOW,
            today=NOW.date(),
        )
        self.tell(cohort_import.pk)
        return cohort_import

    def approve(self, cohort_import: CohortImport) -> None:
        cohort_import.refresh_from_db()
        review.approve(
            cohort_import=cohort_import,
            by=cohort_import.uploaded_by,
            at=timezone.now(),
        )
        self.tell(cohort_import.pk)

    def tell(self, *import_ids: int, times: int = 1) -> None:
        """Send workers the message that an import waits for one, so many times."""
        with Celery(broker=self.environment["REDIS_URL"]) as sender:
            for _time in range(times):
                for import_id in import_ids:
                    sender.send_task(
                        "imports.tasks.advance",
                        kwargs={"import_id": import_id},
                        queue="imports",
                    )

    def requests(self) -> int:
        """Return how often PDS was asked."""
        journal = httpx.get(f"{self.pds}/admin/journal", trust_env=False, timeout=60)
        return len(journal.json())

    # --- What comes of it ---------------------------------------------------------

    def wait_until(
        self,
        condition: Callable[[], bool],
        doing: str,
        *,
        meanwhile: Callable[[], object] = lambda: None,
    ) -> None:
        """Wait for a condition, and do something each second until then."""
        gives_up = time.monotonic() + PATIENCE
        again = time.monotonic()
        between_looks = threading.Event()
        while not condition():
            between_looks.wait(0.01)
            if time.monotonic() > again:
                meanwhile()
                again = time.monotonic() + 1
            assert time.monotonic() < gives_up, (
                f"Still waiting until {doing}.{self._tails()}"
            )

    def wait_for(self, cohort_import: CohortImport, *statuses: Status) -> None:
        self.wait_until(
            lambda: stands(cohort_import, *statuses),
            f"{cohort_import} is {' or '.join(statuses)}",
        )

    def finish(self, cohort_import: CohortImport) -> None:
        """Let it come to review unless it is beyond that, approve, and wait."""
        if not stands(cohort_import, Status.COMMITTING, Status.COMPLETED):
            self.wait_for(cohort_import, Status.IN_REVIEW)
            self.approve(cohort_import)
        self.wait_for(cohort_import, Status.COMPLETED)
        self.wait_until(lambda: is_let_go(cohort_import), "its worker lets it go")

    def _tails(self) -> str:
        return "".join(
            f"\n{log.name}:{processes.tail(log, 30)}"
            for log in sorted(self.folder.logs.glob("*.log"))
        )


def kill_all(child: processes.Child) -> None:
    """kill -9 a process and all below it, in whatever group they have put themselves."""
    for pid in descendants(child.pid) - {child.pid}:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue  # it has ended by itself
    processes.kill(child)


def descendants(pid: int) -> set[int]:
    found = {pid}
    for task in (Path("/proc") / str(pid) / "task").glob("*/children"):
        try:
            children = task.read_text().split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        for child in children:
            found |= descendants(int(child))
    return found


def stands(cohort_import: CohortImport, *statuses: Status) -> bool:
    found = CohortImport.objects.filter(pk=cohort_import.pk, status__in=statuses)
    return found.exists()


def is_at_work(cohort_import: CohortImport, status: Status) -> bool:
    """Test if a worker holds the import in this status by a lease that is live."""
    return CohortImport.objects.filter(
        pk=cohort_import.pk, status=status, lease_expires_at__gt=timezone.now()
    ).exists()


def is_let_go(cohort_import: CohortImport) -> bool:
    return CohortImport.objects.filter(pk=cohort_import.pk, lease_token=None).exists()


def nothing_is_working() -> bool:
    return not CohortImport.objects.filter(status__in=list(WORKING)).exists()


def make_team(number: int = 1) -> User:
    """Make a team with one nurse, who is returned."""
    team = Team.objects.create(
        name=f"Coverwick SAIS team {number}",
        ods_code=f"R{number:04}",
        workgroup=f"team{number}",
    )
    user = User(email=f"nurse.{number}@example.com", name=f"Nurse Joy {number}")
    # As the web checks it; the hashes of the tests are another kind.
    hasher = Argon2PasswordHasher()
    user.password = hasher.encode(PASSWORD, hasher.salt())
    user.save()
    TeamMembership.objects.create(user=user, team=team, role=Role.NURSE)
    return user


@contextmanager
def opened(folder: Path, migrated: Path, **changes: Any) -> Iterator[Place]:
    """Start PostgreSQL on a copy of migrated data, and Valkey; the rest is for the test."""
    with ExitStack() as stack:
        kept = Folder.at(folder)
        copy(migrated, kept.postgres)
        place = Place(kept, stack.enter_context(kept.sockets()), **changes)
        stack.callback(place.stop)
        place.start_postgres()
        place.start_valkey()
        stack.enter_context(looking_into(place.environment["DATABASE_URL"]))
        yield place


def copy(data: Path, to: Path) -> None:
    """Copy the folder of a PostgreSQL that has ended, with who owns each file."""
    shutil.copytree(data, to)
    for path in (to, *to.rglob("*")):
        owner = (data / path.relative_to(to)).stat()
        os.chown(path, owner.st_uid, owner.st_gid)


@contextmanager
def looking_into(url: str) -> Iterator[None]:
    """Have this process ask a database in the place of the one that it began with."""
    connection = connections[DEFAULT_DB_ALIAS]
    before = dict(connection.settings_dict)
    leave_database()
    connection.settings_dict.update(dj_database_url.parse(url))
    connection.settings_dict["OPTIONS"] = before["OPTIONS"]
    try:
        yield
    finally:
        leave_database()
        connection.settings_dict.update(before)


def leave_database() -> None:
    connection = connections[DEFAULT_DB_ALIAS]
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]


def prepare(place: Place, cohort: Cohort, *simulator: str) -> User:
    """Start the simulator with a cohort's people, and return their team's nurse."""
    place.start_simulator(cohort.people, *simulator)
    nurse = make_team()
    put_into_mavis(cohort, nurse.teams.get())
    return nurse
