"""Child processes that cannot outlive us, not even a kill -9 of ours."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import IO, Any

PR_SET_PDEATHSIG = 1

Child = subprocess.Popen[bytes]


class DidNotStart(Exception):
    """A server ended, or was not ready in time. Says which and shows its log."""


def die_with_parent(parent: int, number: int) -> None:
    """Have the kernel send us a signal when our parent ends, however it ends.

    Linux only; elsewhere a kill -9 of the parent leaves its children.
    """
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is not None:
        prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)
    if os.getppid() != parent:  # it ended before we asked
        os._exit(1)


def start(
    command: Sequence[str | Path],
    *,
    environment: Mapping[str, str],
    directory: Path | None = None,
    output: IO[Any] | int | None = None,
    at_our_death: int = signal.SIGKILL,
    become: Callable[[], None] | None = None,
) -> Child:
    """Start a program in a process group of its own, so that Ctrl-C is ours alone.

    output: an open file for what it prints, or subprocess.PIPE and the like.
    become: called in the child before the program, to give up rights.
    """
    parent = os.getpid()

    def prepare() -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        # First this: a change of user takes the parent-death signal away.
        if become is not None:
            become()
        die_with_parent(parent, at_our_death)

    return subprocess.Popen(  # noqa: S603 - our own commands
        [str(word) for word in command],
        env=dict(environment),
        cwd=directory,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        preexec_fn=prepare,
        process_group=0,
    )


def wait_until(
    ready: Callable[[], bool],
    *,
    child: Child,
    name: str,
    log: Path | None = None,
    seconds: float = 60,
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Wait for a server to be ready.

    :raises DidNotStart: it ended, or the time is over
    """
    ends = time.monotonic() + seconds
    while not ready():
        if child.poll() is not None:
            raise DidNotStart(
                f"{name} ended with status {child.returncode}.{tail(log)}"
            )
        if time.monotonic() > ends:
            raise DidNotStart(f"{name} was not ready in {seconds:.0f} s.{tail(log)}")
        pause(0.02)


def stop(child: Child, *, gently: int = signal.SIGTERM, seconds: float = 10) -> None:
    """Ask a child to end, and after some seconds end it and its whole group."""
    if child.poll() is None:
        child.send_signal(gently)
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired:
            kill(child)
    # A child that went away may have left some of its own behind.
    kill(child)


def kill(child: Child) -> None:
    """End a child and all of its process group at once."""
    with contextlib.suppress(ProcessLookupError):  # all of them had ended
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def free_port() -> int:
    """Return a TCP port of this machine that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def accepts(port: int) -> bool:
    """Test if somebody listens on this TCP port of this machine."""
    with socket.socket() as caller:
        caller.settimeout(1)
        return caller.connect_ex(("127.0.0.1", port)) == 0


def answers(port: int) -> bool:
    """Test if a web server of this machine answers, whatever it says."""
    with contextlib.closing(HTTPConnection("127.0.0.1", port, timeout=10)) as caller:
        try:
            caller.request("GET", "/")
            caller.getresponse().read()
        except (OSError, HTTPException):
            return False
    return True


def tail(log: Path | None, lines: int = 20) -> str:
    """Return the end of a log, to show under a sentence."""
    if log is None or not log.exists():
        return ""
    last = log.read_text(errors="replace").splitlines()[-lines:]
    return "".join(f"\n    {line}" for line in last)
