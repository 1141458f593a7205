"""`trace_quality`: precision and recall of tracing, by what is wrong with a row."""

import argparse
from collections.abc import Mapping
from typing import Any

from django.conf import settings

from mavis import clock
from mavis.management.plain import PlainCommand
from mavis.rules import academic_year
from mavis.trials.cohorts import EVERY_KIND, Cohort, cohort
from mavis.trials.place import NotInTime, opened
from mavis.trials.tracing import (
    TWINS_AND_NAMESAKES,
    Measure,
    by_label,
    traced,
)
from pds.simulator.labels import Label

MOST_CALLS_PER_ROW = 1.3


class Command(PlainCommand):
    help = (
        "Trace an invented cohort whose truth is known, in a database of its own that "
        "is dropped, and say how many numbers were found and how many are right."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--rows", type=int, default=5000)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument(
            "--people",
            type=int,
            default=100_000,
            help="whom the simulator knows; in fewer there are fewer rare cases",
        )

        parser.add_argument(
            "--with-number",
            type=float,
            default=0,
            metavar="SHARE",
            help="of the rows with something wrong that give the child’s own number",
        )

    def handle(
        self,
        *,
        rows: int,
        seed: int,
        people: int,
        with_number: float,
        **_options: Any,
    ) -> None:
        self.tidy_up_when_ended()
        mixed_file = self.draw(rows, seed, people, EVERY_KIND, with_number)
        clean_file = self.draw(rows, seed, people, {}, 0.5)
        try:
            with opened(people=people, seed=seed, requests_per_second=0) as place:
                place.start()
                mixed = traced(place, mixed_file)
                clean = traced(place, clean_file)
        except NotInTime as problem:
            self.stop(str(problem))
        self.stdout.write(
            f"{'':27}{'rows':>6}{'on PDS':>8}{'right':>7}{'wrong':>7}"
            f"{'precision':>11}{'recall':>9}{'calls a row':>13}"
        )
        for label, measure in by_label(mixed).items():
            self.tell(label, measure)
        self.tell("all of these", Measure.of(mixed))
        calls = Measure.of(clean)
        self.tell("nothing wrong, half numbers", calls)
        confused = Measure.of(row for row in mixed if row.label in TWINS_AND_NAMESAKES)
        if confused.wrong:
            self.stop(
                f"{confused.wrong} twins or namesakes got somebody else’s number."
            )
        if calls.calls_per_row > MOST_CALLS_PER_ROW:
            self.stop(
                f"A clean cohort took more than {MOST_CALLS_PER_ROW} calls a row."
            )

    def draw(
        self,
        rows: int,
        seed: int,
        people: int,
        shares: Mapping[Label, float],
        with_number: float,
    ) -> Cohort:
        return cohort(
            people=people,
            rows=rows,
            seed=seed,
            academic_year=academic_year.of_imports(
                clock.today(), preparation_days=settings.PREPARATION_DAYS
            ),
            with_number=with_number,
            shares=shares,
        )

    def tell(self, name: str, measure: Measure) -> None:
        self.stdout.write(
            f"{name:27}{measure.rows:6}{measure.on_pds:8}{measure.right:7}"
            f"{measure.wrong:7}{_percent(measure.precision):>11}"
            f"{_percent(measure.recall):>9}{measure.calls_per_row:13.2f}"
        )


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f}%"
