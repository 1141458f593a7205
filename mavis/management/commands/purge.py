"""`purge`: erase what is not to be kept any longer, as is done each day."""

import argparse
import json
from dataclasses import asdict
from typing import Any

from imports import purging
from mavis import clock
from mavis.management.plain import PlainCommand
from mavis.pages import count_of


class Command(PlainCommand):
    help = "Erase files and values of uploads after 30 days, and PDS answers after one."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one object")

    def handle(self, **options: Any) -> None:
        purged = purging.purge(now=clock.now())
        if options["json"]:
            self.stdout.write(json.dumps(asdict(purged)))
            return
        self.stdout.write(
            f"Erased {count_of(purged.answers, 'PDS answer')} and "
            f"{count_of(purged.imports, 'upload')}. A person has still to decide about "
            f"rows of {count_of(purged.imports_kept_in_part, 'upload')}."
        )
