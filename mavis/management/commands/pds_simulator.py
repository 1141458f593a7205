"""`pds_simulator`: the stand-in for PDS, on its own."""

import argparse
from pathlib import Path
from typing import Any

from mavis.management.plain import PlainCommand
from mavis.memory import look_for_cycles_seldom
from pds.simulator.app import Simulator, make_app
from pds.simulator.applications import Application, BadKeys, read_jwks, read_pem
from pds.simulator.generate import generate as generated
from pds.simulator.journal import Journal
from pds.simulator.named import NAMED
from pds.simulator.patients import SUFFIXES, read_patients
from pds.simulator.people import BadPeople, Person, read_people
from pds.simulator.search import Population
from pds.simulator.server import serve


class Command(PlainCommand):
    help = "Run the PDS simulator. It is not an NHS service: everybody is invented."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=0, help="0: any free one")
        parser.add_argument(
            "--people",
            type=Path,
            help="a CSV file of people, or FHIR Patients, one a line (.jsonl, .ndjson)",
        )
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
            "--api-key",
            help="of an application, which then needs a token for everything",
        )
        keys = parser.add_mutually_exclusive_group()
        keys.add_argument(
            "--public-key", type=Path, metavar="FILE", help="its key (PEM)"
        )
        keys.add_argument("--jwks", type=Path, metavar="FILE", help="its keys (JSON)")
        parser.add_argument("--key-id", help="what the key in --public-key is called")
        parser.add_argument(
            "--no-asid",
            action="store_true",
            help="answer as PDS does when an application was not given its ASID",
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
        no_asid: bool,
        **options: Any,
    ) -> None:
        try:
            population = Population(NAMED)
            population.add(generated(generate, seed=seed))
            if people:
                population.add(_read(people))
            applications = self.applications(**options)
        except (BadPeople, BadKeys, OSError, UnicodeDecodeError) as error:
            self.stop(str(error))
        simulator = Simulator(
            population,
            applications=applications,
            has_asid=not no_asid,
            requests_per_second=rate,
            latency=latency_ms / 1000,
            journal=Journal() if admin else None,
        )
        # It holds many people, and looking through them would hold up who asks.
        look_for_cycles_seldom()
        try:
            serve(make_app(simulator), port=port)
        except OSError as error:
            self.stop(f"Port {port} cannot be used: {error.strerror}.")

    def applications(
        self,
        *,
        api_key: str | None,
        public_key: Path | None,
        key_id: str | None,
        jwks: Path | None,
        **_options: Any,
    ) -> list[Application]:
        """Return the application that may ask, if one was named.

        :raises BadKeys: its keys cannot be read
        """
        if (public_key is None) != (key_id is None):
            self.stop("Give --public-key and --key-id together.")
        if api_key is None:
            if public_key or jwks:
                self.stop("Say with --api-key whose public key this is.")
            return []
        keys = {}
        if public_key and key_id:
            keys = read_pem(public_key, key_id=key_id)
        elif jwks:
            keys = read_jwks(jwks)
        # Without a key it is an application that registered none.
        return [Application(api_key, keys)]


def _read(file: Path) -> list[Person]:
    return read_patients(file) if file.suffix in SUFFIXES else read_people(file)
