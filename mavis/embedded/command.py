"""bin/mavis: one of Mavis's commands, with the servers it needs.

Standard input, output and the exit status are the command's own.
"""

import argparse
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from mavis.embedded import processes, rights
from mavis.embedded.folder import Folder, InUse
from mavis.embedded.supervisor import (
    ENDINGS,
    ROOT,
    SIGNALS,
    Supervisor,
    ToldToStop,
    as_owner,
    environment,
)

NEEDS_NO_SERVERS = {"", "collectstatic", "help", "pds_simulator", "version"}
ASKS_PDS = {"check", "import_cohort", "pds_lookup", "refresh_from_pds"}
# These work on the tables themselves.
MIGRATES_ITSELF = {"makemigrations", "migrate", "showmigrations", "sqlmigrate"}
# And these make databases of their own.
NEEDS_OWNER = {
    *MIGRATES_ITSELF,
    "benchmark",
    "dbshell",
    "fault_drill",
    "rebase_migration",
    "restore_drill",
    "trace_quality",
}
# For commands that ask nothing of a server, whose settings must still be readable.
NO_SERVERS = {
    "DATABASE_URL": "postgres://not-started/",
    "REDIS_URL": "redis://not-started/",
    "PDS_BASE_URL": "http://not-started",
}


def main() -> int:
    options = read_options()
    name = next((word for word in options.words if not word.startswith("-")), "")
    folder = Folder.at(options.data)
    # With more words it is Django's own, which asks none.
    if name in NEEDS_NO_SERVERS or (name == "check" and options.words[-1] != name):
        become(options.words, {**NO_SERVERS, **environment(folder)})
    try:
        with contextlib.ExitStack() as stack:
            if running := running_or_our_turn(folder, stack):
                become(
                    options.words, signed_in(name, {**running, **environment(folder)})
                )
            supervisor = Supervisor(folder, stack.enter_context(folder.sockets()))
            stack.callback(supervisor.stop)
            start_what_it_needs(supervisor, name, options.people)
            return run(options.words, signed_in(name, supervisor.environment))
    except ToldToStop:
        return 128 + signal.SIGTERM
    except (InUse, rights.NoServant, processes.DidNotStart) as problem:
        print(problem, file=sys.stderr)
        return 1


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bin/mavis",
        usage="bin/mavis [--data DIR] [--people FILE] COMMAND ...",
        description="Runs a command of Mavis, with the servers of the bin/up that runs "
        "on the same folder, or with its own while the command lasts. "
        "bin/mavis help lists the commands.",
    )
    parser.add_argument("--data", type=Path, default=ROOT / ".data")
    parser.add_argument("--people", type=Path)
    parser.add_argument("words", nargs=argparse.REMAINDER, metavar="COMMAND")
    return parser.parse_args()


def running_or_our_turn(
    folder: Folder, stack: contextlib.ExitStack
) -> dict[str, str] | None:
    """Return where the servers of a running bin/up are, or hold the folder.

    Waits for a bin/up that is starting, and for the commands before ours.

    :raises InUse: they have not done after some minutes
    """
    ends = time.monotonic() + 300
    while True:
        if running := folder.running():
            return running
        try:
            stack.enter_context(folder.lock(seconds=0))
        except InUse:
            if time.monotonic() > ends:
                raise
            time.sleep(0.1)
        else:
            return None


def start_what_it_needs(supervisor: Supervisor, name: str, people: Path | None) -> None:
    own_database = "DATABASE_URL" not in supervisor.environment
    supervisor.start_postgres()
    supervisor.start_valkey()
    simulates_pds = supervisor.choose_pds()
    if own_database and name not in MIGRATES_ITSELF:
        supervisor.migrate()
    if simulates_pds and name in ASKS_PDS:
        supervisor.start_simulator(people)
        supervisor.wait()


def signed_in(name: str, environment: Mapping[str, str]) -> Mapping[str, str]:
    """Return the environment with the role in the database that a command needs."""
    return as_owner(environment) if name in NEEDS_OWNER else environment


def become(words: list[str], environment: Mapping[str, str]) -> NoReturn:
    """Turn into the command: there is nothing for us to do after it."""
    command = manage(words)
    os.execve(command[0], command, environment)  # noqa: S606 - our own command


def run(words: list[str], environment: Mapping[str, str]) -> int:
    """Run the command, pass on what asks it to end, and return its exit status."""
    parent = os.getpid()

    def prepare() -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        processes.die_with_parent(parent, signal.SIGKILL)

    child = subprocess.Popen(manage(words), env=environment, preexec_fn=prepare)  # noqa: S603 - our own command
    while child.poll() is None:
        number = signal.sigwait(SIGNALS)
        # Ctrl-C has reached the command already: it is in our process group.
        if number in ENDINGS - {signal.SIGINT}:
            child.send_signal(number)
    status: int = child.returncode
    return status if status >= 0 else 128 - status


def manage(words: list[str]) -> list[str]:
    return [sys.executable, str(ROOT / "manage.py"), *words]


if __name__ == "__main__":
    sys.exit(main())
