"""`benchmark`: how long an import takes, beside what it is compared with."""

import argparse
import json
import signal
import sys
from pathlib import Path
from typing import Any

from mavis.benchmark import database, people
from mavis.benchmark.figures import Figure, last_release, ratio, told
from mavis.benchmark.run import run
from mavis.management.plain import PlainCommand
from mavis.memory import look_for_cycles_seldom


class Command(PlainCommand):
    help = (
        "Time reading, matching and committing one invented cohort, with PDS left out, "
        "beside django-import-export on the same rows and what the database alone "
        "takes. Each import has a database of its own, which is dropped. Needs the "
        "packages of requirements-evaluation.lock."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--rows", type=int, default=10_000)
        parser.add_argument("--children", type=int, default=100_000)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--runs", type=int, default=3)
        parser.add_argument("--without-peer", action="store_true", help="not compared")
        parser.add_argument(
            "--json", type=Path, metavar="FILE", help="write them there"
        )

    def handle(
        self,
        *,
        rows: int,
        children: int,
        seed: int,
        runs: int,
        without_peer: bool,
        json: Path | None,
        **_options: Any,
    ) -> None:
        # A signal that ends us must still drop the database.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
        # As workers do.
        look_for_cycles_seldom()
        if not 0 < rows <= min(children, 100_000) or runs < 1:
            self.stop("Give at least one run, and no more rows than children.")
        try:
            figures = self.measure(
                rows, children, seed, runs, with_peer=not without_peer
            )
        except ModuleNotFoundError as missing:
            self.stop(
                f"{missing.name} is not installed: install requirements-evaluation.lock, "
                "or measure --without-peer."
            )
        for line in told(figures, last_release()):
            self.stdout.write(line)
        if json is not None:
            write(json, rows, children, seed, figures)

    def measure(
        self, rows: int, children: int, seed: int, runs: int, *, with_peer: bool
    ) -> list[Figure]:
        file = people.cohort(people.first(children, seed=seed), rows, seed=seed)
        size = f"{rows:,} rows, {children:,} children"
        with database.base(children, seed=seed) as base:
            done = [run(base, file, with_peer=with_peer) for _ in range(runs)]
        ours = Figure(f"{size}: total", [one.ours.total for one in done])
        least = Figure(f"{size}: floor", [one.floor for one in done])
        figures = [
            Figure(f"{size}: read", [one.ours.read for one in done]),
            Figure(f"{size}: match", [one.ours.match for one in done]),
            Figure(f"{size}: commit", [one.ours.commit for one in done]),
            ours,
            least,
            ratio(f"{size}: times the floor", ours, least),
        ]
        if with_peer:
            peer = Figure(f"{size}: peer", [one.peer or 0 for one in done])
            figures += [peer, ratio(f"{size}: faster than the peer", peer, ours)]
            self.stdout.write(
                "The children are the same, but for "
                f"{done[0].likeness_alone} that likeness alone keeps from being new."
            )
        return figures


def write(
    file: Path, rows: int, children: int, seed: int, figures: list[Figure]
) -> None:
    measured = {figure.name: list(figure.values) for figure in figures}
    said = {"rows": rows, "children": children, "seed": seed, "measured": measured}
    file.write_text(json.dumps(said, indent=2) + "\n")
