"""The database, the servers and the team of a trial.

A `Place` is Mavis as it runs in production, but for the web: a database that nobody
has used, a Valkey, a PDS simulator, a worker and a scheduler. All of it is gone when
the block ends.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx

from imports.models import CohortImport
from imports.stages import upload
from mavis import clock
from mavis.embedded import processes, services, valkey
from mavis.embedded.supervisor import ROOT
from mavis.models import Role, Team, TeamMembership, User
from mavis.trials.cohorts import Cohort
from mavis.trials.databases import empty_database

# So that a worker that was killed is missed soon, and progress is seen often.
WORKING_QUICKLY = {
    "IMPORT_LEASE_SECONDS": "3",
    "IMPORT_SLICE_SECONDS": "2",
    "ADVANCE_STALLED_EVERY": "0.5",
}
LOOK_AGAIN_AFTER = 0.1  # seconds


class NotInTime(Exception):
    """What was waited for did not come. Shows the end of the log it should be in."""


class Place:
    """Where imports happen. Made by `opened`."""

    def __init__(
        self, *, environment: Mapping[str, str], pds: str, folder: Path, team: Team
    ) -> None:
        self.team = team
        self.user = team.users.get()
        self.pds = pds
        self._environment = environment
        self._folder = folder
        self._worker: processes.Child | None = None
        self._beat: processes.Child | None = None
        self._admin = httpx.Client(base_url=f"{pds}/admin", trust_env=False, timeout=60)

    def upload(self, cohort: Cohort) -> CohortImport:
        """Hand over a file. The scheduler finds it, and gives it to the worker."""
        checked = upload.check(name="cohort.csv", content=cohort.file())
        return upload.upload(
            checked=checked,
            team=self.team,
            by=self.user,
            at=clock.now(),
            today=clock.today(),
        )

    # --- Those who work -----------------------------------------------------------

    def start(self) -> None:
        """Start the scheduler and the worker, and wait until that takes tasks."""
        self._beat = self._start("beat", services.BEAT)
        self.start_worker()

    def start_worker(self) -> None:
        """Start a worker, in the place of one that was killed."""
        self._worker = self._start("worker", services.WORKER)
        processes.wait_until(
            lambda: " ready." in self._log("worker").read_text(errors="replace"),
            child=self._worker,
            name="The worker",
            log=self._log("worker"),
        )

    def kill_worker(self) -> None:
        """End the worker as a power cut would."""
        if self._worker is not None:
            processes.kill(self._worker)
            self._worker = None

    def stop(self) -> None:
        """Stop whoever works."""
        for child in (self._beat, self._worker):
            if child is not None:
                processes.stop(child)
        self._admin.close()

    def wait_until(
        self, done: Callable[[], bool], *, seconds: float, doing: str
    ) -> None:
        """Wait for something that the worker does.

        :param doing: what is waited for, as the end of a sentence

        :raises NotInTime: it has not come after so many seconds
        """
        ends = time.monotonic() + seconds
        while not done():
            if time.monotonic() > ends:
                raise NotInTime(
                    f"After {seconds:.0f} s we still waited until {doing}."
                    f"{processes.tail(self._log('worker'))}"
                )
            time.sleep(LOOK_AGAIN_AFTER)

    # --- The simulator ------------------------------------------------------------

    def set_faults(self, *faults: Mapping[str, Any]) -> None:
        self._admin.post("/faults", json=faults).raise_for_status()

    def requests(self) -> Sequence[Mapping[str, Any]]:
        """Return what PDS was asked, oldest first; tokens are asked for elsewhere."""
        entries: list[Mapping[str, Any]] = self._admin.get("/journal").json()
        return [entry for entry in entries if entry["path"].startswith("/Patient")]

    def forget_requests(self) -> None:
        self._admin.delete("/journal").raise_for_status()

    def _start(self, name: str, command: Sequence[str]) -> processes.Child:
        with self._log(name).open("wb") as output:
            return processes.start(
                [Path(sys.executable).with_name(command[0]), *command[1:]],
                environment=self._environment,
                directory=ROOT,
                output=output,
            )

    def _log(self, name: str) -> Path:
        return self._folder / f"{name}.log"


@contextmanager
def opened(
    *,
    people: int,
    seed: int,
    requests_per_second: float,
    settings: Mapping[str, str] = WORKING_QUICKLY,
) -> Iterator[Place]:
    """Start everything that an import needs.

    :param people, seed: whom the simulator knows
    :param requests_per_second: to PDS, of all workers; 0 is no limit
    :param settings: of those who work

    :raises processes.DidNotStart: with the end of a log
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="trial-")))
        database_url = stack.enter_context(empty_database())
        cache = valkey.start(folder / "valkey", log=folder / "valkey.log")
        stack.callback(cache.stop)
        pds = stack.enter_context(simulator(people, seed, folder))
        place = Place(
            environment={
                **os.environ,
                **settings,
                "DATABASE_URL": database_url,
                "REDIS_URL": cache.url,
                "PDS_BASE_URL": pds,
                "PDS_REQUESTS_PER_SECOND": str(requests_per_second),
            },
            pds=pds,
            folder=folder,
            team=_team(),
        )
        stack.callback(place.stop)
        yield place


@contextmanager
def simulator(people: int, seed: int, folder: Path) -> Iterator[str]:
    """Start a PDS that knows these people, and return its address.

    :param folder: for its log
    """
    port, log = processes.free_port(), folder / "simulator.log"
    with log.open("wb") as output:
        child = processes.start(
            [
                *(sys.executable, "manage.py", "pds_simulator", "--admin"),
                *("--port", str(port)),
                *("--generate", str(people), "--seed", str(seed)),
            ],
            environment=os.environ,
            directory=ROOT,
            output=output,
        )
    try:
        processes.wait_until(
            lambda: processes.accepts(port), child=child, name="The simulator", log=log
        )
        yield f"http://127.0.0.1:{port}"
    finally:
        processes.stop(child)


def _team() -> Team:
    team = Team.objects.create(name="Trial team", ods_code="X1", workgroup="trial")
    user = User(email="nurse@example.com", name="Nurse Joy")
    user.set_unusable_password()
    user.save()
    TeamMembership.objects.create(user=user, team=team, role=Role.NURSE)
    return team
