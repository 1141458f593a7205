"""Which Chromium the tests drive: the machine's own, never a download."""

import os
import shutil
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


class NoBrowser(Exception):
    """There is no Chromium on this machine."""


def find() -> Path:
    """Return the program.

    :raises NoBrowser: there is none
    """
    for name in NAMES:
        if program := shutil.which(name, path=f"{os.defpath}:{os.environ['PATH']}"):
            return Path(program)
    raise NoBrowser("Install Chromium or Chrome: the tests drive a real browser.")


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
