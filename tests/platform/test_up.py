"""bin/up and bin/mavis, as processes: they start, are killed, and leave nothing.

Without bin/run, which has installed everything by the time tests run.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from mavis.embedded import processes

ROOT = Path(__file__).resolve().parent.parent.parent

# Those of the tests' own servers, which bin/up would use instead of its own.
OF_THE_TESTS = {"DATABASE_URL", "REDIS_URL", "PDS_BASE_URL", "STATICFILES_STORAGE"}
TEAM = ("create_team", "--name=North SAIS", "--ods=R1A", "--workgroup=north")


def environment() -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if name not in OF_THE_TESTS
    }
    return {**kept, "PYTHONPATH": str(ROOT)}


@dataclass
class Up:
    """A bin/up without the demonstration, on a folder and a port of its own."""

    data: Path
    port: int = field(default_factory=processes.free_port)
    child: processes.Child | None = None

    @property
    def said(self) -> str:
        return self.data.with_suffix(".said").read_text()

    def start(self, *options: str) -> "Up":
        with self.data.with_suffix(".said").open("wb") as output:
            self.child = processes.start(
                [
                    *(sys.executable, "-m", "mavis.embedded.up", "--no-demo"),
                    *("--data", self.data, "--port", str(self.port), *options),
                ],
                environment=environment(),
                directory=ROOT,
                output=output,
            )
        return self

    def wait(self) -> "Up":
        assert self.child is not None
        processes.wait_until(
            lambda: "Mavis is at" in self.said,
            child=self.child,
            name="bin/up",
            log=self.data.with_suffix(".said"),
            # Two may start at once, beside the rest of the suite: on two slow cores that
            # is more than the minute in which one server has to be there.
            seconds=180,
        )
        return self

    def end(self, number: int) -> int:
        """Send a signal, wait, and return the exit status."""
        assert self.child is not None
        self.child.send_signal(number)
        return self.child.wait(30)

    def mavis(self, *words: str) -> subprocess.CompletedProcess[str]:
        return mavis(self.data, *words)

    def everybody(self) -> set[int]:
        """Return the numbers of all processes below it, and its own."""
        assert self.child is not None
        return descendants(self.child.pid)


def mavis(data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run bin/mavis on a folder."""
    return subprocess.run(
        [sys.executable, "-m", "mavis.embedded.command", "--data", str(data), *words],
        env=environment(),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def descendants(pid: int) -> set[int]:
    found = {pid}
    for task in (Path("/proc") / str(pid) / "task").glob("*/children"):
        for child in task.read_text().split():
            found |= descendants(int(child))
    return found


def is_running(pid: int) -> bool:
    try:
        status = (Path("/proc") / str(pid) / "stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    # A zombie has ended, and waits for somebody to ask how.
    return status.rpartition(")")[2].split()[0] != "Z"


def leave_nothing(pids: set[int], seconds: float = 15) -> bool:
    """Test if all of these processes end within some seconds."""
    ends = time.monotonic() + seconds
    while any(is_running(pid) for pid in pids):
        if time.monotonic() > ends:
            return False
        time.sleep(0.05)
    return True


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Callable[..., Up]]:
    begun: list[Up] = []

    def prepare(name: str = "data") -> Up:
        begun.append(Up(tmp_path / name))
        return begun[-1]

    yield prepare
    for each in begun:
        if each.child is not None:
            processes.stop(each.child)


def test_killed_at_once_it_leaves_no_process_and_the_next_start_finds_the_data(up):
    first = up().start().wait()
    assert processes.answers(first.port)
    assert first.mavis(*TEAM).returncode == 0
    everybody = first.everybody()
    # Web and its workers, worker and its pool, beat, simulator, two servers, itself.
    assert len(everybody) > 10

    first.end(signal.SIGKILL)
    assert leave_nothing(everybody)

    again = first.start().wait()
    assert "already a team" in again.mavis(*TEAM).stderr
    everybody = again.everybody()
    assert again.end(signal.SIGINT) == 0
    assert leave_nothing(everybody, seconds=1)


def test_two_run_side_by_side_and_a_service_that_dies_takes_its_own_down(up):
    one = up("one").start()
    other = up("other").start()
    one.wait()
    other.wait()
    assert one.mavis(*TEAM).returncode == 0
    assert other.mavis(*TEAM).returncode == 0
    everybody = one.everybody()

    beat = next(pid for pid in everybody if b"beat" in command_line(pid))
    os.kill(beat, signal.SIGKILL)

    assert one.child.wait(30) == 1
    assert "The beat ended by itself with status -9" in one.said
    assert leave_nothing(everybody, seconds=1)
    assert processes.answers(other.port)
    everybody = other.everybody()
    assert other.end(signal.SIGTERM) == 0
    assert leave_nothing(everybody, seconds=1)


def command_line(pid: int) -> bytes:
    return (Path("/proc") / str(pid) / "cmdline").read_bytes()


def test_a_folder_and_a_port_are_one_mavis_s_at_a_time(up):
    running = up().start().wait()

    done = subprocess.run(
        [sys.executable, "-m", "mavis.embedded.up", "--data", str(running.data)],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"Another bin/up or bin/mavis works on {running.data}.\n"

    same_port = up("other")
    same_port.port = running.port
    assert same_port.start().child.wait(30) == 1
    assert (
        f"Port {running.port} is taken. Choose another with --port." in same_port.said
    )


def test_a_command_brings_its_own_servers_and_prints_only_what_is_its_own(tmp_path):
    data = tmp_path / "data"

    assert mavis(data, *TEAM).stdout == "Created the team North SAIS, with 0 schools.\n"

    again = mavis(data, *TEAM)
    assert (again.returncode, again.stdout) == (1, "")
    assert again.stderr == "There is already a team with the workgroup north.\n"


def test_a_command_starts_after_a_power_cut(tmp_path):
    data = tmp_path / "data"
    assert mavis(data, *TEAM).returncode == 0
    # The number that PostgreSQL had is somebody else's by now: ours.
    (data / "postgres" / "postmaster.pid").write_text(
        f"{os.getpid()}\n{data}/postgres\n1\n5432\n/tmp\n\n  1  1\nready\n"
    )

    assert "already a team" in mavis(data, *TEAM).stderr


def test_secrets_are_made_once_and_only_their_owner_can_read_them(tmp_path):
    data = tmp_path / "data"
    assert mavis(data, "help").returncode == 0
    secrets = (data / "secrets.json").read_text()

    assert mavis(data, "help").returncode == 0

    assert (data / "secrets.json").read_text() == secrets
    assert (data / "secrets.json").stat().st_mode & 0o777 == 0o600


def test_a_machine_without_a_new_enough_python_is_told_so(tmp_path):
    (tmp_path / "dirname").symlink_to(shutil.which("dirname"))
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)

    done = subprocess.run(
        ["/bin/sh", ROOT / "bin" / "up"],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "Mavis needs Python 3.11 or newer with venv" in done.stderr
