"""The folder in which one Mavis of this machine keeps everything: .data.

secrets.json   made once: without them what is encrypted cannot be read
running.json   where the servers are, while somebody holds the lock
postgres/  valkey/  logs/  demo/
"""

import base64
import contextlib
import fcntl
import json
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

# Our sockets' folders begin so, which is how an abandoned one is known for ours.
SOCKETS_PREFIX = "mavis-"


class InUse(Exception):
    """Another bin/up or bin/mavis works on this folder."""


@dataclass(frozen=True)
class Folder:
    path: Path

    @classmethod
    def at(cls, path: Path) -> "Folder":
        """Return the folder, made if it is not there."""
        folder = cls(path.resolve())
        for made in (folder.path, folder.logs):
            made.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def demo(self) -> Path:
        return self.path / "demo"

    @property
    def postgres(self) -> Path:
        return self.path / "postgres"

    @property
    def valkey(self) -> Path:
        return self.path / "valkey"

    @property
    def _running(self) -> Path:
        return self.path / "running.json"

    def log(self, name: str) -> Path:
        """Return the log of a server, begun anew; the one before has .before."""
        path = self.logs / f"{name}.log"
        if path.exists():
            path.replace(path.with_suffix(".log.before"))
        path.touch(mode=0o600)
        return path

    def secrets(self) -> dict[str, str]:
        """Return SECRET_KEY and FILE_KEYS, made at the first call."""
        path = self.path / "secrets.json"
        if not path.exists():
            made = {
                "SECRET_KEY": secrets.token_urlsafe(48),
                "FILE_KEYS": base64.urlsafe_b64encode(os.urandom(32)).decode(),
            }
            _write_private(path, json.dumps(made))
        kept: dict[str, str] = json.loads(path.read_text())
        return kept

    @contextlib.contextmanager
    def lock(self, *, seconds: float) -> Iterator[None]:
        """Hold the folder for ourselves, trying for some seconds.

        The kernel lets go of it when we end, however we end.

        :raises InUse: another process holds it
        """
        with (self.path / "lock").open("a") as file:
            ends = time.monotonic() + seconds
            while not _try_lock(file):
                if time.monotonic() > ends:
                    raise InUse(f"Another bin/up or bin/mavis works on {self.path}.")
                time.sleep(0.05)
            self._running.unlink(missing_ok=True)  # of one that was killed
            try:
                yield
            finally:
                self._running.unlink(missing_ok=True)

    def say_running(self, environment: Mapping[str, str]) -> None:
        """Tell other commands on this folder where the servers are."""
        _write_private(self._running, json.dumps(dict(environment)))

    def running(self) -> dict[str, str] | None:
        """Return where the servers of a running bin/up are, or None."""
        with (self.path / "lock").open("a") as file:
            if _try_lock(file):
                return None
        try:
            found: dict[str, str] = json.loads(self._running.read_text())
        except FileNotFoundError:
            return None
        return found

    @contextlib.contextmanager
    def sockets(self) -> Iterator[Path]:
        """Make a folder with a short name for sockets, and remove it afterwards.

        The name is noted down, so that one left by a kill -9 goes at the next start.
        """
        note = self.path / "sockets"
        if note.exists():
            _remove_sockets(Path(note.read_text()))
        # Not TMPDIR, which may be too long for the path of a socket.
        made = Path(tempfile.mkdtemp(prefix=SOCKETS_PREFIX, dir="/tmp"))
        note.write_text(str(made))
        try:
            yield made
        finally:
            _remove_sockets(made)
            note.unlink(missing_ok=True)


def _try_lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _write_private(path: Path, text: str) -> None:
    """Write a file that only we may read, whole or not at all."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(text)
    draft.replace(path)


def _remove_sockets(folder: Path) -> None:
    if folder.name.startswith(SOCKETS_PREFIX):
        shutil.rmtree(folder, ignore_errors=True)
