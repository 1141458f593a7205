"""Web servers and workers as they run in production, and the memory they take."""

import os
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from mavis.embedded import processes, services, valkey
from mavis.embedded.supervisor import ROOT

MEGABYTE = 1024 * 1024
_LOOK_EVERY = 0.02  # seconds
_PAGE = os.sysconf("SC_PAGE_SIZE")


class Servers:
    """What has been started, each with a process group of its own."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.environment = environment
        self._folder = folder
        self._stack = ExitStack()

    def web(self) -> tuple[str, processes.Child]:
        """Start the web server, and return its address."""
        port = processes.free_port()
        child = self._start(
            "web", services.WEB, GUNICORN_CMD_ARGS=f"--bind=127.0.0.1:{port}"
        )
        processes.wait_until(
            lambda: processes.answers(port),
            child=child,
            name="The web server",
            log=self._log("web"),
        )
        return f"http://127.0.0.1:{port}", child

    def worker(self, *, of_processes: int) -> processes.Child:
        """Start a worker, as in production but for the number of its processes."""
        command = (*services.WORKER, f"--concurrency={of_processes}")
        child = self._start("worker", command)
        processes.wait_until(
            lambda: " ready." in self._log("worker").read_text(errors="replace"),
            child=child,
            name="The worker",
            log=self._log("worker"),
        )
        return child

    def stop(self) -> None:
        self._stack.close()

    def _start(self, name: str, command: Sequence[str], **more: str) -> processes.Child:
        with self._log(name).open("wb") as output:
            child = processes.start(
                [Path(sys.executable).with_name(command[0]), *command[1:]],
                environment={**self.environment, **more},
                directory=ROOT,
                output=output,
            )
        self._stack.callback(processes.stop, child)
        return child

    def _log(self, name: str) -> Path:
        return self._folder / f"{name}.log"


@contextmanager
def servers(database_url: str, **settings: str) -> Iterator[Servers]:
    """Give out servers of that database, with a Valkey of their own.

    :raises processes.DidNotStart: with the end of a log
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        cache = valkey.start(folder / "valkey", log=folder / "valkey.log")
        stack.callback(cache.stop)
        started = Servers(
            folder,
            {
                **os.environ,
                "DATABASE_URL": database_url,
                "REDIS_URL": cache.url,
                # Nothing that is measured is about limits.
                "UPLOADS_PER_MINUTE": "0",
                "TEAM_UPLOADS_PER_MINUTE": "0",
                **settings,
            },
        )
        stack.callback(started.stop)
        yield started


class Memory:
    """The memory of a process group over what it had when the block began.

    Looked at fifty times a second. What processes share counts once for each.
    """

    def __init__(self, group: int) -> None:
        self._group = group
        self._idle = resident(group)
        self._most = self._idle
        self._done = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)

    @property
    def added(self) -> float:
        """Return the most megabytes there have been over those at the beginning."""
        return (self._most - self._idle) / MEGABYTE

    def __enter__(self) -> "Memory":
        self._watcher.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._done.set()
        self._watcher.join()
        self._most = max(self._most, resident(self._group))

    def _watch(self) -> None:
        while not self._done.wait(_LOOK_EVERY):
            self._most = max(self._most, resident(self._group))


def resident(group: int) -> int:
    """Return the bytes of memory that the processes of a group have."""
    total = 0
    for folder in Path("/proc").iterdir():
        # A process may end while it is looked at.
        with suppress(OSError, ValueError):
            if os.getpgid(int(folder.name)) == group:
                total += int((folder / "statm").read_text().split()[1]) * _PAGE
    return total
