"""bin/up: runs the whole of Mavis on this machine until Ctrl-C."""

import argparse
import contextlib
import hashlib
import sys
import time
from pathlib import Path

from mavis.embedded import processes, rights
from mavis.embedded.folder import Folder, InUse
from mavis.embedded.supervisor import ROOT, Supervisor, ToldToStop


def main() -> int:
    options = read_options()
    folder = Folder.at(options.data)
    try:
        with folder.lock(seconds=3), folder.sockets() as sockets:
            return run(options, folder, sockets)
    except (InUse, rights.NoServant, processes.DidNotStart) as problem:
        print(problem, file=sys.stderr)
        return 1


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bin/up",
        description="Runs Mavis: the web, a worker, the scheduler, PostgreSQL, Valkey "
        "and a simulator of PDS. DATABASE_URL, REDIS_URL or PDS_BASE_URL, when set, "
        "is used instead of starting that one. Ctrl-C stops everything.",
    )
    parser.add_argument("--port", type=int, default=8000, help="of the web (8000)")
    parser.add_argument(
        "--data", type=Path, default=ROOT / ".data", help="where data are kept (.data)"
    )
    parser.add_argument(
        "--no-demo", action="store_true", help="start without invented teams"
    )
    parser.add_argument(
        "--people", type=Path, metavar="FILE", help="people the simulator knows (CSV)"
    )
    options = parser.parse_args()
    if options.people is not None and not options.people.is_file():
        parser.error(f"there is no file {options.people}")
    return options


def run(options: argparse.Namespace, folder: Folder, sockets: Path) -> int:
    """Start everything, wait, stop everything. Returns the exit status."""
    supervisor = Supervisor(folder, sockets)
    try:
        port = options.port or processes.free_port()
        wait_for_port(port)
        sign_in = start(supervisor, options, port)
        address = f"http://127.0.0.1:{port}/"
        print(f"\nMavis is at {address}\n{sign_in}\nCtrl-C stops it.", flush=True)
        ended = supervisor.watch()
    except ToldToStop:
        ended = None
    finally:
        with contextlib.suppress(BrokenPipeError):  # whoever read us has gone
            print("Stopping …", flush=True)
        supervisor.stop()
    if ended is None:
        return 0
    status = ended.child.returncode
    print(
        f"{ended.name} ended by itself with status {status}, so everything was stopped."
        f"{processes.tail(ended.log)}",
        file=sys.stderr,
    )
    return 1


def start(supervisor: Supervisor, options: argparse.Namespace, port: int) -> str:
    """Start everything in order, and return how to sign in to the demonstration."""
    supervisor.start_postgres()
    supervisor.start_valkey()
    simulates_pds = supervisor.choose_pds()
    supervisor.migrate()
    sign_in = "" if options.no_demo else load_demo(supervisor)
    if simulates_pds:
        supervisor.start_simulator(options.people)
    supervisor.start_web(port)
    supervisor.start_worker()
    supervisor.start_beat()
    supervisor.wait()
    addresses = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "PDS_BASE_URL")
    environment = supervisor.environment
    supervisor.folder.say_running(
        {name: environment[name] for name in addresses if name in environment}
    )
    return sign_in


def load_demo(supervisor: Supervisor) -> str:
    """Load the demonstration into a database that has not had it yet."""
    folder = supervisor.folder
    database = supervisor.environment["DATABASE_URL"]
    # Our own database goes with the folder; another is known by its address.
    own = str(supervisor.sockets.name) in database
    name = "loaded" if own else hashlib.sha256(database.encode()).hexdigest()[:12]
    folder.demo.mkdir(mode=0o700, exist_ok=True)
    loaded = folder.demo / f"{name}.txt"
    if not loaded.exists():
        said = supervisor.run(
            "demo", ["python", "manage.py", "demo", "--dir", str(folder.demo)]
        )
        loaded.write_text(said)
    supervisor.environment["MAVIS_DEMO_DIR"] = str(folder.demo)
    return loaded.read_text()


def wait_for_port(port: int) -> None:
    """Wait a little for a Mavis that was killed to let go of its port.

    :raises DidNotStart: somebody else listens there
    """
    ends = time.monotonic() + 3
    while processes.accepts(port):
        if time.monotonic() > ends:
            raise processes.DidNotStart(
                f"Port {port} is taken. Choose another with --port."
            )
        time.sleep(0.05)


if __name__ == "__main__":
    sys.exit(main())
