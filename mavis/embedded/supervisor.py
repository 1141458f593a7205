"""Starts servers in order, watches them, and stops them in the other order."""

import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from mavis.embedded import postgres, processes, services, valkey
from mavis.embedded.folder import Folder

ROOT = Path(__file__).resolve().parent.parent.parent

# Where the FHIR interface of PDS is, below its address.
FHIR_PATH = "/personal-demographics/FHIR/R4"

# What ends us, and news of a child. Waited for, never handled in between, so that
# a signal cannot come between starting a server and knowing of it.
ENDINGS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
SIGNALS = {*ENDINGS, signal.SIGCHLD}

# They finish what they do, for which they need the others.
USERS = {"The web", "The worker", "The beat"}


class ToldToStop(Exception):
    """Ctrl-C, or a signal that asks us to end."""


@dataclass(frozen=True)
class Server:
    name: str
    child: processes.Child
    log: Path
    stop: Callable[[], None]
    ready: Callable[[], bool]


class Supervisor:
    """The servers of one folder, and the environment in which they are reached."""

    def __init__(self, folder: Folder, sockets: Path) -> None:
        self.folder = folder
        self.sockets = sockets
        self.servers: list[Server] = []
        self.environment = environment(folder)
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)

    def start_postgres(self) -> None:
        """Start PostgreSQL, unless DATABASE_URL names one."""
        if "DATABASE_URL" not in self.environment:
            log = self.folder.log("postgres")
            server = postgres.start(self.folder.postgres, sockets=self.sockets, log=log)
            self.servers.append(
                Server("PostgreSQL", server.child, log, server.stop, ready=at_once)
            )
            self.environment["DATABASE_URL"] = server.application_url
            self.environment["DATABASE_OWNER_URL"] = server.url

    def start_valkey(self) -> None:
        """Start Valkey, unless REDIS_URL names one."""
        if "REDIS_URL" not in self.environment:
            log = self.folder.log("valkey")
            server = valkey.start(self.folder.valkey, log=log)
            self.servers.append(
                Server("Valkey", server.child, log, server.stop, ready=at_once)
            )
            self.environment["REDIS_URL"] = server.url

    def migrate(self) -> None:
        """Bring the tables up to date, as the role that owns them."""
        self.run("migrate", services.MIGRATE, as_owner(self.environment))

    def choose_pds(self) -> bool:
        """Decide where PDS will be. Test if we are to start a simulator there."""
        if "PDS_BASE_URL" in self.environment:
            return False
        port = processes.free_port()
        self.environment["PDS_BASE_URL"] = f"http://127.0.0.1:{port}{FHIR_PATH}"
        return True

    def start_simulator(self, people: Path | None) -> None:
        """Start the PDS simulator; without people, with those of the demonstration."""
        port = urlsplit(self.environment["PDS_BASE_URL"]).port or 0
        command = ["python", "manage.py", "pds_simulator", "--port", str(port)]
        demo_people = self.folder.demo / "people.csv"
        if people is None and demo_people.exists():
            people = demo_people
        if people is not None:
            command += ["--people", str(people.resolve())]
        self.start("simulator", command, ready=lambda _: processes.accepts(port))

    def start_web(self, port: int) -> None:
        self.start(
            "web",
            services.WEB,
            ready=lambda _: processes.answers(port),
            GUNICORN_CMD_ARGS=f"--bind=127.0.0.1:{port}",
        )

    def start_worker(self) -> None:
        self.start(
            "worker",
            services.WORKER,
            ready=lambda log: " ready." in log,
            ends_in=services.WORKER_ENDS_IN,
        )

    def start_beat(self) -> None:
        self.start("beat", services.BEAT, ready=lambda log: "beat: Starting" in log)

    def start(
        self,
        name: str,
        command: Sequence[str],
        *,
        ready: Callable[[str], bool],
        ends_in: float = 10,
        **environment: str,
    ) -> None:
        """Start one of Mavis's own services; ready tells by its log if it is."""
        log = self.folder.log(name)
        with log.open("ab") as output:
            child = processes.start(
                command,
                environment={**self.environment, **environment},
                directory=ROOT,
                output=output,
            )
        self.servers.append(
            Server(
                f"The {name}",
                child,
                log,
                stop=lambda: processes.stop(child, seconds=ends_in),
                ready=lambda: ready(log.read_text(errors="replace")),
            )
        )

    def wait(self) -> None:
        """Wait until every service that was started is ready.

        :raises DidNotStart: with the end of its log
        :raises ToldToStop: a signal came while we waited
        """
        for server in self.servers:
            processes.wait_until(
                server.ready,
                child=server.child,
                name=server.name,
                log=server.log,
                pause=pause,
            )

    def run(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str] | None = None,
    ) -> str:
        """Run one command to its end, and return what it printed.

        :raises DidNotStart: it failed, with the end of what it printed
        """
        log = self.folder.log(name)
        with log.open("ab") as output:
            child = processes.start(
                command,
                environment=environment or self.environment,
                directory=ROOT,
                output=output,
            )
        try:
            while child.poll() is None:
                pause(0.02)
        finally:
            processes.kill(child)
        if child.returncode != 0:
            raise processes.DidNotStart(f"{name} failed.{processes.tail(log)}")
        return log.read_text(errors="replace")

    def watch(self) -> Server | None:
        """Wait for a server to end, and return it; None when we are told to stop."""
        while True:
            for server in self.servers:
                if server.child.poll() is not None:
                    return server
            if signal.sigwait(SIGNALS) in ENDINGS:
                return None

    def stop(self) -> None:
        """Stop everything: first those who use the rest, together, then the rest."""
        for server in self.servers:
            if server.name in USERS:
                server.child.terminate()
        while self.servers:
            self.servers.pop().stop()


def at_once() -> bool:
    """Test if a server is ready whose start waited for it."""
    return True


def environment(folder: Folder) -> dict[str, str]:
    """Return the environment of Mavis's own commands, so far as a folder knows it."""
    programs = Path(sys.executable).parent
    return {
        "MAVIS_DEVELOPMENT": "1",
        **folder.secrets(),
        **given(),
        "PATH": f"{programs}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
    }


def as_owner(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of what makes tables or databases."""
    owner = environment.get("DATABASE_OWNER_URL") or environment["DATABASE_URL"]
    return {**environment, "DATABASE_URL": owner}


def given() -> Mapping[str, str]:
    """Return the variables we were started with; an empty one counts as not set."""
    return {name: value for name, value in os.environ.items() if value}


def pause(seconds: float) -> None:
    """Wait a moment.

    :raises ToldToStop: a signal asks us to end
    """
    if signal.sigtimedwait(ENDINGS, seconds) is not None:
        raise ToldToStop
