"""`refresh_from_pds`: refresh children from PDS now, as is done four times a day."""

import argparse
import json
import time
from typing import Any

from imports import refreshing
from imports.models import RefreshRun
from mavis import clock
from mavis.management.plain import PlainCommand
from mavis.pages import count_of

PAUSE_SECONDS = 1.0


class Command(PlainCommand):
    help = "Refresh the children who have not been refreshed from PDS for 12 hours."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one object")

    def handle(self, **options: Any) -> None:
        run = refreshing.run_to_the_end(
            clock=clock.now, pause=lambda: time.sleep(PAUSE_SECONDS)
        )
        if options["json"]:
            self.stdout.write(json.dumps(_told(run)))
        else:
            self.stdout.write(
                f"Refreshed {count_of(run.refreshed, 'child', 'children')}: PDS says "
                f"something new of {run.changed:,}, and gave no answer about "
                f"{run.failed:,}."
            )
        if run.finished_at is None:
            self.stop(
                "PDS does not accept us. See pds_status."
                if run.refused_by_pds
                else "PDS does not answer. The rest follows by itself when it does."
            )


def _told(run: RefreshRun) -> dict[str, Any]:
    return {
        "finished": run.finished_at is not None,
        "refreshed": run.refreshed,
        "changed": run.changed,
        "failed": run.failed,
        "calls": run.pds_calls,
    }
