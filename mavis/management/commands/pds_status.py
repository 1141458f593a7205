"""`pds_status`: whether PDS can be reached, and how much of it is used."""

import argparse
import json
from dataclasses import replace
from typing import Any

from imports import pds_status
from imports.pages.pds_status import PdsStatusPage
from mavis import clock
from mavis.management.plain import PlainCommand


class Command(PlainCommand):
    help = "Ask PDS one thing, and say how it has been in the last hour."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one object")

    def handle(self, **options: Any) -> None:
        answers = pds_status.ask(clock=clock.now)
        status = replace(pds_status.read(now=clock.now()), is_reachable=answers)
        if options["json"]:
            self.stdout.write(json.dumps(status.as_json()))
        else:
            page = PdsStatusPage.of(status)
            self.stdout.write(page.title)
            for label, value in (*page.details, *page.faults):
                self.stdout.write(f"  {label}: {value or 'None in two hours'}")
        if not answers:
            self.stop("PDS does not answer.")
