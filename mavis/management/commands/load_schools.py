"""`load_schools FILE`: the schools of the national register, safe to repeat."""

import argparse
from dataclasses import asdict
from pathlib import Path

from django.db import transaction

from mavis import clock
from mavis.management.plain import PlainCommand
from mavis.models import EventKind, School
from mavis.pages import count_of
from mavis.rules import gias
from mavis.sign_in import trail


class Command(PlainCommand):
    help = (
        "Load the schools of a GIAS establishment file (CSV), or bring them up to date."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **_options: object) -> None:
        try:
            content = file.read_bytes()
        except OSError as error:
            self.stop(f"{file} cannot be read: {error.strerror}.")
        try:
            schools = [
                School(**asdict(establishment))
                for establishment in gias.read(gias.decode(content))
            ]
            for row_number, school in enumerate(schools, start=2):
                check_lengths(row_number, school)
        except gias.Unreadable as unreadable:
            self.stop(f"No school was loaded from {file}. {unreadable}")
        with transaction.atomic():
            before = School.objects.count()
            # A school keeps its team: GIAS knows nothing of teams.
            School.objects.bulk_create(
                schools,
                batch_size=2000,
                update_conflicts=True,
                unique_fields=["urn"],
                update_fields=[
                    field.name
                    for field in School._meta.concrete_fields
                    if field.name not in ("id", "urn", "team")
                ],
            )
            after = School.objects.count()
            trail.tell(
                EventKind.SCHOOLS_LOADED,
                at=clock.now(),
                changes={"schools": (str(before), str(after))},
            )
        self.stdout.write(
            f"Loaded {count_of(len(schools), 'school')}, {after - before} of them new."
        )


def check_lengths(row_number: int, school: School) -> None:
    """Check that each text fits its column.

    :raises Unreadable: one is too long, so it is probably in the wrong column
    """
    for field in School._meta.concrete_fields:
        value = getattr(school, field.attname)
        longest = getattr(field, "max_length", None)
        if longest is not None and isinstance(value, str) and len(value) > longest:
            raise gias.Unreadable(
                f"Row {row_number}: the {field.name} is longer than {longest} characters."
            )
