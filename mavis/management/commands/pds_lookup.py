"""`pds_lookup`: look one person up in PDS, and show each step."""

import argparse
import json
import time
from datetime import date
from typing import Any, NoReturn
from uuid import uuid4

from django.conf import settings
from django.core.management.base import BaseCommand

from mavis import clock
from mavis.models import Team
from pds.lookups import Traced, Wanted
from pds.rules.questions import SENT
from pds.rules.sought import Sought
from pds.tracing import Tracer

# In the exit status: PDS answered, did not, could not be asked.
ANSWERED, NOT_ANSWERED, NOT_TRIED = 0, 1, 2


class Command(BaseCommand):
    help = "Look one person up in PDS, as an import would, and show each step."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--first", required=True, metavar="NAME")
        parser.add_argument("--last", required=True, metavar="NAME")
        parser.add_argument("--dob", required=True, metavar="YYYY-MM-DD")
        parser.add_argument("--postcode", required=True)
        parser.add_argument("--nhs-number", metavar="NUMBER")
        parser.add_argument("--json", action="store_true", help="print one object")

    def handle(self, **options: Any) -> None:
        traced = self.trace(self.sought(options))
        told = _told(traced)
        if options["json"]:
            self.stdout.write(json.dumps(told))
            return
        self.stdout.write(
            f"{told['outcome'].replace('_', ' ')}: {told['nhs_number'] or 'no number'}"
        )
        for step in told["steps"]:
            self.stdout.write(
                f"  {step['step'].replace('_', ' ')} ({step['sent']}): "
                f"{step['result'].replace('_', ' ')} {step['nhs_number'] or ''}".rstrip()
            )

    def sought(self, options: dict[str, Any]) -> Sought:
        try:
            date_of_birth = date.fromisoformat(options["dob"])
        except ValueError:
            self.stop("Give --dob as a date such as 2014-03-27.", NOT_TRIED)
        number = (options["nhs_number"] or "").replace(" ", "").replace("-", "")
        if number and not (len(number) == 10 and number.isdecimal()):
            self.stop("Give --nhs-number as 10 digits.", NOT_TRIED)
        return Sought(
            first_name=options["first"],
            last_name=options["last"],
            date_of_birth=date_of_birth,
            postcode=options["postcode"],
            nhs_number=number or None,
        )

    def trace(self, sought: Sought) -> Traced:
        # PDS wants to know for whom we ask; here it is whoever runs the service.
        team = Team.objects.order_by("pk").first()
        if team is None:
            self.stop("Create a team first: PDS wants its ODS code.", NOT_TRIED)
        wanted = Wanted(key=1, sought=sought, reference=f"lookup-{uuid4()}")
        with Tracer(ods_code=team.ods_code, clock=clock.now) as tracer:
            until = time.monotonic() + settings.IMPORT_SLICE_SECONDS
            tracings = tracer.trace([wanted], until=until)
        if not tracings.finished:
            self.stop("PDS does not answer. Try again later.", NOT_ANSWERED)
        return tracings.finished[0]

    def stop(self, sentence: str, status: int) -> NoReturn:
        self.stderr.write(sentence)
        raise SystemExit(status)


def _told(traced: Traced) -> dict[str, Any]:
    verdict = traced.verdict
    return {
        "outcome": verdict.outcome,
        "nhs_number": verdict.nhs_number,
        "uploaded_number": verdict.uploaded_number,
        "restricted": bool(verdict.person and verdict.person.is_restricted),
        "deceased": bool(verdict.person and verdict.person.is_deceased),
        "steps": [
            {
                "step": asked.step,
                "sent": SENT[asked.step],
                "result": asked.result,
                "nhs_number": asked.nhs_number,
                "at": asked.at.isoformat(),
            }
            for asked in traced.steps
        ],
    }
