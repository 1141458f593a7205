"""Which Chromium the tests drive: the machine's own, never a download."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "/usr/lib/chromium/chromium",
    "/opt/google/chrome/chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)

# The administrator's folders too: apt-get's programs are in them.
PATH = f"{os.environ.get('PATH', os.defpath)}:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin"


class NoBrowser(Exception):
    """There is no Chromium on this machine."""


def find() -> Path:
    """Return the program.

    :raises NoBrowser: there is none
    """
    for name in NAMES:
        if program := shutil.which(name, path=PATH):
            return Path(program)
    raise NoBrowser(
        "Install Chromium or Chrome: the tests drive a real browser "
        "(Debian: apt-get install chromium)."
    )


def find_or_install() -> Path:
    """Return the program, from Debian's packages if need be and we may.

    :raises NoBrowser: there is none, and we cannot get one
    """
    try:
        return find()
    except NoBrowser:
        if os.geteuid() != 0 or shutil.which("apt-get", path=PATH) is None:
            raise
    print("Installing Chromium …", file=sys.stderr, flush=True)
    environment = {**os.environ, "PATH": PATH, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (
        ["update", "--quiet"],
        ["install", "--yes", "--quiet", "--no-install-recommends", "chromium"],
    ):
        done = subprocess.run(  # noqa: S603 - our own commands
            ["apt-get", *words],  # noqa: S607 - wherever the machine has it
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise NoBrowser(
                f"{done.stdout}\napt-get could not install Chromium: install it, or "
                "Chrome, and try again."
            )
    return find()


def arguments() -> list[str]:
    """Return options that keep it quiet: no network of its own, no first run."""
    quiet = [
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-gpu",
        "--disable-quic",
        "--disable-sync",
        "--no-first-run",
    ]
    # Chromium's sandbox does not work for root, which is who we are in CI.
    return [*quiet, "--no-sandbox"] if os.geteuid() == 0 else quiet
