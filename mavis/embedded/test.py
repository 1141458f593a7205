"""bin/test: a browser, the servers, and then pytest with the arguments given."""

import os
import sys

from mavis.embedded import browser
from mavis.embedded.supervisor import ROOT


def main() -> None:
    try:
        browser.find_or_install()
    except browser.NoBrowser as problem:
        sys.exit(str(problem))
    os.chdir(ROOT)
    given = sys.argv[1:]
    # Two processes, unless the arguments say how many.
    many = (
        []
        if any(word.startswith(("-n", "--numprocesses")) for word in given)
        else ["-n2"]
    )
    pytest = [sys.executable, "-m", "pytest", "-p", "tests.servers", *many, *given]
    os.execv(sys.executable, pytest)  # noqa: S606 - our own command


if __name__ == "__main__":
    main()
