"""`match_quality`: how many matches are found, and how many of them are right."""

import argparse
import json
from dataclasses import asdict, dataclass
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from mavis.quality import febrl, invented, learning, ours, splinked
from mavis.quality.labelled import Labelled
from mavis.quality.scores import Score, best_cut, one_to_one, score

# The half that points were chosen by, and the half that nobody has looked at.
LEARNT_SEED, TESTED_SEED = 1, 2
LOWEST_PRECISION = 0.99
# splink's own threshold: what it finds more likely than not.
MORE_LIKELY_THAN_NOT = 0.0


@dataclass(frozen=True, slots=True)
class Line:
    """One way of matching one set of labelled people."""

    people: str
    way: str
    precision: float
    recall: float
    f1: float
    wrong: int

    @classmethod
    def of(cls, data: Labelled, way: str, found: Score) -> "Line":
        return cls(
            people=data.name,
            way=way,
            precision=round(found.precision, 4),
            recall=round(found.recall, 4),
            f1=round(found.f1, 4),
            wrong=found.wrong,
        )


class Command(BaseCommand):
    help = "Measure matching on labelled people, beside splink on the same details."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--rows", type=int, default=15_000, metavar="N")
        parser.add_argument("--children", type=int, default=20_000, metavar="N")
        parser.add_argument("--seed", type=int, default=TESTED_SEED, metavar="S")
        parser.add_argument(
            "--learn",
            action="store_true",
            help="count instead what each likeness is worth, in the other halves",
        )
        parser.add_argument("--json", action="store_true", help="print one object")

    def handle(self, **options: Any) -> None:
        try:
            learnt, tested = febrl.halves()
            sizes = {"children": options["children"], "rows": options["rows"]}
            if options["learn"]:
                self.learn([learnt, invented.labelled(LEARNT_SEED, **sizes)])
                return
            if options["seed"] == LEARNT_SEED:
                raise CommandError("That seed makes the people who were learnt from.")
            people = [tested, invented.labelled(options["seed"], **sizes)]
            lines = [line for data in people for line in measure(data)]
        except ModuleNotFoundError as missing:
            raise CommandError(
                f"{missing.name} is not installed: install the evaluation group of "
                "pyproject.toml with `pip install --group evaluation`."
            ) from missing
        missed = list(targets_missed(lines))
        self.tell(lines, missed, as_json=options["json"])
        if missed:
            raise SystemExit(1)

    def learn(self, people: list[Labelled]) -> None:
        for data in people:
            self.stdout.write(f"{data.name}\n")
            for worth in learning.count(data):
                self.stdout.write(
                    f"  {worth.detail:14}{worth.likeness:24}"
                    f"{worth.among_same:8}{worth.among_others:8}{worth.points:7}"
                )

    def tell(self, lines: list[Line], missed: list[str], *, as_json: bool) -> None:
        if as_json:
            told = {"lines": [asdict(line) for line in lines], "missed": missed}
            self.stdout.write(json.dumps(told))
            return
        self.stdout.write(
            f"{'people':10}{'way':38}{'precision':>10}{'recall':>9}{'F1':>9}{'wrong':>7}"
        )
        for line in lines:
            self.stdout.write(
                f"{line.people:10}{line.way:38}{line.precision:10.4f}"
                f"{line.recall:9.4f}{line.f1:9.4f}{line.wrong:7}"
            )
        for target in missed or ["Every target is met."]:
            self.stdout.write(target)


EXACT, SIMILAR, ALL = "exact rules alone", "possible matches alone", "all proposals"
OURS, SPLINK = "Mavis, one-to-one", "splink, one-to-one"
SPLINK_AT_BEST = "splink, one-to-one, cut where F1 is best"


def measure(data: Labelled) -> list[Line]:
    """Match labelled people in each way."""
    found = ours.proposals(data)
    theirs = one_to_one(splinked.proposals(data))
    likely = [one for one in theirs if one.weight >= MORE_LIKELY_THAN_NOT]
    ways = {
        EXACT: found.exact,
        SIMILAR: found.similar,
        ALL: found.all,
        OURS: one_to_one(found.all),
        SPLINK: likely,
        SPLINK_AT_BEST: best_cut(theirs, data),
    }
    return [Line.of(data, way, score(pairs, data)) for way, pairs in ways.items()]


def targets_missed(lines: list[Line]) -> list[str]:
    """Return a sentence for each target that is missed."""
    missed = [
        f"{line.people}: the precision of {line.way} is below {LOWEST_PRECISION}."
        for line in lines
        if line.way in (SIMILAR, ALL, OURS) and line.precision < LOWEST_PRECISION
    ]
    f1 = {(line.people, line.way): line.f1 for line in lines}
    missed += [
        f"{people}: the F1 of {way} is not below ours."
        for (people, way), theirs in f1.items()
        if way in (SPLINK, SPLINK_AT_BEST) and theirs >= f1[people, OURS]
    ]
    return missed
