"""`fault_drill`: the same cohort with a perfect PDS and with a bad one."""

import argparse
from collections import Counter
from typing import Any

from django.conf import settings

from mavis import clock
from mavis.management.plain import PlainCommand
from mavis.rules import academic_year
from mavis.trials.cohorts import Cohort, cohort
from mavis.trials.drill import Imported, TooSoon, Troubles, imported
from mavis.trials.place import NotInTime
from pds.simulator.labels import SHARES

PEOPLE_PER_ROW = 20


class Command(PlainCommand):
    help = (
        "Import one invented cohort twice, with a perfect PDS and with one that fails "
        "in every way, and compare what the rows came to. Each import has a database "
        "of its own, which is dropped."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--rows", type=int, default=1000)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--rate", type=float, default=25, help="requests a second")
        parser.add_argument(
            "--outage", type=float, default=60, metavar="SECONDS", help="(60)"
        )
        parser.add_argument(
            "--storm",
            type=float,
            default=15,
            metavar="SECONDS",
            help="how long PDS answers nothing but 429 (15)",
        )
        parser.add_argument(
            "--brief", action="store_true", help="leave out the rows that are the same"
        )

    def handle(
        self,
        *,
        rows: int,
        seed: int,
        rate: float,
        outage: float,
        storm: float,
        brief: bool,
        **_options: Any,
    ) -> None:
        self.tidy_up_when_ended()
        if rate <= 0:
            self.stop("Give a rate above 0: pacing is part of the drill.")
        drawn = cohort(
            people=rows * PEOPLE_PER_ROW,
            rows=rows,
            seed=seed,
            academic_year=academic_year.of_imports(
                clock.today(), preparation_days=settings.PREPARATION_DAYS
            ),
            with_number=0.5,
            shares=SHARES,
        )
        try:
            self.say(f"{rows} rows, with a perfect PDS")
            perfect = imported(
                drawn, requests_per_second=rate, troubles=None, say=self.say
            )
            self.say(f"{rows} rows, with a PDS that fails")
            failing = imported(
                drawn,
                requests_per_second=rate,
                troubles=Troubles(outage=outage, storm=storm),
                say=self.say,
            )
        except (NotInTime, TooSoon) as problem:
            self.stop(str(problem))
        differing = self.tell_rows(perfect, failing, brief=brief)
        for name, run in (("Perfect PDS", perfect), ("Failing PDS", failing)):
            self.tell_run(name, run, drawn, rate)
        if differing:
            self.stop(f"{differing} rows differ.")
        self.say("The same, row for row.")

    def say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()

    def tell_rows(self, perfect: Imported, failing: Imported, *, brief: bool) -> int:
        """Print both tables side by side, and return how many rows differ."""
        one = {row[0]: row[1:] for row in perfect.rows}
        other = {row[0]: row[1:] for row in failing.rows}
        differing = {n for n in one | other if one.get(n) != other.get(n)}
        shown = differing if brief else one | other
        if shown:
            self.say(f"\n{'row':>6}  {'perfect PDS':38}{'failing PDS':38}")
        for n in sorted(shown):
            cells = [
                f"{' '.join(rows.get(n, ('not there',))):38}" for rows in (one, other)
            ]
            mark = "  <- differs" if n in differing else ""
            self.say(f"{n:6}  {''.join(cells)}{mark}".rstrip())
        return len(differing)

    def tell_run(self, name: str, run: Imported, drawn: Cohort, rate: float) -> None:
        truth = {n: row.nhs_number for n, row in drawn.by_row_number.items()}
        found = [(n, number) for n, outcome, number in run.rows if "found" in outcome]
        right = sum(1 for n, number in found if number and number == truth[n])
        self.say(f"\n{name}: {run.status}")
        for outcome, count in Counter(row[1] for row in run.rows).most_common():
            self.say(f"  {count:6}  {outcome}")
        self.say(f"  numbers that are the child’s own: {right}")
        self.say(f"  calls: {run.calls}, {run.calls / len(run.rows):.2f} a row")
        if run.struck:
            kinds = ", ".join(f"{kind} {n}" for kind, n in run.struck.most_common())
            self.say(f"  of which faults struck {run.struck.total()}: {kinds}")
        paced = run.pacing
        self.say(
            f"  paced at {rate:g} a second: {paced.busiest_second} in the busiest "
            f"second, {paced.busiest_minute} in the busiest minute, usually "
            f"{paced.usual_gap * 1000:.0f} ms apart; {paced.too_close} of "
            f"{paced.requests} closer than PDS’s spike arrest allows"
        )
