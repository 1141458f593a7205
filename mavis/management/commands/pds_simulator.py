"""`pds_simulator`: the stand-in for PDS, on its own."""

import argparse
from pathlib import Path
from typing import Any

from mavis.management.plain import PlainCommand
from pds.simulator.app import Simulator, make_app
from pds.simulator.generate import generate as generated
from pds.simulator.journal import Journal
from pds.simulator.named import NAMED
from pds.simulator.people import BadPeople, read_people
from pds.simulator.search import Population
from pds.simulator.server import serve


class Command(PlainCommand):
    help = "Run the PDS simulator. It is not an NHS service: everybody is invented."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=0, help="0: any free one")
        parser.add_argument("--people", type=Path, help="a CSV file of people")
        parser.add_argument(
            "--generate", type=int, default=0, metavar="N", help="so many people more"
        )
        parser.add_argument(
            "--seed", type=int, default=0, help="same seed, same people"
        )
        parser.add_argument(
            "--latency-ms", type=float, default=0, help="how late each answer is"
        )
        parser.add_argument(
            "--rate",
            type=float,
            default=0,
            help="requests a second for each application; 0 (the default): no limit",
        )
        parser.add_argument(
            "--admin", action="store_true", help="let tests read the journal at /admin"
        )

    def handle(
        self,
        *,
        port: int,
        people: Path | None,
        generate: int,
        seed: int,
        latency_ms: float,
        rate: float,
        admin: bool,
        **_options: Any,
    ) -> None:
        try:
            population = Population(NAMED)
            population.add(generated(generate, seed=seed))
            if people:
                population.add(read_people(people))
        except (BadPeople, OSError, UnicodeDecodeError) as error:
            self.stop(str(error))
        simulator = Simulator(
            population,
            requests_per_second=rate,
            latency=latency_ms / 1000,
            journal=Journal() if admin else None,
        )
        try:
            serve(make_app(simulator), port=port)
        except OSError as error:
            self.stop(f"Port {port} cannot be used: {error.strerror}.")
