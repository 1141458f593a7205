"""`benchmark`: how fast Mavis is and what it takes, beside what is wanted of it."""

import argparse
import json
import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mavis.benchmark.figures import Figure, last_release, told
from mavis.benchmark.measurements import MEASUREMENTS
from mavis.benchmark.size import Size
from mavis.management.plain import PlainCommand
from mavis.memory import look_for_cycles_seldom


class Command(PlainCommand):
    help = (
        "Measure Mavis with invented children and files, with PDS left out unless it "
        "is what is measured. Each measurement has a database of its own, which is "
        "dropped. The import is compared with django-import-export, which needs the "
        "packages of requirements-evaluation.lock. "
        + "; ".join(f"{name}: {each.about}" for name, each in MEASUREMENTS.items())
        + "."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--only",
            default=",".join(MEASUREMENTS),
            metavar="NAMES",
            help="some of the measurements, with commas between them",
        )
        parser.add_argument(
            "--rows",
            type=int,
            default=10_000,
            help="of a file; a large one has ten times as many",
        )
        parser.add_argument(
            "--children",
            type=int,
            default=100_000,
            help="in Mavis; a large database has ten times as many",
        )
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--runs", type=int, default=3)
        parser.add_argument(
            "--seconds", type=float, default=120, help="for which pacing is watched"
        )
        parser.add_argument("--without-peer", action="store_true", help="not compared")
        parser.add_argument(
            "--json", type=Path, metavar="FILE", help="write them there"
        )

    def handle(
        self,
        *,
        only: str,
        rows: int,
        children: int,
        seed: int,
        runs: int,
        seconds: float,
        without_peer: bool,
        json: Path | None,
        **_options: Any,
    ) -> None:
        self.tidy_up_when_ended()
        # As workers do.
        look_for_cycles_seldom()
        # What each request and each slice says of itself is not what is asked for.
        logging.disable(logging.INFO)
        names = only.split(",")
        if unknown := set(names) - set(MEASUREMENTS):
            self.stop(
                f"There is no measurement {min(unknown)}: there are "
                f"{', '.join(MEASUREMENTS)}."
            )
        most = children if names == ["import"] else children // 10
        if not 0 < rows <= min(most, 10_000) or runs < 1 or seconds <= 0:
            self.stop(
                "Give at least one run, at most 10,000 rows, and no more rows than a "
                "tenth of the children."
            )
        for name in names:
            if rows <= MEASUREMENTS[name].more_rows_than:
                self.stop(
                    f"{name} wants more than {MEASUREMENTS[name].more_rows_than} rows."
                )
        size = Size(rows, children, seed, runs, not without_peer, seconds)
        figures: list[Figure] = []
        for name in names:
            figures += self.measured(name, size)
        if json is not None:
            write(json, size, figures)

    def measured(self, name: str, size: Size) -> list[Figure]:
        try:
            figures = MEASUREMENTS[name].run(size)
        except ModuleNotFoundError as missing:
            self.stop(
                f"{missing.name} is not installed: install requirements-evaluation.lock, "
                "or measure --without-peer."
            )
        # Other work on the machine makes all of it slower.
        self.stdout.write(f"{name} (load {os.getloadavg()[0]:.1f}):")
        for line in told(figures, last_release()):
            self.stdout.write(f"  {line}")
        self.stdout.flush()
        return figures


def write(file: Path, size: Size, figures: Sequence[Figure]) -> None:
    said = {
        "rows": size.rows,
        "children": size.children,
        "seed": size.seed,
        "measured": {figure.name: list(figure.values) for figure in figures},
        "met": {
            figure.name: figure.is_met
            for figure in figures
            if figure.is_met is not None
        },
    }
    file.write_text(json.dumps(said, indent=2) + "\n")
