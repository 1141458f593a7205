#!/usr/bin/env python
"""Run Mavis's commands. `bin/mavis` runs this in the right environment."""

import logging
import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mavis.settings")
    # Whoever runs a command wants its answer, and not a line for each slice of work.
    for ours in ("imports", "pds"):
        logging.getLogger(ours).setLevel(logging.WARNING)
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as problem:
        # Each says what to set.
        sys.exit(str(problem))
