"""`demo --dir DIR`: two neighbouring teams, invented people, and files to try."""

import argparse
from pathlib import Path

from django.conf import settings

from mavis import clock
from mavis.demo import catalogue
from mavis.demo.load import load
from mavis.management.plain import PlainCommand


class Command(PlainCommand):
    help = "Load the demonstration. Safe to repeat; what is there stays as it is."
    # Loading is part of starting, and the web server checks the system anyway.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--dir", type=Path, required=True, help="where its files are written"
        )

    def handle(self, *, dir: Path, **_options: object) -> None:  # noqa: A002
        if not settings.DEVELOPMENT:
            self.stop(
                "Everybody knows the demonstration’s password: not in production."
            )
        load(
            folder=dir,
            at=clock.now(),
            today=clock.today(),
            preparation_days=settings.PREPARATION_DAYS,
        )
        self.stdout.write("Sign in to the demonstration:")
        for sign_in in catalogue.SIGN_INS:
            self.stdout.write(
                f"  {sign_in.email}  password {sign_in.password}  "
                f"({sign_in.role}, {sign_in.team})"
            )
