"""bin/test: a browser, the servers, and then pytest with the arguments given.

bin/test --faults breaks things on purpose instead, which takes longer.
"""

import os
import sys

from mavis.embedded import browser
from mavis.embedded.supervisor import ROOT

FAULTS = "tests/faults"


def main() -> None:
    given = sys.argv[1:]
    if "--faults" in given:
        given.remove("--faults")
        chosen = given if any(FAULTS in word for word in given) else [FAULTS, *given]
    else:
        install_browser()
        chosen = given
    os.chdir(ROOT)
    # Two processes, unless the arguments say how many.
    many = (
        []
        if any(word.startswith(("-n", "--numprocesses")) for word in given)
        else ["-n2"]
    )
    pytest = [sys.executable, "-m", "pytest", "-p", "tests.servers", *many, *chosen]
    os.execv(sys.executable, pytest)  # noqa: S606 - our own command


def install_browser() -> None:
    try:
        browser.find_or_install()
    except browser.NoBrowser as problem:
        sys.exit(str(problem))


if __name__ == "__main__":
    main()
