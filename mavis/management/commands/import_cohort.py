"""`import_cohort FILE --team WORKGROUP --user EMAIL`: the whole job without a browser."""

import argparse
import json
import time
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand

from imports import report, tasks
from imports.models import CohortImport, StatusChanged
from imports.pipeline import run_until_it_waits_for_a_person
from imports.rules.lifecycle import Status, TransitionNotAllowed
from imports.stages import review, upload
from mavis import clock
from mavis.memory import look_for_cycles_seldom
from mavis.models import Team, User

# How often, in seconds, an import that waits for PDS or another worker is looked at.
LOOK_AGAIN_AFTER = 0.2

# In the exit status: what was asked has happened, has not, could not be tried.
DONE, NOT_DONE, NOT_TRIED = 0, 1, 2


class Command(BaseCommand):
    help = "Import a cohort file, by the same code as an upload in the browser."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="a CSV file or Excel workbook")
        parser.add_argument("--team", required=True, metavar="WORKGROUP")
        parser.add_argument("--user", required=True, metavar="EMAIL")
        parser.add_argument(
            "--approve",
            action="store_true",
            help="wait, and approve what the review shows",
        )
        parser.add_argument(
            "--wait",
            action="store_true",
            help="run the stages here when no worker does, and wait for the end",
        )
        parser.add_argument("--json", action="store_true", help="print one object")

    def handle(
        self,
        *,
        file: Path,
        team: str,
        user: str,
        approve: bool,
        wait: bool,
        json: bool,
        **_options: object,
    ) -> None:
        look_for_cycles_seldom()
        self.as_json = json
        working_in, person = self.team_and_user(team, user)
        if approve and working_in.needs_second_approver:
            self.stop("Someone else must approve what this user uploads.")
        cohort_import = self.upload(file, working_in, person)
        if not (wait or approve):
            tasks.queue(cohort_import.pk)
            self.tell(report.report(cohort_import))
            return
        cohort_import = self.run(cohort_import)
        if approve and cohort_import.status == Status.IN_REVIEW:
            cohort_import = self.approve(cohort_import, person)
        self.tell(report.report(cohort_import))
        wanted = Status.COMPLETED if approve else Status.IN_REVIEW
        if cohort_import.status not in {wanted, Status.COMPLETED}:
            raise SystemExit(NOT_DONE)

    def team_and_user(self, workgroup: str, email: str) -> tuple[Team, User]:
        team = Team.objects.filter(workgroup=workgroup).first()
        if team is None:
            self.stop(f"There is no team with the workgroup {workgroup}.")
        user = team.users.filter(email__iexact=email, is_active=True).first()
        if user is None:
            self.stop("This team has no active user with that email address.")
        return team, user

    def upload(self, file: Path, team: Team, by: User) -> CohortImport:
        try:
            with file.open("rb") as content:
                checked = upload.check(name=file.name, content=content)
        except OSError as error:
            self.stop(f"{file} cannot be read: {error.strerror}.")
        except upload.Refused as refused:
            self.tell(report.refused(refused.problems))
            raise SystemExit(NOT_DONE) from refused
        for other in upload.same_file_in_progress(team=team, sha256=checked.sha256):
            self.warn(f"The same file is already in progress as import {other.pk}.")
        return upload.upload(
            checked=checked, team=team, by=by, at=clock.now(), today=clock.today()
        )

    def run(self, cohort_import: CohortImport) -> CohortImport:
        return run_until_it_waits_for_a_person(
            import_id=cohort_import.pk,
            clock=clock.now,
            pause=lambda: time.sleep(LOOK_AGAIN_AFTER),
        )

    def approve(self, cohort_import: CohortImport, by: User) -> CohortImport:
        try:
            review.approve(cohort_import=cohort_import, by=by, at=clock.now())
        except (StatusChanged, TransitionNotAllowed):
            self.warn("Someone else has just approved or cancelled this import.")
            cohort_import.refresh_from_db()
            return cohort_import
        return self.run(cohort_import)

    def tell(self, told: dict[str, Any]) -> None:
        if self.as_json:
            self.stdout.write(json.dumps(told, ensure_ascii=False))
            return
        self.stdout.write(f"{told['status']}: {told['rows']} rows")
        for outcome, count in told["outcomes"].items():
            self.stdout.write(f"  {outcome.replace('_', ' ')}: {count}")
        for problem in [*told["errors"], *told["warnings"]]:
            where = f"row {problem['row']}" if problem["row"] else "file"
            column = f", {problem['column']}" if problem["column"] else ""
            self.stdout.write(f"  {where}{column}: {problem['message']}")

    def warn(self, sentence: str) -> None:
        self.stderr.write(sentence)

    def stop(self, sentence: str) -> NoReturn:
        self.stderr.write(sentence)
        raise SystemExit(NOT_TRIED)
